"""What should be owed and is not: reminders of incidents that are older than they are, or than the team's files."""

import json

from sqlalchemy import Connection, select, union

from stanch.core.incident import OPEN
from stanch.core.reminding import Reminder, reminders, reminding
from stanch.flows.desk import Desk
from stanch.store import outbox, tables as t
from stanch.store.statements import LIVE

AT_ONCE = 10
"""Incidents in one transaction: people should not wait for it."""

_NUMBERS = union(
    select(t.incident.c.number).where(t.incident.c.phase.in_((*OPEN, "learn"))), select(t.duty.c.incident)
).order_by("number")


async def owe_missing(desk: Desk) -> int:
    """Owe each reminder that follows from an incident's state and is not owed; how many there were. Twice is once."""
    numbers = list(await desk.database(lambda db: list(db.execute(_NUMBERS).scalars()), background=True))
    owed = 0
    for first in range(0, len(numbers), AT_ONCE):
        some = numbers[first : first + AT_ONCE]
        owed += await desk.database(lambda db, some=some: sum(_of(desk, db, n) for n in some), background=True)  # type: ignore[misc]
    if owed:
        desk.wake()
    return owed


def _of(desk: Desk, db: Connection, number: int) -> int:
    if not _missing(desk, db, number):
        return 0
    # Again, with the incident locked: nothing can change between the look and what is owed.
    state = desk.log.load(db, number, to_write=True)
    missing = _missing(desk, db, number)
    if state and missing:
        outbox.owe(db, number, [reminding(state, one) for one in missing], desk.clock().timestamp())
    return len(missing)


def _missing(desk: Desk, db: Connection, number: int) -> list[Reminder]:
    state = desk.log.load(db, number)
    if state is None or state.room is None:
        return []
    e = t.effect.c
    rows = db.execute(select(e.payload).where(e.incident == number, e.kind == "remind", e.state.in_((*LIVE, "buried"))))
    known = [json.loads(row.payload) for row in rows]
    return [
        one
        for one in reminders(state, desk.catalogue)
        if not any(one.what.items() <= payload.items() for payload in known)
    ]
