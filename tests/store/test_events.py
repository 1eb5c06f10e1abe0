"""The event log: append behind what is there, read back as it was, and projections that follow from the events."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings, strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from stanch.core import commands as c, events as e
from stanch.core.chain import as_json, first_fault
from stanch.core.export import to_json, verify
from stanch.core.incident import PHASES, Incident, fold
from stanch.errors import Refusal
from stanch.flows.desk import Asked, Desk
from stanch.store import projections, tables as t
from stanch.store.database import Database
from stanch.store.events import Log
from stanch.store.projections import projection
from tests.fakes.clock import Clock
from tests.fakes.levers import LEVERS
from tests.fakes.strategies import DECLARE, REPORTS, STEP, in_place
from tests.fakes.world import ALICE, BOB, CAROL, LATER_DAY, NOW, Tale


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


def rebuilt(database: Database) -> dict[str, list[dict]]:
    """The look-up tables made anew from nothing but the events."""
    log = Log()
    numbers = database.run(lambda db: db.execute(select(t.event.c.incident).distinct()).scalars().all())
    states = [fold(database.run(lambda db, n=n: log.read(db, n))) for n in sorted(numbers)]
    return {
        "incident": [projection(state) for state in states],
        **{name: in_order(made(state) for state in states) for name, made in MADE.items()},
    }


MADE = {"room": projections.rooms, "capture": projections.captures, "duty": projections.duties}


def in_order(many: Iterable[list[dict]]) -> list[dict]:
    return sorted((row for rows in many for row in rows), key=lambda row: [str(row[key]) for key in sorted(row)])


def stored(database: Database) -> dict[str, list[dict]]:
    def rows(name: str) -> list[dict]:
        return [
            dict(row._mapping) for row in database.run(lambda db: db.execute(select(t.METADATA.tables[name])).all())
        ]

    incidents = sorted(rows("incident"), key=lambda row: row["number"])
    return {"incident": incidents, **{name: in_order([rows(name)]) for name in MADE}}


def own(room: c.ReportRoom | None, number: int) -> c.ReportRoom | None:
    """The room with an id that no other incident's room has, as Slack would give it."""
    return room and replace(room, channel=f"{number}-{room.channel}")


EVERYTHING = (
    c.SeatOwners((), (), room=c.ReportRoom("C0ROOM", "inc-7-x", False)),
    c.Capture("C0ROOM", "1.1", BOB, "it broke", "https://x.example/", NOW, ALICE),
    c.Applied("prompt back"), c.Applied("cap 5"), c.MoveMitigation("effective", 1),
    c.MoveMitigation("kept", 2, BOB, LATER_DAY, "until v18"), c.AddAction(CAROL, LATER_DAY, "a test"),
    c.MoveMitigation("removed", 1), c.Restrict("customer data"),
    c.SeatOwners((), (), room=c.ReportRoom("G0ROOM", "inc-7-restricted", True)),
    c.Capture("G0ROOM", "1.2", BOB, "it broke again", "https://x.example/", NOW, ALICE),
)  # fmt: skip
"""A life that has a row in each of the tables."""


def test_projections_follow_from_the_events(database: Database, clock: Clock) -> None:
    """After any commands, the rows rebuilt from the events equal the rows that were written in each of the tables that
    follow from them, and every export verifies."""
    desk = Desk(database, LEVERS, clock=clock)

    # without shrinking, which would take minutes on a database
    phases = [Phase.explicit, Phase.generate]

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=phases)
    @given(DECLARE, st.lists(STEP, min_size=5, max_size=40))
    @example(c.Declare(7, "everything"), [(command, ALICE, timedelta(seconds=1)) for command in EVERYTHING])
    def holds(first: c.Declare, steps: list) -> None:
        clock.move(timedelta(hours=1))
        number = database.run(lambda db: told(desk, db, first, steps, clock))
        events = database.run(lambda db: desk.log.read(db, number))
        assert verify(to_json(events)) == []
        assert fold(events).phase in PHASES

    holds()
    written = stored(database)
    assert {name for name, rows in written.items() if rows} == set(written)
    assert rebuilt(database) == written


def told(desk: Desk, db: Connection, first: c.Declare, steps: list, clock: Clock) -> int:
    """One incident's life in one transaction: a commit each would cost more than all the rest."""
    number = desk._take(db, Asked(first, ALICE, "test"), True).number
    assert number is not None
    for asked, person, after in steps:
        clock.move(after)
        tale = Tale(LEVERS)
        tale.state = desk.log.load(db, number)
        command = in_place(tale, asked)
        if isinstance(command, c.SeatOwners):
            command = replace(command, room=own(command.room, number))
        by = "stanch" if isinstance(command, REPORTS) else person
        if command is not None:
            with suppress(Refusal):
                desk.apply(db, Asked(command, by, "test", number, channel=tale.incident.room), clock())
    return number


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
