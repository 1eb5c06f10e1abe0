"""What stands before the copilot: keys, rate limits, the budget, and one queue before the workers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from practice.ai.model import CRITICAL, TENANTS, Question
from practice.ai.settings import Values

WORKERS = 60.0
"""Seconds of work that the pool does in a second."""
BATCH_LEAVES = 10
"""Places in the queue that batch work leaves free."""
BATCH_PATIENCE_S = 5.0
"""Batch work joins the line while the wait is shorter than this."""
STUCK_NEEDS = 0.75
"""An agent backs off at a rate limit before a person does: it goes on while so much of the burst is unused."""
BURST_S = 2.0
BUDGET_BURST_S = 5.0
HEAVY_WORK, BATCH_WORK, USUAL_WORK = 24.0, 0.9, 0.7


class Bucket:
    """Lets so much through a second, with ``burst_s`` seconds of it in hand."""

    def __init__(self, now: float, burst_s: float) -> None:
        self.level: float | None = None
        self.room = 0.0
        self.at = now
        self.burst_s = burst_s

    def fill(self, rate: float, least: float, now: float) -> None:
        self.room = max(least, rate * self.burst_s)
        level = self.room if self.level is None else self.level
        self.level = min(self.room, level + rate * max(0.0, now - self.at))
        self.at = now

    def used(self) -> float:
        """From 0, all of the burst is there, to 1."""
        return 1.0 if self.level is None or self.room <= 0 else 1 - self.level / self.room

    def take(self, amount: float) -> bool:
        """Take it if it is there."""
        if self.level is None or self.level < amount:
            return False
        self.level -= amount
        return True


class Gates:
    """Decides which requests are turned away before anything is spent on them."""

    def __init__(self, now: float) -> None:
        self.rates = {tenant: Bucket(now, BURST_S) for tenant in TENANTS}
        self.budget = Bucket(now, BUDGET_BURST_S)

    def status(self, asked: Question, served: Values, now: float) -> int:
        """200 to go on; 403 for a blocked key, 429 over a limit or shed, 402 over the budget."""
        if asked.key in TENANTS and served[f"key.{asked.key}"] == "blocked":
            return 403
        critical = asked.journey == CRITICAL and not asked.loop
        if served["shed"] == "all-but-critical" and not critical:
            return 429
        a_minute = served.number(f"rate_limit.{asked.tenant}")
        bucket = self.rates[asked.tenant]
        bucket.fill(a_minute / 60, 1.0 if a_minute else 0.0, now)
        if (asked.loop and bucket.used() > 1 - STUCK_NEEDS) or not bucket.take(1.0):
            return 429
        self.budget.fill(served.number("budget_per_hour") / 3600, 0.0, now)
        empty = self.budget.level is None or self.budget.level <= 0
        return 402 if empty and not critical else 200

    def spend(self, cost: float) -> None:
        """The budget may go below zero: a price is known only afterwards."""
        if self.budget.level is not None:
            self.budget.level -= cost


@dataclass(slots=True)
class Waiting:
    work: float
    batch: bool


class Queue:
    """One line before the workers, first come, first served. ``backlog`` is in seconds of work.

    ``pace``: how much the workers do, against the usual 1.
    """

    def __init__(self, now: float, pace: float = 1.0) -> None:
        self.workers = WORKERS * pace
        self.line: deque[Waiting] = deque()
        self.backlog = 0.0
        self.at = now

    def drain(self, now: float) -> None:
        done = self.workers * max(0.0, now - self.at)
        self.at = max(now, self.at)
        while self.line and done > 0:
            head = self.line[0]
            took = min(done, head.work)
            head.work -= took
            done -= took
            self.backlog -= took
            if head.work <= 1e-9:
                self.line.popleft()
        if not self.line:
            self.backlog = 0.0

    def has_room(self, batch: bool, cap: int) -> bool:
        """Batch work leaves some places free, and waits at its source when there are no others."""
        if batch and self.backlog / self.workers > BATCH_PATIENCE_S:
            return False
        return len(self.line) < cap - (BATCH_LEAVES if batch else 0)

    def join(self, work: float, batch: bool) -> float:
        """Give the seconds until its turn."""
        wait = self.backlog / self.workers
        self.line.append(Waiting(work, batch))
        self.backlog += work
        return wait

    def send_back_batch(self) -> None:
        """Batch work in the line goes back to where it came from."""
        if any(one.batch for one in self.line):
            self.line = deque(one for one in self.line if not one.batch)
            self.backlog = sum(one.work for one in self.line)


def work_of(asked: Question, steps: int, served: Values) -> float:
    """Seconds of work for one try."""
    work = HEAVY_WORK if asked.heavy else BATCH_WORK if asked.batch else USUAL_WORK
    work *= 0.6 if served["tier"] == "small" else 1.0
    work *= 0.8 + 0.025 * served.whole("retrieval_depth")
    work *= 1.0 if served["reranker"] == "on" else 0.94
    return work * (1 + 0.1 * max(0, steps - 1))
