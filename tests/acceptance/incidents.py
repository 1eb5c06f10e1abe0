"""One incident on a stage, and what people see and do in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from stanch.core.export import to_json
from stanch.store.database import Database
from stanch.store.events import Log
from tests.acceptance.harness import Json, Stage, said

ALICE, BOB, CAROL, DAVE, ERIN, BOT = (f"U0{name}" for name in ("ALICE", "BOB", "CAROL", "DAVE", "ERIN", "STANCHBOT"))


@dataclass
class Incident:
    stage: Stage
    number: int
    room: str

    async def types(self, user: str, text: str, **more: Any) -> str:
        """`/incident TEXT` in the room; what the person is told, when all of it has gone out."""
        answer = await self.stage.types(user, text, self.room, **more)
        assert answer["ok"], answer
        await self.stage.settle()
        return said(answer)

    async def clicks(self, user: str, **what: Any) -> Json:
        """A click on the card."""
        card = await self.card()
        return await self.stage.does("click", user=user, channel=self.room, ts=card["ts"], **what)

    async def presses(self, user: str, label: str, **values: str) -> Json:
        """A button of the card, by its words; with `values` the form behind it, filled in and sent."""
        answer = await self.clicks(user, text=label)
        assert answer["ok"], answer
        if values:
            assert answer["view"], f"{label}: no form came"
            answer = await self.stage.does("submit", user=user, view_id=answer["view"]["id"], values=values)
            assert answer["ok"], answer
        await self.stage.settle()
        return answer

    async def labels(self) -> list[str]:
        """The buttons of the card, without *More*."""
        return buttons(await self.card())

    async def phase(self) -> str:
        found = re.search(r"phase \*(\w+)\*", await self.card_words())
        assert found
        return found[1]

    async def look(self) -> Json:
        """The room as `/practice/state` has it."""
        return next(one for one in (await self.stage.state())["channels"] if one["id"] == self.room)

    async def cards(self) -> list[Json]:
        return [one for one in await self.stage.messages(self.room) if "say_update" in str(one.get("blocks"))]

    async def card(self) -> Json:
        found = await self.cards()
        assert len(found) == 1, f"{len(found)} cards"
        return found[0]

    async def card_words(self) -> str:
        return words(await self.card())

    async def heard(self) -> list[str]:
        """What the bot said in the room, oldest first, without the card and without files."""
        messages = await self.stage.messages(self.room)
        ours = [one for one in messages if "bot_id" in one and not one.get("files")]
        return [one["text"] for one in ours if "say_update" not in str(one.get("blocks"))]

    async def announcements(self) -> list[Json]:
        posted = await self.stage.messages("incidents")
        return [one for one in posted if f"INC-{self.number} " in json.dumps(one)]

    async def files(self) -> list[Json]:
        return [file for one in await self.stage.messages(self.room) for file in one.get("files") or ()]

    def events(self) -> list[Json]:
        """The timeline as an export has it."""
        database = Database(self.stage.database_url)
        try:
            events = database.run(lambda db: Log().read(db, self.number))
        finally:
            database.close()
        found: list[Json] = json.loads(to_json(events))["events"]
        return found

    async def pings(self) -> set[str]:
        """Everybody whom any message of the bot about this incident has notified."""
        posted = [*await self.stage.messages(self.room), *await self.announcements()]
        return {ping for one in posted for ping in one.get("practice_pings", ())}


def buttons(message: Json) -> list[str]:
    """The buttons below a message."""
    actions = [block for block in message.get("blocks") or () if block["type"] == "actions"]
    return [one["text"]["text"] for block in actions for one in block["elements"] if one["type"] == "button"]


async def declared(stage: Stage, title: str, user: str = "alice") -> Incident:
    """`/incident declare TITLE`, and everything that follows by itself."""
    answer = await stage.types(user, f"declare {title}")
    return await opened(stage, said(answer))


async def opened(stage: Stage, told: str) -> Incident:
    found = re.search(r"INC-(\d+) is opening", told)
    assert found, told
    await stage.settle()
    number = int(found[1])
    return Incident(stage, number, (await stage.room(number))["id"])


async def form(stage: Stage, user: str = "alice", channel: str = "general") -> Json:
    """The form behind `/incident declare`."""
    view = (await stage.types(user, "declare", channel))["view"]
    assert view, "no form came"
    return dict(view)


async def newest(stage: Stage) -> Incident:
    """The incident that was declared last."""
    await stage.settle()
    rooms = [one for one in (await stage.state())["channels"] if re.match(r"inc-\d+-", one["name"])]
    last = max(rooms, key=lambda one: int(one["name"].split("-")[1]))
    return Incident(stage, int(last["name"].split("-")[1]), last["id"])


async def alone_with(stage: Stage, user: str) -> list[str]:
    """What the bot wrote to one person alone."""
    state = await stage.state()
    person = next(one["id"] for one in state["users"] if one["name"] == user)
    direct = [one["id"] for one in state["channels"] if one["is_im"] and one["user"] == person]
    return [one["text"] for channel in direct for one in await stage.messages(channel) if "bot_id" in one]


def words(message: Any) -> str:
    """Every text in a message's blocks, one a line."""
    if isinstance(message, list):
        return "\n".join(filter(None, map(words, message)))
    if not isinstance(message, dict):
        return ""
    if message.get("type") in ("mrkdwn", "plain_text"):
        return str(message["text"])
    parts = ("blocks", "text", "fields", "elements", "accessory", "label", "element", "options", "option_groups")
    inner = [message[key] for key in parts if isinstance(message.get(key), dict | list)]
    return "\n".join(filter(None, map(words, inner)))
