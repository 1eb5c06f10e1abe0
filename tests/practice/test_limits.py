"""Every Block Kit and text limit: at the limit accepted, one beyond refused, with the block and the limit named."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, actions, button, client_of, modal, plain, text_field
from tests.practice.limits_messages import MESSAGES
from tests.practice.limits_views import VIEWS
from tests.practice.parts import Limit, cells, mrkdwn, section, select

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[tuple[Service, AsyncWebClient]]:
    async with running(Settings()) as service, aiohttp.ClientSession() as http:
        yield service, client_of(service, http)


def trigger(service: Service) -> str:
    """A fresh trigger of alice's."""
    return str(service.interactions.begin(service.workspace.users["U0ALICE"]).trigger_id)


async def error_of(call: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


@pytest.mark.parametrize("limit", MESSAGES, ids=str)
async def test_messages_at_their_limits(house: tuple[Service, AsyncWebClient], limit: Limit) -> None:
    """A message at the limit is posted; one beyond is refused as invalid_blocks with the pointer and the limit."""
    _, client = house
    posted = await client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=limit.make(limit.most))
    assert posted["ok"]
    error = await error_of(client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=limit.make(limit.most + 1)))
    assert error["error"] == "invalid_blocks"
    assert any(limit.at.rstrip("]") in one and limit.says in one for one in error["response_metadata"]["messages"])


@pytest.mark.parametrize("limit", VIEWS, ids=str)
async def test_modals_at_their_limits(house: tuple[Service, AsyncWebClient], limit: Limit) -> None:
    """A modal at the limit opens; one beyond is refused as invalid_arguments, and does not use up the trigger."""
    service, client = house
    trigger_id = trigger(service)
    error = await error_of(client.views_open(trigger_id=trigger_id, view=limit.make(limit.most + 1)))
    assert error["error"] == "invalid_arguments"
    assert any(limit.at in one and limit.says in one for one in error["response_metadata"]["messages"])
    assert (await client.views_open(trigger_id=trigger_id, view=limit.make(limit.most)))["ok"]


TWICE = {"type": "divider", "block_id": "same"}
SHAPES: list[tuple[str, Any, Any, str]] = [
    ("one block_id twice", [TWICE, {**TWICE, "block_id": "other"}], [TWICE, TWICE], "/blocks/1/block_id]"),
    (
        "one action_id twice in a block",
        [actions(button()), actions(button())],
        [actions(button(), button())],
        "/blocks/0/elements/1/action_id]",
    ),
    ("unknown block", [{"type": "divider"}], [{"type": "marquee"}], "/blocks/0/type]"),
    ("unknown property", [{"type": "divider"}], [{"type": "divider", "colour": "red"}], "invalid additional property"),
    ("mrkdwn in a button", [actions(button())], [actions(button(text=mrkdwn("x")))], "/blocks/0/elements/0/text/type]"),
    (
        "mrkdwn in a header",
        [{"type": "header", "text": plain("x")}],
        [{"type": "header", "text": mrkdwn("x")}],
        "/type]",
    ),
    ("empty text", [section(text=mrkdwn("x"))], [section(text=mrkdwn(""))], "/blocks/0/text/text]"),
    ("section with nothing", [section(fields=[mrkdwn("x")])], [section()], "missing required field: text or fields"),
    ("no options", [actions(select())], [actions(select(options=[]))], "/blocks/0/elements/0/options]"),
    ("style", [actions(button(style="danger"))], [actions(button(style="warning"))], "must be one of primary, danger"),
    ("alert in a message", [section(text=mrkdwn("x"))], [{"type": "alert", "text": plain("x")}], "/blocks/0/type]"),
    ("empty cell", [{"type": "table", "rows": cells(1, 1)}], [{"type": "table", "rows": cells(1, 1, "")}], "0/text]"),
]


@pytest.mark.parametrize(("good", "bad", "at"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
async def test_shapes(house: tuple[Service, AsyncWebClient], good: Any, bad: Any, at: str) -> None:
    """What has no size but a shape: the right one is posted, the wrong one refused with the place named."""
    _, client = house
    assert (await client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=good))["ok"]
    error = await error_of(client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=bad))
    assert error["error"] == "invalid_blocks"
    assert any(at in one for one in error["response_metadata"]["messages"])


async def test_a_modal_with_inputs_needs_submit(house: tuple[Service, AsyncWebClient]) -> None:
    """A modal without inputs may have no submit button; one with inputs must."""
    service, client = house
    bare = {"type": "modal", "title": plain("Form"), "blocks": [{"type": "divider"}]}
    assert (await client.views_open(trigger_id=trigger(service), view=bare))["ok"]
    error = await error_of(client.views_open(trigger_id=trigger(service), view={**bare, "blocks": [text_field()]}))
    assert error["response_metadata"]["messages"] == [
        "[ERROR] missing required field: submit [json-pointer:/view]",
    ]


async def test_one_table_a_message(house: tuple[Service, AsyncWebClient]) -> None:
    """A second table in one message is refused with Slack's own word for it."""
    _, client = house
    table = {"type": "table", "rows": cells(1, 1)}
    error = await error_of(client.chat_postMessage(channel="C0TRIAGE", text="x", blocks=[table, table]))
    assert error["error"] == "invalid_attachments"
    assert "only_one_table_allowed" in error["response_metadata"]["messages"][0]


async def test_a_large_view(house: tuple[Service, AsyncWebClient]) -> None:
    """A view of more than 250 kB is too large, whatever each of its blocks says."""
    service, client = house
    large = modal(*[section(text=mrkdwn("x" * 2990)) for _ in range(90)])
    assert (await error_of(client.views_open(trigger_id=trigger(service), view=large)))["error"] == "view_too_large"
    small = modal(*[section(text=mrkdwn("x" * 2500)) for _ in range(90)])
    assert (await client.views_open(trigger_id=trigger(service), view=small))["ok"]
