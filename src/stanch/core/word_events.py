"""What can stand in a timeline about words: who was reminded of them, and how often they are owed."""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Reminded(Payload):
    """Somebody was reminded. `about`: `room` (the update that is due), or what else was open (`core.reminding`).

    `stage` 0 came before it was due, 1 went to who speaks, 2 to the commander. `to`: a user id, empty for the room.
    `due`: ISO 8601 in UTC.
    """

    kind = "reminded"
    about: str
    stage: int = 0
    to: str = ""
    due: str = ""
    missed: bool = False
    """It could not be said: the next in line is asked all the same."""


@dataclass(frozen=True, slots=True)
class Snoozed(Payload):
    """The reminder of the next update is put off. `until`: ISO 8601 in UTC."""

    kind = "snoozed"
    until: str


@dataclass(frozen=True, slots=True)
class Paced(Payload):
    """Updates are owed half as often from now on, or as the severity says again."""

    kind = "paced"
    doubled: bool = True
