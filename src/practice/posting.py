"""What a message by the app is made of, and its checks. Shared by chat.*, response URLs and acknowledgements."""

from __future__ import annotations

import json
import secrets
from typing import Any

from practice import pings
from practice.args import Args
from practice.errors import SlackError
from practice.limits import check_attachments, check_blocks
from practice.model import Channel, Json
from practice.workspace import Workspace

TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000
MARKDOWN_TEXT_MAX = 12_000
METADATA_MAX = 8_000
"""Characters of an event payload as JSON. Slack publishes no figure for ``metadata_too_large``; this one is ours."""


def with_ids(blocks: list[Json]) -> list[Json]:
    """The blocks with the block and action ids that Slack makes up where the app gave none."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    full = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)}
    for name in ("element", "accessory"):
        if isinstance(full.get(name), dict):
            full[name] = _named(full[name])
    if full["type"] in ("actions", "context_actions"):
        full["elements"] = [_named(one) for one in full["elements"]]
    return full


def _named(element: Json) -> Json:
    if element["type"] == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_urlsafe(4)}


def metadata(given: Any) -> Json | None:
    """Raises ``invalid_metadata_format``, ``invalid_metadata_schema`` or ``metadata_too_large``."""
    if given is None or given == {} or given == "":
        return None
    if not isinstance(given, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(given.get("event_type"), str) or not given["event_type"]:
        raise SlackError("invalid_metadata_schema", ["[ERROR] missing required field: event_type"])
    if not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema", ["[ERROR] missing required field: event_payload"])
    if len(json.dumps(given["event_payload"], ensure_ascii=False)) > METADATA_MAX:
        raise SlackError("metadata_too_large")
    return {"event_type": given["event_type"], "event_payload": given["event_payload"]}


def content(args: Args) -> Json:
    """``text``, ``blocks`` and ``attachments`` of a message. Raises ``no_text`` when there is none of them."""
    body: Json = {"text": args.text("text")}
    if args.given("markdown_text"):
        if args.given("text") or args.given("blocks"):
            raise SlackError("markdown_text_conflict")
        markdown = args.text("markdown_text")
        if len(markdown) > MARKDOWN_TEXT_MAX:
            raise SlackError("msg_too_long")
        body |= {"text": markdown, "blocks": [{"type": "markdown", "text": markdown}]}
    elif args.given("blocks"):
        body["blocks"] = with_ids(check_blocks(args.raw("blocks")))
    if args.given("attachments"):
        body["attachments"] = [
            {**one, "blocks": with_ids(one["blocks"])} if one.get("blocks") else one
            for one in check_attachments(args.raw("attachments"))
        ]
    if not (body["text"] or body.get("blocks") or body.get("attachments")):
        raise SlackError("no_text")
    if args.text("parse") == "full" or args.flag("link_names"):
        body["text"] = pings.linked(body["text"])
    return body


def update(workspace: Workspace, channel: Channel, message: Json, args: Args) -> Json:
    """The message with what the arguments change: blocks, attachments and metadata that are not given stay."""
    changes: Json = {
        name: args.raw(name) for name in ("text", "blocks", "attachments", "markdown_text") if args.given(name)
    }
    kept: Json = {name: message[name] for name in ("blocks", "attachments") if name in message and not args.given(name)}
    if not (changes or args.given("metadata")):
        raise SlackError("no_text")
    if "text" not in changes and "markdown_text" not in changes:
        changes["text"] = message["text"]
    changes |= {name: args.raw(name) for name in ("parse", "link_names") if args.given(name)}
    after: Json = {**message, **content(Args({**kept, **changes}))}
    for name in ("blocks", "attachments"):
        if after.get(name) == []:
            del after[name]
    if args.given("metadata"):
        after.pop("metadata", None)
        if fresh := metadata(args.raw("metadata")):
            after["metadata"] = fresh
    after["edited"] = {"user": workspace.bot_user, "ts": f"{int(workspace.clock())}.000000"}
    workspace.change_message(channel, message, after)
    return after
