"""Whom to ask first for a seat. Pure: who is on call comes in, as `Candidate`s by step."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from stanch.core.people import Hours

WAKES: Final = frozenset(("SEV1", "SEV2", None))
"""Severities at which working hours protect nobody; one that is not known yet counts as SEV2."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be asked."""

    user: str
    """Slack id."""
    step: int = 0
    """Of the escalation path, from 0."""
    order: int = 0
    """Place among those of the same step: first choice first."""
    zone: ZoneInfo | None = None
    hours: Hours | None = None
    page: bool = True
    """Whether they may be paged where the severity wants it."""


def ranked(
    candidates: Iterable[Candidate],
    *,
    severity: str | None,
    now: datetime,
    taken: Collection[str] = (),
    passed: Collection[str] = (),
    silent: Collection[str] = (),
    open_roles: Mapping[str, int] | None = None,
    alone: bool = False,
) -> tuple[Candidate, ...]:
    """Return whom to ask, the first first, each person once; those who passed are left out.

    A step comes before the next; who was `silent` a moment ago comes after every step. In a step: who has no seat here
    (`taken`: user ids) before who has one; who is within working hours before who is not, except at SEV1 and SEV2; then
    the fewest `open_roles` (by user id, over all open incidents), then the order of the file. `alone`: the seat allows
    no other, so who has one comes after every step.
    `now`: an aware datetime.
    """
    roles = open_roles or {}

    def place(one: Candidate) -> tuple[bool, bool, int, bool, bool, int, int]:
        has_seat = one.user in taken
        asleep = severity not in WAKES and not at_work(one.zone, one.hours, now)
        mute = one.user in silent
        return (mute, alone and has_seat, one.step, has_seat, asleep, roles.get(one.user, 0), one.order)

    found: dict[str, Candidate] = {}
    for one in sorted(candidates, key=place):
        if one.user not in passed:
            found.setdefault(one.user, one)
    return tuple(found.values())


def at_work(zone: ZoneInfo | None, hours: Hours | None, now: datetime) -> bool:
    """Return whether `now` (aware) is within somebody's working hours; hours that are not known count as yes."""
    if zone is None or hours is None:
        return True
    local = now.astimezone(zone)
    clock, today = local.time(), local.weekday()
    if hours.start < hours.end:
        return today in hours.days and hours.start <= clock < hours.end
    yesterday = (local - timedelta(days=1)).weekday()
    return (today in hours.days and clock >= hours.start) or (yesterday in hours.days and clock < hours.end)
