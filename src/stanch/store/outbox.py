"""What is owed to the outside, as rows: claimed with a lease, intent committed before the call, result after it.

An effect found with an intent and no result is ambiguous: it may have happened. It is handed out again only after a
grace period, marked `ambiguous`, and whoever performs it looks before it repeats.
"""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from stanch.core.chain import Event
from stanch.core.effects import Effect
from stanch.core.incident import Incident
from stanch.store import statements, tables as t
from stanch.store.statements import LIVE, NEVER as NEVER

_e = t.effect.c


@dataclass(frozen=True, slots=True)
class Owed:
    """An effect handed out to one worker. Moments are epoch seconds; `lease_until` is when it is anybody's again."""

    id: int
    key: str
    incident: int
    kind: str
    lane: str
    payload: dict[str, Any]
    attempts: int
    lease_until: float
    ambiguous: bool
    intent_at: float
    worker: str
    event: Event | None = None
    """The entry of the timeline that it is about, if it is about one."""
    before: Incident | None = None
    """The incident as it was when this was handed out."""
    rank: float = 0.0
    """0, or its place among what can wait: the smallest first."""

    @property
    def late(self) -> bool:
        """It draws again what a try past its lease may have changed."""
        return bool(self.payload.get("late"))


def owe(db: Connection, incident: int, effects: Sequence[Effect], now: float, *, first: bool = False) -> None:
    """Write effects down; those that are owed already (the same key) stay as they are. `first`: none can be."""
    if not effects:
        return
    if groups := [one.group for one in effects if one.group]:
        db.execute(statements.SUPERSEDE, {"groups": groups, "keys": [one.key for one in effects]})
    rows = [
        {
            "key": one.key,
            "incident": incident,
            "kind": one.kind,
            "lane": one.lane,
            "grp": one.group,
            "payload": json.dumps(one.payload, sort_keys=True),
            "state": "owed",
            "due_at": one.due.timestamp() if one.due else now,
            "attempts": 0,
            "rank": _place(one),
        }
        for one in _newest_of_each_group(effects)
    ]
    # The incident's row is locked, so nobody else can owe the same in between.
    known = set() if first else set(db.execute(statements.KNOWN, {"keys": [row["key"] for row in rows]}).scalars())
    if new := [row for row in rows if row["key"] not in known]:
        db.execute(statements.OWE, new)


NEAR = 8
"""Times as many as are wanted are looked at first: some wait for others, and other replicas take some."""
SPAN = 1e11
"""More than any moment in epoch seconds: a severity's reminders all come before the next one's."""


def _place(one: Effect) -> float:
    """What can wait comes after all else: the most severe first, and of those the newest due, however often it was
    put off since."""
    return one.rank * SPAN - (one.due.timestamp() if one.due else 0) if one.rank else 0


def _newest_of_each_group(effects: Sequence[Effect]) -> Iterable[Effect]:
    last = {one.group: one for one in effects if one.group}
    return (one for one in effects if one.group is None or last[one.group] is one)


def claim(
    db: Connection, worker: str, now: float, *, lease: float, grace: float, limit: int,
    only: tuple[int, frozenset[str]] | None = None,
) -> list[Owed]:  # fmt: skip
    """Take up to `limit` effects that are due and first in their lane, and commit the intent to perform them: what
    people wait for in its order, then reminders, the most severe and newest first.

    `only`: those of one incident that are of these kinds.
    """
    when = {"now": now, "grace": grace, "most": limit, "near": NEAR * limit}
    if only is not None:
        wanted = statements.CLAIMABLE_OF_ALL.where(_e.incident == only[0], _e.kind.in_(only[1]))
        chosen = db.execute(wanted, when).all()
    else:
        chosen = db.execute(statements.CLAIMABLE, when).all()
        if len(chosen) < limit and db.execute(statements.ARE_NEAR, when).scalar() == NEAR * limit:
            # Those that are near wait for others of their lanes.
            chosen = db.execute(statements.CLAIMABLE_OF_ALL, when).all()
    if not chosen:
        return []
    until = now + lease
    db.execute(statements.CLAIM, {"ids": [row.id for row in chosen], "worker": worker, "until": until, "now": now})
    return [_owed(row, worker, until, now) for row in chosen]


def _owed(row: Row[Any], worker: str, until: float, now: float) -> Owed:
    return Owed(
        id=row.id,
        key=row.key,
        incident=row.incident,
        kind=row.kind,
        lane=row.lane,
        payload=json.loads(row.payload),
        attempts=row.attempts + 1,
        lease_until=until,
        ambiguous=row.intent_at is not None,
        intent_at=row.intent_at if row.intent_at is not None else now,
        worker=worker,
        rank=row.rank,
    )


def done(db: Connection, owed: Owed, result: dict[str, Any]) -> bool:
    """Settle it. False when the lease was lost meanwhile: then nothing may follow from this result."""
    return _settle(db, owed, "done", brought=json.dumps(result))


