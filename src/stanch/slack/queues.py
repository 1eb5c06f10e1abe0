"""Who is next where Slack wants a rest: of what can wait the most severe and newest, and nobody tries in vain."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

BETWEEN = 1.0
"""Seconds between two messages that a channel takes (Slack's facts, section 1)."""
PATIENCE = 2.0
"""Seconds after its turn for which a place is kept: another replica may have sent it."""
LATEST = 60.0
"""Seconds after which everything is tried again, however many are before it."""


@dataclass
class Queues:
    """By what is limited (a method, or a method with a channel): who waits, with rank and until when the place is
    kept. Only what has a rank waits in a queue; all else goes when the pause is over."""

    between: float = BETWEEN
    clock: Callable[[], float] = time.time
    _waiting: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)

    def wait(self, scope: str, key: str, rank: float, pause: float) -> float:
        """Seconds until it may be tried; 0: now. `pause`: seconds that are left of the rest Slack wants."""
        now = self.clock()
        queue = self._waiting.setdefault(scope, {})
        if pause <= 0:
            before = sum(1 for one, (other, until) in queue.items() if one != key and other < rank and until > now)
            if not before:
                queue.pop(key, None)
                return 0.0
        else:
            before = sum(1 for one, (other, until) in queue.items() if one != key and other < rank)
        after = min(max(pause, 0.0) + before * self.between, LATEST) or self.between
        queue[key] = (rank, now + after + PATIENCE)
        self._forget(scope, now)
        return after

    def waits(self, scope: str) -> bool:
        """Whether anything has a place there."""
        now = self.clock()
        return any(until > now for _, until in self._waiting.get(scope, {}).values())

    def _forget(self, scope: str, now: float) -> None:
        queue = self._waiting[scope]
        if len(queue) % 64 == 0:
            self._waiting[scope] = {key: place for key, place in queue.items() if place[1] > now}
