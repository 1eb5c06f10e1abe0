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

import httpx

from practice.ai.server import Options, Service, running
from practice.ai.settings import SETTINGS
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
from tests.fakes.world import ALICE

LAG = 0.05
BETWEEN = 0.1
SOON = 0.02
PACE = Pace(lease=10.0, grace=0.2)
OVER_WITHIN = 30.0
Json = dict[str, Any]


@dataclass
class Factory:
    """The practice AI service in this process, and its admin API as anybody may call it."""

    service: Service
    http: httpx.AsyncClient

    @property
    def environment(self) -> dict[str, str]:
        return {"PRACTICE_AI_URL": self.service.url, "PRACTICE_AI_TOKEN": self.service.token}

    async def fault(self, **fault: Any) -> None:
        """As `POST /break/admin` takes it, from now on."""
        answer = await self.http.post("/break/admin", json=fault)
        assert answer.status_code == 200, answer.text

    async def mend(self) -> None:
        """No fault, nothing broken, every setting as it is at first, on the spot."""
        await self.http.delete("/break/admin")
        await self.http.post("/mend", json={})
        engine = self.service.engine
        for name, one in SETTINGS.items():
            if engine.settings.values[name] != one.default:
                engine.settings.put(name, one.default, "the test", f"mend-{engine.settings.count}", engine.now)

    def stands(self, name: str) -> Any:
        return self.service.engine.settings.values[name]

    def put(self, name: str, value: Any, by: str = "a deploy") -> None:
        """Somebody else changes it, and it is served at once."""
        engine = self.service.engine
        number = engine.settings.count
        engine.settings.put(name, value, by, f"{by}-{number}", engine.now, at_once=True)

    def mark(self) -> tuple[int, int]:
        """How many writes have arrived and how many changes were made so far."""
        return len(self.service.api.admin.calls), self.service.engine.settings.count

    def arrived(self, mark: tuple[int, int]) -> list[tuple[str, Any, int | None]]:
        """Writes since then: path after /admin, value, status (None: no answer)."""
        calls = list(self.service.api.admin.calls)[mark[0] :]
        bodies = [one["body"] if isinstance(one["body"], dict) else {} for one in calls]
        return [
            (one["path"].removeprefix("/admin/"), body.get("value"), one["status"])
            for one, body in zip(calls, bodies, strict=True)
        ]

    def changed(self, mark: tuple[int, int]) -> list[tuple[str, Any, Any]]:
        """Changes since then: setting, from, to."""
        settings = self.service.engine.settings
        new = list(settings.changes)[len(settings.changes) - (settings.count - mark[1]) :] if settings.changes else []
        return [(one.name, one.before, one.after) for one in new]


@dataclass
class House:
    """One bot: desk, production and worker. Several may share a database and a factory."""

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
async def factory() -> AsyncIterator[Factory]:
    async with running(Options(lag=LAG, seed=11)) as service:
        headers = {"Authorization": f"Bearer {service.token}"}
        async with httpx.AsyncClient(base_url=service.url, headers=headers, timeout=30) as http:
            yield Factory(service, http)


@asynccontextmanager
async def house(
    url: str, known: Catalogue, ai: Factory, *, green_for: float = 600.0, pace: Pace = PACE
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
