"""What each further setting does to the traffic, and to nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from practice.ai.causes import COST, LATENCY, SAFETY, SECURITY
from practice.ai.engine import Engine
from practice.ai.model import Answer, Value
from practice.ai.probes import PROBES
from tests.practice.ai.bench import START, broken, made, pull, run

LOOKED_AT_S = 5.0


def fresh(engine: Engine, setting: str, value: Value) -> list[Answer]:
    """The answers that began after a quick setting was served."""
    pull(engine, setting, value)
    run(engine, 0.4)
    since = engine.now
    run(engine, LOOKED_AT_S)
    return engine.listed(3000, since)


def every(found: list[Answer], holds: Callable[[Answer], bool]) -> bool:
    return len(found) >= 20 and all(holds(one) for one in found)


@pytest.mark.parametrize(
    ("setting", "value", "holds"),
    [
        ("model", "moonlight-mini", lambda one: one.served.model == "moonlight-mini"),
        ("answers", "fallback", lambda one: one.content.fallback and one.cost == 0),
        ("provider_share", 100, lambda one: one.served.provider == "southgate"),
        ("variant_share", 100, lambda one: (one.served.variant, one.served.prompt) == ("new", "v18")),
        ("retrieval_depth", 3, lambda one: one.served.depth == 3),
        ("reranker", "off", lambda one: one.served.reranker is False),
        ("source.wiki", "off", lambda one: "wiki" not in one.content.sources),
        ("source.manual", "off", lambda one: "manual" not in one.content.sources),
        ("agent_steps", 2, lambda one: one.content.steps <= 2),
        ("agents", "stop", lambda one: one.content.steps <= 1),
        ("shed", "batch", lambda one: not one.question.batch and one.status == 200),
        ("shed", "all-but-critical", lambda one: one.status == (200 if one.question.journey == "refund" else 429)),
        ("key.globex", "blocked", lambda one: one.status == (403 if one.question.tenant == "globex" else 200)),
        ("rate_limit.acme", 0, lambda one: one.status == (429 if one.question.tenant == "acme" else 200)),
        ("tool.lookup", "off", lambda one: all(use.outcome == "off" for use in uses(one, "lookup"))),
        ("tool.refund", "ask", lambda one: all(use.outcome == "waits" for use in uses(one, "refund"))),
        ("max_tokens", 80, lambda one: len(one.content.text.split()) <= 14),
    ],
)
def test_what_a_setting_does(setting: str, value: Value, holds: Callable[[Answer], bool]) -> None:
    """Every answer that begins after it is served bears its mark."""
    assert every(fresh(made(), setting, value), holds)


def uses(one: Answer, name: str) -> list[object]:
    return [use for use in one.content.tools if use.name == name]


def test_no_traffic_while_the_feature_is_off() -> None:
    """Requests stop; shares and times are null, not zero; a question sent in gets the notice."""
    engine = made()
    assert fresh(engine, "feature", "off") == []
    figures = engine.figures(4)
    assert {name for name, value in figures.items() if value is None} == {
        "error_share", "timeout_share", "limited_share", "refused_share", "dont_know_share", "grounded_share",
        "empty_share", "flagged_share", "foreign_share", "p95_ms", "queue_wait_ms",
    }  # fmt: skip
    assert (figures["requests"], figures["spend_per_hour"]) == (0, 0.0)
    assert engine.ask("Where is my order?", "acme", "acme").status == 503


def test_the_budget_spares_the_critical_journey() -> None:
    """Past the budget other journeys get 402, refunds go on, and spending stays near the gate."""
    engine = broken(COST)
    fresh(engine, "budget_per_hour", 10)
    run(engine, 10)
    found = engine.listed(3000, engine.now - 5)
    refunds = {one.status for one in found if one.question.journey == "refund" and not one.question.loop}
    assert refunds == {200}
    assert {one.status for one in found} == {200, 402}
    assert engine.stats.window(10, engine.now)["spend_per_hour"] < 30


def test_a_rate_limit_lets_its_number_through() -> None:
    """At 60 a minute about one acme request a second is served, and globex notices nothing."""
    engine = made()
    fresh(engine, "rate_limit.acme", 60)
    run(engine, 20)
    found = engine.listed(3000, engine.now - 20)
    served = [one for one in found if one.question.tenant == "acme" and one.status == 200]
    assert 18 <= len(served) <= 22
    assert {one.status for one in found if one.question.tenant == "globex"} == {200}


def test_jobs_in_a_circle_run_until_they_are_stopped() -> None:
    """Eight jobs as long as the cap allows; stopping them leaves none, and lists what is half done."""
    engine = broken(COST)
    before = engine.jobs.shown()
    assert before["running"] >= 8
    assert before["longest_steps"] == 12
    fresh(engine, "agents", "stop")
    jobs = engine.jobs.shown()
    assert (jobs["running"], jobs["longest_steps"]) == (0, 0)
    assert sum(text.startswith("acme: refund for order A-") for text in jobs["half_done"]) >= 8


def test_a_flood_is_felt_by_all_and_shedding_spares_people() -> None:
    """The queue grows under the flood; with batch work shed no batch request is begun and people wait no longer."""
    engine = broken(LATENCY)
    assert engine.stats.window(5, engine.now)["queue_wait_ms"] > 2000
    found = fresh(engine, "shed", "batch")
    assert {one.question.batch for one in found} == {False}
    assert engine.stats.window(2, engine.now)["queue_wait_ms"] < 100


def probe(name: str, engine: Engine) -> dict[str, object]:
    found: dict[str, object] = PROBES[name](engine.settings.served, engine.causes.broken)
    return found


def test_probes_on_a_healthy_service() -> None:
    """No attack is through, no harmless question blocked, nothing differs from usual, and outside calls are open."""
    engine = made()
    assert probe("attack", engine) == {"tried": 63, "through": 0}
    assert probe("harmless", engine) == {"tried": 100, "blocked": 0}
    golden = probe("golden", engine)
    assert (golden["tried"], golden["foreign"]) == (60, 0)
    assert golden["found"] == golden["usual"]
    canary = probe("canary", engine)
    assert canary["bad"] == canary["usual"]
    assert probe("egress", engine) == {"refused": False}


@pytest.mark.parametrize(("name", "setting", "value"), [(SAFETY, "filter", "strict"), (SECURITY, "source.wiki", "off")])
def test_the_attack_probe_follows_the_settings(name: str, setting: str, value: Value) -> None:
    """Attacks get through while it is broken and none when the control is served; at most 2 of 100 good ones suffer."""
    engine = broken(name)
    assert int(str(probe("attack", engine)["through"])) > 5
    fresh(engine, setting, value)
    assert probe("attack", engine) == {"tried": 63, "through": 0}
    assert int(str(probe("harmless", engine)["blocked"])) <= 2


def test_after_a_long_sleep() -> None:
    """Of the time asleep only its last seconds are made up for, and the charts show the gap."""
    engine = made()
    engine.step(engine.now + 3600)
    assert len(engine.listed(3000, engine.now - 3500)) < 120
    assert [point["t"] for point in engine.points] == [START + 3604 - age for age in range(179, -1, -1)]
    assert (engine.points[0]["requests"], engine.points[0]["error_share"]) == (0, None)
