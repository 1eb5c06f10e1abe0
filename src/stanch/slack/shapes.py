"""What a signed body from Slack must look like before anybody reads it: pure, a body in, its content or the fault out.

Slack's facts, section 5: commands are forms, interactions a form with `payload=`, events JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]

COMMAND = ("command", "user_id", "channel_id", "trigger_id")
"""The fields of a slash command that are read without asking whether they are there."""
INTERACTIONS: Mapping[str, tuple[str, ...]] = {
    "block_actions": ("user.id", "trigger_id", "actions.0.action_id"),
    "view_submission": ("user.id", "view.id", "view.type", "view.callback_id", "view.state.values"),
    "view_closed": ("user.id", "view.id", "view.type", "view.callback_id"),
    "shortcut": ("user.id", "callback_id", "trigger_id"),
    "message_action": ("user.id", "callback_id", "trigger_id", "channel.id", "message.ts"),
}
"""Slack's interactions that the bot knows, and where in each the needed texts (and mappings) stand."""
UNREADABLE = (LookupError, TypeError, AttributeError, ValueError)
"""What Bolt and the listeners raise for a payload that is not as Slack makes them."""
EVENT = ("event_id", "event.type")


@dataclass(frozen=True, slots=True)
class Malformed(Exception):
    """Nobody can read it. `status` is HTTP's; `what` says what is wrong and never quotes the body."""

    status: int
    what: str


def read(body: bytes, content_type: str) -> Json:
    """The content of a body, as Bolt will see it. Raises `Malformed`."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(400, "not UTF-8") from None
    match content_type.partition(";")[0].strip().lower():
        case "application/json":
            return _event(_json(text))
        case "application/x-www-form-urlencoded":
            try:
                form = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
            except ValueError:
                raise Malformed(400, "not UTF-8") from None
            return _interaction(_json(form["payload"])) if "payload" in form else _command(form)
    raise Malformed(415, "neither JSON nor a form")


def is_event(content: Mapping[str, Any]) -> bool:
    return content.get("type") == "event_callback"


def _json(text: str) -> Json:
    try:
        content = json.loads(text)
        # Half a character, "\ud800", passes as JSON; no database and no answer can hold it.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Malformed(400, "no JSON that can be read") from None
    if not isinstance(content, dict):
        raise Malformed(400, "JSON that is no object")
    return content


def _event(content: Json) -> Json:
    match content.get("type"):
        case "url_verification":
            return _with(content, ("challenge",))
        case "event_callback":
            return _with(content, EVENT)
        case "app_rate_limited":
            return content
    raise Malformed(400, "an unknown type of event")


def _interaction(content: Json) -> Json:
    needed = INTERACTIONS.get(str(content.get("type")))
    if needed is None:
        raise Malformed(400, "an unknown type of interaction")
    return _with(content, needed)


def _command(form: Json) -> Json:
    # Slack's own look at the certificate, which comes with nothing else.
    return form if form.get("ssl_check") == "1" else _with(form, COMMAND)


def _with(content: Json, needed: tuple[str, ...]) -> Json:
    for place in needed:
        if not _at(content, place):
            raise Malformed(400, f"{place} is missing")
    return content


def _at(content: Any, place: str) -> bool:
    """Whether a text that is not empty stands there, or, at a place named `values`, a mapping."""
    for step in place.split("."):
        if isinstance(content, list):
            content = content[0] if content and step == "0" else None
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return isinstance(content, dict) if place.endswith("values") else isinstance(content, str) and content != ""
