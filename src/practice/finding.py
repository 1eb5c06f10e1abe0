"""What a person clicks at: the element of a message or view, by its action id or by what is written on it."""

from __future__ import annotations

from typing import Any

from practice import forms, views
from practice.errors import ActingError
from practice.model import Json

BUTTONS = ("button", "icon_button")
MENUS = ("overflow", "static_select")


def element(blocks: list[Json], body: Json) -> tuple[Json, Json, Any]:
    """The block, its element and the value chosen in it (None for a button).

    ``body`` has ``action_id`` or ``text`` (what stands on the button, or on the option of a menu), and a
    ``value``. A button whose value has changed since the person saw it is sent as they saw it, as Slack does.
    Raises ActingError with what there is to click.
    """
    wanted_id, wanted_text, value = body.get("action_id"), body.get("text"), body.get("value")
    text = str(wanted_text or "").strip()
    labels: list[str] = []
    changed: list[tuple[Json, Json]] = []
    for block, one in views.elements(blocks):
        label = str((one.get("text") or {}).get("text", "")).strip() if one["type"] == "button" else ""
        labels.append(f"{one['action_id']} ({label})" if label else one["action_id"])
        by_id = wanted_id is not None and one["action_id"] == wanted_id
        by_text = wanted_id is None and bool(text) and label == text
        if one["type"] in BUTTONS:
            if by_text or (by_id and text in ("", label) and value in (None, one.get("value"))):
                return block, one, None
            if by_id and text in ("", label):
                changed.append((block, {**one, "value": value}))
        elif by_id:
            return block, one, value if value is not None else wanted_text
        elif one["type"] in MENUS and wanted_id is None:
            for option in forms.options(one):
                labels.append(option["text"]["text"])
                if option["text"]["text"].strip() == text:
                    return block, one, wanted_text
    if len(changed) == 1:
        return *changed[0], None
    raise ActingError(f"there is no {wanted_id or wanted_text!r} to click; there are {', '.join(labels) or 'none'}")
