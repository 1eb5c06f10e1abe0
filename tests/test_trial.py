"""`stanch try`: it touches no folder that is somebody else's, and works over both transports."""

import asyncio
import fcntl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.acceptance.harness import Process, clean_environment

TRY = (sys.executable, "-m", "stanch", "try", "--port", "0", "--no-browser")


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


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_both_transports_open_a_room(tmp_path: Path, transport: str) -> None:
    """One command, one line with both addresses, and an incident that is declared gets its room; SIGTERM ends both."""
    command = [*TRY, "--data", str(tmp_path), "--transport", transport]
    # Whatever the shell holds of a real Slack is of no use here.
    env = clean_environment() | {"SLACK_BOT_TOKEN": "xoxb-of-a-real-slack", "DATABASE_URL": "postgresql://nowhere/x"}
    process = Process(command, env, tmp_path / "try.log")
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
        assert status == {"socket": 404, "http": 401}[transport]
    finally:
        assert await process.end(at_once=False) == 0


async def rooms(http: httpx.AsyncClient, workspace: str) -> list[str]:
    state = (await http.get(f"{workspace}/practice/state")).json()
    return [one["name"] for one in state["channels"] if one["name"].startswith("inc-1-")]
