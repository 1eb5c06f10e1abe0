"""Sets the scene for one call: rooms, messages, files and views in the state that the call needs."""

from __future__ import annotations

from practice import rooms, views
from practice.methods import pins
from practice.model import Channel
from practice.service import Service
from tests.practice.desk import Json, modal, text_field

ALICE, BOB, CAROL, BOT = "U0ALICE", "U0BOB", "U0CAROL", "U0STANCHBOT"
TRIAGE, GENERAL = "C0TRIAGE", "C0GENERAL"


class Stage:
    """Works on the workspace itself, as if people and the bot had done these things before."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.workspace = service.workspace

    def name(self) -> str:
        return f"room-{self.workspace.serial}"

    def channel(self, creator: str = BOT, *, private: bool = False) -> Channel:
        return rooms.create(self.workspace, self.name(), creator, private=private)

    def room(self, *members: str, private: bool = False) -> str:
        """A channel of the bot's with these people."""
        channel = self.channel(private=private)
        for user in members:
            rooms.join(self.workspace, channel, user)
        return channel.id

    def group(self, *members: str) -> str:
        """The bot's group message with these people, or alice and bob."""
        return rooms.group_message(self.workspace, list(members or (ALICE, BOB))).id

    def foreign(self, *, private: bool = False) -> str:
        """A channel of alice's, without the bot."""
        return self.channel(ALICE, private=private).id

    def general(self) -> str:
        """The one channel nobody leaves, with the bot in it."""
        channel = self.workspace.channels[GENERAL]
        if BOT not in channel.members:
            rooms.join(self.workspace, channel, BOT)
        return channel.id

    def archived(self) -> str:
        channel = self.channel()
        rooms.archive(self.workspace, channel, ALICE)
        return channel.id

    def deactivated(self) -> str:
        """Somebody who was here once."""
        user = self.workspace.users[ALICE]
        gone = type(user)(self.workspace.next_id("U"), self.name(), "Gone", f"{self.name()}@example.com", deleted=True)
        self.workspace.users[gone.id] = gone
        return gone.id

    def message(self, channel: str = TRIAGE, user: str = BOT) -> str:
        message = {"user": user, "text": "words"}
        return str(self.workspace.add_message(self.workspace.channels[channel], message)["ts"])

    def in_archived(self) -> Json:
        """Channel and ts of the bot's message in a channel that was archived since."""
        channel = self.channel()
        ts = self.message(channel.id)
        rooms.archive(self.workspace, channel, ALICE)
        return {"channel": channel.id, "ts": ts, "timestamp": ts}

    def pinned(self, number: int = 1) -> Json:
        """A channel with so many pins, and the last one's timestamp."""
        channel = self.channel()
        for _ in range(number):
            ts = self.message(channel.id)
            pins.pin(self.workspace, channel, ts, BOT)
        return {"channel": channel.id, "timestamp": ts}

    def reacted(self, number: int = 1, user: str = BOT) -> Json:
        """A message with so many different emoji."""
        channel = self.channel()
        ts = self.message(channel.id)
        for index in range(number):
            pins.react(self.workspace, channel, channel.messages[ts], f"emoji{index}", user)
        return {"channel": channel.id, "timestamp": ts}

    def bookmarked(self, number: int = 1) -> Json:
        """A channel with so many bookmarks, and the last one's id."""
        channel = self.channel()
        for _ in range(number):
            channel.bookmarks.append({"id": self.workspace.next_id("Bk"), "title": "t", "link": "https://example.com"})
        return {"channel_id": channel.id, "bookmark_id": channel.bookmarks[-1]["id"]}

    def uploaded(self, *, content: bool = True) -> list[Json]:
        """A file that waits for completion; without ``content``, one whose bytes never came."""
        file_id = self.workspace.next_id("F")
        self.workspace.files[file_id] = {
            "id": file_id, "name": "a.md", "title": "a.md", "user": BOT, "size": 1, "created": 0, "channels": [],
            "groups": [], "ims": [], "shares": {}, "practice_complete": False,
        }  # fmt: skip
        if content:
            self.workspace.contents[file_id] = b"x"
        return [{"id": file_id}]

    def file(self) -> str:
        """A complete one."""
        file_id = str(self.uploaded()[0]["id"])
        self.workspace.files[file_id]["practice_complete"] = True
        return file_id

    def trigger(self, *, used: bool = False, age_s: float = 0.0, view: Json | None = None) -> str:
        trigger_id = self.service.interactions.begin(self.workspace.users[ALICE], view=view).trigger_id
        self.workspace.triggers[trigger_id].used = used
        self.workspace.triggers[trigger_id].at -= age_s
        return trigger_id

    def open_view(self, depth: int = 1, **more: str) -> Json:
        """The topmost of so many modals."""
        view = views.open_modal(self.workspace, self.trigger(), modal(text_field(), **more))
        for _ in range(depth - 1):
            view = views.push(self.workspace, view, modal(text_field()))
        return view
