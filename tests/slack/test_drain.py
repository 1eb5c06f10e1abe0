"""A worker that ends: nothing new is begun, what runs comes to its end, and no lease is left behind."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import select

from stanch.core import commands as c
from stanch.flows.desk import Asked
from stanch.store import tables as t
from stanch.store.database import Database
from stanch.worker import Pace
from tests.fakes.bot import Bot
from tests.fakes.slack import FakeSlack
from tests.fakes.world import ALICE

LONG = Pace(lease=60.0, grace=0.02)


class SlowSlack(FakeSlack):
    """Creating a channel takes effect, and its answer waits for `go`."""

    def __init__(self) -> None:
        super().__init__(time.time)
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        answer = await super().call(method, read=read, **args)
        if method == "conversations.create":
            self.begun.set()
            await self.go.wait()
        return answer


@pytest.fixture
async def slow(database: Database) -> Bot:
    return Bot(database, SlowSlack(), LONG)


def leased(bot: Bot) -> list[tuple[str, str | None, bool]]:
    """State, holder and whether it is ambiguous, of each effect that is not done."""
    e = t.effect.c
    with bot.database.engine.connect() as db:
        rows = db.execute(select(e.state, e.leased_by, e.intent_at.is_not(None)).where(e.state.in_(("owed", "trying"))))
        return [(row[0], row[1], bool(row[2])) for row in rows]


async def begun(bot: Bot) -> asyncio.Task[None]:
    """A declared incident whose room is just being made."""
    await bot.kit.directory.meet()
    await bot.desk.ask(Asked(c.Declare(0, "a slow room"), ALICE, "slash"))
    run = asyncio.create_task(bot.worker.run())
    await bot.kit.slack.begun.wait()  # type: ignore[attr-defined]
    return run


async def test_what_runs_comes_to_its_end(slow: Bot) -> None:
    """A call that answers within the patience is settled; what follows from it is owed, unbegun, to anybody."""
    run = await begun(slow)
    ending = asyncio.create_task(slow.worker.drain(10))
    await asyncio.sleep(0.05)
    assert not ending.done()
    slow.kit.slack.go.set()  # type: ignore[attr-defined]
    await ending
    await run
    left = leased(slow)
    assert left
    assert left == [("owed", None, False)] * len(left)
    assert slow.slack.count("conversations.create") == 1


async def test_what_does_not_end_is_handed_back_in_doubt(slow: Bot) -> None:
    """A call without an answer is owed again at once, and stays ambiguous: the next process looks, and makes no second
    room, long before the lease would have run out."""
    run = await begun(slow)
    started = time.monotonic()
    await slow.worker.drain(0.1)
    await run
    assert time.monotonic() - started < 3
    assert leased(slow) == [("owed", None, True)]
    after = Bot.__new__(Bot)
    after.database, after.slack, after.pace = slow.database, slow.slack, LONG
    slow.kit.slack.go.set()  # type: ignore[attr-defined]
    after.start()
    await after.run()
    assert [channel.name for channel in slow.slack.channels.values() if channel.name.startswith("inc-")] == [
        "inc-1-a-slow-room"
    ]


async def test_idle_worker_ends_at_once(slow: Bot) -> None:
    """With nothing under way it takes no time, also when it never ran."""
    started = time.monotonic()
    await slow.worker.drain(10)
    slow.start()
    run = asyncio.create_task(slow.worker.run())
    await asyncio.sleep(0.05)
    await slow.worker.drain(10)
    await run
    assert time.monotonic() - started < 2
