"""The crash sweep: one incident's whole life, with the bot killed at every Web API call, and every call failing once.

The life is swept part by part (`life.SWEPT`). A clean run of a part counts its calls; then each (method, nth) is run
with each of `WAYS`, and what people see afterwards must be what they saw after the clean run.
`python -m tests.acceptance.sweep` prints the points run and the failures.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.board import Board, board, with_page
from tests.acceptance.flow import Run
from tests.acceptance.harness import BEAT_S, STANCH, Stage
from tests.acceptance.homes import home
from tests.acceptance.life import PARTS, SWEPT, leave
from tests.acceptance.points import AT_PLANE, PLANE, WAYS, Clean, Point, Report
from tests.acceptance.production import Plant, plant, quick_home
from tests.acceptance.pulling import wrong
from tests.acceptance.snapshot import differences, snapshot
from tests.acceptance.telling import untold

POINT_WITHIN_S = 150.0
STAGE_LASTS = 25
"""Points after which a lane takes a fresh workspace and database, as the lists in the old ones grow."""
REMEMBERED = ("users.conversations", "conversations.list", "conversations.join")
"""A bot asks for these once, in the first incident that needs them."""
Databases = Callable[[], "str | None"]
Mend = Callable[[], Awaitable[None]]


class Lane:
    """Runs point after point on a stage of its own."""

    tokens = count(101)

    def __init__(
        self,
        folder: Path,
        database: Databases,
        command: Sequence[str],
        transport: str,
        plant: Plant | None,
        board: Board | None,
    ) -> None:
        self._folder, self._database, self._command, self._transport = folder, database, command, transport
        self._plant, self._board = plant, board
        self._stage: Stage | None = None
        self._stages = count(1)
        self._done = 0

    async def stage(self) -> Stage:
        if self._stage is None:
            url = self._database()
            env = {"DATABASE_URL": url} if url else {}
            folder = self._folder / str(next(self._stages))
            made = (quick_home if self._plant else home)(folder / "home")
            if self._board:
                with_page(made)
            env["STANCH_HOME"] = str(made)
            for beside in filter(None, (self._plant, self._board)):
                env |= beside.environment
            self._stage = Stage(folder, env, self._command, self._transport)
            self._done = 0
            await self._stage.open()
            await self._stage.start_bot()
        return self._stage

    async def close(self) -> None:
        if self._stage is not None:
            await self._stage.close()
            self._stage = None

    async def clean(self, part: str) -> Clean:
        """Play it with nothing in the way; for the opening, count the calls of the bot's start, too."""
        stage = await self.stage()
        await stage.settle()
        starting = Counter(one["method"] for one in await stage.calls()) if part == "opening" else Counter()
        run = self._people(stage)
        await PARTS[part].ready(run)
        before = (await stage.wire())["calls"]
        # A fault that never strikes counts the calls.
        if self._plant is not None:
            await self._plant.fault(kind="slow", nth=10**9, reads=True)
        if self._board is not None:
            await self._board.fault(kind="slow", nth=10**9)
        await PARTS[part].play(run)
        running = Counter(one["method"] for one in await stage.calls(before))
        if self._plant is not None and PARTS[part].planted:
            assert self._plant.faulty is not None
            running |= {"plane read": self._plant.faulty.seen, "plane write": len(self._plant.arrived(run.mark))}
        for method in REMEMBERED:
            running.pop(method, None)
        if self._board is not None and PARTS[part].public:
            assert self._board.faulty is not None
            running["page write"] = self._board.faulty.seen
            await self._board.no_fault()
        shown = await snapshot(stage, run.number, run.token)
        await leave(run)
        return Clean(part, starting, running, shown)

    async def point(self, point: Point, clean: Clean, report: Report) -> None:
        """Play it, and report what is different from the clean run."""
        stage = await self.stage()
        run = self._people(stage)
        found: list[str] = []
        try:
            async with asyncio.timeout(POINT_WITHIN_S):
                if not await self._run(stage, run, point):
                    report.missed.append(point)
                if point.method == "page write" or (point.method != "plane read" and point.way != "html"):
                    # Else people had to read again, and the timeline says so.
                    found += differences(clean.shown, await snapshot(stage, run.number, run.token))
                if PARTS[point.part].planted:
                    found += await wrong(run)
                if PARTS[point.part].public:
                    found += untold(run)
                await leave(run)
        except (AssertionError, TimeoutError, httpx.HTTPError) as trouble:
            found.append(f"{type(trouble).__name__}: {trouble}; health {await stage.health()}")
        self._done += 1
        if found or self._done >= STAGE_LASTS:
            await self.close()
        report.run += 1
        report.repeated += len(run.repeated)
        if found:
            report.failures[point] = found

    def _people(self, stage: Stage) -> Run:
        return Run(stage, f"P{next(self.tokens)}", plant=self._plant, board=self._board)

    async def _run(self, stage: Stage, run: Run, point: Point) -> bool:
        """True when the call was made."""
        await PARTS[point.part].ready(run)
        if point.method in PLANE:
            beside = self._board if point.method == "page write" else self._plant
            assert beside is not None
            return await self._at_plane(beside, run, point)
        fault = {"method": point.method, "nth": point.nth, **WAYS[point.way]}
        if point.starting:
            await stage.kill_bot()
        elif point.method == "conversations.open":
            # It remembers whom it has spoken to.
            await stage.restart_bot()
        since = (await stage.wire())["calls"]
        await stage.faults(fault)
        if point.starting:
            await stage.start_bot(connected=False)
        killing = kill_when(stage, lambda: held(stage, point.method, since), stage.mends)
        killed = await play(run, point, killing, stage.mends)
        made = [one for one in await stage.calls(since) if one["method"] == point.method]
        return len(made) >= point.nth and killed

    async def _at_plane(self, plant: Plant | Board, run: Run, point: Point) -> bool:
        await plant.fault(nth=point.nth, reads=PLANE[point.method], **AT_PLANE[point.way])
        fault = plant.faulty
        assert fault is not None

        async def is_held() -> bool:
            return fault.seen >= point.nth

        killed = await play(run, point, kill_when(run.stage, is_held, plant.no_fault), plant.no_fault)
        return fault.seen >= point.nth and killed


