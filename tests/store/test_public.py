"""What users were told is looked up without reading a timeline, and follows from the events alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from stanch.core import commands as c
from stanch.core.draft_events import PublicSaid
from stanch.core.payload import Payload
from stanch.core.status_events import PageFailed, PageShown
from stanch.flows.desk import Asked, Desk
from stanch.store import public, tables as t
from stanch.store.database import Database
from tests.fakes.clock import Clock
from tests.fakes.world import ALICE


@pytest.fixture
def number(desk: Desk, database: Database) -> int:
    """An incident that has just been declared."""
    asked = Asked(c.Declare(0, "answers cite the wrong policy", service="support-copilot"), ALICE, "slash")
    answer = database.run(lambda db: desk._take(db, asked, False))
    assert answer.number is not None
    return answer.number


def shown(n: int, state: str = "investigating") -> PageShown:
    return PageShown(n, state, f"word {n}", "Support copilot: wrong answers", "minor", "support-copilot", "inc-1")


def records(desk: Desk, database: Database, number: int, *events: Payload) -> None:
    now = desk.clock()
    database.run(
        lambda db: desk.log.append(
            db, number, desk.log.load(db, number, to_write=True), events, by=ALICE, source="test", at=now, now=now
        )
    )


def told(desk: Desk, database: Database, days: float = 90) -> list[tuple[int, str, list[str]]]:
    since = (desk.clock() - timedelta(days=days)).timestamp()
    found = database.run(lambda db: public.since(db, since))
    return [(one.number, one.state, [said.text for said in one.said]) for one in found]


def test_only_what_users_saw_is_there(desk: Desk, database: Database, number: int) -> None:
    """A word that waits or was refused is not; each that was shown is, in order."""
    records(desk, database, number, PublicSaid(1, "word 1"))
    assert told(desk, database) == []
    records(desk, database, number, shown(1), PublicSaid(2, "word 2"), PageFailed(2, "no"))
    assert told(desk, database) == [(number, "investigating", ["word 1"])]
    records(desk, database, number, shown(2))
    assert told(desk, database) == [(number, "investigating", ["word 1", "word 2"])]


def test_what_is_over_goes_with_time_and_what_goes_on_stays(
    desk: Desk, database: Database, clock: Clock, number: int
) -> None:
    """After a hundred days an open incident is still shown, and one that was resolved is not."""
    records(desk, database, number, PublicSaid(1, "word 1"), shown(1))
    clock.move(timedelta(days=100))
    assert told(desk, database) == [(number, "investigating", ["word 1"])]
    records(desk, database, number, PublicSaid(2, "over"), shown(2, "resolved"))
    assert told(desk, database)[0][1] == "resolved"
    clock.move(timedelta(days=91))
    assert told(desk, database) == []


def test_the_row_follows_from_the_events(desk: Desk, database: Database, number: int) -> None:
    """Made again from the whole timeline it is the same."""
    records(desk, database, number, PublicSaid(1, "word 1"), shown(1), PublicSaid(2, "word 2"), shown(2))
    state = database.run(lambda db: desk.log.load(db, number))
    assert state is not None
    (row,) = database.run(lambda db: db.execute(select(t.public_page)).all())
    assert dict(row._mapping) == public.row(state)
    assert (row.incident, row.service, row.state) == (number, "support-copilot", "investigating")
