"""Slack's rate limits, enforced when asked for: a bucket for each method, and for each channel that is posted to."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

TIER_1, TIER_2, TIER_3, TIER_4, HUNDREDS = 1, 20, 50, 100, 300
"""Calls a minute, which may also come all at once."""

PER_MINUTE: dict[str, int] = {
    "auth.test": HUNDREDS,
    "chat.getPermalink": HUNDREDS,
    "bookmarks.add": TIER_2,
    "bookmarks.edit": TIER_2,
    "bookmarks.remove": TIER_2,
    "chat.postEphemeral": TIER_4,
    "conversations.archive": TIER_2,
    "conversations.create": TIER_2,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.rename": TIER_2,
    "conversations.setPurpose": TIER_2,
    "conversations.setTopic": TIER_2,
    "conversations.unarchive": TIER_2,
    "files.completeUploadExternal": TIER_4,
    "files.getUploadURLExternal": TIER_4,
    "pins.add": TIER_2,
    "pins.list": TIER_2,
    "pins.remove": TIER_2,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
POSTS_BURST = 5
"""chat.postMessage: one a second in each channel, and short bursts. Slack does not say how short; this is ours."""


@dataclass
class Bucket:
    left: float
    at: float


class Tiers:
    """``clock`` is in seconds. Methods not listed are tier 3."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.buckets: dict[tuple[str, str], Bucket] = {}

    def wait(self, method: str, channel: str) -> int | None:
        """None when the call may pass (and counts); else after how many whole seconds it may."""
        if method == "chat.postMessage":
            return self._take((method, channel), POSTS_BURST, 1.0)
        size = PER_MINUTE.get(method, TIER_3)
        return self._take((method, ""), size, size / 60)

    def _take(self, key: tuple[str, str], size: int, per_second: float) -> int | None:
        now = self.clock()
        bucket = self.buckets.setdefault(key, Bucket(size, now))
        bucket.left = min(size, bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.left < 1:
            return max(1, math.ceil((1 - bucket.left) / per_second))
        bucket.left -= 1
        return None
