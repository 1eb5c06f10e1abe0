"""What moves an incident along, as events: mitigations, hypotheses, phases."""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Hypothesis(Payload):
    kind = "hypothesis"
    k: int
    text: str


@dataclass(frozen=True, slots=True)
class HypothesisJudged(Payload):
    kind = "hypothesis_judged"
    k: int
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class Mitigating(Payload):
    kind = "mitigating"


@dataclass(frozen=True, slots=True)
class MitigationApplied(Payload):
    kind = "mitigation_applied"
    k: int
    what: str


@dataclass(frozen=True, slots=True)
class MitigationMoved(Payload):
    """A mitigation became `effective`, `removed`, or `kept` with an owner and a date (ISO, UTC)."""

    kind = "mitigation_moved"
    k: int
    state: str
    owner: str | None = None
    until: str | None = None
    why: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Judged(Payload):
    kind = "judged"
    good: int
    bad: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class BleedingChanged(Payload):
    kind = "bleeding_changed"
    bleeding: str
    why: str


@dataclass(frozen=True, slots=True)
class Contained(Payload):
    kind = "contained"
    how: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Explained(Payload):
    kind = "explained"
    certainty: str
    text: str


@dataclass(frozen=True, slots=True)
class Watching(Payload):
    kind = "watching"
    quiet_until: str
    override: str = ""


@dataclass(frozen=True, slots=True)
class RedCheck(Payload):
    kind = "red_check"
    what: str


@dataclass(frozen=True, slots=True)
class Resolved(Payload):
    kind = "resolved"
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class ActionAdded(Payload):
    kind = "action_added"
    k: int
    owner: str
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Closed(Payload):
    kind = "closed"
    summary: str


@dataclass(frozen=True, slots=True)
class Dismissed(Payload):
    kind = "dismissed"
    reason: str
    why: str
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Reopened(Payload):
    kind = "reopened"
    why: str
