"""What can be asked about words for others, and what is reported of them. Texts are plain text."""

from dataclasses import dataclass
from datetime import timedelta

from stanch.core.command import Command


@dataclass(frozen=True, slots=True)
class Say(Command):
    """The form behind *Draft update*: `text` for each of `audiences` (`room`, `stakeholders`, `leadership`), at once;
    `public` for users, which waits for approval (empty: nothing for them)."""

    text: str
    audiences: tuple[str, ...]
    public: str = ""


@dataclass(frozen=True, slots=True)
class EditDraft(Command):
    """Other words in place of draft `d`; they wait anew."""

    d: int
    text: str


@dataclass(frozen=True, slots=True)
class ApproveDraft(Command):
    d: int


@dataclass(frozen=True, slots=True)
class DiscardDraft(Command):
    d: int


@dataclass(frozen=True, slots=True)
class ReportDraftDue(Command):
    """The time of draft `d` is up."""

    d: int


@dataclass(frozen=True, slots=True)
class SendHolding(Command):
    """A holding line, exactly as it was approved. `approved` says by whom and when; `by_legal`: legal did."""

    text: str
    template: str
    approved: str
    by_legal: bool = False


@dataclass(frozen=True, slots=True)
class ReportWordsShown(Command):
    """The message for an audience stands there and shows entry `entry`; or it was deleted."""

    audience: str
    channel: str
    ts: str
    entry: int
    lost: bool = False


@dataclass(frozen=True, slots=True)
class ReportConcluded(Command):
    """The last words for an audience, from their template. `moment`: `resolved` or `dismissed`."""

    audience: str
    text: str
    moment: str


@dataclass(frozen=True, slots=True)
class Subscribe(Command):
    """Each update for the stakeholders comes to this person alone; or no more."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class PauseUpdates(Command):
    span: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class ResumeUpdates(Command):
    pass
