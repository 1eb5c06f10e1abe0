"""The same figures as counters, in Prometheus' text format."""

from __future__ import annotations

from random import Random

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from practice.ai.model import Answer

BOUNDS_S = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 10.0)
COMPLAINS, PRAISES = 0.12, 0.03


class Metrics:
    """Counted since the start, in a registry of their own."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("ai_requests", "Requests by outcome.", ["status", "provider"], registry=registry)
        self.errors = Counter("ai_errors", "Requests that failed (5xx).", registry=registry)
        self.seconds = Histogram("ai_request_seconds", "Time to answer.", registry=registry, buckets=BOUNDS_S)
        self.tokens = Counter("ai_tokens", "Tokens read and written.", registry=registry)
        self.spend = Counter("ai_spend_usd", "Money spent on tokens, in USD.", registry=registry)
        self.refusals = Counter("ai_refusals", "Answers that refuse or were blocked.", registry=registry)
        self.grounded = Counter("ai_grounded_answers", "Answers that rest on their sources.", registry=registry)
        self.feedback = Counter("ai_feedback", "Thumbs of customers.", ["kind"], registry=registry)
        self.changes = Counter("ai_setting_changes", "Settings changed.", registry=registry)
        self.changes_counted = 0

    def note(self, answer: Answer) -> None:
        content = answer.content
        self.requests.labels(str(answer.status), answer.served.provider).inc()
        self.tokens.inc(content.tokens)
        self.spend.inc(answer.cost)
        if answer.status in (200, 504):
            self.seconds.observe(answer.latency_ms / 1000)
        if answer.status >= 500:
            self.errors.inc()
        if answer.status != 200:
            return
        if content.refused or content.blocked:
            self.refusals.inc()
        elif content.grounded and not content.dont_know:
            self.grounded.inc()
        if self.draw.random() < (COMPLAINS if content.bad else PRAISES):
            self.feedback.labels("down" if content.bad else "up").inc()

    def text(self, changes: int) -> bytes:
        """The exposition; ``changes`` is how many settings were changed so far."""
        self.changes.inc(changes - self.changes_counted)
        self.changes_counted = changes
        return generate_latest(self.registry)
