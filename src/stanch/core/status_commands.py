"""What can be asked about the status page, and what is reported of it."""

from dataclasses import dataclass

from stanch.core.command import Command


@dataclass(frozen=True, slots=True)
class ReportPageShown(Command):
    """As `status_events.PageShown`."""

    n: int
    state: str
    text: str
    title: str
    impact: str
    service: str
    id: str
    url: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class ReportPageFailed(Command):
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class ReportPageAway(Command):
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class ReportPageHeld(Command):
    n: int
    why: str


@dataclass(frozen=True, slots=True)
class ReportPageDropped(Command):
    n: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReportPageChased(Command):
    to: str
    missed: bool = False


@dataclass(frozen=True, slots=True)
class RetryPage(Command):
    """Try again what the page refused."""


@dataclass(frozen=True, slots=True)
class ResolvePage(Command):
    """Have the page say that it is over."""


@dataclass(frozen=True, slots=True)
class SettlePage(Command):
    """It says so already: somebody did it there."""
