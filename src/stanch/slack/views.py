"""Messages of the room that follow the state: a pull, the runbook, a sample. Each is posted once, then kept up to date.

And the word to those who look after a control whose glass was broken.
"""

from dataclasses import replace
from datetime import datetime

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.pulls import Pull, find
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack import blocks as b
from stanch.slack.client import Kind, SlackFault
from stanch.slack.draft_view import draft_view
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.once import post_once
from stanch.slack.render import Message, Render
from stanch.store.outbox import Owed


def draw(render: Render, i: Incident, view: str, now: datetime) -> Message | None:
    """`view` is `pull/P`, `runbook/ENTRY`, `sample/S` or `draft/D`; None when there is no such thing. `now` is UTC."""
    kind, _, rest = view.partition("/")
    number = int(rest) if rest.isascii() and rest.isdigit() else 0
    match kind:
        case "runbook" if i.runbook_at:
            return render.runbook_view(i, number)
        case "pull":
            pull = find(i.pulls, number)
            return render.pull_view(i, pull, now) if pull else None
        case "draft":
            draft = i.spoken.draft(number)
            return draft_view(render, i, draft) if draft else None
        case "sample":
            sample = next((one for one in i.samples if one.s == number), None)
            return render.sample_view(i, sample) if sample else None
    return None


async def view(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Post it, or bring the posted one up to date. One that was deleted by hand is posted again when it changes."""
    name = str(owed.payload["view"])
    message = draw(kit.render, incident, name, kit.desk.clock())
    if message is None:
        return Cancelled("there is nothing of that name")
    room, stands = str(incident.room), incident.shown.get(name)
    if stands is None:
        ts = await post_once(kit, room, f"inc-{incident.number}/view/{name}", message, owed)
        return done(c.ReportShown(name, ts), ts=ts)
    try:
        await update(kit, room, stands, message)
    except SlackFault as fault:
        if fault.error == "message_not_found":
            return done(c.ReportShown(name, stands, lost=True))
        raise
    return done()


async def warn(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """To each of those who look after what was moved, alone and once: the glass was broken, and why."""
    event = owed.event
    if event is None:
        raise LookupError(f"the entry that {owed.key} is about")
    pull = find(incident.pulls, (event.payload or {}).get("p"))
    people = [one for one in _lookers(kit, incident, pull) if one != event.by]
    text = kit.templates.render("told_break_glass", **kit.render.facts(incident, event))
    failed = [] if people else ["nobody is named who looks after it"]
    for person in people:
        # Whoever has no part in a restricted incident learns that it happened, and whom to ask.
        said = text if sees(incident, person) else b.safe(f"{kit.render.stub(incident)}. {NEUTRAL}", 600)
        message = Message(kit.render.fallback(incident, said), [b.section(said)])
        try:
            opened = await kit.call("conversations.open", users=person)
            # It may have gone out in an earlier try that another person's message ended.
            looked = replace(owed, ambiguous=owed.ambiguous or owed.attempts > 1)
            await post_once(kit, str(opened["channel"]["id"]), f"{owed.key}/{person}", message, looked)
        except SlackFault as fault:
            if fault.kind is not Kind.REFUSED:
                raise
            failed.append(f"{kit.directory.name(person)}: {fault.error}")
    if failed:
        return done(c.ReportTrouble("tell who looks after it that the glass was broken", "; ".join(failed)))
    return done()


NEUTRAL = "Break-glass was used on a control that you look after. Please ask the commander about it."


def _lookers(kit: Kit, incident: Incident, pull: Pull | None) -> list[str]:
    """The owners of what was moved, and the security contact of the service (else its technical owners)."""
    catalogue = kit.desk.catalogue
    service = catalogue.service(pull.service if pull else incident.service or "")
    names: list[str] = []
    for step in pull.steps if pull else ():
        control = catalogue.controls.get(step.control)
        aim = control.aim(pull.service) if control and pull else None
        names += [(aim.owner if aim else "") or control.owner] if control else []
    if service:
        names += service.contacts.get("security") or service.owners.get("technical") or ()
    found = (kit.directory.person(name) for name in names)
    return list(dict.fromkeys(person.id for person in found if person and person.here))
