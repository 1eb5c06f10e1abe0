"""The adapter against the practice AI service itself: what its traffic shows, and its own faults."""

from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Proof, Reading
from stanch.controls.checks import Checks
from stanch.controls.samples import Samples
from stanch.core.check import Check, Probe
from stanch.core.control import Values
from tests.controls.parts import PROMPT, setting
from tests.controls.stage import Stage, staged

MODES = Values(choices=("none", "batch"))


async def test_a_bad_prompt_is_put_back_and_the_answers_show_it(stage: Stage) -> None:
    """Broken by a deploy, put back by one pull: the newest 20 answers carry the good revision, errors stay low."""
    await stage.admin("POST", "/break", {"class": "quality_regression"})
    assert await stage.of(PROMPT).read(PROMPT) == Reading("v18")
    since = await stage.pull(PROMPT, "v17")
    first = await stage.of(PROMPT).probe(PROMPT, "v17", since=since)
    assert first.effective is not True, "nothing can be known yet"
    proof = await stage.until_effective(PROMPT, "v17", since, 10)
    assert proof == Proof(True, "last 20 answers carry v17")
    probe = Probe("practice_ai", "practice", {"stat": "error_share", "at_most": 0.5, "window": 5})
    found = await Checks(stage.planes).measure(Check("errors", "Errors", "", probes={"s": probe}), "s")
    assert found.verdict == "green", found
    sample = Probe("practice_ai", "practice", {"sample": True})
    drawn = await Samples(stage.planes).draw(sample, 5, since)
    assert len({one.id for one in drawn}) == 5
    assert all(one.question and one.meta for one in drawn)


async def test_a_service_that_lies_is_never_effective(stage: Stage) -> None:
    """It says yes and does nothing: the audit is empty, the reading is old, and no probe is ever true."""
    await stage.admin("POST", "/break/admin", {"kind": "lies"})
    for aim, value in (
        (PROMPT, "v16"),
        (setting({"setting_only": True}, "params", Values(choices=("default", "hot")), "hot"), "hot"),
        (setting({"stat": "requests", "above": 0, "window": 1}, "shed", MODES, "batch"), "batch"),
    ):
        before = await stage.of(aim).read(aim)
        since = await stage.pull(aim, value)
        proof = await stage.until_effective(aim, value, since, 0.5)
        assert proof == Proof(False, f"the setting still says {before.value}")
    assert await stage.applied() == []


FAULTS: tuple[tuple[dict[str, Any], bool, bool, bool | None], ...] = (
    ({"kind": "status", "status": 401}, False, True, False),
    ({"kind": "status", "status": 403}, False, True, False),
    ({"kind": "status", "status": 404}, False, True, False),
    ({"kind": "status", "status": 409}, False, True, False),
    ({"kind": "status", "status": 422}, False, True, False),
    ({"kind": "status", "status": 429, "retry_after": 3}, False, False, False),
    ({"kind": "status", "status": 500}, True, False, False),
    ({"kind": "html"}, True, False, False),
    ({"kind": "nothing"}, True, False, False),
    ({"kind": "reset"}, True, False, False),
    ({"kind": "lost"}, True, False, True),
    ({"kind": "slow", "ms": 1000}, True, False, None),
    ({"kind": "hold"}, True, False, None),
)
"""Whether it may have happened, whether again cannot help, and whether it did happen where that is certain."""


async def test_its_own_faults() -> None:
    """Each fault says whether it may have happened; whether it did is in the service's audit."""
    async with staged(patience=0.6) as stage:
        for fault, sent, permanent, done in FAULTS:
            await stage.admin("POST", "/break/admin", fault)
            with pytest.raises(PlaneFault) as caught:
                await stage.pull(PROMPT, "v16")
            known = caught.value
            told = known.sent, known.permanent, known.retry_after
            assert told == (sent, permanent, fault.get("retry_after")), fault
            assert stage.token not in str(known)
            await stage.admin("DELETE", "/break/admin")
            if done is not None:
                assert await stage.applied() == ([("prompt", "v16", "r-1")] if done else []), fault
                assert await stage.of(PROMPT).read(PROMPT) == Reading("v16" if done else "v17"), fault


async def test_asked_again_with_the_same_id_it_is_applied_once(stage: Stage) -> None:
    """After a lost answer the same request goes out again: the audit holds it once."""
    await stage.admin("POST", "/break/admin", {"kind": "lost", "nth": 1})
    with pytest.raises(PlaneFault):
        await stage.pull(PROMPT, "v16")
    await stage.pull(PROMPT, "v16")
    assert await stage.applied() == [("prompt", "v16", "r-1")]


async def test_a_value_that_the_service_does_not_know_is_refused_in_its_words(stage: Stage) -> None:
    """422 with why: asking again cannot help, and nothing was sent that could have happened."""
    with pytest.raises(PlaneFault) as caught:
        await stage.pull(PROMPT, "v99")
    assert (caught.value.sent, caught.value.permanent) == (False, True)
    assert "must be one of v16, v17, v18" in str(caught.value)
