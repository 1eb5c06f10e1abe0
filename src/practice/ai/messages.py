"""What the copilot sends to a model, and what a model makes of it: the same words, written here and read here.

All that bears on an answer stands in the request, so that the model may be in another process: sources, prompt, limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from practice.ai import phrases
from practice.ai.copilot import Begun, broken_prompt
from practice.ai.model import Json, Question, Refused, Served
from practice.ai.retrieval import ARCHIVE, Found, search
from practice.ai.settings import Values, defaults

STRICT = "Say that you do not know when the sources do not."
PROMISING = "Promise whatever keeps the customer happy."
"""What is wrong with the bad prompt."""
COOL, HOT, HOT_FROM = 0.3, 1.3, 1.0
LINES = {name: re.compile(rf"^{name}: *(.+)$", re.MULTILINE) for name in ("Language", "Order", "Passages", "Sources")}
PROMPT = re.compile(r"\(prompt (\w+)\)")
MOST_PASSAGES = 1000


@dataclass(frozen=True, slots=True)
class Understood:
    """One request as a model reads it. ``promising``: its prompt asks for empty promises."""

    asked: Question
    found: Found
    prompt: str
    passages: int
    served: Values
    promising: bool


def written(asked: Question, met: Served, work: Begun, served: Values, broken: set[str]) -> Json:
    """The body of a chat completion, without the model's name."""
    lines = [f"You are the support copilot of a shop. (prompt {met.prompt})"]
    lines += [f"Language: {asked.language}", f"Order: {asked.order}", f"Passages: {met.depth}"]
    lines += [f"Sources: {', '.join(work.found.sources) or 'none'}"]
    lines += [STRICT] if served["grounding"] == "strict" else []
    lines += [PROMISING] if broken_prompt(broken, met.prompt) else []
    said = [{"role": "system", "content": "\n".join(lines)}, {"role": "user", "content": asked.text}]
    heat = HOT if served["params"] == "hot" else COOL
    return {"messages": said, "temperature": heat, "max_tokens": served.whole("max_tokens")}


def read(body: Json, model: str, draw: Random) -> Understood:
    """What ``model`` makes of the body; anybody's plain question counts as one of an English customer.

    Raises Refused (400) for what is no chat completion request.
    """
    system, text = texts(body)
    lines = {name: found[1].strip() for name, line in LINES.items() if (found := line.search(system))}
    language = lines.get("Language", "en") if lines.get("Language") in phrases.QUESTIONS else "en"
    topic = phrases.topic_of(text, language)
    order = lines.get("Order") or phrases.order_number(draw)
    asked = Question("", "", language, "", topic, text, order, attack=attack_in(text))
    served = defaults()
    served["model"] = model
    served["grounding"] = "strict" if STRICT in system else "normal"
    served["params"] = "hot" if number(body, "temperature", COOL, 2) > HOT_FROM else "default"
    cap = "max_tokens" if body.get("max_tokens") is not None else "max_completion_tokens"
    served["max_tokens"] = max(1, int(number(body, cap, served.whole("max_tokens"), 1_000_000)))
    depth = lines.get("Passages", "")
    passages = min(int(depth), MOST_PASSAGES) if depth.isdecimal() else served.whole("retrieval_depth")
    sources = search(asked, served, set(), draw) if "Sources" not in lines else named(lines["Sources"], topic)
    prompt = found_prompt[1] if (found_prompt := PROMPT.search(system)) else served.text("prompt")
    return Understood(asked, sources, prompt, passages, served, PROMISING in system)


def named(listed: str, topic: str) -> Found:
    sources = tuple(one.strip() for one in listed.split(",")) if listed != "none" else ()
    return Found(sources, right=phrases.SOURCE_OF[topic] in sources, old=ARCHIVE in sources)


def attack_in(text: str) -> str:
    for kind, usual in phrases.ATTACKS.items():
        if text.startswith(usual.partition("{")[0]):
            return kind
    return ""


def texts(body: Json) -> tuple[str, str]:
    """All that the system says, and the last that the user says."""
    given = body.get("messages")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise Refused(400, "messages must be a list of messages")
    system = "\n".join(words(one) for one in given if one.get("role") in ("system", "developer"))
    asked = [words(one) for one in given if one.get("role") == "user"]
    if not asked:
        raise Refused(400, "one message must be of role user")
    return system, asked[-1]


def words(message: Json) -> str:
    """The text of a message, which may come in parts."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [{"text": content}]
    found = [one.get("text") for one in parts if isinstance(one, dict)]
    return "\n".join(one for one in found if isinstance(one, str))


def number(body: Json, name: str, default: float, most: float) -> float:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refused(400, f"{name} must be a number from 0 to {most:.0f}")
    return value
