"""Shifts: the word to the commander when a seat is held for long, and a word of thanks after a night."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from stanch.core import seat_commands as sc
from stanch.core.chain import unstamp
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.roles import ROLES
from stanch.core.shifts import WORTH_A_WORD, at_night, meant
from stanch.core.text import cut
from stanch.core.words import Mrkdwn, escape
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack import blocks as b, candidates
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, Performer, done
from stanch.slack.once import post_once
from stanch.slack.phrases import Message
from stanch.store.outbox import Owed


async def rotate(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """To the commander: who could take over from somebody whose shift is over."""
    shift = meant(incident, kit.desk.catalogue, owed.payload)
    if shift is None or owed.event is None:
        return Cancelled("it does not apply any more")
    others = await candidates.after(kit, incident, shift.role, shift.user)
    to = next((one.user for one in others if one.user not in incident.seats.values()), "")
    spoken = ROLES.get(shift.role, shift.role).lower()  # type: ignore[call-overload]
    facts = kit.render.facts(incident, owed.event) | {
        "holder": "you" if shift.user == incident.commander else Mrkdwn(f"<@{shift.user}>"),
        "spoken": spoken,
        "other": escape(kit.directory.name(to)) if to else "",
        "since": b.when(unstamp(incident.seating.held_since(shift.role)), "{date_short_pretty} {time}"),
    }
    text = kit.templates.render("rotation", **facts)
    value = f"{incident.number}:{shift.role}:{to}"
    name = cut(kit.directory.name(to), 40)
    offer = [b.button(f"Offer it to {name}", "shift:offer", value, style="primary")] if to else []
    buttons = b.actions([*offer, b.button("Not now", "shift:later", value)])
    message = Message(kit.render.fallback(incident, cut(text, 300)), [b.section(text), buttons])
    try:
        opened = await kit.call("conversations.open", users=incident.commander)
        ts = await post_once(kit, str(opened["channel"]["id"]), owed.key, message, owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        return Cancelled(f"the commander cannot be reached: {fault.error}")
    return done(sc.ReportRotation(shift.role, shift.user, to), ts=ts)


async def care(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Thanks, and rest, for who has held a seat through part of their night; nothing where their zone is not known."""
    about, event = owed.payload, owed.event
    user, since, until = str(about["user"]), unstamp(str(about["since"])), unstamp(str(about["until"]))
    zone = _zone(kit, user)
    if zone is None or event is None:
        return Cancelled("their time zone is not known")
    night = at_night(since, until, zone)
    if night < WORTH_A_WORD or incident.drill:
        return Cancelled("it was no night's work")
    text = kit.templates.render("care", **kit.render.facts(incident, event))
    if not sees(incident, user):
        text = "Thank you for your work tonight. Please rest: somebody else has it now."
    message = Message(kit.render.fallback(incident, cut(text, 300)), [b.section(text)])
    try:
        opened = await kit.call("conversations.open", users=user)
        ts = await post_once(kit, str(opened["channel"]["id"]), owed.key, message, owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        return Cancelled(f"they cannot be reached: {fault.error}")
    return done(sc.ReportNight(user, str(about["role"]), int(night.total_seconds() // 60)), ts=ts)


def _zone(kit: Kit, user: str) -> ZoneInfo | None:
    for name, person in kit.desk.catalogue.people.people.items():
        found = kit.directory.person(name)
        if found and found.id == user and person.zone:
            return person.zone
    return None


PERFORMERS: Mapping[str, Performer] = {"rotate": rotate, "care": care}
