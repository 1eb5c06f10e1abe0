"""The crash sweep: a fixed sample with every test run; with `-m sweep` all on SQLite and a sample on PostgreSQL."""

import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.harness import ROOT, clean_environment
from tests.acceptance.sweep import Clean, Point, Report, sweep

SAMPLE = [
    Point("conversations.create", 1, "killed after"),
    Point("chat.postMessage", 1, "killed after"),
    Point("chat.postMessage", 8, "killed before"),
    Point("views.open", 1, "killed before"),
    Point("files.completeUploadExternal", 1, "http_500 with effect"),
    Point("chat.postMessage", 3, "lost_response"),
    Point("pins.add", 1, "reset"),
    Point("chat.update", 2, "ratelimited"),
]
"""One of each kind of trouble, at calls that are found again in different ways."""

BLIND = """
import sys
from stanch.slack import messages
async def nothing(*args, **more):
    for one in ():
        yield one
messages._history = nothing
from stanch.__main__ import main
sys.argv[0] = "stanch"
main()
"""
"""A bot whose look into the history of a channel sees nothing."""


async def test_sample_of_the_sweep(tmp_path: Path) -> None:
    """Killed or failed at these calls, the bot leaves the workspace as a clean run does."""
    shown(await sweep(tmp_path, choose=lambda clean: SAMPLE, lanes=2))


async def test_sweep_finds_a_bot_that_repeats_without_looking(tmp_path: Path) -> None:
    """With the look-before-repeat switched off the sweep reports what is there twice."""
    point = Point("chat.postMessage", 5, "http_500 with effect")
    report = await sweep(tmp_path, choose=lambda clean: [point], command=(sys.executable, "-c", BLIND), lanes=1)
    print(report)
    assert list(report.failures) == [point]
    assert any(line.startswith("/rooms/0/messages: 12:") and "| 13:" in line for line in report.failures[point])


def test_every_call_of_a_clean_run_is_a_point() -> None:
    """A sweep has each call, of the start and of the run, in each of the seven ways."""
    clean = Clean(Counter({"auth.test": 1}), Counter({"chat.postMessage": 2}), {})
    points = clean.points()
    assert len(set(points)) == len(points) == 3 * 7


@pytest.mark.sweep
async def test_whole_sweep_on_sqlite(tmp_path: Path) -> None:
    """Every call, in every way, on SQLite."""
    shown(await sweep(tmp_path, tell=told))


@pytest.mark.sweep
@pytest.mark.postgres
async def test_sample_of_the_sweep_on_postgresql(tmp_path: Path, postgres_server: str) -> None:
    """Every ninth point on PostgreSQL, where a dead bot's leases run out by themselves."""
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

    try:
        shown(await sweep(tmp_path, choose=lambda clean: clean.points()[4::9], database=database, tell=told))
    finally:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            for name in made:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def shown(report: Report) -> None:
    print(report)
    assert report.run > 0
    assert not report.failures, str(report)


def told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
