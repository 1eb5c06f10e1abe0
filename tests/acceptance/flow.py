"""People who work on one incident, and repeat what they saw fail, after a look. The story they play is in `life`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.board import Board
from tests.acceptance.harness import Json, Stage, said
from tests.acceptance.production import Mark, Plant

TRIES = 6
Landed = Callable[[], Awaitable[bool]]


@dataclass
class Run:
    """People who work on one incident. `token` marks its title, so that runs on one stage are told apart."""

    stage: Stage
    token: str
    number: int = 0
    room: str = ""
    """Where they work now: the private one, once there is one."""
    former: str = ""
    plant: Plant | None = None
    """The practice AI service, where one stands beside the stage."""
    mark: Mark = (0, 0)
    """What had been done there before."""
    board: Board | None = None
    """The status page, where one stands beside the stage."""
    told: Mark = (0, 0)
    """What it had shown before."""
    repeated: list[str] = field(default_factory=list)
    """What had to be said again, because nobody had acknowledged it and it was not there."""

    # doing

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

    async def quickly(self, user: str, *commands: str) -> None:
        """One command after the other, before the faults begin."""
        for text in commands:
            answer = await self.stage.types(user, text, self.room)
            assert answer["ok"], f"{text}: {answer}"
        await self.stage.settle()

    async def say(self, user: str, text: str, landed: Landed) -> None:
        await self.insist(text, lambda: self.stage.types(user, text, self.room), landed)

    async def click(self, user: str, label: str, landed: Landed) -> None:
        """A button of the card, by its words."""

        async def act() -> Json:
            return await self.stage.does(
                "click", user=user, channel=self.room, ts=(await self.card())["ts"], text=label
            )

        await self.insist(label, act, landed)

    async def form(self, user: str, values: Json, landed: Landed, **button: str) -> None:
        """The form behind a button of the card, filled in and sent."""

        async def act() -> Json:
            ts = (await self.card())["ts"]
            opened = await self.stage.does("click", user=user, channel=self.room, ts=ts, **button)
            if not opened["view"]:
                return {"ok": False, "error": f"no form came: {opened}"}
            # A person sends the form again when Slack says that it could not be sent: it is the same form.
            answer: Json = {}
            for _ in range(TRIES):
                answer = await self.stage.does("submit", user=user, view_id=opened["view"]["id"], values=values)
                if answer["ok"]:
                    break
                await self.stage.settle()
            return answer

        await self.insist("/".join(button.values()), act, landed)

    async def writes(self, user: str, text: str) -> str:
        """A message of a person in the room; its ts."""
        await self.stage.does("message", user=user, channel=self.room, text=text)
        await self.stage.settle()
        return next(one["ts"] for one in await self.stage.messages(self.room) if one["text"] == text)

    async def insist(self, name: str, act: Callable[[], Awaitable[Json]], landed: Landed) -> None:
        """Do it; when nobody acknowledges it, wait, look whether it is there, and else do it again."""
        answer: Any = None
        for _ in range(TRIES):
            answer = await act()
            await self.stage.settle()
            if await landed():
                return
            assert not answer["ok"], f"{name}: acknowledged, and not there: {said(answer)}"
            self.repeated.append(name)
        raise AssertionError(f"{name}: never acknowledged: {answer.get('error') or answer.get('errors')}")

    async def until(self, name: str, act: Callable[[], Awaitable[Json]], landed: Landed) -> None:
        """Do it until it is there: for answers, which a crash may lose."""
        for _ in range(TRIES):
            await act()
            await self.stage.settle()
            if await landed():
                return
            self.repeated.append(name)
        raise AssertionError(f"{name}: never there")

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
            ours = [one for one in await self.stage.messages(self.room) if "bot_id" in one]
            return any(words in str((one["text"], one.get("blocks"))) for one in ours)

        return look

    def has_files(self, count: int) -> Landed:
        async def look() -> bool:
            return sum(len(one.get("files") or ()) for one in await self.stage.messages(self.room)) >= count

        return look

    def has_mark(self, ts: str) -> Landed:
        """The sign that a message stands in the timeline."""

        async def look() -> bool:
            [one] = [one for one in await self.stage.messages(self.room) if one["ts"] == ts]
            return any(reaction["name"] == "memo" for reaction in one.get("reactions") or ())

        return look
