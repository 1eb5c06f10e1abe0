"""`stanch try`: it touches no folder that is somebody else's, and works over both transports."""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from sqlalchemy import Connection

from practice.ai.server import Service as AiService
from practice.server import build
from practice.service import Settings as Workspace
from stanch import trial, waking
from stanch.settings import read
from stanch.store import known_good
from stanch.store.database import Database
from tests.acceptance.harness import Process, clean_environment

TRY = (sys.executable, "-m", "stanch", "try", "--port", "0", "--no-browser")
NOWHERE = "http://127.0.0.1:9"


def tried(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [*TRY, "--data", str(folder), "--fresh", *more]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)


def test_incidents_of_a_real_slack_are_left_alone(tmp_path: Path) -> None:
    """A folder with the bot's database and no practice workspace is refused, and `--fresh` deletes nothing in it."""
    (tmp_path / "stanch.sqlite3").write_text("real incidents")
    answer = tried(tmp_path)
    assert answer.returncode == 2
    assert answer.stderr == f"stanch: {tmp_path} holds incidents of a real Slack. Name another folder with --data.\n"
    assert (tmp_path / "stanch.sqlite3").read_text() == "real incidents"


@pytest.mark.parametrize("lock", ["try.lock", "stanch.lock"])
def test_a_folder_in_use_is_left_alone(tmp_path: Path, lock: str) -> None:
    """While another try, or a bot, runs on the folder, a second try ends with a word and deletes nothing."""
    for name in ("stanch.sqlite3", "practice.sqlite3"):
        (tmp_path / name).write_text("in use")
    with (tmp_path / lock).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = tried(tmp_path)
    assert answer.returncode == 2
    assert "Another Stanch is running on this data folder" in answer.stderr
    assert (tmp_path / "stanch.sqlite3").read_text() == "in use"


def test_a_transport_that_there_is_not(tmp_path: Path) -> None:
    """Another word for the transport is refused before anything is touched."""
    (tmp_path / "practice.sqlite3").write_text("of the last time")
    answer = tried(tmp_path, "--transport", "pigeon")
    assert (answer.returncode, answer.stderr) == (2, "stanch: There is no transport pigeon; choose socket or http.\n")
    assert (tmp_path / "practice.sqlite3").read_text() == "of the last time"


def test_a_fresh_try_forgets_what_users_were_told(tmp_path: Path) -> None:
    """Its incidents have the same numbers as the last one's; what is not ours in the folder of the pages stays."""
    status = tmp_path / "status"
    status.mkdir()
    for name in ("index.html", "incidents.json", "inc-1.html", "logo.svg"):
        (status / name).write_text("of the last time")
    trial._empty(tmp_path)
    assert [one.name for one in status.iterdir()] == ["logo.svg"]


@pytest.mark.parametrize("transport", ["socket", pytest.param("http", marks=pytest.mark.slow)])
async def test_both_transports_open_a_room(tmp_path: Path, transport: str) -> None:
    """One command, one line with both addresses, and an incident that is declared gets its room; SIGTERM ends all: no
    process is left, and no port, that of the practice AI service included."""
    command = [*TRY, "--data", str(tmp_path), "--transport", transport]
    # Whatever the shell holds of a real Slack is of no use here.
    env = clean_environment() | {"SLACK_BOT_TOKEN": "xoxb-of-a-real-slack", "DATABASE_URL": "postgresql://nowhere/x"}
    process = Process(command, env, tmp_path / "try.log")
    ai = ""
    try:
        at = await process.announced()
        assert set(at) == {"workspace", "bot"}
        async with httpx.AsyncClient(timeout=30) as http:
            assert (await http.get(f"{at['bot']}/health")).json()["connected"]
            body = {"user": "alice", "channel": "general", "command": "/incident", "text": "declare a try"}
            answer = (await http.post(f"{at['workspace']}/practice/command", json=body)).json()
            assert "INC-1 is opening" in answer["ephemerals"][0]["text"]
            async with asyncio.timeout(20):
                while not await rooms(http, at["workspace"]):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
            status = (await http.post(f"{at['bot']}/slack/events", content=b"{}")).status_code
            ai = (await http.get(f"{at['workspace']}/practice/app")).json()["ai_url"]
            assert (await http.get(ai)).status_code == 200
            bot = (await http.get(f"{at['workspace']}/practice/bot")).json()["pid"]
        assert status == {"socket": 404, "http": 401}[transport]
    finally:
        assert await process.end(at_once=False) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(bot, 0)
    for url in (at["workspace"], at["bot"], ai):
        assert refuses(url), url


def refuses(url: str) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((str(httpx.URL(url).host), int(httpx.URL(url).port or 0))) != 0


@pytest.mark.slow
async def test_the_bot_of_a_trial_knows_its_service_and_when_it_is_good(tmp_path: Path) -> None:
    """The bot reads the practice AI service of the same trial, and STANCH_KNOWN_GOOD_S says how long it must be green
    before what stands there is recorded as good."""
    env = clean_environment() | {"STANCH_KNOWN_GOOD_S": "1", "PRACTICE_AI_URL": NOWHERE, "PRACTICE_AI_TOKEN": "stale"}
    process = Process([*TRY, "--data", str(tmp_path)], env, tmp_path / "try.log")
    try:
        await process.announced()
        database = Database(f"sqlite:///{tmp_path / 'stanch.sqlite3'}")
        async with asyncio.timeout(15):
            while not ((good := database.run(recorded)) and good.values):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)
        database.close()
        assert good.values == {
            "prompt.back": "v17", "model.back": "sunrise-latest", "params.back": "default", "index.back": "2026-11-14",
            "retrieval.depth": 8, "variant.share": 0,
        }  # fmt: skip
    finally:
        assert await process.end(at_once=False) == 0


@pytest.mark.parametrize(("pager", "ways"), [(True, ["the webhook at 127.0.0.1"]), (False, [])])
def test_a_trial_wakes_nobody_in_earnest(tmp_path: Path, pager: bool, ways: list[str]) -> None:
    """Whatever a .env says of PagerDuty, webhooks and Statuspage: a trial pages the practice pager, or nobody,
    and has no way to a real status page."""
    env = tmp_path / ".env"
    env.write_text(
        "STANCH_PAGERDUTY_ROUTING_KEY=R0\nSTANCH_PAGE_WEBHOOK_URL=https://example.com/wake\n"
        "STANCH_STATUSPAGE_TOKEN=t\nSTANCH_STATUS_WEBHOOK_URL=https://example.com/status\n"
    )
    service = build(Workspace(port=9, pager=pager)).state.service
    ai = cast(AiService, SimpleNamespace(url=NOWHERE, token="t"))
    settings = read(trial.environment(service, ai, tmp_path), env)
    assert [way.shown() for way in waking.ways(settings)] == ways
    assert (settings.stanch_statuspage_token, settings.stanch_status_webhook_url) == (None, None)


def recorded(db: Connection) -> known_good.KnownGood | None:
    return known_good.load(db, "support-copilot")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """One line, before the folder is touched or anything is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = tried(tmp_path / "data", "--port", str(port))
    said = f"stanch: Port {port} cannot be used: Address already in use. Choose another with --port.\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (2, "", said)
    assert [*(tmp_path / "data").iterdir()] == []


async def rooms(http: httpx.AsyncClient, workspace: str) -> list[str]:
    state = (await http.get(f"{workspace}/practice/state")).json()
    return [one["name"] for one in state["channels"] if one["name"].startswith("inc-1-")]
