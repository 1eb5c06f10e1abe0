"""What goes wrong with calls to the admin API when somebody asks for it: for tests of those who drive it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from practice.ai.model import Json, Refused

KINDS = ("status", "html", "nothing", "slow", "lies", "lost", "reset", "hold", "hold_after")
KEYS = {"kind", "status", "retry_after", "ms", "nth", "reads"}


@dataclass
class Fault:
    """``ms`` and ``retry_after`` in milliseconds and seconds; ``nth`` counts from 1; ``released`` ends a hold."""

    kind: str
    status: int = 500
    retry_after: float | None = None
    ms: float = 0.0
    nth: int | None = None
    reads: bool = False
    seen: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, write: bool) -> bool:
        """Count the call, if it is of the kind this fault looks at, and say whether it is hit."""
        if write == self.reads:
            return False
        self.seen += 1
        return self.nth is None or self.seen == self.nth


class Faults:
    """At most one fault is in force; a new one replaces it and counts anew."""

    def __init__(self) -> None:
        self.active: Fault | None = None

    def replace(self, one: Json) -> None:
        """Raises Refused (422) for what cannot be read."""
        fault = read(one)
        self.clear()
        self.active = fault

    def clear(self) -> None:
        if self.active is not None:
            self.active.released.set()
        self.active = None

    def take(self, write: bool) -> Fault | None:
        return self.active if self.active is not None and self.active.strikes(write) else None


def read(one: Json) -> Fault:
    kind = one.get("kind")
    if kind not in KINDS:
        raise Refused(422, f"kind must be one of {', '.join(KINDS)}")
    if unknown := set(one) - KEYS:
        raise Refused(422, f"unknown keys: {', '.join(sorted(unknown))}")
    nth = one.get("nth")
    if nth is not None and (not is_number(nth) or nth != int(nth) or nth < 1):
        raise Refused(422, "nth must be a whole number from 1")
    if kind == "status" and (not is_number(one.get("status")) or not 200 <= one["status"] <= 599):
        raise Refused(422, "status must be a number from 200 to 599")
    for name in ("ms", "retry_after"):
        if one.get(name) is not None and (not is_number(one[name]) or not 0 <= one[name] <= 600_000):
            raise Refused(422, f"{name} must be a number from 0")
    if not isinstance(one.get("reads", False), bool):
        raise Refused(422, "reads must be true or false")
    return Fault(**one)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
