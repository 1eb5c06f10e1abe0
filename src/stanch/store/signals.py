"""The table of signals: what each group of alerts is, where people see it, and which incident it belongs to."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from stanch.core.incident import OPEN
from stanch.core.signal import Signal
from stanch.store import tables as t

_s = t.signal.c
_ONE = select(t.signal).where(_s.key == bindparam("wanted"))
_ONE_LOCKED = _ONE.with_for_update()
_ADD = insert(t.signal)
_SET = (
    update(t.signal)
    .where(_s.key == bindparam("wanted"))
    .values({column.name: bindparam(column.name) for column in t.signal.columns if column.name != "key"})
)
_HEARD = update(t.signal).where(_s.key == bindparam("wanted")).values(last_at=bindparam("now"))
_HAND_OVER = update(t.signal).where(_s.incident == bindparam("was")).values(incident=bindparam("becomes"))
_PHASE = select(t.incident.c.phase).where(t.incident.c.number == bindparam("holder"))


@dataclass(frozen=True, slots=True)
class Record:
    """A signal as it stands. Moments are epoch seconds.

    An *episode* has one message: a new one begins when the group fires anew and its message would not be seen.
    """

    signal: Signal
    version: int
    first_at: float
    last_at: float
    channel: str | None = None
    ts: str | None = None
    incident: int | None = None
    """Which incident was declared from it last; it may have ended since."""
    episode: int = 1
    taken_in: int | None = None
    """The episode in which that incident was declared."""
    gone: bool = False
    """Somebody deleted the message of this episode."""
    former: tuple[tuple[str, str], ...] = ()
    """Channel and ts of the messages of earlier episodes, the newest last."""
    shown: str = field(default="", compare=False)
    """What the message shows, as a digest: an equal one is not sent again."""

    @property
    def key(self) -> str:
        return self.signal.key


def load(db: Connection, key: str, *, to_write: bool = False) -> Record | None:
    """The signal, or None. `to_write` locks it until the transaction ends."""
    row = db.execute(_ONE_LOCKED if to_write else _ONE, {"wanted": key}).one_or_none()
    if row is None:
        return None
    facts = json.loads(row.facts)
    return Record(
        signal=Signal.from_json(facts["signal"]),
        version=row.version,
        first_at=row.first_at,
        last_at=row.last_at,
        channel=row.channel,
        ts=row.ts,
        incident=row.incident,
        episode=facts["episode"],
        taken_in=facts["taken_in"],
        gone=facts["gone"],
        shown=facts["shown"],
        former=tuple((one[0], one[1]) for one in facts.get("former", ())),
    )


def add(db: Connection, record: Record) -> None:
    """A new one. Raises `IntegrityError` when another replica was quicker: then take it in again."""
    db.execute(_ADD, {"key": record.key, **_columns(record)})


def save(db: Connection, record: Record) -> None:
    db.execute(_SET, {"wanted": record.key, **_columns(record)})


def heard(db: Connection, key: str, now: float) -> None:
    """The source repeated itself."""
    db.execute(_HEARD, {"wanted": key, "now": now})


def link(db: Connection, key: str, number: int) -> int | None:
    """Incident `number` was declared from this signal. The open incident that has it already, if another does: then
    nothing is changed. A signal that nobody knows is linked to nothing."""
    record = load(db, key, to_write=True)
    if record is None:
        return None
    if record.incident not in (None, number):
        phase = db.execute(_PHASE, {"holder": record.incident}).scalar()
        if phase in OPEN:
            return record.incident
    save(db, replace(record, incident=number, taken_in=record.episode))
    return None


def hand_over(db: Connection, number: int, other: int) -> None:
    """Incident `number` was a duplicate of `other`, which is told of its alerts from now on."""
    db.execute(_HAND_OVER, {"was": number, "becomes": other})


def posted(db: Connection, key: str, episode: int, channel: str, ts: str, shown: str) -> None:
    """Its message of this episode stands at `ts` and shows `shown`; nothing when another episode has begun since."""
    record = load(db, key, to_write=True)
    if record is not None and record.episode == episode:
        save(db, replace(record, channel=channel, ts=ts, shown=shown))


def hushed(db: Connection, key: str) -> None:
    """The messages of earlier episodes say nothing any more."""
    record = load(db, key, to_write=True)
    if record is not None:
        save(db, replace(record, former=()))


def deleted(db: Connection, key: str, ts: str) -> None:
    """Somebody deleted the message at `ts`."""
    record = load(db, key, to_write=True)
    if record is not None and record.ts == ts:
        save(db, replace(record, channel=None, ts=None, gone=True, shown=""))


def _columns(record: Record) -> dict[str, Any]:
    facts = {
        "signal": record.signal.as_json(),
        "episode": record.episode,
        "taken_in": record.taken_in,
        "gone": record.gone,
        "shown": record.shown,
        "former": record.former,
    }
    return {
        "source": record.signal.source,
        "status": record.signal.status,
        "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True),
        "version": record.version,
        "first_at": record.first_at,
        "last_at": record.last_at,
        "channel": record.channel,
        "ts": record.ts,
        "incident": record.incident,
    }
