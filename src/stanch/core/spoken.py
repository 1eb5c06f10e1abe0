"""What was said to whom, and what waits for approval: a part of the fold."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Spoken:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""


def told(state: Spoken, payload: Payload, by: str, at: datetime) -> Spoken:
    """The state after this event."""
    return state
