"""A database with our tables for each test: made and upgraded once for each engine, and emptied before each test."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import delete, event, update

from stanch.flows.desk import Desk
from stanch.store import schema, tables as t
from stanch.store.database import Database
from tests.fakes.clock import Clock
from tests.fakes.world import CATALOGUE


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def upgraded_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database that has our tables, one for SQLite and one for PostgreSQL in each test process."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'stanch.db'}"
        _upgrade(url)
        yield url
        return
    server = request.getfixturevalue("postgres_server")
    name = f"shared_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    before, _, query = server.partition("?")
    url = f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    _upgrade(url)
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def hasty(url: str) -> Database:
    """Its commits are not waited for until they are on the disk: what a test kills is a process, never the machine."""
    database = Database(url)
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return database


def _upgrade(url: str) -> None:
    database = Database(url)
    schema.upgrade(database.engine)
    database.close()


@pytest.fixture
def database(upgraded_url: str) -> Iterator[Database]:
    """Our tables, empty; each test that takes it runs on SQLite and on PostgreSQL."""
    database = Database(upgraded_url)
    with database.engine.begin() as db:
        for table in t.METADATA.tables.values():
            if table is not t.counter:
                db.execute(delete(table))
        db.execute(update(t.counter).values(value=0))
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    return Desk(database, CATALOGUE, clock=clock)
