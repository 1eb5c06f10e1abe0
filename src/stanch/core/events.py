"""What can stand in a timeline: one small class for each kind of event.

An event's payload is plain JSON: strings, numbers, booleans, lists and null; times inside it are ISO 8601 in UTC.
People are Slack user ids. Fields are only ever added, with a default, so that old timelines stay readable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Payload:
    kind: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        return {f.name: list(v) if isinstance(v := getattr(self, f.name), tuple) else v for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Declared(Payload):
    kind = "declared"
    title: str
    service: str | None = None
    klass: str | None = None
    severity: str | None = None
    impact: str = ""
    restricted: bool = False
    drill: bool = False
    service_assumed: bool = False
    whole_title: str = ""
    """The title as it was typed, when it was too long for a title."""


@dataclass(frozen=True, slots=True)
class RoomOpened(Payload):
    kind = "room_opened"
    channel: str
    name: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class CardPosted(Payload):
    kind = "card_posted"
    ts: str
    generation: int = 0


@dataclass(frozen=True, slots=True)
class CardLost(Payload):
    kind = "card_lost"
    ts: str


@dataclass(frozen=True, slots=True)
class Announced(Payload):
    kind = "announced"
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class RoleGiven(Payload):
    kind = "role_given"
    role: str
    user: str | None
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Changed(Payload):
    """One of the facts on the card was changed: title, klass, severity, service, scope or impact."""

    kind = "changed"
    what: str
    to: str
    was: str | None = None
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Noted(Payload):
    kind = "noted"
    text: str


@dataclass(frozen=True, slots=True)
class Evidence(Payload):
    kind = "evidence"
    text: str


@dataclass(frozen=True, slots=True)
class Corrected(Payload):
    kind = "corrected"
    entry: int
    text: str


@dataclass(frozen=True, slots=True)
class UpdateSaid(Payload):
    kind = "update_said"
    text: str
    audience: str = "room"


@dataclass(frozen=True, slots=True)
class MemberLeft(Payload):
    kind = "member_left"
    user: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberJoined(Payload):
    kind = "member_joined"
    user: str


@dataclass(frozen=True, slots=True)
class RoomChanged(Payload):
    """The room was renamed, archived, unarchived, deleted, or the bot was removed or let in again, by hand."""

    kind = "room_changed"
    state: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Exported(Payload):
    kind = "exported"
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trouble(Payload):
    """Something owed to the outside could not be done and was set aside. `effect` is its kind."""

    kind = "trouble"
    what: str
    error: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Redacted(Payload):
    kind = "redacted"
    entry: int
    why: str


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


KINDS: Mapping[str, type[Payload]] = {
    one.kind: one
    for one in (
        Declared, RoomOpened, CardPosted, CardLost, Announced, RoleGiven, Changed, Noted, Evidence, Corrected,
        UpdateSaid, MemberLeft, MemberJoined, RoomChanged, Exported, Trouble, Redacted, Hypothesis, HypothesisJudged,
        Mitigating, MitigationApplied, MitigationMoved, Judged, BleedingChanged, Contained, Explained, Watching,
        RedCheck, Resolved, ActionAdded, Closed, Dismissed, Reopened,
    )
}  # fmt: skip


def read(kind: str, payload: Mapping[str, Any] | None) -> Payload | None:
    """The typed payload; None for an erased one, or a kind that a newer version wrote (kept, not understood)."""
    known = KINDS.get(kind)
    if known is None or payload is None:
        return None
    names = {f.name for f in fields(known)}
    return known(**{k: tuple(v) if isinstance(v, list) else v for k, v in payload.items() if k in names})
