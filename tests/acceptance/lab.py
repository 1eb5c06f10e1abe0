"""A small app of its own on the practice workspace: it shows every kind of control, and says what came of it.

The page is tried with it, apart from what the bot happens to use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from tests.acceptance.shoot import child

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
REPORTS = "C0TRIAGE"
"""The channel where the app says what it was sent: #triage of the default seed."""


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower().replace(" ", "_")}


def field(name: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name.capitalize()),
        "element": {"action_id": name, **element},
        **more,
    }


SEVERITIES = [option(f"SEV{number}") for number in range(1, 5)]
SERVICES = [option(f"Service {number}") for number in range(1, 13)]
GROUPS = [
    {"label": plain("Getting worse"), "options": [option("Cost runaway"), option("Latency")]},
    {"label": plain("Wrong"), "options": [option("Quality regression"), option("Retrieval failure")]},
]
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Every control"),
    "submit": plain("Send"),
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "All of it by keyboard. *Nothing* is changed."}},
        field("title", {"type": "plain_text_input", "placeholder": plain("In a few words")}),
        field("severity", {"type": "radio_buttons", "options": SEVERITIES, "initial_option": SEVERITIES[1]}),
        field("class", {"type": "static_select", "placeholder": plain("Choose a class"), "option_groups": GROUPS}),
        field("service", {"type": "static_select", "options": SERVICES}),
        field("owner", {"type": "users_select", "placeholder": plain("Choose a person")}),
        field("due", {"type": "datepicker"}, hint=plain("When it must be done")),
        field("parts", {"type": "checkboxes", "options": [option("EU"), option("US")]}, optional=True),
        field("impact", {"type": "plain_text_input", "multiline": True}, optional=True),
    ],
}


def chosen(entry: Json) -> Any:
    """The plain value of one entry of a view's state."""
    for name, value in entry.items():
        if name == "selected_option":
            return value and value["value"]
        if name == "selected_options":
            return [one["value"] for one in value]
        if name != "type":
            return value
    return None


def home(pressed: int) -> Json:
    button = {"type": "button", "action_id": "press", "text": plain("Press me"), "style": "primary"}
    blocks = [
        {"type": "header", "text": plain("Open incidents")},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"Pressed {pressed} times"}},
        {"type": "actions", "elements": [button]},
    ]
    return {"type": "home", "blocks": blocks}


def nothing() -> None:
    """People talk, point, come and go."""


def make(connection: Json) -> App:
    """`/incident form` and the global shortcut open the form; what is sent or chosen is said in `REPORTS`."""
    web = WebClient(connection["bot_token"], base_url=connection["api"])
    app = App(client=web, token_verification_enabled=False, request_verification_enabled=False)
    pressed: dict[str, int] = {}

    def report(what: str, **facts: Any) -> None:
        web.chat_postMessage(channel=REPORTS, text=f"{what} {json.dumps(facts, sort_keys=True)}")

    @app.command("/incident")
    def _(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.shortcut("declare")
    def _(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.shortcut("add_to_timeline")
    def _(ack: Any, body: Json) -> None:
        ack()
        report("added", text=body["message"]["text"], user=body["user"]["name"])

    @app.view("form")
    def _(ack: Any, body: Json) -> None:
        state = body["view"]["state"]["values"]
        values = {block: chosen(entry) for block, entries in state.items() for entry in entries.values()}
        if values["title"] == "bad":
            ack(response_action="errors", errors={"title": "That is no title.", "due": "Too late."})
        else:
            ack()
            report("sent", **values)

    @app.event("app_home_opened")
    def _(body: Json, client: WebClient) -> None:
        user = body["event"]["user"]
        client.views_publish(user_id=user, view=home(pressed.setdefault(user, 0)))

    @app.action("press")
    def _(ack: Any, body: Json, client: WebClient) -> None:
        ack()
        user = body["user"]["id"]
        pressed[user] += 1
        client.views_publish(user_id=user, view=home(pressed[user]))

    @app.action("choose")
    def _(ack: Any, body: Json) -> None:
        ack()
        report("chose", value=chosen({k: v for k, v in body["actions"][0].items() if k.startswith("selected")}))

    for event in ("message", "reaction_added", "member_joined_channel", "member_left_channel"):
        app.event(event)(nothing)
    return app


@contextmanager
def lab() -> Iterator[Json]:
    """A workspace with this app connected to it: its addresses and tokens."""
    command = [sys.executable, "-m", "practice", "--port", "0", "--manifest", str(ROOT / "manifest.yml")]
    with child(command) as connection:
        app = make(connection)
        handler = SocketModeHandler(app, connection["app_token"], web_client=app.client)
        handler.connect()
        try:
            yield connection
        finally:
            handler.close()
