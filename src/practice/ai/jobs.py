"""Agent jobs: what runs, how long it may get, and what is left half done when they are stopped."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from practice.ai import phrases
from practice.ai.model import Answer, Json
from practice.ai.settings import Values
from practice.ai.traffic import LOOPS, looping

KEPT_HALF_DONE = 20


@dataclass(frozen=True, slots=True)
class Job:
    """``until`` in epoch seconds; a job in a circle has no end of its own."""

    tenant: str
    order: str
    steps: int
    began: float
    until: float
    loop: bool = False


class Jobs:
    def __init__(self) -> None:
        self.running: list[Job] = []
        self.half_done: deque[str] = deque(maxlen=KEPT_HALF_DONE)

    def start(self, answer: Answer) -> None:
        """The job behind an answer, if it took an agent."""
        if answer.content.steps > 1 and not answer.question.loop and answer.status == 200:
            until = answer.at + answer.latency_ms / 1000
            asked = answer.question
            self.running.append(Job(asked.tenant, asked.order, answer.content.steps, answer.at, until))

    def settle(self, now: float, served: Values, broken: set[str], draw: Random) -> None:
        """Let jobs end, stop them if they must, and keep those in a circle going while nothing stops them."""
        if served["agents"] == "stop":
            for job in self.running:
                self.half_done.append(left_by(job, now))
            self.running = []
            return
        turning = looping(served, broken)
        self.running = [job for job in self.running if (turning if job.loop else job.until > now)]
        if not turning:
            return
        cap = served.whole("agent_steps")
        stuck = [job for job in self.running if job.loop]
        if any(job.steps != cap for job in stuck):
            self.running = [job for job in self.running if not job.loop]
            stuck = []
        for _ in range(LOOPS - len(stuck)):
            self.running.append(Job("acme", phrases.order_number(draw), cap, now, now, loop=True))

    def shown(self) -> Json:
        longest = max((job.steps for job in self.running), default=0)
        return {"running": len(self.running), "longest_steps": longest, "half_done": list(self.half_done)}


def left_by(job: Job, now: float) -> str:
    done = min(job.steps, 1 + int(max(0.0, now - job.began) / 0.5))
    return f"{job.tenant}: refund for order {job.order}, stopped at step {done} of {job.steps}"
