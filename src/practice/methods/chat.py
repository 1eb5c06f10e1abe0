"""chat.*: messages by the app."""

from __future__ import annotations

from practice import posting
from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import Channel, Json
from practice.workspace import Workspace


def destination(call: Call) -> Channel:
    """The channel to post to; a user id stands for the bot's direct message with that person."""
    named = call.args.text("channel")
    person = call.workspace.users.get(named)
    if person and not person.is_bot:
        if person.deleted:
            raise SlackError("user_disabled")
        return call.workspace.direct_message(person.id)
    channel = call.workspace.visible(named, call.bot)
    if call.bot not in channel.members and not call.app.granted("chat:write.public"):
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    return channel


def post_message(call: Call) -> Json:
    channel = destination(call)
    body = posting.content(call.args)
    warnings = []
    if len(body["text"]) > posting.TEXT_MAX:
        body["text"] = body["text"][: posting.TEXT_MAX]
        warnings.append("message_truncated")
    if metadata := posting.metadata(call.args.raw("metadata")):
        body["metadata"] = metadata
    message = {**call.workspace.bot_author(), **body}
    if thread := call.args.text("thread_ts"):
        if thread not in channel.messages:
            raise SlackError("cannot_reply_to_message")
        message["thread_ts"] = thread
        if call.args.flag("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    posted = call.workspace.add_message(channel, message)
    answer: Json = {"ok": True, "channel": channel.id, "ts": posted["ts"], "message": dict(posted)}
    if warnings:
        answer |= {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}}
    return answer


def own_message(call: Call, channel: Channel, refusal: str) -> Json:
    message = call.workspace.message(channel, call.args.required("ts"))
    if message.get("user") != call.bot or message.get("subtype") not in (None, "thread_broadcast", "bot_message"):
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    channel = call.visible()
    if channel.archived:
        raise SlackError("is_inactive")
    if len(call.args.text("text")) > posting.UPDATE_TEXT_MAX:
        raise SlackError("msg_too_long", [f"[ERROR] must be less than {posting.UPDATE_TEXT_MAX + 1} characters"])
    message = own_message(call, channel, "cant_update_message")
    after = posting.update(call.workspace, channel, message, call.args)
    return {"ok": True, "channel": channel.id, "ts": after["ts"], "text": after["text"], "message": dict(after)}


def delete(call: Call) -> Json:
    channel = call.visible()
    message = own_message(call, channel, "cant_delete_message")
    call.workspace.remove_message(channel, message)
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Json:
    channel = call.joined()
    if channel.archived:
        raise SlackError("is_archived")
    user = call.args.required("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    body = posting.content(call.args)
    if len(body["text"]) > posting.TEXT_MAX:
        raise SlackError("msg_too_long", [f"[ERROR] must be less than {posting.TEXT_MAX + 1} characters"])
    if thread := call.args.text("thread_ts"):
        body["thread_ts"] = thread
    posted = call.workspace.add_ephemeral(channel, user, {**call.workspace.bot_author(), **body})
    return {"ok": True, "message_ts": posted["ts"]}


def get_permalink(call: Call) -> Json:
    channel = call.visible()
    message = call.workspace.message(channel, call.args.required("message_ts"))
    return {"ok": True, "channel": channel.id, "permalink": permalink(call.workspace, channel, message["ts"])}


def permalink(workspace: Workspace, channel: Channel, ts: str) -> str:
    """The address of the message; that of a reply names its thread."""
    address = f"{workspace.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    thread = channel.messages.get(ts, {}).get("thread_ts", ts)
    return address if thread == ts else f"{address}?thread_ts={thread}&cid={channel.id}"


METHODS: dict[str, Handler] = {
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update,
}
