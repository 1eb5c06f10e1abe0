"""What every benchmark shares: a stage in a temporary folder, and a table with the machine's size."""

import asyncio
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.harness import Stage
from tests.databases import Server, start

Row = Sequence[Any]


def machine() -> str:
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def show(title: str, head: Row, rows: Sequence[Row]) -> None:
    """A Markdown table, as the README takes it."""
    print(f"\n{title} ({machine()})\n")
    print("| " + " | ".join(map(str, head)) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")


@asynccontextmanager
async def stage(**env: str) -> AsyncIterator[Stage]:
    """A workspace and a bot with production's pace, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as folder:
        pace = {"STANCH_GRACE_S": "5", "STANCH_LEASE_S": "30", "STANCH_SLACK_TIMEOUT_S": "10"}
        one = Stage(Path(folder), pace | env)
        await one.open()
        try:
            await one.start_bot()
            await one.settle()
            yield one
        finally:
            await one.close()


def share(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@contextmanager
def postgres() -> Any:
    """The URL of an empty PostgreSQL database on a server of its own."""
    import psycopg

    server: Server = start()
    try:
        with psycopg.connect(server.url, autocommit=True) as db:
            db.execute("CREATE DATABASE bench TEMPLATE template0")
        yield server.url.rsplit("/", 1)[0] + "/bench"
    finally:
        server.stop()


def main(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(work())  # type: ignore[arg-type]
