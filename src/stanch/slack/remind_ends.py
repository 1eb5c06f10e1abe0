"""A reminder of what was said since, or of an incident that is over, loses its buttons and says what became of it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from stanch.core.chain import Event, stamp, unstamp
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.reminding import Reminder
from stanch.core.words import Mrkdwn, when_after
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack import blocks as b
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.phrases import Message
from stanch.store import outbox
from stanch.store.outbox import Owed

WHILE_OPEN: Final = frozenset(("commander", "facts", "nothing_pulled", "stuck", "raise"))
"""What nobody asks for any more once an incident is over, beside its words."""
OVER: Final = "The incident is over: nothing is asked for here any more."


def given_as(given: Reminder, channel: str, now: datetime) -> dict[str, Any]:
    """What is kept of a reminder that went out, beside its ts: where it stands, since when, and what it asks for."""
    kept = [[one.about, stamp(one.due) if one.due else ""] for one in given.items]
    return {"channel": channel, "at": stamp(now), "items": kept, "to": given.to}


async def end(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    """Change each of them that asks for nothing any more, once."""
    rows = await kit.desk.database(lambda db: outbox.of_lane(db, owed.lane), background=True)
    known = [json.loads(row.result) for row in rows if row.state == "done" and row.result]
    # Behind a late try those that were ended may have their buttons again.
    gone = set() if owed.late else {ts for one in known for ts in one.get("ended") or ()}
    asked = [one for one in known if one.get("items") and one["ts"] not in gone and _is_over(i, one)]
    for one in asked:
        try:
            await update(kit, one["channel"], one["ts"], _ended(kit, i, one, owed.event))
        except SlackFault as fault:
            # Somebody has deleted it: there is nothing left to change.
            if fault.kind is not Kind.REFUSED:
                raise
    return done(ended=[one["ts"] for one in asked]) if asked else Cancelled("nothing that was asked for is over")


def _is_over(i: Incident, one: dict[str, Any]) -> bool:
    if not one["to"] and one["channel"] != i.room:
        # What stands in a room that was left is not this one's to change: it may be public.
        return False
    kinds = [about.partition(" ")[0] for about, _ in one["items"]]
    if not i.is_open:
        return all(kind in AUDIENCES or kind in WHILE_OPEN for kind in kinds)
    return all(kind in AUDIENCES for kind in kinds) and len(list(_said(i, one))) == len(kinds)


def _said(i: Incident, one: dict[str, Any]) -> Iterator[str]:
    """When each of its audiences was told something since."""
    last = (i.spoken.last.get(about, "") for about, _ in one["items"])
    return (at for at in last if at > one["at"])


def _ended(kit: Kit, i: Incident, one: dict[str, Any], event: Event | None) -> Message:
    if one["to"] and not sees(i, one["to"]):
        ask = b.safe(f"{kit.render.stub(i)}. Nothing is asked of you there now.", 300)
        return Message(ask, [b.section(ask)])
    since, dues = unstamp(one["at"]), [due for _, due in one["items"] if due]
    first = f"the next update is due at {when_after(unstamp(min(dues)), since)}" if dues else ""
    marked = f"⏰ {'DRILL · ' if i.drill else ''}{f'{i.name}, <#{i.room}>: ' if one['to'] else ''}"
    said = [*_said(i, one)]
    if said and len(said) == len(one["items"]):
        teller = event.by if event and stamp(event.recorded_at) == max(said) else ""
        by = f" by {b.safe(kit.render.person(teller), 100)}" if teller else ""
        end = f"✔ Said at {when_after(unstamp(max(said)), since)}{by}."
    else:
        end = OVER
    text = Mrkdwn(f"{marked}~{first}~ {end}" if first else f"{marked}{end}")
    return Message(kit.render.fallback(i, text), [b.section(text)])
