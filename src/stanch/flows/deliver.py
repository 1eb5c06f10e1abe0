"""What becomes of an effect once it was tried: settled in one transaction with what it brought back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from stanch.core import commands as c
from stanch.core.draft_effects import hush_one, late_words
from stanch.core.effect import Effect, Kind
from stanch.core.effects import late_hush
from stanch.core.incident import STANCH, Incident
from stanch.core.policy import sees
from stanch.flows.desk import Asked, Desk
from stanch.store import outbox
from stanch.store.outbox import Owed

MOUTHPIECES = ("tell",)
"""Effects that only carry a notice. When one of them fails nobody is told: never a notice about a notice."""


@dataclass(frozen=True, slots=True)
class Done:
    result: dict[str, Any] = field(default_factory=dict)
    reports: Sequence[c.Command] = ()
    """What came back from the outside, to be recorded in the same transaction."""
    record: Callable[[Connection], None] | None = None
    """What else is written with it: for effects that belong to no incident."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    why: str


@dataclass(frozen=True, slots=True)
class Buried:
    """Refused for good. `reports` says what it showed about the room, if the room is the trouble."""

    error: str
    what: str
    reports: Sequence[c.Command] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """It certainly did not happen; again in `after` seconds. `held`: until somebody has mended the whole app.

    `unclear`: only this try did not happen; what became of an earlier one is still to be looked at.
    """

    error: str
    after: float
    held: bool = False
    unclear: bool = False
    reports: Sequence[c.Command] = ()
    """What people should know meanwhile."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have happened: after the grace period, look before repeating."""

    error: str
    reports: Sequence[c.Command] = ()


Outcome = Done | Cancelled | Buried | Later | Unclear


def is_plain(outcome: Outcome) -> bool:
    """Nothing is to be recorded with it."""
    match outcome:
        case Done(_, reports, record):
            return not reports and record is None
        case Later() | Unclear():
            return not outcome.reports
        case _:
            return isinstance(outcome, Cancelled)


def with_state(desk: Desk, db: Connection, owed: Owed) -> tuple[Owed, Incident | None]:
    """What a performer needs beside the effect: the incident as it is now, and the entry that the effect is about."""
    entry = owed.payload.get("entry")
    event = desk.log.entry(db, owed.incident, entry) if isinstance(entry, int) else None
    incident = desk.log.load(db, owed.incident)
    return replace(owed, event=event, before=incident), incident


SAID_IN_THE_ROOM = ("card", "topic", "post", "view")


def _hush_what_came_late(desk: Desk, db: Connection, owed: Owed, outcome: Outcome, now: datetime, grace: float) -> None:
    """A call to the public room that was under way when its incident became restricted may land behind what made the
    room neutral. Whatever it left there is made neutral too, once it has certainly landed."""
    if not (owed.ambiguous or isinstance(outcome, Done | Unclear)):
        return
    state = desk.log.load(db, owed.incident)
    if state is None or not state.restricted:
        return
    before, open_rooms = owed.before or state, {*state.former_rooms, *((state.room,) if state.exposed else ())}
    rooms = open_rooms if owed.ambiguous else open_rooms & {before.room}
    known = before.shown.get(str(owed.payload.get("view"))) if owed.kind == "view" else before.card_ts
    ts = known or (str(outcome.result.get("ts") or "") if isinstance(outcome, Done) else "")
    landed = now if isinstance(outcome, Done) else now + timedelta(seconds=grace)
    late = [late_hush(before, owed.kind, _try(owed), owed.key, room, ts, landed) for room in rooms if room]
    outbox.owe(db, owed.incident, late, now.timestamp())


def _withdraw_what_came_late(desk: Desk, db: Connection, owed: Owed, outcome: Outcome, now: datetime) -> None:
    """The same for the thread of an audience, and for one person alone: what was under way may stand there in full."""
    state = desk.log.load(db, owed.incident) if isinstance(outcome, Done) else None
    if state is None or not state.restricted or not isinstance(outcome, Done):
        return
    if owed.kind == "reply":
        late = [late_words(state, str(owed.payload["audience"]), _try(owed), now)]
    else:
        to, ts = str(owed.payload["to"]), outcome.result.get("ts")
        late = [hush_one(state, to, str(ts), now)] if ts and not sees(state, to) else []
    outbox.owe(db, owed.incident, late, now.timestamp())


def _try(owed: Owed) -> str:
    """Of one effect, each try has its own: what an earlier one left is looked for again after a later one."""
    return f"{owed.id}-{owed.attempts}"


REDRAWN = frozenset(("card", "topic", "announce", "view", "broadcast", "signal"))
"""Effects that show the state as it is: whatever they are about, they can be drawn again."""
REDRAWN_AS = {"ask_seat": ("room", "answered"), "remind": ("over",)}
"""The same, where the payload has one of these."""


def _draw_again(db: Connection, owed: Owed, due: datetime) -> None:
    """What a frozen process had on its way lands behind the work of whoever took over, and shows what was."""
    if owed.kind not in REDRAWN and not any(map(owed.payload.get, REDRAWN_AS.get(owed.kind, ()))):
        return
    about = owed.payload | {"late": True, "since": owed.intent_at}
    about |= {"entry": 0} if owed.kind == "broadcast" else {}
    again = Effect(f"{owed.key}/late/{owed.attempts}", cast(Kind, owed.kind), owed.lane, about, due=due)
    outbox.owe(db, owed.incident, [again], due.timestamp())


SLOWEST = 60.0
"""Seconds between two tries at the most."""


def settle(desk: Desk, db: Connection, owed: Owed, outcome: Outcome, *, grace: float) -> None:
    """Record the outcome, unless the lease was lost meanwhile: then the new holder's outcome counts."""
    now = desk.clock()
    if owed.kind in SAID_IN_THE_ROOM:
        _hush_what_came_late(desk, db, owed, outcome, now, grace)
    if owed.kind == "reply" or (owed.kind == "inform" and "to" in owed.payload):
        _withdraw_what_came_late(desk, db, owed, outcome, now)
    match outcome:
        case Done(result, reports, record):
            if outbox.done(db, owed, result):
                _record(desk, db, owed, reports)
                if record:
                    record(db)
            else:
                _draw_again(db, owed, now)
        case Cancelled(why):
            outbox.cancel(db, owed, why)
        case Buried(error, what, reports):
            if outbox.bury(db, owed, error):
                _record(desk, db, owed, reports or _trouble(owed, what, error))
        case Later(error, after, held, unclear, reports):
            if outbox.postpone(db, owed, now.timestamp() + after, error, refused=not unclear, held=held):
                _record(desk, db, owed, reports)
        case Unclear(error, reports):
            wait = max(grace, min(SLOWEST, 0.5 * 2 ** min(owed.attempts, 10)) if owed.attempts > 2 else 0)
            if outbox.postpone(db, owed, now.timestamp() + wait, error, refused=False):
                _record(desk, db, owed, reports)
            else:
                _draw_again(db, owed, now + timedelta(seconds=grace))


def _record(desk: Desk, db: Connection, owed: Owed, reports: Sequence[c.Command]) -> None:
    for report in reports:
        desk.apply(db, Asked(report, STANCH, "worker", owed.incident), desk.clock())


def _trouble(owed: Owed, what: str, error: str) -> Sequence[c.Command]:
    if owed.kind in MOUTHPIECES or not owed.incident or (owed.event and owed.event.kind == "trouble"):
        return ()
    return (c.ReportTrouble(what, error, owed.kind),)
