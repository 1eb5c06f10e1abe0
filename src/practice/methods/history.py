"""conversations.history and .replies: reading messages back."""

from __future__ import annotations

import re

from practice.errors import SlackError
from practice.methods.base import Call, Handler
from practice.model import Json
from practice.paging import page

TS = re.compile(r"\d+(\.\d+)?")


def seconds(ts: str) -> tuple[int, int]:
    """A timestamp as whole seconds and microseconds, for comparing."""
    whole, _, rest = ts.partition(".")
    return int(whole), int(f"{rest:0<6}"[:6])


def bounded(call: Call, messages: list[Json]) -> list[Json]:
    """The messages between ``oldest`` and ``latest``. Raises invalid_ts_oldest or invalid_ts_latest."""
    inclusive = call.args.flag("inclusive")
    for name in ("oldest", "latest"):
        limit = call.args.text(name)
        if not limit or limit == "now":
            continue
        if not TS.fullmatch(limit):
            raise SlackError(f"invalid_ts_{name}")
        edge, sign = seconds(limit), 1 if name == "oldest" else -1
        messages = [
            one
            for one in messages
            if sign * (_compare(seconds(one["ts"]), edge)) > 0 or (inclusive and seconds(one["ts"]) == edge)
        ]
    return messages


def _compare(one: tuple[int, int], other: tuple[int, int]) -> int:
    return (one > other) - (one < other)


def shown(call: Call, message: Json) -> Json:
    """The message as Slack returns it: metadata only when it was asked for."""
    if "metadata" not in message or call.args.flag("include_all_metadata"):
        return message
    return {name: value for name, value in message.items() if name != "metadata"}


def history(call: Call) -> Json:
    channel = call.joined()
    newest_first = [
        message
        for message in reversed(channel.messages.values())
        if message.get("thread_ts") in (None, message["ts"]) or message.get("subtype") == "thread_broadcast"
    ]
    found, metadata = page(bounded(call, newest_first), call.args)
    more = bool(metadata["next_cursor"])
    answer: Json = {"ok": True, "messages": [shown(call, one) for one in found], "has_more": more}
    answer["pin_count"] = len(channel.pins)
    if more:
        answer["response_metadata"] = metadata
    return answer


def replies(call: Call) -> Json:
    channel = call.joined()
    ts = call.args.required("ts")
    if ts not in channel.messages:
        raise SlackError("thread_not_found")
    parent = channel.messages[ts]
    rest = [one for one in channel.messages.values() if one.get("thread_ts") == ts and one["ts"] != ts]
    found, metadata = page([parent, *bounded(call, rest)], call.args, 1000 - 1)
    more = bool(metadata["next_cursor"])
    answer: Json = {"ok": True, "messages": [shown(call, one) for one in found], "has_more": more}
    if more:
        answer["response_metadata"] = metadata
    return answer


METHODS: dict[str, Handler] = {"conversations.history": history, "conversations.replies": replies}
