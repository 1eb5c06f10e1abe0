"""What one rule answers."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core.effects import Effect
from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Said:
    """Events in order, words for the person who asked (Slack mrkdwn), the moves that they may want next, and effects
    beyond those that the events owe by themselves."""

    events: tuple[Payload, ...] = ()
    say: str = ""
    offers: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    by: str | None = None
    """Whose deed the events are, if not of the person who asked: a captured message is its author's."""
    at: datetime | None = None
    """When it happened (UTC), if not now."""
