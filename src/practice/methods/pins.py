"""pins.* and reactions.*: marks on messages."""

from __future__ import annotations

import re

from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.methods.chat import permalink
from practice.model import Channel, Json
from practice.workspace import Workspace

PINS_MAX = 100
REACTIONS_MAX = 23
EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def marked(call: Call, channel: Channel) -> Json:
    """The message of ``timestamp``. Raises no_item_specified, bad_timestamp or message_not_found."""
    ts = call.args.text("timestamp")
    if not ts:
        raise SlackError("no_item_specified")
    if not re.fullmatch(r"\d+\.\d+", ts):
        raise SlackError("bad_timestamp")
    return call.workspace.message(channel, ts)


def add_pin(call: Call) -> Json:
    channel = call.joined()
    if channel.archived:
        raise SlackError("is_archived")
    message = marked(call, channel)
    if any(pin["ts"] == message["ts"] for pin in channel.pins):
        raise SlackError("already_pinned")
    if len(channel.pins) >= PINS_MAX:
        raise SlackError("too_many_pins")
    pin(call.workspace, channel, message["ts"], call.bot)
    return {"ok": True}


def pin(workspace: Workspace, channel: Channel, ts: str, by: str) -> None:
    channel.pins.append({"ts": ts, "created": int(workspace.clock()), "created_by": by})
    workspace.touch("channel", channel.id, channel=channel.id)
    item = {"type": "message", "channel": channel.id, "message": {"ts": ts}}
    workspace.system_message(channel, by, "pinned_item", "pinned a message to this channel.", item=item)
    pin_event(workspace, channel, ts, by, "pin_added")


def pin_event(workspace: Workspace, channel: Channel, ts: str, by: str, kind: str) -> None:
    item = {"type": "message", "channel": channel.id, "message": channel.messages.get(ts, {"ts": ts})}
    event: Json = {"type": kind, "user": by, "channel_id": channel.id, "item": item, "event_ts": workspace.next_ts()}
    workspace.on_event({**event, "pin_count": len(channel.pins)}, channel)


def remove_pin(call: Call) -> Json:
    channel = call.joined()
    message = marked(call, channel)
    left = [one for one in channel.pins if one["ts"] != message["ts"]]
    if len(left) == len(channel.pins):
        raise SlackError("no_pin")
    channel.pins = left
    call.workspace.touch("channel", channel.id, channel=channel.id)
    pin_event(call.workspace, channel, message["ts"], call.bot, "pin_removed")
    return {"ok": True}


def list_pins(call: Call) -> Json:
    channel = call.joined()
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "created": one["created"],
            "created_by": one["created_by"],
            "message": {**channel.messages[one["ts"]], "permalink": permalink(call.workspace, channel, one["ts"])},
        }
        for one in reversed(channel.pins)
    ]
    return {"ok": True, "items": items}


def react(workspace: Workspace, channel: Channel, message: Json, name: str, user: str) -> None:
    """Raises invalid_name, already_reacted or too_many_emoji."""
    if not EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    reactions = message.setdefault("reactions", [])
    entry = next((one for one in reactions if one["name"] == name), None)
    if entry and user in entry["users"]:
        raise SlackError("already_reacted")
    if entry is None:
        if len(reactions) >= REACTIONS_MAX:
            raise SlackError("too_many_emoji")
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    entry["users"].append(user)
    entry["count"] = len(entry["users"])
    reaction_event(workspace, channel, message, name, user, "reaction_added")


def unreact(workspace: Workspace, channel: Channel, message: Json, name: str, user: str) -> None:
    """Raises ``no_reaction``."""
    reactions = message.get("reactions", [])
    entry = next((one for one in reactions if one["name"] == name and user in one["users"]), None)
    if entry is None:
        raise SlackError("no_reaction")
    entry["users"].remove(user)
    entry["count"] = len(entry["users"])
    message["reactions"] = [one for one in reactions if one["users"]]
    reaction_event(workspace, channel, message, name, user, "reaction_removed")


def reaction_event(workspace: Workspace, channel: Channel, message: Json, name: str, user: str, kind: str) -> None:
    workspace.touch("message", f"{channel.id}/{message['ts']}", channel=channel.id)
    item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
    event: Json = {"type": kind, "user": user, "reaction": name, "item": item}
    if "user" in message:
        event["item_user"] = message["user"]
    workspace.on_event({**event, "event_ts": workspace.next_ts()}, channel)


def add_reaction(call: Call) -> Json:
    channel = call.joined()
    if channel.archived:
        raise SlackError("is_archived")
    react(call.workspace, channel, marked(call, channel), call.args.text("name").strip(":"), call.bot)
    return {"ok": True}


def remove_reaction(call: Call) -> Json:
    channel = call.joined()
    unreact(call.workspace, channel, marked(call, channel), call.args.text("name").strip(":"), call.bot)
    return {"ok": True}


METHODS: dict[str, Handler] = {
    "pins.add": add_pin,
    "pins.list": list_pins,
    "pins.remove": remove_pin,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
}
