"""Take in a signal: keep what is news, tell the incident that has it, and owe its message in the triage channel."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from stanch.core import commands as c
from stanch.core.effects import showing
from stanch.core.incident import STANCH, Incident
from stanch.core.signal import Signal, follow
from stanch.flows.desk import Asked, Desk
from stanch.store import outbox, signals as store
from stanch.store.signals import Record

SEEN_FOR = timedelta(minutes=30)
"""A group that fires again within this time after its end was told keeps its message; later nobody looks that far up,
and a message that is only changed notifies nobody: then it gets a new one."""
KEPT = 20
"""Messages of earlier episodes that are remembered, to be made neutral when their incident becomes restricted."""


async def take_in(desk: Desk, heard: Sequence[Signal]) -> list[str]:
    """The keys of those that brought news; they are committed. Raises `Unavailable`."""
    now = desk.clock()
    news = await desk.database(lambda db: [one.key for one in heard if _take(desk, db, one, now)])
    if news:
        desk.wake()
    return news


async def known(desk: Desk, key: str) -> tuple[Record, Incident | None] | None:
    """A signal as it stands, and the incident that was declared from it last."""

    def work(db: Connection) -> tuple[Record, Incident | None] | None:
        record = store.load(db, key)
        return (record, _holder(desk, db, record)) if record else None

    return await desk.database(work, background=True)


def _take(desk: Desk, db: Connection, heard: Signal, now: datetime) -> bool:
    record = store.load(db, heard.key, to_write=True)
    if record is None:
        signal = follow(None, heard, now)
        store.add(db, Record(signal, 1, now.timestamp(), now.timestamp()))
        # One that had ended before anybody heard of it is kept, and shown to nobody.
        if signal.status == "firing":
            _owe(db, signal.key, 1, None, now)
        return signal.status == "firing"
    signal = follow(record.signal, heard, now)
    if signal == record.signal:
        store.heard(db, heard.key, now.timestamp())
        return False
    holder = _holder(desk, db, record)
    after = replace(record, signal=signal, version=record.version + 1, last_at=now.timestamp())
    if signal.status == "firing" and record.signal.status == "resolved" and _needs_a_new_message(record, holder, now):
        stood = ((record.channel, record.ts),) if record.channel and record.ts else ()
        former = (*record.former, *stood)[-KEPT:]
        after = replace(after, episode=record.episode + 1, channel=None, ts=None, gone=False, shown="", former=former)
    store.save(db, after)
    if holder and holder.is_open:
        _tell(desk, db, holder, signal, record, now)
    _owe(db, signal.key, after.version, holder, now)
    return True


def _needs_a_new_message(record: Record, holder: Incident | None, now: datetime) -> bool:
    """It was deleted or is too far up; or it is the stub of a restricted incident that has ended, and must stay one."""
    told = datetime.fromtimestamp(record.last_at, UTC)
    stub = holder is not None and holder.restricted and not holder.is_open
    # While it is on its way (no ts yet), it will be brought up to date where it arrives.
    return record.gone or (record.ts is not None and (stub or now - told > SEEN_FOR))


def _holder(desk: Desk, db: Connection, record: Record) -> Incident | None:
    return None if record.incident is None else desk.log.load(db, record.incident)


def report(signal: Signal) -> c.ReportSignal:
    """What the incident that has this signal is told."""
    return c.ReportSignal(signal.key, signal.source, signal.title, signal.status, signal.link)


def behind(incident: Incident, signal: Signal) -> bool:
    """The incident is open and was not told yet how this signal is."""
    return incident.is_open and dict(incident.signals).get(signal.key) != signal.status


def _tell(desk: Desk, db: Connection, incident: Incident, signal: Signal, before: Record, now: datetime) -> None:
    if not behind(incident, signal):
        return
    at = signal.until if signal.status == "resolved" else signal.since
    # A source may say that it began before we heard that it had ended; an entry of the timeline does not.
    credible = at is not None and at > datetime.fromtimestamp(before.last_at, UTC)
    asked = Asked(report(signal), STANCH, "alert", incident.number, at=at if credible else now)
    desk.apply(db, asked, now)


def _owe(db: Connection, key: str, version: int, holder: Incident | None, now: datetime) -> None:
    outbox.owe(db, holder.number if holder else 0, [showing(key, str(version))], now.timestamp())
