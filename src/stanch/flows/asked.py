"""What is asked of the desk, and what it answers."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core import commands as c


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked. `key` names the delivery, so that a second one gets the first answer; `at` is when it happened
    (UTC), if that is not now. `number` is None for a declaration."""

    command: c.Command
    by: str
    source: str
    number: int | None = None
    key: str | None = None
    at: datetime | None = None
    delivery: str | None = None
    """Names this one delivery, where `key` stands for what may be sent again once it was refused: a form."""
    channel: str | None = None
    """Where it was said or clicked; it shows who is in a restricted room."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person is told (Slack mrkdwn). `twin` is the incident that was declared a moment ago with this title."""

    say: str
    number: int | None = None
    refused: bool = False
    twin: bool = False
    offers: tuple[str, ...] = ()
    """Names of the moves that the person may want now."""
