"""Small valid pieces of Block Kit, each stretched in one place by the tables of limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.practice.desk import Json, button, plain

OPTION = {"text": plain("One"), "value": "1"}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def options(number: int) -> list[Json]:
    return [{"text": plain(f"Option {index}"), "value": str(index)} for index in range(number)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": [OPTION], **more}


def confirm(**more: str) -> Json:
    texts = {"title": "Sure?", "text": "Really", "confirm": "Yes", "deny": "No", **more}
    return {name: plain(text) for name, text in texts.items()}


def image(**more: str) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def video(**more: Any) -> Json:
    return {
        "type": "video",
        "title": plain("t"),
        "alt_text": "a",
        "thumbnail_url": "https://example.com/t.png",
        "video_url": "https://example.com/v",
        **more,
    }


def cells(rows: int, columns: int, text: str = "x") -> list[list[Json]]:
    return [[{"type": "raw_text", "text": text} for _ in range(columns)] for _ in range(rows)]


def listing(**more: Any) -> Json:
    part = {"type": "rich_text_list", "style": "bullet", "elements": [], **more}
    return {"type": "rich_text", "elements": [part]}


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain("t"), **more}


def container(**more: Any) -> Json:
    return {"type": "container", "title": plain("t"), "child_blocks": [{"type": "divider"}], **more}


def fitted(element: Json) -> Json:
    """An input block around the element."""
    return {"type": "input", "block_id": "b", "label": plain("Label"), "element": element}


@dataclass(frozen=True)
class Limit:
    """``make(n)`` is a payload of size ``n``; ``most`` is the largest Slack takes; ``at`` is where it points."""

    name: str
    most: int
    make: Callable[[int], Any]
    at: str
    says: str = ""

    def __str__(self) -> str:
        return self.name


def chars(limit: int) -> str:
    return f"must be less than {limit + 1} characters"


def items(limit: int) -> str:
    return f"no more than {limit} items allowed"


def buttons(number: int) -> list[Json]:
    return [button(action_id=f"b{index}") for index in range(number)]
