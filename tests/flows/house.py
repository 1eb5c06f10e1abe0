"""The whole machine without Slack: the desk on a database, the worker, the planes, and a practice AI service to move.

What is owed to Slack is taken as done; everything else is performed as the bot performs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.pulls import SETTLED, Pull
from stanch.flows.deliver import Done, Outcome
from stanch.flows.desk import Answer, Asked, Desk
from stanch.production import Production
from stanch.store import outbox, schema
from stanch.store.database import Database
from stanch.store.outbox import Owed
from stanch.worker import Pace, Worker
from tests.acceptance.production import Plant
from tests.fakes.world import ALICE

BETWEEN = 0.1
SOON = 0.02
PACE = Pace(lease=10.0, grace=0.2)
OVER_WITHIN = 30.0
Json = dict[str, Any]


@dataclass
class House:
    """One bot: desk, production and worker. Several may share a database and a service."""

    desk: Desk
    levers: Production
    worker: Worker
    titles: Any = field(default_factory=lambda: count(1))

    async def incident(self, **facts: Any) -> int:
        """Declared by alice, who commands it."""
        answer = await self.desk.ask(Asked(c.Declare(0, f"trouble {next(self.titles)}", **facts), ALICE, "slash"))
        assert answer.number is not None, answer
        return answer.number

    async def ask(self, number: int, command: c.Command, by: str = ALICE) -> Answer:
        return await self.desk.ask(Asked(command, by, "button", number))

    async def told(self, number: int, command: c.Command, by: str = ALICE) -> str:
        """What it answers; it must not be refused."""
        answer = await self.ask(number, command, by)
        assert not answer.refused, answer.say
        return answer.say

    async def state(self, number: int) -> Incident:
        state = await self.desk.state(number)
        assert state is not None
        return state

    async def read(self, number: int, command: c.Pull | c.Undo, by: str = ALICE) -> Pull:
        """Asked, and read."""
        await self.told(number, command, by)
        return await self.until(number, lambda pull: pull.state != "reading")

    async def pulled(self, number: int, control: str, value: Any = None) -> Pull:
        """Asked, read, confirmed, and brought to its end."""
        pull = await self.read(number, c.Pull(control, value))
        assert pull.state == "asking", pull
        await self.told(number, c.Confirm(pull.p))
        return await self.over(number)

    async def over(self, number: int, within: float = OVER_WITHIN) -> Pull:
        return await self.until(
            number,
            lambda pull: pull.state == "done" and all(step.state in SETTLED for step in pull.steps),
            within,
        )

    async def until(self, number: int, holds: Callable[[Pull], bool], within: float = OVER_WITHIN) -> Pull:
        """The newest pull, once it is so."""
        pull = None
        try:
            async with asyncio.timeout(within):
                while pull is None or not holds(pull):
                    pull = (await self.state(number)).pulls[-1]
                    await asyncio.sleep(SOON)
        except TimeoutError:
            raise AssertionError(f"after {within:.0f} s: {pull}") from None
        return pull

    async def kinds(self, number: int) -> list[str]:
        """What happened to controls and mitigations, in order."""
        about = ("pull", "settings", "rung", "mitigation", "drift")
        return [one.kind for one in await self.desk.timeline(number) if one.kind.startswith(about)]

    async def payloads(self, number: int, kind: str) -> list[Json]:
        return [dict(one.payload or {}) for one in await self.desk.timeline(number) if one.kind == kind]

    async def at_rest(self) -> None:
        """Nothing is owed now, being tried, or set aside."""
        async with asyncio.timeout(OVER_WITHIN):
            while (counts := self.desk.database.run(outbox.counts))["owed"] + counts["trying"]:  # noqa: ASYNC110 - it is in the database
                await asyncio.sleep(SOON)
        assert counts["buried"] == 0, self.desk.database.run(outbox.listing)


@asynccontextmanager
async def house(
    url: str, known: Catalogue, ai: Plant, *, green_for: float = 600.0, pace: Pace = PACE
) -> AsyncIterator[House]:
    """A bot at work on this database, which gets our tables if it has none."""
    database = Database(url)
    schema.upgrade(database.engine)
    desk = Desk(database, known)
    levers = Production(desk, ai.environment, green_for, BETWEEN)

    async def perform(owed: Owed, incident: Incident | None) -> Outcome:
        return await levers.perform(owed, incident) if owed.kind in levers.kinds else Done()

    worker = Worker(desk, perform, pace)
    desk.wake = worker.wake
    task = asyncio.create_task(worker.run())
    try:
        yield House(desk, levers, worker)
    finally:
        await worker.drain(2.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await levers.close()
        database.close()


def folder_of(path: Path) -> str:
    return f"sqlite:///{path / 'stanch.db'}"
