"""What can stand in a timeline: one small class for each kind of event.

An event's payload is plain JSON: strings, numbers, booleans, lists and null; times inside it are ISO 8601 in UTC.
People are Slack user ids. Fields are only ever added, with a default, so that old timelines stay readable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from stanch.core.course_events import (
    ActionAdded as ActionAdded,
    BleedingChanged as BleedingChanged,
    Closed as Closed,
    Contained as Contained,
    Dismissed as Dismissed,
    Explained as Explained,
    Hypothesis as Hypothesis,
    HypothesisJudged as HypothesisJudged,
    Judged as Judged,
    Mitigating as Mitigating,
    MitigationApplied as MitigationApplied,
    MitigationMoved as MitigationMoved,
    RedCheck as RedCheck,
    Reopened as Reopened,
    Resolved as Resolved,
    Watching as Watching,
)
from stanch.core.draft_events import EVENTS as OF_DRAFTS
from stanch.core.payload import Payload as Payload
from stanch.core.pull_events import (
    PullAccepted as PullAccepted,
    PullAgain as PullAgain,
    PullAsked as PullAsked,
    PullCancelled as PullCancelled,
    PullConfirmed as PullConfirmed,
    PullEffective as PullEffective,
    PullFailed as PullFailed,
    PullLate as PullLate,
    PullRead as PullRead,
    PullSeconded as PullSeconded,
    RungHeld as RungHeld,
    SettingsSaved as SettingsSaved,
)
from stanch.core.seat_events import EVENTS as OF_SEATS
from stanch.core.status_events import EVENTS as OF_STATUS
from stanch.core.walk_events import (
    AnswerJudged as AnswerJudged,
    CameBack as CameBack,
    Checked as Checked,
    ChecksAsked as ChecksAsked,
    Drifted as Drifted,
    RunbookBack as RunbookBack,
    RunbookChose as RunbookChose,
    RunbookOpened as RunbookOpened,
    SampleAsked as SampleAsked,
    SampleDrawn as SampleDrawn,
    Shown as Shown,
)
from stanch.core.word_events import Paced as Paced, Reminded as Reminded, Snoozed as Snoozed


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
    signal: str = ""
    recurs_from: int | None = None


@dataclass(frozen=True, slots=True)
class RoomOpened(Payload):
    kind = "room_opened"
    channel: str
    name: str
    private: bool = False
    group: bool = False


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
    no_news: bool = False


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
class Restricted(Payload):
    """From here on only named people see the details."""

    kind = "restricted"
    why: str = ""


@dataclass(frozen=True, slots=True)
class JoinAsked(Payload):
    kind = "join_asked"
    user: str


@dataclass(frozen=True, slots=True)
class LetIn(Payload):
    kind = "let_in"
    user: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Captured(Payload):
    """A message of Slack; the event's `at` and `by` are the message's own."""

    kind = "captured"
    channel: str
    ts: str
    text: str
    link: str = ""
    author: str = ""
    pinned_by: str = ""


@dataclass(frozen=True, slots=True)
class CaptureEdited(Payload):
    kind = "capture_edited"
    entry: int
    text: str


@dataclass(frozen=True, slots=True)
class CaptureDeleted(Payload):
    kind = "capture_deleted"
    entry: int


@dataclass(frozen=True, slots=True)
class Signalled(Payload):
    """The alert that it was declared from is `firing` again, or `resolved`."""

    kind = "signalled"
    key: str
    source: str
    title: str
    status: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class DuplicateJoined(Payload):
    kind = "duplicate_joined"
    number: int


@dataclass(frozen=True, slots=True)
class Recurred(Payload):
    kind = "recurred"
    number: int


@dataclass(frozen=True, slots=True)
class Redacted(Payload):
    kind = "redacted"
    entry: int
    why: str


ALL: tuple[type[Payload], ...] = (
    Declared, RoomOpened, CardPosted, CardLost, Announced, RoleGiven, Changed, Noted, Evidence, Corrected,
    UpdateSaid, MemberLeft, MemberJoined, RoomChanged, Exported, Trouble, Redacted, Hypothesis, HypothesisJudged,
    Mitigating, MitigationApplied, MitigationMoved, Judged, BleedingChanged, Contained, Explained, Watching,
    RedCheck, Resolved, ActionAdded, Closed, Dismissed, Reopened, Restricted, JoinAsked, LetIn, Captured,
    CaptureEdited, CaptureDeleted, Signalled, DuplicateJoined, Recurred, PullAsked, PullRead, PullSeconded,
    PullConfirmed, PullCancelled, SettingsSaved, PullAccepted, PullEffective, PullLate, PullFailed, RungHeld,
    PullAgain, RunbookOpened, RunbookChose, RunbookBack, ChecksAsked, Checked, CameBack, SampleAsked, SampleDrawn,
    AnswerJudged, Shown, Drifted, Reminded, Snoozed, Paced, *OF_SEATS, *OF_DRAFTS, *OF_STATUS,
)  # fmt: skip
KINDS: Mapping[str, type[Payload]] = {one.kind: one for one in ALL}


def read(kind: str, payload: Mapping[str, Any] | None) -> Payload | None:
    """The typed payload; None for an erased one, or a kind that a newer version wrote (kept, not understood)."""
    known = KINDS.get(kind)
    if known is None or payload is None:
        return None
    names = {f.name for f in fields(known)}
    return known(**{k: tuple(v) if isinstance(v, list) else v for k, v in payload.items() if k in names})
