"""fast-feature, from PyPI: a small flag service that speaks OFREP. It asks for no token at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planes.servers.cache import PINS, installed, venv
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "fast-feature", "0.0.2"


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    pins = "fast-feature.txt"
    return installed(
        NAME,
        VERSION,
        (PINS / pins).read_text(encoding="utf-8"),
        lambda folder: venv(folder, "fast-feature[standalone]", "fast-feature-admin", pins=pins),
    )


@contextmanager
def start() -> Iterator[Server]:
    """fast-feature with no flags and its admin API on. Flags are kept in memory: a restart loses them."""
    code = install()
    with work_folder(NAME) as folder:
        port = free_port()
        command = [str(code / "venv/bin/fast-feature"), "serve", "--host", "127.0.0.1", "--port", str(port)]
        env = {"FAST_FEATURE_BACKEND": "inmemory", "FAST_FEATURE_ADMIN": "true"}
        with Server(
            NAME, VERSION, port=port, command=command, folder=folder, env=env, health="/admin/api/flags", deadline_s=30
        ) as server:
            yield server
