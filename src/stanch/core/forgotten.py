"""What people forget beside words: seats and facts at the start, a phase that stands still, what was left on, what
waits for approval, promises and reviews."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from stanch.core.audiences import approvers
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.hearing import STAYS
from stanch.core.incident import Incident
from stanch.core.item import Item
from stanch.core.quiet import awake

NO_COMMANDER: Final = timedelta(minutes=2)
NO_FACTS: Final = timedelta(minutes=5)
NOTHING_PULLED: Final = timedelta(minutes=10)
REVIEW: Final = timedelta(days=2)
MORNING: Final = time(8, 0)
"""When people hear of what is due on a day (UTC)."""
PROMISES: Final = ("action", "overdue", "kept", "review")
LONG_AGO: Final = timedelta(days=14)
"""What somebody promised for a day before that is better left unsaid."""
OVERDUE: Final = timedelta(days=3)
WAITS: Final = (timedelta(minutes=5), timedelta(minutes=15))
"""After how long who may approve words for users is asked to, and then the other."""
LEFT: Final[Mapping[str | None, timedelta]] = {"SEV1": timedelta(hours=4), "SEV2": timedelta(hours=4)}
"""How long a mitigation may stay in force before somebody is asked whether it should; a day where nothing is said."""
DAILY: Final = timedelta(days=1)
MINUTES: Final[Mapping[str, Mapping[str | None, int]]] = {
    "assess": {"SEV1": 15, "SEV2": 30},
    "mitigate": {"SEV1": 60},
    "diagnose": {"SEV1": 240, "SEV2": 240, "SEV3": 1_440},
    "resolve": {"SEV1": 1_440, "SEV2": 1_440, "SEV3": 1_440},
}
"""How long a phase may stand still before the room is asked what holds it up; watching has a time of its own."""
RAISE: Final[Mapping[str | None, timedelta]] = {"SEV2": timedelta(minutes=60), "SEV3": timedelta(hours=4)}
"""After how long without containment a higher severity is proposed (catalogue, section 2)."""
HIGHER: Final[Mapping[str | None, str]] = {"SEV2": "SEV1", "SEV3": "SEV2"}


def forgotten(i: Incident, catalogue: Catalogue) -> Iterator[Item]:
    """At most one about each thing; what people were reminded of is left out, but for what they are told daily."""
    for one in _during(i):
        if one.about not in i.rhythm.nudged:
            yield _rested(i, catalogue, one)
    if i.phase != "dismissed":
        for one in _left(i):
            yield replace(one, at=awake(i, catalogue, one.at))
        yield from (one for one in _promised(i) if one.about not in i.rhythm.nudged)


def _rested(i: Incident, catalogue: Catalogue, one: Item) -> Item:
    """Not while updates are paused, and not at night where the night is quiet."""
    at = awake(i, catalogue, one.at)
    if i.spoken.paused_until:
        at = max(at, unstamp(i.spoken.paused_until))
    return replace(one, at=at)


def _during(i: Incident) -> Iterator[Item]:
    if i.is_open:
        yield from (*_start(i), *_still(i), *_approvals(i))


def _start(i: Incident) -> Iterator[Item]:
    """What is missing at the start, told once to the room."""
    if i.acting:
        emptied = i.seating.empty_since("commander")
        yield Item("commander", (unstamp(emptied) if emptied else i.declared_at) + NO_COMMANDER)
    if not (i.klass and i.severity):
        yield Item("facts", i.declared_at + NO_FACTS)
    if i.severity == "SEV1" and i.severity_since and i.phase in ("assess", "mitigate") and not i.mitigations:
        yield Item("nothing_pulled", i.severity_since + NOTHING_PULLED)


def _still(i: Incident) -> Iterator[Item]:
    """What does not move: the phase, and the harm."""
    if not i.rhythm.phase_since:
        return
    since = max(unstamp(i.rhythm.phase_since), i.severity_since or i.declared_at)
    if minutes := MINUTES.get(i.phase, {}).get(i.severity):
        yield Item(f"stuck {i.phase}", since + timedelta(minutes=minutes))
    if i.severity in RAISE and i.phase in ("assess", "mitigate") and i.bleeding != "contained":
        hurts = max(unstamp(i.rhythm.hurts_since), i.severity_since or i.declared_at)
        yield Item("raise", hurts + RAISE[i.severity])


def _approvals(i: Incident) -> Iterator[Item]:
    """Words for users that wait: who leads communications is asked, then the commander, each once."""
    for draft in i.spoken.waiting:
        for stage, (user, after) in enumerate(zip(approvers(i), WAITS, strict=False)):
            about = f"approval {draft.d} {stage}"
            at = unstamp(draft.at) + after
            if at < unstamp(draft.until) and about not in i.rhythm.nudged:
                yield Item(about, at, user)
                break


def _left(i: Incident) -> Iterator[Item]:
    """What is in force for long and nobody has promised to look after: the technical lead hears of it, then daily."""
    for k, since in i.rhythm.in_force.items():
        after = DAILY if f"{STAYS} {k}" in i.rhythm.nudged else LEFT.get(i.severity, DAILY)
        at = unstamp(since) + after
        yield Item(f"{STAYS} {k}", at, i.seats.get("technical") or i.commander)


def _promised(i: Incident) -> Iterator[Item]:
    """What somebody promised, told to them alone on its day; and a review that nobody writes."""
    for action in i.actions:
        yield Item(f"action {action.k} {action.by}", _morning(action.by), action.owner)
        yield Item(f"overdue {action.k} {action.by}", _morning(action.by) + OVERDUE, action.owner)
    for m in i.mitigations:
        if m.state == "kept" and m.owner and m.until:
            yield Item(f"kept {m.k} {m.until[:10]}", _morning(m.until[:10]), m.owner)
    if i.phase == "learn" and i.ended_at:
        yield Item("review", i.ended_at + REVIEW, i.commander)


def _morning(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), MORNING, UTC)


def stale(one: Item, now: datetime) -> bool:
    """Whether it is too late to be of use to anybody."""
    return one.kind in PROMISES and one.at < now - LONG_AGO
