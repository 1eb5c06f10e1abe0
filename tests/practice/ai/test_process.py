"""``python -m practice.ai``: what it says, how it ends, and that it keeps its own time."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from practice.ai.__main__ import main

COMMAND = [sys.executable, "-m", "practice.ai"]


@contextmanager
def started(*more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    process = subprocess.Popen([*COMMAND, "--port", "0", *more], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(connection: dict[str, str], path: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {connection['token']}"}
    with urllib.request.urlopen(urllib.request.Request(connection["url"] + path, headers=headers), timeout=5) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_a_life() -> None:
    """It announces where it is and its token, has traffic behind it and goes on, and ends with 0 when it is told to."""
    with started("--token", "mine", "--lag", "0.5") as (process, connection):
        assert (set(connection), connection["token"]) == ({"url", "token"}, "mine")
        assert ask(connection, "/state")["lag"] == 0.5
        since = time.time()
        before = ask(connection, "/admin/stats?window=60")
        assert int(str(before["requests"])) > 600
        time.sleep(0.7)
        late = ask(connection, f"/admin/answers?limit=100&since={since}")["answers"]
        assert isinstance(late, list)
        assert 3 <= len(late) <= 40
        with urllib.request.urlopen(connection["url"] + "/metrics", timeout=5) as answer:
            assert b"ai_requests_total{" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so in one line and ends with 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["practice.ai", "--port", port])
        status, told = main(), capsys.readouterr()
    assert (status, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("practice.ai: ")
