"""What a status page is told, what it answers, and how it fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Protocol

from stanch.outbound.exchange import OutsideFault


@dataclass(frozen=True, slots=True)
class Post:
    """One word for the page. `key` names the incident on it, across installations; `n` counts its words from 1.

    `id`: the page's own id of the incident, empty until it has one. `body`: plain text, empty where only the state is
    changed. `components`: id on the page → what it shows.
    """

    key: str
    number: int
    service: str
    n: int
    id: str
    title: str
    state: str
    impact: str
    body: str
    at: datetime
    """When it was said (UTC)."""
    since: datetime | None = None
    """When the incident began (UTC), as the words name it."""
    components: Mapping[str, str] = field(default_factory=dict)
    look: bool = False
    """An earlier try may have come through: look before it is sent."""
    only_if_there: bool = False
    """It is over, and nothing was ever shown for certain: nothing is begun for it."""
    until: float = inf
    """Epoch seconds after which it must not be sent: another replica may be at it by then."""

    @property
    def public_id(self) -> str:
        return f"inc-{self.number}"


@dataclass(frozen=True, slots=True)
class Shown:
    """`found`: it stood there already."""

    id: str
    url: str = ""
    found: bool = False


class PageFault(OutsideFault):
    """A word is not on the page, or not for certain."""


class Page(Protocol):
    """One kind of status page. Both raise `PageFault`, and nothing else."""

    async def show(self, post: Post) -> Shown | None:
        """At most once for each word: after an unclear try it is looked for first, or the page knows its key.

        None: it was to be ended, and the page knows nothing of it.
        """
        ...

    async def reached(self) -> str:
        """What the page says of itself, in a few words: nothing is changed."""
        ...
