"""Incidents that hang together: one that recurs from another, one that was a duplicate of another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from stanch.core import commands as c
from stanch.core.course import again, ended_long_ago
from stanch.core.incident import STANCH
from stanch.core.policy import outsiders_stay_out
from stanch.errors import Refusal
from stanch.flows.asked import Answer, Asked
from stanch.store import signals
from stanch.store.events import Log

Apply = Callable[..., Answer]
"""`Desk.apply`: decide and write in the caller's transaction."""


def recurs(log: Log, apply: Apply, db: Connection, asked: Asked, now: datetime) -> Answer | None:
    """What came back after more than a day is a new incident, linked both ways; None when it can still be reopened.

    Raises `Refusal` like any command.
    """
    assert isinstance(asked.command, c.Reopen)
    old = log.load(db, asked.number, to_write=True) if asked.number is not None else None
    if old is None or not ended_long_ago(old, now) or not asked.command.why.strip():
        return None
    outsiders_stay_out(old, asked.by, asked.channel)
    number = log.next_number(db)
    answer = apply(db, replace(asked, command=again(old, number), number=None), now, new=number)
    for key, _ in old.signals:
        signals.link(db, key, number)
    apply(db, replace(asked, command=c.Note(asked.command.why), number=number), now)
    apply(db, Asked(c.ReportRecurred(number), STANCH, asked.source, old.number), now)
    say = f"{old.name} ended over 24 hours ago, so this is a new incident.\n{answer.say}"
    return replace(answer, say=say)


def joins(log: Log, apply: Apply, db: Connection, asked: Asked, other: int, now: datetime) -> None:
    """Whoever worked on the duplicate is brought to the other one, and its alert is told there from now on.

    Raises `Refusal` when there is no such incident.
    """
    state, target = log.load(db, asked.number or 0), log.load(db, other, to_write=True)
    if state is None or target is None:
        raise Refusal(f"There is no INC-{other}. `/incident list` shows those that are open.")
    if target.phase == "dismissed":
        raise Refusal(f"INC-{other} was dismissed itself, so nobody works on it. Of which open incident is this one?")
    outsiders_stay_out(target, asked.by, asked.channel)
    hidden = state.restricted and not target.restricted
    people = () if hidden else tuple(dict.fromkeys((state.declared_by, *state.seats.values())))
    apply(db, Asked(c.ReportDuplicate(state.number, people), STANCH, asked.source, other), now)
    if not hidden:
        # The alert of a restricted one stays with it, as its stub.
        signals.hand_over(db, state.number, other)
