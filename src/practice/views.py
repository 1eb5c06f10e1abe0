"""Modals and Home tabs: opened, updated, pushed, published, closed, and what a person has entered in them."""

from __future__ import annotations

import secrets

from practice.errors import SlackError
from practice.limits import check_view
from practice.model import APP_ID, BOT_ID, TEAM_ID, Json
from practice.posting import with_ids
from practice.workspace import Workspace

STACK_MAX = 3
TRIGGER_LIFE_S = 3.0
INITIAL = {
    "initial_value": "value",
    "initial_option": "selected_option",
    "initial_options": "selected_options",
    "initial_user": "selected_user",
    "initial_users": "selected_users",
    "initial_date": "selected_date",
    "initial_time": "selected_time",
    "initial_date_time": "selected_date_time",
    "initial_channel": "selected_channel",
    "initial_channels": "selected_channels",
    "initial_conversation": "selected_conversation",
    "initial_conversations": "selected_conversations",
}
RESULT = {
    "static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
    "multi_static_select": "selected_options", "checkboxes": "selected_options", "users_select": "selected_user",
    "multi_users_select": "selected_users", "channels_select": "selected_channel", "datepicker": "selected_date",
    "multi_channels_select": "selected_channels", "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations", "timepicker": "selected_time",
    "datetimepicker": "selected_date_time", "overflow": "selected_option",
}  # fmt: skip
"""Which field of a state or action carries an element's value; text inputs have ``value``."""
MANY = ("selected_options", "selected_users", "selected_channels", "selected_conversations")


def elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Each interactive element with its block."""
    found = []
    for block in blocks:
        inside = [block.get("element"), block.get("accessory")]
        if block["type"] in ("actions", "context_actions"):
            inside += block["elements"]
        found += [(block, one) for one in inside if isinstance(one, dict) and one.get("type") != "image"]
    return found


def initial_state(blocks: list[Json]) -> Json:
    """``state.values`` of blocks nobody has touched: ``{block_id: {action_id: {"type": ..., "value": ...}}}``."""
    values: Json = {}
    for block, element in elements(blocks):
        if element["type"] in ("button", "overflow", "icon_button", "feedback_buttons"):
            continue
        field = RESULT.get(element["type"], "value")
        entry: Json = {"type": element["type"], field: [] if field in MANY else None}
        for name, into in INITIAL.items():
            if name in element:
                entry[into] = element[name]
        values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def carry(entered: Json, values: Json) -> None:
    """Take what was entered before into the values, where block, action and kind of element are still the same."""
    for block_id, actions in entered.items():
        for action_id, entry in actions.items():
            if values.get(block_id, {}).get(action_id, {}).get("type") == entry["type"]:
                values[block_id][action_id] = entry


def make(workspace: Workspace, given: Json, user: str) -> Json:
    view: Json = {
        "id": workspace.next_id("V"),
        "team_id": TEAM_ID,
        "type": given["type"],
        "blocks": with_ids(given["blocks"]),
        "private_metadata": given.get("private_metadata") or "",
        "callback_id": given.get("callback_id") or "",
        "hash": new_hash(workspace),
        "title": given.get("title"),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "clear_on_close": bool(given.get("clear_on_close")),
        "notify_on_close": bool(given.get("notify_on_close")),
        "submit_disabled": bool(given.get("submit_disabled")),
        "external_id": given.get("external_id") or "",
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "app_installed_team_id": TEAM_ID,
        "previous_view_id": None,
    }
    view["root_view_id"] = view["id"]
    view["state"] = {"values": initial_state(view["blocks"])}
    view["practice_user"] = user
    return view


def new_hash(workspace: Workspace) -> str:
    return f"{int(workspace.clock())}.{secrets.token_hex(4)}"


def shown(view: Json) -> Json:
    """The view as Slack gives it to the app."""
    return {name: value for name, value in view.items() if name != "practice_user"}


def keep(workspace: Workspace, view: Json) -> Json:
    workspace.views[view["id"]] = view
    workspace.touch("view", view["id"], user=view["practice_user"])
    workspace.on_view(view)
    return view


def use_trigger(workspace: Workspace, trigger_id: str) -> str:
    """The user of the trigger, which is used up. Raises invalid_, exchanged_ or ``expired_trigger_id`` (after 3 s)."""
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if workspace.clock() - trigger.at > TRIGGER_LIFE_S:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger.user


def unique_external_id(workspace: Workspace, given: Json, of: Json | None = None) -> None:
    wanted = given.get("external_id")
    if wanted and any(one["external_id"] == wanted and one is not of for one in workspace.views.values()):
        raise SlackError("duplicate_external_id")


def open_modal(workspace: Workspace, trigger_id: str, given: object) -> Json:
    view = check_view(given)
    unique_external_id(workspace, view)
    user = use_trigger(workspace, trigger_id)
    fresh = make(workspace, view, user)
    workspace.triggers[trigger_id].view_id = fresh["id"]
    return keep(workspace, fresh)


def stack(workspace: Workspace, view: Json) -> list[Json]:
    """The views on top of each other that this one belongs to, lowest first."""
    return [one for one in workspace.views.values() if one["root_view_id"] == view["root_view_id"]]


def push(workspace: Workspace, below: Json, given: object) -> Json:
    """Raises ``push_limit_reached`` at a stack of three."""
    view = check_view(given)
    unique_external_id(workspace, view)
    if len(stack(workspace, below)) >= STACK_MAX:
        raise SlackError("push_limit_reached")
    fresh = make(workspace, view, below["practice_user"])
    fresh |= {"root_view_id": below["root_view_id"], "previous_view_id": below["id"]}
    return keep(workspace, fresh)


def update(workspace: Workspace, old: Json, given: object) -> Json:
    """Replace the view's content; what the person entered stays where block and action ids stay."""
    view = check_view(given, (old["type"],))
    unique_external_id(workspace, view, old)
    fresh = make(workspace, view, old["practice_user"])
    carry(old["state"]["values"], fresh["state"]["values"])
    fresh |= {name: old[name] for name in ("id", "root_view_id", "previous_view_id")}
    return keep(workspace, fresh)


def publish(workspace: Workspace, user: str, given: object) -> Json:
    view = check_view(given, ("home",))
    old = home(workspace, user)
    fresh = make(workspace, view, user)
    if old:
        fresh |= {"id": old["id"], "root_view_id": old["id"]}
    return keep(workspace, fresh)


def close(workspace: Workspace, view: Json, *, whole_stack: bool = False) -> None:
    for one in stack(workspace, view) if whole_stack else [view]:
        workspace.views.pop(one["id"], None)
        workspace.touch("view", one["id"], user=one["practice_user"])


def home(workspace: Workspace, user: str) -> Json | None:
    mine = (one for one in workspace.views.values() if one["practice_user"] == user and one["type"] == "home")
    return next(mine, None)


def modals(workspace: Workspace, user: str) -> list[Json]:
    """The person's open modals, in order of opening: the last one is on top."""
    return [one for one in workspace.views.values() if one["practice_user"] == user and one["type"] == "modal"]
