"""Reminders, when their time has come: looked at again, then said to the room or to one person alone."""

from dataclasses import replace

from stanch.core import commands as c, events as e
from stanch.core.cadence import who_speaks
from stanch.core.chain import Event
from stanch.core.describe import describe
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.reminding import ROOM, Reminder, instead, late, meant
from stanch.core.rhythm import NO_NEWS, SNOOZES
from stanch.core.text import cut, one_line
from stanch.core.words import Mrkdwn
from stanch.flows.deliver import Cancelled, Later, Outcome
from stanch.slack import blocks as b, moves
from stanch.slack.blocks import Block, when
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import post_once
from stanch.slack.phrases import Message
from stanch.store.outbox import Owed

TOLD = frozenset(
    kind.kind
    for kind in (
        e.PullEffective, e.PullLate, e.PullFailed, e.MitigationApplied, e.MitigationMoved, e.Contained, e.Explained,
        e.Checked, e.Judged, e.BleedingChanged, e.RedCheck, e.CameBack, e.Watching,
    )
)  # fmt: skip
"""Kinds of event that are worth an update."""
LATEST = 40
FEW = 4


async def remind(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """What does not apply any more is not said. What was lost in a downtime is said once."""
    found = meant(incident, kit.desk.catalogue, owed.payload)
    if found is None:
        about = str(owed.payload["about"])
        again = instead(incident, kit.desk.catalogue, about)
        # A reminder of another moment is owed already if an event changed it; the team's files may have done so too.
        return done(c.OweReminder(about)) if again else Cancelled("it does not apply any more")
    if incident.moving:
        return Later("the new room does not stand yet", 5.0, unclear=owed.ambiguous)
    one = late(incident, found, kit.desk.clock())
    report = c.ReportReminded(one.about, one.stage, one.to, one.due)
    if not one.to:
        if incident.room_state != "open":
            return done(replace(report, missed=True))
        ts = await post_once(kit, str(incident.room), owed.key, await _message(kit, incident, one, owed.event), owed)
        return done(report, ts=ts)
    try:
        channel = str((await kit.call("conversations.open", users=one.to))["channel"]["id"])
        ts = await post_once(kit, channel, owed.key, await _message(kit, incident, one, owed.event), owed)
    except SlackFault as fault:
        if fault.kind is not Kind.REFUSED:
            raise
        # Somebody who cannot be reached must not end it: the next in line is asked.
        who = kit.directory.name(one.to)
        return done(replace(report, missed=True), c.ReportTrouble(f"remind {who}", fault.error, "remind"))
    return done(report, ts=ts)


async def _message(kit: Kit, i: Incident, one: Reminder, about: Event | None) -> Message:
    assert about is not None
    if one.to and not sees(i, one.to, None):
        # A promise binds also who has left a restricted incident; its details stay inside.
        ask = f"{kit.render.stub(i)}: something that you promised there is due today. Ask the commander."
        return Message(b.safe(ask, 300), [b.section(b.safe(ask, 300))])
    name = one.about.partition(" ")[0]
    if one.about == ROOM and one.stage:
        name = "late" if one.stage == 1 else "unheard"
    facts = kit.render.facts(i, about) | {
        "who": Mrkdwn(f"<@{one.to or who_speaks(i)}>"),
        "due": when(one.due, "{time}") if one.due else "",
        "speaker": Mrkdwn(f"<@{who_speaks(i)}>"),
        "since": await _since(kit, i) if one.about == ROOM else "",
        "missing": _missing(i),
        "what_is_due": _promise(i, one.about),
    }
    text = kit.templates.render(f"remind_{name}", **facts)
    buttons = _buttons(kit, i, one)
    blocks = [b.section(text), *([b.actions(buttons)] if buttons else [])]
    return Message(kit.render.fallback(i, cut(text, 300)), blocks)


async def _since(kit: Kit, i: Incident) -> str:
    """What is worth telling of what happened since the last update, newest last."""
    if i.last_update_at is None:
        return ""
    _, events = await kit.desk.latest(i.number, LATEST)
    fresh = [one for one in events if one.recorded_at > i.last_update_at]
    told = [one_line(describe(one, kit.directory.name), 120) for one in fresh if one.kind in TOLD]
    return "; ".join(told[-FEW:])


def _missing(i: Incident) -> str:
    if i.klass or i.severity:
        return "The severity is" if i.klass else "The class is"
    return "Class and severity are"


def _promise(i: Incident, about: str) -> str:
    kind, k = (*about.split(" "), "")[:2]
    if kind == "action":
        return next((one.what for one in i.actions if str(one.k) == k), "")
    return next((one.what for one in i.mitigations if str(one.k) == k), "")


def _buttons(kit: Kit, i: Incident, one: Reminder) -> list[Block]:
    value = f"{i.number}:{i.seq}"
    match one.about.partition(" ")[0]:
        case "room":
            update = b.button("Say an update", "say_update", value, style="primary")
            slower = one.to == i.commander and i.rhythm.without_news >= NO_NEWS and not i.rhythm.doubled
            names = ["still", *(["snooze"] if i.rhythm.snoozes < SNOOZES else []), *(["slower"] if slower else [])]
            return [update, *(moves.button(name, value) for name in names)]
        case "commander":
            return [b.button("Take this role", "take_seat:commander", value, style="primary")]
        case "facts":
            return [b.button("Fill in", "fill_in", value, style="primary")]
        case "nothing_pulled":
            names = [n for n in ("lever", "runbook", "applied") if moves.reachable(i, n, kit.desk.catalogue)]
            return [moves.button(name, value, first=place == 0) for place, name in enumerate(names)]
        case "kept":
            return [moves.button("settle", value)]
        case "review":
            return [moves.button("close", value, first=True)]
    return []
