"""One incident from declaring to exporting, by people who repeat what they saw fail, after a look."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.harness import Json, Stage, said

TRIES = 6
Landed = Callable[[], Awaitable[bool]]


@dataclass
class Run:
    """People who work on one incident. `token` marks its title, so that runs on one stage are told apart."""

    stage: Stage
    token: str
    number: int = 0
    room: str = ""
    repeated: list[str] = field(default_factory=list)
    """What had to be said again, because nobody had acknowledged it and it was not there."""

    async def everything(self) -> None:
        """Declare → fill in → roles → notes → severity → update → export; each step when the one before has settled."""
        await self.stage.settle()
        await self.declare()
        await self.fill_in()
        await self.say("alice", "role scribe @alice", self.on_card("*Scribe*  @alice"))
        await self.say("alice", "role communications none", self.on_card("*Communications lead*  nobody yet"))
        await self.insist("take the seat", self.take_the_seat, self.on_card("*Communications lead*  @dave"))
        await self.say("bob", "note `v18` went out at 13:51", self.heard("went out at 13:51"))
        await self.say("erin", "evidence trace 4711: 3 of 10 answers quote 2024", self.heard("trace 4711"))
        await self.say("alice", "severity SEV2", self.on_card("SEV2"))
        await self.say("carol", "update We see wrong answers about refunds. Next word at 14:20.", self.heard("14:20"))
        await self.say("alice", "export", self.has_files(2))

    # steps

    async def declare(self) -> None:
        """A repetition within two minutes is answered with the incident that is opening already."""
        for _ in range(TRIES):
            answer = await self.stage.types("alice", f"declare answers cite policy {self.token}")
            await self.stage.settle()
            if answer["ok"] and (found := re.search(r"INC-(\d+) is opening", said(answer))):
                self.number = int(found[1])
                rooms = await self.stage.channels(f"inc-{self.number}-")
                assert rooms, f"INC-{self.number} was acknowledged and has no room"
                self.room = rooms[0]["id"]
                return
            self.repeated.append("declare")
        raise AssertionError("the declaration was never acknowledged")

    async def fill_in(self) -> None:
        facts = {"class": "quality_regression", "impact": "3 of 10 answers about refunds are wrong", "scope": "EU"}

        async def act() -> Json:
            card = await self.card()
            opened = await self.stage.does("click", user="alice", channel=self.room, ts=card["ts"], action_id="fill_in")
            view = opened["view"]
            if not view:
                return {"ok": False, "error": "no form came"}
            # A person sends the form again when Slack says that it could not be sent: it is the same form.
            answer: Json = {}
            for _ in range(TRIES):
                answer = await self.stage.does("submit", user="alice", view_id=view["id"], values=facts)
                if answer["ok"]:
                    break
                await self.stage.settle()
            return answer

        await self.insist("fill in", act, self.on_card("3 of 10 answers"))

    async def take_the_seat(self) -> Json:
        card = await self.card()
        return await self.stage.does("click", user="dave", channel=self.room, ts=card["ts"], text="Take this role")

    async def say(self, user: str, text: str, landed: Landed) -> None:
        await self.insist(text, lambda: self.stage.types(user, text, self.room), landed)

    async def insist(self, name: str, act: Callable[[], Awaitable[Json]], landed: Landed) -> None:
        """Do it; when nobody acknowledges it, wait, look whether it is there, and else do it again."""
        answer: Any = None
        for _ in range(TRIES):
            answer = await act()
            await self.stage.settle()
            if answer["ok"] or await landed():
                return
            self.repeated.append(name)
        raise AssertionError(f"{name}: never acknowledged: {answer.get('error')}")

    # looks

    async def card(self) -> Json:
        """The newest message with the card's buttons."""
        cards = [one for one in await self.stage.messages(self.room) if "say_update" in str(one.get("blocks"))]
        assert cards, "there is no card in the room"
        return cards[-1]

    def on_card(self, words: str) -> Landed:
        async def look() -> bool:
            return words in str((await self.card())["blocks"])

        return look

    def heard(self, words: str) -> Landed:
        async def look() -> bool:
            return any(words in one["text"] for one in await self.stage.messages(self.room) if "bot_id" in one)

        return look

    def has_files(self, count: int) -> Landed:
        async def look() -> bool:
            return sum(len(one.get("files") or ()) for one in await self.stage.messages(self.room)) >= count

        return look
