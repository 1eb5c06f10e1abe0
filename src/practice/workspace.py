"""The workspace in memory: who and what is there, ids and timestamps. No network, no disk.

Whatever changes is noted in :attr:`Workspace.dirty` for the store and told to :attr:`Workspace.on_change` for the page.
What Slack would tell an app as an event goes to :attr:`Workspace.on_event`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from practice.errors import SlackError
from practice.model import BOT_ID, TEAM_ID, Channel, Json, ResponseUrl, Trigger, User

EPHEMERALS_KEPT = 5_000
SLACKBOT = "USLACKBOT"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = BASE36[rest] + digits
    return digits or "0"


def nothing(*_: object) -> None:
    """The listener of a workspace nobody listens to."""


class Workspace:
    """Tables of users, channels, messages, files and views, with the operations that need more than one of them.

    ``clock`` returns epoch seconds (UTC).
    """

    def __init__(self, base_url: str, clock: Callable[[], float] = time.time) -> None:
        self.base_url = base_url
        self.clock = clock
        self.bot_user = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, Json] = {}
        self.contents: dict[str, bytes] = {}
        self.views: dict[str, Json] = {}
        self.pages: dict[str, Json] = {}
        self.ephemerals: list[Json] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.serial = 0
        self.last_us = 0
        self.dirty: set[tuple[str, str]] = set()
        self.on_event: Callable[[Json, Channel | None], None] = nothing
        self.on_change: Callable[[str, str | None, str | None, str | None], None] = nothing
        self.on_ephemeral: Callable[[Json], None] = nothing
        self.on_view: Callable[[Json], None] = nothing

    # ids and time

    def next_id(self, prefix: str) -> str:
        """An id such as ``C0000001A``: unique in this workspace, and still unique after a restart."""
        self.serial += 1
        self.dirty.add(("meta", "serial"))
        return f"{prefix}{base36(self.serial + 36**5):0>9}"

    def next_ts(self) -> str:
        """A Slack timestamp ("1700000000.000100"), epoch seconds, later than every one before it."""
        self.last_us = max(int(self.clock() * 1_000_000), self.last_us + 1)
        return f"{self.last_us // 1_000_000}.{self.last_us % 1_000_000:06d}"

    def touch(self, kind: str, key: str, *, channel: str | None = None, user: str | None = None) -> None:
        """Note that the entry must be stored, and tell the page to look again."""
        self.dirty.add((kind, key))
        self.on_change(kind, channel, user, key.partition("/")[2] or None)

    # looking things up

    def user(self, named: str) -> User | None:
        """A user by id, by ``name`` or by ``@name``."""
        found = self.users.get(named)
        if found:
            return found
        name = named.removeprefix("@").lower()
        return next((user for user in self.users.values() if user.name == name), None)

    def channel(self, named: str) -> Channel | None:
        """A channel by id, by ``name`` or by ``#name``."""
        found = self.channels.get(named)
        if found:
            return found
        name = named.removeprefix("#")
        return next((channel for channel in self.channels.values() if name and channel.name == name), None)

    def visible(self, channel_id: str, viewer: str) -> Channel:
        """The channel with this id if ``viewer`` may know of it.

        Raises ``channel_not_found`` otherwise: Slack does not tell a private channel from none.
        """
        channel = self.channels.get(channel_id)
        if channel is None or ((channel.private or channel.partner) and viewer not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def message(self, channel: Channel, ts: str) -> Json:
        """Raises ``message_not_found``."""
        found = channel.messages.get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def in_order(self, channels: Iterable[Channel]) -> list[Channel]:
        return sorted(channels, key=lambda channel: (channel.created, channel.id))

    def direct_message(self, person: str) -> Channel:
        """The bot's direct message channel with this person, made on first use."""
        for channel in self.channels.values():
            if channel.partner == person:
                return channel
        now = int(self.clock())
        channel = Channel(self.next_id("D"), "", self.bot_user, now, partner=person, members=[person, self.bot_user])
        self.channels[channel.id] = channel
        self.touch("channel", channel.id, channel=channel.id)
        return channel

    # messages

    def add_message(self, channel: Channel, message: Json) -> Json:
        """Append the message (it gets ``type``, ``ts`` and ``team``), note it, and send the message event."""
        ts = self.next_ts()
        full: Json = {"type": "message", "ts": ts, "team": TEAM_ID, **message}
        parent = self._parent(channel, full)
        if parent is not None:
            full["thread_ts"] = parent["ts"]
            if "user" in parent:
                full["parent_user_id"] = parent["user"]
        channel.messages[ts] = full
        if parent is not None:
            self._count_replies(channel, parent)
        self.touch("message", f"{channel.id}/{ts}", channel=channel.id)
        self.on_event({**full, **self.place(channel), "event_ts": ts}, channel)
        return full

    def _parent(self, channel: Channel, message: Json) -> Json | None:
        """The head of the message's thread; a reply to a reply is in the same thread."""
        head = channel.messages.get(message.get("thread_ts", ""))
        if head is None or head.get("thread_ts") in (None, head["ts"]):
            return head
        return channel.messages.get(head["thread_ts"])

    def _count_replies(self, channel: Channel, parent: Json) -> None:
        """Note on the head of a thread who replied, and how often."""
        replies = [one for one in channel.messages.values() if self._is_reply(one, parent)]
        for name in ("reply_count", "reply_users", "reply_users_count", "latest_reply"):
            parent.pop(name, None)
        if replies:
            users = list(dict.fromkeys(one.get("user") or one.get("bot_id") for one in replies))
            parent |= {"thread_ts": parent["ts"], "reply_count": len(replies), "reply_users": users}
            parent |= {"reply_users_count": len(users), "latest_reply": replies[-1]["ts"]}
        self.touch("message", f"{channel.id}/{parent['ts']}", channel=channel.id)

    def _is_reply(self, message: Json, parent: Json) -> bool:
        return bool(message.get("thread_ts") == parent["ts"] != message["ts"])

    def system_message(self, channel: Channel, user: str, subtype: str, text: str, **more: Any) -> None:
        self.add_message(channel, {"user": user, "subtype": subtype, "text": text, **more})

    def change_message(self, channel: Channel, before: Json, after: Json) -> None:
        """Put ``after`` in the place of ``before`` and send ``message_changed``."""
        ts = before["ts"]
        channel.messages[ts] = after
        self.touch("message", f"{channel.id}/{ts}", channel=channel.id)
        event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "message": after}
        event |= {"previous_message": before, "ts": (event_ts := self.next_ts()), "event_ts": event_ts}
        self.on_event({**event, **self.place(channel)}, channel)

    def remove_message(self, channel: Channel, message: Json) -> None:
        """Take the message away, with its pin, and send ``message_deleted``.

        The head of a thread with replies leaves a tombstone, which Slack tells as ``message_changed``; it goes with the
        last reply.
        """
        ts = message["ts"]
        if any(pin["ts"] == ts for pin in channel.pins):
            channel.pins = [pin for pin in channel.pins if pin["ts"] != ts]
            self.touch("channel", channel.id, channel=channel.id)
        if message.get("reply_count") and message.get("subtype") != "tombstone":
            kept = (
                "type",
                "ts",
                "team",
                "thread_ts",
                "reply_count",
                "reply_users",
                "reply_users_count",
                "latest_reply",
            )
            tombstone: Json = {name: message[name] for name in kept} | {"subtype": "tombstone", "hidden": True}
            tombstone |= {"user": SLACKBOT, "text": "This message was deleted."}
            self.change_message(channel, message, tombstone)
            return
        del channel.messages[ts]
        self.touch("message", f"{channel.id}/{ts}", channel=channel.id)
        event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": ts}
        event |= {"previous_message": message, "ts": (event_ts := self.next_ts()), "event_ts": event_ts}
        self.on_event({**event, **self.place(channel)}, channel)
        parent = channel.messages.get(message.get("thread_ts", ""))
        if parent is not None:
            self._count_replies(channel, parent)
            if parent.get("subtype") == "tombstone" and "reply_count" not in parent:
                self.remove_message(channel, parent)

    def add_ephemeral(self, channel: Channel, user: str, message: Json) -> Json:
        """A message that only ``user`` sees. Like Slack's, it does not outlive the workspace's process."""
        full: Json = {"type": "message", "ts": self.next_ts(), "team": TEAM_ID, "is_ephemeral": True}
        full |= {**message, "channel": channel.id, "ephemeral_to": user}
        self.ephemerals.append(full)
        del self.ephemerals[:-EPHEMERALS_KEPT]
        self.on_change("message", channel.id, user, full["ts"])
        self.on_ephemeral(full)
        return full

    def place(self, channel: Channel) -> Json:
        return {"channel": channel.id, "channel_type": channel.channel_type}

    def bot_author(self) -> Json:
        """The author fields of a message by the app."""
        return {"user": self.bot_user, "bot_id": BOT_ID, "app_id": "A0PRACTICE"}
