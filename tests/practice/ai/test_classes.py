"""Each of the seven ways to break the service shows in its figure, and only the controls that fit bring it back."""

from __future__ import annotations

import pytest

from practice.ai.causes import CLASSES, COST, LATENCY, OUTAGE, QUALITY, RETRIEVAL, SAFETY, SECURITY
from practice.ai.model import Value
from tests.practice.ai.bench import BACK_WITHIN_S, HARM, LAG, LOOKED_AT_S, after, broken, made, pull, run

RIGHT: list[tuple[str, str, Value]] = [
    (QUALITY, "prompt", "v17"),
    (QUALITY, "answers", "fallback"),
    (QUALITY, "feature", "off"),
    (SAFETY, "filter", "strict"),
    (SAFETY, "model", "sunrise-2026-09-01"),
    (RETRIEVAL, "index", "2026-11-14"),
    (RETRIEVAL, "grounding", "strict"),
    (LATENCY, "shed", "batch"),
    (COST, "rate_limit.acme", 60),
    (COST, "agents", "stop"),
    (COST, "key.acme", "blocked"),
    (COST, "agent_steps", 4),
    (OUTAGE, "provider_share", 100),
    (OUTAGE, "answers", "fallback"),
    (SECURITY, "source.wiki", "off"),
    (SECURITY, "feature", "off"),
]
WRONG: dict[str, list[tuple[str, Value]]] = {
    QUALITY: [("model", "sunrise-2026-09-01"), ("filter", "strict"), ("index", "2026-11-14")],
    SAFETY: [("prompt", "v16"), ("grounding", "strict"), ("tool.refund", "off")],
    RETRIEVAL: [("prompt", "v16"), ("model", "sunrise-2026-09-01"), ("retrieval_depth", 20)],
    LATENCY: [("provider_share", 100), ("rate_limit.acme", 60), ("agents", "stop")],
    COST: [("agent_steps", 8), ("rate_limit.globex", 60), ("shed", "batch")],
    OUTAGE: [("retries", 5), ("model", "sunrise-2026-09-01"), ("shed", "batch")],
    SECURITY: [("filter", "strict"), ("tool.lookup", "off"), ("index", "2026-11-21")],
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_shows_in_its_own_figure_until_it_is_mended(name: str) -> None:
    """Well, then broken by that figure, then well again with the cause gone and the moved setting put back."""
    engine, harm = made(), HARM[name]
    run(engine, LOOKED_AT_S)
    assert harm.figure(engine, LOOKED_AT_S) <= harm.well
    engine.break_(name)
    run(engine, 3 + LOOKED_AT_S)
    assert harm.figure(engine, LOOKED_AT_S) >= harm.broken
    engine.mend(name)
    run(engine, 3 + LOOKED_AT_S)
    assert harm.figure(engine, LOOKED_AT_S) <= harm.well
    assert (engine.causes.listed(), dict(engine.settings.differing())) == ([], {})


@pytest.mark.parametrize(("name", "setting", "value"), RIGHT)
def test_the_right_control_brings_it_back(name: str, setting: str, value: Value) -> None:
    """From three seconds after the lag on, the figure is as when nothing was broken."""
    engine, harm = broken(name), HARM[name]
    after(engine, setting, value)
    assert harm.figure(engine, LOOKED_AT_S) <= harm.well
    assert engine.causes.listed() == [name]


@pytest.mark.parametrize("name", CLASSES)
def test_wrong_controls_do_not(name: str) -> None:
    """Controls that have nothing to do with the cause, three at once, leave people as badly off as before."""
    engine, harm = broken(name), HARM[name]
    for setting, value in WRONG[name]:
        pull(engine, setting, value)
    run(engine, LAG + BACK_WITHIN_S + LOOKED_AT_S)
    assert harm.figure(engine, LOOKED_AT_S) > harm.well


@pytest.mark.parametrize(
    ("setting", "value", "well"),
    [("model", "sunrise-2026-09-01", True), ("answers", "fallback", True), ("prompt", "v16", False)],
)
def test_a_bad_model_instead_of_a_bad_prompt(setting: str, value: Value, well: bool) -> None:
    """It moves no setting; asking another model mends it, another prompt does not."""
    engine, harm = made(), HARM[QUALITY]
    engine.break_(QUALITY, "sunrise-latest")
    run(engine, 3 + LOOKED_AT_S)
    assert (engine.causes.listed(), dict(engine.settings.differing())) == ([QUALITY], {})
    assert harm.figure(engine, LOOKED_AT_S) >= harm.broken
    after(engine, setting, value)
    assert (harm.figure(engine, LOOKED_AT_S) <= harm.well) == well
    engine.mend(QUALITY)
    after(engine, setting, value)
    assert harm.figure(engine, LOOKED_AT_S) <= harm.well


def test_switching_the_tool_off_stops_the_calls_but_not_the_leak() -> None:
    """With the refund tool off nobody's order has it call, while the poisoned page still gives data away."""
    engine = broken(SECURITY)
    after(engine, "tool.refund", "off")
    found = engine.listed(3000, engine.now - LOOKED_AT_S)
    outcomes = {use.outcome for one in found for use in one.content.tools if use.name == "refund"}
    assert (outcomes, any(one.content.foreign for one in found)) == ({"off"}, True)


def test_strict_grounding_says_so_instead_of_inventing() -> None:
    """Under a bad index strict grounding turns wrong answers into "I don't know"; the empties stay."""
    engine = broken(RETRIEVAL)
    before = engine.stats.window(LOOKED_AT_S, engine.now)
    after(engine, "grounding", "strict")
    now = engine.stats.window(LOOKED_AT_S, engine.now)
    assert before["dont_know_share"] < 0.25 < now["dont_know_share"]
    assert before["grounded_share"] < 0.8 < now["grounded_share"]
    assert now["empty_share"] > 0.2


def test_two_classes_at_once() -> None:
    """Two causes hurt side by side, and a control takes away only its own."""
    engine = broken(QUALITY)
    engine.break_(OUTAGE)
    run(engine, 10)
    assert engine.causes.listed() == [QUALITY, OUTAGE]
    after(engine, "provider_share", 100)
    assert HARM[OUTAGE].figure(engine, LOOKED_AT_S) <= HARM[OUTAGE].well
    assert HARM[QUALITY].figure(engine, LOOKED_AT_S) >= HARM[QUALITY].broken


def test_mending_everything_puts_every_setting_back() -> None:
    """Mend all leaves no cause and no setting that differs, also those that a person had pulled."""
    engine = broken(QUALITY)
    engine.break_(COST)
    after(engine, "agents", "stop")
    assert engine.jobs.shown()["half_done"] != []
    engine.mend(None)
    run(engine, 1)
    assert (engine.causes.listed(), dict(engine.settings.differing())) == ([], {})
    assert engine.jobs.shown()["half_done"] == []
