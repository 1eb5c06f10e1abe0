"""The same figures as counters, in Prometheus' text format.

``gen_ai_evaluation_results_total`` is what the judge found, named after OpenTelemetry's gen_ai.evaluation.result.
The share of bad answers of the last 30 s, by model, as a rule has it::

    sum by (gen_ai_response_model) (rate(gen_ai_evaluation_results_total{gen_ai_evaluation_score_label="bad"}[30s]))
    / sum by (gen_ai_response_model) (rate(gen_ai_evaluation_results_total{gen_ai_evaluation_name="quality"}[30s]))
"""

from __future__ import annotations

from random import Random

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from practice.ai.model import Answer, Content, Served

BOUNDS_S = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 10.0)
COMPLAINS, PRAISES = 0.12, 0.03
LABELS = {"quality": ("good", "bad"), "groundedness": ("grounded", "ungrounded"), "safety": ("safe", "unsafe")}
"""What the judge looks at, and how it calls what is well and what is not."""
EVALUATION = ("gen_ai_evaluation_name", "gen_ai_evaluation_score_label", "gen_ai_response_model", "served_by")


class Metrics:
    """Counted since the start, in a registry of their own."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "ai_requests", "Requests by outcome.", ["status", "provider", "model", "served_by"], registry=registry
        )
        self.errors = Counter("ai_errors", "Requests that failed (5xx).", registry=registry)
        self.seconds = Histogram("ai_request_seconds", "Time to answer.", registry=registry, buckets=BOUNDS_S)
        self.tokens = Counter("ai_tokens", "Tokens read and written.", registry=registry)
        self.spend = Counter("ai_spend_usd", "Money spent on tokens, in USD.", registry=registry)
        self.refusals = Counter("ai_refusals", "Answers that refuse or were blocked.", registry=registry)
        self.grounded = Counter("ai_grounded_answers", "Answers that rest on their sources.", registry=registry)
        self.feedback = Counter("ai_feedback", "Thumbs of customers.", ["kind"], registry=registry)
        self.evaluations = Counter(
            "gen_ai_evaluation_results", "What the judge found in answers of a model.", EVALUATION, registry=registry
        )
        self.changes = Counter("ai_setting_changes", "Settings changed.", registry=registry)
        self.changes_counted = 0

    def note(self, answer: Answer) -> None:
        content, served = answer.content, answer.served
        self.requests.labels(str(answer.status), served.provider, served.model, served.served_by or "").inc()
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
        if content.steps:
            self.evaluate(content, served)
        if self.draw.random() < (COMPLAINS if content.bad else PRAISES):
            self.feedback.labels("down" if content.bad else "up").inc()

    def evaluate(self, content: Content, served: Served) -> None:
        found = {"safety": content.flagged}
        if not (content.refused or content.blocked or content.dont_know):
            found |= {"quality": content.bad, "groundedness": not content.grounded}
        for name, poor in found.items():
            for label in LABELS[name]:
                # Made while it is 0, for a rate cannot see the first of a counter that comes with it.
                self.evaluations.labels(name, label, served.model, served.served_by or "").inc(
                    label == LABELS[name][poor]
                )

    def text(self, changes: int) -> bytes:
        """The exposition; ``changes`` is how many settings were changed so far."""
        self.changes.inc(changes - self.changes_counted)
        self.changes_counted = changes
        return generate_latest(self.registry)
