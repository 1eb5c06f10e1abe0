"""What is owed: handed out in order, one of a lane at a time, never to two, and looked at before it is repeated."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select

from stanch.core.effects import Effect
from stanch.store import outbox, schema, tables as t
from stanch.store.database import Database
from stanch.store.outbox import Owed

LEASE, GRACE = 30.0, 5.0


class Outbox:
    """The outbox at moments given in seconds, each step in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def owe(self, *effects: Effect, at: float = 0, incident: int = 7) -> None:
        self.database.run(lambda db: outbox.owe(db, incident, effects, at))

    def claim(self, at: float, worker: str = "a", limit: int = 100) -> list[Owed]:
        return self.database.run(lambda db: outbox.claim(db, worker, at, lease=LEASE, grace=GRACE, limit=limit))

    def one(self, at: float, worker: str = "a") -> Owed:
        (owed,) = self.claim(at, worker)
        return owed

    def done(self, owed: Owed, **result: object) -> bool:
        return self.database.run(lambda db: outbox.done(db, owed, result))

    def postpone(self, owed: Owed, until: float, *, refused: bool, held: bool = False) -> bool:
        return self.database.run(lambda db: outbox.postpone(db, owed, until, "why", refused=refused, held=held))

    def bury(self, owed: Owed) -> bool:
        return self.database.run(lambda db: outbox.bury(db, owed, "no_such_thing"))

    def due(self, at: float = 0) -> float | None:
        return self.database.run(lambda db: outbox.next_due(db, GRACE, at))

    def counts(self, at: float) -> dict[str, int]:
        return self.database.run(lambda db: outbox.counts(db, at))

    def states(self) -> dict[str, str]:
        rows = self.database.run(lambda db: db.execute(select(t.effect).order_by(t.effect.c.id)).all())
        return {row.key: row.state for row in rows}

    def row(self, key: str) -> object:
        return self.database.run(lambda db: db.execute(select(t.effect).where(t.effect.c.key == key)).one())


@pytest.fixture
def box(database: Database) -> Outbox:
    return Outbox(database)


def effect(key: str, lane: str | None = None, group: str | None = None, **payload: object) -> Effect:
    return Effect(key, "post", lane or key, payload, group)


def keys(owed: Iterable[Owed]) -> list[str]:
    return [one.key for one in owed]


def test_what_is_owed_is_handed_out_once_in_order(box: Outbox) -> None:
    """A claim gets what is due, oldest first, with its payload; a second one gets nothing."""
    box.owe(effect("c", entry=3), effect("a", text="é🔥"), effect("b"))
    first, *_ = claimed = box.claim(1)
    assert keys(claimed) == ["c", "a", "b"]
    assert (first.incident, first.kind, first.lane, first.payload, first.attempts) == (7, "post", "c", {"entry": 3}, 1)
    assert (first.lease_until, first.ambiguous, first.intent_at, first.worker) == (1 + LEASE, False, 1, "a")
    assert claimed[1].payload == {"text": "é🔥"}
    assert box.claim(2, "b") == []


def test_what_is_owed_already_stays_as_it_is(box: Outbox) -> None:
    """The same key again is no second effect, also when the first one is done."""
    box.owe(effect("a", n=1))
    box.owe(effect("a", n=2))
    owed = box.one(1)
    assert owed.payload == {"n": 1}
    box.done(owed)
    box.owe(effect("a", n=3))
    assert box.states() == {"a": "done"}


def test_nothing_owed_is_nothing_written(box: Outbox) -> None:
    """A decision without effects writes no row."""
    box.owe()
    assert box.states() == {}
    assert box.due() is None


def test_a_claim_takes_no_more_than_it_was_asked_for(box: Outbox) -> None:
    """The rest is left for others."""
    box.owe(*(effect(f"e{n}") for n in range(5)))
    assert keys(box.claim(1, limit=2)) == ["e0", "e1"]
    assert keys(box.claim(1, "b", limit=2)) == ["e2", "e3"]


