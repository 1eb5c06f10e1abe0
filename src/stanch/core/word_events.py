"""What can stand in a timeline about words: who was reminded of them, and how often they are owed."""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Reminded(Payload):
    """Somebody was reminded. `about`: the audience whose next words are due, or what else was open (`core.forgotten`).

    `stage` 0 came before it was due, 1 went to who speaks, 2 to the commander, 3 to the next of the escalation path.
    `to`: a user id, empty for the room. `due`: ISO 8601 in UTC.
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
    """The reminders of the next words are put off. `until`: ISO 8601 in UTC."""

    kind = "snoozed"
    until: str
    audiences: tuple[str, ...] = ()
    """Whose words; none: the room's."""


@dataclass(frozen=True, slots=True)
class Paced(Payload):
    """Updates are owed half as often from now on, or as the severity says again."""

    kind = "paced"
    doubled: bool = True
