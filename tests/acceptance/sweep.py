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
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx

from tests.acceptance.flow import Run
from tests.acceptance.harness import BEAT_S, STANCH, Json, Stage
from tests.acceptance.homes import home
from tests.acceptance.life import PARTS, SWEPT, leave
from tests.acceptance.snapshot import differences, snapshot

WAYS: dict[str, Json] = {
    "killed before": {"kind": "hold", "when": "before"},
    "killed after": {"kind": "hold", "when": "after"},
    "ratelimited": {"kind": "ratelimited", "retry_after": 1},
    "http_500 without effect": {"kind": "http_500", "effect": False},
    "http_500 with effect": {"kind": "http_500", "effect": True},
    "lost_response": {"kind": "lost_response"},
    "reset": {"kind": "reset"},
}
POINT_WITHIN_S = 150.0
STAGE_LASTS = 25
"""Points after which a lane takes a fresh workspace and database, as the lists in the old ones grow."""
Databases = Callable[[], "str | None"]


@dataclass(frozen=True, order=True)
class Point:
    """The `nth` call of a method: of a part that is played with a bot that runs already, or of the bot's start."""

    method: str
    nth: int
    way: str
    part: str = "opening"
    starting: bool = False

    def __str__(self) -> str:
        return f"{self.part}: {self.method} #{self.nth}{' of the start' if self.starting else ''}, {self.way}"


@dataclass
class Report:
    calls: int
    failures: dict[Point, list[str]] = field(default_factory=dict)
    missed: list[Point] = field(default_factory=list)
    """Calls that this run did not make: a card that changes twice at once is drawn once or twice."""
    run: int = 0
    repeated: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        lines = [f"{point}\n    " + "\n    ".join(found[:8]) for point, found in sorted(self.failures.items())]
        figures = f"{self.calls} calls in a clean run; {self.run} points run, {len(self.failures)} failures,"
        rest = f"{len(self.missed)} calls not made, {self.repeated} steps repeated, {self.seconds:.0f} s"
        return "\n".join([*lines, f"{figures} {rest}"])


@dataclass(frozen=True)
class Clean:
    """What the calls of a clean run of one part are, and what people see after it."""

    part: str
    starting: Counter[str]
    running: Counter[str]
    shown: Json

    def points(self, ways: Sequence[str] = tuple(WAYS)) -> list[Point]:
        return [
            Point(method, nth, way, self.part, starting)
            for starting, counted in ((True, self.starting), (False, self.running))
            for method, calls in counted.items()
            for nth in range(1, calls + 1)
            for way in ways
        ]


class Lane:
    """Runs point after point on a stage of its own."""

    tokens = count(101)

    def __init__(self, folder: Path, database: Databases, command: Sequence[str], transport: str) -> None:
        self._folder, self._database, self._command, self._transport = folder, database, command, transport
        self._stage: Stage | None = None
        self._stages = count(1)
        self._done = 0

    async def stage(self) -> Stage:
        if self._stage is None:
            url = self._database()
            env = {"DATABASE_URL": url} if url else {}
            folder = self._folder / str(next(self._stages))
            env["STANCH_HOME"] = str(home(folder / "home"))
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
        run = Run(stage, f"P{next(self.tokens)}")
        await PARTS[part].ready(run)
        before = (await stage.wire())["calls"]
        await PARTS[part].play(run)
        running = Counter(one["method"] for one in await stage.calls(before))
        shown = await snapshot(stage, run.number, run.token)
        await leave(run)
        return Clean(part, starting, running, shown)

    async def point(self, point: Point, clean: Clean, report: Report) -> None:
        """Play it, and report what is different from the clean run."""
        stage = await self.stage()
        run = Run(stage, f"P{next(self.tokens)}")
        found: list[str] = []
        try:
            async with asyncio.timeout(POINT_WITHIN_S):
                if not await self._run(stage, run, point):
                    report.missed.append(point)
                found += differences(clean.shown, await snapshot(stage, run.number, run.token))
                await leave(run)
        except (AssertionError, TimeoutError, httpx.HTTPError) as wrong:
            found.append(f"{type(wrong).__name__}: {wrong}; health {await stage.health()}")
        self._done += 1
        if found or self._done >= STAGE_LASTS:
            await self.close()
        report.run += 1
        report.repeated += len(run.repeated)
        if found:
            report.failures[point] = found

    async def _run(self, stage: Stage, run: Run, point: Point) -> bool:
        """True when the call was made."""
        fault = {"method": point.method, "nth": point.nth, **WAYS[point.way]}
        await PARTS[point.part].ready(run)
        if point.starting:
            await stage.kill_bot()
        since = (await stage.wire())["calls"]
        await stage.faults(fault)
        if point.starting:
            await stage.start_bot(connected=False)
        killer = asyncio.create_task(kill_when_held(stage, point.method, since)) if "killed" in point.way else None
        try:
            await stage.settle()
            await PARTS[point.part].play(run)
        finally:
            if killer is not None and not killer.done():
                killer.cancel()
            ended = await asyncio.gather(*([killer] if killer else ()), return_exceptions=True)
            await stage.mends()
        if ended and isinstance(ended[0], AssertionError):
            raise ended[0]
        made = [one for one in await stage.calls(since) if one["method"] == point.method]
        return len(made) >= point.nth and (killer is None or not killer.cancelled())


async def kill_when_held(stage: Stage, method: str, since: int) -> None:
    """Wait for the call that is held, kill the bot there, and start it again."""
    while not await held(stage, method, since):  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(BEAT_S)
    await stage.kill_bot()
    await stage.mends()
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
    async with opened(folder, database, command, transport, lanes) as open_lanes:
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
    folder: Path, database: Databases, command: Sequence[str], transport: str, lanes: int
) -> AsyncIterator[list[Lane]]:
    made = [Lane(folder / f"lane{number}", database, command, transport) for number in range(lanes)]
    try:
        yield made
    finally:
        await asyncio.gather(*(lane.close() for lane in made))


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
