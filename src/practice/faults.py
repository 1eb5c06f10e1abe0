"""Faults on request: what goes wrong with which call, for tests of the app's endurance."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from practice.errors import ActingError
from practice.model import Json

KINDS = ("delay", "ratelimited", "http_500", "error", "lost_response", "reset", "hold")
KEYS = {"method", "nth", "every", "kind", "ms", "retry_after", "error", "effect", "when"}


@dataclass
class Fault:
    """One line of ``POST /practice/faults``; ``released`` is set when it is deleted, which ends a ``hold``."""

    method: str
    kind: str
    nth: int | None = None
    every: int | None = None
    ms: float = 0.0
    retry_after: float = 1
    error: str = "internal_error"
    effect: bool = False
    when: str = "before"
    seen: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def hits(self, method: str) -> bool:
        """Count the call, if it is one of this fault's methods, and say whether the fault strikes it."""
        if self.method not in ("*", method):
            return False
        self.seen += 1
        if self.nth is not None:
            return self.seen == self.nth
        return self.every is None or self.seen % self.every == 0


class Faults:
    """The faults in force. A new list replaces the one before and counts from one again."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def replace(self, listed: object) -> None:
        """Raises ActingError for a list that cannot be read."""
        if not isinstance(listed, list):
            raise ActingError("faults must be a list")
        fresh = [read(one) for one in listed]
        self.clear()
        self.active = fresh

    def clear(self) -> None:
        for fault in self.active:
            fault.released.set()
        self.active = []

    def take(self, method: str) -> Fault | None:
        """The fault that strikes this call: the first that hits. Every fault counts every call of its method."""
        hits = [fault for fault in self.active if fault.hits(method)]
        return hits[0] if hits else None


def read(one: Json) -> Fault:
    if not isinstance(one, dict) or one.get("kind") not in KINDS:
        raise ActingError(f"a fault needs a kind, one of {', '.join(KINDS)}")
    if unknown := set(one) - KEYS:
        raise ActingError(f"unknown keys in a fault: {', '.join(sorted(unknown))}")
    if one.get("when", "before") not in ("before", "after"):
        raise ActingError("when must be before or after")
    return Fault(**{"method": "*", **one})
