"""Who is on call by a rota of the file, at any moment. Pure; clock changes are those of the rota's zone.

A hand-over is at the wall time that the file says. On a day when the clock jumps over it, it comes as much later as the
clock jumped; where the clock shows it twice, the first time counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from stanch.core.people import Override, Turns


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on call without a break; both ends are in UTC, `end` is not in it."""

    who: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is on call now and who is next; `until` is in UTC. None: nobody, or no end."""

    who: str | None
    until: datetime | None
    then: str | None


def on_call(rota: Turns, at: datetime) -> str | None:
    """Return who is on call at `at` (aware), by the name of the file; None before the first hand-over."""
    if override := _override(rota, at):
        return override.who
    turn = _turn(rota, at)
    return None if turn < 0 else rota.people[turn % len(rota.people)]


def now_and_next(rota: Turns, at: datetime) -> Standing:
    """Return who is on call at `at` (aware), until when, and who comes then."""
    who = on_call(rota, at)
    # Each stretch between two overrides shows a change within one round, if there is any.
    looks = (len(rota.people) + 2) * (len(rota.overrides) + 1)
    for _, (cut, then) in zip(range(looks), _changes(rota, at), strict=False):
        if then != who:
            return Standing(who, cut, then)
    return Standing(who, None, None)


def schedule(rota: Turns, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Return the shifts from `start` to `end` (both aware), cut to them; nobody's time is left out."""
    shifts: list[Shift] = []
    since, who = start.astimezone(UTC), on_call(rota, start)
    for cut, then in _changes(rota, start):
        if cut >= end:
            break
        if then != who:
            shifts += [Shift(who, since, cut)] if who else []
            since, who = cut, then
    last = end.astimezone(UTC)
    return (*shifts, Shift(who, since, last)) if who and since < last else tuple(shifts)


def _changes(rota: Turns, after: datetime) -> Iterator[tuple[datetime, str | None]]:
    """Each moment (UTC) at which it may change, and who is on call from then on."""
    cut = _cut(rota, after)
    while cut is not None:
        yield cut, on_call(rota, cut)
        cut = _cut(rota, cut)


def _cut(rota: Turns, at: datetime) -> datetime | None:
    """The next moment at which somebody else may be on call; None: never again."""
    if override := _override(rota, at):
        return _utc(override.until, rota.zone)
    cuts = [start for one in rota.overrides if (start := _utc(one.start, rota.zone)) > at]
    turn = _turn(rota, at)
    if turn < 0 or len(set(rota.people)) > 1:
        # Where a day is missing from the calendar, two hand-overs fall together.
        cuts.append(next(cut for k in range(turn + 1, turn + 4) if (cut := _hand_over(rota, k)) > at))
    return min(cuts, default=None)


def _override(rota: Turns, at: datetime) -> Override | None:
    covering = (one for one in rota.overrides if _utc(one.start, rota.zone) <= at < _utc(one.until, rota.zone))
    return next(covering, None)


def _turn(rota: Turns, at: datetime) -> int:
    """How many hand-overs there were before, the first not counted; below 0 before the first."""
    days = (at.astimezone(rota.zone).date() - _first(rota)).days
    turn = days // _days(rota) + 1
    while _hand_over(rota, turn) > at:
        turn -= 1
        if turn < 0:
            return -1
    return turn


def _hand_over(rota: Turns, turn: int) -> datetime:
    return _utc(datetime.combine(_first(rota) + timedelta(days=turn * _days(rota)), rota.at), rota.zone)


def _first(rota: Turns) -> date:
    if rota.every == "day":
        return rota.since
    return rota.since + timedelta(days=(rota.weekday - rota.since.weekday()) % 7)


def _days(rota: Turns) -> int:
    return 7 if rota.every == "week" else 1


def _utc(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
