"""What the practice AI service's adapter takes for proof: what users get, not what the service says."""

from datetime import timedelta
from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.core.control import Aim, Value, Values
from tests.controls.parts import PROMPT, SINCE, setting
from tests.fakes.plane import FakePlane, Fault

DEPTH = Values(low=1, high=20)
SHARE = Values(low=0, high=100, unit="%")
MODES = Values(choices=("model", "fallback"))


V17 = Values(choices=("v18", "v17"))


async def probe(driven: Planes, aim: Aim, value: Value) -> Proof:
    return await driven.of(aim).probe(aim, value, since=SINCE)


async def test_answers_that_began_before_prove_nothing(plane: FakePlane, driven: Planes) -> None:
    """Too few answers since it was accepted: cannot tell, however many there were before."""
    plane.settings["prompt"] = "v17"
    plane.serve(40)
    before = plane.now
    plane.serve(19)
    proof = await driven.of(PROMPT).probe(PROMPT, "v17", since=SINCE + timedelta(seconds=before - 1000))
    assert proof == Proof(None, "19 of 20 answers since then; too few to tell")


async def test_some_answers_may_still_carry_the_old_value(plane: FakePlane, driven: Planes) -> None:
    """While caches run out both are seen; only when the newest 20 all carry it, it is in effect."""
    plane.serve(7)
    plane.settings["prompt"] = "v17"
    plane.serve(13)
    assert await probe(driven, PROMPT, "v17") == Proof(False, "7 of 20 answers still carry v18")
    plane.serve(7)
    assert await probe(driven, PROMPT, "v17") == Proof(True, "last 20 answers carry v17")


async def test_several_old_values_are_said(plane: FakePlane, driven: Planes) -> None:
    """The most common one is named, and that there are others."""
    plane.serve(1, prompt="v16")
    plane.serve(3, prompt="v18")
    plane.serve(16, prompt="v17")
    plane.settings["prompt"] = "v17"
    assert await probe(driven, PROMPT, "v17") == Proof(False, "4 of 20 answers still carry v18 and others")


async def test_a_field_that_answers_do_not_have_tells_nothing(plane: FakePlane, driven: Planes) -> None:
    """A proof that looks at the wrong place is no proof, neither way."""
    aim = setting({"field": "revision"})
    plane.serve(20)
    assert await probe(driven, aim, "v18") == Proof(None, "the answers do not say their revision")


FIELDS: dict[str, tuple[dict[str, Any], dict[str, Any], Values, Value, Value, dict[str, Any], Proof]] = {
    "mapped, on": (
        {"field": "fallback", "map": {"fallback": True, "model": False}, "of": 5},
        {"answers": "fallback"},
        MODES,
        "fallback",
        "fallback",
        {"fallback": True},
        Proof(True, "last 5 answers carry fallback yes"),
    ),
    "mapped, back": (
        {"field": "fallback", "map": {"fallback": True, "model": False}, "of": 5},
        {"answers": "model"},
        MODES,
        "fallback",
        "model",
        {"fallback": True},
        Proof(False, "5 of 5 answers still carry fallback yes"),
    ),
    "not in the map": (
        {"field": "fallback", "map": {"fallback": True}, "of": 5},
        {"answers": "model"},
        MODES,
        "fallback",
        "model",
        {},
        Proof(None, "the catalogue does not say what answers carry at model"),
    ),
    "equals, where it is pulled": (
        {"field": "fallback", "equals": True, "of": 5},
        {"answers": "fallback"},
        MODES,
        "fallback",
        "fallback",
        {"fallback": False},
        Proof(False, "5 of 5 answers still carry fallback no"),
    ),
    "equals, on the way back": (
        {"field": "fallback", "equals": True, "of": 5},
        {"answers": "model"},
        MODES,
        "fallback",
        "model",
        {"fallback": False},
        Proof(True, "the setting says model; nothing else shows this way"),
    ),
    "a number": (
        {"field": "depth", "of": 5},
        {"depth": 4},
        DEPTH,
        4,
        4,
        {"depth": 8},
        Proof(False, "5 of 5 answers still carry depth 8"),
    ),
    "at most, over": (
        {"field": "depth", "at_most": True, "of": 5},
        {"depth": 4},
        DEPTH,
        4,
        4,
        {"depth": 5},
        Proof(False, "5 of 5 answers are over 4"),
    ),
    "at most, within": (
        {"field": "depth", "at_most": True, "of": 5},
        {"depth": 4},
        DEPTH,
        4,
        4,
        {"depth": 4},
        Proof(True, "last 5 answers are at most 4"),
    ),
    "lacks, still there": (
        {"field": "sources", "lacks": "wiki", "of": 5},
        {"prompt": "v17"},
        V17,
        "v17",
        "v17",
        {"sources": ["wiki", "manual"]},
        Proof(False, "5 of 5 answers still have wiki"),
    ),
    "lacks, gone": (
        {"field": "sources", "lacks": "wiki", "of": 5},
        {"prompt": "v17"},
        V17,
        "v17",
        "v17",
        {"sources": ["manual"]},
        Proof(True, "none of the last 5 answers has wiki"),
    ),
    "some, none": (
        {"field": "status", "some": 429, "of": 5},
        {"depth": 4},
        DEPTH,
        4,
        4,
        {},
        Proof(False, "0 of 5 answers carry status 429"),
    ),
    "some, seen": (
        {"field": "status", "some": 429, "of": 5},
        {"depth": 4},
        DEPTH,
        4,
        4,
        {"status": 429},
        Proof(True, "5 of 5 answers carry status 429"),
    ),
    "share, none where all are due": (
        {"field": "variant", "share": "new", "of": 5},
        {"depth": 100},
        SHARE,
        0,
        100,
        {},
        Proof(False, "0 of 5 answers carry new, 100 % was asked"),
    ),
    "share, all gone": (
        {"field": "variant", "share": "new", "of": 5},
        {"depth": 0},
        SHARE,
        0,
        0,
        {},
        Proof(True, "0 of 5 answers carry new, 0 % was asked"),
    ),
    "share, too many for chance": (
        {"field": "variant", "share": "new", "of": 20},
        {"depth": 10},
        SHARE,
        0,
        10,
        {"variant": "new"},
        Proof(False, "20 of 20 answers carry new, 10 % was asked"),
    ),
}


