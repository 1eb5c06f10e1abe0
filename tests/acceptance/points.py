"""The points of the crash sweep: which call of which part goes wrong in which way; and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.acceptance.harness import Json

WAYS: dict[str, Json] = {
    "killed before": {"kind": "hold", "when": "before"},
    "killed after": {"kind": "hold", "when": "after"},
    "ratelimited": {"kind": "ratelimited", "retry_after": 1},
    "http_500 without effect": {"kind": "http_500", "effect": False},
    "http_500 with effect": {"kind": "http_500", "effect": True},
    "lost_response": {"kind": "lost_response"},
    "reset": {"kind": "reset"},
}
PLANE = {"plane write": False, "plane read": True, "page write": False}
"""Calls to the control plane and the status page are points, too: whether they only read."""
AT_PLANE: dict[str, Json] = {
    "killed before": {"kind": "hold"},
    "killed after": {"kind": "hold_after"},
    "status 429": {"kind": "status", "status": 429, "retry_after": 1},
    "status 500": {"kind": "status", "status": 500},
    "lost_response": {"kind": "lost"},
    "reset": {"kind": "reset"},
    "html": {"kind": "html"},
}
OF_READS = ("killed before", "status 500", "html")
"""A read that was answered leaves nothing behind: these are all that differ."""


@dataclass(frozen=True, order=True)
class Point:
    """The `nth` call of a method: of a part that is played with a bot that runs already, or of the bot's start."""

    method: str
    nth: int
    way: str
    part: str = "opening"
    starting: bool = False

    def __str__(self) -> str:
        return f"{self.part}: {self.method} #{self.nth}{' of the start' if self.starting else ''}, {self.way}"


@dataclass
class Report:
    calls: int
    failures: dict[Point, list[str]] = field(default_factory=dict)
    missed: list[Point] = field(default_factory=list)
    """Calls that this run did not make: a card that changes twice at once is drawn once or twice."""
    run: int = 0
    repeated: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"{point}\n    " + "\n    ".join(found[:8]) for point, found in sorted(self.failures.items())]
        figures = f"{self.calls} calls in a clean run; {self.run} points run, {len(self.failures)} failures,"
        rest = f"{len(self.missed)} calls not made, {self.repeated} steps repeated, {self.seconds:.0f} s"
        return "\n".join([*lines, f"{figures} {rest}"])


@dataclass(frozen=True)
class Clean:
    """What the calls of a clean run of one part are, and what people see after it."""

    part: str
    starting: Counter[str]
    running: Counter[str]
    shown: Json

    def points(self, ways: Sequence[str] = tuple(WAYS)) -> list[Point]:
        return [
            Point(method, nth, way, self.part, starting)
            for starting, counted in ((True, self.starting), (False, self.running))
            for method, calls in counted.items()
            for nth in range(1, calls + 1)
            for way in (OF_READS if method == "plane read" else AT_PLANE if method in PLANE else ways)
        ]
