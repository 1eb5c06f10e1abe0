"""What can stand in a timeline about people: who was asked to take a seat, and what came of it; who was woken."""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class SeatAsked(Payload):
    """Somebody was named for these roles, and is asked whether they take them. `until`: ISO 8601 in UTC.

    `step`: of the escalation path, from 0. `anew`: in place of somebody who passed or did not answer. `only_accept`:
    whatever else they do is no yes, for they have another seat.
    """

    kind = "seat_asked"
    user: str
    roles: tuple[str, ...]
    until: str
    step: int = 0
    anew: bool = False
    only_accept: bool = False


@dataclass(frozen=True, slots=True)
class SeatHurried(Payload):
    """The same question, with another time to answer it: the severity went up, or it came to them late."""

    kind = "seat_hurried"
    user: str
    roles: tuple[str, ...]
    until: str


@dataclass(frozen=True, slots=True)
class SeatAccepted(Payload):
    kind = "seat_accepted"
    user: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatPassed(Payload):
    kind = "seat_passed"
    user: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatLapsed(Payload):
    """No answer in time. `why`: they could not be reached at all (Slack's word for it)."""

    kind = "seat_lapsed"
    user: str
    roles: tuple[str, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class SeatOver(Payload):
    """Nobody waits for the answer any more: the severity does not need it."""

    kind = "seat_over"
    user: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalated(Payload):
    """Everybody on the steps before was asked for this role; now those of this one are (counted from 0)."""

    kind = "escalated"
    role: str
    step: int


@dataclass(frozen=True, slots=True)
class SeatUnfilled(Payload):
    """Everybody on the escalation path was asked, and nobody has taken it."""

    kind = "seat_unfilled"
    role: str


@dataclass(frozen=True, slots=True)
class HandoverAsked(Payload):
    """`user` is asked to take the role over from `was`. `until`: ISO 8601 in UTC."""

    kind = "handover_asked"
    role: str
    user: str
    until: str
    was: str | None = None


@dataclass(frozen=True, slots=True)
class HandoverEnded(Payload):
    """`how`: `passed`, `lapsed`, or `unreachable`. `asker`: who had asked, and is told. One that was accepted is a
    `role_given`."""

    kind = "handover_ended"
    role: str
    user: str
    how: str
    asker: str


@dataclass(frozen=True, slots=True)
class ExtrasNamed(Payload):
    """Whom the class adds: what for, and who, in the same order; `missing`: what for nobody is named.

    `later`: the room stood already.
    """

    kind = "extras_named"
    whats: tuple[str, ...]
    users: tuple[str, ...]
    missing: tuple[str, ...] = ()
    later: bool = False


@dataclass(frozen=True, slots=True)
class PageOwed(Payload):
    """Somebody is to be woken (`trigger`), or need not be any more (`acknowledge`, `resolve`). `step`: from 0.

    `page`: which one it is, counted from 1 in the incident; each is one alert, and rings once.
    """

    kind = "page_owed"
    action: str
    step: int
    users: tuple[str, ...] = ()
    page: int = 1


@dataclass(frozen=True, slots=True)
class Paged(Payload):
    """It was taken by what wakes people: `ways`, such as PagerDuty."""

    kind = "paged"
    action: str
    step: int
    ways: tuple[str, ...] = ()
    page: int = 1


@dataclass(frozen=True, slots=True)
class NobodyToWake(Payload):
    """There is nothing that could wake anybody."""

    kind = "nobody_to_wake"


@dataclass(frozen=True, slots=True)
class RotationOffered(Payload):
    """A seat is held for longer than a shift: the commander was told, with whom it could go to (empty: nobody)."""

    kind = "rotation_offered"
    role: str
    user: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class RotationPutOff(Payload):
    """Not now. `until`: ISO 8601 in UTC."""

    kind = "rotation_put_off"
    role: str
    until: str


@dataclass(frozen=True, slots=True)
class NightWorked(Payload):
    """A seat was held through part of the holder's night; they were thanked. A fact about the system."""

    kind = "night_worked"
    user: str
    role: str
    minutes: int


EVENTS: tuple[type[Payload], ...] = (
    SeatAsked, SeatHurried, SeatAccepted, SeatPassed, SeatLapsed, SeatOver, Escalated, SeatUnfilled, HandoverAsked,
    HandoverEnded, ExtrasNamed, PageOwed, Paged, NobodyToWake, RotationOffered, RotationPutOff, NightWorked,
)  # fmt: skip
"""All of them."""
POSTED: tuple[type[Payload], ...] = (NobodyToWake,)
"""Those that the room is told in a message of their own."""
UNSEEN: tuple[type[Payload], ...] = (
    Escalated, HandoverAsked, HandoverEnded, PageOwed, Paged, NobodyToWake, RotationOffered, RotationPutOff,
    NightWorked,
)  # fmt: skip
"""Those that leave the card as it is."""
MESSAGES = ("seat_asked", "seat_unfilled", "extras_named", "asked", "handover", "handover_ended", "rotation", "care")
"""Templates that may be due, beside those of `POSTED`."""
