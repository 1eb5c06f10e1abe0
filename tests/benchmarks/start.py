"""`stanch serve` from nothing to connected, and its memory at rest: `python -m tests.benchmarks.start`."""

import asyncio
import time
from pathlib import Path

from tests.acceptance.harness import Stage
from tests.benchmarks.table import main, show, stage


async def start(one: Stage) -> tuple[float, float]:
    """Seconds from the process's start until connected; megabytes resident at rest."""
    await one.kill_bot()
    began = time.perf_counter()
    await one.start_bot()
    seconds = time.perf_counter() - began
    await asyncio.sleep(3)
    assert one.bot is not None
    status = await asyncio.to_thread(Path(f"/proc/{one.bot.pid}/status").read_text)
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return seconds, resident / 1024


async def bench() -> None:
    async with stage() as one:
        rows = [(n, f"{seconds:.2f} s", f"{mb:.0f} MB") for n in range(1, 6) for seconds, mb in [await start(one)]]
    show("serve: cold start and idle memory; goal: 1.5 s and 90 MB", ("start", "until connected", "resident"), rows)


if __name__ == "__main__":
    main(bench)
