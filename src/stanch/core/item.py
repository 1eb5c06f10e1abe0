"""One thing that somebody is to be reminded of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

NEXT: Final = "next"
"""Stands for the next of the escalation path, who is found when the reminder is given."""


@dataclass(frozen=True, slots=True)
class Item:
    """`at` (UTC): when. `to`: a user id, `NEXT`, or empty for the room. `due`: what it reminds of, by when (UTC).

    `about`: an audience, or a word of `stanch.core.forgotten` with what tells it from others of its kind.
    """

    about: str
    at: datetime
    to: str = ""
    stage: int = 0
    due: datetime | None = None
    snoozes: int = 0

    @property
    def kind(self) -> str:
        return self.about.partition(" ")[0]
