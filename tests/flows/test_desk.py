"""The desk: decided once, recorded before it is answered, and a second delivery gets the first answer."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from stanch.core import commands as c
from stanch.flows.desk import Answer, Asked, Desk
from stanch.store import outbox, tables as t
from stanch.store.database import Database
from tests.fakes.clock import Clock
from tests.fakes.world import ALICE, BOB, CATALOGUE

TITLE = "answers cite the wrong policy"


def declaring(key: str, title: str = TITLE, by: str = ALICE) -> Asked:
    return Asked(c.Declare(0, title), by, "slash", key=key)


def count(desk: Desk, kind: str) -> int:
    asked = select(func.count()).where(t.event.c.kind == kind)
    return desk.database.run(lambda db: db.execute(asked).scalar_one())


async def test_declare_commits_its_event_and_its_effect(desk: Desk) -> None:
    """Before the answer one event and one effect stand in the database, and the worker is woken."""
    woken: list[bool] = []
    desk.wake = lambda: woken.append(True)
    assert await desk.ask(declaring("t1")) == Answer(f"INC-1 is opening: {TITLE}", 1)
    assert woken == [True]
    rows = desk.database.run(outbox.listing)
    assert [(row.key, row.kind, row.incident) for row in rows] == [("inc-1/room", "open_room", 1)]
    assert [event.kind for event in await desk.timeline(1)] == ["declared"]


async def test_the_message_of_a_report_is_its_first_evidence(desk: Desk) -> None:
    """Reported from a message, the incident has it as its second entry, with the message's own time and author."""
    then = desk.clock() - timedelta(minutes=20)
    message = c.Capture("C0GENERAL", "1795316400.000100", BOB, "it told me to drink bleach", "", then, ALICE)
    await desk.ask(Asked(c.Declare(0, TITLE, message=message), ALICE, "form", key="f1"))
    declared, captured = await desk.timeline(1)
    assert (declared.kind, declared.by, captured.kind, captured.by) == ("declared", ALICE, "captured", BOB)
    assert (captured.at, captured.recorded_at) == (then, declared.recorded_at)


async def test_a_second_delivery_gets_the_first_answer(desk: Desk) -> None:
    """The same key again records nothing, however much has happened since, and is answered alike."""
    first = await desk.ask(declaring("t1"))
    note = Asked(c.Note("once"), BOB, "slash", 1, "t2")
    told = await desk.ask(note)
    await desk.ask(Asked(c.Note("in between"), BOB, "slash", 1, "t3"))
    assert await desk.ask(note) == told
    assert await desk.ask(declaring("t1")) == first
    assert (count(desk, "declared"), count(desk, "noted")) == (1, 2)


async def test_a_second_delivery_of_a_refusal_is_refused(desk: Desk) -> None:
    """What was refused is refused again in the same words, also when it would be taken now; nothing happens later."""
    await desk.ask(declaring("t1"))
    await desk.ask(Asked(c.TakeSeat("scribe"), ALICE, "button", 1, "c1"))
    second = Asked(c.TakeSeat("scribe"), BOB, "button", 1, "c2")
    first = await desk.ask(second)
    assert first.refused
    await desk.ask(Asked(c.GiveRole("scribe", None), ALICE, "slash", 1))
    assert await desk.ask(second) == first
    assert (await desk.state(1)).seats == {}


async def test_deliveries_at_once_are_one(desk: Desk) -> None:
    """Eight deliveries of one interaction at the same moment: one event, one answer for all."""
    answers = await asyncio.gather(*(desk.ask(declaring("t1")) for _ in range(8)))
    assert set(answers) == {Answer(f"INC-1 is opening: {TITLE}", 1)}
    notes = await asyncio.gather(*(desk.ask(Asked(c.Note("once"), BOB, "slash", 1, "t2")) for _ in range(8)))
    assert len(set(notes)) == 1
    assert (count(desk, "declared"), count(desk, "noted")) == (1, 1)


