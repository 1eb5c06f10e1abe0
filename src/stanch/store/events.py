"""The event log: append behind what is there, read back, and the projections that are written with it."""

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, insert, or_, select, update

from stanch.core.chain import GENESIS, Event, canonical, envelope, link, stamp, unstamp
from stanch.core.events import Payload
from stanch.core.incident import Incident, fold
from stanch.store import tables as t
from stanch.store.ids import uuid7
from stanch.store.projections import project, projection

__all__ = ["Log"]

_i, _v = t.incident.c, t.event.c
_number = bindparam("incident_number", type_=Integer)

# Statements are built once: building them costs more than running them.
_HEAD = select(_i.seq, _i.head).where(_i.number == _number)
_HEAD_LOCKED = _HEAD.with_for_update()
_EVENTS = select(t.event).where(_v.incident == _number, _v.seq > bindparam("after", type_=Integer)).order_by(_v.seq)
_ENTRY = select(t.event).where(_v.incident == _number, _v.seq == bindparam("entry", type_=Integer))
_LATEST = select(t.event).where(_v.incident == _number).order_by(_v.seq.desc()).limit(bindparam("most", type_=Integer))
_ADD_EVENTS = insert(t.event)
_ADD_INCIDENT = insert(t.incident)
_SET_INCIDENT = (
    update(t.incident)
    .where(_i.number == _number)
    .values({column.name: bindparam(column.name) for column in t.incident.columns if column.name != "number"})
)
_TAKE_NUMBER = (
    update(t.counter)
    .where(t.counter.c.name == "incident")
    .values(value=t.counter.c.value + 1)
    .returning(t.counter.c.value)
)
_OF_ROOM = select(_i.number).where(_i.room == bindparam("channel")).limit(1)
_OF_ANY_ROOM = select(t.room.c.incident).where(t.room.c.channel == bindparam("channel"))
_HOLDING = select(t.capture.c.incident).where(
    t.capture.c.channel == bindparam("channel"), t.capture.c.ts == bindparam("at")
)
_OPEN = select(_i.number).where(_i.rank > 0).order_by(_i.rank, _i.number).limit(bindparam("most", type_=Integer))
_d = t.duty.c
_most = bindparam("most", type_=Integer)
_MINE = (
    select(t.duty)
    .where(_d.who == bindparam("who"), or_(_d.kind == "mitigation", _d.due >= bindparam("since")))
    .order_by(_d.due, _d.incident, _d.k)
    .limit(_most)
)
_IN_FORCE = select(t.duty).where(_d.kind == "mitigation").order_by(_d.incident, _d.k).limit(_most)
_LEARNING = select(_i.number).where(_i.phase == "learn").order_by(_i.number.desc()).limit(_most)
_SAME_TITLE = (
    select(_i.number)
    .where(
        _i.declared_by == bindparam("who"),
        _i.title == bindparam("wanted"),
        _i.declared_at >= bindparam("since"),
        _i.rank > 0,
    )
    .order_by(_i.number.desc())
    .limit(1)
)


