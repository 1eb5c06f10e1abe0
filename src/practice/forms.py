"""What a person enters in a form: plain values into Slack's ``state.values``, and the checks Slack's client makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

from practice import views
from practice.errors import ActingError
from practice.model import Json
from practice.workspace import Workspace

REQUIRED = "Please complete this required field."
ISO: dict[str, tuple[str, Callable[[str], object]]] = {
    "datepicker": ("YYYY-MM-DD", date.fromisoformat),
    "timepicker": ("HH:MM", time.fromisoformat),
}
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")


def options(element: Json) -> list[Json]:
    grouped = [one for group in element.get("option_groups") or () for one in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def option(element: Json, plain: str) -> Json:
    """The element's option with this value or visible text."""
    for one in options(element):
        if plain in (one.get("value"), one["text"]["text"], one["text"]["text"].strip()):
            return one
    known = ", ".join(repr(one.get("value", one["text"]["text"])) for one in options(element))
    raise ActingError(f"there is no option {plain!r}; there are {known}")


def entry(workspace: Workspace, element: Json, plain: Any) -> Json:
    """The state of this element once ``plain`` is entered; None empties it. Raises ActingError for a value it lacks."""
    kind = element["type"]
    field = views.RESULT.get(kind, "value")
    value: Any
    if field in views.MANY:
        value = _many(workspace, element, kind, plain)
    elif plain is None or plain == "":
        value = None
    elif field == "selected_option":
        value = option(element, str(plain))
    elif kind == "users_select":
        value = _user(workspace, str(plain))
    elif kind in ("channels_select", "conversations_select"):
        value = _channel(workspace, str(plain))
    elif kind in ("datetimepicker", "rich_text_input"):
        value = plain
    elif kind in ISO:
        value = _iso(kind, str(plain))
    else:
        value = str(plain)
    return {"type": kind, field: value}


def _many(workspace: Workspace, element: Json, kind: str, plain: Any) -> list[Any]:
    if plain is True:
        return options(element)
    listed = [] if plain in (None, False, "") else plain if isinstance(plain, list) else [plain]
    if kind == "multi_users_select":
        return [_user(workspace, str(one)) for one in listed]
    if kind in ("multi_channels_select", "multi_conversations_select"):
        return [_channel(workspace, str(one)) for one in listed]
    return [option(element, str(one)) for one in listed]


def _iso(kind: str, plain: str) -> str:
    shape, read = ISO[kind]
    try:
        if len(plain) == len(shape):
            read(plain)
            return plain
    except ValueError:
        pass
    raise ActingError(f"a {kind} takes {shape}, not {plain!r}")


def _user(workspace: Workspace, named: str) -> str:
    user = workspace.user(named)
    if user is None or user.deleted:
        raise ActingError(f"there is no user {named!r}")
    return user.id


def _channel(workspace: Workspace, named: str) -> str:
    channel = workspace.channel(named)
    if channel is None:
        raise ActingError(f"there is no channel {named!r}")
    return channel.id


def fill(workspace: Workspace, view: Json, values: Json) -> None:
    """Enter ``{block_id: plain value}`` (or ``{block_id: {action_id: plain value}}``) into the view's state."""
    places = views.elements(view["blocks"])
    for block_id, plain in values.items():
        here = [element for block, element in places if block["block_id"] == block_id]
        if not here:
            known = ", ".join(sorted({block["block_id"] for block, _ in places}))
            raise ActingError(f"the form has no field {block_id!r}; it has {known}")
        named = plain if isinstance(plain, dict) else {here[0]["action_id"]: plain}
        for element in here:
            if element["action_id"] in named:
                state = view["state"]["values"].setdefault(block_id, {})
                state[element["action_id"]] = entry(workspace, element, named[element["action_id"]])


def complaints(view: Json) -> dict[str, str]:
    """What Slack's client says beside the fields before it sends anything: ``{block_id: text}``."""
    found: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
        value = state.get(views.RESULT.get(element["type"], "value"))
        if value in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
        elif element["type"] in TEXT_INPUTS and (fault := _text_fault(element, str(value))):
            found[block["block_id"]] = fault
    return found


def _text_fault(element: Json, text: str) -> str | None:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < low:
        return f"Must be at least {low} characters."
    if len(text) > high:
        return f"Must be at most {high} characters."
    if element["type"] == "number_input" and not _is_number(text, bool(element.get("is_decimal_allowed"))):
        return "Must be a number."
    return None


def _is_number(text: str, decimal: bool) -> bool:
    try:
        float(text) if decimal else int(text)
    except ValueError:
        return False
    return True