async def test_a_refusal_is_an_answer_and_records_nothing(desk: Desk) -> None:
    """Refused, the number is given back and nothing is owed."""
    answer = await desk.ask(declaring("t1", title=" "))
    assert (answer.refused, answer.number) == (True, None)
    assert answer.say.startswith("A title is needed")
    assert (await desk.ask(declaring("t2"))).number == 1
    assert await desk.ask(Asked(c.Note(" "), ALICE, "slash", 1)) == Answer(
        "There is nothing to record yet: `/incident note TEXT`.", 1, refused=True
    )


async def test_an_incident_that_is_not_there(desk: Desk) -> None:
    """A wrong number, or none, is told with the way to find the right one."""
    assert (await desk.ask(Asked(c.Note("x"), ALICE, "slash", 99))).say == (
        "There is no INC-99. `/incident list` shows those that are open."
    )
    assert (await desk.ask(Asked(c.Note("x"), ALICE, "slash"))).say == (
        "Which incident? Say its number, like `/incident 42 show`, or ask in its room."
    )


async def test_numbers_have_no_gaps(desk: Desk) -> None:
    """Declared at once, some of them refused: the numbers are 1 to 12."""
    asked = [declaring(f"t{n}", f"trouble {n}" if n % 3 else " ") for n in range(18)]
    answers = await asyncio.gather(*map(desk.ask, asked))
    assert sorted(answer.number for answer in answers if not answer.refused) == list(range(1, 13))
    assert (await desk.ask(declaring("next", "one more"))).number == 13


# The same title twice


async def test_the_same_title_twice_is_one_incident(desk: Desk, clock: Clock) -> None:
    """Within two minutes, by the same person: the answer names the first; it can be opened all the same."""
    await desk.ask(declaring("t1"))
    clock.move(timedelta(seconds=119))
    assert await desk.ask(declaring("t2", f"  {TITLE} ")) == Answer("INC-1 is opening.", 1, twin=True)
    assert (await desk.ask(declaring("t3"), even_if_twin=True)).number == 2


async def test_what_is_no_twin(desk: Desk, clock: Clock) -> None:
    """Another title, another person, two minutes later, or after the first was dismissed: a new incident."""
    await desk.ask(declaring("t1"))
    assert (await desk.ask(declaring("t2", "another"))).number == 2
    assert (await desk.ask(declaring("t3", by=BOB))).number == 3
    clock.move(timedelta(seconds=121))
    assert (await desk.ask(declaring("t4"))).number == 4
    await desk.ask(Asked(c.Dismiss("false-alarm", "a test"), ALICE, "slash", 4))
    assert (await desk.ask(declaring("t5"))).number == 5


async def test_the_same_title_at_once_is_one_incident(desk: Desk) -> None:
    """Six commands of the same words by the same person at one moment, each a delivery of its own: one room."""
    answers = await asyncio.gather(*(desk.ask(declaring(f"t{n}")) for n in range(6)))
    assert count(desk, "declared") == 1
    assert {answer.number for answer in answers} == {1}
    assert sum(not answer.twin for answer in answers) == 1


# The rest


async def test_the_moment_is_the_events_own(desk: Desk, clock: Clock) -> None:
    """Something that happened earlier keeps its time; when it was recorded stands beside it."""
    await desk.ask(declaring("t1"))
    earlier = clock.now - timedelta(minutes=7)
    await desk.ask(Asked(c.Note("it began"), ALICE, "reaction", 1, at=earlier))
    event = (await desk.timeline(1))[-1]
    assert (event.at, event.recorded_at, event.by, event.source) == (earlier, clock.now, ALICE, "reaction")


async def test_two_clicks_at_once(desk: Desk) -> None:
    """Two people take the same seat at one moment: one has it, the other is told who was faster."""
    await desk.ask(declaring("t1"))
    answers = await asyncio.gather(
        *(desk.ask(Asked(c.TakeSeat("scribe"), by, "button", 1, f"click-{by}")) for by in (ALICE, BOB))
    )
    assert sorted(answer.refused for answer in answers) == [False, True]
    holder = (await desk.state(1)).seats["scribe"]
    (refused,) = [answer for answer in answers if answer.refused]
    assert refused.say == (f"<@{holder}> was faster: the seat is taken. To take it over: `/incident role scribe me`.")


