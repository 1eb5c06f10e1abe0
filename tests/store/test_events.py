"""The event log: append behind what is there, read back as it was, and projections that follow from the events."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from stanch.core import commands as c, events as e
from stanch.core.chain import as_json, first_fault
from stanch.core.export import to_json, verify
from stanch.core.incident import PHASES, Incident, fold
from stanch.errors import Refusal
from stanch.flows.desk import Asked, Desk
from stanch.store import tables as t
from stanch.store.database import Database
from stanch.store.events import Log, projection
from tests.fakes.clock import Clock
from tests.fakes.strategies import DECLARE, REPORTS, STEPS, in_place
from tests.fakes.world import ALICE, BOB, CATALOGUE, NOW, Tale


def write(log: Log, db: Connection, before: Incident | None, *payloads: e.Payload, number: int = 7) -> Incident:
    state = log.append(db, number, before, payloads, by=ALICE, source="test", at=NOW, now=NOW)
    assert state is not None
    return state


DECLARED = e.Declared("answers cite the wrong policy", service="support-copilot")


def test_what_is_written_is_read_back(database: Database) -> None:
    """Events come back in order and unchanged, with emoji, right-to-left text and quotes; the state is their fold."""
    log = Log()
    texts = ("🏳️‍🌈 “quoted”", "العربية \u200f", "`x` \\ ' \" \t\n", "NUL \x00 kept in a payload")
    written = database.run(lambda db: write(log, db, None, DECLARED, *map(e.Noted, texts)))
    events = database.run(lambda db: log.read(db, 7))
    assert [event.payload["text"] for event in events[1:]] == list(texts)
    assert first_fault([as_json(event) for event in events]) is None
    assert fold(events) == written == database.run(lambda db: log.load(db, 7))
    assert database.run(lambda db: log.read(db, 7, after=3)) == events[3:]
    assert database.run(lambda db: log.entry(db, 7, 2)) == events[1]
    assert database.run(lambda db: log.entry(db, 7, 99)) is None
    assert database.run(lambda db: log.latest(db, 7, 2)) == events[-2:]
    assert database.run(lambda db: log.load(db, 8)) is None


def test_an_event_behind_an_old_state_conflicts(database: Database) -> None:
    """Whoever decided on a state that somebody else has moved on from is told so, and nothing is written."""
    log = Log()
    before = database.run(lambda db: write(log, db, None, DECLARED))
    database.run(lambda db: write(log, db, before, e.Noted("first")))
    with pytest.raises(IntegrityError), database.engine.begin() as db:
        write(log, db, before, e.Noted("too late"))
    assert [event.kind for event in database.run(lambda db: log.read(db, 7))] == ["declared", "noted"]
    assert database.run(lambda db: log.load(db, 7)).seq == 2


def test_a_conflict_is_decided_again(database: Database) -> None:
    """`Database` runs the work again with fresh eyes: the second writer's event stands behind the first's."""
    log = Log()
    before = database.run(lambda db: write(log, db, None, DECLARED))
    database.run(lambda db: write(log, db, before, e.Noted("first")))
    states = [before]

    def work(db: Connection) -> Incident:
        state = states.pop() if states else log.load(db, 7, to_write=True)
        return write(log, db, state, e.Noted("second"))

    assert database.run(work).seq == 3


def test_a_rolled_back_state_is_not_kept(database: Database) -> None:
    """A state that was read in a transaction which failed is never the start of a later one, whatever came since."""
    log, elsewhere = Log(), Log()
    database.run(lambda db: write(log, db, None, DECLARED))

    def fails(db: Connection) -> None:
        write(log, db, log.load(db, 7), e.Changed("impact", "never said"))
        assert log.load(db, 7).impact == "never said"
        raise Refusal("not so")

    with pytest.raises(Refusal):
        database.run(fails)
    for text in ("one", "two"):
        database.run(lambda db, text=text: write(elsewhere, db, elsewhere.load(db, 7), e.Noted(text)))
    assert database.run(lambda db: log.load(db, 7)) == fold(database.run(lambda db: log.read(db, 7)))


def test_a_state_that_another_process_moved_on_is_read_on(database: Database) -> None:
    """Two logs on one database see each other's events."""
    here, there = Log(), Log()
    database.run(lambda db: write(here, db, None, DECLARED))
    for n in range(6):
        log = (here, there)[n % 2]
        database.run(lambda db, log=log, n=n: write(log, db, log.load(db, 7), e.Noted(str(n))))
    assert database.run(lambda db: here.load(db, 7)) == database.run(lambda db: there.load(db, 7))
    assert database.run(lambda db: here.load(db, 7)).seq == 7


def test_only_so_many_states_are_kept(database: Database) -> None:
    """The memory of states is bounded, and what fell out of it is read again."""
    log = Log(keep=2)
    for number in (1, 2, 3):
        database.run(lambda db, n=number: write(log, db, None, DECLARED, number=n))
        database.run(lambda db, n=number: log.load(db, n))
    assert [log.last_seen(number) is not None for number in (1, 2, 3)] == [False, True, True]
    assert database.run(lambda db: log.load(db, 1)).number == 1


