"""Slack's request signatures, version 0."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

SPREAD_S = 240
"""Copies of one payload are dated up to this far back: an app refuses what is older than five minutes."""
KEPT_S = 300


@dataclass
class Stamps:
    """The timestamps given to one body: the newest and the oldest, in epoch seconds."""

    newest: int
    oldest: int


class Signer:
    """Signs bodies, each with a signature of its own, as an app refuses one it has seen before.

    ``clock`` returns epoch seconds. A body that is sent again within the same second gets an earlier timestamp, and
    when those are used up a ``filler`` that changes nothing for the reader.
    """

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self.secret = secret.encode()
        self.clock = clock
        self.stamps: dict[bytes, Stamps] = {}

    def sign(self, body: bytes, filler: bytes) -> tuple[bytes, dict[str, str]]:
        """The body to send, and its headers."""
        now = int(self.clock())
        self._forget(now)
        while (stamp := self._stamp(body, now)) is None:
            body += filler
        digest = hmac.new(self.secret, b"v0:%d:%s" % (stamp, body), hashlib.sha256).hexdigest()
        return body, {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": f"v0={digest}"}

    def _stamp(self, body: bytes, now: int) -> int | None:
        """A timestamp this body has not had, or None when there is none left."""
        key = hashlib.sha256(body).digest()
        given = self.stamps.pop(key, Stamps(now - 1, now))
        stamp = now if now > given.newest else given.oldest - 1
        if stamp <= now - SPREAD_S:
            self.stamps[key] = given
            return None
        self.stamps[key] = Stamps(max(stamp, given.newest), min(stamp, given.oldest))
        return stamp

    def _forget(self, now: int) -> None:
        """Drop bodies not sent for five minutes. The table is in order of last use."""
        while self.stamps and next(iter(self.stamps.values())).newest < now - KEPT_S:
            del self.stamps[next(iter(self.stamps))]
