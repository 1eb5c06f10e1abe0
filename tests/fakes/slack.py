"""A Slack in memory: people, channels, messages, pins, bookmarks and files, and the errors that it is told to make.

It stands where `stanch.slack.client.Slack` stands and answers as Slack does, so that what uses it really runs. What is
strict about Slack's limits is the practice workspace's business; the blocks that pass through here are checked by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from practice.limits import check_blocks, check_view
from stanch.slack.client import Kind, Slack, SlackFault
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN

BOT = "U0STANCHBOT"
Json = dict[str, Any]


@dataclass
class Channel:
    id: str
    name: str
    creator: str = BOT
    private: bool = False
    archived: bool = False
    created: float = 0
    topic: str = ""
    members: list[str] = field(default_factory=lambda: [BOT])
    messages: list[Json] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)

    def keys(self) -> list[str]:
        """The keys of the bot's messages, in order."""
        return [one["metadata"]["event_payload"]["key"] for one in self.messages if one.get("metadata")]


@dataclass(frozen=True)
class Fault:
    """The nth call of a method fails; with `effect` it has happened all the same."""

    method: str
    fault: SlackFault
    nth: int = 1
    effect: bool = False


def refused(error: str, **answer: Any) -> SlackFault:
    return SlackFault(Kind.REFUSED, error, answer={"ok": False, "error": error, **answer} if answer else None)


