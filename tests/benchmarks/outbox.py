"""Effects a second through the outbox, from owed to settled, without Slack: `python -m tests.benchmarks.outbox`."""

import asyncio
import tempfile
import time
from pathlib import Path

from sqlalchemy import Connection

from stanch.core.effects import Effect
from stanch.core.incident import Incident
from stanch.flows.deliver import Done, Outcome
from stanch.flows.desk import Desk
from stanch.store import catalogue, outbox, schema
from stanch.store.database import Database
from stanch.store.outbox import Owed
from stanch.worker import Pace, Worker
from tests.acceptance.harness import ROOT
from tests.benchmarks.table import Row, main, postgres, show

EFFECTS = 500


async def drain(name: str, url: str, lanes: int) -> Row:
    database = Database(url)
    schema.upgrade(database.engine)
    desk = Desk(database, catalogue.read(ROOT))
    left = EFFECTS
    empty = asyncio.Event()

    async def perform(owed: Owed, incident: Incident | None) -> Outcome:
        nonlocal left
        left -= 1
        if left == 0:
            empty.set()
        return Done()

    def owe(db: Connection) -> None:
        effects = [Effect(f"{name}/{lanes}/{n}", "post", f"lane {n % lanes}") for n in range(EFFECTS)]
        outbox.owe(db, 1, effects, time.time())

    await database(owe)
    worker = Worker(desk, perform, Pace())
    began = time.perf_counter()
    task = asyncio.create_task(worker.run())
    await empty.wait()
    while (await database(outbox.counts))["trying"]:  # noqa: ASYNC110 - the last results are being settled
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    database.close()
    return (name, lanes, EFFECTS, f"{seconds:.2f} s", f"{EFFECTS / seconds:.0f}")


async def bench() -> None:
    rows = []
    for lanes in (1, 100):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(await drain("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}", lanes))
        with postgres() as url:
            rows.append(await drain("PostgreSQL", url, lanes))
    show("Outbox", ("database", "lanes", "effects", "time", "effects a second"), rows)


if __name__ == "__main__":
    main(bench)
