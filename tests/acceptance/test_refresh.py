"""Slack asks the sockets to connect anew every few hours: nobody notices."""

import asyncio

import pytest

from tests.acceptance.harness import Stage
from tests.acceptance.incidents import declared

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOTES = 60


@pytest.mark.slow
async def test_refresh_leaves_no_gap(stage: Stage) -> None:
    """While all connections are asked to refresh, three times, each of sixty notes is taken at its first try."""
    incident = await declared(stage, "sockets refresh under way")

    async def note(number: int) -> bool:
        await asyncio.sleep(number * 0.03)
        return bool((await stage.types("bob", f"note number {number:02}", incident.room))["ok"])

    async def refresh() -> None:
        for _ in range(3):
            await stage.does("disconnect")
            await asyncio.sleep(0.6)

    taken = await asyncio.gather(*map(note, range(NOTES)), refresh())
    assert taken[:NOTES] == [True] * NOTES
    await stage.settle()
    noted = [one["payload"]["text"] for one in incident.events() if one["kind"] == "noted"]
    assert sorted(noted) == [f"number {number:02}" for number in range(NOTES)]
