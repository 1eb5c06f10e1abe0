"""Every Block Kit and text limit: at the limit accepted, one beyond refused, with the block and the limit named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, actions, button, client_of, modal, plain, text_field

pytestmark = pytest.mark.asyncio(loop_scope="module")

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


MESSAGES = [
    Limit("blocks of a message", 50, lambda n: [{"type": "divider"}] * n, "/blocks]", items(50)),
    Limit("header", 150, lambda n: [{"type": "header", "text": plain("x" * n)}], "/blocks/0/text/text]", chars(150)),
    Limit("section text", 3000, lambda n: [section(text=mrkdwn("x" * n))], "/blocks/0/text/text]", chars(3000)),
    Limit("section fields", 10, lambda n: [section(fields=[mrkdwn("x")] * n)], "/blocks/0/fields]", items(10)),
    Limit("field", 2000, lambda n: [section(fields=[mrkdwn("x" * n)])], "/blocks/0/fields/0/text]", chars(2000)),
    Limit(
        "elements of actions",
        25,
        lambda n: [actions(*(button(action_id=f"b{index}") for index in range(n)))],
        "/blocks/0/elements]",
        items(25),
    ),
    Limit(
        "elements of context",
        10,
        lambda n: [{"type": "context", "elements": [mrkdwn("x")] * n}],
        "/blocks/0/elements]",
        items(10),
    ),
    Limit(
        "context actions",
        5,
        lambda n: [
            {
                "type": "context_actions",
                "elements": [
                    {"type": "icon_button", "icon": "trash", "text": plain("x"), "action_id": f"i{index}"}
                    for index in range(n)
                ],
            }
        ],
        "/blocks/0/elements]",
        items(5),
    ),
    Limit("block_id", 255, lambda n: [{"type": "divider", "block_id": "x" * n}], "/blocks/0/block_id]", chars(255)),
    Limit(
        "action_id", 255, lambda n: [actions(button(action_id="x" * n))], "/blocks/0/elements/0/action_id]", chars(255)
    ),
    Limit("image alt text", 2000, lambda n: [image(alt_text="x" * n)], "/blocks/0/alt_text]", chars(2000)),
    Limit("image title", 2000, lambda n: [image() | {"title": plain("x" * n)}], "/blocks/0/title/text]", chars(2000)),
    Limit(
        "image url",
        3000,
        lambda n: [image(image_url="https://" + "x" * (n - 8))],
        "/blocks/0/image_url]",
        chars(3000),
    ),
    Limit(
        "button text", 75, lambda n: [actions(button(text=plain("x" * n)))], "/blocks/0/elements/0/text/text]", chars(75)
    ),
    Limit("button value", 2000, lambda n: [actions(button(value="x" * n))], "/blocks/0/elements/0/value]", chars(2000)),
    Limit(
        "button url",
        3000,
        lambda n: [actions(button(url="https://" + "x" * (n - 8)))],
        "/blocks/0/elements/0/url]",
        chars(3000),
    ),
    Limit(
        "button accessibility label",
        75,
        lambda n: [actions(button(accessibility_label="x" * n))],
        "/blocks/0/elements/0/accessibility_label]",
        chars(75),
    ),
    *(
        Limit(
            f"confirm {name}",
            most,
            lambda n, name=name: [actions(button(confirm=confirm(**{name: "x" * n})))],  # type: ignore[misc]
            f"/blocks/0/elements/0/confirm/{name}/text]",
            chars(most),
        )
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    ),
    Limit("options", 100, lambda n: [actions(select(options=options(n)))], "/blocks/0/elements/0/options]", items(100)),
    Limit(
        "option groups",
        100,
        lambda n: [
            actions(
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "option_groups": [{"label": plain("x"), "options": [OPTION]}] * n,
                }
            )
        ],
        "/blocks/0/elements/0/option_groups]",
        items(100),
    ),
    Limit(
        "option group label",
        75,
        lambda n: [
            actions(
                {
                    "type": "static_select",
                    "action_id": "pick",
                    "option_groups": [{"label": plain("x" * n), "options": [OPTION]}],
                }
            )
        ],
        "/blocks/0/elements/0/option_groups/0/label/text]",
        chars(75),
    ),
    Limit(
        "placeholder",
        150,
        lambda n: [actions(select(placeholder=plain("x" * n)))],
        "/blocks/0/elements/0/placeholder/text]",
        chars(150),
    ),
    *(
        Limit(
            f"option {name}",
            most,
            lambda n, name=name: [  # type: ignore[misc]
                actions(select(options=[{**OPTION, name: "x" * n if name == "value" else plain("x" * n)}]))
            ],
            f"/blocks/0/elements/0/options/0/{name}",
            chars(most),
        )
        for name, most in (("text", 75), ("value", 150), ("description", 75))
    ),
    Limit(
        "option url",
        3000,
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": [{**OPTION, "url": "x" * n}]})],
        "/blocks/0/elements/0/options/0/url]",
        chars(3000),
    ),
    Limit(
        "overflow",
        5,
        lambda n: [actions({"type": "overflow", "action_id": "o", "options": options(n)})],
        "/blocks/0/elements/0/options]",
        items(5),
    ),
    *(
        Limit(
            kind,
            10,
            lambda n, kind=kind: [actions({"type": kind, "action_id": "c", "options": options(n)})],  # type: ignore[misc]
            "/blocks/0/elements/0/options]",
            items(10),
        )
        for kind in ("checkboxes", "radio_buttons")
    ),
    Limit("markdown", 12_000, lambda n: [{"type": "markdown", "text": "x" * n}], "/blocks/0/text]", chars(12_000)),
    Limit(
        "markdown over all blocks",
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * (n - 6000)}],
        "/blocks/1/text]",
        chars(12_000),
    ),
    Limit("list indent", 8, lambda n: [listing(indent=n)], "/blocks/0/elements/0/indent]", "between 0 and 8"),
    Limit("list border", 1, lambda n: [listing(border=n)], "/blocks/0/elements/0/border]", "between 0 and 1"),
    Limit("table rows", 100, lambda n: [{"type": "table", "rows": cells(n, 1)}], "/blocks/0/rows]", items(100)),
    Limit("table cells of a row", 20, lambda n: [{"type": "table", "rows": cells(1, n)}], "/blocks/0/rows/0]", items(20)),
    Limit(
        "table columns",
        20,
        lambda n: [{"type": "table", "rows": cells(1, 1), "column_settings": [{}] * n}],
        "/blocks/0/column_settings]",
        items(20),
    ),
    Limit(
        "table characters",
        10_000,
        lambda n: [{"type": "table", "rows": cells(1, 1, "x" * n)}],
        "/blocks/0/rows/0/0]",
        chars(10_000),
    ),
    Limit(
        "data table rows",
        101,
        lambda n: [{"type": "data_table", "caption": "c", "rows": cells(n, 1)}],
        "/blocks/0/rows]",
        items(101),
    ),
    Limit(
        "data table page",
        100,
        lambda n: [{"type": "data_table", "caption": "c", "rows": cells(2, 1), "page_size": n}],
        "/blocks/0/page_size]",
        "between 1 and 100",
    ),
    Limit("video title", 199, lambda n: [video(title=plain("x" * n))], "/blocks/0/title/text]", chars(199)),
    Limit("video author", 50, lambda n: [video(author_name="x" * n)], "/blocks/0/author_name]", chars(50)),
    Limit(
        "video description", 200, lambda n: [video(description=plain("x" * n))], "/blocks/0/description/text]", chars(200)
    ),
    Limit(
        "container",
        10,
        lambda n: [container(child_blocks=[{"type": "divider"}] * n)],
        "/blocks/0/child_blocks]",
        items(10),
    ),
    Limit("container title", 150, lambda n: [container(title=plain("x" * n))], "/blocks/0/title/text]", chars(150)),
    Limit("card title", 150, lambda n: [card(title=plain("x" * n))], "/blocks/0/title/text]", chars(150)),
    Limit("card subtitle", 150, lambda n: [card(subtitle=plain("x" * n))], "/blocks/0/subtitle/text]", chars(150)),
    Limit("card body", 200, lambda n: [card(body=plain("x" * n))], "/blocks/0/body/text]", chars(200)),
    Limit("card buttons", 3, lambda n: [card(actions=_buttons(n))], "/blocks/0/actions]", items(3)),
    Limit(
        "carousel", 10, lambda n: [{"type": "carousel", "elements": [card()] * n}], "/blocks/0/elements]", items(10)
    ),
]


def _buttons(number: int) -> list[Json]:
    return [button(action_id=f"b{index}") for index in range(number)]


VIEWS = [
    Limit(
        "blocks of a modal",
        100,
        lambda n: modal(*[{"type": "divider"}] * n),
        "/view/blocks]",
        items(100),
    ),
    *(
        Limit(
            f"modal {name}",
            24,
            lambda n, name=name: modal(text_field()) | {name: plain("x" * n)},  # type: ignore[misc]
            f"/view/{name}/text]",
            chars(24),
        )
        for name in ("title", "submit", "close")
    ),
    Limit(
        "private metadata",
        3000,
        lambda n: modal(text_field(), private_metadata="x" * n),
        "/view/private_metadata]",
        chars(3000),
    ),
    *(
        Limit(
            name,
            255,
            lambda n, name=name: modal(text_field()) | {name: "x" * n},  # type: ignore[misc]
            f"/view/{name}]",
            chars(255),
        )
        for name in ("callback_id", "external_id")
    ),
    Limit(
        "input label",
        2000,
        lambda n: modal(text_field(label=plain("x" * n))),
        "/view/blocks/0/label/text]",
        chars(2000),
    ),
    Limit(
        "input hint", 2000, lambda n: modal(text_field(hint=plain("x" * n))), "/view/blocks/0/hint/text]", chars(2000)
    ),
    *(
        Limit(
            name,
            3000,
            lambda n, name=name: modal(text_field(element={name: n})),  # type: ignore[misc]
            f"/view/blocks/0/element/{name}]",
            "3000",
        )
        for name in ("min_length", "max_length")
    ),
    Limit(
        "initial value",
        3000,
        lambda n: modal(text_field(element={"initial_value": "x" * n})),
        "/view/blocks/0/element/initial_value]",
        chars(3000),
    ),
    Limit(
        "files",
        10,
        lambda n: modal(fitted({"type": "file_input", "action_id": "f", "max_files": n})),
        "/view/blocks/0/element/max_files]",
        "between 1 and 10",
    ),
    Limit(
        "alert",
        200,
        lambda n: modal({"type": "alert", "text": plain("x" * n)}),
        "/view/blocks/0/text/text]",
        chars(200),
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[tuple[Service, AsyncWebClient]]:
    async with running(Settings()) as service, aiohttp.ClientSession() as http:
        yield service, client_of(service, http)


def trigger(service: Service) -> str:
    """A fresh trigger of alice's."""
    return service.interactions.begin(service.workspace.users["U0ALICE"]).trigger_id


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
    ("mrkdwn in a header", [{"type": "header", "text": plain("x")}], [{"type": "header", "text": mrkdwn("x")}], "/type]"),
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