class FakeSlack(Slack):
    """`clock` gives epoch seconds; what is created carries its time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__("xoxb-not-a-token", "http://127.0.0.1:9/api/", 1.0)
        self._clock = clock
        self.users: list[Json] = [
            {"id": id, "name": name, "profile": {"email": f"{name}@example.com"}}
            for id, name in ((ALICE, "alice"), (BOB, "bob"), (CAROL, "carol"), (DAVE, "dave"), (ERIN, "erin"))
        ] + [{"id": BOT, "name": "stanch", "is_bot": True}]
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, bytes] = {}
        self.homes: dict[str, Json] = {}
        self.modals: dict[str, Json] = {}
        self.calls: list[tuple[str, Json]] = []
        self.faults: list[Fault] = []
        self._count = 0
        self.channel("incidents", creator=ALICE)

    def channel(self, name: str, **more: Any) -> Channel:
        self._count += 1
        made = Channel(f"C{self._count:04}", name, created=self._clock(), **more)
        self.channels[made.id] = made
        return made

    def named(self, name: str) -> Channel:
        (found,) = [channel for channel in self.channels.values() if channel.name == name]
        return found

    def count(self, method: str) -> int:
        return sum(called == method for called, _ in self.calls)

    async def call(self, method: str, *, read: bool = False, **args: Any) -> Json:
        given = {k: v for k, v in args.items() if v is not None}
        self.calls.append((method, given))
        nth = self.count(method)
        fault = next((one for one in self.faults if one.method == method and one.nth == nth), None)
        if fault and not fault.effect:
            raise fault.fault
        answer: Json = getattr(self, "_" + method.replace(".", "_"))(given)
        if fault:
            raise fault.fault
        return {"ok": True, **answer}

    async def send_bytes(self, url: str, content: bytes) -> None:
        self.files[url.rpartition("/")[2]] = content

    async def answer(self, response_url: str, **message: Any) -> None:
        self.calls.append(("answer", {"url": response_url, **message}))

    def _use(self, channel: Any, error: str = "is_archived") -> Channel:
        found = self.channels.get(str(channel))
        if found is None:
            raise refused("channel_not_found")
        if found.archived:
            raise refused(error)
        if BOT not in found.members:
            raise refused("not_in_channel")
        return found

    # Web API methods, by name

    def _auth_test(self, args: Json) -> Json:
        return {"user_id": BOT, "url": "https://practice.slack.com/"}

    def _users_list(self, args: Json) -> Json:
        return {"members": self.users}

    def _users_conversations(self, args: Json) -> Json:
        mine = [c for c in self.channels.values() if BOT in c.members]
        return {
            "channels": [{"id": c.id, "name": c.name, "creator": c.creator, "created": int(c.created)} for c in mine]
        }

    def _conversations_list(self, args: Json) -> Json:
        return {"channels": [{"id": c.id, "name": c.name} for c in self.channels.values() if not c.archived]}

    def _conversations_join(self, args: Json) -> Json:
        self.channels[args["channel"]].members.append(BOT)
        return {}

    def _conversations_create(self, args: Json) -> Json:
        if any(channel.name == args["name"] for channel in self.channels.values()):
            raise refused("name_taken")
        made = self.channel(args["name"], private=args["is_private"])
        return {"channel": {"id": made.id, "name": made.name}}

    def _conversations_open(self, args: Json) -> Json:
        """One person: a direct message; several: a group message, to which nobody can be added later."""
        people = args["users"].split(",")
        known = [channel for channel in self.channels.values() if channel.name == f"dm-{args['users']}"]
        made = known[0] if known else self.channel(f"dm-{args['users']}", private=True, members=[BOT, *people])
        return {"channel": {"id": made.id, **({"name": f"mpdm-{len(people)}"} if len(people) > 1 else {})}}

    def _conversations_members(self, args: Json) -> Json:
        return {"members": self._use(args["channel"]).members}

    def _conversations_rename(self, args: Json) -> Json:
        channel = self._use(args["channel"])
        if any(other.name == args["name"] for other in self.channels.values() if other is not channel):
            raise refused("name_taken")
        channel.name = args["name"]
        return {}

    def _conversations_replies(self, args: Json) -> Json:
        """The message itself and what was answered to it; the bot has to be in the channel."""
        messages = self._use(args["channel"], "-").messages
        if args["ts"] not in [m["ts"] for m in messages]:
            raise refused("thread_not_found")
        return {"messages": [m for m in messages if args["ts"] in (m["ts"], m.get("thread_ts"))]}

    def _reactions_add(self, args: Json) -> Json:
        reaction = (args["timestamp"], args["name"])
        channel = self._use(args["channel"])
        if reaction in channel.reactions:
            raise refused("already_reacted")
        channel.reactions.append(reaction)
        return {}

    def _conversations_invite(self, args: Json) -> Json:
        channel = self._use(args["channel"])
        known = {user["id"] for user in self.users if not user.get("deleted")}
        errors = []
        for user in args["users"].split(","):
            if user in channel.members:
                errors.append({"user": user, "ok": False, "error": "already_in_channel"})
            elif user not in known:
                errors.append({"user": user, "ok": False, "error": "user_not_found"})
            else:
                channel.members.append(user)
        if len(errors) == len(args["users"].split(",")):
            raise refused(errors[0]["error"], errors=errors)
        return {"errors": errors} if errors else {}

    def _conversations_info(self, args: Json) -> Json:
        channel = self.channels[args["channel"]]
        return {"channel": {"id": channel.id, "topic": {"value": channel.topic}}}

    def _conversations_setTopic(self, args: Json) -> Json:
        if len(args["topic"]) > 250:
            raise refused("too_long")
        self._use(args["channel"]).topic = args["topic"]
        return {}

    def _conversations_history(self, args: Json) -> Json:
        """Newest first, two a page, so that a look has to turn pages."""
        until = float(args.get("latest") or "inf")
        shown = [m for m in self._use(args["channel"], "-").messages if m.get("thread_ts") in (None, m["ts"])]
        found = [m for m in shown if float(args["oldest"]) <= float(m["ts"]) <= until][::-1]
        start = int(args.get("cursor") or 0)
        more = {"response_metadata": {"next_cursor": str(start + 2)}} if len(found) > start + 2 else {}
        return {"messages": found[start : start + 2], **more}

    def _chat_postMessage(self, args: Json) -> Json:
        check_blocks(args.get("blocks") or [])
        channel = self._use(args["channel"])
        self._count += 1
        message = {"ts": f"{int(self._clock())}.{self._count:06}", "user": BOT, **args}
        channel.messages.append(message)
        return {"ts": message["ts"]}

    def _chat_update(self, args: Json) -> Json:
        check_blocks(args.get("blocks") or [])
        if len(args["text"]) > 4_000:
            raise refused("msg_too_long")
        for message in self._use(args["channel"], "is_inactive").messages:
            if message["ts"] == args["ts"]:
                message.update(text=args["text"], blocks=args["blocks"])
                return {}
        raise refused("message_not_found")

    def _chat_delete(self, args: Json) -> Json:
        channel = self._use(args["channel"], "is_inactive")
        if args["ts"] not in [message["ts"] for message in channel.messages]:
            raise refused("message_not_found")
        channel.messages = [message for message in channel.messages if message["ts"] != args["ts"]]
        return {}

    def _pins_add(self, args: Json) -> Json:
        channel = self._use(args["channel"])
        if args["timestamp"] in channel.pins:
            raise refused("already_pinned")
        if args["timestamp"] not in [message["ts"] for message in channel.messages]:
            raise refused("message_not_found")
        channel.pins.append(args["timestamp"])
        return {}

    def _bookmarks_list(self, args: Json) -> Json:
        return {"bookmarks": self._use(args["channel_id"]).bookmarks}

    def _bookmarks_add(self, args: Json) -> Json:
        bookmarks = self._use(args["channel_id"]).bookmarks
        bookmarks.append({"id": f"Bk{len(bookmarks)}", "title": args["title"], "link": args["link"]})
        return {}

    def _bookmarks_edit(self, args: Json) -> Json:
        for bookmark in self._use(args["channel_id"]).bookmarks:
            if bookmark["id"] == args["bookmark_id"]:
                bookmark["link"] = args["link"]
        return {}

    def _files_getUploadURLExternal(self, args: Json) -> Json:
        self._count += 1
        return {"upload_url": f"https://files.example/F{self._count}", "file_id": f"F{self._count}"}

    def _files_completeUploadExternal(self, args: Json) -> Json:
        channel = self._use(args["channel_id"])
        self._count += 1
        channel.messages.append({"ts": f"{int(self._clock())}.{self._count:06}", "files": args["files"]})
        return {}

    def _views_open(self, args: Json) -> Json:
        check_view(args["view"])
        self._count += 1
        self.modals[f"V{self._count:04}"] = args["view"]
        return {"view": {"id": f"V{self._count:04}", **args["view"]}}

    def _views_update(self, args: Json) -> Json:
        check_view(args["view"])
        if args["view_id"] not in self.modals:
            raise refused("not_found")
        self.modals[args["view_id"]] = args["view"]
        return {}

    def _views_publish(self, args: Json) -> Json:
        check_view(args["view"], ("home",))
        self.homes[args["user_id"]] = args["view"]
        return {}
