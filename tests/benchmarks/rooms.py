"""Declare until the room is ready, with a delay injected into every call: `python -m tests.benchmarks.rooms`.

Ready is: the room stands, its people are invited, the topic is set, the card is posted, pinned and bookmarked, the
message that names the roles and the announcement are out. Counted in round trips, which do not depend on the machine.
"""

import asyncio
import time
from collections import Counter

from tests.acceptance.harness import Stage
from tests.benchmarks.table import main, show, stage

TIER_2 = ("conversations.create", "conversations.setTopic", "pins.add", "bookmarks.add")
LAST = {"chat.postMessage": 3, "pins.add": 1, "bookmarks.add": 1, "conversations.invite": 1}


async def opening(one: Stage, number: int, delay_ms: int) -> tuple[float, float, Counter[str]]:
    """Seconds until the card is there, and until everything is; and the calls that it took."""
    before = len(await one.calls())
    await one.faults({"method": "*", "every": 1, "kind": "delay", "ms": delay_ms})
    began = time.time()
    await one.types("alice", f"declare answers {number} cite the wrong policy")
    async with asyncio.timeout(30):
        while True:
            calls = await one.calls(since=before)
            made = Counter(call["method"] for call in calls if call["ended"])
            if all(made[method] >= count for method, count in LAST.items()):
                break
            await asyncio.sleep(0.3)
    await one.mends()
    card = next(call["ended"] for call in calls if call["method"] == "chat.postMessage")
    ready = max(call["ended"] for call in calls if call["ended"])
    await one.settle()
    return card - began, ready - began, Counter(call["method"] for call in await one.calls(since=before))


async def bench() -> None:
    rows = []
    async with stage() as one:
        number = 0
        for delay_ms in (100, 250):
            for _ in range(5):
                number += 1
                card, ready, calls = await opening(one, number, delay_ms)
                twice = [method for method in TIER_2 if calls[method] > 1]
                trips = ready / (delay_ms / 1000)
                rows.append(
                    (
                        f"{delay_ms} ms",
                        f"{card:.2f} s",
                        f"{ready:.2f} s",
                        f"{trips:.2f}",
                        sum(calls.values()),
                        twice or "none",
                    )
                )
    head = (
        "delay in each call",
        "card posted",
        "everything ready",
        "round trips",
        "calls",
        "tier-2 methods called twice",
    )
    show("Declare until the room is ready; goal: at most 3.5 round trips", head, rows)


if __name__ == "__main__":
    main(bench)
