"""What should be owed and is not, is owed after a start: once, and only what is still worth saying."""

from dataclasses import replace

from sqlalchemy import delete, select

from stanch.core import commands as c
from stanch.flows.desk import Asked, Desk
from stanch.flows.owing import owe_missing
from stanch.store import tables as t
from tests.fakes.world import ALICE, BOB, CAROL, minutes

_e = t.effect.c


async def incident(desk: Desk, **facts: object) -> int:
    declared = c.Declare(0, "answers cite the wrong policy", **facts)  # type: ignore[arg-type]
    number = (await desk.ask(Asked(declared, ALICE, "slash"))).number
    assert number is not None
    seats = (("commander", ALICE), ("technical", BOB), ("communications", CAROL))
    room = c.SeatOwners(seats, (ALICE, BOB, CAROL), room=c.ReportRoom(f"C{number}", f"inc-{number}", False))
    await desk.ask(Asked(room, "stanch", "worker", number))
    return number


async def owed(desk: Desk) -> list[tuple[int, float]]:
    """Incident and moment of each reminder that is owed."""
    rows = select(_e.incident, _e.due_at).where(_e.kind == "remind", _e.state == "owed").order_by(_e.due_at)
    return [tuple(row) for row in await desk.database(lambda db: db.execute(rows).all())]  # type: ignore[misc]


async def test_an_incident_of_before_there_were_reminders_gets_its_own(desk: Desk) -> None:
    """Two open incidents to which nothing is owed: each is owed what follows from its state, and twice is once."""
    for severity in ("SEV1", "SEV3"):
        await incident(desk, severity=severity, klass="security")
    before = await owed(desk)
    await desk.database(lambda db: db.execute(delete(t.effect).where(_e.kind == "remind")))
    assert await owe_missing(desk) == len(before)
    assert await owed(desk) == before
    assert await owe_missing(desk) == 0
    assert await owed(desk) == before


async def test_what_is_due_earlier_by_the_teams_files_is_owed_earlier(desk: Desk) -> None:
    """SEV2 every 30 min, after a restart every 20: the reminder for the old time is superseded by one for the new."""
    await incident(desk, severity="SEV2", klass="security")
    (first, *_) = await owed(desk)
    severities = desk.catalogue.severities
    quicker = replace(severities["SEV2"], updates={"room": minutes(20)})
    desk.catalogue = replace(desk.catalogue, severities={**severities, "SEV2": quicker})
    assert await owe_missing(desk) == 1
    assert (await owed(desk))[0][1] == first[1] - 9 * 60, "a fifth of the interval before it is due, now four minutes"
