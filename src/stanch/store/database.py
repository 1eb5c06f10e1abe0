"""The one way to the database: a function of a connection, run in a transaction, off the event loop.

SQLite has one writer thread (WAL, `BEGIN IMMEDIATE`, `synchronous=FULL`: safe against power loss), which commits what
waits for it together; PostgreSQL has four. Work that nobody waits for never keeps an acknowledgement waiting for long.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError

from stanch.errors import StanchError, Unavailable
from stanch.store.together import Together

T = TypeVar("T")
TRIES = 6


def engine_for(url: str, *, threads: int = 4) -> Engine:
    """Raises `StanchError` for a URL that is neither SQLite nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Without the cause: it would print the URL, and with it the password.
        raise StanchError("DATABASE_URL cannot be read as a database URL.") from None
    match parsed.get_backend_name():
        case "sqlite":
            engine = create_engine(
                parsed, connect_args={"timeout": 10, "check_same_thread": False}, pool_size=1, hide_parameters=True
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
            return engine
        case "postgresql" | "postgres":
            drivername = "postgresql+psycopg"
            return create_engine(
                parsed.set(drivername=drivername),
                pool_size=threads,
                max_overflow=2,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        case other:
            raise StanchError(f"DATABASE_URL names {other}; Stanch runs on SQLite or PostgreSQL.")


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class Database:
    """`await database(work)` runs `work(connection)` in one transaction and returns what it returns.

    A conflict with another replica (a unique key, a serialisation failure) runs `work` again, with fresh eyes; so
    `work` must keep nothing from an earlier run. Raises `Unavailable` when the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self.engine = engine_for(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._threads = ThreadPoolExecutor(1 if self.is_sqlite else 4, thread_name_prefix="database")
        self._patience = asyncio.Semaphore(2)
        self._together = Together(self.engine, self._threads)

    async def __call__(self, work: Callable[[Connection], T], *, background: bool = False) -> T:
        if self.is_sqlite:
            return await self._together(work, background=background)
        loop = asyncio.get_running_loop()
        if not background:
            return await loop.run_in_executor(self._threads, self.run, work)
        async with self._patience:
            return await loop.run_in_executor(self._threads, self.run, work)

    def run(self, work: Callable[[Connection], T]) -> T:
        """The same for callers without an event loop: the command line and tests."""
        for attempt in range(TRIES):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except IntegrityError:
                if attempt == TRIES - 1:
                    raise
            except DBAPIError as trouble:
                lost = isinstance(trouble, OperationalError) or trouble.connection_invalidated
                if not lost:
                    raise
                if attempt == TRIES - 1 or not (_again(trouble) or trouble.connection_invalidated):
                    raise Unavailable("The database does not answer. Nothing was recorded; try again.") from trouble
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()


def _again(trouble: DBAPIError) -> bool:
    """A serialisation failure, a deadlock, or SQLite's lock held by somebody else: the same work may do now."""
    state = getattr(trouble.orig, "sqlstate", None)
    return state in ("40001", "40P01") or "database is locked" in str(trouble.orig)
