"""What wakes people is told, and how it fails."""

from dataclasses import dataclass
from typing import Literal, Protocol

from stanch.outbound.exchange import OutsideFault

Action = Literal["trigger", "acknowledge", "resolve"]


@dataclass(frozen=True, slots=True)
class Call:
    """`key`: the same for everything about one page, so that a repetition wakes nobody twice. `people`: e-mail
    addresses, or names where Slack knows none. `severity`: SEV1 or SEV2."""

    action: Action
    key: str
    summary: str
    severity: str
    service: str
    people: tuple[str, ...] = ()
    url: str = ""
    klass: str = ""
    drill: bool = False


class CallFault(OutsideFault):
    """Nobody was woken, or not for certain."""


class Way(Protocol):
    """One way to wake people."""

    @property
    def name(self) -> str: ...
    async def send(self, call: Call) -> None:
        """Raises `CallFault`, and nothing else. The same key again does no harm."""
        ...

    def shown(self) -> str:
        """Where it goes, for `doctor`; without a secret."""
        ...
