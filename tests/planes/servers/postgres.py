"""Empty PostgreSQL databases for the servers that need one."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests import databases
from tests.planes.servers import keeper
from tests.planes.servers.cache import CannotBeHad

__all__ = ["empty_database", "postgres"]


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server: `TEST_DATABASE_URL`, else one for this process. Raises `CannotBeHad`."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    try:
        server = databases.start()
    except pytest.fail.Exception as reason:
        raise CannotBeHad(f"PostgreSQL: {reason}") from None
    keeper.keep("group", server.pid)
    keeper.keep("folder", server.folder)
    try:
        yield server.url
    finally:
        server.stop()
        keeper.release("group", server.pid)
        keeper.release("folder", server.folder)


@contextmanager
def empty_database(server: str, name: str) -> Iterator[str]:
    """The URL of a fresh database on the server at this URL, dropped afterwards."""
    database = f"{name}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} TEMPLATE template0".encode())
    before, mark, query = server.partition("?")
    try:
        yield f"{before.rpartition('/')[0]}/{database}{mark}{query}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
