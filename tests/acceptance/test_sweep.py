"""The crash sweep: one point with every test run, a fixed sample with `-m slow`; with `-m sweep` all of it, and samples
over HTTP and on PostgreSQL.
"""

import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.harness import ROOT, clean_environment
from tests.acceptance.life import SWEPT
from tests.acceptance.points import Clean, Point, Report
from tests.acceptance.sweep import sweep

SAMPLE = [
    Point("conversations.create", 1, "killed after"),
    Point("reactions.add", 1, "killed after", "harm"),
    Point("chat.postMessage", 3, "lost_response", "ending"),
    Point("conversations.rename", 1, "killed after", "restricted"),
]
"""Different kinds of trouble in each part, at calls that are found again in different ways."""
PULLS = [
    Point("plane write", 1, "killed before", "pull"),
    Point("plane write", 1, "killed after", "pull"),
    Point("plane write", 2, "killed after", "pull"),
    Point("plane write", 1, "status 500", "pull"),
    Point("plane write", 2, "lost_response", "pull"),
    Point("plane read", 1, "status 500", "pull"),
    Point("plane read", 8, "killed before", "pull"),
    Point("plane read", 10, "killed before", "pull"),
    Point("chat.postMessage", 1, "killed after", "pull"),
    Point("chat.update", 2, "killed before", "pull"),
]
"""Before, at and after each change of production."""
WORDS = [
    Point("page write", 1, "killed before", "words"),
    Point("page write", 1, "killed after", "words"),
    Point("page write", 2, "lost_response", "words"),
    Point("page write", 3, "killed after", "words"),
    Point("chat.postMessage", 2, "killed after", "words"),
    Point("chat.postMessage", 3, "killed after", "words"),
    Point("chat.update", 3, "killed before", "words"),
    Point("conversations.open", 1, "killed after", "words"),
]
"""At the words for users, for stakeholders with their thread, and for who subscribed."""

BLIND = """
import sys
from stanch.slack import once
async def nothing(*args, **more):
    for one in ():
        yield one
once._pages = nothing
from stanch.__main__ import main
sys.argv[0] = "stanch"
main()
"""
"""A bot whose look into the history of a channel sees nothing."""


async def test_killed_while_it_opens_a_room(tmp_path: Path) -> None:
    """Killed after Slack has made the room and before it hears so: the workspace is left as a clean run leaves it."""
    shown(await sweep(tmp_path, parts=["opening"], choose=lambda clean: SAMPLE[:1], lanes=1))


@pytest.mark.slow
async def test_sample_of_the_sweep(tmp_path: Path) -> None:
    """Killed or failed at these calls, the bot leaves the workspace as a clean run does."""
    parts = [one for one in SWEPT if one not in ("opening", "pull", "words")]
    chosen = {"choose": lambda clean: [one for one in SAMPLE if one.part == clean.part]}
    shown(await sweep(tmp_path, parts=parts, **chosen, lanes=2))


@pytest.mark.slow
async def test_sample_of_the_sweep_over_a_pull(tmp_path: Path) -> None:
    """Killed or failed around each change of production: every change is made once, and the value is right."""
    shown(await sweep(tmp_path, parts=["pull"], choose=lambda clean: PULLS, lanes=2))


@pytest.mark.slow
async def test_sample_of_the_sweep_over_words(tmp_path: Path) -> None:
    """Killed or failed around words for others: each audience reads each of them once, users to the end."""
    shown(await sweep(tmp_path, parts=["words"], choose=lambda clean: WORDS, lanes=2))


@pytest.mark.slow
async def test_sweep_finds_a_bot_that_repeats_without_looking(tmp_path: Path) -> None:
    """With the look-before-repeat switched off the sweep reports what is there twice."""
    point = Point("chat.postMessage", 9, "http_500 with effect")
    blind = (sys.executable, "-c", BLIND)
    report = await sweep(tmp_path, parts=["opening"], choose=lambda clean: [point], command=blind, lanes=1)
    print(report)
    assert list(report.failures) == [point]
    assert any(line.startswith("/rooms/0/messages: 12:") and "| 13:" in line for line in report.failures[point])


def test_every_call_of_a_clean_run_is_a_point() -> None:
    """A sweep has each call, of the start and of the run, in each of the seven ways."""
    clean = Clean("opening", Counter({"auth.test": 1}), Counter({"chat.postMessage": 2}), {})
    points = clean.points()
    assert len(set(points)) == len(points) == 3 * 7


@pytest.mark.sweep
@pytest.mark.parametrize("part", [one for one in SWEPT if one != "words"])
async def test_every_call_of_a_part(part: str, tmp_path: Path) -> None:
    """Every call, in every way, over Socket Mode and on SQLite."""
    shown(await sweep(tmp_path, parts=[part], tell=told, lanes=2))


@pytest.mark.sweep
async def test_some_calls_of_words(tmp_path: Path) -> None:
    """Every thirteenth point of words for others."""
    shown(await sweep(tmp_path, parts=["words"], choose=lambda clean: clean.points()[5::13], tell=told, lanes=2))


@pytest.mark.sweep
async def test_some_calls_of_the_whole_life_in_one_go(tmp_path: Path) -> None:
    """Every forty-third point of the life played from its beginning to its end."""
    shown(await sweep(tmp_path, parts=["everything"], choose=lambda clean: clean.points()[3::43], tell=told, lanes=2))


@pytest.mark.sweep
async def test_sample_of_the_sweep_over_http(tmp_path: Path) -> None:
    """Every nineteenth point over signed HTTP, on SQLite; of words fewer."""
    shown(await sweep(tmp_path, choose=lambda clean: some(clean, 2, 19), transport="http", tell=told, lanes=2))


@pytest.mark.sweep
@pytest.mark.postgres
@pytest.mark.parametrize(("transport", "first"), [("socket", 4), ("http", 7)])
async def test_sample_of_the_sweep_on_postgresql(
    transport: str, first: int, tmp_path: Path, postgres_server: str
) -> None:
    """Every twenty-third point on PostgreSQL, of words fewer: there a dead bot's leases run out by themselves."""
    made: list[str] = []

    def database() -> str:
        """A fresh one with the tables."""
        made.append(f"sweep_{uuid.uuid4().hex}")
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]} TEMPLATE template0".encode())
        url = f"{postgres_server.rpartition('/')[0]}/{made[-1]}"
        env = clean_environment() | {"DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "stanch", "db", "upgrade"], env=env, cwd=ROOT, check=True)
        return url

    def every_so_many(clean: Clean) -> list[Point]:
        return some(clean, first, 23)

    try:
        chosen = {"choose": every_so_many, "database": database, "transport": transport}
        shown(await sweep(tmp_path, **chosen, tell=told, lanes=2))
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            for name in made:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def some(clean: Clean, first: int, every: int) -> list[Point]:
    """Fewer of words: their calls are much like those of the other parts."""
    return clean.points()[first :: every * 3 if clean.part == "words" else every]


def shown(report: Report) -> None:
    print(report)
    assert report.run > 0
    assert not report.failures, str(report)
    assert len(report.missed) <= report.run // 20, f"never made: {', '.join(map(str, report.missed))}"


def told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
