"""Three bots on one PostgreSQL database: one is killed, one frozen past its lease, and nothing is lost or doubled."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.harness import ROOT, clean_environment
from tests.acceptance.replicas import Work, replicas, shown, written
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
