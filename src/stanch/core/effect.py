"""An effect: one thing owed to the outside, a row before it is a call."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "open_room", "seat_owners", "invite", "topic", "card", "pin", "bookmark", "post", "announce", "upload", "tell",
    "hush", "capture", "mark", "signal", "view", "warn", "read", "save", "apply", "probe", "hold", "check", "sample",
    "remind", "ask_seat", "lapse", "next_seat", "name_extras", "tell_asker", "page", "rotate", "care",
    "broadcast", "reply", "conclude", "inform", "expire", "publish", "chase_page",
    "access_round", "access_ask", "access_list",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Effect:
    key: str
    kind: Kind
    lane: str
    payload: dict[str, Any] = field(default_factory=dict)
    group: str | None = None
    due: datetime | None = None
    """When it is owed (UTC), if not at once: a reminder is only an effect that is due later."""
    rank: int = 0
    """What can wait goes by this, the smallest first, and then the newest due first; 0 waits for nothing of it."""
