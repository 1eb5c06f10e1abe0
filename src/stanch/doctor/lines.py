"""What a check says, and what it works on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from stanch import production
from stanch.core.catalogue import Catalogue
from stanch.settings import Settings
from stanch.slack.client import Slack
from stanch.store import catalogue


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `degraded` is no complaint: it works, with less."""

    mark: Literal["ok", "degraded", "FAULT"]
    about: str
    what: str

    @property
    def is_complaint(self) -> bool:
        return self.mark == "FAULT"

    def __str__(self) -> str:
        return f"{self.mark:<9} {self.about}: {self.what}"


@dataclass
class Patient:
    """What is examined, and what the checks have learned so far."""

    settings: Settings
    transport: str | None
    slack: Slack | None
    answer: Mapping[str, Any] = field(default_factory=dict)
    """Slack's answer to `auth.test`; empty when it did not answer or refused."""
    granted: frozenset[str] = frozenset()
    channels: Mapping[str, str] = field(default_factory=dict)
    """Channels the bot is in, by name and by id."""

    @property
    def at_slack(self) -> Slack | None:
        """Slack, once it has said who we are: without that nothing else can be asked."""
        return self.slack if self.answer else None

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the team's files say, for whoever asks after people only: a target with a fault does not hide them."""
        return catalogue.read(self.settings.home)

    @cached_property
    def production(self) -> Catalogue:
        """What the team's files say, with every target and check."""
        return production.read(self.settings.home)


Check = Callable[[Patient], Awaitable[Sequence[Line]]]


def ok(about: str, what: str) -> Line:
    return Line("ok", about, what)


def degraded(about: str, what: str) -> Line:
    return Line("degraded", about, what)


def fault(about: str, what: str) -> Line:
    return Line("FAULT", about, what)
