"""One process on a data folder: a lock that the system gives back when its holder dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stanch.errors import StanchError


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file. Raises `StanchError` when somebody else does.

    SQLite serves one bot: whoever starts on it knows that every lease in it is a dead one.
    """
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StanchError(
                f"Another Stanch is running on this data folder ({path.parent}). Stop it, or name another folder."
            ) from None
        yield
