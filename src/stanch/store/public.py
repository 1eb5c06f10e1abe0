"""The table of what users were told: what the pages are drawn from."""

import json
from typing import Any

from sqlalchemy import Connection, Float, bindparam, delete, insert, or_, select, update

from stanch.core.incident import Incident
from stanch.core.public import Entry, entry
from stanch.store import tables as t

_p, _e = t.public_page.c, t.effect.c
_DROP = delete(t.public_page).where(_p.incident == bindparam("whose"))
_ADD = insert(t.public_page)
_SINCE = (
    select(_p.facts)
    .where(or_(_p.state != "resolved", _p.changed_at >= bindparam("since", type_=Float)))
    .order_by(_p.changed_at.desc())
    .limit(500)
)
_GIVE_UP = (
    update(t.effect)
    .where(_e.lane == bindparam("of"), _e.state == "buried")
    .values(state="cancelled", error="made good")
)


def row(state: Incident) -> dict[str, Any] | None:
    found = entry(state)
    if found is None:
        return None
    facts = json.dumps(found.as_json(), ensure_ascii=False, sort_keys=True)
    about = {"incident": found.number, "service": found.service, "state": found.state}
    return about | {"facts": facts, "changed_at": found.changed.timestamp()}


def replace(db: Connection, before: Incident | None, after: Incident) -> None:
    """Bring the row to the state after."""
    if before is not None and before.status_page.id:
        db.execute(_DROP, {"whose": after.number})
    if found := row(after):
        db.execute(_ADD, found)


def since(db: Connection, moment: float) -> list[Entry]:
    """What goes on, and what has changed since then (epoch seconds), the newest first; at most 500."""
    return [Entry.from_json(json.loads(facts)) for facts in db.execute(_SINCE, {"since": moment}).scalars()]


def made_good(db: Connection, lane: str) -> None:
    """What was set aside in this lane is not to be repeated: another try has come through."""
    db.execute(_GIVE_UP, {"of": lane})
