"""Offers of a seat: the word to the person, the end of the time to answer, and who is asked next."""

import json
from collections.abc import Mapping
from datetime import timedelta

from stanch.core import seat_commands as sc
from stanch.core.chain import Event, unstamp
from stanch.core.chase import left_open
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.text import cut
from stanch.flows.deliver import Cancelled, Later, Outcome
from stanch.slack import blocks as b, candidates
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, Performer, done
from stanch.slack.offer_buttons import answers
from stanch.slack.offer_ends import alone, asking, end, redraw, summary, waits
from stanch.slack.once import find, post_once
from stanch.slack.phrases import Message
from stanch.store import outbox
from stanch.store.outbox import Owed
from stanch.store.statements import LIVE

LATE = timedelta(minutes=1)
"""After which the time to answer runs from when the question came."""
TOGETHER = timedelta(seconds=3)
"""Seats that are left at one moment are offered together."""
SOON = 0.3
AGAIN = 5.0
"""Seconds between two looks at whether a question has come."""


async def ask_seat(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """To the person alone. What was answered meanwhile is not asked any more."""
    if owed.payload.get("answered"):
        return await end(kit, incident, owed)
    if owed.payload.get("room"):
        return await redraw(kit, incident, owed.attempts, late=owed.late)
    event = _about(owed)
    payload = event.payload or {}
    user, until = str(payload["user"]), str(payload["until"])
    handover = event.kind == "handover_asked"
    if not waits(incident, event):
        return await _found(kit, user, owed) or Cancelled("it was answered, or is over")
    message = await _handover(kit, incident, event) if handover else asking(kit, incident, event)
    try:
        channel = await kit.directory.alone(user, kit.call)
        ts = await post_once(kit, channel, owed.key, message, owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        # Somebody who cannot be reached must not hold up the seat.
        return done(sc.ReportLapse(user, until, fault.error, str(payload["role"]) if handover else ""))
    late = not handover and kit.desk.clock() - event.at > LATE
    return done(*([sc.ReportAskedLate(user, until)] if late else []), ts=ts, channel=channel)


async def _found(kit: Kit, user: str, owed: Owed) -> Outcome | None:
    """A question that an earlier try may have asked, and that was answered since: what ends it, has to know of it."""
    try:
        channel = await kit.directory.alone(user, kit.call) if owed.ambiguous else ""
        ts = await find(kit, channel, owed.key, owed.intent_at) if channel else None
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        return None
    return done(ts=ts, channel=channel) if ts else None


async def _handover(kit: Kit, i: Incident, event: Event) -> Message:
    """With the state of things, as for somebody who joins late: private, and before the answer."""
    payload = event.payload or {}
    user = str(payload["user"])
    facts = kit.render.facts(i, event)
    # Who asks for their own seat is named once.
    own = i.seats.get(str(payload["role"])) == event.by
    text = kit.templates.render("handover", **facts | ({"holder": ""} if own else {}))
    known = await summary(kit, i, user)
    return alone(kit, i, user, text, [b.section(text), *known, answers(i, [str(payload["role"])], handover=True)])


async def lapse(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The time is over; the rule says whether anybody still waited. Nobody runs out of time for a question that they
    could not read yet."""
    about = owed.payload
    lane = f"inc-{incident.number}/ask/{about['user']}"
    rows = await kit.desk.database(lambda db: outbox.of_lane(db, lane), background=True)
    if any(row.state in LIVE and not json.loads(row.payload).get("answered") for row in rows):
        return Later("the question itself is still on its way", AGAIN)
    handover = str(about.get("handover") or "")
    return done(sc.ReportLapse(str(about["user"]), str(about["until"]), handover=handover))


async def next_seat(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    role, was = str(owed.payload["role"]), str(owed.payload["was"])
    if incident.seats.get(role) != was or not incident.is_open:
        return Cancelled("somebody has taken it")
    now = kit.desk.clock()
    if any(timedelta() <= now - unstamp(ask.until) < TOGETHER for ask in incident.seating.asks):
        return Later("the time of others ends at this moment, too", SOON)
    # All seats at once: whoever comes next for several of them is asked once.
    offers: list[sc.OfferNext] = []
    named: dict[str, str] = {}
    for one, holder in left_open(incident):
        found = await candidates.after(kit, incident, one, holder, named)
        offers.append(sc.OfferNext(one, holder, tuple((person.user, person.step) for person in found)))
        if found:
            named[one] = found[0].user
    return done(sc.OfferSeats(tuple(offers)))


async def name_extras(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The class is another by now: it may need people who are not here."""
    extras, missing = candidates.contacts(kit, incident)
    return done(sc.ReportExtras(incident.klass or "", extras, missing))


async def tell_asker(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Whoever asked for a hand-over learns that it did not come to it."""
    event, user = _about(owed), str(owed.payload["user"])
    text = kit.templates.render("handover_ended", **kit.render.facts(incident, event))
    if not sees(incident, user):
        text = b.safe(f"{kit.render.stub(incident)}. The hand-over that you asked for did not come to it.", 300)
    message = Message(kit.render.fallback(incident, cut(text, 300)), [b.section(text)])
    opened = await kit.call("conversations.open", users=user)
    ts = await post_once(kit, str(opened["channel"]["id"]), owed.key, message, owed)
    return done(ts=ts)


def _about(owed: Owed) -> Event:
    if owed.event is None:
        raise LookupError(f"the entry that {owed.key} is about")
    return owed.event


PERFORMERS: Mapping[str, Performer] = {
    "ask_seat": ask_seat,
    "lapse": lapse,
    "next_seat": next_seat,
    "name_extras": name_extras,
    "tell_asker": tell_asker,
}