def test_numbers_have_no_gaps(database: Database) -> None:
    """A transaction that fails gives its number back."""
    log = Log()

    def fails(db: Connection) -> None:
        assert log.next_number(db) == 2
        raise Refusal("not so")

    assert database.run(log.next_number) == 1
    with pytest.raises(Refusal):
        database.run(fails)
    assert database.run(log.next_number) == 2


def test_lookups(database: Database) -> None:
    """Rooms lead to incidents; open ones come worst first, then oldest; ended ones are left out."""
    log = Log()
    for number, severity, phase in (
        (1, "SEV3", None),
        (2, None, None),
        (3, "SEV1", None),
        (4, "SEV1", e.Dismissed("x", "y")),
    ):
        one = replace(DECLARED, severity=severity)
        more = [e.RoomOpened(f"C{number}", f"inc-{number}"), *([phase] if phase else [])]
        database.run(lambda db, n=number, one=one, more=more: write(log, db, None, one, *more, number=n))
    assert database.run(lambda db: log.open_numbers(db, 9)) == [3, 1, 2]
    assert database.run(lambda db: log.open_numbers(db, 2)) == [3, 1]
    assert database.run(lambda db: log.of_room(db, "C3")) == 3
    assert database.run(lambda db: log.of_room(db, "C9")) is None
    assert database.run(lambda db: log.same_title(db, DECLARED.title, ALICE, NOW)) == 3
    assert database.run(lambda db: log.same_title(db, DECLARED.title, BOB, NOW)) is None
    assert database.run(lambda db: log.same_title(db, DECLARED.title, ALICE, NOW + timedelta(seconds=1))) is None


def rebuilt(database: Database) -> list[dict]:
    """The look-up table made anew from nothing but the events."""
    log = Log()
    numbers = database.run(lambda db: db.execute(select(t.event.c.incident).distinct()).scalars().all())
    return [projection(fold(database.run(lambda db, n=n: log.read(db, n)))) for n in sorted(numbers)]


def stored(database: Database) -> list[dict]:
    rows = database.run(lambda db: db.execute(select(t.incident).order_by(t.incident.c.number)).all())
    return [dict(row._mapping) for row in rows]


def test_projections_follow_from_the_events(database: Database, clock: Clock) -> None:
    """After any commands, the rows rebuilt from the events equal the rows that were written, and every
    export verifies."""
    desk = Desk(database, CATALOGUE, clock=clock)

    # without shrinking, which would take minutes on a database
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(DECLARE, STEPS)
    def holds(first: c.Declare, steps: list) -> None:
        clock.move(timedelta(hours=1))
        number = database.run(lambda db: desk._take(db, Asked(first, ALICE, "test"), True)).number
        for asked, person, after in steps:
            clock.move(after)
            told = Tale()
            told.state = database.run(lambda db: desk.log.load(db, number))
            command = in_place(told, asked)
            if isinstance(command, c.SeatOwners):
                command = replace(command, room=c.ReportRoom(f"C{number}", f"inc-{number}", False))
            by = "stanch" if isinstance(command, REPORTS) else person
            if command is not None:
                ask(desk, Asked(command, by, "test", number))
        events = database.run(lambda db: desk.log.read(db, number))
        assert verify(to_json(events)) == []
        assert fold(events).phase in PHASES

    holds()
    assert len(stored(database)) >= 2
    assert rebuilt(database) == stored(database)


def ask(desk: Desk, asked: Asked) -> None:
    try:
        desk.database.run(lambda db: desk.apply(db, asked, desk.clock()))
    except Refusal:
        return


async def test_fifty_at_once(database: Database, desk: Desk) -> None:
    """Fifty notes, roles and clicks at once on one incident: none is lost, the chain holds, the projection follows."""
    number = (await desk.ask(Asked(c.Declare(0, "everything at once"), ALICE, "test"))).number
    asked = [
        Asked((c.Note(f"note {n}"), c.GiveRole("scribe", f"U0P{n}"), c.TakeSeat("technical"))[n % 3], f"U0P{n}", "test",
              number, f"key-{n}")
        for n in range(50)
    ]  # fmt: skip
    answers = await asyncio.gather(*map(desk.ask, asked))
    events = database.run(lambda db: desk.log.read(db, number))
    taken = [answer for answer in answers if not answer.refused]
    assert len(events) == len(taken) + 1
    assert {event.payload["text"] for event in events if event.kind == "noted"} == {
        f"note {n}" for n in range(0, 50, 3)
    }
    seats = [event for event in events if event.kind == "role_given"]
    assert sum(event.payload["role"] == "technical" for event in seats) == 1
    assert sum(event.payload["role"] == "scribe" for event in seats) == 17
    assert verify(to_json(events)) == []
    assert rebuilt(database) == stored(database)
