"""The values that pass between the parts of the practice AI service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Value = str | int | float
"""What a setting may hold."""

TENANTS = ("acme", "globex")
CRITICAL = "refund"
"""The journey that gates and load shedding leave alone."""


class Refused(Exception):
    """What was asked cannot be done; ``status`` is the HTTP status that says so."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Question:
    """One request. ``attack``: what a probe tries (harm, refund, leak). ``loop``: by an agent that is stuck."""

    tenant: str
    key: str
    language: str
    journey: str
    topic: str
    text: str
    order: str = ""
    batch: bool = False
    heavy: bool = False
    loop: bool = False
    attack: str = ""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """``outcome``: called, waits (for a person) or off."""

    name: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Content:
    """What the copilot made of a question, before the queue and the providers have their say.

    ``right``: the source that knows was among those found. ``outsider``: a tool obeyed a stranger's page.
    """

    text: str
    sources: tuple[str, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    steps: int = 1
    tokens: int = 0
    fallback: bool = False
    refused: bool = False
    dont_know: bool = False
    blocked: bool = False
    grounded: bool = True
    empty: bool = False
    right: bool = True
    bad: bool = False
    flagged: bool = False
    foreign: bool = False
    outsider: bool = False

    @property
    def misused(self) -> bool:
        """An outsider got somebody else's data, or a tool to do what he wanted."""
        return self.foreign or self.outsider


@dataclass(frozen=True, slots=True)
class Served:
    """Which configuration a request met. ``served_by``: the gateway's name for the deployment; None without one."""

    prompt: str
    model: str
    provider: str
    index: str
    depth: int
    reranker: bool
    variant: str
    served_by: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it is kept. Times are epoch seconds, ``cost`` is in USD; status other than 200 has no content.

    ``error``: what the gateway said, if there is one and it did not answer.
    """

    id: str
    at: float
    question: Question
    served: Served
    content: Content
    status: int
    cost: float
    latency_ms: float
    wait_ms: float
    error: str = ""

    def shown(self) -> Json:
        """As ``/admin/answers`` lists it."""
        asked, served, content = self.question, self.served, self.content
        through = {} if served.served_by is None else {"served_by": served.served_by, "error": self.error}
        return through | {
            "id": self.id,
            "at": round(self.at, 3),
            "tenant": asked.tenant,
            "key": asked.key,
            "language": asked.language,
            "journey": asked.journey,
            "batch": asked.batch,
            "prompt": served.prompt,
            "model": served.model,
            "provider": served.provider,
            "index": served.index,
            "depth": served.depth,
            "reranker": served.reranker,
            "variant": served.variant,
            "tools": [{"name": one.name, "outcome": one.outcome} for one in content.tools],
            "agent_steps": content.steps,
            "fallback": content.fallback,
            "refused": content.refused,
            "dont_know": content.dont_know,
            "blocked": content.blocked,
            "grounded": content.grounded,
            "sources": list(content.sources),
            "tokens": content.tokens,
            "cost": round(self.cost, 6),
            "latency_ms": round(self.latency_ms, 1),
            "status": self.status,
            "bad": content.bad,
            "question": asked.text,
            "answer": content.text,
        }

    def belongs_to(self, segment: str) -> bool:
        """A segment is a tenant, a language, a journey, a variant, ``batch`` or ``interactive``."""
        asked = self.question
        kind = "batch" if asked.batch else "interactive"
        return segment in (asked.tenant, asked.language, asked.journey, self.served.variant, kind)
