"""What `/metrics` shows, read from the rows: three looks, whatever the number of incidents."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Float, bindparam, func, select

from stanch.core.incident import OPEN
from stanch.store import outbox, tables as t

_i, _e = t.incident.c, t.effect.c
_BY_STATE = select(
    _i.severity, _i.phase, _i.restricted, func.count().label("incidents"), func.sum(_i.seq).label("events")
).group_by(_i.severity, _i.phase, _i.restricted)
_OLDEST = select(func.min(_e.due_at)).where(
    _e.state == "owed", _e.held.is_(None), _e.due_at <= bindparam("now", type_=Float)
)
RESTRICTED = "restricted"
UNSAID = "none"


@dataclass(frozen=True, slots=True)
class Figures:
    """`late` is in seconds: for how long the oldest effect that is due has been waiting (0: none waits). `open` counts
    by severity and phase; restricted incidents are counted apart, without either. Totals include what is closed."""

    effects: Mapping[str, int]
    late: float
    open: Mapping[tuple[str, str], int]
    incidents: int
    events: int


def figures(db: Connection, now: float) -> Figures:
    """`now` in epoch seconds."""
    rows = db.execute(_BY_STATE).all()
    open_now: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.phase in OPEN:
            place = (RESTRICTED, RESTRICTED) if row.restricted else (row.severity or UNSAID, row.phase)
            open_now[place] += row.incidents
    oldest = db.execute(_OLDEST, {"now": now}).scalar()
    return Figures(
        effects=outbox.counts(db),
        late=max(0.0, now - oldest) if oldest is not None else 0.0,
        open=open_now,
        incidents=sum(row.incidents for row in rows),
        events=sum(row.events for row in rows),
    )
