"""A database of an earlier version, with incidents in it, becomes what a fresh one with the same events would be."""

import json
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, insert, inspect, select, text

from stanch.core import commands as c
from stanch.core.chain import as_json, first_fault
from stanch.core.incident import fold
from stanch.flows.desk import Asked, Desk
from stanch.store import known_good, migrations, projections, schema, tables as t
from stanch.store.database import Database
from stanch.store.projections import catch_up
from tests.fakes.clock import Clock
from tests.fakes.world import ALICE, BOB, CATALOGUE, LATER_DAY

Rows = dict[str, list[dict[str, Any]]]

WRITTEN_BY = Path(__file__).parents[1] / "fixtures" / "databases"
"""All rows of a database as the version with that schema wrote them, one file a schema."""

LIVES: tuple[tuple[c.Command, ...], ...] = (
    (),
    (c.Change("severity", "SEV1"), c.Note("é🔥"), c.GiveRole("scribe", BOB), c.Applied("cap 5")),
    (c.Change("severity", "SEV4"), c.SayUpdate("we look into it")),
    (c.Change("severity", "SEV2"), c.Dismiss("false-alarm", "nothing was wrong")),
    (c.Change("severity", "SEV3"), c.Applied("prompt back"), c.MoveMitigation("kept", 1, BOB, LATER_DAY, "until v18"),
     c.AddAction(BOB, LATER_DAY, "a test"), c.Contain("drill"), c.Explain("confirmed", "it")),
)  # fmt: skip
"""What the first version could do: notes, seats, phases, mitigations; each with its room, but for the first."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def upgraded(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, revision)


@pytest.fixture(scope="module")
def written() -> dict[str, Rows]:
    """What this version writes, by kind of database: the same each time, so it is written once into each."""
    return {}


@pytest.fixture
def fresh(database: Database, written: dict[str, Rows]) -> Rows:
    """Five incidents as this version writes them into a fresh database; the database is empty afterwards."""
    kind = database.engine.dialect.name
    if kind not in written:
        written[kind] = told(database)
    return deepcopy(written[kind])


def told(database: Database) -> Rows:
    schema.upgrade(database.engine)
    desk = Desk(database, CATALOGUE, clock=Clock())
    for n, life in enumerate(LIVES, 1):
        asks(desk, None, c.Declare(0, f"trouble {n}"))
        if n > 1:
            asks(desk, n, c.SeatOwners((), (), room=c.ReportRoom(f"C{n}", f"inc-{n}", False)))
        for step in life:
            asks(desk, n, step)
    rows = everything(database)
    with database.engine.begin() as db:
        found = MetaData()
        found.reflect(db)
        found.drop_all(db)
    return rows


def asks(desk: Desk, number: int | None, asked: c.Command) -> None:
    desk.database.run(lambda db: desk._take(db, Asked(asked, ALICE, "test", number), True))


def everything(database: Database) -> Rows:
    def rows(name: str) -> list[dict[str, Any]]:
        table = t.METADATA.tables[name]
        found = database.run(lambda db: db.execute(select(table).order_by(*table.primary_key.columns)).all())
        return [dict(row._mapping) for row in found]

    return {name: rows(name) for name in t.METADATA.tables}


def as_it_was(database: Database, rows: Rows, revision: str) -> None:
    """The same incidents in a database of an earlier version: only what it had tables and columns for."""
    upgraded(database, revision)
    with database.engine.begin() as db:
        old = MetaData()
        old.reflect(db)
        for table in old.tables.values():
            # An effect's id is the database's own to give.
            columns = set(table.columns.keys()) - ({"id"} if table.name == "effect" else set())
            known = [{k: v for k, v in row.items() if k in columns} for row in rows.get(table.name, ())]
            if table.name == "counter":
                db.execute(text("delete from counter"))
            if known:
                db.execute(insert(table), known)


def test_what_the_first_version_wrote_is_complete_afterwards(database: Database, fresh: Rows) -> None:
    """Every row of the first version is kept as it was, and lists and rooms are filled as if they had been there."""
    as_it_was(database, fresh, "0001")
    assert "room" not in database.run(lambda db: inspect(db).get_table_names())
    schema.upgrade(database.engine)
    now = everything(database)
    for name in set(now) - {"duty"}:
        assert now[name] == [one | {"rank": 0} if name == "effect" else one for one in fresh[name]], name
    assert [row["rank"] for row in now["incident"]] == [9, 1, 4, None, 3]
    assert [(row["channel"], row["incident"]) for row in now["room"]] == [("C2", 2), ("C3", 3), ("C4", 4), ("C5", 5)]


def test_mitigations_of_the_first_version_are_still_applied(database: Database, fresh: Rows) -> None:
    """What moves production since before the upgrade is found after it, and so is what people promised."""
    as_it_was(database, fresh, "0001")
    schema.upgrade(database.engine)
    database.run(catch_up)
    assert everything(database)["duty"] == fresh["duty"]


def test_what_a_replica_of_the_first_version_writes_meanwhile_is_filled(database: Database, fresh: Rows) -> None:
    """While replicas are replaced one by one, an old one leaves the new columns and tables empty: keeping house fills
    them for what is open, and twice is once."""
    as_it_was(database, {"counter": fresh["counter"]}, "0001")
    schema.upgrade(database.engine)
    with database.engine.begin() as db:
        for name in ("incident", "event"):
            db.execute(
                insert(t.METADATA.tables[name]),
                [{**row, "rank": None} if name == "incident" else row for row in fresh[name]],
            )
    for _ in range(2):
        database.run(catch_up)
        now = everything(database)
        assert now["incident"] == fresh["incident"]
        assert now["room"] == [row for row in fresh["room"] if row["incident"] != 4]


def test_the_way_back(database: Database, fresh: Rows) -> None:
    """A downgrade leaves what the first version had, and the way forward again leads to the same."""
    as_it_was(database, fresh, "0001")
    schema.upgrade(database.engine)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.begin() as db:
        config.attributes["connection"] = db
        command.downgrade(config, "0001")
    with database.engine.connect() as db:
        assert schema.found(db) == "0001"
        assert "rank" not in [column["name"] for column in inspect(db).get_columns("incident")]
    schema.upgrade(database.engine)
    assert everything(database)["incident"] == fresh["incident"]


def test_migrated_databases_work_on(database: Database, fresh: Rows) -> None:
    """After the upgrade the next number is the next one, and an old incident goes on under its chain."""
    as_it_was(database, fresh, "0001")
    schema.upgrade(database.engine)
    desk = Desk(database, CATALOGUE, clock=Clock())
    asks(desk, 2, c.Note("after the upgrade"))
    asks(desk, None, c.Declare(0, "a new one"))
    assert [row["number"] for row in everything(database)["incident"]] == [1, 2, 3, 4, 5, 6]
    assert database.run(lambda db: desk.log.open_numbers(db, 9)) == [2, 5, 3, 1, 6]
    state = database.run(lambda db: desk.log.load(db, 2))
    assert state is not None
    assert state.seq == fresh["incident"][1]["seq"] + 1


@pytest.fixture
def second(database: Database) -> Rows:
    """The rows that the second version wrote, in a database that was brought up to today from there."""
    rows: Rows = json.loads((WRITTEN_BY / "0002.json").read_text(encoding="utf-8"))
    as_it_was(database, rows, "0002")
    schema.upgrade(database.engine)
    return rows


def today(rows: Rows) -> Rows:
    """Those rows with what is new since: tables that are empty, and an order in which nothing that is owed waits."""
    effects = [{**one, "rank": 0} for one in rows["effect"]]
    return rows | {"effect": effects} | {name: [] for name in ("known_good", "answer", "public_page", "can_open")}


def test_what_the_second_version_wrote_stays(database: Database, second: Rows) -> None:
    """Six incidents in every kind of phase, their duties, rooms, captures, alerts and what was owed: each row is as it
    was, and the tables that are new are empty. A database that was migrated has the tables of a fresh one."""
    assert everything(database) == today(second)
    found = database.run(lambda db: inspect(db).get_table_names())
    assert set(found) == {*t.METADATA.tables, "alembic_version"}
    for name, table in t.METADATA.tables.items():
        columns = database.run(lambda db, name=name: inspect(db).get_columns(name))
        assert [column["name"] for column in columns] == [column.name for column in table.columns], name


def test_events_of_the_second_version_are_read_by_this_one(database: Database, second: Rows) -> None:
    """Today's fold of what the second version told gives the rows that the second version derived from it."""
    desk = Desk(database, CATALOGUE, clock=Clock())
    told = [database.run(lambda db, n=n: desk.log.read(db, n)) for n in range(1, 7)]
    assert [first_fault([as_json(event) for event in events]) for events in told] == [None] * 6
    states = [fold(events) for events in told]
    assert [projections.projection(state) for state in states] == second["incident"]
    assert [row for state in states for row in projections.captures(state)] == second["capture"]
    assert ordered(row for state in states for row in projections.rooms(state)) == ordered(second["room"])
    assert ordered(row for state in states for row in projections.duties(state)) == ordered(second["duty"])
    assert [(m.k, m.state) for m in states[1].mitigations] == [(1, "effective"), (2, "failed")]