@pytest.mark.parametrize("case", FIELDS)
async def test_what_answers_show(plane: FakePlane, driven: Planes, case: str) -> None:
    """Each way to read the value out of the answers, when it is there and when it is not."""
    proof, settings, values, to, value, carried, expected = FIELDS[case]
    ((name, stands),) = settings.items()
    plane.settings[name] = stands
    plane.serve(proof["of"], **carried)
    assert await probe(driven, setting(proof, name, values, to), value) == expected


async def test_only_the_segment_is_looked_at(plane: FakePlane, driven: Planes) -> None:
    """A limit for one tenant is proved by its answers; others must not make it look done."""
    aim = setting({"field": "status", "some": 429, "of": 2, "segment": "acme"}, "depth", DEPTH, 4)
    plane.settings["depth"] = 4
    plane.serve(5, status=429, tenant="globex")
    plane.serve(2, tenant="acme")
    assert await probe(driven, aim, 4) == Proof(False, "0 of 2 answers of acme carry status 429")


async def test_a_figure_counts_only_when_its_whole_window_is_after(plane: FakePlane, driven: Planes) -> None:
    """A window that reaches back to before it was accepted would mix both; nobody there tells nothing."""
    aim = setting({"stat": "dont_know_share", "above": 0.1, "window": 10})
    plane.settings["prompt"] = "v17"
    plane.stats = {"dont_know_share": 0.24}
    plane.now = 1_004
    assert await probe(driven, aim, "v17") == Proof(None, "4 of 10 s seen since then; too few to tell")
    plane.now = 1_010
    assert await probe(driven, aim, "v17") == Proof(True, "“I don't know” 24 % (wanted above 10 %)")
    plane.stats = {"dont_know_share": 0.1}
    assert await probe(driven, aim, "v17") == Proof(False, "“I don't know” 10 % (wanted above 10 %)")
    plane.stats = {"dont_know_share": None}
    assert await probe(driven, aim, "v17") == Proof(None, "no request in the last 10 s")


async def test_a_figure_that_there_is_not_is_a_fault(plane: FakePlane, driven: Planes) -> None:
    """A proof with a misspelt figure could never be told; it says so instead of waiting."""
    plane.now = 1_010
    aim = setting({"stat": "eror_share", "below": 0.1}, to="v18")
    with pytest.raises(PlaneFault) as caught:
        await probe(driven, aim, "v18")
    said = "The control plane practice knows no figure eror_share: look at the catalogue."
    assert (str(caught.value), caught.value.permanent) == (said, True)


