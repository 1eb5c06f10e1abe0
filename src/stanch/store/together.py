"""SQLite's one writer: what waits for it is committed together, each piece of work in a savepoint of its own.

A commit that is safe against power loss costs more than the work in it. When many people speak at once, one commit
carries several of them; each still succeeds or fails alone, and nobody is answered before it stands.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from stanch.errors import Unavailable

T = TypeVar("T")
AT_ONCE = 8
"""Pieces of work in one commit: the first of them waits for the last."""
TURNS = 12
"""Commits for people after which one is made for the background, however many people still wait."""


@dataclass(slots=True)
class _Piece:
    work: Callable[[Connection], Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = field(default=None)

    def tell(self) -> None:
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Together:
    def __init__(self, engine: Engine, threads: Executor) -> None:
        self._engine = engine
        self._threads = threads
        self._lock = threading.Lock()
        self._people: deque[_Piece] = deque()
        self._background: deque[_Piece] = deque()
        self._busy = False

    async def __call__(self, work: Callable[[Connection], T], *, background: bool = False) -> T:
        """What `work` returns, once it is committed. Raises what `work` raises, and `Unavailable`."""
        loop = asyncio.get_running_loop()
        piece = _Piece(work, loop.create_future(), loop)
        with self._lock:
            (self._background if background else self._people).append(piece)
            idle, self._busy = not self._busy, True
        if idle:
            self._threads.submit(self._drain)
        result: T = await piece.future
        return result

    def _drain(self) -> None:
        turns = 0
        while True:
            with self._lock:
                if self._background and (not self._people or turns >= TURNS):
                    batch, turns = [self._background.popleft()], 0
                else:
                    batch = [self._people.popleft() for _ in range(min(AT_ONCE, len(self._people)))]
                    turns += 1
                if not batch:
                    self._busy = False
                    return
            self._commit(batch)
            for piece in batch:
                piece.loop.call_soon_threadsafe(piece.tell)

    def _commit(self, batch: list[_Piece]) -> None:
        try:
            with self._engine.begin() as connection:
                for piece in batch:
                    self._run(connection, piece)
        except DBAPIError as trouble:
            away = Unavailable("The database does not answer. Nothing was recorded; try again.")
            away.__cause__ = trouble
            for piece in batch:
                piece.error = away

    def _run(self, connection: Connection, piece: _Piece) -> None:
        """One piece in a savepoint. Whatever it raises is its own affair, and told to whoever waits for it."""
        try:
            with connection.begin_nested():
                piece.result = piece.work(connection)
        except OperationalError:
            # The file itself is the trouble: full, locked or gone. That concerns the whole commit.
            raise
        except Exception as own:  # noqa: BLE001 - like a thread pool's: handed over to whoever waits, not handled
            piece.error = own