def test_what_is_not_due_waits(box: Outbox) -> None:
    """A reminder is only an effect that is due later."""
    box.owe(effect("later"), at=100)
    assert box.claim(99.9) == []
    assert keys(box.claim(100)) == ["later"]


def test_a_lane_goes_one_by_one(box: Outbox) -> None:
    """Messages of one channel go out in order, one in flight; other lanes do not wait."""
    box.owe(effect("1", "room"), effect("2", "room"), effect("x"))
    first, other = box.claim(1)
    assert keys((first, other)) == ["1", "x"]
    assert box.claim(1, "b") == []
    box.done(first)
    assert keys(box.claim(2)) == ["2"]


@pytest.mark.parametrize("end", ["cancel", "bury"])
def test_what_fails_for_good_frees_its_lane(box: Outbox, end: str) -> None:
    """Poison does not stop what comes behind it."""
    box.owe(effect("1", "room"), effect("2", "room"))
    owed = box.one(1)
    box.database.run(lambda db: getattr(outbox, end)(db, owed, "no"))
    assert keys(box.claim(1)) == ["2"]


def test_what_waits_holds_its_lane(box: Outbox) -> None:
    """A postponed message is not overtaken by the next one of its channel."""
    box.owe(effect("1", "room"), effect("2", "room"))
    box.postpone(box.one(1), 50, refused=True)
    assert box.claim(49) == []
    assert keys(box.claim(50)) == ["1"]


def test_a_lost_lease_is_ambiguous_after_the_grace(box: Outbox) -> None:
    """Whoever takes over a dead worker's effect is told to look before repeating, and since when."""
    box.owe(effect("a"))
    dead = box.one(1)
    assert box.claim(1 + LEASE - 0.1, "b") == []
    taken = box.one(1 + LEASE, "b")
    assert (taken.ambiguous, taken.intent_at, taken.attempts, taken.worker) == (True, 1, 2, "b")
    assert box.done(dead) is False
    assert box.done(taken, ts="1.2") is True
    assert box.states() == {"a": "done"}
    assert box.row("a").result == '{"ts": "1.2"}'


def test_the_same_worker_cannot_settle_an_older_try(box: Outbox) -> None:
    """A try that outlived its lease counts no more, even when the same process has taken the effect again."""
    box.owe(effect("a"))
    first = box.one(1)
    second = box.one(1 + LEASE)
    assert box.done(first) is False
    assert box.postpone(first, 99, refused=True) is False
    assert box.bury(first) is False
    assert box.done(second) is True


def test_an_unclear_try_rests_for_the_grace(box: Outbox) -> None:
    """It may have happened: nobody looks before the grace is over, however early it is due."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 1, refused=False)
    assert box.claim(1 + GRACE - 0.1) == []
    assert box.one(1 + GRACE).ambiguous is True


def test_a_refused_try_leaves_no_doubt(box: Outbox) -> None:
    """It certainly did not happen: the next try is at its time, without looking."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 2, refused=True)
    again = box.one(2)
    assert (again.ambiguous, again.intent_at, again.attempts) == (False, 2, 2)