def cancel(db: Connection, owed: Owed, why: str) -> bool:
    """It is not wanted any more: there is nowhere for it to go."""
    return _settle(db, owed, "cancelled", why=why)


def bury(db: Connection, owed: Owed, error: str) -> bool:
    """Set aside for good: repeating it cannot help until a person has changed something."""
    return _settle(db, owed, "buried", why=error)


def postpone(db: Connection, owed: Owed, until: float, error: str, *, refused: bool, held: bool = False) -> bool:
    """Try again at `until`. `refused`: it certainly did not happen, so there is no intent left to wonder about."""
    return _settle(db, owed, "owed", due=until, why=error, holds=error if held else None, refused=refused)


def _settle(
    db: Connection,
    owed: Owed,
    state: str,
    *,
    due: float = NEVER,
    why: str | None = None,
    holds: str | None = None,
    brought: str | None = None,
    refused: bool = False,
) -> bool:
    values = {"new": state, "due": due, "why": why, "holds": holds, "brought": brought, "refused": refused}
    whose = {"effect": owed.id, "worker": owed.worker, "tries": owed.attempts}
    return db.execute(statements.SETTLE, values | whose).rowcount == 1


def standing(db: Connection, id: int) -> tuple[str, dict[str, Any]]:
    """State and result of an effect, as whoever has it by now left them; empty when it is not there."""
    row = db.execute(select(_e.state, _e.result).where(_e.id == id)).one_or_none()
    return (row.state, json.loads(row.result or "{}")) if row else ("", {})


def release_all(db: Connection) -> int:
    """At the start of the only process on a database: leases of the dead end now. Their effects stay ambiguous."""
    return db.execute(
        update(t.effect).where(_e.state == "trying").values(state="owed", leased_by=None, lease_until=None, due_at=0)
    ).rowcount


def release(db: Connection, worker: str, now: float) -> int:
    """When a worker ends: what it still holds is anybody's once it has landed, if it does. It stays ambiguous."""
    return db.execute(
        update(t.effect)
        .where(_e.state == "trying", _e.leased_by == worker)
        .values(state="owed", leased_by=None, lease_until=None, due_at=now, tried_at=now)
    ).rowcount


def next_due(db: Connection, grace: float, now: float) -> float | None:
    """When the next effect can be claimed at the earliest (epoch seconds), or None when nothing is owed."""
    return db.execute(statements.NEXT, {"now": now, "grace": grace}).scalar()


def retry(db: Connection, now: float, *, id: int | None = None, incident: int | None = None) -> int:
    """Buried and held effects are owed again, at once: all, one, or those of one incident. How many there were."""
    chosen = or_(_e.state == "buried", and_(_e.state == "owed", _e.held.is_not(None)))
    if id is not None:
        chosen = and_(chosen, _e.id == id)
    if incident is not None:
        chosen = and_(chosen, _e.incident == incident)
    return db.execute(
        update(t.effect).where(chosen).values(state="owed", held=None, due_at=now, leased_by=None, lease_until=None)
    ).rowcount


def counts(db: Connection, now: float | None = None) -> dict[str, int]:
    """`owed`, `trying`, `held` and `buried`, for `/health`. Held effects are owed too, but counted apart; reminders
    count from when they fall due."""
    rows = db.execute(statements.COUNTS, {"now": time.time() if now is None else now}).all()
    found = {"owed": 0, "trying": 0, "held": 0, "buried": 0}
    for state, held, count in rows:
        found["held" if held and state == "owed" else state] += count
    return found


def listing(db: Connection, limit: int = 200) -> Sequence[Row[Any]]:
    """What is owed, being tried, held or buried, oldest first."""
    return db.execute(select(t.effect).where(_e.state.in_((*LIVE, "buried"))).order_by(_e.id).limit(limit)).all()


def sent(db: Connection, incident: int, kind: str) -> list[tuple[str, str]]:
    """To whom messages of this kind were sent, and the ts of each, oldest first."""
    chosen = select(_e.payload, _e.result).where(_e.incident == incident, _e.kind == kind, _e.state == "done")
    found = ((json.loads(row.payload), json.loads(row.result or "{}")) for row in db.execute(chosen.order_by(_e.id)))
    return [(about["to"], result["ts"]) for about, result in found if "to" in about and "ts" in result]


def of_lane(db: Connection, lane: str) -> Sequence[Any]:
    """Everything that was ever owed in this lane: id, state, payload and result (JSON), oldest first."""
    return db.execute(select(_e.id, _e.state, _e.payload, _e.result).where(_e.lane == lane).order_by(_e.id)).all()


def brought(db: Connection, incident: int, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """What the effects of these kinds that were done for an incident brought back, oldest first."""
    rows = select(_e.result).where(_e.incident == incident, _e.kind.in_(kinds), _e.state == "done").order_by(_e.id)
    return [json.loads(found) for found in db.execute(rows).scalars() if found]
