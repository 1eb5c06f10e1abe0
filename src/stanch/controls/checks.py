"""Checks: measured at a plane, each with the figure that it saw."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from stanch.controls.amounts import amount, number, percent, word
from stanch.controls.base import PlaneFault, Planes
from stanch.controls.bounds import judged
from stanch.controls.hows import HttpSampleHow, QueryHow, SampleHow, StatBound, StatHow, TryHow
from stanch.controls.kinds import HttpHow, ServiceHow
from stanch.controls.prometheus import queried
from stanch.controls.smoke import smoked
from stanch.controls.wire import Wire
from stanch.core.check import Check, Probe, Result, Verdict
from stanch.core.text import one_line

_PERSON = "a person judges fresh answers"
_WORST: dict[Verdict, int] = {"green": 0, "unknown": 1, "red": 2}


class Checks:
    """`clock` gives the time (UTC), `timer` seconds that only run forward."""

    def __init__(
        self,
        planes: Planes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._planes = planes
        self._clock = clock
        self._timer = timer

    async def measure(self, check: Check, service: str | None) -> Result:
        """Never raises: what cannot be read is `unknown`, with why. `seen`: `errors 8.4 % (at most 1 %)`."""
        probe = check.probe(service)
        if probe is None:
            return Result(check.id, "unknown", one_line(f"a person looks: {check.by_hand or check.passes}"))
        try:
            verdict, seen = await self._measured(check, probe)
        except PlaneFault as fault:
            verdict, seen = "unknown", str(fault)
        except ValidationError:
            verdict, seen = "unknown", "how to measure it cannot be used as it stands in the catalogue"
        return Result(check.id, verdict, one_line(seen))

    async def _measured(self, check: Check, probe: Probe) -> tuple[Verdict, str]:
        wire = self._planes.wire(probe.plane, "look by hand")
        if probe.kind == "prometheus":
            return await queried(wire, QueryHow.model_validate(probe.how), check, self._clock())
        if probe.kind == "http":
            smoke = HttpHow.model_validate(probe.how).root
            return ("unknown", _PERSON) if isinstance(smoke, HttpSampleHow) else await smoked(wire, smoke, self._timer)
        how = ServiceHow.model_validate(probe.how).root
        if isinstance(how, SampleHow):
            return "unknown", _PERSON
        return await (_figures(wire, how) if isinstance(how, StatHow) else _tried(wire, how))


async def _figures(wire: Wire, how: StatHow) -> tuple[Verdict, str]:
    answer = await wire.read(f"/admin/stats?window={how.window}")
    found = answer.object()
    usual = found.get("usual") if isinstance(found.get("usual"), dict) else {}
    requests, usually = _figure(found, "requests") or 0.0, _figure(usual, "requests")
    if requests < how.floor:
        return "unknown", f"{number(requests)} requests in {how.window} s: too few to tell (at least {how.floor})"
    if how.floor_usual and (usually is None or requests < how.floor_usual * usually):
        than = f"usually {number(usually)}" if usually is not None else "the usual is not known"
        return "unknown", f"{number(requests)} requests in {how.window} s: too few to tell ({than})"
    results = [_bounded(one, found, usual) for one in (how, *how.also)]
    return max((verdict for verdict, _ in results), key=_WORST.__getitem__), "; ".join(seen for _, seen in results)


def _bounded(how: StatBound, found: Any, usual: Any) -> tuple[Verdict, str]:
    value = _figure(found, how.stat)
    if value is None:
        return "unknown", f"{word(how.stat)} not known"
    verdict, bounds = judged(how, value, _figure(usual, how.stat), lambda x: amount(how.stat, x))
    return verdict, f"{word(how.stat)} {amount(how.stat, value)} ({bounds})"


async def _tried(wire: Wire, how: TryHow) -> tuple[Verdict, str]:
    found = (await wire.read(f"/admin/probe/{how.probe}", method="POST")).object()
    tried, count, usual = _figure(found, "tried"), _figure(found, how.count), _figure(found, "usual")
    if not tried or count is None:
        return "unknown", f"{how.probe}: nothing was tried, or no count of {how.count}"
    part = tried if how.share else 1.0
    verdict, bounds = judged(
        how, count / part, usual / part if usual is not None else None, percent if how.share else number
    )
    return verdict, f"{how.probe}: {number(count)} of {number(tried)} {how.count} ({bounds})"


def _figure(found: Any, name: str) -> float | None:
    value = found.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
