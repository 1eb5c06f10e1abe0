"""Many people at once on one incident: nothing is lost, on either database."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from stanch.core.export import to_json, verify
from stanch.core.incident import fold
from stanch.store import tables
from stanch.store.database import Database
from stanch.store.events import Log, projection
from tests.acceptance.harness import ROOT, Json, Stage, clean_environment, staged
from tests.acceptance.incidents import Incident, declared

PEOPLE = ("alice", "bob", "carol", "dave", "erin")
ROLES = ("commander", "technical", "communications", "scribe")


@pytest.fixture
def url(database_url: str) -> str:
    """A database with the tables in it."""
    env = clean_environment() | {"DATABASE_URL": database_url}
    subprocess.run([sys.executable, "-m", "stanch", "db", "upgrade"], env=env, cwd=ROOT, check=True)
    return database_url


@pytest.mark.slow
async def test_fifty_notes_roles_and_clicks_at_once(url: str, tmp_path: Path) -> None:
    """Every acknowledged note, role and click is in the timeline once; the chain verifies; projections are its fold."""
    async with staged(tmp_path / "stage", {"DATABASE_URL": url, "STANCH_LEASE_S": "30"}) as stage:
        incident = await declared(stage, "everybody at once")
        await incident.types("alice", "role scribe none")
        answers = await asyncio.gather(*(deed(stage, incident, number) for number in range(50)))
        assert [one for one in answers if not one["ok"]] == []
        await stage.settle()
        heard, card = await incident.heard(), await incident.card_words()
        events = incident.events()
        health = await stage.health()

    noted = [one["payload"]["text"] for one in events if one["kind"] == "noted"]
    assert sorted(noted) == sorted(f"note {number:02} of many" for number in range(0, 50, 2))
    said = [text for text in heard if "of many" in text]
    assert [text.split("note ")[1][:2] for text in said] == [text.split(" ")[1] for text in noted]
    assert health["buried"] == 0
    seated = whole(url, incident.number)
    for user in seated.values():
        assert f"@{user.removeprefix('U0').lower()}" in card


async def deed(stage: Stage, incident: Incident, number: int) -> Json:
    """Notes; between them, in turn, a role by command and a click on the seat that is empty."""
    user = PEOPLE[number % 5]
    if number % 2 == 0:
        return await stage.types(user, f"note note {number:02} of many", incident.room)
    if number % 4 == 1:
        return await stage.types(user, f"role {ROLES[number % 3]} @{PEOPLE[number // 2 % 5]}", incident.room)
    return await click(incident, user)


async def click(incident: Incident, user: str) -> Json:
    """Whoever comes late finds no button any more, as the card has changed: that is an answer too."""
    answer = await incident.clicks(user, action_id="take_seat:scribe")
    return {"ok": True} if str(answer["error"]).startswith("there is no 'take_seat:scribe'") else answer


def whole(url: str, number: int) -> dict[str, str]:
    """Asserts that the timeline verifies, has no gap, and that what was written with it is its fold. Who sits where."""
    database = Database(url)

    def look(db: Connection) -> dict[str, str]:
        events = Log().read(db, number)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert verify(to_json(events)) == []
        state = fold(events)
        assert state is not None
        written = db.execute(select(tables.incident).where(tables.incident.c.number == number)).one()
        assert dict(written._mapping) == projection(state)
        return {str(role): user for role, user in state.seats.items()}

    try:
        return database.run(look)
    finally:
        database.close()
