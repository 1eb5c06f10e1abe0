"""What holds for any history of the outbox: `next_due` is right to the moment, and a lane has one in flight."""

from collections import Counter
from datetime import UTC, datetime
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from sqlalchemy import delete, select

from stanch.core.effects import Effect
from stanch.store import outbox, tables as t
from stanch.store.database import Database
from stanch.store.outbox import Owed

LEASE, GRACE, JUST = 10.0, 3.0, 0.001
STEP = st.tuples(
    st.sampled_from(
        (
            "owe",
            "owe",
            "owe group",
            "owe reminder",
            "claim",
            "claim",
            "done",
            "bury",
            "later",
            "unclear",
            "held",
            "retry",
            "restart",
        )
    ),
    st.integers(0, 3),
    st.floats(0, 15),
)


def claims(database: Database, at: float) -> list[str]:
    """What a claim at this moment would get; nothing is taken."""
    with database.engine.connect() as db, db.begin() as transaction:
        found = [one.key for one in outbox.claim(db, "probe", at, lease=LEASE, grace=GRACE, limit=100)]
        transaction.rollback()
    return found


def in_flight(database: Database) -> Counter[str]:
    rows = database.run(lambda db: db.execute(select(t.effect.c.lane).where(t.effect.c.state == "trying")).scalars())
    return Counter(rows)


def step(database: Database, op: str, n: int, now: float, taken: list[Owed], serial: int) -> None:
    def settle(owed: Owed) -> None:
        def work(db: object) -> object:
            if op == "done":
                return outbox.done(db, owed, {})  # type: ignore[arg-type]
            if op == "bury":
                return outbox.bury(db, owed, "no")  # type: ignore[arg-type]
            refused, held = op != "unclear", op == "held"
            return outbox.postpone(db, owed, now + n, "why", refused=refused, held=held)  # type: ignore[arg-type]

        database.run(work)

    if op.startswith("owe"):
        group = f"group{n}" if op == "owe group" else None
        due = datetime.fromtimestamp(now + 7 * n, UTC) if op == "owe reminder" else None
        effect = Effect(f"e{serial}", "card", group or f"lane{n}", {}, group, due)
        database.run(lambda db: outbox.owe(db, 1, [effect], now))
    elif op == "claim":
        taken.extend(database.run(lambda db: outbox.claim(db, "w", now, lease=LEASE, grace=GRACE, limit=n + 1)))
    elif op == "retry":
        database.run(lambda db: outbox.retry(db, now))
    elif op == "restart":
        database.run(outbox.release_all)
    elif taken:
        settle(taken.pop(n % len(taken)))


def test_next_due_is_the_moment_of_the_next_claim(database: Database) -> None:
    """After any history nothing can be claimed before `next_due`; what is due already is claimed at once; whoever
    sleeps from one `next_due` to the next comes to a claim, unless nothing is owed; no lane has two in flight."""

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(st.lists(STEP, min_size=5, max_size=25))
    def holds(steps: list[tuple[str, int, float]]) -> None:
        database.run(lambda db: db.execute(delete(t.effect)))
        now, taken, serial = 1_000.0, list[Owed](), count()
        for op, n, after in steps:
            now += after
            step(database, op, n, now, taken, next(serial))
            assert all(running == 1 for running in in_flight(database).values())
            slept = sleeps(database, now)
            assert (slept is None) == (claims(database, now + 10_000) == [])

    holds()


def sleeps(database: Database, now: float) -> float | None:
    """Sleep as the worker does until there is something to claim; when that is, or None when nothing is owed."""
    for _ in range(30):
        due = database.run(lambda db, at=now: outbox.next_due(db, GRACE, at))
        if due is None:
            return None
        if due <= now:
            assert claims(database, now) != []
            return now
        assert claims(database, due - JUST) == []
        now = due + JUST
    raise AssertionError("it woke thirty times for nothing")
