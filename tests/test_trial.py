"""`stanch try` touches no folder that is somebody else's."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.harness import clean_environment


def tried(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stanch", "try", "--port", "0", "--data", str(folder), "--no-browser", "--fresh"]
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
