"""The engine: requests arrive, pass the gates, are answered, and are kept and counted. It is told what time it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from random import Random

from practice.ai import traffic
from practice.ai.causes import LATENCY, OUTAGE, Causes
from practice.ai.copilot import respond
from practice.ai.gates import Gates, Queue, work_of
from practice.ai.jobs import Jobs
from practice.ai.model import Answer, Content, Json, Question, Served
from practice.ai.phrases import STOPPED
from practice.ai.settings import Settings, Values
from practice.ai.stats import HIDDEN, Stats

KEPT_ANSWERS = 3000
KEPT_POINTS = 180
POINT_S = 6.0
"""Each point of a chart looks back so far."""
WARM_S = 180
"""So much healthy traffic lies behind the service when it starts: it is what "usual" means."""
LONGEST_GAP_S = 5.0
TIMEOUT_MS = 7_200.0
PROVIDERS = ("northwind", "southgate")
PRICES = {"sunrise-latest": 0.23e-6, "sunrise-2026-09-01": 0.23e-6, "moonlight-mini": 0.07e-6}
"""USD a token."""
EVENNESS = 4.0
"""Requests come more evenly than chance alone would have them (1.0), so that ten seconds are enough to judge by."""
OUTAGE_FAILS, TRANSIENT = 0.6, 0.008
CROWDED = 0.9
"""How much slower an answer is while the queue is full."""


class Engine:
    """All state of the service. ``draw`` decides what is random, ``now`` (epoch seconds) never goes back."""

    def __init__(self, draw: Random, now: float, lag: float = 2.0, pace: float = 1.0) -> None:
        """``pace``: how much traffic there is, and how much of it the workers manage, against the usual 1."""
        self.draw = draw
        self.now = now
        self.pace = pace
        self.answered_by: Callable[[Question], object] = self.handle
        self.model_seen = ""
        self.settings = Settings(lag)
        self.causes = Causes(self.settings)
        self.gates = Gates(now)
        self.queue = Queue(now, pace)
        self.jobs = Jobs()
        self.stats = Stats()
        self.listeners: list[Callable[[Answer], None]] = []
        self.answers: deque[Answer] = deque(maxlen=KEPT_ANSWERS)
        self.points: deque[Json] = deque(maxlen=KEPT_POINTS)
        self.usual: Json = {}
        self.number = 0
        self.next_at = now
        self.next_point = float(int(now) + 1)

    def warm(self, seconds: float = WARM_S) -> None:
        """Let healthy traffic run up to ``now + seconds``, and take its figures as the usual ones."""
        end = self.now + seconds
        while self.now < end:
            self.step(min(end, self.now + 1))
        figures = self.stats.window(seconds, self.now)
        self.usual = figures | {"requests": figures["requests"] / seconds}

    def step(self, now: float) -> None:
        """Everything that happens up to now. After a long pause only its last seconds are made up for."""
        if now <= self.now:
            return
        self.next_at = max(self.next_at, now - LONGEST_GAP_S)
        self.next_point = max(self.next_point, float(int(now) - KEPT_POINTS))
        while self.next_at <= now:
            self.at(self.next_at)
            self.arrive()
        self.at(now)

    def at(self, now: float) -> None:
        """Move the time on, without traffic."""
        while self.next_point <= now:
            self.points.append({"t": self.next_point, **self.stats.window(POINT_S, self.next_point)})
            self.next_point += 1
        self.now = now
        self.settings.settle(now)
        self.queue.drain(now)
        if self.settings.served["shed"] != "none":
            self.queue.send_back_batch()
        self.jobs.settle(now, self.settings.served, self.causes.broken, self.draw)

    def arrive(self) -> None:
        """One request of the traffic, and the time of the next."""
        rates = traffic.rates(self.settings.served, self.causes.broken)
        if not rates:
            self.next_at = self.now + 0.05
            return
        every = sum(rates.values())
        self.answered_by(traffic.question(traffic.picked(rates, self.draw.random() * every), self.draw))
        self.next_at = self.now + self.draw.gammavariate(EVENNESS, 1 / (EVENNESS * every * self.pace))

    def ask(self, text: str, tenant: str, key: str) -> Answer:
        """A question that somebody sends in, now. While the feature is off, a 503 that is not kept."""
        asked = traffic.typed(text, tenant, key, self.draw)
        if self.settings.served["feature"] == "off":
            return self.made(asked, self.met(), Content(STOPPED, tokens=0), 503)
        answer = self.handle(asked)
        assert answer is not None  # only batch work is held at its source
        return answer

    def met(self) -> Served:
        """The configuration that the next request meets."""
        served, draw = self.settings.served, self.draw
        new = draw.random() * 100 < served.number("variant_share")
        second = draw.random() * 100 < served.number("provider_share")
        return Served(
            "v18" if new else served.text("prompt"),
            served.text("model"),
            PROVIDERS[second],
            served.text("index"),
            served.whole("retrieval_depth"),
            served["reranker"] == "on",
            "new" if new else "old",
        )

    def handle(self, asked: Question) -> Answer | None:
        """Answer it and keep it; None for batch work that waits at its source for a place in the queue."""
        served, met = self.settings.served, self.met()
        if self.waits(asked):
            return None
        turned = self.turned_away(asked, met)
        if turned is not None:
            return self.keep(turned)
        content = respond(asked, served, self.causes.broken, met.prompt, self.draw)
        if content.steps == 0:
            return self.keep(self.ready(asked, met, content))
        return self.keep(self.tried(asked, met, content))

    def waits(self, asked: Question) -> bool:
        """Whether it is batch work for which the queue has no place."""
        return asked.batch and not self.queue.has_room(True, self.settings.served.whole("queue_cap"))

    def turned_away(self, asked: Question, met: Served) -> Answer | None:
        """What the gates and a full queue answer; None when they let it through."""
        served = self.settings.served
        status = self.gates.status(asked, served, self.now)
        if status == 200 and not self.queue.has_room(False, served.whole("queue_cap")):
            status = 503
        if status == 200:
            return None
        return self.made(asked, met, Content(WORDS[status]), status, self.draw.uniform(4, 12))

    def ready(self, asked: Question, met: Served, content: Content) -> Answer:
        """An answer that needs no model."""
        return self.made(asked, met, content, 200, self.draw.uniform(15, 40))

    def tried(self, asked: Question, met: Served, content: Content) -> Answer:
        """Through the queue and a provider, as often as it takes or may."""
        served, draw = self.settings.served, self.draw
        most = 1 + served.whole("retries")
        down = OUTAGE in self.causes.broken and met.provider == PROVIDERS[0] and draw.random() < OUTAGE_FAILS
        tries = most if down else next((n for n in range(1, most + 1) if draw.random() >= TRANSIENT), most + 1)
        wait_ms, crowd = self.queued(asked, content.steps, min(tries, most))
        if down or tries > most:
            status = draw.choice((500, 503, 503))
            return self.made(asked, met, Content(WORDS[status]), status, wait_ms + 180 * min(tries, most), wait_ms)
        took_ms = self.service_ms(met, content) * crowd + 250 * (tries - 1)
        cost = content.tokens * PRICES[met.model] * (0.3 if served["tier"] == "small" else 1.0)
        cost *= 1.0 if met.provider == PROVIDERS[0] else 1.06
        self.gates.spend(cost)
        if wait_ms + took_ms > TIMEOUT_MS and not asked.batch:
            return self.made(asked, met, Content(WORDS[504], tokens=content.tokens), 504, TIMEOUT_MS, wait_ms, cost)
        return self.made(asked, met, content, 200, wait_ms + took_ms, wait_ms, cost)

    def queued(self, asked: Question, steps: int, tries: int) -> tuple[float, float]:
        """Take a place in the queue: milliseconds until its turn, and how many times slower a full queue makes it."""
        served = self.settings.served
        full = len(self.queue.line) / served.whole("queue_cap")
        return self.queue.join(work_of(asked, steps, served) * tries, asked.batch) * 1000, 1 + CROWDED * full

    def service_ms(self, met: Served, content: Content) -> float:
        took = model_ms(self.draw) + around_ms(met, content.steps)
        return took * (0.6 if self.settings.served["tier"] == "small" else 1.0)

    def made(
        self,
        asked: Question,
        met: Served,
        content: Content,
        status: int,
        latency_ms: float = 1.0,
        wait_ms: float = 0.0,
        cost: float = 0.0,
        at: float | None = None,
        error: str = "",
    ) -> Answer:
        """``at``: when it began, if that is not now."""
        self.number += 1
        began = self.now if at is None else at
        return Answer(f"a-{self.number:07d}", began, asked, met, content, status, cost, latency_ms, wait_ms, error)

    def keep(self, answer: Answer) -> Answer:
        """Among the others by when it began: one that took longer comes later."""
        later = []
        while self.answers and self.answers[-1].at > answer.at:
            later.append(self.answers.pop())
        self.answers.append(answer)
        self.answers.extend(reversed(later))
        self.stats.note(answer)
        for listener in self.listeners:
            listener(answer)
        self.jobs.start(answer)
        return answer

    def fresh_start(self) -> None:
        """Forget the answers so far; what is usual stays."""
        self.answers.clear()
        self.points.clear()
        self.stats = Stats()

    def in_force(self) -> Values:
        """What the traffic meets, with the model that a gateway last let answer."""
        return Values(self.settings.served | {"model": self.model_seen}) if self.model_seen else self.settings.served

    def listed(self, limit: int, since: float = 0.0, segment: str = "") -> list[Answer]:
        """Newest first, those that began after ``since``."""
        found = (one for one in reversed(self.answers) if not segment or one.belongs_to(segment))
        return [one for one in islice(found, limit) if one.at > since]

    def figures(self, window: float) -> Json:
        """``/admin/stats``: the last ``window`` seconds, and what they usually look like."""
        found = {"window": window, **self.stats.window(window, self.now)}
        found["usual"] = self.usual | {"window": window, "requests": round(self.usual.get("requests", 0) * window)}
        for figures in (found, found["usual"]):
            for name in HIDDEN:
                figures.pop(name, None)
        return found

    def break_(self, name: object, model: object = None) -> None:
        self.causes.break_(name, self.now, model)

    def mend(self, name: object) -> None:
        self.causes.mend(name, self.now)
        if LATENCY not in self.causes.broken:
            self.queue.send_back_batch()
        if name is None:
            self.jobs.half_done.clear()


def model_ms(draw: Random) -> float:
    """What a model takes for one answer."""
    return 420 * draw.lognormvariate(0, 0.35)


def around_ms(met: Served, steps: int) -> float:
    """What search, reranker and the further steps of a job take."""
    return 12 * met.depth + (70 if met.reranker else 0) + 90 * min(steps - 1, 6)


WORDS = {
    402: "The budget of this hour is used up.",
    403: "This key is blocked.",
    429: "Too many requests; please wait a moment.",
    500: "The model provider failed.",
    503: "The service is busy; please try again.",
    504: "The answer took too long.",
}