async def play(run: Run, point: Point, killing: Coroutine[Any, Any, None], mend: Mend) -> bool:
    """Play the part; beside it the bot is killed where the point says so. False when that never came."""
    killer = asyncio.create_task(killing) if "killed" in point.way else killing.close()
    try:
        await run.stage.settle()
        await PARTS[point.part].play(run)
    finally:
        if killer is not None and not killer.done():
            killer.cancel()
        ended = await asyncio.gather(*([killer] if killer else ()), return_exceptions=True)
        await mend()
    if ended and isinstance(ended[0], AssertionError):
        raise ended[0]
    return killer is None or not killer.cancelled()


async def kill_when(stage: Stage, is_held: Callable[[], Awaitable[bool]], mend: Mend) -> None:
    """Wait for the call that is held, kill the bot there, let the call go, and start the bot again."""
    while not await is_held():  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(BEAT_S)
    await stage.kill_bot()
    await mend()
    await stage.start_bot(connected=False)


async def held(stage: Stage, method: str, since: int) -> bool:
    """Other calls are answered within a millisecond or two: what is open at two looks is held."""
    if not (await stage.wire())["open"]:
        return False
    first = [one["started"] for one in await stage.calls(since) if one["method"] == method and not one["ended"]]
    if not first:
        return False
    await asyncio.sleep(BEAT_S)
    return any(one["started"] in first and not one["ended"] for one in await stage.calls(since))


async def sweep(
    folder: Path,
    *,
    parts: Sequence[str] = SWEPT,
    choose: Callable[[Clean], list[Point]] = lambda clean: clean.points(),
    database: Databases = lambda: None,
    command: Sequence[str] = STANCH,
    transport: str = "socket",
    lanes: int = 3,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """Run the chosen points of each part, a few bots at a time. `tell` is given each failure as it is found."""
    started = time.monotonic()
    async with opened(folder, database, command, transport, lanes, parts) as open_lanes:
        cleans: dict[str, Clean] = {}
        # The opening first: on a stage that has only just begun it counts the calls of the start, too.
        to_clean = iter(sorted(parts, key=lambda part: part != "opening"))

        async def play(lane: Lane) -> None:
            for part in to_clean:
                cleans[part] = await lane.clean(part)

        await asyncio.gather(*map(play, open_lanes))
        report = Report(sum((clean.starting + clean.running).total() for clean in cleans.values()))
        left = iter([point for part in parts for point in choose(cleans[part])])

        async def work(lane: Lane) -> None:
            for point in left:
                await lane.point(point, cleans[point.part], report)
                if found := report.failures.get(point):
                    tell(f"{point}: {found[0]}")

        await asyncio.gather(*map(work, open_lanes))
    report.seconds = time.monotonic() - started
    return report


@asynccontextmanager
async def opened(
    folder: Path, database: Databases, command: Sequence[str], transport: str, lanes: int, parts: Sequence[str]
) -> AsyncIterator[list[Lane]]:
    planted, public = any(PARTS[part].planted for part in parts), any(PARTS[part].public for part in parts)
    async with AsyncExitStack() as stack:
        made = []
        for number in range(lanes):
            beside = await stack.enter_async_context(plant()) if planted else None
            page = await stack.enter_async_context(board()) if public else None
            lane = Lane(folder / f"lane{number}", database, command, transport, beside, page)
            stack.push_async_callback(lane.close)
            made.append(lane)
        yield made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=3, help="bots at a time")
    parser.add_argument("--keep", type=Path, help="a folder for what the processes said and stored")
    parser.add_argument("--part", choices=(*SWEPT, "everything"), action="append", help="only these parts of the life")
    parser.add_argument("--every", type=int, default=1, help="only every so many points")
    parser.add_argument("--transport", choices=("socket", "http"), default="socket")
    parser.add_argument("--only", default="", help="only points whose name holds this")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stanch-sweep-") as folder:
        report = asyncio.run(
            sweep(
                given.keep or Path(folder),
                parts=given.part or SWEPT,
                choose=lambda clean: [one for one in clean.points() if given.only in str(one)][:: given.every],
                transport=given.transport,
                lanes=given.lanes,
                tell=lambda line: print(line, file=sys.stderr, flush=True),
            )
        )
    print(report)
    raise SystemExit(bool(report.failures))


if __name__ == "__main__":
    main()
