"""What every way of delivering payloads to the app has in common; Socket Mode and HTTP are the two ways."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from practice.model import Json

ACK_S = 3.0
"""The app has so long to acknowledge; Slack says so for HTTP, and publishes no figure for sockets."""

Kind = Literal["events_api", "slash_commands", "interactive"]
Line = Callable[[str, str, str | None, Any], None]
"""Notes what went over the wire: direction, name, Slack's word for what went wrong, details."""


@dataclass(frozen=True)
class Attempt:
    """Which delivery of an event this is: 0 is the first; ``reason`` is Slack's word for why the one before failed."""

    number: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Ack:
    """How a delivery ended, after ``ms`` milliseconds.

    ``error``: ``operation_timeout`` (no answer in 3 s, or the app went away over it) or ``dispatch_failed`` (nobody
    took it, or it was answered with an HTTP error). ``reason`` is what a retry gives as its reason; ``final`` that the
    app wants none.
    """

    ms: float
    payload: Json | None = None
    error: str | None = None
    reason: str = ""
    final: bool = False


class Delivery(Protocol):
    """A way to the app."""

    @property
    def connected(self) -> bool:
        """Whether the app can be reached, as far as is known."""
        ...

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def deliver(self, kind: Kind, name: str, payload: Json, attempt: Attempt | None = None) -> Ack:
        """Send the payload and wait for its acknowledgement. Events have an ``attempt``; ``name`` is for people."""
        ...

    async def refresh(self) -> int:
        """Ask the app to connect anew. How many connections were asked."""
        ...

    def look_again(self) -> None:
        """Something happened to the app: what is known about ``connected`` may be wrong."""
        ...


def ms_since(started: float) -> float:
    """Milliseconds since ``started``, a reading of ``time.perf_counter``."""
    return round((time.perf_counter() - started) * 1000, 3)
