"""Very many reminders fall due at once while bots die and freeze: each is sent once, and none waits for a dead one."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from stanch.store import catalogue, outbox, tables as t
from stanch.store.database import Database
from stanch.store.projections import projection
from tests.acceptance.harness import ROOT
from tests.acceptance.owing import rooms_of, told
from tests.acceptance.replicas import replicas
from tests.acceptance.snapshot import key_of
from tests.acceptance.test_replicas import url as url

pytestmark = pytest.mark.postgres
LEASE_S, GRACE_S, TICK_S = 5.0, 0.3, 1.0
ROOMS = 100
AT_ONCE = 200
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_e = t.effect.c


class Many:
    """So many incidents, in a hundred rooms; each lacks its class and severity, and the room is told so at `due`."""

    def __init__(self, url: str, count: int) -> None:
        self.database = Database(url)
        self.known = catalogue.read(ROOT)
        self.count = count
        self.due = datetime.now(UTC)

    def open(self, rooms: list[str]) -> None:
        """The rows that the desk would write, many at a time; of what is owed the reminder alone, and not due yet."""
        declared = datetime.now(UTC) - timedelta(minutes=5)
        for first in range(1, self.count + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, self.count + 1))
            written = [told(n, rooms[n % len(rooms)], declared, self.known) for n in numbers]
            with self.database.engine.begin() as db:
                db.execute(insert(t.event), [row for events, _, _ in written for row in events])
                db.execute(insert(t.incident), [projection(state) for _, state, _ in written])
                for _, state, reminder in written:
                    outbox.owe(db, state.number, [replace(reminder, due=NEVER)], 0, first=True)
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("VACUUM ANALYZE"))

    def fall_due(self) -> None:
        """All of them, now."""
        self.due = datetime.now(UTC)
        owed = t.effect.update().where(_e.kind == "remind", _e.state == "owed")
        self.database.run(lambda db: db.execute(owed.values(due_at=self.due.timestamp())))

    def done(self) -> int:
        told = select(func.count()).where(_e.kind == "remind", _e.state == "done")
        return int(self.database.run(lambda db: db.execute(told).scalar_one()))

    def figures(self) -> dict[str, float]:
        """Seconds: until a reminder was first claimed, and until one that a dead bot held was claimed again."""
        rows = self.database.run(lambda db: db.execute(select(t.effect).where(_e.kind == "remind")).all())
        due = self.due.timestamp()
        first = sorted(row.intent_at - due for row in rows if row.intent_at)
        again = [(row.tried_at - row.intent_at) / (row.attempts - 1) for row in rows if row.attempts > 1]
        states = Counter(row.state for row in rows if f"inc-{row.incident}/remind/facts/" in row.key)
        assert states == {"done": self.count}, states
        return {"half": first[len(first) // 2], "last": first[-1], "again": max(again, default=0), "held": len(again)}


async def sent_once(url: str, data: Path, count: int) -> None:
    """All fall due at once; the first bot is killed at a fifth, the second frozen at two fifths, past its lease."""
    many = Many(url, count)
    async with replicas(data, url, STANCH_LEASE_S=str(LEASE_S), STANCH_GRACE_S=str(GRACE_S)) as bots:
        rooms = await rooms_of(bots.stage, "inc-many", ROOMS)
        many.open(rooms)
        began = time.monotonic()
        many.fall_due()
        await until(many, count // 5)
        await bots.kill(0)
        await until(many, 2 * count // 5)
        bots.freeze(1)
        await asyncio.sleep(LEASE_S + 1)
        bots.thaw(1)
        await until(many, count)
        took = time.monotonic() - began
        await bots.rest()
        posted = Counter([key_of(one) for room in rooms for one in await bots.stage.messages(room)])
    figures = many.figures()
    many.database.close()
    reminders = {key: times for key, times in posted.items() if "/remind/facts/" in key}
    print(
        f"{count} reminders due at once, 3 bots, 1 killed, 1 frozen: {took:.0f} s, {count / took:.0f}/s; claimed after"
        f" {figures['half']:.1f} s (half), {figures['last']:.1f} s (last); {figures['held']:.0f} were held by a"
        f" bot that was gone, claimed again within {figures['again']:.1f} s"
    )
    assert len(reminders) == count
    assert {key: times for key, times in reminders.items() if times != 1} == {}
    assert figures["held"] > 0, "nobody held anything when it was killed: the test shows nothing"
    assert figures["again"] <= LEASE_S + GRACE_S + TICK_S + 2


async def until(many: Many, count: int, within_s: float = 900) -> None:
    async with asyncio.timeout(within_s):
        while await asyncio.to_thread(many.done) < count:  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_one_of_three_dies_and_one_freezes_while_a_thousand_reminders_fall_due(url: str, tmp_path: Path) -> None:
    """A thousand: each is in its room once, and what a dead bot held is claimed within the lease and a tick."""
    await sent_once(url, tmp_path, 1_000)


@pytest.mark.sweep
async def test_one_of_three_dies_and_one_freezes_while_ten_thousand_reminders_fall_due(
    url: str, tmp_path: Path
) -> None:
    """Ten thousand: each is in its room once, and what a dead bot held is claimed within the lease and a tick."""
    await sent_once(url, tmp_path, 10_000)