def ordered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def test_an_incident_of_the_second_version_goes_on(database: Database, second: Rows) -> None:
    """After the upgrade a mitigation of before is taken back, the chain goes on, and what is new has its place."""
    desk = Desk(database, CATALOGUE, clock=Clock())
    asks(desk, 2, c.MoveMitigation("removed", 1))
    asks(desk, None, c.Declare(0, "a new one"))
    now = everything(database)
    assert [row["number"] for row in now["incident"]] == [1, 2, 3, 4, 5, 6, 7]
    assert now["incident"][1]["seq"] == second["incident"][1]["seq"] + 1
    assert now["duty"] == [row for row in second["duty"] if row["incident"] != 2]
    events = database.run(lambda db: desk.log.read(db, 2))
    assert first_fault([as_json(event) for event in events]) is None
    assert database.run(lambda db: known_good.my_turn(db, "support-copilot", 100.0, 60.0))
    database.run(lambda db: known_good.keep_answers(db, 2, 1, [("a1", "why?", "because", "")], 100.0))
    assert database.run(lambda db: known_good.answer(db, 2, 1, "a1")) == ("why?", "because", "")


def test_the_way_back_to_the_second_version(database: Database, second: Rows) -> None:
    """A downgrade leaves exactly what the second version had."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.begin() as db:
        config.attributes["connection"] = db
        command.downgrade(config, "0002")
    with database.engine.connect() as db:
        assert schema.found(db) == "0002"
        assert set(inspect(db).get_table_names()) == {*second, "alembic_version"}
    schema.upgrade(database.engine)
    assert everything(database) == today(second)
