"""What a service's controls stood at while its checks were green; and redacted answers that people judge."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stanch.core.control import Value
from stanch.store import tables as t

_k = t.known_good.c


@dataclass(frozen=True, slots=True)
class KnownGood:
    """`values`: control id → value, empty while none is recorded. Moments are epoch seconds.

    `candidate`: what stands there now and has been green since `candidate_at`, on its way to become the known-good set.
    """

    service: str
    values: Mapping[str, Value]
    since: float
    candidate: Mapping[str, Value]
    candidate_at: float
    looked_at: float


def load(db: Connection, service: str) -> KnownGood | None:
    row = db.execute(select(t.known_good).where(_k.service == service)).one_or_none()
    if row is None:
        return None
    return KnownGood(
        row.service, json.loads(row.good), row.since, json.loads(row.candidate), row.candidate_at, row.looked_at
    )


def my_turn(db: Connection, service: str, now: float, period: float) -> bool:
    """Whether this process is to look at the service now: once in a period, whichever replica comes first."""
    if load(db, service) is None:
        empty: dict[str, Any] = {"service": service, "good": "{}", "candidate": "{}", "since": 0.0, "candidate_at": 0.0}
        db.execute(insert(t.known_good).values(**empty, looked_at=now))
        return True
    taken = update(t.known_good).where(_k.service == service, _k.looked_at <= now - period).values(looked_at=now)
    return db.execute(taken).rowcount == 1


def keep(db: Connection, found: KnownGood) -> None:
    db.execute(
        update(t.known_good)
        .where(_k.service == found.service)
        .values(
            good=json.dumps(dict(found.values), sort_keys=True),
            since=found.since,
            candidate=json.dumps(dict(found.candidate), sort_keys=True),
            candidate_at=found.candidate_at,
        )
    )


def keep_answers(
    db: Connection, incident: int, s: int, answers: Sequence[tuple[str, str, str, str]], at: float
) -> None:
    """Redacted answers (id, question, answer, about) to be judged; they are dropped after `forget_answers`."""
    db.execute(delete(t.answer).where(t.answer.c.incident == incident, t.answer.c.s == s))
    rows = [
        {"incident": incident, "s": s, "id": id, "question": asked, "said": said, "about": about, "at": at}
        for id, asked, said, about in dict((one[0], one) for one in answers).values()
    ]
    if rows:
        db.execute(insert(t.answer), rows)


def answer(db: Connection, incident: int, s: int, id: str) -> tuple[str, str, str] | None:
    """Question, answer and a line about it; None when it was dropped."""
    c = t.answer.c
    row = db.execute(select(t.answer).where(c.incident == incident, c.s == s, c.id == id)).one_or_none()
    return (row.question, row.said, row.about) if row else None


def forget_answers(db: Connection, before: float) -> None:
    db.execute(delete(t.answer).where(t.answer.c.at < before))
