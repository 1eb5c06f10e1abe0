"""Limits of the interactive elements and composition objects."""

from __future__ import annotations

from practice.limits.rules import Any_, Bool, Id, Int, List, Obj, Rule, Str, Text, Typed

ACTION = Id("action_id")
CONFIRM = Obj(
    {
        "title": Text(100, plain=True, required=True),
        "text": Text(300, required=True),
        "confirm": Text(30, plain=True, required=True),
        "deny": Text(30, plain=True, required=True),
        "style": Str(10, among=("primary", "danger")),
    }
)
DATE, TIME = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", r"([01]\d|2[0-3]):[0-5]\d"
STYLE = Str(10, among=("primary", "danger"))


def option(*, plain: bool = True, url: bool = False) -> Obj:
    fields: dict[str, Rule] = {
        "text": Text(75, plain=plain, required=True),
        "value": Str(150, required=True),
        "description": Text(75, plain=plain),
    }
    if url:
        fields["url"] = Str(3000)
    return Obj(fields)


OPTION = option()
RICH_OPTION = option(plain=False)
GROUP = Obj({"label": Text(75, plain=True, required=True), "options": List(OPTION, 100)})
PLACEHOLDER = Text(150, plain=True)
COMMON: dict[str, Rule] = {
    "action_id": ACTION,
    "confirm": CONFIRM,
    "placeholder": PLACEHOLDER,
    "focus_on_load": Bool(),
}
DISPATCH = Obj({"trigger_actions_on": List(Str(30, among=("on_enter_pressed", "on_character_entered")), 2)})
OPTIONS = List(OPTION, 100, required=False)
GROUPS = List(GROUP, 100, required=False)
MANY: dict[str, Rule] = {"max_selected_items": Int(1, 100)}


def text_input(**more: Rule) -> Obj:
    base: dict[str, Rule] = {key: COMMON[key] for key in ("action_id", "placeholder", "focus_on_load")}
    return Obj({**base, "initial_value": Str(3000), "dispatch_action_config": DISPATCH, **more})


def chooser(initial: str, **more: Rule) -> Obj:
    return Obj({**COMMON, initial: Any_(), "response_url_enabled": Bool(), "filter": Any_(), **more})


ELEMENTS: dict[str, Rule] = {
    "button": Obj(
        {
            "text": Text(75, plain=True, required=True),
            "action_id": ACTION,
            "value": Str(2000),
            "url": Str(3000, http=True),
            "style": STYLE,
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
        }
    ),
    "static_select": Obj(
        {**COMMON, "options": OPTIONS, "option_groups": GROUPS, "initial_option": OPTION},
        one_of=("options", "option_groups"),
    ),
    "multi_static_select": Obj(
        {
            **COMMON,
            **MANY,
            "options": OPTIONS,
            "option_groups": GROUPS,
            "initial_options": List(OPTION, 100, required=False),
        },
        one_of=("options", "option_groups"),
    ),
    "external_select": Obj({**COMMON, "initial_option": OPTION, "min_query_length": Int(0, 100)}),
    "users_select": chooser("initial_user"),
    "multi_users_select": chooser("initial_users", **MANY),
    "conversations_select": chooser("initial_conversation", default_to_current_conversation=Bool()),
    "multi_conversations_select": chooser("initial_conversations", **MANY, default_to_current_conversation=Bool()),
    "channels_select": chooser("initial_channel"),
    "multi_channels_select": chooser("initial_channels", **MANY),
    "overflow": Obj({"action_id": ACTION, "options": List(option(url=True), 5), "confirm": CONFIRM}),
    "datepicker": Obj({**COMMON, "initial_date": Str(10, 10, shape=DATE)}),
    "timepicker": Obj({**COMMON, "initial_time": Str(5, 5, shape=TIME), "timezone": Str(100)}),
    "datetimepicker": Obj(
        {key: COMMON[key] for key in ("action_id", "confirm", "focus_on_load")}
        | {"initial_date_time": Int(1_000_000_000, 9_999_999_999)}
    ),
    "checkboxes": Obj(
        {
            "action_id": ACTION,
            "options": List(RICH_OPTION, 10),
            "initial_options": List(RICH_OPTION, 10, required=False),
            "confirm": CONFIRM,
            "focus_on_load": Bool(),
        }
    ),
    "radio_buttons": Obj(
        {
            "action_id": ACTION,
            "options": List(RICH_OPTION, 10),
            "initial_option": RICH_OPTION,
            "confirm": CONFIRM,
            "focus_on_load": Bool(),
        }
    ),
    "plain_text_input": text_input(multiline=Bool(), min_length=Int(0, 3000), max_length=Int(1, 3000)),
    "email_text_input": text_input(),
    "url_text_input": text_input(),
    "number_input": text_input(
        is_decimal_allowed=Bool(required=True), min_value=Any_(), max_value=Any_(), initial_value=Any_()
    ),
    "rich_text_input": text_input(initial_value=Any_()),
    "file_input": Obj({"action_id": ACTION, "filetypes": Any_(), "max_files": Int(1, 10)}),
    "feedback_buttons": Obj({"action_id": ACTION, "positive_button": Any_(True), "negative_button": Any_(True)}),
    "icon_button": Obj(
        {
            "action_id": ACTION,
            "icon": Str(50, required=True),
            "text": Text(75, plain=True, required=True),
            "value": Str(2000),
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
            "visible_to_user_ids": Any_(),
        }
    ),
}

PICKERS = (
    "static_select", "external_select", "users_select", "conversations_select", "channels_select",
    "multi_static_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
    "datepicker", "timepicker",
)  # fmt: skip
ACTIONS_ELEMENT = Typed(
    ELEMENTS, ("button", "overflow", "checkboxes", "radio_buttons", "datetimepicker", "rich_text_input", *PICKERS)
)
INPUT_ELEMENT = Typed(
    ELEMENTS,
    (
        "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input",
        "checkboxes", "radio_buttons", "datetimepicker", *PICKERS,
    ),
    required=True,
)  # fmt: skip
CONTEXT_ACTION = Typed(ELEMENTS, ("feedback_buttons", "icon_button"))
