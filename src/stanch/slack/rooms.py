"""Opening a room and bringing people into it."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.flows.deliver import Outcome
from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit, done
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
    return f"inc-{incident.number}-{drill}{slug}"[: LONGEST - 3].rstrip("-")


async def open_room(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Create the room, or adopt the one that an earlier try created; and say who belongs in it."""
    owners_known = await _know_people(kit)
    channel = await _create(kit, incident, owed)
    room = c.ReportRoom(str(channel["id"]), str(channel["name"]), incident.restricted)
    seats = _owners(kit, incident) if owners_known else c.SeatOwners((), (), later=True)
    return done(replace(seats, room=room), channel=room.channel, name=room.name)


async def _know_people(kit: Kit) -> bool:
    """A room does not wait for the list of people: without it, its owners are invited later."""
    try:
        await kit.directory.load()
    except SlackFault:
        return False
    return True


async def _create(kit: Kit, incident: Incident, owed: Owed) -> dict[str, Any]:
    base = room_name(incident)
    for suffix in SUFFIXES:
        try:
            answer = await kit.call("conversations.create", name=base + suffix, is_private=incident.restricted)
            return dict(answer["channel"])
        except SlackFault as fault:
            if fault.error != "name_taken":
                raise
        if mine := await _mine(kit, base + suffix, owed):
            return mine
    raise SlackFault(Kind.REFUSED, "name_taken", detail=f"{base} and its variants")


async def _mine(kit: Kit, name: str, owed: Owed) -> dict[str, Any] | None:
    """The bot's own channel of this name, made since the intent, and no other incident's room (design, section 5)."""
    async for channel in kit.slack.pages("users.conversations", "channels", types="public_channel,private_channel"):
        if channel.get("name") == name:
            fresh = (
                channel.get("creator") == kit.directory.me
                and int(channel.get("created") or 0) >= int(owed.intent_at) - 1
            )
            taken = await kit.desk.of_room(str(channel["id"])) not in (None, owed.incident)
            return dict(channel) if fresh and not taken else None
    return None


def _owners(kit: Kit, incident: Incident) -> c.SeatOwners:
    service = kit.desk.catalogue.service(incident.service) if incident.service else None
    return kit.directory.seats(service)


async def seat_owners(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """The service changed, or the list of people was not to be had before."""
    await kit.directory.load()
    return done(_owners(kit, incident))


async def invite(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """One call for up to 100 people; those who are in already are no trouble, the others are named once."""
    users = [u for u in owed.payload["users"] if u != kit.directory.me]
    failed: dict[str, str] = {}
    for start in range(0, len(users), AT_ONCE):
        failed |= await _invite(kit, str(incident.room), users[start : start + AT_ONCE])
    if not failed:
        return done()
    names = ", ".join(f"{kit.directory.name(user)} ({error})" for user, error in failed.items())
    return done(c.ReportTrouble(f"invite {names}", "Slack refused it"))


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


async def topic(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    """Set once for each change; after an unclear try, only if it is not what it should be (each set is seen by all)."""
    wanted = kit.render.topic(incident)
    if owed.ambiguous:
        info = await kit.call("conversations.info", read=True, channel=incident.room)
        if (info["channel"].get("topic") or {}).get("value") == wanted:
            return done()
    await kit.call("conversations.setTopic", channel=incident.room, topic=wanted)
    return done()
