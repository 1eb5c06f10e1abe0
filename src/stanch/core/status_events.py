"""What can stand in a timeline about the status page: what it was told, and whether it says it.

`n` counts the words that are meant for the page, from 1, in the order of the timeline.
"""

from dataclasses import dataclass

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class PageShown(Payload):
    """The page says it. `id`: the page's own id of the incident; `url`: where people read it, if the page told.

    `state`: investigating, identified, monitoring or resolved; `impact`: none, minor, major or critical. `text` is
    empty where only the state was changed.
    """

    kind = "page_shown"
    n: int
    state: str
    text: str
    title: str
    impact: str
    service: str
    id: str
    url: str = ""
    found: bool = False
    """An earlier try had come through: it was looked for, not sent again."""


@dataclass(frozen=True, slots=True)
class PageFailed(Payload):
    """The page refused it: somebody must mend something first. `why` says what."""

    kind = "page_failed"
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class PageAway(Payload):
    """The page does not answer for some time; it is tried on and on."""

    kind = "page_away"
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class PageHeld(Payload):
    """The page is to say that it is over, and no text for that has the approval that it needs."""

    kind = "page_held"
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class PageAgain(Payload):
    """Somebody asked to try again what failed."""

    kind = "page_again"
    n: int


@dataclass(frozen=True, slots=True)
class PageEnding(Payload):
    """Somebody asked that the page says it is over, without a text."""

    kind = "page_ending"
    n: int


@dataclass(frozen=True, slots=True)
class PageSettled(Payload):
    """Somebody has ended it on the page by hand."""

    kind = "page_settled"
    n: int


@dataclass(frozen=True, slots=True)
class PageDropped(Payload):
    """It is over before the page ever showed it: nothing is begun there any more. Or, with `why`, it may not be shown
    any more."""

    kind = "page_dropped"
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class PageChased(Payload):
    """Somebody was told that it is over and the page does not say so. `to`: a user id; `missed`: it did not reach
    them."""

    kind = "page_chased"
    to: str
    missed: bool = False


EVENTS: tuple[type[Payload], ...] = (
    PageShown, PageFailed, PageAway, PageHeld, PageAgain, PageEnding, PageSettled, PageDropped,
    PageChased,
)  # fmt: skip
"""All of them."""
POSTED: tuple[type[Payload], ...] = (PageFailed, PageAway, PageHeld, PageSettled)
"""Those that the room is told in a message of their own; of `PageShown` and `PageDropped` only what is news
(`of_status`)."""
UNSEEN: tuple[type[Payload], ...] = EVENTS
"""Those that leave the card as it is."""
