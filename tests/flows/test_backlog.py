"""A backlog of reminders drains as fast as the channels allow, the most severe and newest first."""

import asyncio
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stanch.core import commands as c
from stanch.core.effects import Effect
from stanch.core.incident import Incident
from stanch.flows.deliver import Done, Outcome
from stanch.flows.desk import Asked, Desk
from stanch.flows.on_call import OnCall
from stanch.slack.client import Kind, Slack, SlackFault
from stanch.slack.directory import Directory
from stanch.slack.gateway import Kit, outcome_of
from stanch.slack.queues import Queues
from stanch.slack.render import Render
from stanch.store import outbox
from stanch.store.outbox import Owed
from stanch.store.templates import Templates
from stanch.worker import Pace, Worker
from tests.fakes.bot import ROOT
from tests.fakes.world import ALICE

CHANNELS, EACH = 4, 30
BETWEEN = 0.2
"""Seconds between two messages that a channel takes; Slack's are about one."""


class Strict(Slack):
    """A Slack that takes one message in `BETWEEN` a channel and refuses the rest, and counts both."""

    def __init__(self) -> None:
        self.sent: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self.free: dict[str, float] = defaultdict(float)
        self.refused = 0

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        rest = self.free[args["channel"]] - time.time()
        if rest > 0:
            self.refused += 1
            raise SlackFault(Kind.PAUSED, "ratelimited", after=BETWEEN)
        self.free[args["channel"]] = time.time() + BETWEEN * 0.9
        self.sent[args["channel"]].append(args["text"])
        return {"ts": "1"}


async def drained(desk: Desk, slack: Strict) -> float:
    """Seconds that it took until all was sent."""
    desk.clock = lambda: datetime.now(UTC)
    number = (await desk.ask(Asked(c.Declare(0, "x"), ALICE, "slash"))).number
    assert number is not None
    now = datetime.now(UTC)
    effects = [
        Effect(f"remind/{n}", "remind", f"lane {n}", {"channel": f"C{n % CHANNELS}", "of": [n // CHANNELS % 4 + 1, n]},
               due=now - timedelta(seconds=n), rank=n // CHANNELS % 4 + 1)
        for n in range(CHANNELS * EACH)
    ]  # fmt: skip
    await desk.database(lambda db: outbox.owe(db, number, effects, now.timestamp()))
    directory = Directory(slack)
    queues = Queues(between=BETWEEN)
    kit = Kit(desk, slack, directory, Render(desk.catalogue, directory), Templates.read(ROOT / "message_templates"),
              "", OnCall(desk.catalogue, directory), queues=queues)  # fmt: skip

    async def perform(owed: Owed, incident: Incident | None) -> Outcome:
        if owed.kind != "remind":
            return Done()
        try:
            mine = replace(kit, place=(owed.key, owed.rank))
            await mine.call("chat.postMessage", channel=owed.payload["channel"], text=owed.payload["of"])
        except SlackFault as fault:
            return outcome_of(fault, owed, incident)
        return Done()

    worker = Worker(desk, perform, Pace(lease=10.0, grace=0.1))
    began = time.perf_counter()
    task = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(90):
            while sum(map(len, slack.sent.values())) < len(effects):  # noqa: ASYNC110 - the worker's tasks end it
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return time.perf_counter() - began


@pytest.mark.slow
async def test_a_backlog_drains_at_slacks_rate_the_most_severe_and_newest_first(desk: Desk) -> None:
    """Each is sent once, in the order of severity and then of when it was due, but for the few that were tried at the
    same moment; and Slack hardly has to refuse any."""
    slack = Strict()
    took = await drained(desk, slack)
    total = CHANNELS * EACH
    print(f"{total} to {CHANNELS} channels in {took:.1f} s, at best {EACH * BETWEEN:.1f}; {slack.refused} refused")
    for there in slack.sent.values():
        assert len({tuple(one) for one in there}) == EACH
        # How far each stands from its place in the right order.
        right = sorted(there)
        assert sum(abs(right.index(one) - place) for place, one in enumerate(there)) <= EACH, there
    assert slack.refused <= total / 2
    assert took < EACH * BETWEEN * 5
