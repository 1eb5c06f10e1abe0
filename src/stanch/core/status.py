"""What the status page was told: a part of the fold."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""


def shown(state: StatusPage, payload: Payload, by: str, at: datetime) -> StatusPage:
    """The state after this event."""
    return state
