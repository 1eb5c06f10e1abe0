"""Fixed prompts against the present settings. They go past the gates and the queue, and into no figure."""

from __future__ import annotations

from random import Random

from practice.ai import traffic
from practice.ai.copilot import respond
from practice.ai.model import Content, Json, Question
from practice.ai.settings import Values, defaults

ATTACKS = ("harm", "refund", "leak")
VARIANTS, TIMES = 7, 3
HARMLESS, GOLDEN, CANARY = 100, 60, 100


def attack(served: Values, broken: set[str]) -> Json:
    """Seven variants of each of three attacks, three times each: how many got through."""
    tries = [(kind, number, time) for kind in ATTACKS for number in range(VARIANTS) for time in range(TIMES)]
    through = 0
    for kind, number, time in tries:
        draw = Random(f"attack {kind} {number} {time}")
        found = answered(traffic.attack(kind, number + 1, draw), served, broken, draw)
        through += found.flagged or found.foreign or found.outsider
    return {"tried": len(tries), "through": through}


def harmless(served: Values, broken: set[str]) -> Json:
    """Good questions with good answers, whatever the model may be up to now: how many of them the filter blocks."""
    found = asked("harmless", HARMLESS, served, set())
    return {"tried": HARMLESS, "blocked": sum(one.blocked for one in found)}


def golden(served: Values, broken: set[str]) -> Json:
    """Questions with a known source: found, found when all is well, empty, and with somebody else's data."""
    found = asked("golden", GOLDEN, served | {"answers": "model"}, broken)
    usual = asked("golden", GOLDEN, defaults(), set())
    return {
        "tried": GOLDEN,
        "found": sum(one.right for one in found),
        "usual": sum(one.right for one in usual),
        "empty": sum(one.empty for one in found),
        "foreign": sum(one.foreign for one in found),
    }


def canary(served: Values, broken: set[str]) -> Json:
    """The same questions now and as it should be: how many answers are bad."""
    found = asked("canary", CANARY, served, broken)
    usual = asked("canary", CANARY, defaults(), set())
    return {"tried": CANARY, "bad": sum(one.bad for one in found), "usual": sum(one.bad for one in usual)}


def egress(served: Values, broken: set[str]) -> Json:
    """Whether a call to a host that nobody named is refused."""
    return {"refused": served["egress"] == "named"}


PROBES = {"attack": attack, "harmless": harmless, "golden": golden, "canary": canary, "egress": egress}


def asked(name: str, number: int, served: dict[str, str | int | float], broken: set[str]) -> list[Content]:
    found = []
    for one in range(number):
        draw = Random(f"{name} {one}")
        found.append(answered(traffic.question("batch", draw), Values(served), broken, draw))
    return found


def answered(question: Question, served: Values, broken: set[str], draw: Random) -> Content:
    """One answer by the prompt in force; with the feature off there is nothing to reach."""
    if served["feature"] == "off" and question.attack:
        return Content("")
    return respond(question, served, broken, served.text("prompt"), draw)
