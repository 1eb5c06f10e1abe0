"""Who asks what, and how often: requests a second by kind, and one question drawn from a kind."""

from __future__ import annotations

from random import Random

from practice.ai import phrases
from practice.ai.causes import COST, LATENCY
from practice.ai.model import CRITICAL, TENANTS, Question
from practice.ai.settings import Values

INTERACTIVE_S = 14.0
BATCH_S = 2.0
FLOOD_S = 16.0
"""Heavy batch requests a second while the flood lasts; most of them wait at their source for a place in the queue."""
LOOPS = 8
LOOP_S = 0.62
"""Requests a second of one agent that goes in circles."""
SHORT_JOB = 4
"""A job with at most this many steps ends before it can go in circles."""
ACME_SHARE = 0.6
REFUND_SHARE = 0.2
LANGUAGE_SHARES = {"en": 0.55, "de": 0.3, "fr": 0.15}


def looping(served: Values, broken: set[str]) -> bool:
    """Whether acme's agents go in circles: the fault is there, jobs may run, and they are long enough."""
    return COST in broken and served["agents"] == "run" and served.whole("agent_steps") > SHORT_JOB


def rates(served: Values, broken: set[str]) -> dict[str, float]:
    """Requests a second of each kind. Nothing comes while the feature is off; held batch work does not come either."""
    if served["feature"] == "off":
        return {}
    found = {"interactive": INTERACTIVE_S}
    if served["shed"] == "none":
        found["batch"] = BATCH_S
        if LATENCY in broken:
            found["flood"] = FLOOD_S
    if looping(served, broken):
        found["loop"] = LOOPS * LOOP_S
    return found


def picked(weights: dict[str, float], at: float) -> str:
    """The name whose stretch holds ``at``, when the weights are laid end to end."""
    for name, weight in weights.items():
        at -= weight
        if at < 0:
            return name
    return next(reversed(weights))


def question(kind: str, draw: Random) -> Question:
    """One request of a kind: interactive, batch, flood or loop."""
    tenant = "acme" if kind == "loop" or draw.random() < ACME_SHARE else "globex"
    language = picked(LANGUAGE_SHARES, draw.random())
    refund = kind == "loop" or (kind == "interactive" and draw.random() < REFUND_SHARE)
    topic = "refund" if refund else draw.choice(phrases.ASKED)
    order = phrases.order_number(draw)
    return Question(
        tenant=tenant,
        key=tenant,
        language=language,
        journey=CRITICAL if refund else "ask-a-question",
        topic=topic,
        text=phrases.filled(phrases.QUESTIONS[language][topic], order, draw),
        order=order,
        batch=kind in ("batch", "flood"),
        heavy=kind == "flood",
        loop=kind == "loop",
    )


def typed(text: str, tenant: str, key: str, draw: Random) -> Question:
    """A question that somebody sends in."""
    topic = phrases.topic_of(text)
    journey = CRITICAL if topic == "refund" else "ask-a-question"
    return Question(tenant, key, "en", journey, topic, text, phrases.order_number(draw))


def attack(kind: str, number: int, draw: Random) -> Question:
    order = phrases.order_number(draw)
    text = phrases.ATTACKS[kind].format(order=order, n=number)
    return Question(TENANTS[0], TENANTS[0], "en", "ask-a-question", "warranty", text, order, attack=kind)