async def test_a_tool_is_off_when_nobody_called_it_for_a_while(plane: FakePlane, driven: Planes) -> None:
    """A call within the time is seen at once; none counts only after the whole time, with people there."""
    aim = setting({"calls": "refund", "none_for": 10}, "prompt", V17, "v17")
    plane.settings["prompt"] = "v17"
    plane.serve(1, tools=[{"name": "refund", "outcome": "called"}])
    assert await probe(driven, aim, "v17") == Proof(False, "refund was called 1 × in the last 10 s")
    plane.serve(30, tools=[{"name": "refund", "outcome": "off"}, {"name": "lookup", "outcome": "called"}])
    plane.now = 1_010.05
    assert await probe(driven, aim, "v17") == Proof(False, "refund was called 1 × in the last 10 s")
    plane.now = 1_011.1
    found = await probe(driven, aim, "v17")
    assert found == Proof(True, "no call of refund in 20 answers of the last 10 s")
    plane.now = 1_030
    assert await probe(driven, aim, "v17") == Proof(None, "no answer in the last 10 s")
    plane.answers.clear()
    plane.now = 1_004
    assert await probe(driven, aim, "v17") == Proof(None, "4 of 10 s seen since then; too few to tell")


async def test_a_call_before_it_was_accepted_does_not_count(plane: FakePlane, driven: Planes) -> None:
    """What the tool did before is why it was switched off; it says nothing of the switch."""
    aim = setting({"calls": "refund", "none_for": 10}, "prompt", V17, "v17")
    plane.settings["prompt"] = "v17"
    plane.serve(1, tools=[{"name": "refund", "outcome": "called"}])
    since = SINCE + timedelta(seconds=plane.now - 1_000)
    plane.now += 4
    found = await driven.of(aim).probe(aim, "v17", since=since)
    assert found == Proof(None, "4 of 10 s seen since then; too few to tell")


@pytest.mark.parametrize(
    ("proof", "jobs", "value", "expected"),
    [
        ({"jobs": "running"}, {"running": 2}, 4, Proof(False, "2 jobs running (at most 0)")),
        ({"jobs": "running"}, {"running": 0}, 4, Proof(True, "0 jobs running (at most 0)")),
        (
            {"jobs": "longest_steps", "at_most": "value"},
            {"longest_steps": 9},
            4,
            Proof(False, "9 steps in the longest job (at most 4)"),
        ),
        (
            {"jobs": "longest_steps", "at_most": "value"},
            {"longest_steps": 9},
            12,
            Proof(True, "9 steps in the longest job (at most 12)"),
        ),
        ({"jobs": "running"}, {"running": None}, 4, Proof(None, "the service does not say how its jobs stand")),
    ],
)
async def test_jobs(
    plane: FakePlane, driven: Planes, proof: dict[str, Any], jobs: dict[str, Any], value: int, expected: Proof
) -> None:
    """Agents are stopped when none runs; a cap holds when the longest job is within it, also on the way back."""
    plane.settings["depth"] = value
    plane.jobs |= jobs
    assert await probe(driven, setting(proof, "depth", DEPTH, 4), value) == expected


@pytest.mark.parametrize(
    ("proof", "answer", "expected"),
    [
        (
            {"probe": "attack", "count": "through", "at_most": 0},
            {"tried": 20, "through": 3},
            Proof(False, "attack: through 3 of 20"),
        ),
        (
            {"probe": "attack", "count": "through", "at_most": 0},
            {"tried": 20, "through": 0},
            Proof(True, "attack: through 0 of 20"),
        ),
        (
            {"probe": "attack", "count": "through", "at_most": 0},
            {"tried": 0, "through": 0},
            Proof(None, "attack: through 0 of 0; nothing was tried"),
        ),
        (
            {"probe": "egress", "count": "refused", "equals": True},
            {"refused": True},
            Proof(True, "egress: refused yes"),
        ),
        (
            {"probe": "egress", "count": "refused", "equals": True},
            {"refused": False},
            Proof(False, "egress: refused no"),
        ),
    ],
)
async def test_the_services_own_probes(
    plane: FakePlane, driven: Planes, proof: dict[str, Any], answer: dict[str, Any], expected: Proof
) -> None:
    """The known bad prompts are sent again, and what got through is counted; a probe of nothing tells nothing."""
    plane.tried[proof["probe"]] = answer
    assert await probe(driven, setting(proof, to="v18"), "v18") == expected


async def test_a_setting_alone_says_that_it_is_alone(plane: FakePlane, driven: Planes) -> None:
    """Where nothing else can show it, the words say so; and a plane that lies is still caught."""
    aim = setting({"setting_only": True})
    plane.writes = Fault("lies")
    await driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada")
    assert await probe(driven, aim, "v17") == Proof(False, "the setting still says v18")
    plane.writes = None
    await driven.of(aim).apply(aim, "v17", detail={}, request_id="r-2", by="ada")
    assert await probe(driven, aim, "v17") == Proof(
        None, "the setting says v17, and nothing that is served shows it", final=True
    )
