"""What can be asked about people: answers to offers, hand-over; and what is reported of them."""

from dataclasses import dataclass

from stanch.core.command import Command


@dataclass(frozen=True, slots=True)
class AnswerSeat(Command):
    """*Accept* or *Pass*: to what this person is asked for. `roles`: those that the button is about."""

    accept: bool
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandOver(Command):
    """Ask somebody to take a role over; it stays where it is until they accept."""

    role: str
    user: str | None


@dataclass(frozen=True, slots=True)
class AnswerHandover(Command):
    accept: bool
    role: str


@dataclass(frozen=True, slots=True)
class PutOffRotation(Command):
    """*Not now*: the holder of the role goes on for another hour."""

    role: str


@dataclass(frozen=True, slots=True)
class ReportLapse(Command):
    """The time to answer is over, or the person cannot be reached (`why`). `until`: which question, as it stands in
    the timeline. `handover`: the role, if it is one."""

    user: str
    until: str
    why: str = ""
    handover: str = ""


@dataclass(frozen=True, slots=True)
class ReportAskedLate(Command):
    """The question came to the person long after it was asked. `until`: as in `ReportLapse`."""

    user: str
    until: str


@dataclass(frozen=True, slots=True)
class OfferNext(Command):
    """Who could take the role that `was` did not: user and step of the escalation path (from 0), the first first."""

    role: str
    was: str
    ranked: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OfferSeats(Command):
    """The same for all seats that wait for somebody at this moment: whom several come to is asked once."""

    offers: tuple[OfferNext, ...]


@dataclass(frozen=True, slots=True)
class ReportExtras(Command):
    """Whom the class adds, as the workspace knows them: what for, and who; and what for nobody is named."""

    klass: str
    extras: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPaged(Command):
    action: str
    step: int
    ways: tuple[str, ...]
    page: int = 1


@dataclass(frozen=True, slots=True)
class ReportNoPager(Command):
    pass


@dataclass(frozen=True, slots=True)
class ReportRotation(Command):
    role: str
    user: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class ReportNight(Command):
    user: str
    role: str
    minutes: int
