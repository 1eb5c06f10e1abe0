"""What can stand in a timeline about words for others: drafts, what became of them, what was sent to whom."""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Drafted(Payload):
    """Words for the public wait for approval. `d` counts the drafts of the incident; `until`: ISO 8601 in UTC."""

    kind = "drafted"
    d: int
    text: str
    until: str
    replaces: int = 0
    """The draft that it was edited from."""
    phase: str = ""
    """The incident's, with `severity`, when it was written: whoever approves it later sees what has changed."""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class DraftApproved(Payload):
    kind = "draft_approved"
    d: int


@dataclass(frozen=True, slots=True)
class DraftDiscarded(Payload):
    kind = "draft_discarded"
    d: int


@dataclass(frozen=True, slots=True)
class DraftExpired(Payload):
    """Nobody approved it in time: what it says may not hold any more."""

    kind = "draft_expired"
    d: int


@dataclass(frozen=True, slots=True)
class PublicSaid(Payload):
    """Words for users, to the status page. `d`: the draft that was approved; 0 for a holding line, which has been
    approved beforehand: `template` names it, `approved` says by whom and when.

    `state` and `components` say more than the phase and the service's file do; empty: what those say.
    """

    kind = "public_said"
    d: int
    text: str
    state: str = ""
    components: tuple[str, ...] = ()
    template: str = ""
    approved: str = ""
    by_legal: bool = False
    """Legal did: then it may be shown in safety and security too."""


@dataclass(frozen=True, slots=True)
class SaidTo(Payload):
    """Words for people in the company who are not in the room. `audience`: `stakeholders` or `leadership`."""

    kind = "said_to"
    audience: str
    text: str
    alone: bool = False
    """The room was not told the same, and is told that they were."""
    moment: str = ""
    """`resolved` or `dismissed` for the last words, which come from a template."""


@dataclass(frozen=True, slots=True)
class WordsShown(Payload):
    """The one message for this audience shows entry `entry`; or it is `lost`, and owed again."""

    kind = "words_shown"
    audience: str
    channel: str
    ts: str
    entry: int
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Subscribed(Payload):
    """This person gets what the stakeholders are told, alone; or no more."""

    kind = "subscribed"
    user: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Paused(Payload):
    """No update is owed until then (ISO 8601 in UTC), unless it gets worse."""

    kind = "paused"
    until: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Resumed(Payload):
    """Updates are owed again."""

    kind = "resumed"


EVENTS: tuple[type[Payload], ...] = (
    Drafted, DraftApproved, DraftDiscarded, DraftExpired, PublicSaid, SaidTo, WordsShown, Subscribed, Paused, Resumed,
)  # fmt: skip
"""All of them."""
POSTED: tuple[type[Payload], ...] = (Paused, Resumed)
"""Those that the room is told in a message of their own; of `PublicSaid` only a holding line, as a draft has one
already."""
UNSEEN: tuple[type[Payload], ...] = (
    SaidTo,
    WordsShown,
    Subscribed,
    Drafted,
    DraftApproved,
    DraftDiscarded,
    DraftExpired,
)
"""Those that leave the card as it is."""
