"""Taking in a signal: what is news, what the incident that has it is told, and when its message begins anew."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.core.signal import Signal, heard
from stanch.flows.desk import Asked, Desk
from stanch.flows.signals import SEEN_FOR, known, take_in
from stanch.store import outbox, signals as store, tables as t
from stanch.store.database import Database
from stanch.store.signals import Record
from tests.fakes.clock import Clock
from tests.fakes.world import ALICE, NOW, minutes

KEY = heard("alertmanager", "{}:{}", title="", status="firing").key


@pytest.fixture(autouse=True)
def _no_signals(database: Database) -> None:
    database.run(lambda db: db.execute(delete(t.signal)))


def signal(status: str = "firing", title: str = "37 % of answers fail", **facts: object) -> Signal:
    return heard("alertmanager", "{}:{}", title=title, status=status, **facts)  # type: ignore[arg-type]


async def record(desk: Desk) -> Record:
    found = await known(desk, KEY)
    assert found is not None
    return found[0]


def effects(desk: Desk) -> list[tuple[str, str, int]]:
    """Key, state and incident of each effect for the triage channel, oldest first."""
    e = t.effect.c
    rows = select(e.key, e.state, e.incident).where(e.kind == "signal").order_by(e.id)
    return [tuple(row) for row in desk.database.run(lambda db: db.execute(rows).all())]


async def declared(desk: Desk, *steps: c.Command, **facts: object) -> Incident:
    """INC-1, declared from the signal, after these steps."""
    declare = replace(c.Declare(0, "answers fail", signal=KEY), **facts)  # type: ignore[arg-type]
    answer = await desk.ask(Asked(declare, ALICE, "form"))
    assert not answer.refused, answer.say
    for step in steps:
        answer = await desk.ask(Asked(step, ALICE, "slash", 1))
        assert not answer.refused, answer.say
    return await incident(desk)


async def incident(desk: Desk) -> Incident:
    found = await desk.state(1)
    assert found is not None
    return found


WATCHED = (
    c.Mitigate(), c.Contain(waive="drill"), c.Explain("confirmed", "a prompt dropped the region"),
    c.Watch(override="drill"),
)  # fmt: skip


async def test_what_fires_is_kept_and_its_message_is_owed(desk: Desk) -> None:
    """The first word commits the signal and one effect in its own lane, and wakes the worker."""
    woken: list[bool] = []
    desk.wake = lambda: woken.append(True)
    assert await take_in(desk, [signal()]) == [KEY]
    assert woken == [True]
    assert effects(desk) == [(f"signal/{KEY}/1", "owed", 0)]
    (row,) = desk.database.run(outbox.listing)
    assert (row.lane, row.grp, row.payload) == (f"signal/{KEY}", f"signal/{KEY}", f'{{"signal": "{KEY}"}}')


async def test_a_repetition_owes_nothing(desk: Desk, clock: Clock) -> None:
    """Alertmanager repeats itself: nothing is owed and nobody is woken, but it is known when it was heard last."""
    await take_in(desk, [signal(since=NOW)])
    clock.move(minutes(5))
    desk.wake = lambda: pytest.fail("nothing new, and the worker was woken")
    assert await take_in(desk, [signal(since=NOW)]) == []
    kept = await record(desk)
    assert (kept.version, kept.last_at - kept.first_at) == (1, 300)
    assert len(effects(desk)) == 1


async def test_news_supersede_what_was_not_shown_yet(desk: Desk) -> None:
    """Of two changes before the message goes out only the newer is owed."""
    await take_in(desk, [signal()])
    assert await take_in(desk, [signal(count=4)]) == [KEY]
    assert effects(desk) == [(f"signal/{KEY}/1", "superseded", 0), (f"signal/{KEY}/2", "owed", 0)]


async def test_what_was_over_before_it_was_heard_is_shown_to_nobody(desk: Desk) -> None:
    """A group whose first word is its end is kept and owes nothing; when it fires it does."""
    assert await take_in(desk, [signal("resolved")]) == []
    assert effects(desk) == []
    assert await take_in(desk, [signal()]) == [KEY]
    assert len(effects(desk)) == 1


# the incident that was declared from it


async def test_the_incident_is_told_of_the_end(desk: Desk, clock: Clock) -> None:
    """The room hears that the alert is over, at the moment when it ended; the message is owed for the incident."""
    await take_in(desk, [signal()])
    await declared(desk)
    clock.move(minutes(10))
    ended = NOW + minutes(9)
    await take_in(desk, [signal("resolved", until=ended)])
    told = (await desk.timeline(1))[-1]
    assert (told.kind, told.at, told.by, told.source) == ("signalled", ended, "stanch", "alert")
    assert told.payload is not None
    assert told.payload["status"] == "resolved"
    assert effects(desk)[-1] == (f"signal/{KEY}/2", "owed", 1)


async def test_what_fires_again_while_watching_is_the_red_check(desk: Desk, clock: Clock) -> None:
    """The incident goes back to mitigate by itself, once, however often the alert is repeated."""
    await take_in(desk, [signal()])
    await declared(desk, *WATCHED[:2])
    clock.move(minutes(5))
    await take_in(desk, [signal("resolved")])
    for step in WATCHED[2:]:
        assert not (await desk.ask(Asked(step, ALICE, "slash", 1))).refused
    assert (await incident(desk)).phase == "watching"
    clock.move(minutes(20))
    for _ in range(3):
        await take_in(desk, [signal(since=clock.now)])
    assert (await incident(desk)).phase == "mitigate"
    kinds = [event.kind for event in await desk.timeline(1)]
    assert kinds.count("red_check") == 1
    assert kinds.count("signalled") == 2


async def test_an_entry_is_not_dated_before_the_end_that_it_follows(desk: Desk, clock: Clock) -> None:
    """A source that says an old beginning again is heard now; the timeline does not run backwards for it."""
    await take_in(desk, [signal(since=NOW)])
    await declared(desk)
    clock.move(minutes(5))
    await take_in(desk, [signal("resolved")])
    clock.move(minutes(5))
    await take_in(desk, [signal(since=NOW)])
    assert [event.at for event in await desk.timeline(1)][-2:] == [NOW + minutes(5), NOW + minutes(10)]


async def test_an_incident_that_is_over_is_told_nothing(desk: Desk) -> None:
    """After it was dismissed the alert goes its own way, and can be declared again."""
    await take_in(desk, [signal()])
    await declared(desk, c.Dismiss("false-alarm", "nobody was hurt"))
    before = len(await desk.timeline(1))
    await take_in(desk, [signal("resolved")])
    await take_in(desk, [signal()])
    assert len(await desk.timeline(1)) == before
    assert desk.database.run(lambda db: store.link(db, KEY, 2)) is None


async def test_a_signal_belongs_to_one_open_incident(desk: Desk) -> None:
    """A second incident that would take it learns who has it; a signal that nobody knows is nobody's."""
    await take_in(desk, [signal()])
    await declared(desk)
    assert desk.database.run(lambda db: store.link(db, KEY, 2)) == 1
    assert desk.database.run(lambda db: store.link(db, KEY, 1)) is None
    assert (await record(desk)).incident == 1
    assert desk.database.run(lambda db: store.link(db, "alertmanager-unknown", 2)) is None


