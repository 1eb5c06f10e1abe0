"""Three bots on one PostgreSQL database: one is killed, one frozen past its lease, and nothing is lost or doubled."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from stanch.store import tables as t
from stanch.store.database import Database
from tests.acceptance.harness import BEAT_S, ROOT, clean_environment
from tests.acceptance.incidents import words
from tests.acceptance.replicas import Replicas, Work, replicas, shown, written
from tests.acceptance.snapshot import key_of

pytestmark = pytest.mark.postgres
LEASE_S = 5.0


@pytest.fixture
def url(postgres_url: str) -> str:
    """A database with the tables in it."""
    env = clean_environment() | {"DATABASE_URL": postgres_url}
    subprocess.run([sys.executable, "-m", "stanch", "db", "upgrade"], env=env, cwd=ROOT, check=True)
    return postgres_url


async def worked(url: str, data: Path, incidents: int, at_once: int) -> None:
    """Work the incidents; kill the first bot at a fifth of them, freeze the second at two fifths, past its lease."""
    async with replicas(data, url) as bots:
        work = Work(bots.stage)
        people = asyncio.create_task(work.all(incidents, at_once))
        await work.until_declared(incidents // 5)
        await bots.kill(0)
        await work.until_declared(2 * incidents // 5)
        bots.freeze(1)
        await asyncio.sleep(LEASE_S + 1)
        bots.thaw(1)
        await people
        await bots.rest()
        assert bots.bots[1].alive
        assert bots.bots[2].alive
        rooms = [one["id"] for one in (await bots.stage.state())["channels"] if (one["name"] or "").startswith("inc-")]
        keys = {key_of(one) for room in rooms for one in await bots.stage.messages(room) if "bot_id" in one}
        found = [*await shown(bots.stage, work), *written(url, work, keys)]
        print(f"{len(work.numbers)} incidents, {sum(work.sent.values())} commands, {work.repeated} repeated")
    assert len(set(work.numbers)) == incidents
    assert found == []


@pytest.mark.slow
async def test_one_of_three_dies_and_one_freezes(url: str, tmp_path: Path) -> None:
    """Twenty incidents: each has one room and one card, every message once; chains and projections are whole."""
    await worked(url, tmp_path, 20, 10)


@pytest.mark.sweep
async def test_one_of_three_dies_and_one_freezes_over_two_hundred_incidents(url: str, tmp_path: Path) -> None:
    """Two hundred incidents: each has one room and one card, every message once; chains and projections are whole."""
    await worked(url, tmp_path, 200, 16)


async def on_its_way(bots: Replicas, database: Database, kind: str) -> tuple[int, str]:
    """The bot that waits for Slack's answer, and the key of the effect."""
    async with asyncio.timeout(20):
        while not (await bots.stage.wire())["open"]:  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(BEAT_S)
    e = t.effect.c
    trying = select(e.leased_by, e.key).where(e.state == "trying", e.kind == kind)
    by, key = database.run(lambda db: db.execute(trying).one())
    return [bot.pid for bot in bots.bots].index(int(by.partition("-")[0])), key


@pytest.mark.slow
async def test_what_a_frozen_bot_had_sent_off_lands_beside_that_of_the_next(url: str, tmp_path: Path) -> None:
    """A message is on its way when its bot freezes, past its lease: another bot looks, sees nothing and posts. Then
    the first one lands, too. The bot that wakes takes it away, and what is recorded is what stands there."""
    database, e = Database(url), t.effect.c
    async with replicas(tmp_path, url, 2) as bots:
        stage, work = bots.stage, Work(bots.stage)
        await work.say(await work.declare(0), "alice", "severity SEV3")
        await bots.rest()
        room = (await stage.room(1))["id"]
        await stage.faults({"method": "chat.postMessage", "nth": 1, "kind": "hold", "when": "before"})
        await work.say(1, "bob", "hypothesis the new prompt drops the region")
        frozen, key = await on_its_way(bots, database, "post")
        bots.freeze(frozen)

        async def there() -> list[str]:
            return [one["ts"] for one in await stage.messages(room) if key_of(one) == key]

        # The other one has posted, and has looked a second time, when it has noted what stands there.
        state = select(e.state).where(e.key == key)
        async with asyncio.timeout(20):
            while database.run(lambda db: db.execute(state).scalar_one()) != "done":  # noqa: ASYNC110
                await asyncio.sleep(BEAT_S)
        posted = await there()
        await stage.mends()
        async with asyncio.timeout(20):
            while len(await there()) < 2:  # noqa: ASYNC110 - another process posts
                await asyncio.sleep(BEAT_S)
        bots.thaw(frozen)
        await bots.rest()
        left = await there()
    recorded = database.run(lambda db: db.execute(select(e.result).where(e.key == key)).scalar_one())
    database.close()
    assert left == posted
    assert json.loads(recorded)["ts"] == posted[0]


@pytest.mark.slow
async def test_a_card_that_a_frozen_bot_had_sent_off_is_drawn_again(url: str, tmp_path: Path) -> None:
    """The card is on its way when its bot freezes, past its lease; people go on, and another bot draws what is new.
    Then the old one lands and stands there, until the bot that wakes has it drawn as things are."""
    database = Database(url)
    async with replicas(tmp_path, url, 2) as bots:
        stage, work = bots.stage, Work(bots.stage)
        await work.say(await work.declare(0), "alice", "severity SEV3")
        await bots.rest()
        room = (await stage.room(1))["id"]

        async def shows(text: str) -> bool:
            return any(text in words(one) for one in await stage.messages(room) if "/card/" in key_of(one))

        async def until(text: str) -> None:
            async with asyncio.timeout(20):
                while not await shows(text):  # noqa: ASYNC110 - another process draws
                    await asyncio.sleep(BEAT_S)

        await stage.faults({"method": "chat.update", "nth": 1, "kind": "hold", "when": "before"})
        await work.say(1, "bob", "role scribe @erin")
        frozen, _ = await on_its_way(bots, database, "card")
        bots.freeze(frozen)
        await asyncio.sleep(LEASE_S)
        await work.say(1, "alice", "role scribe @dave")
        await until("*Scribe*  @dave")
        await stage.mends()
        await until("*Scribe*  @erin")
        bots.thaw(frozen)
        await bots.rest()
        assert await shows("*Scribe*  @dave")
    database.close()
