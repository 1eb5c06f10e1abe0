"""Limits of the blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from practice.limits.elements import ACTIONS_ELEMENT, CONTEXT_ACTION, ELEMENTS, INPUT_ELEMENT
from practice.limits.rules import Any_, Bool, Id, Int, List, Obj, Rule, Str, Text, Typed, Walk

BLOCK_ID = Id("block_id")
MARKDOWN_MAX = 12_000
TABLE_MAX = 10_000

IMAGE: dict[str, Rule] = {"image_url": Str(3000, http=True), "slack_file": Any_(), "alt_text": Str(2000, required=True)}
ACCESSORY = Typed(
    {**ELEMENTS, "image": Obj(IMAGE, one_of=("image_url", "slack_file"))},
    tuple(
        name
        for name in (*ELEMENTS, "image")
        if not name.endswith("_input") and name not in ("feedback_buttons", "icon_button")
    ),
)
BUTTON = Typed(ELEMENTS, ("button",))


@dataclass(frozen=True)
class ContextElement:
    """A text object or a small image."""

    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if isinstance(value, dict) and value.get("type") == "image":
            Obj(IMAGE, one_of=("image_url", "slack_file")).check(value, at, walk)
        else:
            Text(3000).check(value, at, walk)


@dataclass(frozen=True)
class Markdown:
    """The text of a markdown block: 12,000 characters over all markdown blocks of one payload."""

    required: bool = True

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, str) or not value:
            walk.fault(at, "must be more than 0 characters")
        elif walk.add("markdown", len(value)) > MARKDOWN_MAX:
            walk.fault(at, f"must be less than {MARKDOWN_MAX + 1} characters over all markdown blocks")


@dataclass(frozen=True)
class Cell:
    """A table cell: raw or rich text that is not empty; 10,000 characters over all cells of the table."""

    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == "raw_text":
            text = str(value.get("text") or "")
        elif kind == "rich_text":
            RICH_TEXT.check(value, at, walk)
            text = "".join(rich_strings(value))
        elif kind == "raw_number":
            text = str(value.get("text") or value.get("value", ""))
        else:
            walk.fault(f"{at}/type", f"unsupported type: {kind}")
            return
        if not text:
            walk.fault(f"{at}/text", "must be more than 0 characters")
        elif walk.add("table characters", len(text)) > TABLE_MAX:
            walk.fault(at, f"must be less than {TABLE_MAX + 1} characters over all cells")


def rich_strings(value: Any) -> list[str]:
    """All texts in a rich text, depth first."""
    if isinstance(value, list):
        return [text for one in value for text in rich_strings(one)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + rich_strings(value.get("elements", []))


BORDER = Int(0, 1)
INLINE = Any_()
RICH_SECTION = Obj({"elements": List(INLINE, None, 0)})
RICH_PARTS: dict[str, Rule] = {
    "rich_text_section": RICH_SECTION,
    "rich_text_list": Obj(
        {
            "elements": List(Typed({"rich_text_section": RICH_SECTION}), None, 0),
            "indent": Int(0, 8),
            "border": BORDER,
            "offset": Int(0, 1_000_000),
            "style": Str(10, required=True, among=("bullet", "ordered")),
        }
    ),
    "rich_text_preformatted": Obj({"elements": List(INLINE, None, 0), "border": BORDER, "language": Str(50)}),
    "rich_text_quote": Obj({"elements": List(INLINE, None, 0), "border": BORDER}),
}
RICH_TEXT = Obj({"block_id": BLOCK_ID, "elements": List(Typed(RICH_PARTS), None, 0)})

CARD: dict[str, Rule] = {
    "block_id": BLOCK_ID, "title": Text(150), "subtitle": Text(150), "body": Text(200), "hero_image": Any_(),
    "icon": Any_(), "slack_icon": Any_(), "actions": List(BUTTON, 3, 0, required=False),
}  # fmt: skip

BLOCKS: dict[str, Rule] = {
    "header": Obj({"block_id": BLOCK_ID, "text": Text(150, plain=True, required=True), "level": Int(1, 6)}),
    "section": Obj(
        {"block_id": BLOCK_ID, "text": Text(3000), "fields": List(Text(2000), 10, required=False),
         "accessory": ACCESSORY, "expand": Bool()},
        one_of=("text", "fields"),
    ),
    "actions": Obj({"block_id": BLOCK_ID, "elements": List(ACTIONS_ELEMENT, 25)}),
    "context": Obj({"block_id": BLOCK_ID, "elements": List(ContextElement(), 10)}),
    "context_actions": Obj({"block_id": BLOCK_ID, "elements": List(CONTEXT_ACTION, 5)}),
    "divider": Obj({"block_id": BLOCK_ID}),
    "image": Obj({"block_id": BLOCK_ID, **IMAGE, "title": Text(2000, plain=True)}, one_of=("image_url", "slack_file")),
    "input": Obj(
        {"block_id": BLOCK_ID, "label": Text(2000, plain=True, required=True), "element": INPUT_ELEMENT,
         "hint": Text(2000, plain=True), "optional": Bool(), "dispatch_action": Bool()}
    ),
    "rich_text": RICH_TEXT,
    "markdown": Obj({"block_id": BLOCK_ID, "text": Markdown()}),
    "table": Obj({"block_id": BLOCK_ID, "rows": List(List(Cell(), 20), 100),
                  "column_settings": List(Any_(), 20, required=False)}),
    "data_table": Obj({"block_id": BLOCK_ID, "caption": Str(3000, 1, required=True),
                       "rows": List(List(Cell(), 20), 101, 2),
                       "page_size": Int(1, 100), "row_header_column_index": Int(0, 19)}),
    "video": Obj(
        {"block_id": BLOCK_ID, "title": Text(199, plain=True, required=True), "title_url": Str(3000, http=True),
         "description": Text(200, plain=True), "author_name": Str(50), "provider_name": Str(50),
         "provider_icon_url": Str(3000), "alt_text": Str(2000, required=True),
         "thumbnail_url": Str(3000, required=True, http=True), "video_url": Str(3000, required=True, http=True)}
    ),
    "file": Obj({"block_id": BLOCK_ID, "external_id": Str(255, required=True), "source": Str(20, required=True)}),
    "card": Obj(CARD, one_of=("hero_image", "title", "actions", "body")),
    "carousel": Obj({"block_id": BLOCK_ID, "elements": List(Typed({"card": Obj(CARD)}), 10)}),
    "alert": Obj({"block_id": BLOCK_ID, "text": Text(200, required=True),
                  "level": Str(10, among=("default", "info", "warning", "error", "success"))}),
}  # fmt: skip
CHILD = Typed({name: BLOCKS[name] for name in BLOCKS if name not in ("table", "data_table", "carousel")})
BLOCKS["container"] = Obj(
    {
        "block_id": BLOCK_ID,
        "title": Text(150, plain=True, required=True),
        "subtitle": Text(150),
        "child_blocks": List(CHILD, 10),
        "icon": Any_(),
        "is_collapsible": Bool(),
        "default_collapsed": Bool(),
        "width": Str(20),
    }
)
