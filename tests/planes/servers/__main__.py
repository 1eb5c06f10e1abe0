"""`python -m tests.planes.servers install|try [NAME…]`: install servers into the cache, or start each once.

Prints each with its seconds. What cannot be had here is named with its reason, which is no failure; a server that is
installed and does not start is one.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from tests.planes.servers import fast_feature, litellm, mlflow, monitoring, phoenix, unleash
from tests.planes.servers.cache import CannotBeHad
from tests.planes.servers.postgres import postgres
from tests.planes.servers.process import DidNotStart, Server


@dataclass(frozen=True)
class Entry:
    """How a server is installed and how it is started."""

    install: Callable[[], object]
    start: Callable[[], AbstractContextManager[Server]]


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in ("install", "try"):
        print(__doc__, file=sys.stderr)
        return 2
    if unknown := set(arguments[1:]) - set(KNOWN):
        print(f"There is no {', '.join(sorted(unknown))}. Known: {', '.join(KNOWN)}.", file=sys.stderr)
        return 2
    failed = False
    for name in arguments[1:] or KNOWN:
        began = time.monotonic()
        try:
            told = _install(KNOWN[name]) if arguments[0] == "install" else _try(KNOWN[name])
        except CannotBeHad as reason:
            told = f"cannot be had: {reason}"
        except DidNotStart as reason:
            told, failed = f"FAILED: {reason}", True
        print(f"{time.monotonic() - began:6.1f} s  {name}: {told}", flush=True)
    return int(failed)


def _install(entry: Entry) -> str:
    entry.install()
    return "installed"


def _try(entry: Entry) -> str:
    with entry.start() as server:
        return f"{server.version} ready in {server.seconds:.1f} s"


@contextmanager
def _on_postgres(start: Callable[[str], AbstractContextManager[Server]]) -> Iterator[Server]:
    with postgres() as url, start(url) as server:
        yield server


KNOWN = {
    "litellm": Entry(litellm.install, lambda: _on_postgres(litellm.start)),
    "unleash": Entry(unleash.install, lambda: _on_postgres(unleash.start)),
    "mlflow": Entry(mlflow.install, mlflow.start),
    "phoenix": Entry(phoenix.install, phoenix.start),
    "fast-feature": Entry(fast_feature.install, fast_feature.start),
    "prometheus": Entry(lambda: monitoring.install(monitoring.PROMETHEUS), lambda: monitoring.prometheus({})),
    "alertmanager": Entry(
        lambda: monitoring.install(monitoring.ALERTMANAGER),
        lambda: monitoring.alertmanager({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}),
    ),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
