"""The look-up tables that follow from the events and are written in the same transaction.

Everything here can be made again from the events; a test does, and compares.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, case, delete, exists, insert, select, update

from stanch.core.chain import stamp
from stanch.core.incident import OPEN, Incident
from stanch.store import public, tables as t

Row = dict[str, Any]

_KNOWN_ROOM = select(t.room.c.channel).where(t.room.c.channel == bindparam("named"))
_ADD_ROOM = insert(t.room)
_ADD_CAPTURE = insert(t.capture)
_DROP_DUTIES = delete(t.duty).where(t.duty.c.incident == bindparam("whose", type_=Integer))
_ADD_DUTY = insert(t.duty)

_i = t.incident.c
_RANK_MISSING = (
    update(t.incident)
    .where(_i.phase.in_(OPEN), _i.rank.is_(None))
    .values(rank=case({"SEV1": 1, "SEV2": 2, "SEV3": 3, "SEV4": 4}, value=_i.severity, else_=9))
)
_ROOMS_MISSING = insert(t.room).from_select(
    ["channel", "incident"],
    select(_i.room, _i.number).where(
        _i.phase.in_(OPEN), _i.room.is_not(None), ~exists().where(t.room.c.channel == _i.room)
    ),
)


def projection(state: Incident) -> Row:
    """The row of the table of incidents that belongs to this state."""
    return {
        "number": state.number,
        "seq": state.seq,
        "head": state.head,
        "title": state.title,
        "klass": state.klass,
        "severity": state.severity,
        "service": state.service,
        "phase": state.phase,
        "restricted": state.restricted,
        "drill": state.drill,
        "declared_by": state.declared_by,
        "declared_at": stamp(state.declared_at),
        "room": state.room,
        "room_state": state.room_state,
        "card_ts": state.card_ts,
        "rank": rank(state),
    }


def rank(state: Incident) -> int | None:
    """Its place in lists: 1 to 4 by severity, 9 without one; None when it is not open."""
    if not state.is_open:
        return None
    return int(state.severity[-1]) if state.severity and state.severity[-1].isdigit() else 9


def rooms(state: Incident) -> list[Row]:
    return [{"channel": one, "incident": state.number} for one in (*state.former_rooms, state.room) if one]


def captures(state: Incident) -> list[Row]:
    return [{"channel": m.channel, "ts": m.ts, "incident": state.number} for m in state.captured]


def duties(state: Incident) -> list[Row]:
    """Mitigations that still move production, whoever looks after them, and action items."""
    mitigations = (
        (m.k, "mitigation", m.state, m.owner, m.until, m.what)
        for m in state.mitigations
        if m.in_force or m.state == "kept"
    )
    actions = ((a.k, "action", "promised", a.owner, a.by, a.what) for a in state.actions)
    names = ("k", "kind", "state", "who", "due", "what")
    return [
        dict(zip(names, one, strict=True)) | {"incident": state.number}
        for one in (*mitigations, *(actions if state.phase != "dismissed" else ()))
    ]


def catch_up(db: Connection) -> None:
    """Fill what a replica of an earlier version, which does not know these columns and tables, has left empty."""
    db.execute(_RANK_MISSING)
    db.execute(_ROOMS_MISSING)


def project(db: Connection, before: Incident | None, after: Incident) -> None:
    """Bring the other tables from the state before to the state after; most events change none of them."""
    if after.room and (before is None or after.room != before.room):
        _add_new(db, after)
    if new := captures(after)[len(before.captured) if before else 0 :]:
        db.execute(_ADD_CAPTURE, new)
    if before is not None and before.status_page != after.status_page:
        public.replace(db, before, after)
    if before is None or _of_duty(before) != _of_duty(after):
        _replace_duties(db, after, known=before is not None and bool(duties(before)))


def _add_new(db: Connection, after: Incident) -> None:
    if db.execute(_KNOWN_ROOM, {"named": after.room}).one_or_none() is None:
        db.execute(_ADD_ROOM, {"channel": after.room, "incident": after.number})


def _of_duty(state: Incident) -> Iterable[Any]:
    return (state.mitigations, state.actions, state.phase == "dismissed")


def _replace_duties(db: Connection, after: Incident, *, known: bool) -> None:
    if known:
        db.execute(_DROP_DUTIES, {"whose": after.number})
    if rows := duties(after):
        db.execute(_ADD_DUTY, rows)
