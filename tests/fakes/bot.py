"""The bot's delivery on a Slack in memory: the real desk, gateway and worker; killed and started again at will."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.errors import StanchError
from stanch.flows.desk import Asked, Desk
from stanch.flows.on_call import OnCall
from stanch.slack.directory import Directory
from stanch.slack.gateway import Gateway, Kit, Performer
from stanch.slack.performers import PERFORMERS
from stanch.slack.render import Render
from stanch.store import outbox
from stanch.store.database import Database
from stanch.store.templates import Templates
from stanch.worker import Pace, Worker
from tests.fakes.slack import FakeSlack
from tests.fakes.world import ALICE, CATALOGUE

ROOT = Path(__file__).parents[2]
PACE = Pace(lease=5.0, grace=0.02)


@cache
def shipped() -> Templates:
    """The shipped messages: they do not change while tests run, and each is compiled once."""
    return Templates.read(ROOT / "message_templates")


class Bot:
    """One process of the bot after another on the same database and the same Slack."""

    known: Catalogue = CATALOGUE
    performers: Mapping[str, Performer] = PERFORMERS

    def __init__(
        self,
        database: Database,
        slack: FakeSlack | None = None,
        pace: Pace = PACE,
        known: Catalogue = CATALOGUE,
        planes: Mapping[str, Performer] | None = None,
    ) -> None:
        """`planes`: what performs the effects that are for control planes, by kind."""
        self.database = database
        self.slack = slack or FakeSlack(time.time)
        self.pace = pace
        self.known = known
        self.performers = {**PERFORMERS, **(planes or {})}
        self.start()

    def start(self) -> None:
        """A new process: nothing is remembered but what is in the database."""
        self.database.run(outbox.release_all)
        self.desk = Desk(self.database, self.known)
        directory = Directory(self.slack)
        render = Render(self.known, directory)
        self.kit = Kit(self.desk, self.slack, directory, render, shipped(), "incidents", OnCall(self.known, directory))
        self.worker = Worker(self.desk, Gateway(self.kit, self.performers).perform, self.pace)
        self.desk.wake = self.worker.wake

    async def ask(self, command: c.Command, by: str = ALICE, number: int | None = 1) -> str:
        answer = await self.desk.ask(Asked(command, by, "slash", number))
        if answer.refused:
            raise StanchError(answer.say)
        return answer.say

    async def declare(self, title: str = "answers cite the wrong policy", **facts: object) -> None:
        await self.ask(replace(c.Declare(0, title), **facts), number=None)  # type: ignore[arg-type]

    async def run(self, until: Callable[[], bool] | None = None, seconds: float = 10) -> None:
        """Deliver until nothing is owed that could go out (or until `until`), then stop the process."""
        await self.kit.directory.meet()
        task = asyncio.create_task(self.worker.run())
        try:
            async with asyncio.timeout(seconds):
                while not (until or self.settled)():
                    if task.done():
                        await task
                    await asyncio.sleep(0.02)
        finally:
            task.cancel()
            for effect in list(self.worker._running):
                effect.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            # A dead process claims nothing more: what its database thread was about to do is done before the next one.
            await self.database(lambda db: None, background=True)

    def settled(self) -> bool:
        if self.worker._running:
            return False  # known without asking the database, whose one writer is at work
        counts = self.counts()
        return counts["owed"] == counts["trying"] == 0

    def counts(self) -> dict[str, int]:
        return self.database.run(outbox.counts)
