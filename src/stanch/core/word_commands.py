"""What can be asked about words, and what is reported of reminders."""

from dataclasses import dataclass

from stanch.core.command import Command
from stanch.core.item import Item


@dataclass(frozen=True, slots=True)
class StillInvestigating(Command):
    """An update that says the honest minimum. `slower`: and that they come half as often from now on."""

    slower: bool = False


@dataclass(frozen=True, slots=True)
class Snooze(Command):
    pass


@dataclass(frozen=True, slots=True)
class ReportReminded(Command):
    """One message went to `to` (a user id, empty for the room) about all of `items`; or it could not (`missed`)."""

    items: tuple[Item, ...]
    to: str
    missed: bool = False


@dataclass(frozen=True, slots=True)
class OweReminder(Command):
    """What was owed under this name does not apply as it was; what does is owed instead."""

    name: str
