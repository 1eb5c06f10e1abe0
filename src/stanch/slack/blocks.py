"""Blocks with all of Slack's limits and escaping in one place (Slack's facts, section 4).

Text that people or machines wrote goes through `safe`: escaped, cut, and marked so that Slack links and pings nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stanch.core.text import cut
from stanch.core.words import Mrkdwn, escape, when as when

Block = dict[str, Any]

TEXT, FIELD, HEADER, BUTTON, OPTION, PLACEHOLDER = 3_000, 2_000, 150, 75, 75, 150
OPTIONS = 100
"""Options of one menu."""


def safe(text: str, limit: int = TEXT) -> Mrkdwn:
    """Escaped and at most `limit` characters long; an entity is never cut in half."""
    short, long = 0, min(limit, len(text))
    while short < long:
        middle = (short + long + 1) // 2
        if len(escape(cut(text, middle))) <= limit:
            short = middle
        else:
            long = middle - 1
    return Mrkdwn(escape(cut(text, short)))


def mrkdwn(text: str, limit: int = TEXT) -> Block:
    """Ready mrkdwn. `verbatim` keeps Slack from turning plain words into links and mentions."""
    return {"type": "mrkdwn", "text": cut(text, limit) or " ", "verbatim": True}


def plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": True}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def words(text: str) -> Block:
    """Text as it was written, without any marks: what a model said is shown, never obeyed."""
    return {"type": "section", "text": plain(text, TEXT) | {"emoji": False}}


def fields(texts: Iterable[str]) -> Block:
    return {"type": "section", "fields": [mrkdwn(text, FIELD) for text in texts][:10]}


def context(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": list(elements)[:25]}


def button(text: str, action: str, value: str, *, style: str | None = None, confirm: Block | None = None) -> Block:
    block: Block = {"type": "button", "text": plain(text, BUTTON), "action_id": action, "value": value[:2_000]}
    if style:
        block["style"] = style
    if confirm:
        block["confirm"] = confirm
    return block


def sure(title: str, text: str, yes: str, no: str) -> Block:
    """What Slack asks before a click counts."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def overflow(action: str, options: Mapping[str, str]) -> Block:
    """`options`: value → visible text, at most five."""
    return {
        "type": "overflow",
        "action_id": action,
        "options": [{"text": plain(text, OPTION), "value": value[:150]} for value, text in options.items()][:5],
    }


def menu(action: str, placeholder: str, groups: Sequence[tuple[str, Sequence[Block]]]) -> Block:
    """A button-like menu whose options stand in named groups; each choice is a click."""
    return {
        "type": "static_select", "action_id": action, "placeholder": plain(placeholder, PLACEHOLDER),
        "option_groups": [{"label": plain(name, OPTION), "options": list(options)[:100]} for name, options in groups],
    }  # fmt: skip


def option(text: str, value: str, description: str = "") -> Block:
    block: Block = {"text": plain(text, OPTION), "value": value[:150]}
    return block | {"description": plain(description, OPTION)} if description else block


def _field(block: str, label: str, element: Block, optional: bool = True, hint: str = "") -> Block:
    out: Block = {"type": "input", "block_id": block, "label": plain(label, 2_000), "element": element}
    out["optional"] = optional
    return out | {"hint": plain(hint, 2_000)} if hint else out


def text_input(
    block: str, label: str, *, hint: str = "", initial: str = "", many: bool = False, optional: bool = True,
    longest: int = 3_000,
) -> Block:  # fmt: skip
    element: Block = {"type": "plain_text_input", "action_id": "value", "multiline": many, "max_length": longest}
    if initial:
        element["initial_value"] = cut(initial, longest)
    return _field(block, label, element, optional, hint)


def select(
    block: str, label: str, options: Sequence[Block], *, initial: str | None = None, hint: str = "",
    optional: bool = True, radio: bool = False,
) -> Block:  # fmt: skip
    """A choice of one: radio buttons show each option's description, a menu takes up to 100."""
    element: Block = {"type": "radio_buttons" if radio else "static_select", "action_id": "value"}
    element["options"] = list(options)[: 10 if radio else 100]
    if not radio:
        element["placeholder"] = plain("Not yet known" if optional else "Choose one", PLACEHOLDER)
    if chosen := next((one for one in element["options"] if one["value"] == initial), None):
        element["initial_option"] = chosen
    return _field(block, label, element, optional, hint)


def person(block: str, label: str, *, optional: bool = True, hint: str = "") -> Block:
    element: Block = {
        "type": "users_select",
        "action_id": "value",
        "placeholder": plain("Choose a person", PLACEHOLDER),
    }
    return _field(block, label, element, optional, hint)


def day(block: str, label: str, *, optional: bool = True, hint: str = "") -> Block:
    element: Block = {"type": "datepicker", "action_id": "value", "placeholder": plain("Choose a day", PLACEHOLDER)}
    return _field(block, label, element, optional, hint)


def checkbox(block: str, label: str, text: str, description: str) -> Block:
    element: Block = {"type": "checkboxes", "action_id": "value", "options": [option(text, "yes", description)]}
    return _field(block, label, element)


def checkboxes(block: str, label: str, options: Sequence[Block], ticked: Sequence[str] = ()) -> Block:
    """`ticked`: values of those that are ticked at first."""
    element: Block = {"type": "checkboxes", "action_id": "value", "options": list(options)[:10]}
    if initial := [one for one in element["options"] if one["value"] in ticked]:
        element["initial_options"] = initial
    return _field(block, label, element, optional=False)


def modal(callback: str, title: str, submit: str, blocks: Sequence[Block], metadata: str = "") -> Block:
    return {
        "type": "modal", "callback_id": callback, "title": plain(title, 24), "submit": plain(submit, 24),
        "close": plain("Cancel", 24), "private_metadata": metadata[:3_000], "blocks": list(blocks)[:100],
    }  # fmt: skip
