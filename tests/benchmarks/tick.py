"""What a turn of the worker, `/incident list` and a Home tab cost at 100 and at 10,000 open incidents, each with a
reminder for later, and the same 20 effects due: `python -m tests.benchmarks.tick`. Goal: at most 1.2 times as much.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, text

from stanch.core import commands as c
from stanch.core.effects import Effect
from stanch.core.incident import Incident
from stanch.flows.deliver import Done, Outcome
from stanch.flows.desk import Asked, Desk
from stanch.slack.client import Slack
from stanch.slack.directory import Directory
from stanch.slack.home import LISTED as AT_HOME, OWED, Seen, draw
from stanch.slack.lists import LISTED
from stanch.slack.render import Render
from stanch.store import catalogue, outbox, schema, tables as t
from stanch.store.database import Database
from stanch.store.outbox import Owed
from stanch.worker import Pace, Worker
from tests.acceptance.harness import ROOT
from tests.benchmarks.table import Row, main, postgres, show

SIZES = (100, 10_000)
DUE = 20
ROUNDS = 25
ALICE = "U0ALICE"


@dataclass
class Bench:
    database: Database
    desk: Desk
    worker: Worker
    render: Render

    @classmethod
    def at(cls, url: str) -> "Bench":
        database = Database(url)
        schema.upgrade(database.engine)
        desk = Desk(database, catalogue.read(ROOT))
        directory = Directory(Slack("xoxb-none", "http://127.0.0.1:9/", 1.0))
        directory.learn({"id": ALICE, "name": "alice"})
        return cls(database, desk, Worker(desk, nothing, Pace()), Render(desk.catalogue, directory))

    def open(self, count: int) -> None:
        """Incidents of every severity, each with a mitigation and a reminder that is due tomorrow or later."""
        for start in range(0, count, 500):
            self.database.run(lambda db, start=start: self._open(db, start, min(start + 500, count)))  # type: ignore[misc]

    def _open(self, db: Connection, first: int, last: int) -> None:
        now = datetime.now(UTC)
        reminders = []
        for number in range(first + 1, last + 1):
            severity = f"SEV{number % 4 + 1}"
            declared = c.Declare(number, f"answers cite the wrong policy {number}", severity=severity)
            self.desk.apply(db, Asked(declared, ALICE, "slash"), now, new=number)
            self.desk.apply(db, Asked(c.Applied("prompt v17"), ALICE, "slash", number), now)
            later = (now + timedelta(days=1, seconds=number)).timestamp()
            key = f"inc-{number}/later"
            rank = (number % 4 + 1) * outbox.SPAN - later
            row = {"key": key, "incident": number, "kind": "remind", "lane": f"inc-{number}/remind", "payload": "{}"}
            reminders.append(row | {"state": "owed", "due_at": later, "attempts": 0, "rank": rank})
        db.execute(t.effect.update().where(t.effect.c.state == "owed", t.effect.c.due_at <= now.timestamp())
                   .values(state="done", due_at=outbox.NEVER))  # fmt: skip
        db.execute(insert(t.effect), reminders)

    def owe(self, round: int) -> None:
        """The same reminders, due now, of the oldest incidents."""
        now = datetime.now(UTC)
        effects = [(n, Effect(f"due/{round}/{n}", "remind", f"due {n}", due=now, rank=1)) for n in range(1, DUE + 1)]
        self.database.run(lambda db: [outbox.owe(db, n, [one], time.time()) for n, one in effects])

    async def turns(self, round: int) -> float:
        """Seconds for the turns that claim and settle everything that is due, one transaction each."""
        self.owe(round)
        results: list[tuple[Owed, Outcome]] = []
        left = DUE
        began = time.perf_counter()
        while left or results:
            handed = results
            claimed, _ = await self.database(lambda db: self.worker._turn(db, handed, 48), background=True)  # noqa: B023
            results = [(owed, Done()) for owed, _ in claimed]
            left -= len(claimed)
        return time.perf_counter() - began

    async def listing(self, _: int) -> float:
        began = time.perf_counter()
        self.render.listing(await self.desk.open_incidents(LISTED + 1), ALICE)
        return time.perf_counter() - began

    async def home(self, _: int) -> float:
        began = time.perf_counter()
        seen = Seen(*await self.desk.home(ALICE, AT_HOME + 1, OWED))
        draw(seen, ALICE, self.desk.clock(), self.desk.catalogue, self.render)
        return time.perf_counter() - began


async def nothing(owed: Owed, incident: Incident | None) -> Outcome:
    return Done()


async def measure(name: str, urls: Sequence[str], analyze: str) -> list[Row]:
    """Both sizes stand beside each other and are measured in turn, so that whatever else runs disturbs both alike."""
    benches = []
    for size, url in zip(SIZES, urls, strict=True):
        bench = Bench.at(url)
        bench.open(size)
        with bench.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text(analyze))
        benches.append(bench)
        print(f"{name}, {size} open: ready", file=sys.stderr, flush=True)
    rows: list[Row] = []
    # Five claims and as many results fit into one turn.
    for what, ask, parts in (("a turn", Bench.turns, DUE / 5 + 1), ("list", Bench.listing, 1), ("Home", Bench.home, 1)):
        took = [[await ask(bench, n) * 1000 / parts for bench in benches] for n in range(ROUNDS + 1)][1:]
        few, many = (statistics.median(one) for one in zip(*took, strict=True))
        rows.append((name, what, f"{few:.2f} ms", f"{many:.2f} ms", f"{many / few:.2f}"))
    for bench in benches:
        bench.database.close()
    return rows


async def bench() -> None:
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / f'{size}.db'}" for size in SIZES]
        rows = await measure("SQLite", urls, "PRAGMA optimize")
    with postgres() as url, postgres() as other:
        rows += await measure("PostgreSQL", (url, other), "VACUUM ANALYZE")
    head = ("database", "what", *(f"{size:,} open" for size in SIZES), "ratio")
    show(f"The cost of many open incidents, {DUE} effects due; goal: at most 1.2", head, rows)


if __name__ == "__main__":
    main(bench)
