"""The table of who can open what: asked once a round, answered with one click."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, insert, select, update

from stanch.store import tables as t

_c = t.can_open.c
_KNOWN = select(_c.person, _c.what).where(_c.week == bindparam("round"))
_ADD = insert(t.can_open)
_OPENED = (
    update(t.can_open)
    .where(_c.week == bindparam("round"), _c.person == bindparam("who"), _c.what == bindparam("which"))
    .values(state="opened", at=bindparam("now"))
)
_OPEN = select(_c.person, _c.what).where(_c.week == bindparam("round"), _c.state == "asked")
_ANY = select(_c.week).limit(1)


def ask(db: Connection, round: str, asked: Collection[tuple[str, str]], now: float) -> None:
    """Note who is asked for what; who was asked in this round before keeps their answer. `now`: epoch seconds."""
    known = {(row.person, row.what) for row in db.execute(_KNOWN, {"round": round})}
    new = [
        {"week": round, "person": person, "what": what, "state": "asked", "at": now}
        for person, what in asked
        if (person, what) not in known
    ]
    if new:
        db.execute(_ADD, new)


def opened(db: Connection, round: str, person: str, what: str, now: float) -> bool:
    """They can open it. False: they were not asked for it in this round."""
    asked = {"round": round, "who": person, "which": what, "now": now}
    return db.execute(_OPENED, asked).rowcount == 1


def missing(db: Connection, round: str) -> set[tuple[str, str]]:
    """Person and what they have not said that they can open."""
    return {(row.person, row.what) for row in db.execute(_OPEN, {"round": round})}


def ever_asked(db: Connection) -> bool:
    return db.execute(_ANY).first() is not None
