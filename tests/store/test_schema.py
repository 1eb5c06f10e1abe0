"""The schema: what the migrations make is what the code means, and nobody's data is changed without a copy
or a word."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text

from stanch.errors import StanchError, Unavailable
from stanch.store import migrations, schema, tables as t
from stanch.store.database import Database, engine_for


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def test_migrations_make_what_the_code_means(empty: Database) -> None:
    """A fresh upgrade leaves no difference between the database and the table models, and numbers start at one."""
    assert schema.upgrade(empty.engine) is None
    with empty.engine.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        assert compare_metadata(context, t.METADATA) == []
        assert schema.found(db) == schema.NEEDED
        assert db.execute(select(t.counter.c.value)).scalar_one() == 0


def test_indexes_are_made(empty: Database) -> None:
    """Each index of the models is in the database."""
    schema.upgrade(empty.engine)
    with empty.engine.connect() as db:
        made = {index["name"] for name in t.METADATA.tables for index in inspect(db).get_indexes(name)}
    assert {index.name for table in t.METADATA.tables.values() for index in table.indexes} <= made


def test_an_upgrade_twice_is_one(empty: Database) -> None:
    """At the schema that is needed nothing is done, and no copy is made."""
    schema.upgrade(empty.engine)
    assert schema.upgrade(empty.engine) is None


def test_the_needed_revision_is_the_last_migration() -> None:
    """`NEEDED` names the head of `migrations/versions`, and there is one head."""
    assert ScriptDirectory(str(Path(migrations.__file__).parent)).get_heads() == [schema.NEEDED]


def test_what_is_needed_is_said(empty: Database) -> None:
    """`serve` refuses an empty database and another schema, and says what to run."""
    with pytest.raises(StanchError) as refusal:
        schema.require(empty.engine)
    assert str(refusal.value) == "The database has no tables yet. Run `stanch db upgrade`."
    schema.upgrade(empty.engine)
    schema.require(empty.engine)
    stamp(empty, "0000")
    with pytest.raises(StanchError) as refusal:
        schema.require(empty.engine)
    assert str(refusal.value) == (
        f"The database has schema 0000; this version of Stanch needs {schema.NEEDED}."
        " Run `stanch db upgrade`, or start the version that wrote it."
    )


def stamp(database: Database, revision: str) -> None:
    with database.engine.begin() as db:
        db.execute(text("update alembic_version set version_num = :revision"), {"revision": revision})


def test_an_unknown_schema_is_refused(empty: Database) -> None:
    """A database that another version wrote is left as it is, with what to do."""
    schema.upgrade(empty.engine)
    stamp(empty, "9999")
    with pytest.raises(StanchError, match=r"does not know .*Start the version that wrote it, or restore a backup."):
        schema.upgrade(empty.engine)
    with empty.engine.connect() as db:
        assert schema.found(db) == "9999"


def test_sqlite_is_copied_before_it_is_changed(sqlite_url: str, tmp_path: Path) -> None:
    """Before an upgrade the whole database stands in a file of its own, with what was only in the write-ahead log."""
    database = Database(sqlite_url)
    schema.upgrade(database.engine)
    rows = [{"key": f"k{n}", "answer": "é🔥", "at": float(n)} for n in range(50)]
    with database.engine.begin() as db:
        db.execute(insert(t.interaction), rows)
    stamp(database, "0000")
    with pytest.raises(StanchError):
        schema.upgrade(database.engine)
    (copy,) = tmp_path.glob("*.backup")
    assert re.fullmatch(r"stanch\.0000-\d{8}T\d{12}\.backup", copy.name)
    with sqlite3.connect(copy) as saved:
        assert saved.execute("select count(*), min(answer) from interaction").fetchone() == (50, "é🔥")
        assert saved.execute("pragma integrity_check").fetchone() == ("ok",)
    saved.close()
    database.close()


def test_sqlite_is_safe_against_power_loss(sqlite_url: str) -> None:
    """Write-ahead log, full synchronisation, and patience with a lock."""
    database = Database(sqlite_url)
    with database.engine.connect() as db:
        found = {name: db.exec_driver_sql(f"pragma {name}").scalar() for name in ("journal_mode", "synchronous")}
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2}


# The way to the database


def test_a_database_that_is_away_is_said() -> None:
    """Nothing was recorded, and that is what the person is told; not a word of the URL."""
    database = Database("postgresql://stanch:hunter2@127.0.0.1:1/none")
    with pytest.raises(Unavailable) as trouble:
        database.run(lambda db: db.execute(text("select 1")))
    assert str(trouble.value) == "The database does not answer. Nothing was recorded; try again."
    database.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hunter2", "DATABASE_URL cannot be read as a database URL."),
        ("mysql://a:hunter2@b/c", "DATABASE_URL names mysql; Stanch runs on SQLite or PostgreSQL."),
    ],
)
def test_other_databases_are_refused(url: str, said: str) -> None:
    """Only SQLite and PostgreSQL; the refusal never prints the URL."""
    with pytest.raises(StanchError) as refusal:
        engine_for(url)
    assert str(refusal.value) == said


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    """Hosting companies hand out `postgres://`; all lead to psycopg 3."""
    assert engine_for(f"{scheme}://a@b/c").url.drivername == "postgresql+psycopg"


async def test_work_is_done_in_one_transaction(database: Database) -> None:
    """What fails half-way leaves nothing behind."""

    def half(db: object) -> None:
        db.execute(insert(t.interaction).values(key="k", answer="x", at=1.0))  # type: ignore[attr-defined]
        raise StanchError("half-way")

    with pytest.raises(StanchError):
        await database(half)
    assert await database(lambda db: db.execute(select(t.interaction)).all(), background=True) == []
