"""Words for people who are not in the room: one message an audience, kept up to date, with its history in the thread;
the same to each subscriber alone; and the last words when it is over."""

from dataclasses import replace
from typing import Any, Final

from stanch.core import draft_commands as c
from stanch.core.audiences import channel_of
from stanch.core.chain import Event
from stanch.core.draft_effects import hush_each
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.spoken import STAKEHOLDERS
from stanch.core.text import cut
from stanch.flows.deliver import Buried, Cancelled, Done, Outcome
from stanch.slack import blocks as b
from stanch.slack.blocks import safe, when
from stanch.slack.cards import words_said
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.once import find, post_once, replies
from stanch.slack.phrases import ICONS, Message
from stanch.slack.texts import Texts
from stanch.store import outbox
from stanch.store.outbox import Owed

BEING: Final = {
    "assess": "is being looked at", "mitigate": "is being contained", "diagnose": "contained, the cause is looked for",
    "resolve": "the cause is known, it is being mended", "watching": "mended, and watched", "learn": "resolved",
    "closed": "resolved", "dismissed": "was no incident",
}  # fmt: skip
"""Phases, to people who do not know ours."""
GONE: Final = frozenset(("thread_not_found", "message_not_found", "cannot_reply_to_message"))


async def broadcast(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Post the audience's message, or bring the posted one up to date. One that was deleted by hand is posted anew."""
    audience, entry = str(owed.payload["audience"]), int(owed.payload["entry"])
    key = f"inc-{incident.number}/words/{audience}/{incident.spoken.anew.get(audience, 0)}"
    place = incident.spoken.places.get(audience)
    if place is None and incident.restricted:
        return await _withdraw(kit, incident, owed, audience, key)
    message = _head(kit, incident, audience)
    if place and place == incident.announced:
        message = kit.render.announcement(incident)
    if incident.restricted:
        message = kit.render.neutral(incident)
    if place is None:
        wanted = channel_of(incident, kit.desk.catalogue, audience)
        if not wanted:
            return Cancelled(f"the service has no channel for {audience}")
        channel = await kit.directory.channel(wanted)
        if channel is None:
            return Buried(f"there is no channel {wanted}", f"tell {audience}")
        place = await _first(kit, incident, owed, audience, channel, key, message)
        return done(c.ReportWordsShown(audience, *place, entry), ts=place[1])
    try:
        await update(kit, *place, message)
        if incident.restricted:
            await _hush_thread(kit, incident, *place)
    except SlackFault as fault:
        if fault.error == "message_not_found":
            return done(c.ReportWordsShown(audience, *place, entry, lost=True))
        raise
    return done(c.ReportWordsShown(audience, *place, entry)) if entry else done()


async def _first(
    kit: Kit, i: Incident, owed: Owed, audience: str, channel: str, key: str, message: Message
) -> tuple[str, str]:
    """Where the words stand from now on: in the announcement, where that is in the same channel, or by themselves."""
    found = await find(kit, channel, key, owed.intent_at) if owed.ambiguous else None
    if found:
        return channel, found
    where = i.announced if audience == STAKEHOLDERS and not i.spoken.anew.get(audience) else None
    if where and where[0] == channel:
        try:
            await update(kit, *where, kit.render.announcement(i, together=True))
            return where
        except SlackFault as fault:
            if fault.error != "message_not_found":
                raise
    return channel, await post_once(kit, channel, key, message, owed)


async def _withdraw(kit: Kit, i: Incident, owed: Owed, audience: str, key: str) -> Outcome:
    """It became restricted meanwhile: what an earlier try may have posted is made neutral."""
    wanted = channel_of(i, kit.desk.catalogue, audience)
    channel = await kit.directory.channel(wanted) if (owed.ambiguous or owed.late) and wanted else None
    ts = await find(kit, channel, key, owed.payload.get("since", owed.intent_at)) if channel else None
    if channel is None or ts is None:
        return Cancelled("it is restricted")
    await update(kit, channel, ts, kit.render.neutral(i))
    return done(c.ReportWordsShown(audience, channel, ts, 0), ts=ts)


def _head(kit: Kit, i: Incident, audience: str) -> Message:
    sheet = kit.desk.catalogue.klass(i.klass) if i.klass else None
    service = kit.desk.catalogue.service(i.service) if i.service else None
    line = f"{ICONS.get(i.severity or '', '⚪')} {_mark(i)}{i.name} · {i.severity or 'no severity yet'} · {i.title}"
    facts = [sheet.name if sheet else "", service.name if service else "", BEING.get(i.phase, i.phase)]
    since = when(i.declared_at, "{date_short_pretty} {time}")
    about = f"{safe(' · '.join(filter(None, facts)), 300)} · since {since}"
    blocks = [b.section(f"*{safe(line, 400)}*"), b.context(about)]
    if words := i.spoken.texts.get(audience):
        blocks += words_said(words, i.spoken.last[audience])
    if i.is_open:
        blocks.append(b.actions([b.button("Subscribe", "subscribe", f"{i.number}:{audience}")]))
    return Message(safe(line, 400), blocks)


def _mark(i: Incident) -> str:
    return "[DRILL] " if i.drill else ""


async def reply(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """One update into the thread, which keeps them all."""
    place = incident.spoken.places.get(str(owed.payload["audience"]))
    if incident.restricted:
        if place and owed.ambiguous:
            # An earlier try may have come through, after the thread was made neutral.
            await _hush_thread(kit, incident, *place)
        return Cancelled("it is restricted")
    if place is None:
        return Cancelled("its message is gone")
    message = _update(kit, incident, _entry(owed))
    channel, parent = place
    try:
        await post_once(kit, channel, owed.key, message, owed, thread=parent)
    except SlackFault as fault:
        if fault.error in GONE:
            return Cancelled("its message is gone")
        raise
    return done()


async def _hush_thread(kit: Kit, i: Incident, channel: str, parent: str) -> None:
    """What stood in the thread says no more than the message above it."""
    text = safe(kit.render.stub(i), 300)
    async for _, ts in replies(kit, channel, parent, float(parent)):
        await update(kit, channel, ts, Message(text, [b.section(text)]))


def _entry(owed: Owed) -> Event:
    if owed.event is None:
        raise LookupError(f"the entry that {owed.key} is about")
    return owed.event


def _update(kit: Kit, i: Incident, event: Event) -> Message:
    text = str((event.payload or {}).get("text") or "(erased)")
    by = safe(kit.directory.name(event.by), 100)
    head = f"{_mark(i)}{when(event.at, '{date_short_pretty} {time}')}, {by}:"
    return Message(safe(f"{_mark(i)}{i.name}: {text}", 600), [b.section(f"{head}\n{safe(text, 2_800)}")])


async def inform(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """A word to one person alone: an update they subscribed to, or that their draft was approved by nobody in time."""
    if owed.payload.get("hush"):
        return await (_hush_one if "ts" in owed.payload else _hush_alone)(kit, incident, owed)
    to, event = str(owed.payload["to"]), _entry(owed)
    if not sees(incident, to) or (incident.restricted and event.kind == "said_to"):
        if owed.ambiguous:
            # An earlier try may have come through.
            channel = await kit.directory.alone(to, kit.call)
            if ts := await find(kit, channel, owed.key, owed.intent_at):
                await update(kit, channel, ts, kit.render.neutral(incident))
        return Cancelled("they have no part in it")
    if event.kind == "said_to":
        update_ = _update(kit, incident, event)
        line = f"📣 {_mark(incident)}{incident.name} · {incident.severity or 'no severity yet'} · {incident.title}"
        room = f" Its room: <#{incident.room}>" if incident.room else ""
        last = bool((event.payload or {}).get("moment"))
        way = "" if last else f" No more: `/incident {incident.number} unsubscribe`."
        more = b.context(f"You subscribed to it.{way}{room}")
        message = replace(update_, blocks=[b.section(f"*{safe(line, 400)}*"), *update_.blocks, more])
    else:
        text = kit.templates.render("told_draft_expired", **_facts(kit, incident, event))
        message = Message(kit.render.fallback(incident, cut(text, 300)), [b.section(text)])
    channel = await kit.directory.alone(to, kit.call)
    return done(ts=await post_once(kit, channel, owed.key, message, owed))


async def _hush_alone(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    """What people were sent alone says no more than the stakeholders' message, but to those who have a part in it.
    However many there are, each is made neutral by itself: none is begun again because of another."""
    if not i.restricted:
        return Cancelled("it is not restricted")
    sent = await kit.desk.database(lambda db: outbox.sent(db, i.number, "inform"), background=True)
    theirs = [(to, ts) for to, ts in reversed(sent) if not sees(i, to)]
    now = kit.desk.clock()
    return Done(record=lambda db: outbox.owe(db, i.number, hush_each(i, theirs, now), now.timestamp()))


async def _hush_one(kit: Kit, i: Incident, owed: Owed) -> Outcome:
    to, ts = str(owed.payload["whom"]), str(owed.payload["ts"])
    if not i.restricted or sees(i, to):
        return Cancelled("they have a part in it")
    try:
        await update(kit, await kit.directory.alone(to, kit.call), ts, kit.render.neutral(i))
    except SlackFault as fault:
        # It was deleted, or its reader has left: there is nothing to take back.
        if fault.kind is not Kind.REFUSED:
            raise
    return done()


def _facts(kit: Kit, i: Incident, event: Event) -> dict[str, Any]:
    return kit.render.facts(i, event)


async def conclude(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """How it ended, for an audience that was told how it began."""
    audience, about = str(owed.payload["audience"]), str(owed.payload["moment"])
    if incident.is_open or incident.restricted:
        return Cancelled("it goes on" if incident.is_open else "it is restricted")
    texts = Texts(kit.templates, kit.desk.catalogue, kit.directory)
    now = kit.desk.clock()
    reason = str((_entry(owed).payload or {}).get("why") or "")
    text = texts.write(incident, audience, about, now, reason=reason)
    text = text or f"{incident.name} is over ({about} {now:%H:%M} UTC)."
    return done(c.ReportConcluded(audience, text, about))


async def expire(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The time of a draft is up; what became of it meanwhile, the rule knows."""
    return done(c.ReportDraftDue(int(owed.payload["d"])))
