"""Fresh answers for people to judge, redacted before anybody keeps them."""

from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from stanch.controls import pointer
from stanch.controls.base import PlaneFault, Planes, Sampled
from stanch.controls.fill import filled_path
from stanch.controls.hows import HttpSampleHow, SampleHow
from stanch.controls.kinds import HttpHow, ServiceHow
from stanch.controls.practice_proof import Service
from stanch.controls.same import said
from stanch.controls.wire import Wire
from stanch.core.check import Probe
from stanch.core.redact import redact
from stanch.core.text import clean, one_line

QUESTION: Final = 500
ANSWER: Final = 1500
"""Characters that are kept: both fit one block of a message."""
FAR: Final = 20_000
"""What lies beyond is not even looked at."""


class Samples:
    def __init__(self, planes: Planes) -> None:
        self._planes = planes

    async def draw(self, probe: Probe, n: int, since: datetime) -> list[Sampled]:
        """The newest `n` answers that began after `since` (UTC), or fewer. `probe.how` says `sample: true`.

        Raises `PlaneFault`.
        """
        wire = self._planes.wire(probe.plane, "judge answers by hand")
        shape = ServiceHow if probe.kind == "practice_ai" else HttpHow
        try:
            how = shape.model_validate(probe.how).root
        except ValidationError:
            raise _nowhere(probe) from None
        if isinstance(how, SampleHow):
            return await _of_service(wire, how, n, since)
        if isinstance(how, HttpSampleHow):
            return await _of_http(wire, how, n, since)
        raise _nowhere(probe)


async def _of_service(wire: Wire, how: SampleHow, n: int, since: datetime) -> list[Sampled]:
    answers = await Service(wire, since, since).answers(n, since, how.segment)
    return [
        sampled(
            wire,
            one.get("id"),
            one.get("question"),
            one.get("answer"),
            [one.get("language"), one.get("model"), *(one.get("sources") or ())],
        )
        for one in answers
    ]


async def _of_http(wire: Wire, how: HttpSampleHow, n: int, since: datetime) -> list[Sampled]:
    answer = await wire.read(filled_path(how.get, {"since": f"{since.timestamp():.3f}", "of": n}))
    try:
        entries = pointer.get(answer.json(), how.each)
        if not isinstance(entries, list):
            raise LookupError(how.each)
        return [
            sampled(
                wire,
                pointer.get(entry, how.id),
                pointer.get(entry, how.question),
                pointer.get(entry, how.answer),
                [pointer.get(entry, where) for where in how.meta],
            )
            for entry in entries[:n]
        ]
    except LookupError:
        raise answer.fault(f"{wire.name} lists its answers in another shape than the catalogue says.") from None


def sampled(wire: Wire, id: Any, question: Any, answer: Any, meta: list[Any]) -> Sampled:
    """Without secrets and personal data: what users wrote and were told is nobody else's."""

    def safe(found: Any, limit: int) -> str:
        return clean(redact(wire.masked(said(found)[:FAR]), personal=True), limit)

    about = ", ".join(said(part) for part in meta if part not in (None, ""))
    return Sampled(one_line(said(id), 60), safe(question, QUESTION), safe(answer, ANSWER), one_line(safe(about, 200)))


def _nowhere(probe: Probe) -> PlaneFault:
    return PlaneFault(
        f"The catalogue does not say where answers are read at {probe.plane}: judge them by hand.",
        sent=False,
        permanent=True,
    )
