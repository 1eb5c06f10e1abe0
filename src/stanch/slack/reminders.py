"""Reminders, when their time has come: looked at again, then said to the room or to one person alone."""

from dataclasses import replace

from stanch.core import commands as c
from stanch.core.cadence import who_speaks
from stanch.core.forgotten import stale
from stanch.core.incident import Incident
from stanch.core.item import NEXT
from stanch.core.policy import sees
from stanch.core.reminding import given, instead, meant, too_soon
from stanch.flows.deliver import Cancelled, Later, Outcome
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.once import post_once
from stanch.slack.remind_ends import end, given_as
from stanch.slack.reminder_words import message
from stanch.store.outbox import Owed


async def remind(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """What does not apply any more is not said. What was lost in a downtime is said once."""
    if owed.payload.get("over"):
        return await end(kit, incident, owed)
    known, now = kit.desk.catalogue, kit.desk.clock()
    found = meant(incident, known, owed.payload)
    if found is None:
        name = str(owed.payload.get("name") or "")
        # A reminder of another moment is owed already if an event changed it; the team's files may have done so too.
        return done(c.OweReminder(name)) if instead(incident, known, name) else Cancelled("it does not apply any more")
    if incident.moving:
        return Later("the new room does not stand yet", 5.0, unclear=owed.ambiguous)
    one = given(incident, known, found, now)
    if old := tuple(item for item in one.items if stale(item, now)):
        return done(c.ReportReminded(old, "", missed=True))
    to = await _next(kit, incident) if one.to == NEXT else one.to
    if to is None:
        return done(c.ReportReminded(one.items, "", missed=True))
    if wait := too_soon(incident, to, now):
        return Later("they were reminded a moment ago", wait.total_seconds(), unclear=owed.ambiguous)
    one, report = replace(one, to=to), c.ReportReminded(one.items, to)
    if not to:
        if incident.room_state != "open":
            return done(replace(report, missed=True))
        text = await message(kit, incident, one, owed.event)
        ts = await post_once(kit, str(incident.room), owed.key, text, owed)
        return done(report, ts=ts, **given_as(one, str(incident.room), now))
    try:
        channel = await kit.directory.alone(to, kit.call)
        ts = await post_once(kit, channel, owed.key, await message(kit, incident, one, owed.event), owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        # Somebody who cannot be reached must not end it: the next in line is asked.
        who = kit.directory.name(to)
        return done(replace(report, missed=True), c.ReportTrouble(f"remind {who}", fault.error, "remind"))
    return done(report, ts=ts, **given_as(one, channel, now))


async def _next(kit: Kit, i: Incident) -> str | None:
    """Who comes after the commander: the first of the further steps of the escalation path, else the technical lead,
    else who owns that role. Nobody who was asked before, and nobody who must not see it."""
    service = kit.desk.catalogue.service(i.service) if i.service else None
    steps = range(1, len(kit.desk.catalogue.people.path(i.service)))
    found = [
        one.user
        for step in steps
        for one in await kit.on_call.candidates(i.service, "commander", step, kit.desk.clock())
    ]
    owners = [kit.directory.person(name) for name in service.owners.get("technical", ())] if service else []
    found += [i.seats.get("technical", ""), *(one.id for one in owners if one and one.here)]
    before = {user for clock in i.rhythm.clocks.values() for user in clock.asked}
    asked = {who_speaks(i), i.commander, "", *before}
    return next((one for one in found if one not in asked and sees(i, one)), None)
