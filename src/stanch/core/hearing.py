"""What is heard: how each event changes the rhythm in which people are spoken to and reminded."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from stanch.core.chain import stamp, unstamp
from stanch.core.events import Changed, RedCheck, Reopened, UpdateSaid
from stanch.core.payload import Payload
from stanch.core.rhythm import SNOOZE, Clock, Rhythm
from stanch.core.spoken import LEADERSHIP, ROOM, STAKEHOLDERS, STATUS_PAGE
from stanch.core.state import Incident
from stanch.core.word_events import Paced, Reminded, Snoozed

AUDIENCES: Final = (ROOM, STAKEHOLDERS, STATUS_PAGE, LEADERSHIP)
"""Each has a clock of its own."""
STAYS = "left"
"""A mitigation that stays in force: told again every day."""


def heard(before: Incident, after: Incident, payload: Payload, at: datetime) -> Rhythm:
    """The rhythm after this event. Words of any kind begin it anew; so does what changes when the next are due."""
    rhythm, now = _of_words(before.rhythm, payload, stamp(at)), stamp(at)
    told = [who for who, last in after.spoken.last.items() if before.spoken.last.get(who) != last]
    if told:
        rhythm = rhythm.anew(*told)
    if before.spoken.paused_until != after.spoken.paused_until:
        rhythm = rhythm.anew()
    if before.phase != after.phase or not rhythm.phase_since:
        watched = "watching" in (before.phase, after.phase)
        rhythm = replace((rhythm.anew() if watched else rhythm).forgetting("stuck"), phase_since=now)
    again = isinstance(payload, RedCheck | Reopened) or "contained" == before.bleeding != after.bleeding
    if again or not rhythm.hurts_since:
        rhythm = replace(rhythm.forgetting("raise"), hurts_since=now)
    if after.impact and not rhythm.hit_since:
        rhythm = replace(rhythm, hit_since=now)
    if after.mitigations != before.mitigations:
        known = rhythm.in_force
        stays = {str(m.k): known.get(str(m.k), now) for m in after.mitigations if m.in_force}
        rhythm = replace(rhythm, in_force=stays)
    return rhythm


def _of_words(rhythm: Rhythm, payload: Payload, now: str) -> Rhythm:
    match payload:
        case UpdateSaid(no_news=True):
            return replace(rhythm, without_news=rhythm.without_news + 1)
        case UpdateSaid():
            return replace(rhythm, without_news=0, doubled=False)
        case Changed("severity"):
            return replace(rhythm.anew().forgetting("raise", "stuck"), without_news=0, doubled=False)
        case Reopened():
            # What was promised for a day was told on that day; a review is owed anew.
            return replace(rhythm.anew().forgetting("review"), without_news=0, doubled=False)
        case Paced(doubled):
            return replace(rhythm, doubled=doubled)
        case Snoozed(until, audiences):
            put_off = {one: _snoozed(rhythm.clock(one), until, now) for one in audiences or (ROOM,)}
            return replace(rhythm, clocks=rhythm.clocks | put_off)
        case Reminded(about, stage, to):
            return _reminded(rhythm, about, stage, to, now)
    return rhythm


def _snoozed(clock: Clock, until: str, now: str) -> Clock:
    whole = until >= stamp(unstamp(now) + SNOOZE)
    return replace(clock, stage=0, snoozed_until=until, snoozes=clock.snoozes + whole, asked=())


def _reminded(rhythm: Rhythm, about: str, stage: int, to: str, now: str) -> Rhythm:
    told = rhythm.told | {to: now} if to else rhythm.told
    kind, _, k = about.partition(" ")
    if kind in AUDIENCES:
        known = rhythm.clock(kind)
        asked = known.asked if not to or to in known.asked else (*known.asked, to)
        clock = replace(known, stage=stage + 1, at=now, snoozed_until="", asked=asked)
        return replace(rhythm, told=told, clocks=rhythm.clocks | {kind: clock})
    if kind == STAYS and k in rhythm.in_force:
        rhythm = replace(rhythm, in_force=rhythm.in_force | {k: now})
    return replace(rhythm, told=told, nudged=(*(one for one in rhythm.nudged if one != about), about))
