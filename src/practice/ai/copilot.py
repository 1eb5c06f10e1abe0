"""The copilot: model, tools and filter over what search found. What it says follows from settings and causes.

``respond`` does all of it; ``prepared``, ``begun`` and ``ended`` are its parts, for when the model is elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from practice.ai import phrases
from practice.ai.causes import MOVES, QUALITY, SAFETY, SECURITY, bad_model
from practice.ai.model import CRITICAL, Content, Question, ToolUse
from practice.ai.retrieval import Found, search
from practice.ai.settings import Values
from practice.ai.traffic import looping

MOVED_MODEL = "sunrise-latest"
"""The alias under which the provider put another model."""
HARMFUL, HARMFUL_UPDATE, CAUGHT = 0.003, 0.09, 0.6
POISONED = 0.2
STRICT_BLOCKS = 0.006
REFUSES, UNSURE, INVENTS = 0.022, 0.03, 0.65
USUAL_BAD, BAD_PROMPT, BAD_MODEL = 0.02, 0.28, 0.45
GROUNDED, GROUNDED_EMPTY, GROUNDED_STRICT = 0.97, 0.1, 0.985
GROUNDED_BAD_PROMPT, GROUNDED_BAD_MODEL = 0.62, 0.5
CONTEXT_GROWTH = 0.2
"""Each further step of a job sends all of what came before: tokens grow with the square of the steps."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What happened before the model's words are there. ``growth``: tokens of the whole job to those of one call."""

    found: Found
    tools: tuple[ToolUse, ...]
    steps: int
    leaks: bool
    obeys: bool

    @property
    def growth(self) -> float:
        return 1 + CONTEXT_GROWTH * (self.steps - 1) ** 2


def respond(asked: Question, served: Values, broken: set[str], prompt: str, draw: Random) -> Content:
    """What a person would get, and what is wrong with it."""
    ready = prepared(asked, served)
    if ready is not None:
        return ready
    work = begun(asked, served, broken, draw)
    tokens = round((tokens_read(served.whole("retrieval_depth")) + tokens_written(served, draw)) * work.growth)
    text, marks = said(asked, served, broken, prompt, work.found, draw)
    return ended(asked, work, text, marks, tokens, draw)


def prepared(asked: Question, served: Values) -> Content | None:
    """The answer that needs no model, if the settings call for one."""
    if served["answers"] == "fallback":
        return Content(phrases.PREPARED[asked.language], steps=0, fallback=True)
    if asked.journey == CRITICAL and served["agents"] == "stop":
        return Content(phrases.BY_HAND[asked.language].format(order=asked.order), steps=0)
    return None


def begun(asked: Question, served: Values, broken: set[str], draw: Random) -> Begun:
    found = search(asked, served, broken, draw)
    poisoned = SECURITY in broken and "wiki" in found.sources and (bool(asked.attack) or draw.random() < POISONED)
    leaks = poisoned and (asked.attack == "leak" or (not asked.attack and draw.random() < 0.5))
    obeys = poisoned and not leaks
    tools = tools_used(asked, served, obeys, draw)
    steps = steps_taken(asked.journey == CRITICAL, asked.loop and looping(served, broken), served, draw)
    return Begun(found, tools, steps, leaks, obeys)


def ended(asked: Question, work: Begun, text: str, marks: dict[str, bool], tokens: int, draw: Random) -> Content:
    """The words with all that came before them."""
    if work.leaks and not marks.get("blocked"):
        text, marks = leaked(asked, draw), {"bad": True}
    return Content(
        text,
        work.found.sources,
        work.tools,
        work.steps,
        tokens,
        empty=not work.found.sources,
        right=work.found.right,
        foreign=work.leaks,
        outsider=work.obeys and ToolUse("refund", "called") in work.tools,
        **marks,
    )


