"""Once a week who goes on call is asked what they can open: once across replicas, and each answer counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from stanch import access
from stanch.flows.desk import Desk
from stanch.store import can_open, tables as t
from stanch.store.database import Database
from tests.fakes.clock import Clock
from tests.fakes.world import CATALOGUE

MONDAY = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)


def rounds(database: Database) -> list[str]:
    wanted = select(t.effect.c.key).where(t.effect.c.kind == access.KIND).order_by(t.effect.c.id)
    return list(database.run(lambda db: db.execute(wanted).scalars().all()))


async def test_a_week_has_one_round_however_many_replicas_look(database: Database) -> None:
    """Two desks look again and again in the hour: the round is owed once; the next Monday has its own."""
    clock = Clock(MONDAY)
    desks = [Desk(database, CATALOGUE, clock=clock) for _ in range(2)]
    for desk in (*desks, *desks):
        await access.weekly(desk)
    assert rounds(database) == ["access/2026-W48"]
    clock.now = MONDAY + timedelta(days=7)
    await access.weekly(desks[0])
    assert rounds(database) == ["access/2026-W48", "access/2026-W49"]


async def test_a_new_bot_asks_nobody_until_its_first_monday(database: Database) -> None:
    """Started in the middle of a week it waits; one that has asked before catches up after a downtime."""
    clock = Clock(MONDAY + timedelta(days=2))
    desk = Desk(database, CATALOGUE, clock=clock)
    await access.weekly(desk)
    assert rounds(database) == []
    database.run(lambda db: can_open.ask(db, "2026-W47", [("U0BOB", "logs")], 0.0))
    await access.weekly(desk)
    assert rounds(database) == ["access/2026-W48"]
    clock.now = MONDAY + timedelta(days=7, hours=-3)
    await access.weekly(desk)
    assert rounds(database) == ["access/2026-W48"]


def test_an_answer_counts_for_its_round_and_its_person(database: Database) -> None:
    """Asked twice is asked once; only what was asked can be answered; what is left is what is missing."""

    def run(work: Any) -> Any:
        return database.run(work)

    asked = [("U0BOB", "logs"), ("U0BOB", "flags")]
    run(lambda db: can_open.ask(db, "w", asked, 1.0))
    assert run(lambda db: can_open.opened(db, "w", "U0BOB", "logs", 2.0))
    run(lambda db: can_open.ask(db, "w", asked, 3.0))
    assert run(lambda db: can_open.missing(db, "w")) == {("U0BOB", "flags")}
    assert not run(lambda db: can_open.opened(db, "w", "U0ERIN", "logs", 2.0))
    assert not run(lambda db: can_open.opened(db, "v", "U0BOB", "logs", 2.0))
