"""The checks the methods call: blocks of a message, attachments, a view."""

from __future__ import annotations

import json
from typing import Any

from practice.errors import SlackError
from practice.limits.blocks import BLOCKS
from practice.limits.rules import Text, Typed, Walk, length
from practice.model import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
ATTACHMENTS = 100
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3000
ONLY_IN_VIEWS = ("alert",)
ONLY_IN_MESSAGES = ("markdown", "table", "data_table", "card", "carousel", "container", "context_actions")
VIEW_FIELDS = {
    "type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id", "clear_on_close",
    "notify_on_close", "submit_disabled",
}  # fmt: skip


def walk_blocks(blocks: Any, at: str, walk: Walk, most: int) -> None:
    if not isinstance(blocks, list):
        walk.fault(at, "must be an array")
        return
    if len(blocks) > most:
        walk.fault(at, f"no more than {most} items allowed")
    barred = ONLY_IN_VIEWS if walk.surface == "message" else ONLY_IN_MESSAGES
    allowed = Typed(BLOCKS, tuple(name for name in BLOCKS if name not in barred))
    for index, block in enumerate(blocks):
        walk.counts.pop("table characters", None)
        walk.action_ids.clear()
        allowed.check(block, f"{at}/{index}", walk)
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "table" and walk.add("tables", 1) > 1:
            raise SlackError("invalid_attachments", [f"[ERROR] only_one_table_allowed [json-pointer:{at}/{index}]"])


def check_blocks(blocks: Any) -> list[Json]:
    """The blocks of a message. Raises ``invalid_blocks`` (or ``_format``: no list) naming block and limit."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    walk = Walk("message")
    walk_blocks(blocks, "/blocks", walk, MESSAGE_BLOCKS)
    if walk.faults:
        raise SlackError("invalid_blocks", walk.faults)
    return blocks


def check_attachments(attachments: Any) -> list[Json]:
    """Raises ``too_many_attachments`` above 100, ``invalid_attachments``, or ``invalid_blocks`` for blocks within."""
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments", [f"[ERROR] no more than {ATTACHMENTS} items allowed"])
    walk = Walk("message")
    for index, one in enumerate(attachments):
        if "blocks" in one:
            walk_blocks(one["blocks"], f"/attachments/{index}/blocks", walk, MESSAGE_BLOCKS)
    if walk.faults:
        raise SlackError("invalid_blocks", walk.faults)
    return attachments


def check_view(view: Any, kinds: tuple[str, ...] = ("modal",)) -> Json:
    """A view for views.open and its kin. Raises ``view_too_large`` or ``invalid_arguments`` naming block and limit."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ["[ERROR] must be a valid view [json-pointer:/view]"])
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    walk = Walk("view")
    kind = view.get("type")
    if kind not in kinds:
        walk.fault("/view/type", f"must be one of {', '.join(kinds)}")
    for name in sorted(set(view) - VIEW_FIELDS):
        walk.fault("/view", f"invalid additional property: {name}")
    if kind == "modal":
        _check_modal(view, walk)
    for name, most in (("private_metadata", PRIVATE_METADATA), ("callback_id", 255), ("external_id", 255)):
        value = view.get(name)
        if value is not None and not isinstance(value, str):
            walk.fault(f"/view/{name}", "must be a string")
        elif value:
            length(value, f"/view/{name}", walk, 0, most)
    if "blocks" in view:
        walk_blocks(view["blocks"], "/view/blocks", walk, VIEW_BLOCKS)
    else:
        walk.fault("/view", "missing required field: blocks")
    if walk.faults:
        raise SlackError("invalid_arguments", walk.faults)
    return view


def _check_modal(view: Json, walk: Walk) -> None:
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            Text(24, plain=True).check(view[name], f"/view/{name}", walk)
        elif name == "title":
            walk.fault("/view", "missing required field: title")
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(isinstance(one, dict) and one.get("type") == "input" for one in blocks)
    if has_input and view.get("submit") is None:
        walk.fault("/view", "missing required field: submit")


__all__ = ["check_attachments", "check_blocks", "check_view"]
