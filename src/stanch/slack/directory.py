"""Who and what is in the workspace: people and the two channels of the house, as last heard from Slack."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stanch.core.catalogue import Service
from stanch.core.commands import SeatOwners
from stanch.core.roles import ROLES
from stanch.slack.client import Slack


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str
    here: bool
    """Can be invited: a person, and not deactivated."""


def _names(person: Person) -> set[str]:
    return {name for name in (person.name.casefold(), person.email) if name}


class Directory:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._people: dict[str, Person] = {}
        self._by_name: dict[str, dict[str, Person]] = {}
        """By name and by e-mail address, in lower case: who is called so, by id."""
        self._channels: dict[str, str] = {}
        self._alone: dict[str, str] = {}
        self._loading = asyncio.Lock()
        self.loaded = False
        self.me = ""
        self.my_url = ""

    async def meet(self) -> Mapping[str, Any]:
        """Who the bot is. Raises `SlackFault`."""
        answer = await self._slack.call("auth.test")
        self.me, self.my_url = str(answer["user_id"]), str(answer.get("url") or "")
        return answer

    async def load(self, *, again: bool = False) -> None:
        """Read everybody once; `again` after somebody new was named. Raises `SlackFault`."""
        async with self._loading:
            if self.loaded and not again:
                return
            async for user in self._slack.pages("users.list", "members"):
                self.learn(user)
            self.loaded = True

    def learn(self, user: Mapping[str, Any]) -> None:
        """Take in one user as Slack describes it: from `users.list`, `user_change` or `team_join`."""
        profile = user.get("profile") or {}
        person = Person(
            id=str(user["id"]),
            name=str(user.get("name") or user["id"]),
            email=str(profile.get("email") or "").casefold(),
            here=not (user.get("deleted") or user.get("is_bot") or user["id"] == "USLACKBOT"),
        )
        if was := self._people.get(person.id):
            for name in _names(was):
                self._by_name[name].pop(person.id, None)
        self._people[person.id] = person
        for name in _names(person):
            self._by_name.setdefault(name, {})[person.id] = person

    def person(self, name_id_or_email: str) -> Person | None:
        wanted = name_id_or_email.strip().lstrip("@")
        if known := self._people.get(wanted):
            return known
        found = [*self._by_name.get(wanted.casefold(), {}).values()]
        return next((p for p in found if p.here), found[0] if found else None)

    async def alone(self, user: str, call: Callable[..., Awaitable[Mapping[str, Any]]]) -> str:
        """The id of the channel in which the bot talks to this person alone. Raises what `call` does."""
        if user not in self._alone:
            self._alone[user] = str((await call("conversations.open", users=user))["channel"]["id"])
        return self._alone[user]

    def name(self, user: str) -> str:
        """`@alice`, in plain text: a name that pings nobody."""
        if user == "stanch":
            return "Stanch"
        known = self._people.get(user)
        return f"@{known.name}" if known else user

    def permalink(self, channel: str, ts: str, thread: str = "") -> str:
        """The address of a message, built from our own workspace's without a call. `thread`: the ts of its parent."""
        reply = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{self.my_url}archives/{channel}/p{ts.replace('.', '')}{reply}"

    def seats(self, service: Service | None) -> SeatOwners:
        """Who sits where: of each role's owners the first who is here, and best one who has no seat yet."""
        seats: dict[str, str] = {}
        invite: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for role in ROLES:
            here = []
            for name in (service.owners.get(role) or ()) if service else ():
                person = self.person(name)
                if person and person.here:
                    here.append(person.id)
                else:
                    unknown[name] = None
            invite.update(dict.fromkeys(here))
            if here:
                seats[role] = next((p for p in here if p not in seats.values()), here[0])
        return SeatOwners(tuple(seats.items()), tuple(invite), tuple(unknown))

    async def channel(self, name_or_id: str) -> str | None:
        """The id of a channel by name; joins it if it can, as its history is looked at. Raises `SlackFault`."""
        wanted = name_or_id.strip().lstrip("#")
        if known := self._channels.get(wanted):
            return known
        async for channel in self._slack.pages(
            "users.conversations", "channels", types="public_channel,private_channel", exclude_archived="true"
        ):
            self._channels[str(channel["name"])] = self._channels[str(channel["id"])] = str(channel["id"])
        if known := self._channels.get(wanted):
            return known
        async for channel in self._slack.pages("conversations.list", "channels", exclude_archived="true"):
            if wanted in (channel["name"], channel["id"]):
                await self._slack.call("conversations.join", channel=channel["id"])
                self._channels[wanted] = str(channel["id"])
                return self._channels[wanted]
        return None
