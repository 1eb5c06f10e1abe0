"""How often people are spoken to, and whom we have reminded of it: a part of the fold."""

from dataclasses import dataclass, replace
from datetime import datetime

from stanch.core.chain import stamp
from stanch.core.events import Changed, Reopened, UpdateSaid, Watching
from stanch.core.payload import Payload
from stanch.core.word_events import Paced, Reminded, Snoozed

SNOOZES = 2
"""How often one reminder may be put off."""
NO_NEWS = 3
"""After so many updates without news the commander may speak half as often (catalogue, section 3)."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`stage` counts the reminders since the last word; times are ISO 8601 in UTC, empty for never."""

    stage: int = 0
    reminded_at: str = ""
    snoozed_until: str = ""
    snoozes: int = 0
    without_news: int = 0
    doubled: bool = False
    nudged: tuple[str, ...] = ()
    """What people were reminded of beside the updates, each once."""


def heard(rhythm: Rhythm, payload: Payload, at: datetime) -> Rhythm:
    """The rhythm after this event. Words of any kind begin it anew; so does what changes when the next are due."""
    match payload:
        case UpdateSaid(no_news=no_news):
            return replace(_anew(rhythm), without_news=rhythm.without_news + 1 if no_news else 0)
        case Changed("severity"):
            return replace(_anew(rhythm), without_news=0, doubled=False)
        case Watching():
            return _anew(rhythm)
        case Reopened():
            # What was promised for a day was told on that day; a review is owed anew.
            return Rhythm(nudged=tuple(one for one in rhythm.nudged if one != "review"))
        case Paced(doubled):
            return replace(rhythm, doubled=doubled)
        case Snoozed(until):
            return replace(rhythm, stage=0, snoozed_until=until, snoozes=rhythm.snoozes + 1)
        case Reminded("room", stage):
            return replace(rhythm, stage=stage + 1, reminded_at=stamp(at), snoozed_until="")
        case Reminded(about):
            return replace(rhythm, nudged=(*(one for one in rhythm.nudged if one != about), about))
    return rhythm


def _anew(rhythm: Rhythm) -> Rhythm:
    return replace(rhythm, stage=0, reminded_at="", snoozed_until="", snoozes=0)