async def test_an_incident_that_was_reopened_has_its_signal_again(desk: Desk) -> None:
    """The link outlives the end: what happens after a reopening is told to the room."""
    await take_in(desk, [signal()])
    await declared(desk, c.Dismiss("false-alarm", "nobody was hurt"), c.Reopen("somebody was"))
    await take_in(desk, [signal("resolved")])
    assert (await desk.timeline(1))[-1].kind == "signalled"


async def test_the_alert_of_a_duplicate_is_handed_over(desk: Desk) -> None:
    """The incident that stays is told of the alert from then on, though it was not declared from it."""
    await desk.ask(Asked(c.Declare(0, "chat is down"), ALICE, "slash"))
    await take_in(desk, [signal()])
    await desk.ask(Asked(c.Declare(0, "answers fail", signal=KEY), ALICE, "form"))
    desk.database.run(lambda db: store.hand_over(db, 2, 1))
    assert (await record(desk)).incident == 1
    await take_in(desk, [signal("resolved")])
    assert (await desk.timeline(1))[-1].kind == "signalled"


# its message


async def shown_again(desk: Desk, clock: Clock, rest: timedelta) -> Record:
    """The signal fires, is shown, ends, and fires again after a rest."""
    await take_in(desk, [signal()])
    desk.database.run(lambda db: store.posted(db, KEY, 1, "C0TRIAGE", "1.1", "digest"))
    await take_in(desk, [signal("resolved", until=clock.now)])
    clock.move(rest)
    await take_in(desk, [signal(since=clock.now)])
    return await record(desk)


async def test_a_flapping_alert_keeps_its_message(desk: Desk, clock: Clock) -> None:
    """What fires again soon after its end changes the message that people saw."""
    kept = await shown_again(desk, clock, SEEN_FOR)
    assert (kept.episode, kept.ts) == (1, "1.1")


async def test_what_comes_back_later_gets_a_new_message(desk: Desk, clock: Clock) -> None:
    """A change far up in the channel notifies nobody: another episode has a message of its own."""
    kept = await shown_again(desk, clock, SEEN_FOR + minutes(1))
    assert (kept.episode, kept.ts, kept.shown) == (2, None, "")


async def test_a_deleted_message_comes_back_only_when_it_fires_anew(desk: Desk) -> None:
    """Somebody deleted it: news while it fires do not bring it back; its next firing does."""
    await take_in(desk, [signal()])
    desk.database.run(lambda db: store.posted(db, KEY, 1, "C0TRIAGE", "1.1", "digest"))
    desk.database.run(lambda db: store.deleted(db, KEY, "1.1"))
    await take_in(desk, [signal(count=9)])
    assert (await record(desk)).gone
    await take_in(desk, [signal("resolved")])
    await take_in(desk, [signal()])
    kept = await record(desk)
    assert (kept.gone, kept.episode) == (False, 2)


async def test_a_message_on_its_way_is_not_doubled(desk: Desk) -> None:
    """While the first post is under way the group may end and fire again: it stays one message."""
    await take_in(desk, [signal()])
    await take_in(desk, [signal("resolved")])
    await take_in(desk, [signal(count=2)])
    assert (await record(desk)).episode == 1


async def test_the_stub_of_a_restricted_incident_stays_a_stub(desk: Desk) -> None:
    """After its end the alert fires anew with a message of its own, which tells nothing of the incident."""
    await take_in(desk, [signal()])
    await declared(desk, c.Dismiss("false-alarm", "a probe of our own"), private=True)
    desk.database.run(lambda db: store.posted(db, KEY, 1, "C0TRIAGE", "1.1", "digest"))
    await take_in(desk, [signal("resolved")])
    await take_in(desk, [signal()])
    kept = await record(desk)
    assert (kept.episode, kept.taken_in, kept.ts) == (2, 1, None)


async def test_a_late_answer_of_an_earlier_episode_changes_nothing(desk: Desk, clock: Clock) -> None:
    """A post that comes back after its episode ended must not be taken for the new message."""
    await shown_again(desk, clock, SEEN_FOR + minutes(1))
    desk.database.run(lambda db: store.posted(db, KEY, 1, "C0TRIAGE", "9.9", "digest"))
    assert (await record(desk)).ts is None
