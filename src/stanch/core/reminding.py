"""Reminders: what people would forget, when they are told, and who. All of it follows from the state and the catalogue.

A reminder is an effect that falls due later. When its time comes it is looked at again: what no longer applies is not
sent. Each given one is an event, from which the next follows; so after a downtime there is one, not ten. What concerns
one person within two minutes is one message, and each person is asked for nothing more for two minutes after it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.clocks import clocks, late
from stanch.core.effect import Effect
from stanch.core.forgotten import forgotten
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.item import Item

APART: Final = timedelta(minutes=2)
WORDS: Final = "words"
"""Names the one reminder to the room about all words that are due."""
RANKS: Final[Mapping[str | None, int]] = {"SEV1": 1, "SEV2": 2, "SEV3": 3, "SEV4": 4}
LOWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message: `at` (UTC) about all of `items`. `to`: a user id, `NEXT`, or empty for the room."""

    at: datetime
    to: str
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """Of those of one incident each has its own: the person's, or what the room is told apart."""
        return self.to or _apart(self.items[0])

    @property
    def what(self) -> dict[str, Any]:
        """What makes it this one."""
        items = [[one.about, one.stage, one.snoozes] for one in self.items]
        return {"name": self.name, "at": stamp(self.at), "items": items}


def reminders(i: Incident, catalogue: Catalogue) -> tuple[Reminder, ...]:
    """The next for each person, and for the room, as things stand: ahead, or overdue."""
    found: dict[str, list[Item]] = {}
    for one in items(i, catalogue):
        found.setdefault(one.to or _apart(one), []).append(one)
    return tuple(_together(group) for group in found.values())


def items(i: Incident, catalogue: Catalogue) -> Iterator[Item]:
    """Each thing apart; none to somebody who was reminded of something a moment before."""
    for one in (*clocks(i, catalogue), *forgotten(i, catalogue)):
        last = i.rhythm.told.get(one.to)
        yield replace(one, at=max(one.at, unstamp(last) + APART)) if last else one


def owed(before: Incident | None, after: Incident, catalogue: Catalogue) -> Iterator[Effect]:
    """Those that follow from what happened between. A later one of the same name supersedes the one before."""
    if after.room is None:
        return
    known = set(reminders(before, catalogue)) if before and before.room else set()
    for one in reminders(after, catalogue):
        if one not in known:
            yield reminding(after, one)


def reminding(i: Incident, one: Reminder) -> Effect:
    """Owed by the newest entry. One of an incident is given at a time: what it changes, the others follow."""
    lane = f"inc-{i.number}/remind"
    key = f"{lane}/{one.name}/{i.seq}/{int(one.at.timestamp())}"
    group = f"{lane}/{one.name}"
    return Effect(key, "remind", lane, {**one.what, "entry": i.seq}, group, one.at, RANKS.get(i.severity, LOWEST))


def meant(i: Incident, catalogue: Catalogue, what: Mapping[str, Any]) -> Reminder | None:
    """The reminder that an effect is about, if it still applies. `what`: the effect's payload."""
    return next((one for one in reminders(i, catalogue) if one.what.items() <= what.items()), None)


def instead(i: Incident, catalogue: Catalogue, name: str) -> Reminder | None:
    """The reminder of the same name as things stand now: the team's files may have changed."""
    return next((one for one in reminders(i, catalogue) if one.name == name), None)


def given(i: Incident, catalogue: Catalogue, one: Reminder, now: datetime) -> Reminder:
    """What is said now in its place: all that has fallen due for the same person meanwhile, and what comes too late for
    the room, to who speaks."""
    soon = [late(i, item, now) for item in items(i, catalogue) if item.at <= max(now, one.at) + APART]
    mine = [item for item in soon if (item.to or _apart(item)) == one.name]
    if not mine:
        # All of it comes too late for the room.
        to = next(item.to for item in soon if item.about == one.items[0].about)
        mine = [item for item in soon if item.to == to]
    return replace(one, to=mine[0].to, items=tuple(mine))


def too_soon(i: Incident, to: str, now: datetime) -> timedelta:
    """How long this person is left alone yet."""
    last = i.rhythm.told.get(to)
    return max(timedelta(), unstamp(last) + APART - now) if last else timedelta()


def _apart(one: Item) -> str:
    return WORDS if one.kind in AUDIENCES else one.about


def _together(group: Iterable[Item]) -> Reminder:
    first, *more = sorted(group, key=lambda one: one.at)
    return Reminder(first.at, first.to, (first, *(one for one in more if one.at <= first.at + APART)))
