"""What happens to channels: made, joined, left, named, archived. Each change has its system message and its event."""

from __future__ import annotations

import re

from practice.errors import SlackError
from practice.model import Channel, Json
from practice.workspace import Workspace

NAME_MAX = 80
NAME = re.compile(r"[a-z0-9_-]+")
TEXT_MAX = 250


def checked_name(workspace: Workspace, name: str, of: Channel | None = None) -> str:
    """The name, if a channel may have it (conversations.create, conversations.rename).

    Raises ``invalid_name_required``, ``invalid_name_maxlength``, ``invalid_name_specials`` (anything but lowercase
    letters, digits, hyphen, underscore), ``invalid_name_punctuation`` (nothing but those marks) or ``name_taken``,
    which holds for archived channels too.
    """
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME_MAX:
        raise SlackError("invalid_name_maxlength")
    if not NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if not re.search(r"[a-z0-9]", name):
        raise SlackError("invalid_name_punctuation")
    if any(channel.name == name and channel is not of for channel in workspace.channels.values()):
        raise SlackError("name_taken")
    return name


def event(workspace: Workspace, room: Channel, kind: str, **fields: object) -> None:
    """Send a channel event; private channels have their own family of names (``group_archive`` ...)."""
    prefix = "group" if room.private else "channel"
    workspace.on_event({"type": f"{prefix}_{kind}", "event_ts": workspace.next_ts(), **fields}, room)


def create(workspace: Workspace, name: str, creator: str, *, private: bool) -> Channel:
    now = int(workspace.clock())
    channel = Channel(workspace.next_id("C"), checked_name(workspace, name), creator, now, private)
    workspace.channels[channel.id] = channel
    workspace.touch("channel", channel.id, channel=channel.id)
    body: Json = {"id": channel.id, "name": channel.name, "created": now, "creator": creator}
    if not private:
        workspace.on_event({"type": "channel_created", "channel": body, "event_ts": workspace.next_ts()}, None)
    join(workspace, channel, creator)
    return channel


def group_message(workspace: Workspace, people: list[str]) -> Channel:
    """The bot's group message with these people (user ids), made on first use."""
    members = [*people, workspace.bot_user]
    for channel in workspace.channels.values():
        if channel.group and set(channel.members) == set(members):
            return channel
    name = "--".join(sorted(workspace.users[one].name for one in members))
    now = int(workspace.clock())
    channel = Channel(workspace.next_id("G"), f"mpdm-{name}-1", workspace.bot_user, now, private=True, group=True)
    channel.members = members
    workspace.channels[channel.id] = channel
    workspace.touch("channel", channel.id, channel=channel.id)
    return channel


def join(workspace: Workspace, channel: Channel, user: str, inviter: str | None = None) -> None:
    channel.members.append(user)
    workspace.touch("channel", channel.id, channel=channel.id)
    more: Json = {"inviter": inviter} if inviter else {}
    workspace.system_message(channel, user, "channel_join", f"<@{user}> has joined the channel", **more)
    membership(workspace, channel, user, "member_joined_channel", **more)


def leave(workspace: Workspace, channel: Channel, user: str) -> None:
    membership(workspace, channel, user, "member_left_channel")
    channel.members.remove(user)
    workspace.touch("channel", channel.id, channel=channel.id)
    workspace.system_message(channel, user, "channel_leave", f"<@{user}> has left the channel")
    if user == workspace.bot_user:
        kind = "group_left" if channel.private else "channel_left"
        workspace.on_event({"type": kind, "channel": channel.id, "event_ts": workspace.next_ts()}, None)


def membership(workspace: Workspace, channel: Channel, user: str, kind: str, **more: object) -> None:
    body: Json = {"type": kind, "user": user, "channel": channel.id, "channel_type": "G" if channel.private else "C"}
    workspace.on_event({**body, "team": "T0PRACTICE", "event_ts": workspace.next_ts(), **more}, channel)


def set_text(workspace: Workspace, channel: Channel, which: str, value: str, by: str) -> None:
    """Set the ``topic`` or the ``purpose``; the same value again changes nothing. Raises ``too_long`` above 250."""
    if len(value) > TEXT_MAX:
        raise SlackError("too_long")
    field: Json = channel.topic if which == "topic" else channel.purpose
    if field["value"] == value:
        return
    field |= {"value": value, "creator": by, "last_set": int(workspace.clock())}
    workspace.touch("channel", channel.id, channel=channel.id)
    said = f"<@{by}> set the channel {which}: {value}" if value else f"<@{by}> cleared the channel {which}"
    workspace.system_message(channel, by, f"channel_{which}", said, **{which: value})


def archive(workspace: Workspace, channel: Channel, by: str) -> None:
    workspace.system_message(channel, by, "channel_archive", "archived the channel", members=list(channel.members))
    channel.archived = True
    workspace.touch("channel", channel.id, channel=channel.id)
    event(workspace, channel, "archive", channel=channel.id, user=by, is_moved=0)


def unarchive(workspace: Workspace, channel: Channel, by: str) -> None:
    channel.archived = False
    workspace.touch("channel", channel.id, channel=channel.id)
    workspace.system_message(channel, by, "channel_unarchive", "un-archived the channel")
    event(workspace, channel, "unarchive", channel=channel.id, user=by)


def rename(workspace: Workspace, channel: Channel, name: str, by: str) -> None:
    old = channel.name
    channel.name = checked_name(workspace, name, channel)
    channel.previous_names = [old, *channel.previous_names]
    workspace.touch("channel", channel.id, channel=channel.id)
    said = f'has renamed the channel from "{old}" to "{channel.name}"'
    workspace.system_message(channel, by, "channel_name", said, old_name=old, name=channel.name)
    body: Json = {"id": channel.id, "name": channel.name, "created": channel.created, "is_channel": True}
    event(workspace, channel, "rename", channel=body)


def delete(workspace: Workspace, channel: Channel, by: str) -> None:
    """Take the channel away for good, as an administrator can."""
    event(workspace, channel, "deleted", channel=channel.id, actor_id=by)
    del workspace.channels[channel.id]
    workspace.touch("channel", channel.id, channel=channel.id)
    for ts in channel.messages:
        workspace.dirty.add(("message", f"{channel.id}/{ts}"))


def deactivate(workspace: Workspace, user_id: str) -> None:
    """An administrator deactivates the account: the person leaves every channel and gets no more."""
    user = workspace.users[user_id]
    user.deleted = True
    for channel in list(workspace.channels.values()):
        if user_id in channel.members and not channel.partner:
            leave(workspace, channel, user_id)
    workspace.touch("user", user_id, user=user_id)
    workspace.on_event({"type": "user_change", "user": user.slack(), "event_ts": workspace.next_ts()}, None)
