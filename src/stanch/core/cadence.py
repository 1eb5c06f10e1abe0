"""When the next update is owed, and to whom it falls to say it."""

from datetime import datetime, timedelta

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident


def interval(incident: Incident, catalogue: Catalogue) -> timedelta | None:
    """Between two updates to the room now; None: none are owed. Half as often while it is watched, and where the
    commander has said so (catalogue, section 3)."""
    severity = catalogue.severity(incident.severity) if incident.severity else None
    every = severity.updates.get("room") if severity else None
    if every is None or not incident.is_open:
        return None
    slow = (incident.phase == "watching") + incident.rhythm.doubled
    return every * (1 << slow)


def next_due(incident: Incident, catalogue: Catalogue) -> datetime | None:
    """When the next update to the room is due (UTC), or None: no severity yet, none promised, or not open.

    It runs from the last update, or from when the severity was set if that is later.
    """
    every = interval(incident, catalogue)
    if every is None or incident.severity_since is None:
        return None
    return max(incident.severity_since, incident.last_update_at or incident.severity_since) + every


def who_speaks(incident: Incident) -> str:
    """The communications lead, unless they left a restricted room; else whoever commands."""
    lead = incident.seats.get("communications")
    gone = incident.restricted and lead in incident.away
    return lead if lead and not gone else incident.commander


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
