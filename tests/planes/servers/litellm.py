"""The LiteLLM proxy, from PyPI, with a PostgreSQL database: what runs it is in tests/fixtures/litellm-db."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.planes.servers.cache import CannotBeHad, installed, run
from tests.planes.servers.postgres import empty_database
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "litellm", "1.106.2"
MASTER = "sk-master-1234"
SCRIPTS = Path(__file__).parents[2] / "fixtures" / "litellm-db"
SCRIPT = SCRIPTS / "start"
INSTALLS = ("start", "requirements.txt", "package-lock.json", "query-engine.js")


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    recipe = "".join(SCRIPTS.joinpath(name).read_text(encoding="utf-8") for name in INSTALLS)
    return installed(NAME, VERSION, recipe, _install)


def _install(folder: Path) -> None:
    for program in ("npm", "psql"):
        if shutil.which(program) is None:
            raise CannotBeHad(f"{program} is not installed")
    run(str(SCRIPT), str(folder), env={"PYTHON": sys.executable})


@contextmanager
def start(postgres: str, *, config: Path = SCRIPTS / "config.yaml") -> Iterator[Server]:
    """LiteLLM on a fresh database of that PostgreSQL server, with the models of `config`.

    `token` is the key of the user `bot`, a proxy admin; `tokens` also has `master`, the master key.
    """
    code = install()
    with empty_database(postgres, NAME) as database, work_folder(NAME) as folder:
        port = free_port()
        command = [str(SCRIPT), str(code), str(port), database, str(config)]
        server = Server(
            NAME,
            VERSION,
            port=port,
            command=command,
            folder=folder,
            env={},
            health="/health/readiness",
            deadline_s=300,
        )
        with server:
            made = httpx.post(
                f"{server.url}/user/new",
                headers={"Authorization": f"Bearer {MASTER}"},
                json={"user_id": "bot", "user_role": "proxy_admin"},
                timeout=30,
                trust_env=False,
            )
            made.raise_for_status()
            server.token = made.json()["key"]
            server.tokens = {"bot": server.token, "master": MASTER}
            server.headers = {"Authorization": f"Bearer {server.token}"}
            yield server
