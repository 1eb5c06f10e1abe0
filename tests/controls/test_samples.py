"""Answers for people to judge: fresh ones, without secrets or personal data, cut to what fits a message."""

from datetime import timedelta
from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Planes, Sampled
from stanch.controls.samples import ANSWER, QUESTION, Samples
from stanch.core.check import Probe
from tests.controls.parts import SINCE
from tests.fakes.plane import TOKEN, FakePlane

HERE = Probe("practice_ai", "practice", {"sample": True, "segment": "acme"})


def said(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "tenant": "acme", "language": "de", "model": "m1", "sources": ["wiki"],
            "question": "Where is my order?", "answer": "On its way.", **more}  # fmt: skip


async def test_the_newest_of_the_segment(plane: FakePlane, driven: Planes) -> None:
    """Only answers that began after the moment, of the segment that was hit, newest first, as many as asked."""
    plane.serve(1, **said("old"))
    since = SINCE + timedelta(seconds=plane.now - 1_000)
    for id, tenant in (("a", "acme"), ("b", "globex"), ("c", "acme"), ("d", "acme")):
        plane.serve(1, **said(id, tenant=tenant))
    drawn = await Samples(driven).draw(HERE, 2, since)
    assert drawn == [Sampled(id, "Where is my order?", "On its way.", "de, m1, wiki") for id in "dc"]
    assert [one.id for one in await Samples(driven).draw(HERE, 20, since)] == ["d", "c", "a"]


async def test_what_users_wrote_is_redacted_and_cut(plane: FakePlane, driven: Planes) -> None:
    """Mail addresses, cards, keys and the plane's own secret are gone, also where the text is cut."""
    answer = f"Write to ada@example.org, card 4111 1111 1111 1111, password: hunter22, {TOKEN}. " + "x" * 5_000
    plane.serve(1, **said("a", question="I am ada@example.org " + "y" * 600, answer=answer, model=None, sources=None))
    (one,) = await Samples(driven).draw(HERE, 1, SINCE)
    gone = [secret for secret in ("ada@", "4111", "hunter22", TOKEN) if secret in repr(one)]
    assert (gone, len(one.question), len(one.answer), one.meta) == ([], QUESTION, ANSWER, "de")
    assert one.question.startswith("I am [redacted: e-mail] yyy")


async def test_any_http_api(plane: FakePlane, driven: Planes) -> None:
    """Pointers say where the list lies and what of each entry is asked, told and shown beside it."""
    how = {
        "sample": True, "get": "/traces?after={since}&n={of}", "each": "/data", "id": "/id",
        "question": "/input/text", "answer": "/output", "meta": ["/model"],
    }  # fmt: skip
    entries = [{"id": n, "input": {"text": f"q{n}"}, "output": f"a{n}", "model": "m"} for n in range(3)]
    plane.routes["GET", "/traces"] = lambda _: (200, {"data": entries})
    drawn = await Samples(driven).draw(Probe("http", "gateway", how), 2, SINCE)
    assert drawn == [Sampled("0", "q0", "a0", "m"), Sampled("1", "q1", "a1", "m")]
    assert plane.calls[-1].path == "/traces?after=1000.000&n=2"
    entries[0].pop("output")
    with pytest.raises(PlaneFault) as caught:
        await Samples(driven).draw(Probe("http", "gateway", how), 2, SINCE)
    message = "The control plane gateway lists its answers in another shape than the catalogue says."
    assert (str(caught.value), caught.value.sent) == (message, False)


@pytest.mark.parametrize(
    "probe",
    [
        Probe("practice_ai", "practice", {"stat": "error_share", "at_most": 1}),
        Probe("http", "gateway", {"get": "/x"}),
        Probe("http", "gateway", {"sample": True}),
    ],
)
async def test_a_check_that_reads_no_answers(driven: Planes, probe: Probe) -> None:
    """A check that says no place to read answers from says so, and what to do instead."""
    with pytest.raises(PlaneFault) as caught:
        await Samples(driven).draw(probe, 5, SINCE)
    assert (
        str(caught.value) == f"The catalogue does not say where answers are read at {probe.plane}: judge them by hand."
    )
