"""Unleash, from npm, with a PostgreSQL database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planes.servers.cache import installed, run
from tests.planes.servers.postgres import empty_database
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "unleash", "8.2.0"
ADMIN = "*:*.unleash-admin-token"
BACKEND = {
    "backend": "default:development.unleash-backend-token",
    "backend-production": "default:production.unleash-backend-token",
}


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    npm = ("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact", f"unleash-server@{VERSION}")
    return installed(NAME, VERSION, " ".join(npm), lambda folder: run(*npm, "--prefix", str(folder), cwd=folder))


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
            "CHECK_VERSION": "false", "SEND_TELEMETRY": "false", "LOG_LEVEL": "warn",
            "INIT_ADMIN_API_TOKENS": ADMIN, "INIT_BACKEND_API_TOKENS": ",".join(BACKEND.values()),
        }  # fmt: skip
        command = ["node", str(code / "node_modules/unleash-server/dist/server.js")]
        server = Server(NAME, VERSION, port=port, command=command, folder=folder, env=env, health="/health")
        server.token, server.tokens = ADMIN, {"admin": ADMIN, **BACKEND}
        server.headers = {"Authorization": ADMIN}
        with server:
            yield server
