"""What can be asked about words, and what is reported of reminders."""

from dataclasses import dataclass
from datetime import datetime

from stanch.core.command import Command


@dataclass(frozen=True, slots=True)
class StillInvestigating(Command):
    """An update that says the honest minimum. `slower`: and that they come half as often from now on."""

    slower: bool = False


@dataclass(frozen=True, slots=True)
class Snooze(Command):
    pass


@dataclass(frozen=True, slots=True)
class ReportReminded(Command):
    about: str
    stage: int
    to: str
    due: datetime | None = None
    missed: bool = False


@dataclass(frozen=True, slots=True)
class OweReminder(Command):
    """What was owed about this does not apply as it was; what does is owed instead."""

    about: str
