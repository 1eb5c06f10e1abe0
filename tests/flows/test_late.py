"""What a process brings back after its lease was over: somebody else has settled it, and what shows the state is drawn
once more."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from stanch.core.effect import Effect, Kind
from stanch.flows.deliver import Done, Later, Outcome, Unclear, settle
from stanch.flows.desk import Desk
from stanch.store import outbox, tables as t
from stanch.store.outbox import Owed
from tests.fakes.clock import Clock

_e = t.effect.c
GRACE = 5.0
AGAIN: tuple[tuple[Kind, dict[str, Any]], ...] = (
    ("card", {}), ("topic", {}), ("announce", {}), ("view", {"view": "draft/1"}), ("signal", {"signal": "a"}),
    ("broadcast", {"audience": "stakeholders", "entry": 4}), ("ask_seat", {"room": True, "entry": 4}),
    ("ask_seat", {"answered": "U0BOB", "entry": 4}), ("remind", {"over": True}),
)  # fmt: skip
ONCE: tuple[tuple[Kind, dict[str, Any]], ...] = (
    ("post", {"entry": 4}), ("ask_seat", {"entry": 4}), ("remind", {"name": "facts"}), ("invite", {"users": []}),
)  # fmt: skip


def frozen(desk: Desk, clock: Clock, kind: Kind, payload: dict[str, Any]) -> Owed:
    """An effect that one process has claimed, and another after its lease."""

    def twice(db: Any) -> Owed:
        outbox.owe(db, 0, [Effect("k", kind, "lane", payload)], 0)
        now = clock.now.timestamp()
        (first,) = outbox.claim(db, "first", now, lease=9, grace=GRACE, limit=9)
        (second,) = outbox.claim(db, "second", now + 20, lease=9, grace=GRACE, limit=9)
        outbox.done(db, second, {"ts": "1"})
        return first

    return desk.database.run(twice)


def owed_again(desk: Desk, owed: Owed, outcome: Outcome) -> list[tuple[str, dict[str, Any], float]]:
    """Key, payload and time of what is owed once this outcome of a lost lease is settled."""
    desk.database.run(lambda db: settle(desk, db, owed, outcome, grace=GRACE))
    rows = desk.database.run(lambda db: db.execute(select(t.effect).where(_e.state == "owed")).all())
    return [(row.key, json.loads(row.payload), row.due_at) for row in rows]


@pytest.mark.parametrize(("kind", "payload"), AGAIN)
def test_what_shows_the_state_is_drawn_once_more(desk: Desk, clock: Clock, kind: Kind, payload: dict[str, Any]) -> None:
    """At once where the call ended, after the grace period where it may still land; words are not said anew."""
    now, owed = clock.now.timestamp(), frozen(desk, clock, kind, payload)
    entry = {"entry": 0} if kind == "broadcast" else {}
    about = payload | {"late": True, "since": owed.intent_at} | entry
    assert owed_again(desk, owed, Done()) == [("k/late/1", about, now)]
    desk.database.run(lambda db: db.execute(t.effect.delete().where(_e.key == "k/late/1")))
    assert owed_again(desk, owed, Unclear("timeout")) == [("k/late/1", about, now + GRACE)]
    assert len(owed_again(desk, owed, Done())) == 1, "settled twice it is owed once"


@pytest.mark.parametrize(("kind", "payload"), ONCE)
def test_what_is_said_once_is_not(desk: Desk, clock: Clock, kind: Kind, payload: dict[str, Any]) -> None:
    """Whoever posted it looks for its twin itself."""
    owed = frozen(desk, clock, kind, payload)
    assert owed_again(desk, owed, Done()) == []
    assert owed_again(desk, owed, Unclear("timeout")) == []


def test_what_did_not_happen_leaves_nothing(desk: Desk, clock: Clock) -> None:
    """A card that was certainly not sent needs no other."""
    assert owed_again(desk, frozen(desk, clock, "card", {}), Later("paused", 1)) == []
