"""Reminders: what people would forget, when they are told, and who. All of it follows from the state and the catalogue.

A reminder is an effect that falls due later. When its time comes it is looked at again: what no longer applies is not
sent. Each given one is an event, from which the next follows; so after a downtime there is one, not ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from stanch.core.cadence import interval, next_due, who_speaks
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.effect import Effect
from stanch.core.incident import Incident

SOON: Final = timedelta(minutes=5)
"""How long before an update is due people are reminded; a fifth of the interval where that is less."""
ROOM: Final = "room"
STAGES: Final = 3
"""The room before it is due; then who speaks; then the commander."""
NO_COMMANDER: Final = timedelta(minutes=2)
NO_FACTS: Final = timedelta(minutes=5)
NOTHING_PULLED: Final = timedelta(minutes=10)
REVIEW: Final = timedelta(days=2)
MORNING: Final = time(8, 0)
"""When people hear of what is due on a day (UTC)."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """`at` (UTC): when it is given. `to`: a user id, empty for the room. `due`: what it reminds of, by when."""

    about: str
    at: datetime
    to: str = ""
    stage: int = 0
    due: datetime | None = None
    snoozes: int = 0

    @property
    def what(self) -> dict[str, Any]:
        """What makes it this one, whoever it goes to by then."""
        return {"about": self.about, "stage": self.stage, "snoozes": self.snoozes, "at": stamp(self.at)}


def reminders(i: Incident, catalogue: Catalogue) -> tuple[Reminder, ...]:
    """All that are ahead, or overdue, as things stand; at most one about each thing."""
    found = (*_update(i, catalogue), *_open(i), *_promised(i))
    return tuple(one for one in found if one.about == ROOM or one.about not in i.rhythm.nudged)


def owed(before: Incident | None, after: Incident, catalogue: Catalogue) -> Iterator[Effect]:
    """Those that follow from what happened between. A later one about the same supersedes the one before."""
    if after.room is None:
        return
    known = set(reminders(before, catalogue)) if before and before.room else set()
    for one in reminders(after, catalogue):
        if one not in known:
            yield reminding(after, one)


def reminding(i: Incident, one: Reminder) -> Effect:
    """Owed by the newest entry: what concerns somebody else by now is another effect."""
    lane = f"inc-{i.number}/remind/{one.about}"
    key = f"{lane}/{i.seq}/{int(one.at.timestamp())}"
    return Effect(key, "remind", lane, {**one.what, "entry": i.seq}, group=lane, due=one.at)


def meant(i: Incident, catalogue: Catalogue, what: Mapping[str, Any]) -> Reminder | None:
    """The reminder that an effect is about, if it still applies. `what`: the effect's payload."""
    return next((one for one in reminders(i, catalogue) if one.what.items() <= what.items()), None)


def instead(i: Incident, catalogue: Catalogue, about: str) -> Reminder | None:
    """The reminder about the same thing as things stand now: the team's files may have changed."""
    return next((one for one in reminders(i, catalogue) if one.about == about), None)


def late(i: Incident, one: Reminder, now: datetime) -> Reminder:
    """What is given now in its place: what was to come before the time, and comes after it, goes to who speaks."""
    if one.about == ROOM and one.stage == 0 and one.due is not None and now >= one.due:
        return replace(one, to=who_speaks(i), stage=1)
    return one


def lead(i: Incident, catalogue: Catalogue) -> timedelta:
    """How long before an update is due the room is reminded, and how long after it each next person."""
    every = interval(i, catalogue)
    return min(SOON, every / 5) if every else SOON


def _update(i: Incident, catalogue: Catalogue) -> Iterator[Reminder]:
    due, r = next_due(i, catalogue), i.rhythm
    if due is None or r.stage >= STAGES:
        return
    before = lead(i, catalogue)
    at = (due - before, due, due + before)[r.stage]
    if r.snoozed_until:
        at = unstamp(r.snoozed_until)
    elif r.reminded_at:
        # After a downtime several would be overdue at once: one after the other.
        at = max(at, unstamp(r.reminded_at) + (before if at >= due else timedelta()))
    to = ("", who_speaks(i), i.commander)[r.stage]
    if r.stage == 2 and who_speaks(i) == i.commander:
        return
    yield Reminder(ROOM, at, to, r.stage, due, r.snoozes)


def _open(i: Incident) -> Iterator[Reminder]:
    """What is missing at the start, told once to the room."""
    if not i.is_open:
        return
    if i.acting:
        yield Reminder("commander", i.declared_at + NO_COMMANDER)
    if not (i.klass and i.severity):
        yield Reminder("facts", i.declared_at + NO_FACTS)
    if i.severity == "SEV1" and i.severity_since and i.phase in ("assess", "mitigate") and not i.mitigations:
        yield Reminder("nothing_pulled", i.severity_since + NOTHING_PULLED)


def _promised(i: Incident) -> Iterator[Reminder]:
    """What somebody promised, told to them alone on its day; and a review that nobody writes."""
    if i.phase == "dismissed":
        return
    for action in i.actions:
        yield Reminder(f"action {action.k} {action.by}", _morning(action.by), action.owner)
    for m in i.mitigations:
        if m.state == "kept" and m.owner and m.until:
            yield Reminder(f"kept {m.k} {m.until[:10]}", _morning(m.until[:10]), m.owner)
    if i.phase == "learn" and i.ended_at:
        yield Reminder("review", i.ended_at + REVIEW, i.commander)


def _morning(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), MORNING, UTC)
