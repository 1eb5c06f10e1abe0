"""What comes back, and what is the same as another: reopened, recurring, duplicate; on both databases."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from stanch.core import commands as c
from stanch.flows.desk import Answer, Asked, Desk
from stanch.store import outbox, tables as t
from tests.fakes.clock import Clock
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, LATER_DAY

TITLE = "answers cite the wrong policy"
BACK = c.Reopen("it came back in the EU")


async def ask(
    desk: Desk, command: c.Command, by: str = ALICE, number: int | None = 1, key: str | None = None
) -> Answer:
    return await desk.ask(Asked(command, by, "slash", number, key))


async def ended(desk: Desk, how: str = "dismissed", **facts: object) -> None:
    """INC-1, with its room, ended in one of the three ways."""
    declared = c.Declare(0, TITLE, klass="quality_regression", severity="SEV2", impact="wrong refunds", **facts)  # type: ignore[arg-type]
    await ask(desk, declared, number=None)
    private = bool(facts.get("private"))
    await room(desk, 1, private=private)
    if how == "dismissed":
        await ask(desk, c.Dismiss("false-alarm", "nothing was wrong"))
        return
    for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")):
        await ask(desk, command)
    desk.clock.move(timedelta(hours=25))  # type: ignore[attr-defined]
    await ask(desk, c.Resolve("prompt v18"))
    if how == "closed":
        await ask(desk, c.Close("we learned"))


async def room(desk: Desk, number: int, *, private: bool = False, name: str = "") -> None:
    """What the worker reports once the room stands."""
    channel = name or f"C{number}"
    seats = c.SeatOwners((), (), room=c.ReportRoom(channel, f"inc-{number}-x", private))
    await desk.ask(Asked(seats, "stanch", "worker", number))
    state = await desk.state(number)
    assert state is not None
    await desk.ask(Asked(c.ReportCard(f"{number}.{state.seq}", state.card_generation), "stanch", "worker", number))


def owed(desk: Desk, number: int) -> list[str]:
    rows = desk.database.run(lambda db: db.execute(select(t.effect).order_by(t.effect.c.id)).all())
    return [row.key for row in rows if row.incident == number and row.state == "owed"]


async def kinds(desk: Desk, number: int) -> list[str]:
    return [event.kind for event in await desk.timeline(number)]


# Recurs


async def test_what_comes_back_after_a_day_is_a_new_incident(desk: Desk, clock: Clock) -> None:
    """Linked both ways, with what is known of the old one; the answer says so whole, and the old room is told."""
    for how in ("dismissed",):
        await ended(desk, how)
    clock.move(timedelta(hours=24, seconds=1))
    answer = await ask(desk, BACK, BOB)
    assert answer.say == (
        "INC-1 ended over 24 hours ago, so this is a new incident.\n"
        "INC-2 is opening: answers cite the wrong policy\n"
        "It recurs from INC-1."
    )
    assert (answer.number, answer.refused) == (2, False)
    old, new = await desk.state(1), await desk.state(2)
    assert old is not None
    assert new is not None
    assert (old.phase, old.recurred_as, new.phase, new.recurs_from) == ("dismissed", 2, "assess", 1)
    assert (new.title, new.klass, new.severity, new.impact, new.declared_by) == (
        TITLE, "quality_regression", "SEV2", "wrong refunds", BOB,
    )  # fmt: skip
    assert await kinds(desk, 2) == ["declared", "noted"]
    assert (await desk.timeline(2))[1].payload == {"text": "it came back in the EU"}
    assert (await kinds(desk, 1))[-1] == "recurred"
    assert "inc-2/room" in owed(desk, 2)
    assert f"inc-1/said/{old.seq}" in owed(desk, 1)


async def test_within_a_day_it_is_the_same_incident(desk: Desk, clock: Clock) -> None:
    """To the second: after 24 hours it opens again, a second later it is a new one. Each end counts from its own."""
    await ended(desk, "closed")
    clock.move(timedelta(hours=24))
    answer = await ask(desk, BACK)
    assert (answer.say, answer.number) == ("INC-1 is open again. Contain first.", 1)
    assert await desk.state(2) is None


async def test_resolved_counts_as_ended(desk: Desk, clock: Clock) -> None:
    """What nobody closed for a day does not open again under its old number."""
    await ended(desk, "learn")
    clock.move(timedelta(hours=24, seconds=1))
    assert (await ask(desk, BACK)).number == 2


async def test_it_recurs_once_however_often_it_is_delivered(desk: Desk, clock: Clock) -> None:
    """The same command delivered again and at once makes one new incident, and gets one answer."""
    await ended(desk)
    clock.move(timedelta(hours=30))
    answers = await asyncio.gather(*(ask(desk, BACK, BOB, key="trigger-1") for _ in range(5)))
    assert len(set(answers)) == 1
    assert (await desk.state(2), await desk.state(3)) == (await desk.state(2), None)
    assert (await kinds(desk, 1)).count("recurred") == 1


async def test_without_a_reason_nothing_recurs(desk: Desk, clock: Clock) -> None:
    """A reason is asked for, and no number is taken."""
    await ended(desk)
    clock.move(timedelta(hours=30))
    answer = await ask(desk, c.Reopen("  "))
    assert (answer.say, answer.refused) == ("Say why: `/incident reopen WHY`.", True)
    assert await desk.state(2) is None
    assert (await ask(desk, c.Declare(0, "another"), number=None)).number == 2


async def test_an_outsider_makes_nothing_of_a_restricted_incident_recur(desk: Desk, clock: Clock) -> None:
    """Its title and impact would stand in the new one: who is not in is refused, as for every command."""
    await ended(desk, private=True)
    clock.move(timedelta(hours=30))
    assert (await ask(desk, BACK, "U0OUTSIDER")).say == (
        "INC-1 is restricted. <@U0ALICE> commands it and lets people in."
    )
    assert await desk.state(2) is None
    again = await ask(desk, BACK, ALICE)
    state = await desk.state(again.number or 0)
    assert state is not None
    assert state.restricted


async def test_a_drill_recurs_as_a_drill(desk: Desk, clock: Clock) -> None:
    """What was rehearsed is marked so the second time too."""
    await ended(desk, drill=True)
    clock.move(timedelta(hours=30))
    await ask(desk, BACK)
    state = await desk.state(2)
    assert state is not None
    assert state.drill


# Reopened in another room


async def test_an_archived_room_gets_a_successor(desk: Desk) -> None:
    """Slack lets no bot unarchive: within the day a new room is owed, linked to the old one; what is said waits."""
    await ended(desk)
    await desk.ask(Asked(c.ReportRoomChange("archived"), "stanch", "slack", 1))
    answer = await ask(desk, BACK)
    assert answer.say == (
        "INC-1 is open again. Contain first."
        " Slack lets nobody but a person unarchive a room, so a new one opens, linked to the old."
    )
    state = await desk.state(1)
    assert state is not None
    assert (state.phase, state.moving) == ("mitigate", True)
    assert f"inc-1/room/{state.seq}" in owed(desk, 1)
    await room(desk, 1, name="C1AGAIN")
    state = await desk.state(1)
    assert state is not None
    assert (state.room, state.former_rooms, state.moving, state.room_state) == ("C1AGAIN", ("C1",), False, "open")
    assert (await desk.about("C1"), await desk.about("C1AGAIN")) == (1, 1)
    assert (await desk.of_room("C1"), await desk.of_room("C1AGAIN")) == (None, 1)


async def test_a_room_that_stands_is_used_again(desk: Desk) -> None:
    """Not archived, nothing moves."""
    await ended(desk)
    assert (await ask(desk, BACK)).say == "INC-1 is open again. Contain first."
    state = await desk.state(1)
    assert state is not None
    assert (state.room, state.moving) == ("C1", False)


# Duplicate


async def test_a_duplicate_joins_the_other(desk: Desk) -> None:
    """The other incident knows of it, its room is told, and who worked on the duplicate is invited there; once."""
    await ask(desk, c.Declare(0, "the first"), DAVE, None)
    await room(desk, 1)
    await ask(desk, c.Declare(0, "the same again"), ALICE, None)
    await ask(desk, c.GiveRole("technical", BOB), number=2)
    answer = await ask(desk, c.Dismiss("duplicate-of", "same prompt", 1), ALICE, 2)
    assert answer.say == "INC-2 is dismissed."
    state = await desk.state(1)
    assert state is not None
    assert state.duplicates == (2,)
    assert (await kinds(desk, 1))[-1] == "duplicate_joined"
    rows = desk.database.run(outbox.listing)
    invited = [row.payload for row in rows if row.kind == "invite" and "/join/" in row.key]
    assert invited == ['{"users": ["U0ALICE"]}', '{"users": ["U0BOB"]}']


async def test_nobody_comes_over_into_a_restricted_incident(desk: Desk) -> None:
    """Whoever has a part in both may say so; then it knows of the duplicate, and the others' people are let in by its
    commander, one by one. Who has no part in it writes nothing into it."""
    await ask(desk, c.Declare(0, "the first", private=True), DAVE, None)
    await room(desk, 1, private=True)
    await ask(desk, c.Declare(0, "the same again"), ALICE, None)
    await ask(desk, c.GiveRole("technical", DAVE), ALICE, 2)
    same = c.Dismiss("duplicate-of", "same prompt", 1)
    assert (await ask(desk, same, ALICE, 2)).refused
    assert not (await ask(desk, same, DAVE, 2)).refused
    state = await desk.state(1)
    assert state is not None
    assert (state.duplicates, ALICE in state.members) == ((2,), False)
    assert [row.key for row in desk.database.run(outbox.listing) if "/join/" in row.key] == []


async def test_a_duplicate_of_nothing_is_refused(desk: Desk) -> None:
    """A number that nobody has taken: nothing is dismissed."""
    await ask(desk, c.Declare(0, TITLE), number=None)
    answer = await ask(desk, c.Dismiss("duplicate-of", "same prompt", 99))
    assert (answer.say, answer.refused) == ("There is no INC-99. `/incident list` shows those that are open.", True)
    state = await desk.state(1)
    assert state is not None
    assert state.phase == "assess"
    assert await kinds(desk, 1) == ["declared"]


async def test_a_duplicate_of_what_was_dismissed_is_refused(desk: Desk) -> None:
    """Nobody works on that one any more; nothing is dismissed, and the refusal asks for an open one."""
    for title in ("one", "two"):
        await ask(desk, c.Declare(0, title), number=None)
    await ask(desk, c.Dismiss("duplicate-of", "same", 2), number=1)
    answer = await ask(desk, c.Dismiss("duplicate-of", "same", 1), number=2)
    assert (answer.say, answer.refused) == (
        "INC-1 was dismissed itself, so nobody works on it. Of which open incident is this one?", True,
    )  # fmt: skip
    state = await desk.state(2)
    assert state is not None
    assert (state.phase, state.duplicates) == ("assess", (1,))


async def test_two_that_are_each_others_duplicate_are_not_both_gone(desk: Desk) -> None:
    """Two people dismiss two incidents for each other at one moment: one of them stays, and somebody works on it."""
    for title in ("one", "two"):
        await ask(desk, c.Declare(0, title), number=None)
    answers = await asyncio.gather(
        ask(desk, c.Dismiss("duplicate-of", "same", 2), number=1),
        ask(desk, c.Dismiss("duplicate-of", "same", 1), number=2),
    )
    states = [await desk.state(n) for n in (1, 2)]
    assert sorted(answer.refused for answer in answers) == [False, True]
    assert sorted(state.phase for state in states if state) == ["assess", "dismissed"]


# Watching


async def test_quiet_is_a_reminder_that_is_due_later(desk: Desk, clock: Clock) -> None:
    """Watching owes one message for when quiet has held, and nobody waits for it until then."""
    await ask(desk, c.Declare(0, TITLE, klass="quality_regression", severity="SEV3"), number=None)
    await room(desk, 1)
    for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")):
        await ask(desk, command)
    rows = desk.database.run(lambda db: db.execute(select(t.effect).where(t.effect.c.key.like("%/quiet/%"))).all())
    assert [(row.kind, row.due_at) for row in rows] == [("post", (clock.now + timedelta(hours=4)).timestamp())]
    before, after = (clock.now + timedelta(hours=h) for h in (3.99, 4))
    waiting = desk.database.run(lambda db: outbox.counts(db, before.timestamp()))["owed"]
    assert (
        desk.database.run(lambda db: outbox.counts(db, after.timestamp()))["owed"] == waiting + 2
    )  # and whether it should be raised


async def test_home_finds_what_is_mine(desk: Desk, clock: Clock) -> None:
    """Duties of anybody's incidents by date, promises up to two weeks late, mitigations in force anywhere."""
    await ask(desk, c.Declare(0, TITLE), number=None)
    await ask(desk, c.AddAction(BOB, LATER_DAY, "a test"))
    await ask(desk, c.AddAction(CAROL, LATER_DAY, "not bob's"))
    await ask(desk, c.Applied("cap 5"))
    await ask(desk, c.MoveMitigation("kept", 1, BOB, LATER_DAY, "until v18"))
    open_now, mine, applied, about = await desk.home(BOB, 15, 20)
    assert [i.number for i in open_now] == [1]
    assert [(row.kind, row.what) for row in mine] == [("action", "a test"), ("mitigation", "cap 5")]
    assert [row.what for row in applied] == ["cap 5"]
    assert set(about) == {1}
    clock.move(timedelta(days=23))
    assert len((await desk.home(BOB, 15, 20))[1]) == 2
    clock.move(timedelta(days=1))
    assert [row.kind for row in (await desk.home(BOB, 15, 20))[1]] == ["mitigation"]
