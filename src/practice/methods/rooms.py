"""conversations.*: making channels and changing them."""

from __future__ import annotations

from practice import rooms, scopes
from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import Channel, Json

INVITE_MAX = 100


def create(call: Call) -> Json:
    private = call.args.flag("is_private")
    scopes.require(call.app, call.method, "groups" if private else "channels")
    channel = rooms.create(call.workspace, call.args.text("name"), call.bot, private=private)
    return {"ok": True, "channel": channel.slack(call.bot)}


def invitation_error(call: Call, channel: Channel, user_id: str) -> str | None:
    """Slack's word for why this user cannot be invited, or None."""
    user = call.workspace.users.get(user_id)
    if user is None:
        return "user_not_found"
    if user_id == call.bot:
        return "cant_invite_self"
    if user.deleted:
        return "cant_invite"
    return "already_in_channel" if user_id in channel.members else None


def invite(call: Call) -> Json:
    """Up to 100 people. Those already there do not stop the others; a user who cannot come does, unless ``force``.

    Sources disagree on mixed lists; this follows a record of real Slack for "already", and the reference for ``force``.
    """
    channel = call.open_channel()
    users = list(dict.fromkeys(call.args.names("users")))
    if not users:
        raise SlackError("no_user")
    if len(users) > INVITE_MAX:
        raise SlackError(
            "invalid_arguments", [f"[ERROR] no more than {INVITE_MAX} items allowed [json-pointer:/users]"]
        )
    found = {user: invitation_error(call, channel, user) for user in users}
    errors = [{"user": user, "ok": False, "error": word} for user, word in found.items() if word]
    new = [user for user, word in found.items() if word is None]
    hard = [one for one in errors if one["error"] != "already_in_channel"]
    if not new or (hard and not call.args.flag("force")):
        raise SlackError(str((hard or errors)[0]["error"]), errors=errors)
    for user in new:
        rooms.join(call.workspace, channel, user, inviter=call.bot)
    answer: Json = {"ok": True, "channel": channel.slack(call.bot)}
    return {**answer, "errors": errors} if errors else answer


def kick(call: Call) -> Json:
    channel = call.open_channel()
    user = call.args.required("user")
    if user == call.bot:
        raise SlackError("cant_kick_self")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    if channel.general:
        raise SlackError("cant_kick_from_general")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    rooms.leave(call.workspace, channel, user)
    return {"ok": True, "errors": {}}


def join(call: Call) -> Json:
    channel = call.visible()
    if channel.family != "channels":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    answer: Json = {"ok": True}
    if call.bot in channel.members:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        rooms.join(call.workspace, channel, call.bot)
    return {**answer, "channel": channel.slack(call.bot)}


def leave(call: Call) -> Json:
    channel = call.visible()
    if channel.direct:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        return {"ok": True, "not_in_channel": True}
    if channel.general:
        raise SlackError("cant_leave_general")
    if len(channel.members) == 1:
        raise SlackError("last_member")
    rooms.leave(call.workspace, channel, call.bot)
    return {"ok": True}


def set_topic(call: Call) -> Json:
    channel = call.open_channel(group=True)
    rooms.set_text(call.workspace, channel, "topic", call.args.text("topic"), call.bot)
    return {"ok": True, "channel": channel.slack(call.bot)}


def set_purpose(call: Call) -> Json:
    channel = call.open_channel(group=True)
    rooms.set_text(call.workspace, channel, "purpose", call.args.text("purpose"), call.bot)
    return {"ok": True, "channel": channel.slack(call.bot)}


def archive(call: Call) -> Json:
    channel = call.joined()
    if channel.direct:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("already_archived")
    if channel.general:
        raise SlackError("cant_archive_general")
    rooms.archive(call.workspace, channel, call.bot)
    return {"ok": True}


def unarchive(call: Call) -> Json:
    """A person has to: Slack tells a bot that it is not in an archived channel, even its own (slack-go/slack#1066)."""
    channel = call.visible()
    if channel.direct:
        raise SlackError("method_not_supported_for_channel_type")
    raise SlackError("not_in_channel" if channel.archived else "not_archived")


def rename(call: Call) -> Json:
    channel = call.open_channel()
    if channel.creator != call.bot:
        raise SlackError("not_authorized")
    rooms.rename(call.workspace, channel, call.args.text("name"), call.bot)
    return {"ok": True, "channel": channel.slack(call.bot)}


METHODS: dict[str, Handler] = {
    "conversations.archive": archive,
    "conversations.create": create,
    "conversations.invite": invite,
    "conversations.join": join,
    "conversations.kick": kick,
    "conversations.leave": leave,
    "conversations.rename": rename,
    "conversations.setPurpose": set_purpose,
    "conversations.setTopic": set_topic,
    "conversations.unarchive": unarchive,
}
