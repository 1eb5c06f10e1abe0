"""What can be asked of an incident: by a person, or reported by Slack and by the worker. Texts are plain text."""

from dataclasses import dataclass
from datetime import date, datetime

from stanch.core.command import Command as Command
from stanch.core.pull_commands import (
    CancelPull as CancelPull,
    Confirm as Confirm,
    Lever as Lever,
    LookAgain as LookAgain,
    Pull as Pull,
    ReadStep as ReadStep,
    ReportAccepted as ReportAccepted,
    ReportFailed as ReportFailed,
    ReportHeld as ReportHeld,
    ReportProof as ReportProof,
    ReportReading as ReportReading,
    ReportSaved as ReportSaved,
    Undo as Undo,
)
from stanch.core.reports import (
    ReportAnnouncement as ReportAnnouncement,
    ReportCard as ReportCard,
    ReportCardLost as ReportCardLost,
    ReportDuplicate as ReportDuplicate,
    ReportMember as ReportMember,
    ReportRecurred as ReportRecurred,
    ReportRoom as ReportRoom,
    ReportRoomChange as ReportRoomChange,
    ReportSignal as ReportSignal,
    ReportTrouble as ReportTrouble,
    SeatOwners as SeatOwners,
)
from stanch.core.walk_commands import (
    Choose as Choose,
    DrawSample as DrawSample,
    EndSample as EndSample,
    JudgeAnswer as JudgeAnswer,
    OpenRunbook as OpenRunbook,
    ReportChecks as ReportChecks,
    ReportDrift as ReportDrift,
    ReportSample as ReportSample,
    ReportShown as ReportShown,
    RunChecks as RunChecks,
    StepBack as StepBack,
)
from stanch.core.word_commands import (
    OweReminder as OweReminder,
    ReportReminded as ReportReminded,
    Snooze as Snooze,
    StillInvestigating as StillInvestigating,
)


@dataclass(frozen=True, slots=True)
class Declare(Command):
    number: int
    title: str
    klass: str | None = None
    severity: str | None = None
    service: str | None = None
    impact: str = ""
    private: bool = False
    drill: bool = False
    signal: str = ""
    """Key of the group of alerts that it was declared from."""
    recurs_from: int | None = None
    message: "Capture | None" = None
    """The message that it was declared from: the desk takes it in as the first evidence."""


@dataclass(frozen=True, slots=True)
class Change(Command):
    """Set one fact of the card: `title`, `klass`, `severity`, `service`, `scope` or `impact`."""

    what: str
    to: str


@dataclass(frozen=True, slots=True)
class FillIn(Command):
    """The form behind *Fill in*: only what differs is recorded."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GiveRole(Command):
    role: str
    user: str | None
    """None clears the seat."""


@dataclass(frozen=True, slots=True)
class TakeSeat(Command):
    """The button of an empty seat: the first click wins."""

    role: str


@dataclass(frozen=True, slots=True)
class Note(Command):
    text: str


@dataclass(frozen=True, slots=True)
class AddEvidence(Command):
    text: str


@dataclass(frozen=True, slots=True)
class Correct(Command):
    entry: int
    text: str


@dataclass(frozen=True, slots=True)
class SayUpdate(Command):
    text: str


@dataclass(frozen=True, slots=True)
class Join(Command):
    """*Join* on the announcement: no event, only an invitation. On a restricted incident it asks to be let in.

    `on_call`: the person is one of the owners of the service, who are always in.
    """

    on_call: bool = False


@dataclass(frozen=True, slots=True)
class LetIn(Command):
    user: str


@dataclass(frozen=True, slots=True)
class Restrict(Command):
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pin(Command):
    """Somebody put a pushpin on a message of the room: it is owed to be read and put into the timeline."""

    channel: str
    ts: str
    by: str


@dataclass(frozen=True, slots=True)
class Capture(Command):
    """A message of Slack, as it stands. `at` is its own time (UTC); `pinned_by` is who wanted it in the timeline."""

    channel: str
    ts: str
    author: str
    text: str
    link: str
    at: datetime
    pinned_by: str


@dataclass(frozen=True, slots=True)
class ReportEdit(Command):
    """A captured message was edited; `text` None: it was deleted."""

    channel: str
    ts: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Redraw(Command):
    """A choice was made in the menu of the card, which keeps showing it until the card is drawn anew. `token` tells
    one choice from another."""

    token: str


@dataclass(frozen=True, slots=True)
class Export(Command):
    formats: tuple[str, ...]


# What moves an incident along


@dataclass(frozen=True, slots=True)
class Mitigate(Command):
    pass


@dataclass(frozen=True, slots=True)
class Applied(Command):
    what: str


@dataclass(frozen=True, slots=True)
class MoveMitigation(Command):
    """`effective`, `removed`, or `kept` with an owner and a date; `k` None means the only one there is."""

    state: str
    k: int | None = None
    owner: str | None = None
    until: date | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Judge(Command):
    good: int
    bad: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bleeding(Command):
    bleeding: str
    why: str


@dataclass(frozen=True, slots=True)
class Contain(Command):
    waive: str = ""


@dataclass(frozen=True, slots=True)
class Suppose(Command):
    text: str


@dataclass(frozen=True, slots=True)
class JudgeIdea(Command):
    k: int
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class Explain(Command):
    certainty: str
    text: str


@dataclass(frozen=True, slots=True)
class Watch(Command):
    override: str = ""


@dataclass(frozen=True, slots=True)
class ReportRedCheck(Command):
    what: str


@dataclass(frozen=True, slots=True)
class Resolve(Command):
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class AddAction(Command):
    owner: str
    by: date
    what: str


@dataclass(frozen=True, slots=True)
class Close(Command):
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Dismiss(Command):
    reason: str
    why: str
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    why: str