async def test_looking(desk: Desk) -> None:
    """What is open, what is known of one, its latest entries and its timeline up to one."""
    for n, severity in enumerate((None, "SEV1"), 1):
        await desk.ask(Asked(c.Declare(0, f"trouble {n}", severity=severity), ALICE, "slash", key=f"t{n}"))
    await desk.ask(Asked(c.Note("x"), ALICE, "slash", 1))
    assert [i.number for i in await desk.open_incidents()] == [2, 1]
    state, latest = await desk.latest(1, 1)
    assert (state.number, [event.kind for event in latest]) == (1, ["noted"])
    assert [event.seq for event in await desk.timeline(1, 1)] == [1]
    assert (await desk.state(9), await desk.latest(9, 5)) == (None, (None, []))
    assert desk.seen(1) == state
    assert desk.seen(9) is None
    assert await desk.of_room("C0ROOM") is None


async def test_waiting_for_the_room(desk: Desk) -> None:
    """Whoever waits is woken when the worker is through; too late or without a room the answer is None."""
    await desk.ask(declaring("t1"))
    assert await desk.opened(1, 0.01) is None
    waiting = asyncio.create_task(desk.opened(1, 10))
    await asyncio.sleep(0)
    room = c.SeatOwners((), (), room=c.ReportRoom("C1", "inc-1", False))
    await desk.ask(Asked(room, "stanch", "worker", 1))
    desk.room_settled(1)
    assert (await waiting).room == "C1"


async def test_two_people_waiting_for_the_room(desk: Desk) -> None:
    """Both are told: one that gives up or is served first does not take the other's signal away."""
    await desk.ask(declaring("t1"))
    patient = asyncio.create_task(desk.opened(1, 5))
    await asyncio.sleep(0)
    assert await desk.opened(1, 0.01) is None
    await desk.ask(Asked(c.SeatOwners((), (), room=c.ReportRoom("C1", "inc-1", False)), "stanch", "worker", 1))
    desk.room_settled(1)
    async with asyncio.timeout(2):
        assert (await patient).room == "C1"


async def test_answers_are_forgotten_after_two_days(desk: Desk, clock: Clock) -> None:
    """Older than any second delivery can be, they go; younger ones stay."""
    await desk.ask(declaring("old"))
    clock.move(timedelta(days=2, seconds=1))
    await desk.ask(declaring("new", "another"))
    await desk.keep_house()
    kept = desk.database.run(lambda db: db.execute(select(t.interaction.c.key)).scalars().all())
    assert kept == ["new"]


async def test_a_room_that_is_back_gets_what_was_set_aside(desk: Desk, clock: Clock) -> None:
    """What was buried for this incident is owed again at once; other incidents' is not."""
    for n in (1, 2):
        await desk.ask(declaring(f"t{n}", f"trouble {n}"))
    now = clock.now.timestamp()
    for owed in desk.database.run(lambda db: outbox.claim(db, "w", now, lease=9, grace=0, limit=9)):
        desk.database.run(lambda db, owed=owed: outbox.bury(db, owed, "is_archived"))
    await desk.room_back(1)
    assert desk.database.run(outbox.counts) == {"owed": 1, "trying": 0, "held": 0, "buried": 1}


async def test_another_desk_on_the_same_database(desk: Desk, database: Database, clock: Clock) -> None:
    """Two replicas answer the same delivery alike, and see each other's events."""
    there = Desk(database, CATALOGUE, clock=clock)
    first = await desk.ask(declaring("t1"))
    assert await there.ask(declaring("t1")) == first
    await there.ask(Asked(c.Note("from there"), BOB, "slash", 1))
    assert (await desk.state(1)).seq == 2
