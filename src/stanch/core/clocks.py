"""The clocks of the audiences: who is reminded of words that are due, and when. First the room, before they are; then
who speaks; then the commander; then, where people are woken, the next of the escalation path, and the commander again,
ever more seldom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from stanch.core.cadence import Owed, all_owed, who_speaks
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.item import NEXT, Item
from stanch.core.quiet import awake
from stanch.core.rhythm import Clock

AGAIN: Final = 4
"""From this stage on everybody was asked, and still nobody has said it: the commander hears of it again."""
SELDOM: Final = timedelta(minutes=30)
"""After how long at first; then after twice that, and so on up to a day."""
WOKEN: Final = ("SEV1", "SEV2")
"""Severities at which the escalation path is asked too."""


def clocks(i: Incident, catalogue: Catalogue) -> Iterator[Item]:
    """One reminder for each audience that is owed words, the next as things stand."""
    for owed in all_owed(i, catalogue):
        if (stage := _stage(i, i.rhythm.clock(owed.audience))) is not None:
            yield _item(i, catalogue, owed, stage)


def late(i: Incident, one: Item, now: datetime) -> Item:
    """What is given now in its place: what was to come before the time, and comes after it, goes to who speaks."""
    if one.kind in AUDIENCES and one.stage == 0 and one.due is not None and now >= one.due:
        return replace(one, to=who_speaks(i), stage=1)
    return one


def _stage(i: Incident, clock: Clock) -> int | None:
    """Who speaks by now is asked first, also if somebody else did before. Nobody is asked twice because they hold two
    seats, and nobody is called in where nobody is woken."""
    stage = clock.stage
    if stage >= 2 and clock.asked and who_speaks(i) not in clock.asked:
        return 1
    if stage == 2 and i.commander in (who_speaks(i), *clock.asked):
        stage = 3
    return None if stage >= 3 and i.severity not in WOKEN else stage


def _item(i: Incident, catalogue: Catalogue, owed: Owed, stage: int) -> Item:
    clock, due, before = i.rhythm.clock(owed.audience), owed.due, owed.lead
    at = due + before * (clock.stage - 1)
    if clock.snoozed_until:
        at = unstamp(clock.snoozed_until)
    elif clock.at:
        # After a downtime several would be overdue at once: one after the other.
        at = max(at, unstamp(clock.at) + (before if at >= due else timedelta()))
    if stage >= AGAIN and clock.at:
        at = unstamp(clock.at) + min(SELDOM * (1 << min(stage - AGAIN, 6)), timedelta(days=1))
    at = awake(i, catalogue, at)
    if i.spoken.paused_until:
        at = max(at, unstamp(i.spoken.paused_until))
    to = ("", who_speaks(i), i.commander, NEXT, i.commander)[min(stage, AGAIN)]
    return Item(owed.audience, at, to, stage, due, clock.snoozes)
