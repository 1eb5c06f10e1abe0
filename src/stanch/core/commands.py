"""What can be asked of an incident: by a person, or reported by Slack and by the worker. Texts are plain text."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Command:
    """Something that `decide` turns into events, or refuses."""


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
    """*Join* on the announcement: no event, only an invitation."""


@dataclass(frozen=True, slots=True)
class Export(Command):
    formats: tuple[str, ...]


# What Slack and the worker report


@dataclass(frozen=True, slots=True)
class ReportRoom(Command):
    channel: str
    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class SeatOwners(Command):
    """The owners of the service as the workspace knows them: who to seat where, and who to invite."""

    seats: tuple[tuple[str, str], ...]
    invite: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Names in `services.yml` that belong to nobody who can be invited."""
    room: ReportRoom | None = None
    later: bool = False
    """The workspace could not be asked who they are: it is owed still."""


@dataclass(frozen=True, slots=True)
class ReportCard(Command):
    ts: str
    generation: int


@dataclass(frozen=True, slots=True)
class ReportAnnouncement(Command):
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class ReportCardLost(Command):
    ts: str


@dataclass(frozen=True, slots=True)
class ReportMember(Command):
    user: str
    joined: bool


@dataclass(frozen=True, slots=True)
class ReportRoomChange(Command):
    """`renamed`, `archived`, `open` again, `deleted`, or `bot_removed`."""

    state: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ReportTrouble(Command):
    what: str
    error: str
    effect: str = ""


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
