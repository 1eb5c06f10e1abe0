"""The outbox's statements, built once: building them costs more than running them."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from stanch.store import tables as t

_e = t.effect.c
LIVE = ("owed", "trying")
NEVER = 1e12
"""When what is settled is due again. In PostgreSQL's statistics nothing lies in the past then but what is owed now, so
that it looks for that, however much was ever owed."""

_now, _grace = bindparam("now", type_=Float), bindparam("grace", type_=Float)


def _first_in_lane() -> ColumnElement[bool]:
    """Nothing of its lane is in flight, and what comes before it is settled, or a reminder whose time has not come."""
    other = t.effect.alias().c
    comes_first = and_(other.id < _e.id, or_(other.due_at <= _now, other.attempts > 0))
    # Of two whose leases ran out, one comes first: they must not wait for each other.
    in_flight = and_(other.id != _e.id, other.state == "trying", other.lease_until > _now)
    return ~exists().where(other.lane == _e.lane, other.state.in_(LIVE), or_(comes_first, in_flight))


_d = t.effect.alias().c
# Two looks into the index of what is due, however many reminders lie behind them.
_DUE = union_all(
    select(_d.id).where(_d.state == "owed", _d.due_at <= _now),
    select(_d.id).where(_d.state == "trying", _d.lease_until <= _now),
)
_n = t.effect.alias().c
_NEAR = select(_n.id).where(_n.id.in_(_DUE)).order_by(_n.rank, _n.id).limit(bindparam("near", type_=Integer))


def _claimable(ids: Select[tuple[int]] | CompoundSelect[tuple[int]]) -> Select[Any]:
    # The same is asked of the row itself: another replica may have claimed it since the index was read. In words that
    # no index answers, or SQLite would look through all that is owed later.
    state = func.coalesce(_e.state, "")
    ours = or_(state == "owed", and_(state == "trying", _e.lease_until <= _now))
    rested = or_(_e.intent_at.is_(None), _e.tried_at + _grace <= _now)
    return (
        select(t.effect)
        .where(_e.id.in_(ids), ours, rested, _first_in_lane())
        .order_by(_e.rank, _e.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


CLAIMABLE = _claimable(_NEAR)
"""The first of what is due: who comes next is looked for among `near` of them, however many there are."""
CLAIMABLE_OF_ALL = _claimable(_DUE)
ARE_NEAR = select(func.count()).select_from(_NEAR.subquery())
CLAIM = (
    update(t.effect)
    .where(_e.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="trying",
        leased_by=bindparam("worker"),
        lease_until=bindparam("until"),
        intent_at=func.coalesce(_e.intent_at, _now),
        tried_at=_now,
        attempts=_e.attempts + 1,
    )
)
SETTLE = (
    update(t.effect)
    .where(
        _e.id == bindparam("effect"),
        _e.state == "trying",
        _e.leased_by == bindparam("worker"),
        _e.attempts == bindparam("tries"),
    )
    .values(
        state=bindparam("new"),
        due_at=bindparam("due", type_=Float),
        error=bindparam("why"),
        held=bindparam("holds"),
        result=bindparam("brought"),
        intent_at=case((bindparam("refused", type_=Boolean), None), else_=_e.intent_at),
        leased_by=None,
        lease_until=None,
    )
)
SUPERSEDE = (
    update(t.effect)
    .where(_e.grp.in_(bindparam("groups", expanding=True)), _e.state == "owed", _e.intent_at.is_(None))
    .where(_e.key.not_in(bindparam("keys", expanding=True)))
    .values(state="superseded", held=None, due_at=NEVER)
)
KNOWN = select(_e.key).where(_e.key.in_(bindparam("keys", expanding=True)))
OWE = insert(t.effect)
# Each of these is answered from an index, however many effects are owed later: the next that falls due, the first lease
# that ends, and the first doubt that may be looked into. One that is not first in its lane wakes the loop for nothing.
_FIRST_DUE = select(_e.due_at).where(_e.state == "owed", _e.due_at > _now).order_by(_e.due_at).limit(1).subquery()
_NEXT_DUE = select(_FIRST_DUE.c.due_at.label("at"))
_NEXT_LEASE = select(func.min(_e.lease_until)).where(_e.state == "trying")
_NEXT_LOOK = select(func.min(_e.tried_at + _grace)).where(
    _e.state == "owed", _e.due_at <= _now, _e.intent_at.is_not(None), _first_in_lane()
)
_NEXT_OVERDUE = select(func.min(_e.due_at)).where(
    _e.state == "owed", _e.due_at <= _now, _e.intent_at.is_(None), _first_in_lane()
)
_ANY_NEXT = union_all(_NEXT_DUE, _NEXT_LEASE, _NEXT_LOOK, _NEXT_OVERDUE).subquery()
NEXT = select(func.min(_ANY_NEXT.c.at))
_SCHEDULED = and_(_e.state == "owed", _e.due_at > _now, _e.attempts == 0, _e.held.is_(None))
"""Reminders whose time has not come: nobody waits for them."""
COUNTS = (
    select(_e.state, _e.held.is_not(None), func.count())
    .where(_e.state.in_((*LIVE, "buried")), ~_SCHEDULED)
    .group_by(_e.state, _e.held.is_not(None))
)
