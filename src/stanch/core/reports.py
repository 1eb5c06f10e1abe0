"""What Slack, monitoring and the worker report of the outside, as commands."""

from dataclasses import dataclass

from stanch.core.command import Command


@dataclass(frozen=True, slots=True)
class ReportRoom(Command):
    channel: str
    name: str
    private: bool
    group: bool = False
    """A group message, where no private channel could be made."""


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
    extras: tuple[tuple[str, str], ...] = ()
    """What for, and who: whom the class adds."""
    missing: tuple[str, ...] = ()
    """What for nobody is named."""


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


@dataclass(frozen=True, slots=True)
class ReportSignal(Command):
    """The alert that this incident was declared from is `firing` again, or `resolved`."""

    key: str
    source: str
    title: str
    status: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ReportDuplicate(Command):
    """Another incident was dismissed as a duplicate of this one; `people` worked on it and come over."""

    number: int
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRecurred(Command):
    """It came back after more than 24 hours, as incident `number`."""

    number: int
