"""How long an acknowledgement takes while 50 rooms open at once: `python -m tests.benchmarks.acks`.

Declarations all at once, then notes on one incident while those rooms open; every call to Slack takes 100 ms.
Measured at the workspace, from sending the payload to its acknowledgement.
"""

import asyncio

from tests.acceptance.harness import Stage
from tests.benchmarks.table import Row, main, postgres, share, show, stage

ROOMS = 50
NOTES = 40


async def measure(one: Stage) -> tuple[list[float], list[float]]:
    await one.types("erin", "declare the first one")
    await one.settle()
    await one.faults({"method": "*", "every": 1, "kind": "delay", "ms": 100})
    opening = [one.types(("alice", "bob", "carol", "dave")[n % 4], f"declare room {n} of many") for n in range(ROOMS)]
    declared = await asyncio.gather(*opening)
    noted = []
    for n in range(NOTES):
        answer = await one.types("erin", f"1 note while rooms open {n}")
        noted.append(float(answer["ack_ms"][0]))
        await asyncio.sleep(0.05)
    await one.mends()
    await one.settle(within_s=120)
    return [float(answer["ack_ms"][0]) for answer in declared], noted


def row(name: str, values: list[float]) -> Row:
    return (name, len(values), share(values, 0.5), share(values, 0.99), max(values))


async def bench() -> None:
    rows = []
    for _ in range(3):
        async with stage() as one:
            declared, noted = await measure(one)
        rows += [row("SQLite: 50 declarations at once", declared), row("SQLite: notes meanwhile", noted)]
    with postgres() as url:
        from stanch.store import schema
        from stanch.store.database import Database

        database = Database(url)
        schema.upgrade(database.engine)
        database.close()
        async with stage(DATABASE_URL=url) as one:
            declared, noted = await measure(one)
        rows += [row("PostgreSQL: 50 declarations at once", declared), row("PostgreSQL: notes meanwhile", noted)]
    head = ("acknowledgement of", "how many", "p50 ms", "p99 ms", "slowest ms")
    show("Acknowledgements while 50 rooms open; goal: p99 at most 100 ms on SQLite", head, rows)


if __name__ == "__main__":
    main(bench)
