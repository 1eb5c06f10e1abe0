"""SIGTERM, as a rolling restart sends it: what was begun ends, nothing waits for a lease, and the status is 0."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.harness import ROOT, Stage, clean_environment, staged
from tests.acceptance.incidents import newest


@pytest.fixture
def url(postgres_url: str) -> str:
    env = clean_environment() | {"DATABASE_URL": postgres_url}
    subprocess.run([sys.executable, "-m", "stanch", "db", "upgrade"], env=env, cwd=ROOT, check=True)
    return postgres_url


async def held(stage: Stage, method: str) -> None:
    """Until a call of this method has begun."""
    async with asyncio.timeout(20):
        while not [one for one in await stage.calls() if one["method"] == method]:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_next_process_loses_no_time_on_leases(url: str, tmp_path: Path, transport: str) -> None:
    """Ended while Slack does not answer a call, the bot exits with 0 within the call's timeout and some; the next one
    goes on at once although leases last a minute, and everything is there once."""
    env = {"DATABASE_URL": url, "STANCH_LEASE_S": "60", "STANCH_SLACK_TIMEOUT_S": "1", "STANCH_GRACE_S": "0.3"}
    async with staged(tmp_path / "stage", env, transport=transport) as stage:
        await stage.faults({"method": "conversations.create", "nth": 1, "kind": "lost_response"})
        assert (await stage.types("alice", "declare ended in the middle"))["ok"]
        await held(stage, "conversations.create")
        assert stage.bot is not None
        began = time.monotonic()
        assert await stage.bot.end(at_once=False) == 0
        assert time.monotonic() - began < 5
        began = time.monotonic()
        await stage.start_bot()
        await stage.settle(40)
        assert time.monotonic() - began < 30
        incident = await newest(stage)
        assert len(await stage.channels("inc-")) == 1
        await incident.card()


@pytest.mark.slow
async def test_what_is_under_way_is_answered(tmp_path: Path) -> None:
    """A call that Slack answers late is waited for: nothing is left in doubt, and it is not made again."""
    env = {"STANCH_SLACK_TIMEOUT_S": "5", "STANCH_LEASE_S": "30"}
    async with staged(tmp_path / "stage", env, transport="http") as stage:
        await stage.faults({"method": "conversations.create", "nth": 1, "kind": "delay", "ms": 1500})
        assert (await stage.types("alice", "declare a slow Slack"))["ok"]
        await held(stage, "conversations.create")
        assert stage.bot is not None
        assert await stage.bot.end(at_once=False) == 0
        await stage.start_bot()
        await stage.settle()
        made = Counter(one["method"] for one in await stage.calls())
        assert made["conversations.create"] == 1
        assert len(await stage.channels("inc-")) == 1
        log = (stage.data / "bot.log").read_text()
        assert "trace" not in log
        assert "Traceback" not in log
