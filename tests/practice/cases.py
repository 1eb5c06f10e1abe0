"""How the tables of refusals are written: method, Slack's word, a call that is accepted, a call that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.practice.desk import Json, modal, text_field
from tests.practice.stage import ALICE, TRIAGE, Stage

Args = Callable[[Stage], Json]
LINK = "https://example.com/"
FORM = modal(text_field())
HOME: Json = {"type": "home", "blocks": []}
EVENT: Json = {"event_type": "kind", "event_payload": {}}
ODD_CURSOR = "bm8="


def fixed(**args: Any) -> Args:
    return lambda stage: args


def sized(name: str, size: int, **args: Any) -> Args:
    return lambda stage: {**args, name: "x" * size}


def bookmark(**more: Any) -> Args:
    return lambda stage: {"channel_id": TRIAGE, "title": "t", "type": "link", "link": LINK, **more}


def post(**more: Any) -> Args:
    return lambda stage: {"channel": TRIAGE, "text": "x", **more}


def people(stage: Stage, number: int) -> str:
    """So many fresh users, as an argument."""
    kind = type(stage.workspace.users[ALICE])
    made = []
    for _ in range(number):
        user_id = stage.workspace.next_id("U")
        stage.workspace.users[user_id] = kind(user_id, user_id.lower(), "Guest", f"{user_id}@example.com")
        made.append(user_id)
    return ",".join(made)


Case = tuple[str, str, Args, Args]
