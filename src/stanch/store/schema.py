"""Which schema the database has, and how it gets the one that this version needs.

On SQLite `try` and `serve` upgrade by themselves, after a copy made with `VACUUM INTO`; a PostgreSQL database belongs
to somebody, so there `serve` refuses another schema and says what to run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from stanch.core.redact import redact
from stanch.errors import StanchError
from stanch.store import tables

NEEDED = "0005"
"""The last step in `migrations/versions`; a test holds the two together. Here, so that starting imports no Alembic."""


def found(db: Connection) -> str | None:
    """The schema's revision, or None for an empty database."""
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("select version_num from alembic_version")).scalar()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """Raises `StanchError` in one line for a database that cannot be reached or read."""
    try:
        with engine.connect() as db:
            yield db
    except (OperationalError, ProgrammingError) as trouble:
        why = str(trouble.orig).strip().splitlines()[0] if trouble.orig else "no answer"
        raise StanchError(
            f"The database cannot be used: {redact(why)}. Is DATABASE_URL right, is it running, and may its user"
            " read the tables? `stanch doctor` says more."
        ) from None


def upgrade(engine: Engine) -> str | None:
    """Bring the database to `NEEDED`; the path of the copy that was made first, if one was (SQLite, not empty)."""
    with _connected(engine) as db:
        before = found(db)
        if before == NEEDED:
            return None
        db.rollback()
    sqlite = engine.dialect.name == "sqlite"
    if sqlite and before is None and _create(engine):
        return None
    copy = _copy(engine, before) if sqlite and before else None
    _run(engine)
    return copy


def require(engine: Engine) -> None:
    """Raises `StanchError` unless the schema has all that this version needs.

    It may have more: a step only ever adds, so that replicas are replaced one by one. `stanch db upgrade` comes first;
    those that run do not look again, and one of the version before may still be started.
    """
    with _connected(engine) as db:
        has = found(db)
    if has is not None and has >= NEEDED:
        return
    if has is None:
        raise StanchError("The database has no tables yet. Run `stanch db upgrade`.")
    raise StanchError(
        f"The database has schema {has}; this version of Stanch needs {NEEDED}."
        " Run `stanch db upgrade`, or start the version that wrote it."
    )


def _copy(engine: Engine, revision: str) -> str | None:
    if not engine.url.database or engine.url.database == ":memory:":
        return None
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    path = Path(engine.url.database).with_suffix(f".{revision}-{moment}.backup")
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(path),))
    finally:
        raw.close()
    return str(path)


def _create(engine: Engine) -> bool:
    """An empty SQLite file gets the tables as they are now: what the migrations lead to (a test compares the two),
    without the half second and the 10 MB that Alembic costs the first start. False when the file is not empty."""
    with engine.begin() as db:
        if inspect(db).get_table_names():
            return False
        tables.METADATA.create_all(db)
        db.execute(insert(tables.counter).values(name="incident", value=0))
        db.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        db.execute(text("INSERT INTO alembic_version VALUES (:needed)"), {"needed": NEEDED})
    return True


def _run(engine: Engine) -> None:
    # Imported here: Alembic costs a tenth of a second, and a start that upgrades nothing should not pay it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as db:
        config.attributes["connection"] = db
        try:
            command.upgrade(config, "head")
        except CommandError as wrong:
            raise StanchError(
                f"The database has a schema that this version of Stanch does not know ({wrong})."
                " Start the version that wrote it, or restore a backup."
            ) from wrong
