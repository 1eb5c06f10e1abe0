"""Who was asked to take a seat, who answered, who was woken: a part of the fold."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Seating:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""


def seated(state: Seating, payload: Payload, by: str, at: datetime) -> Seating:
    """The state after this event."""
    return state
