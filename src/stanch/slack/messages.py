"""The room's messages, and what hangs on them: the card, its pin and bookmark, the announcement, files."""

from typing import Any

from stanch.core import commands as c
from stanch.core.chain import Event
from stanch.core.export import export, file_name
from stanch.core.incident import Incident
from stanch.core.text import cut
from stanch.core.words import Mrkdwn
from stanch.flows.deliver import Buried, Cancelled, Outcome
from stanch.slack import blocks as b
from stanch.slack.asked_for import buttons
from stanch.slack.client import SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.once import history, post_once
from stanch.slack.render import Message
from stanch.store.outbox import Owed

CARD_BOOKMARK = "Incident card"


async def card(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Post it, or bring the posted one up to date. One that was deleted by hand is posted again."""
    message = kit.render.card(incident, str(owed.id))
    if incident.card_ts is None:
        ts = await post_once(
            kit, str(incident.room), f"inc-{incident.number}/card/{incident.card_generation}", message, owed
        )
        return done(c.ReportCard(ts, incident.card_generation), ts=ts)
    try:
        await update(kit, str(incident.room), incident.card_ts, message)
    except SlackFault as fault:
        if fault.error == "message_not_found":
            return done(c.ReportCardLost(incident.card_ts))
        raise
    return done()


async def announce(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    message = kit.render.announcement(incident)
    if incident.announced:
        channel, ts = incident.announced
        try:
            await update(kit, channel, ts, message)
        except SlackFault as fault:
            if fault.error == "message_not_found":
                return Cancelled("somebody deleted the announcement")
            raise
        return done()
    if not kit.announce_channel:
        return Cancelled("no announcement channel is set")
    found = await kit.directory.channel(kit.announce_channel)
    if found is None:
        return Buried(f"there is no channel {kit.announce_channel}", "announce the incident")
    ts = await post_once(kit, found, f"inc-{incident.number}/announcement", message, owed)
    return done(c.ReportAnnouncement(found, ts), channel=found, ts=ts)


async def post(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """A message in the room about one entry of the timeline."""
    form = str(owed.payload.get("as") or "")
    if form == "quiet_held" and not _still_watching(incident, owed):
        return Cancelled("nobody watches any more")
    message = _about(kit, incident, owed, form)
    ts = await post_once(kit, str(incident.room), owed.key, message, owed)
    return done(ts=ts, channel=str(incident.room))


def _still_watching(incident: Incident, owed: Owed) -> bool:
    payload = (owed.event.payload if owed.event else None) or {}
    return incident.phase == "watching" and incident.quiet_until == payload.get("quiet_until")


async def tell(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """A word to the commander alone, when the room is the trouble."""
    message = _about(kit, incident, owed, "told")
    opened = await kit.call("conversations.open", users=incident.commander)
    ts = await post_once(kit, str(opened["channel"]["id"]), owed.key, message, owed)
    return done(ts=ts)


def _about(kit: Kit, incident: Incident, owed: Owed, form: str) -> Message:
    event = owed.event
    if event is None:
        raise LookupError(f"the entry that {owed.key} is about")
    name = f"told_{event.kind}" if form == "told" else form or event.kind
    text = kit.templates.render(name, **_shortened(kit.render.facts(incident, event), event))
    blocks = [b.section(text), *buttons(incident, event, form, kit.desk.catalogue)]
    return Message(kit.render.fallback(incident, cut(text, 300)), blocks)


def _shortened(facts: dict[str, Any], event: Event) -> dict[str, Any]:
    """Long words of people are cut to what a message holds; the timeline has the rest."""
    rest = f" … (the rest is entry {event.seq} of the timeline)"
    return {
        key: Mrkdwn(b.safe(value, 2_000) + rest)
        if isinstance(value, str) and len(b.safe(value, 9_000)) > 2_000
        else value
        for key, value in facts.items()
    }


async def update(kit: Kit, channel: str, ts: str, message: Message) -> None:
    await kit.call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)


async def pin(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    if incident.card_ts is None:
        return Cancelled("the card is gone")
    try:
        await kit.call("pins.add", channel=incident.room, timestamp=incident.card_ts)
    except SlackFault as fault:
        if fault.error == "message_not_found":
            return Cancelled("the card is gone")
        if fault.error != "already_pinned":
            raise
    return done()


async def bookmark(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """One bookmark that leads to the card; after the card was posted again it is led there."""
    if incident.card_ts is None:
        return Cancelled("the card is gone")
    link = kit.directory.permalink(str(incident.room), incident.card_ts)
    if incident.room_is_group:
        return Cancelled("a group message has no bookmarks")
    if owed.ambiguous or incident.card_generation:
        listed = await kit.call("bookmarks.list", read=True, channel_id=incident.room)
        for one in listed.get("bookmarks") or ():
            if one.get("title") == CARD_BOOKMARK:
                if one.get("link") != link:
                    await kit.call("bookmarks.edit", channel_id=incident.room, bookmark_id=one["id"], link=link)
                return done()
    facts: dict[str, Any] = {"title": CARD_BOOKMARK, "type": "link", "link": link, "emoji": ":pushpin:"}
    try:
        await kit.call("bookmarks.add", channel_id=incident.room, **facts)
    except SlackFault as fault:
        if fault.error in NOT_IN_THE_PLAN:
            return Cancelled(f"this Slack has no bookmarks ({fault.error})")
        raise
    return done()


NOT_IN_THE_PLAN = frozenset(("not_implemented", "unknown_method", "plan_upgrade_required", "paid_teams_only"))
"""A plan without bookmarks: the pinned card is the way; `doctor` says it once, the rooms do not."""


async def upload(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The timeline as a file in the room, up to the entry that asked for it."""
    entry, form = int(owed.payload["entry"]), str(owed.payload["format"])
    name = file_name(incident.number, entry, form)
    if owed.ambiguous:
        async for message in history(kit, str(incident.room), owed.intent_at):
            if any(name in (file.get("name"), file.get("title")) for file in message.get("files") or ()):
                return done()
    content = export(await kit.desk.timeline(incident.number, entry), form, kit.directory.name)
    ticket = await kit.call("files.getUploadURLExternal", read=True, filename=name, length=len(content))
    await kit.slack.send_bytes(str(ticket["upload_url"]), content)
    await kit.call(
        "files.completeUploadExternal", files=[{"id": ticket["file_id"], "title": name}], channel_id=incident.room
    )
    return done()
