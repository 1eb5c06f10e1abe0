"""Messages of Slack in the timeline: once each, with their own time and author; what becomes of them later, too."""

from datetime import datetime

from stanch.core import commands as c, events as e
from stanch.core.catalogue import Catalogue
from stanch.core.effects import reading
from stanch.core.incident import Incident, Message
from stanch.core.said import Said
from stanch.core.text import clean

LONGEST = 5_000
"""Characters of a captured message; the link leads to the rest."""


def find(i: Incident, channel: str, ts: str) -> Message | None:
    return next((m for m in i.captured if (m.channel, m.ts) == (channel, ts)), None)


def pin(i: Incident, command: c.Pin, by: str, catalogue: Catalogue) -> Said:
    if known := find(i, command.channel, command.ts):
        return Said(say=f"It is entry {known.entry} of {i.name} already.")
    return Said(effects=(reading(i, command.channel, command.ts, command.by),))


def capture(i: Incident, command: c.Capture, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if known := find(i, command.channel, command.ts):
        return Said(say=f"It is entry {known.entry} of {i.name} already.")
    say = f"In the timeline of {i.name}, as entry {i.seq + 1}, with its own time."
    text = clean(command.text, LONGEST) or "(no text)"
    kept = e.Captured(command.channel, command.ts, text, command.link, command.author, command.pinned_by)
    return Said((kept,), say, by=command.author or None, at=min(command.at, now))


def edited(i: Incident, command: c.ReportEdit, by: str, catalogue: Catalogue) -> Said:
    """Only what changes its words counts: Slack reports an edit for every preview that it adds to a link, too."""
    known = find(i, command.channel, command.ts)
    if known is None or known.deleted:
        return Said()
    if command.text is None:
        return Said((e.CaptureDeleted(known.entry),))
    text = clean(command.text, LONGEST) or "(no text)"
    return Said((e.CaptureEdited(known.entry, text),) if text != known.text else ())