class Log:
    """Reads and appends. Keeps the last folded states, each checked against the stored head before it is used."""

    def __init__(self, keep: int = 500) -> None:
        self._keep = keep
        self._states: OrderedDict[int, Incident] = OrderedDict()
        self._lock = threading.Lock()

    def next_number(self, db: Connection) -> int:
        """The next incident's number. Without gaps: it is given back when the transaction is."""
        return int(db.execute(_TAKE_NUMBER).scalar_one())

    def load(self, db: Connection, number: int, *, to_write: bool = False) -> Incident | None:
        """The incident as it stands, or None. `to_write` locks it until the transaction ends."""
        row = db.execute(_HEAD_LOCKED if to_write else _HEAD, {"incident_number": number}).one_or_none()
        if row is None:
            return None
        with self._lock:
            known = self._states.get(number)
        if known and known.seq == row.seq and known.head == row.head:
            return known
        start = known if known and known.seq < row.seq else None
        events = self.read(db, number, after=start.seq if start else 0)
        if start and (not events or events[0].prev != start.head):
            # What was kept came from a transaction that was rolled back: fold the whole of it.
            start, events = None, self.read(db, number)
        state = fold(events, start)
        if state:
            with self._lock:
                self._states.pop(number, None)
                self._states[number] = state
                if len(self._states) > self._keep:
                    self._states.popitem(last=False)
        return state

    def last_seen(self, number: int) -> Incident | None:
        """The state as it was read last in this process; it may be older than what is stored."""
        with self._lock:
            return self._states.get(number)

    def read(self, db: Connection, number: int, after: int = 0) -> list[Event]:
        return [_event(row) for row in db.execute(_EVENTS, {"incident_number": number, "after": after})]

    def entry(self, db: Connection, number: int, seq: int) -> Event | None:
        row = db.execute(_ENTRY, {"incident_number": number, "entry": seq}).one_or_none()
        return _event(row) if row else None

    def latest(self, db: Connection, number: int, count: int) -> list[Event]:
        rows = db.execute(_LATEST, {"incident_number": number, "most": count}).all()
        return [_event(row) for row in reversed(rows)]

    def append(
        self,
        db: Connection,
        number: int,
        before: Incident | None,
        payloads: Sequence[Payload],
        *,
        by: str,
        source: str,
        at: datetime,
        now: datetime,
    ) -> Incident | None:
        """Write the events behind `before`, and the projection; the state after them.

        Somebody else's event with the same number raises `IntegrityError`: decide again.
        """
        seq, head = (before.seq, before.head) if before else (0, GENESIS)
        rows: list[dict[str, Any]] = []
        state = before
        for payload in payloads:
            seq += 1
            event = link(
                id=uuid7(), incident=number, seq=seq, kind=payload.kind, at=at, recorded_at=now, by=by, source=source,
                payload=payload.as_json(), prev=head,
            )  # fmt: skip
            head = event.hash
            state = fold([event], state)
            rows.append(_row(event))
        if not rows or state is None:
            return state
        db.execute(_ADD_EVENTS, rows)
        row = projection(state)
        if before is None:
            db.execute(_ADD_INCIDENT, row)
        else:
            db.execute(_SET_INCIDENT, row | {"incident_number": number})
        project(db, before, state)
        return state

    def of_room(self, db: Connection, room: str) -> int | None:
        """The incident whose room this channel is."""
        return db.execute(_OF_ROOM, {"channel": room}).scalar()

    def of_any_room(self, db: Connection, room: str) -> int | None:
        """The incident whose room this channel is or was."""
        return db.execute(_OF_ANY_ROOM, {"channel": room}).scalar()

    def holding(self, db: Connection, channel: str, ts: str) -> list[int]:
        """The incidents whose timelines hold this message."""
        return list(db.execute(_HOLDING, {"channel": channel, "at": ts}).scalars())

    def open_numbers(self, db: Connection, most: int) -> list[int]:
        """Open incidents, worst first, then oldest first; those without a severity come after SEV4."""
        return list(db.execute(_OPEN, {"most": most}).scalars())

    def duties_of(self, db: Connection, user: str, since: str, most: int) -> Sequence[Row[Any]]:
        """What this person looks after, or has promised for a day (ISO) not before `since`; the next first."""
        return db.execute(_MINE, {"who": user, "since": since, "most": most}).all()

    def in_force(self, db: Connection, most: int) -> Sequence[Row[Any]]:
        """Mitigations that move production now, whosever incident it was, oldest first."""
        return db.execute(_IN_FORCE, {"most": most}).all()

    def learning(self, db: Connection, most: int) -> list[int]:
        """Incidents that wait to be closed, the newest first."""
        return list(db.execute(_LEARNING, {"most": most}).scalars())

    def same_title(self, db: Connection, title: str, by: str, since: datetime) -> int | None:
        """An open incident of the same title that the same person declared since then."""
        return db.execute(_SAME_TITLE, {"wanted": title, "who": by, "since": stamp(since)}).scalar()


def _row(event: Event) -> dict[str, Any]:
    return envelope(event) | {"payload": None if event.payload is None else canonical(event.payload)}


def _event(row: Row[Any]) -> Event:
    facts = dict(row._mapping)
    payload = facts.pop("payload")
    return Event(
        **{
            **facts,
            "at": unstamp(facts["at"]),
            "recorded_at": unstamp(facts["recorded_at"]),
            "payload": None if payload is None else json.loads(payload),
        }
    )