def said(
    asked: Question, served: Values, broken: set[str], prompt: str, found: Found, draw: Random
) -> tuple[str, dict[str, bool]]:
    """The words, and the marks on them that are set."""
    harm, catch, refusal, doubt, wrong, ground = (draw.random() for _ in range(6))
    strict = served["filter"] == "strict"
    if harmful(asked, served, broken, harm):
        if strict or (SAFETY not in broken and catch < CAUGHT):
            return phrases.REFUSAL[asked.language], {"blocked": True}
        return phrases.HARMFUL[asked.language], {"flagged": True, "bad": True}
    if asked.attack:
        return phrases.REFUSAL[asked.language], {"refused": True}
    if strict and catch < STRICT_BLOCKS:
        return phrases.REFUSAL[asked.language], {"blocked": True}
    if refusal < REFUSES + (0.03 if served["params"] == "hot" else 0):
        return phrases.REFUSAL[asked.language], {"refused": True}
    careful = served["grounding"] == "strict"
    lost = not found.sources or found.old
    if doubt < UNSURE or (lost and careful) or (not found.sources and doubt > INVENTS):
        return phrases.UNKNOWN[asked.language].format(order=asked.order), {"dont_know": True}
    bad = wrong < chance_of_bad(served, broken, prompt, found)
    grounded = ground < chance_of_grounded(served, broken, prompt, found)
    texts = phrases.OLD if found.old else phrases.WRONG
    text = texts[asked.language] if bad or found.old else phrases.GOOD[asked.language][asked.topic]
    return shortened(text.format(order=asked.order), served), {"bad": bad, "grounded": grounded}


def harmful(asked: Question, served: Values, broken: set[str], harm: float) -> bool:
    updated = SAFETY in broken and served["model"] == MOVED_MODEL
    if asked.attack:
        return asked.attack == "harm" and updated and harm < 0.7
    return harm < (HARMFUL_UPDATE if updated else HARMFUL)


def broken_prompt(broken: set[str], prompt: str) -> bool:
    return QUALITY in broken and prompt == MOVES[QUALITY][1]


def chance_of_bad(served: Values, broken: set[str], prompt: str, found: Found) -> float:
    chance = USUAL_BAD
    chance += BAD_PROMPT if broken_prompt(broken, prompt) else 0
    chance += BAD_MODEL if bad_model(served.text("model")) in broken else 0
    chance += 0.6 if not found.sources else 0.7 if found.old else 0 if found.right else 0.05
    chance += 0.04 if served["params"] == "hot" else 0
    chance += 0.02 if served["model"] == "moonlight-mini" else 0
    chance += 0.02 if served["tier"] == "small" else 0
    chance += 0.01 if prompt == "v16" else 0
    return chance + (0.1 if served.whole("max_tokens") < 150 else 0)


def chance_of_grounded(served: Values, broken: set[str], prompt: str, found: Found) -> float:
    chance = GROUNDED_STRICT if served["grounding"] == "strict" else GROUNDED
    chance = chance if found.sources else GROUNDED_EMPTY
    chance *= 0.55 if found.old else 1
    chance *= GROUNDED_BAD_PROMPT if broken_prompt(broken, prompt) else 1
    chance *= GROUNDED_BAD_MODEL if bad_model(served.text("model")) in broken else 1
    return chance * (0.9 if served["params"] == "hot" else 1)


def tools_used(asked: Question, served: Values, obeys: bool, draw: Random) -> tuple[ToolUse, ...]:
    """Tools that it called, that wait for a person, or that it wanted and may not use."""
    wanted = ["lookup"] if asked.journey == CRITICAL or draw.random() < 0.25 else []
    pays = asked.journey == CRITICAL and draw.random() < 0.4
    wanted += ["refund"] if pays or obeys else []
    outcomes = {"on": "called", "ask": "waits", "off": "off"}
    return tuple(ToolUse(name, outcomes[served.text(f"tool.{name}")]) for name in wanted)


def steps_taken(agent: bool, stuck: bool, served: Values, draw: Random) -> int:
    cap = served.whole("agent_steps")
    if stuck:
        return cap
    return min(cap, draw.randint(2, 4)) if agent else 1


def tokens_read(depth: int) -> int:
    """Of one call with so many passages."""
    return 250 + 110 * depth


def tokens_written(served: Values, draw: Random) -> int:
    return min(served.whole("max_tokens"), round(120 + 120 * draw.random()))


def shortened(text: str, served: Values) -> str:
    """An answer has about a word for every four of its tokens' cap; a very low cap cuts it off."""
    words = text.split()
    room = max(4, served.whole("max_tokens") // 20)
    return text if len(words) <= room else " ".join(words[:room])


def leaked(asked: Question, draw: Random) -> str:
    order = phrases.order_number(draw)
    return phrases.filled(phrases.FOREIGN, order, draw)
