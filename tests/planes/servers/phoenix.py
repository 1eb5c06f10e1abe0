"""Arize Phoenix, from PyPI, with SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planes.servers.cache import PINS, installed, venv
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "phoenix", "20.26.1"
ADMIN = "phoenix-admin-secret-of-32-letters-1"
SIGNING = "phoenix-signing-secret-of-32-letters-1"


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    pins = "phoenix.txt"
    recipe = (PINS / pins).read_text(encoding="utf-8")
    return installed(NAME, VERSION, recipe, lambda folder: venv(folder, "arize-phoenix", pins=pins))


@contextmanager
def start() -> Iterator[Server]:
    """Phoenix that asks for a token; `token` may change everything.

    Its gRPC port (for traces, which nobody sends here) listens on all interfaces; Phoenix has no setting against it.
    """
    code = install()
    with work_folder(NAME) as folder:
        port = free_port()
        env = {
            "PHOENIX_WORKING_DIR": str(folder), "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()), "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false", "PHOENIX_ENABLE_AUTH": "true",
            "PHOENIX_SECRET": SIGNING, "PHOENIX_ADMIN_SECRET": ADMIN,
        }  # fmt: skip
        command = [str(code / "venv/bin/phoenix"), "serve"]
        server = Server(NAME, VERSION, port=port, command=command, folder=folder, env=env, health="/readyz")
        server.token, server.headers = ADMIN, {"Authorization": f"Bearer {ADMIN}"}
        with server:
            yield server
