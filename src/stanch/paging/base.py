"""What wakes people is told, and how it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from stanch.core.text import one_line

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


class CallFault(Exception):
    """One sentence for a person, without end mark, secret or body.

    `sent`: it may have come through. `permanent`: somebody must mend something first. `after`: seconds until it may be
    tried again, where that was said.
    """

    def __init__(
        self, message: str, *, sent: bool = False, permanent: bool = False, after: float | None = None
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.permanent = permanent
        self.after = after


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


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer: header names in lower case; `body` is what its JSON says, empty for anything else."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    def fault(self, who: str, mend: str) -> CallFault:
        """What an answer that is no yes comes to."""
        if self.status in (408, 425, 429):
            return CallFault(f"{who} asks us to wait", after=_seconds(self.headers.get("retry-after", "")))
        if self.status >= 500:
            return CallFault(f"{who} has trouble of its own ({self.status})", sent=True)
        return CallFault(f"{who} refuses it ({self.status}){self._why()}; {mend}", permanent=True)

    def _why(self) -> str:
        errors = self.body.get("errors")
        said = errors[0] if isinstance(errors, list) and errors else self.body.get("message")
        words = one_line(said, 200).rstrip(" .") if isinstance(said, str) else ""
        return f": {words}" if words else ""


def _seconds(text: str) -> float | None:
    return min(float(text), 60.0) if text.isascii() and text.isdigit() else None
