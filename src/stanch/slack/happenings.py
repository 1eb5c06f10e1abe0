"""Events: what people do to the workspace by hand, taken in once each, by their event id."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.captures import LONGEST
from stanch.core.incident import STANCH
from stanch.core.text import clean
from stanch.flows.desk import Asked, Desk
from stanch.slack.directory import Directory
from stanch.slack.words import said

Body = Mapping[str, Any]
Taker = Callable[[Body, Body], Awaitable[None]]
PUSHPIN = "pushpin"
TWINS = ("channel", "group")
"""Public rooms are channels and private ones groups, to Slack's events."""


class Happenings:
    def __init__(self, desk: Desk, directory: Directory, home: Taker) -> None:
        """`home` shows somebody who has just opened it their Home tab."""
        self._desk = desk
        self._people = directory
        self._takers: Mapping[str, Taker] = {
            "member_left_channel": self.member,
            "member_joined_channel": self.member,
            "message": self.message,
            "reaction_added": self.reaction,
            "app_home_opened": home,
            "user_change": self.person,
            "team_join": self.person,
            **{f"{twin}_rename": self.renamed for twin in TWINS},
            **{f"{twin}_{what}": self.room for twin in TWINS for what in ("archive", "unarchive", "deleted", "left")},
        }

    def register(self, app: AsyncApp) -> None:
        """One listener for all events, before any other: Bolt tries its listeners one after the other, and a room that
        opens brings a dozen events. What means nothing to us is acknowledged too, or Slack would send it again."""
        app.event(re.compile(r".*"))(self.happened)

    async def happened(self, body: Body, event: Body) -> None:
        if taker := self._takers.get(str(event["type"])):
            await taker(body, event)

    async def member(self, body: Body, event: Body) -> None:
        joined = event["type"] == "member_joined_channel"
        user, channel = str(event["user"]), str(event["channel"])
        if user != self._people.me:
            await self._report(body, channel, c.ReportMember(user, joined))
        elif joined:
            await self._back(body, channel)
        else:
            await self._report(body, channel, c.ReportRoomChange("bot_removed"))

    async def renamed(self, body: Body, event: Body) -> None:
        channel = event["channel"]
        await self._report(body, str(channel["id"]), c.ReportRoomChange("renamed", str(channel["name"])))

    async def room(self, body: Body, event: Body) -> None:
        channel, what = str(event["channel"]), str(event["type"]).partition("_")[2]
        if what == "unarchive":
            await self._back(body, channel)
            return
        state = {"archive": "archived", "deleted": "deleted", "left": "bot_removed"}[what]
        await self._report(body, channel, c.ReportRoomChange(state))

    async def message(self, body: Body, event: Body) -> None:
        """Edits and deletions: of the card, and of messages that stand in a timeline. What is merely said is said."""
        channel = str(event["channel"])
        match event.get("subtype"):
            case "message_deleted":
                ts = str(event.get("deleted_ts"))
                await self._report(body, channel, c.ReportCardLost(ts))
                await self._edited(body, c.ReportEdit(channel, ts, None), str(event.get("user") or ""))
            case "message_changed":
                now = event.get("message") or {}
                if now.get("subtype") == "tombstone":
                    # A message with replies leaves this behind when it is deleted.
                    await self._edited(body, c.ReportEdit(channel, str(now.get("ts")), None), "")
                    return
                editor = str((now.get("edited") or {}).get("user") or now.get("user") or "")
                if editor and editor != self._people.me:
                    text = clean(said(now, self._people.name), LONGEST)
                    await self._edited(body, c.ReportEdit(channel, str(now.get("ts")), text), editor)

    async def _edited(self, body: Body, report: c.ReportEdit, by: str) -> None:
        for number in await self._desk.holding(report.channel, report.ts):
            key = f"event:{body['event_id']}:edit:{number}"
            await self._desk.ask(Asked(report, by or STANCH, "slack", number, key))

    async def reaction(self, body: Body, event: Body) -> None:
        """A pushpin on a message of the room puts it into the timeline, once, whoever else pins it."""
        item, user = event.get("item") or {}, str(event.get("user") or "")
        if event.get("reaction") != PUSHPIN or item.get("type") != "message" or user == self._people.me:
            return
        channel, ts = str(item["channel"]), str(item["ts"])
        number = await self._desk.of_room(channel)
        if number is not None:
            asked = c.Pin(channel, ts, user)
            await self._desk.ask(Asked(asked, user, "reaction", number, f"pin:{channel}:{ts}", channel=channel))

    async def person(self, body: Body, event: Body) -> None:
        """Somebody is new or changed; whoever was deactivated has left every room."""
        self._people.learn(event["user"])
        user = str(event["user"]["id"])
        if event["user"].get("deleted"):
            for incident in await self._desk.open_incidents():
                key = f"event:{body['event_id']}:{incident.number}"
                report = c.ReportMember(user, joined=False)
                await self._desk.ask(Asked(report, STANCH, "slack", incident.number, key))

    async def _back(self, body: Body, channel: str) -> None:
        number = await self._report(body, channel, c.ReportRoomChange("open"))
        if number is not None:
            await self._desk.room_back(number)

    async def _report(self, body: Body, channel: str, report: c.Command) -> int | None:
        number = await self._desk.of_room(channel)
        # Most events say nothing new (five people join a room that opens): those cost a look and no commit.
        if number is not None and await self._desk.would_change(number, report):
            await self._desk.ask(Asked(report, STANCH, "slack", number, f"event:{body['event_id']}"))
        return number
