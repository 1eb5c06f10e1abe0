"""Opening a room and bringing people into it."""

import hashlib
import re
import unicodedata
from dataclasses import replace
from typing import Any

from stanch.core import commands as c
from stanch.core.chain import stamp
from stanch.core.incident import Incident
from stanch.flows.deliver import Cancelled, Outcome
from stanch.slack import candidates
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
from stanch.slack.messages import update
from stanch.slack.once import find, post_once
from stanch.store.outbox import Owed

LONGEST = 80
"""Characters of a channel's name (Slack's facts, section 3)."""
SUFFIXES = ("", *(f"-{n}" for n in range(2, 10)))
HARMLESS = frozenset(("already_in_channel", "cant_invite_self"))
AT_ONCE = 100
"""People in one invitation."""


def room_name(incident: Incident) -> str:
    """`inc-<number>-<slug>`: lowercase ASCII. A restricted room's name says nothing."""
    if incident.restricted:
        slug = "restricted"
    else:
        ascii_title = unicodedata.normalize("NFKD", incident.title).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-") or "incident"
    drill = "drill-" if incident.drill else ""
    return f"inc-{incident.number}-{drill}{slug}"[: LONGEST - 9].rstrip("-")


async def open_room(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Create the room, or adopt the one that an earlier try created; and say who belongs in it."""
    owners_known = await _know_people(kit)
    seats = await candidates.owners(kit, incident) if owners_known else c.SeatOwners((), (), later=True)
    try:
        channel = await _create(kit, incident, owed)
        room = c.ReportRoom(str(channel["id"]), str(channel["name"]), incident.restricted)
    except SlackFault as fault:
        if not incident.restricted or fault.error not in NO_PRIVATE_ROOM:
            raise
        room = await _group(kit, incident, seats)
    called = candidates.called(kit, incident)
    return done(replace(seats, room=room), channel=room.channel, name=room.name, called=called)


async def _group(kit: Kit, incident: Incident, seats: c.SeatOwners) -> c.ReportRoom:
    """Where no private channel can be made: a group message with the people named. Never a public room."""
    everybody = (incident.commander, incident.declared_by, *incident.seats.values(), *seats.invite)
    people = [user for user in dict.fromkeys(everybody) if user != kit.directory.me][:IN_A_GROUP]
    answer = await kit.call("conversations.open", users=",".join(people))
    channel = answer["channel"]
    return c.ReportRoom(str(channel["id"]), str(channel.get("name") or "group message"), private=True, group=True)


NO_PRIVATE_ROOM = frozenset(
    "restricted_action cannot_create_channel no_permission missing_scope not_allowed_token_type access_denied".split()
)
IN_A_GROUP = 8
"""People beside the bot in a group message (`conversations.open`)."""


async def _know_people(kit: Kit) -> bool:
    """A room does not wait for the list of people: without it, its owners are invited later."""
    try:
        await kit.directory.load()
    except SlackFault:
        return False
    return True


async def _create(kit: Kit, incident: Incident, owed: Owed) -> dict[str, Any]:
    base = room_name(incident)
    # The last of them cannot be taken beforehand by somebody who guesses the names.
    own = hashlib.sha256(stamp(incident.declared_at).encode()).hexdigest()[:8]
    for suffix in (*SUFFIXES, f"-{own}"):
        try:
            answer = await kit.call("conversations.create", name=base + suffix, is_private=incident.restricted)
            return dict(answer["channel"])
        except SlackFault as fault:
            if fault.error != "name_taken":
                raise
        if mine := await _mine(kit, incident, base + suffix, owed):
            return mine
    raise SlackFault(Kind.REFUSED, "name_taken", detail=f"{base} and its variants")


async def _mine(kit: Kit, incident: Incident, name: str, owed: Owed) -> dict[str, Any] | None:
    """The bot's own channel of this name, made since the intent, and no other incident's room (design, section 5)."""
    async for channel in kit.slack.pages("users.conversations", "channels", types="public_channel,private_channel"):
        if channel.get("name") == name:
            fresh = (
                not channel.get("is_archived")
                and channel["id"] not in (incident.room, *incident.former_rooms)
                and channel.get("creator") == kit.directory.me
                and int(channel.get("created") or 0) >= int(owed.intent_at) - 1
            )
            taken = await kit.desk.of_room(str(channel["id"])) not in (None, owed.incident)
            return dict(channel) if fresh and not taken else None
    return None


async def seat_owners(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The service changed, or the list of people was not to be had before."""
    await kit.directory.load()
    return done(await candidates.owners(kit, incident), called=candidates.called(kit, incident))


async def invite(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """One call for up to 100 people; those who are in already are no trouble, the others are named once."""
    users = [u for u in owed.payload["users"] if u != kit.directory.me]
    if incident.room_is_group:
        return await _left_out(kit, incident, users)
    failed: dict[str, str] = {}
    for start in range(0, len(users), AT_ONCE):
        failed |= await _invite(kit, str(incident.room), users[start : start + AT_ONCE])
    if not failed:
        return done()
    names = ", ".join(f"{kit.directory.name(user)} ({error})" for user, error in failed.items())
    return done(c.ReportTrouble(f"invite {names}", "Slack refused it"))


async def _left_out(kit: Kit, incident: Incident, users: list[str]) -> Outcome:
    """Nobody can be added to a group message later: who is missing is named, so that somebody tells them."""
    members = [str(one) async for one in kit.slack.pages("conversations.members", "members", channel=incident.room)]
    if not (missing := [user for user in users if user not in members]):
        return done()
    names = ", ".join(map(kit.directory.name, missing))
    return done(c.ReportTrouble(f"invite {names}", "a group message takes nobody in later"))


async def _invite(kit: Kit, room: str, users: list[str]) -> dict[str, str]:
    try:
        answer = await kit.call("conversations.invite", channel=room, users=",".join(users), force=True)
    except SlackFault as fault:
        if fault.error in HARMLESS:
            return {}
        answer = fault.answer or {}
        if not answer.get("errors"):
            if len(users) == 1 and fault.kind is Kind.REFUSED and fault.error in PERSONAL:
                return {users[0]: fault.error}
            raise
    failed = {str(e.get("user")): str(e.get("error")) for e in answer.get("errors") or ()}
    return {user: error for user, error in failed.items() if error not in HARMLESS}


PERSONAL = frozenset("user_not_found no_user cant_invite user_is_restricted ura_max_channels no_permission".split())


async def hush(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Make one thing of the public room neutral: its name, its topic, its card; and one line that says where to ask."""
    channel, what = str(owed.payload["channel"]), owed.payload["what"]
    neutral = kit.render.neutral(incident, MOVED)
    try:
        match what:
            case "name":
                await _rename(kit, channel, f"inc-{incident.number}-moved", owed)
            case "topic":
                await _set_topic(kit, channel, kit.render.topic(incident), owed)
            case "card":
                await update(kit, channel, str(owed.payload["card"]), neutral)
            case "message":
                found = owed.payload["card"] or await find(kit, channel, str(owed.payload["key"]), owed.intent_at)
                if found:
                    await update(kit, channel, str(found), neutral)
            case _:
                await post_once(kit, channel, owed.key, neutral, owed)
    except SlackFault as fault:
        if fault.kind is Kind.REFUSED and fault.error in GONE:
            return Cancelled(str(fault))
        raise
    return done()


MOVED = "This incident goes on in a private room. Please write nothing more about it here."
GONE = frozenset("is_archived is_inactive channel_not_found not_in_channel message_not_found".split())


async def _rename(kit: Kit, channel: str, name: str, owed: Owed) -> None:
    """Once: everybody in the room is told of each time."""
    names = [name + suffix for suffix in SUFFIXES]
    if owed.ambiguous and (await _info(kit, channel)).get("name") in names:
        return
    for one in names:
        try:
            await kit.call("conversations.rename", channel=channel, name=one)
        except SlackFault as fault:
            if fault.error != "name_taken":
                raise
        else:
            return


async def topic(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    await _set_topic(kit, str(incident.room), kit.render.topic(incident), owed)
    return done()


async def _set_topic(kit: Kit, channel: str, wanted: str, owed: Owed) -> None:
    """Set once for each change; after an unclear or a late try, only if it is not what it should be (each set is
    seen by all)."""
    if (owed.ambiguous or owed.late) and ((await _info(kit, channel)).get("topic") or {}).get("value") == wanted:
        return
    await kit.call("conversations.setTopic", channel=channel, topic=wanted)


async def _info(kit: Kit, channel: str) -> dict[str, Any]:
    return dict((await kit.call("conversations.info", read=True, channel=channel))["channel"])
