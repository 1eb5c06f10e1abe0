"""Figures over the last seconds, kept in small slices of time so that any window is a sum."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

from practice.ai.model import Answer, Json

SLICE_S = 0.25
KEPT_S = 900
SHARES_OF_ALL = ("error", "timeout", "limited")
SHARES_OF_SERVED = ("refused", "dont_know", "empty", "flagged", "foreign", "bad", "misused")
HIDDEN = ("bad_share", "misused_share")
"""Nobody is told outside of a rehearsal; only the page shows them."""


@dataclass(slots=True)
class Slice:
    """What began in a quarter of a second. ``start`` in epoch seconds."""

    start: float
    counts: Counter[str] = field(default_factory=Counter)
    spend: float = 0.0
    wait_ms: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def note(self, answer: Answer) -> None:
        content, status = answer.content, answer.status
        self.counts["requests"] += 1
        self.spend += answer.cost
        self.wait_ms += answer.wait_ms
        if status in (200, 504):
            self.latencies.append(answer.latency_ms)
        if status != 200:
            self.counts["error" if status >= 500 else "limited"] += 1
            if status == 504:
                self.counts["timeout"] += 1
            return
        self.counts["served"] += 1
        for name in SHARES_OF_SERVED:
            if getattr(content, name):
                self.counts[name] += 1
        if not (content.refused or content.blocked or content.dont_know):
            self.counts["claims"] += 1
            self.counts["grounded"] += content.grounded


class Stats:
    """The slices of the last quarter of an hour."""

    def __init__(self) -> None:
        self.slices: deque[Slice] = deque(maxlen=round(KEPT_S / SLICE_S))

    def note(self, answer: Answer) -> None:
        """Answers come about in the order in which they began."""
        start = answer.at // SLICE_S * SLICE_S
        later = []
        while self.slices and self.slices[-1].start > start:
            later.append(self.slices.pop())
        if not self.slices or self.slices[-1].start < start:
            self.slices.append(Slice(start))
        self.slices[-1].note(answer)
        self.slices.extend(reversed(later))

    def window(self, seconds: float, now: float) -> Json:
        """Figures of what began in the last ``seconds``; shares from 0 to 1, null where nothing was there to count."""
        start = math.ceil((now - seconds) / SLICE_S) * SLICE_S
        counts: Counter[str] = Counter()
        latencies: list[float] = []
        spend = wait_ms = 0.0
        for one in reversed(self.slices):
            if one.start < start:
                break
            counts.update(one.counts)
            latencies.extend(one.latencies)
            spend += one.spend
            wait_ms += one.wait_ms
        requests, served = counts["requests"], counts["served"]
        found: Json = {"requests": requests}
        found |= {f"{name}_share": share(counts[name], requests) for name in SHARES_OF_ALL}
        found |= {f"{name}_share": share(counts[name], served) for name in SHARES_OF_SERVED}
        found["grounded_share"] = share(counts["grounded"], counts["claims"])
        found["p95_ms"] = percentile(latencies, 0.95)
        covered = now - max(start, self.slices[0].start) if self.slices else seconds
        found["spend_per_hour"] = round(spend * 3600 / max(covered, SLICE_S), 2)
        found["queue_wait_ms"] = round(wait_ms / requests, 1) if requests else None
        return found


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def percentile(values: list[float], at: float) -> float | None:
    """The nearest rank, in the unit of the values."""
    return round(sorted(values)[min(len(values) - 1, int(at * len(values)))], 1) if values else None
