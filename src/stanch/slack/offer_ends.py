"""A question that nobody waits for any more loses its buttons, and says what became of it."""

import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from stanch.core.chain import Event
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.text import cut
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack import blocks as b
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.phrases import Message
from stanch.store import outbox
from stanch.store.outbox import Owed

ENDS: Final = {
    "seat_accepted": "You have accepted.",
    "seat_passed": "You have passed: somebody else is asked.",
    "seat_lapsed": "The time to answer is over: somebody else is asked.",
}
OVER: Final = "Nobody waits for an answer any more."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was sent: where it stands, and the entry that it is about."""

    channel: str
    ts: str
    event: Event


def waits(i: Incident, event: Event) -> bool:
    """Whether an answer to this entry, or to a part of it, is still waited for."""
    payload = event.payload or {}
    user = payload.get("user")
    if event.kind == "handover_asked":
        found = i.seating.handover(str(payload["role"]))
        return found is not None and (found.user, found.until) == (user, payload["until"])
    return any(ask.user == user and set(ask.roles) & set(payload["roles"]) for ask in i.seating.asks)


async def end(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    """Take the buttons from all that this person was asked and is not asked any more."""
    user, how = str(owed.payload["answered"]), owed.event.kind if owed.event else ""
    asked = await kit.desk.database(lambda db: _sent(kit, db, i, owed.lane), background=True)
    over = [one for one in asked if not waits(i, one.event)]
    if not over:
        return Cancelled("nothing was sent, or it is still asked")
    ended: list[str] = []
    for one in over:
        try:
            await update(kit, one.channel, one.ts, _ended(kit, i, one.event, user, how))
        except SlackFault as fault:
            if fault.kind is not Kind.REFUSED:
                raise
        ended.append(one.ts)
    return done(ended=ended)


def _ended(kit: Kit, i: Incident, event: Event, user: str, how: str) -> Message:
    end = ENDS.get(how, OVER) if event.kind == "seat_asked" else OVER
    if not sees(i, user):
        return Message(
            b.safe(f"{kit.render.stub(i)}. {end}", 300), [b.context(b.safe(f"{kit.render.stub(i)}. {end}", 300))]
        )
    name = "asked" if event.kind == "seat_asked" else "handover"
    text = kit.templates.render(name, **kit.render.facts(i, event))
    return Message(kit.render.fallback(i, cut(text, 300)), [b.section(text), b.context(end)])


def _sent(kit: Kit, db: Connection, i: Incident, lane: str) -> list[Asked]:
    """What stands in this lane with buttons still."""
    rows = [
        (json.loads(row.payload), json.loads(row.result)) for row in outbox.of_lane(db, lane) if row.state == "done"
    ]
    gone = {ts for _, result in rows for ts in result.get("ended") or ()}
    found: list[Asked] = []
    for about, result in rows:
        if result.get("channel") and result.get("ts") not in gone and (event := _entry(kit, db, i, about)):
            found.append(Asked(str(result["channel"]), str(result["ts"]), event))
    return found


def _entry(kit: Kit, db: Connection, i: Incident, about: dict[str, Any]) -> Event | None:
    event = kit.desk.log.entry(db, i.number, int(about["entry"]))
    return event if event and event.payload and event.kind in ("seat_asked", "handover_asked") else None
