"""When the next words are owed to each audience, and to whom it falls to say them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from stanch.core.audiences import has_page, in_company
from stanch.core.catalogue import Audience, Catalogue
from stanch.core.chain import unstamp
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.prose import promised
from stanch.core.quiet import awake
from stanch.core.spoken import ROOM, STAKEHOLDERS, STATUS_PAGE

SOON = timedelta(minutes=5)
"""How long before words are due people are reminded; a fifth of the time between two where that is less."""
A_MINUTE = timedelta(minutes=1)
"""Times in a text have no seconds."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Words to one audience: `since` the last of them, or since when the first are owed, `every` so often."""

    audience: str
    since: datetime
    every: timedelta
    due: datetime

    @property
    def lead(self) -> timedelta:
        """How long before they are due the room is reminded, and how long after it each next person."""
        return min(SOON, self.every / 5)


def owed_to(i: Incident, catalogue: Catalogue, audience: str) -> Owed | None:
    """What is owed to this audience next; None: no severity yet, nothing promised to it, nobody to tell, or over."""
    found = _span(i, catalogue, audience) if i.is_open and i.severity_since else None
    if found is None:
        return None
    since, every = found
    owed = Owed(audience, since, every, _kept(i, audience, since, since + every))
    due = awake(i, catalogue, owed.due)
    if i.spoken.paused_until:
        due = max(due, unstamp(i.spoken.paused_until) + owed.lead)
    return Owed(audience, since, every, due)


def _kept(i: Incident, audience: str, since: datetime, due: datetime) -> datetime:
    """Words that waited for approval may have promised the next ones sooner than their time: the promise counts."""
    by = promised(i.spoken.texts.get(audience, ""), since)
    return by if by and since < by <= due - A_MINUTE else due


def all_owed(i: Incident, catalogue: Catalogue) -> list[Owed]:
    """What is owed to whom, the next due first; the room before others at the same moment."""
    found = (owed_to(i, catalogue, one) for one in AUDIENCES)
    return sorted((one for one in found if one), key=lambda one: one.due)


def overdue(i: Incident, catalogue: Catalogue, now: datetime) -> list[Owed]:
    """What should have been said by now."""
    return [one for one in all_owed(i, catalogue) if one.due <= now]


def told_nothing(i: Incident, audience: str) -> bool:
    """Whether this audience has heard nothing of it yet."""
    return (i.last_update_at if audience == ROOM else i.spoken.last.get(audience)) is None


def interval(i: Incident, catalogue: Catalogue, audience: str = ROOM) -> timedelta | None:
    """Between two updates to an audience now; None: none are owed. Half as often while it is watched; to the room also
    where the commander has said so there (catalogue, section 3)."""
    every = _promised(i, catalogue, audience)
    if every is None or not i.is_open:
        return None
    slow = (i.phase == "watching") + (audience == ROOM and i.rhythm.doubled)
    return every * (1 << slow)


def next_due(i: Incident, catalogue: Catalogue, audience: str = ROOM) -> datetime | None:
    """When the next words to this audience are due (UTC), or None.

    They run from the last, or from when the severity was set if that is later.
    """
    owed = owed_to(i, catalogue, audience)
    return owed.due if owed else None


def _span(i: Incident, catalogue: Catalogue, audience: str) -> tuple[datetime, timedelta] | None:
    last = i.last_update_at if audience == ROOM else _at(i.spoken.last.get(audience))
    assert i.severity_since is not None
    company = in_company(i, catalogue)
    if audience == ROOM:
        every = interval(i, catalogue)
        # Where nobody else in the company is told, the first notice is the room's.
        first = _promised(i, catalogue, "first_notice") if last is None and STAKEHOLDERS not in company else None
        spans = [one for one in (every, first) if one is not None]
        return (max(i.severity_since, last or i.severity_since), min(spans)) if spans else None
    if audience == STATUS_PAGE:
        reached = has_page(i, catalogue) and not i.restricted and not i.drill
        hit = _at(i.rhythm.hit_since)
        if not reached or (last is None and hit is None):
            return None
        start, first = max(i.severity_since, hit or i.severity_since), _promised(i, catalogue, "first_public")
    else:
        if audience not in company:
            return None
        start, first = i.severity_since, _promised(i, catalogue, "first_notice")
    every = first if last is None else interval(i, catalogue, audience)
    return (last or start, every) if every is not None else None


def _promised(i: Incident, catalogue: Catalogue, audience: str) -> timedelta | None:
    severity = catalogue.severity(i.severity) if i.severity else None
    return severity.updates.get(cast(Audience, audience)) if severity else None


def _at(moment: str | None) -> datetime | None:
    return unstamp(moment) if moment else None


def who_speaks(incident: Incident) -> str:
    """The communications lead, unless they left a restricted room; else whoever commands."""
    lead = incident.seats.get("communications")
    gone = incident.restricted and lead in incident.away
    return lead if lead and not gone else incident.commander


def lasted(span: timedelta) -> str:
    """How long something took, to the minute: `8 min`, `1 h 39 min`, `2 days 3 h`."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    hours, days = minutes // 60, minutes // (24 * 60)
    if days >= 2:
        return f"{days} days" + (f" {hours % 24} h" if hours % 24 else "")
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{minutes % 60} min" if minutes % 60 else "")))


def spoken(span: timedelta | None) -> str:
    """`15 min`, `2 h`, `3 days`."""
    if span is None:
        return "no fixed time"
    seconds = int(span.total_seconds())
    if seconds < 60 or (seconds < 600 and seconds % 60):
        return f"{seconds} s"
    if seconds < 2 * 3600 and seconds % 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        minutes = seconds % 3600 // 60
        return f"{seconds // 3600} h" + (f" {minutes} min" if minutes else "")
    return f"{seconds // 86400} days"
