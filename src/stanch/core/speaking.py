"""Rules for the words that are owed: the honest minimum, putting a reminder off, and what was given."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from stanch.core import word_commands as c, word_events as e
from stanch.core.audiences import in_company
from stanch.core.cadence import Owed, all_owed, interval, next_due, overdue, spoken, told_nothing
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.draft_events import SaidTo
from stanch.core.drafting import CALLED
from stanch.core.events import UpdateSaid
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.policy import commands
from stanch.core.reminding import instead, reminding
from stanch.core.rhythm import NO_NEWS, SNOOZE, SNOOZES
from stanch.core.said import Said
from stanch.core.spoken import ROOM
from stanch.core.text import listed
from stanch.core.words import when, when_after
from stanch.errors import Refusal

MINIMUM = "Still investigating: there is nothing new to say yet."
SLOWER = "Updates now come every {every}, until there is news."
TWICE_WITHIN = timedelta(minutes=1)


def still(i: Incident, command: c.StillInvestigating, by: str, now: datetime, catalogue: Catalogue) -> Said:
    every = interval(i, catalogue)
    if every is None:
        why = "is over" if not i.is_open else "has no severity yet" if not i.severity else f"is {i.severity}"
        raise Refusal(f"No update is owed: {i.name} {why}. Say one all the same: `/incident update TEXT`.")
    just_said = i.last_update_at is not None and now - i.last_update_at < TWICE_WITHIN
    if just_said and not command.slower:
        assert i.last_update_at is not None
        raise Refusal(f"An update was said a moment ago: {when(i.last_update_at, '{time}')}.")
    if not command.slower:
        offers = ("slower",) if _may_slow(i, by) and i.rhythm.without_news + 1 >= NO_NEWS else ()
        others = tuple(_to_others(i, now, catalogue))
        too = f" {' and '.join(one.audience for one in others).capitalize()} were told too." if others else ""
        said = (UpdateSaid(MINIMUM, no_news=True), *others)
        first = [one for one in overdue(i, catalogue, now) if one.audience != ROOM and told_nothing(i, one.audience)]
        owed = f" {_first_owed(first)}" if first else ""
        offers = ("say_update", *offers) if first else offers
        return Said(said, f"Said. The card follows.{too}{owed}", offers)
    if not commands(i, by):
        raise Refusal(f"Only the commander, <@{i.commander}>, may have updates come half as often.", "still")
    if i.rhythm.doubled:
        raise Refusal(f"They come half as often already: every {spoken(every)}.", "still")
    if i.rhythm.without_news < NO_NEWS:
        raise Refusal(
            f"Only after {NO_NEWS} updates without news in a row; so far there are {i.rhythm.without_news}.",
            "still",
        )
    slower = SLOWER.format(every=spoken(every * 2))
    text = slower if just_said else f"{MINIMUM} {slower}"
    return Said((e.Paced(), UpdateSaid(text, no_news=True)), "Said. The next is due later from now on.")


def _first_owed(first: Sequence[Owed]) -> str:
    """Who still knows nothing, and since when they should."""
    names = listed([CALLED[one.audience] for one in first])
    since = when(min(one.due for one in first), "{time}")
    return f"{names[0].upper()}{names[1:]} have heard nothing yet; that was due at {since}."


def _to_others(i: Incident, now: datetime, catalogue: Catalogue) -> Iterator[SaidTo]:
    """The same to those in the company who are owed words by now, and have had their first notice already."""
    for one in all_owed(i, catalogue):
        told = one.audience != ROOM and _hears_minimum(i, one.audience, catalogue)
        if told and (i.rhythm.clock(one.audience).stage or now >= one.due - one.lead):
            every = interval(i, catalogue, one.audience)
            next_at = f" Next update by {now + every:%H:%M} UTC." if every else ""
            yield SaidTo(one.audience, MINIMUM + next_at)


def _hears_minimum(i: Incident, audience: str, catalogue: Catalogue) -> bool:
    """Whether *Still investigating* is said to them: not to who was told nothing yet, and not to users."""
    return audience == ROOM or (audience in in_company(i, catalogue) and audience in i.spoken.last)


def _may_slow(i: Incident, by: str) -> bool:
    return commands(i, by) and not i.rhythm.doubled


def snooze(i: Incident, command: c.Snooze, by: str, now: datetime, catalogue: Catalogue) -> Said:
    owed = all_owed(i, catalogue)
    if not owed:
        raise Refusal(f"No update is owed for {i.name}, so there is nothing to put off.")
    clocks = {one.audience: i.rhythm.clock(one.audience) for one in owed}
    reminded = [audience for audience, clock in clocks.items() if clock.stage]
    if not reminded and (later := max(one.snoozed_until for one in clocks.values())):
        return Said(say=f"It is put off already: I ask again at {when(unstamp(later), '{time}')}.")
    if not reminded:
        raise Refusal(f"Nobody was reminded yet: the next update is due {when_after(owed[0].due, now)}.")
    free = tuple(audience for audience in reminded if clocks[audience].snoozes < SNOOZES)
    if not free and all(_hears_minimum(i, audience, catalogue) for audience in reminded):
        raise Refusal("It was put off twice already. Say the honest minimum instead: one click.", "still")
    if not free:
        raise Refusal(
            "It was put off twice already, and the first word is owed yet: one sentence will do.", "say_update"
        )
    # What is put off is the first of them: another's words that fall due meanwhile do not wait for it.
    dues = [one.due for one in owed if one.audience in free]
    until = min((due for due in dues if due > max(now, min(dues))), default=now + SNOOZE)
    until = min(until, now + SNOOZE)
    return Said((e.Snoozed(stamp(until), free),), f"I ask again at {when(until, '{time}')}.")


def reminded(i: Incident, command: c.ReportReminded, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Words that were said while it was under way are not owed any more: the next have their own."""
    told = [one for one in command.items if one.kind not in AUDIENCES or one.due == next_due(i, catalogue, one.kind)]
    return Said(
        tuple(
            e.Reminded(one.about, one.stage, command.to, stamp(one.due) if one.due else "", command.missed)
            for one in told
        )
    )


def owe(i: Incident, command: c.OweReminder, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = instead(i, catalogue, command.name)
    return Said(effects=(reminding(i, found),) if found else ())
