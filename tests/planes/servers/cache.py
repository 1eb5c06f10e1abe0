"""Installs of real servers, kept by name and version, so that each is downloaded once.

The folder is `$TEST_PLANES_CACHE`, else `~/.cache/stanch-planes`. An install counts once its marker is written,
which is done last; one that was broken off, or made by another recipe, is thrown away and made anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["CannotBeHad", "installed", "run", "venv"]

PINS = Path(__file__).parent / "pins"
MARKER = "stanch-installed"
LONGEST_S = 1800


class CannotBeHad(Exception):
    """A server cannot be installed here; the text names it and says why. No fault of the project: tests are skipped."""


def installed(name: str, version: str, recipe: str, install: Callable[[Path], None]) -> Path:
    """The folder with the server, installed now if it is not yet. `recipe`: all that decides what is installed.

    Raises `CannotBeHad`. Of several processes that ask at once one installs and the others wait.
    """
    folder = _cache() / f"{name}-{version}"
    marker = folder / MARKER
    mark = hashlib.sha256(recipe.encode()).hexdigest()
    with _alone(folder.with_name(f"{folder.name}.lock")):
        if marker.exists() and marker.read_text(encoding="utf-8") == mark:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            install(folder)
        except CannotBeHad as reason:
            shutil.rmtree(folder, ignore_errors=True)
            raise CannotBeHad(f"{name} {version}: {reason}") from None
        marker.write_text(mark, encoding="utf-8")
    return folder


def venv(folder: Path, *requirements: str, pins: str) -> None:
    """Make `folder/venv` with these packages and, of what they need, the versions in `pins/`."""
    run(sys.executable, "-m", "venv", str(folder / "venv"))
    run(
        str(folder / "venv/bin/pip"),
        *("install", "--no-input", "-qq", "--disable-pip-version-check"),
        *("-c", str(PINS / pins), *requirements),
    )


def run(*command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
    """Run a step of an install, with `env` on top of ours. Raises `CannotBeHad` with the last lines it wrote."""
    program = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LONGEST_S,
        )
    except FileNotFoundError:
        raise CannotBeHad(f"{program} is not installed") from None
    except subprocess.TimeoutExpired:
        raise CannotBeHad(f"{program} took more than {LONGEST_S} s") from None
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-8:])
        raise CannotBeHad(f"{program} ended with {done.returncode}:\n{last}")


def _cache() -> Path:
    given = os.environ.get("TEST_PLANES_CACHE")
    folder = Path(given).absolute() if given else Path.home() / ".cache" / "stanch-planes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