def test_the_first_intent_is_kept(box: Outbox) -> None:
    """However often it was unclear, the look reaches back to the first try."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 1, refused=False)
    box.postpone(box.one(10), 10, refused=False)
    assert box.one(20).intent_at == 1


# Groups


def test_the_newest_of_a_group_supersedes_the_others(box: Outbox) -> None:
    """Of a card only the newest matters; what nobody has begun is dropped, also within one decision."""
    box.owe(effect("card/1", "card", "card"))
    box.owe(effect("card/2", "card", "card"), effect("card/3", "card", "card"), effect("topic/3", "topic", "topic"))
    assert box.states() == {"card/1": "superseded", "card/3": "owed", "topic/3": "owed"}
    assert keys(box.claim(1)) == ["card/3", "topic/3"]


def test_what_was_begun_is_never_superseded(box: Outbox) -> None:
    """An effect being tried, or one that may have happened, is settled before the newer one goes out."""
    box.owe(effect("card/1", "card", "card"))
    trying = box.one(1)
    box.owe(effect("card/2", "card", "card"))
    assert box.states() == {"card/1": "trying", "card/2": "owed"}
    box.postpone(trying, 2, refused=False)
    box.owe(effect("card/3", "card", "card"))
    assert box.states() == {"card/1": "owed", "card/2": "superseded", "card/3": "owed"}
    unclear = box.one(10)
    assert (unclear.key, unclear.ambiguous) == ("card/1", True)
    box.done(unclear)
    assert keys(box.claim(10)) == ["card/3"]


def test_what_was_refused_can_be_superseded(box: Outbox) -> None:
    """Nothing happened yet, so that the newer one takes its place."""
    box.owe(effect("card/1", "card", "card"))
    box.postpone(box.one(1), 99, refused=True)
    box.owe(effect("card/2", "card", "card"), at=2)
    assert box.states() == {"card/1": "superseded", "card/2": "owed"}
    assert keys(box.claim(2)) == ["card/2"]


# Held, buried, retried


def test_counts(box: Outbox) -> None:
    """Owed, trying, held and buried are counted apart; done, cancelled and superseded are not counted."""
    box.owe(*(effect(key) for key in "abcdefg"), effect("s/1", "s", "s"))
    a, b, c, d, *_ = box.claim(1, limit=4)
    box.postpone(a, 99, refused=True, held=True)
    box.bury(b)
    box.done(c)
    box.database.run(lambda db: outbox.cancel(db, d, "gone"))
    box.claim(1, limit=1)
    box.owe(effect("s/2", "s", "s"))
    assert box.database.run(outbox.counts) == {"owed": 3, "trying": 1, "held": 1, "buried": 1}
    assert [row.key for row in box.database.run(outbox.listing)] == ["a", "b", "e", "f", "g", "s/2"]


def test_held_is_held_no_more_once_it_is_done(box: Outbox) -> None:
    """What waited for an administrator and then went out shows in no count."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 2, refused=True, held=True)
    assert box.row("a").held == "why"
    box.done(box.one(2))
    assert box.database.run(outbox.counts) == {"owed": 0, "trying": 0, "held": 0, "buried": 0}
    assert box.row("a").held is None


def test_retry(box: Outbox) -> None:
    """Buried and held effects are owed again at once: all, one, or those of one incident; others are left alone."""
    for incident, key in ((7, "a"), (7, "b"), (8, "c")):
        box.owe(effect(key), incident=incident)
    a, b, c = box.claim(1)
    box.bury(a)
    box.postpone(b, 999, refused=True, held=True)
    box.bury(c)
    box.owe(effect("waits"), at=500)
    assert box.database.run(lambda db: outbox.retry(db, 10, id=a.id)) == 1
    assert box.database.run(lambda db: outbox.retry(db, 10, id=a.id)) == 0
    assert keys(box.claim(10)) == ["a"]
    assert box.database.run(lambda db: outbox.retry(db, 11, incident=7)) == 1
    assert keys(box.claim(11)) == ["b"]
    assert box.database.run(lambda db: outbox.retry(db, 12)) == 1
    assert keys(box.claim(12)) == ["c"]
    assert box.states()["waits"] == "owed"


