"""Settings: what they take, when the traffic meets them, and that one request id changes one thing once."""

from __future__ import annotations

import pytest

from practice.ai.causes import QUALITY
from practice.ai.model import Refused, Value
from practice.ai.settings import SETTINGS, Settings
from tests.practice.ai.bench import LAG, made, pull, run


def shown(settings: Settings) -> list[tuple[str, Value, Value, str]]:
    return [(one.name, one.before, one.after, one.request_id) for one in settings.changes]


def test_every_setting_takes_its_own_default() -> None:
    """Each default is allowed, and the service starts with it, set and served."""
    settings = Settings(LAG)
    assert {name: one.taken(one.default) for name, one in SETTINGS.items()} == settings.values == settings.served


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("prompt", "v19", "must be one of v16, v17, v18"),
        ("prompt", 17, "must be one of v16, v17, v18"),
        ("feature", True, "must be one of on, off"),
        ("agent_steps", 0, "must be a whole number from 1 to 20"),
        ("agent_steps", 4.5, "must be a whole number from 1 to 20"),
        ("agent_steps", True, "must be a whole number from 1 to 20"),
        ("agent_steps", "4", "must be a whole number from 1 to 20"),
        ("provider_share", float("nan"), "must be a number from 0 to 100"),
        ("provider_share", 100.5, "must be a number from 0 to 100"),
        ("secret", None, "must be a whole number from 1 to 1000000"),
    ],
)
def test_a_value_that_is_not_allowed(name: str, value: object, words: str) -> None:
    """It is refused with what would be allowed, and nothing changes."""
    settings = Settings(LAG)
    with pytest.raises(Refused) as refused:
        settings.put(name, value, "alice", "r1", 0.0)
    assert (refused.value.status, str(refused.value)) == (422, words)
    assert shown(settings) == []


@pytest.mark.parametrize(("given", "taken"), [(12.5, 12.5), (40, 40), (40.0, 40)])
def test_a_share_may_have_parts(given: float, taken: Value) -> None:
    """Shares and the budget take parts; a whole number stays one."""
    assert repr(Settings(LAG).put("variant_share", given, "alice", "r1", 0.0).after) == repr(taken)


def test_the_same_request_id_applies_once() -> None:
    """The second delivery gives what the first did; another value under the same id is refused."""
    settings = Settings(LAG)
    first = settings.put("prompt", "v16", "alice", "r1", 10.0)
    settings.put("prompt", "v17", "bob", "r2", 11.0)
    assert settings.put("prompt", "v16", "alice", "r1", 12.0) is first
    assert settings.values["prompt"] == "v17"
    with pytest.raises(Refused) as refused:
        settings.put("prompt", "v18", "alice", "r1", 13.0)
    assert refused.value.status == 409
    assert shown(settings) == [("prompt", "v17", "v16", "r1"), ("prompt", "v16", "v17", "r2")]


@pytest.mark.parametrize(
    ("name", "value", "lag"), [("prompt", "v16", LAG), ("index", "2026-11-21", LAG), ("feature", "off", 0.3)]
)
def test_a_change_reaches_the_traffic_after_its_lag(name: str, value: Value, lag: float) -> None:
    """It is set at once and served only later: slowly where clients keep a copy, quickly elsewhere."""
    settings = Settings(LAG)
    settings.put(name, value, "alice", "r1", 100.0)
    settings.settle(100.0 + lag - 0.01)
    assert (settings.values[name], settings.served[name]) == (value, SETTINGS[name].default)
    settings.settle(100.0 + lag)
    assert settings.served[name] == value


def test_two_changes_within_the_lag_arrive_in_order() -> None:
    """The traffic meets the first, then the second, each after its own lag."""
    settings = Settings(2.0)
    settings.put("prompt", "v16", "alice", "r1", 100.0)
    settings.put("prompt", "v18", "alice", "r2", 101.0)
    met = []
    for now in (101.9, 102.0, 102.9, 103.0):
        settings.settle(now)
        met.append(settings.served["prompt"])
    assert met == ["v17", "v16", "v16", "v18"]


def test_answers_carry_what_they_met() -> None:
    """Answers that begin within the lag carry the old prompt, those after it the new one, without exception."""
    engine = made()
    pull(engine, "prompt", "v16")
    changed = engine.now
    run(engine, LAG + 3)
    by_prompt = {prompt: [one.at for one in engine.answers if one.served.prompt == prompt] for prompt in ("v17", "v16")}
    assert max(by_prompt["v17"]) < changed + LAG <= min(by_prompt["v16"])
    assert len(engine.listed(3000, changed + LAG)) == len(by_prompt["v16"]) >= 20


def test_a_broken_deploy_is_in_the_audit_and_served_at_once() -> None:
    """What a cause moves is written down as a change by a release, and a person's change in flight does not undo it."""
    engine = made()
    pull(engine, "prompt", "v16")
    engine.break_(QUALITY)
    run(engine, LAG + 1)
    assert engine.settings.served["prompt"] == "v18"
    last = engine.settings.changes[-1]
    assert (last.before, last.after, last.by) == ("v16", "v18", "release 412")
