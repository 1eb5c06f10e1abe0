"""Shifts: when somebody has held a seat for long enough, and how much of it was their night. Pure.

A shift's end is an effect that falls due later, like a reminder: it follows from the state and the catalogue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.chase import sheet
from stanch.core.effect import Effect
from stanch.core.incident import Incident

AGAIN: Final = timedelta(hours=1)
PUT_OFF_MOST: Final = 2
NIGHT: Final = (time(22, 0), time(7, 0))
"""By the wall clock of whoever holds the seat."""
WORTH_A_WORD: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """`at` (UTC): when it is over, and the commander is told."""

    role: str
    user: str
    at: datetime

    @property
    def what(self) -> dict[str, Any]:
        return {"role": self.role, "user": self.user, "at": stamp(self.at)}


def shifts(i: Incident, catalogue: Catalogue) -> tuple[Shift, ...]:
    """Those that are ahead, or overdue; none that waits for an answer."""
    known = sheet(i, catalogue)
    return tuple(_ahead(i, known.shift)) if known and i.is_open else ()


def _ahead(i: Incident, longest: timedelta) -> Iterator[Shift]:
    for role, user in i.seats.items():
        since, told = i.seating.held_since(role), i.seating.rotation(role)
        if told and told.until:
            yield Shift(role, user, unstamp(told.until))
        elif since and told is None:
            yield Shift(role, user, unstamp(since) + longest)


def owed(before: Incident | None, after: Incident, catalogue: Catalogue) -> Iterator[Effect]:
    """Those that follow from what happened between. A later one of the same role supersedes the one before."""
    known = set(shifts(before, catalogue)) if before else set()
    for one in shifts(after, catalogue):
        if one not in known:
            lane = f"inc-{after.number}/shift/{one.role}"
            key = f"{lane}/{after.seq}/{int(one.at.timestamp())}"
            yield Effect(key, "rotate", lane, {**one.what, "entry": after.seq}, group=lane, due=one.at)


def meant(i: Incident, catalogue: Catalogue, what: Mapping[str, Any]) -> Shift | None:
    """The shift that an effect is about, if it is still so."""
    return next((one for one in shifts(i, catalogue) if one.what.items() <= what.items()), None)


def at_night(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """How much of the time between (aware) was between 22:00 and 07:00 by that zone's wall clock."""
    night, day = timedelta(), (since.astimezone(zone) - timedelta(days=1)).date()
    last = until.astimezone(zone).date()
    while day <= last:
        begin = datetime.combine(day, NIGHT[0], zone)
        end = datetime.combine(day + timedelta(days=1), NIGHT[1], zone)
        # In UTC, where the difference of two moments is the time that has passed between them.
        low, high = max(_utc(begin), _utc(since)), min(_utc(end), _utc(until))
        night += max(timedelta(), high - low)
        day += timedelta(days=1)
    return night


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo("UTC"))