def test_retry_of_what_may_have_happened_looks_first(box: Outbox) -> None:
    """An effect that was unclear before it was buried is ambiguous still."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 1, refused=False)
    box.bury(box.one(10))
    box.database.run(lambda db: outbox.retry(db, 20))
    assert box.one(20).ambiguous is True


def test_retry_leaves_superseded_ones_alone(box: Outbox) -> None:
    """A held card that a newer one took the place of stays superseded."""
    box.owe(effect("card/1", "card", "card"))
    box.postpone(box.one(1), 99, refused=True, held=True)
    box.owe(effect("card/2", "card", "card"), at=2)
    assert box.database.run(lambda db: outbox.retry(db, 3)) == 0
    assert box.states() == {"card/1": "superseded", "card/2": "owed"}


def test_release_all(box: Outbox) -> None:
    """At the start of the only process the leases of the dead end at once; their effects are looked at,
    after the grace."""
    box.owe(effect("a"), effect("b"))
    (a,) = box.claim(1, limit=1)
    assert box.database.run(outbox.release_all) == 1
    assert box.done(a) is False
    assert keys(box.claim(2)) == ["b"]
    assert box.one(1 + GRACE).ambiguous is True


# When


def test_next_due(box: Outbox) -> None:
    """The moment from which a claim would get something: by due time, by lease, by grace, and what is due already
    only if it is first in its lane."""
    box.owe(effect("1", "room"), effect("2", "room"), at=10)
    assert box.due(0) == 10
    owed = box.one(11)
    assert box.due(11) == 11 + LEASE
    box.postpone(owed, 12, refused=False)
    assert box.due(12) == 11 + GRACE
    box.postpone(box.one(16), 40, refused=False)
    assert box.due(39) == 40
    assert box.due(40) == 16 + GRACE
    box.postpone(box.one(40), 41, refused=True)
    assert box.due(40) == 41
    box.done(box.one(41))
    assert box.due(41) == 10
    box.done(box.one(42))
    assert box.due(42) is None


def test_a_reminder_is_owed_when_it_falls_due(box: Outbox) -> None:
    """An effect may name its own moment; until then it is neither handed out nor counted among what is owed."""
    reminder = replace(effect("quiet"), due=datetime(2026, 11, 22, 7, 0, tzinfo=UTC))
    moment = reminder.due.timestamp()
    box.owe(reminder, effect("now"), at=moment - 100)
    assert box.due(moment - 100) == moment - 100
    (now,) = box.claim(moment - 50)
    assert now.key == "now"
    assert box.counts(moment - 50) == {"owed": 0, "trying": 1, "held": 0, "buried": 0}
    box.done(now)
    assert box.claim(moment - 1) == []
    assert box.counts(moment) == {"owed": 1, "trying": 0, "held": 0, "buried": 0}
    assert keys(box.claim(moment)) == ["quiet"]


def test_a_reminder_holds_up_nothing_before_its_time(box: Outbox) -> None:
    """It keeps its place in the lane: what comes behind it goes out at once, and once it is due it goes first; one of
    them is in flight at a time."""
    reminder = replace(effect("quiet", "room"), due=datetime.fromtimestamp(100, UTC))
    box.owe(reminder, effect("1", "room"), effect("2", "room"), at=0)
    first = box.one(1)
    assert first.key == "1"
    assert box.claim(2) == []
    box.done(first)
    assert box.due(3) == 0
    second = box.one(99)
    assert second.key == "2"
    assert box.claim(100) == []
    box.done(second)
    box.owe(effect("3", "room"), at=100)
    due = box.one(101)
    assert due.key == "quiet"
    box.postpone(due, 150, refused=True)
    assert box.claim(149) == []
    assert keys(box.claim(150)) == ["quiet"]


def test_what_waits_to_be_tried_again_is_counted(box: Outbox) -> None:
    """Only reminders wait uncounted: a try that failed is owed, however late its next one is."""
    box.owe(effect("a"))
    box.postpone(box.one(1), 500, refused=True)
    assert box.counts(2) == {"owed": 1, "trying": 0, "held": 0, "buried": 0}


def test_ten_thousand_reminders_cost_a_turn_nothing(tmp_path: Path) -> None:
    """However many effects are owed later, what is asked at every turn is answered from an index."""
    database = Database(f"sqlite:///{tmp_path / 'many.db'}")
    schema.upgrade(database.engine)
    row = {"incident": 7, "kind": "post", "payload": "{}", "state": "owed", "attempts": 0}
    rows = [row | {"key": f"r{n}", "lane": f"r{n}", "due_at": 1e9 + n} for n in range(10_000)]
    box = Outbox(database)
    box.owe(effect("a"), effect("b"), at=5)
    with database.engine.begin() as db:
        db.execute(insert(t.effect), rows)
    for asked in ("claim", "next_due", "counts"):
        found = plans(database, asked)
        assert [line for line in found if line.startswith("SCAN effect")] == [], (asked, found)
    assert keys(box.claim(6)) == ["a", "b"]
    assert box.due(6) == 6 + LEASE
    assert box.counts(6) == {"owed": 0, "trying": 2, "held": 0, "buried": 0}
    database.close()


def plans(database: Database, asked: str) -> list[str]:
    """How SQLite finds what one question of the loop asks for, line by line."""
    seen: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lower().lstrip().startswith("select"):
            seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    questions = {
        "claim": lambda db: outbox.claim(db, "a", 1, lease=LEASE, grace=GRACE, limit=5),
        "next_due": lambda db: outbox.next_due(db, GRACE, 1),
        "counts": lambda db: outbox.counts(db, 1),
    }
    with database.engine.connect() as db, db.begin() as transaction:
        questions[asked](db)
        transaction.rollback()
    event.remove(database.engine, "before_cursor_execute", note)
    assert seen
    with database.engine.connect() as db:
        return [
            str(line[-1])
            for statement, parameters in seen
            for line in db.exec_driver_sql(f"explain query plan {statement}", parameters)
        ]


# Together


def test_two_claimers_never_get_the_same(box: Outbox) -> None:
    """Two workers claiming at once share what there is: each effect goes to one of them, and none is left."""
    box.owe(*(effect(f"e{n}") for n in range(60)))
    got: dict[str, list[str]] = {"a": [], "b": []}
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait()
        empty = 0
        while empty < 3:
            claimed = keys(box.claim(1, name, limit=3))
            got[name].extend(claimed)
            empty = 0 if claimed else empty + 1

    threads = [threading.Thread(target=work, args=(name,)) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got["a"] + got["b"]) == sorted(f"e{n}" for n in range(60))


def test_two_claimers_keep_the_order_of_a_lane(box: Outbox) -> None:
    """However two workers race, the effects of one lane are performed one after the other, in order."""
    box.owe(*(effect(f"{lane}{n:02}", lane) for n in range(12) for lane in "xy"))
    performed: list[str] = []
    in_flight: set[str] = set()
    overlaps: list[str] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        while len(performed) < 24:
            for owed in box.claim(1, name, limit=5):
                with lock:
                    overlaps.extend([owed.key] if owed.lane in in_flight else [])
                    in_flight.add(owed.lane)
                    performed.append(owed.key)
                with lock:
                    in_flight.discard(owed.lane)
                box.done(owed)

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert overlaps == []
    for lane in "xy":
        assert [key for key in performed if key[0] == lane] == [f"{lane}{n:02}" for n in range(12)]


@pytest.mark.postgres
def test_a_claimer_does_not_wait_for_another(postgres_url: str) -> None:
    """On PostgreSQL rows that another transaction holds are skipped, not waited for."""
    database = Database(postgres_url)
    schema.upgrade(database.engine)
    box = Outbox(database)
    box.owe(effect("a"), effect("b"))
    with database.engine.begin() as db:
        held = outbox.claim(db, "a", 1, lease=LEASE, grace=GRACE, limit=1)
        assert keys(held) == ["a"]
        assert keys(box.claim(1, "b")) == ["b"]
    database.close()


def test_what_can_wait_comes_last_the_most_severe_and_newest_due_first(box: Outbox) -> None:
    """A reminder never goes before what people wait for; what was put off keeps the place of the time it was due at."""
    moments = {"old": 10, "new": 50, "worse": 20}
    for key, due in moments.items():
        rank = 1 if key == "worse" else 3
        box.owe(Effect(key, "remind", key, {}, None, datetime.fromtimestamp(due, UTC), rank))
    box.owe(effect("said"), at=90)
    assert keys(box.claim(100)) == ["said", "worse", "new", "old"]


def test_what_was_put_off_keeps_its_place(box: Outbox) -> None:
    """Slack wanted a rest: what was due earlier does not pass what was due later by being put off longer."""
    for key, due in {"old": 10, "new": 50}.items():
        box.owe(Effect(key, "remind", key, {}, None, datetime.fromtimestamp(due, UTC), 3))
    new, old = box.claim(100)
    assert (new.key, old.key) == ("new", "old")
    box.postpone(new, 101, refused=True)
    box.postpone(old, 109, refused=True)
    assert keys(box.claim(110)) == ["new", "old"]
