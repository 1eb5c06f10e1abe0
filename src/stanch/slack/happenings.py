"""Events: what people do to the workspace by hand, taken in once each, by their event id."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from stanch.core import commands as c
from stanch.core.incident import STANCH
from stanch.flows.desk import Asked, Desk
from stanch.slack.directory import Directory

Body = Mapping[str, Any]
Taker = Callable[[Body, Body], Awaitable[None]]
TWINS = ("channel", "group")
"""Public rooms are channels and private ones groups, to Slack's events."""


class Happenings:
    def __init__(self, desk: Desk, directory: Directory) -> None:
        self._desk = desk
        self._people = directory

        self._takers: Mapping[str, Taker] = {
            "member_left_channel": self.member,
            "member_joined_channel": self.member,
            "message": self.message,
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
        if event.get("subtype") != "message_deleted":
            return
        channel, ts = str(event["channel"]), str(event.get("deleted_ts"))
        await self._report(body, channel, c.ReportCardLost(ts))

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
