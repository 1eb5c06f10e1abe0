"""Unleash, from npm, with a PostgreSQL database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planes.servers.cache import PINS, installed, run
from tests.planes.servers.postgres import empty_database
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "unleash", "8.2.0"
LOCK = PINS / "unleash"
ADMIN = "*:*.unleash-admin-token"
BACKEND = {
    "backend": "default:development.unleash-backend-token",
    "backend-production": "default:production.unleash-backend-token",
}


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    return installed(NAME, VERSION, (LOCK / "package-lock.json").read_text(encoding="utf-8"), _install)


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LOCK / name, folder)
    # No script of any package is run: what they would build is optional.
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=folder)


@contextmanager
def start(postgres: str) -> Iterator[Server]:
    """Unleash on a fresh database of that PostgreSQL server.

    `token` may change everything; `tokens` also has `backend` and `backend-production`, with which applications read.
    """
    code = install()
    with empty_database(postgres, NAME) as database, work_folder(NAME) as folder:
        port = free_port()
        env = {
            "DATABASE_URL": database, "DATABASE_SSL": "false", "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(port),
            "CHECK_VERSION": "false", "SEND_TELEMETRY": "false", "LOG_LEVEL": "info",
            "INIT_ADMIN_API_TOKENS": ADMIN, "INIT_BACKEND_API_TOKENS": ",".join(BACKEND.values()),
        }  # fmt: skip
        command = ["node", str(code / "node_modules/unleash-server/dist/server.js")]
        server = Server(NAME, VERSION, port=port, command=command, folder=folder, env=env, health="/health")
        server.token, server.tokens = ADMIN, {"admin": ADMIN, **BACKEND}
        server.headers = {"Authorization": ADMIN}
        with server:
            yield server
