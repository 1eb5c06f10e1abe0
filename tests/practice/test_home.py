"""The app's Home tab and its shortcuts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, Person, actions, button, client_of, plain, refusal, text_field
from tests.practice.line import Line, listening
from tests.practice.stage import ALICE, BOB, TRIAGE, Stage

CHOICES = [{"text": plain("Low"), "value": "low"}, {"text": plain("High"), "value": "high"}]


pytestmark = pytest.mark.usefixtures("impatient")


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


async def test_opening_it(person: Person, line: Line, client: AsyncWebClient) -> None:
    """The first time there is no view in the event; afterwards it carries what is published, and so does the answer."""
    first = await person.does("home", user="alice")
    published = (await client.views_publish(user_id=ALICE, view=home(actions(button()), callback_id="home")))["view"]
    second = await person.does("home", user="alice")
    early, late = line.events()
    assert (early["type"], early["tab"], early["user"], "view" in early) == ("app_home_opened", "home", ALICE, False)
    assert early["channel"].startswith("D")
    assert (first["view"], second["view"], late["view"]) == (None, published, published)
    assert (await person.sees("views/alice"))["home"] == published
    assert (await person.does("home", user="bob"))["view"] is None


async def test_publishing_while_it_is_opened(person: Person, line: Line, client: AsyncWebClient) -> None:
    """Published again, a person's Home stays the same view with other content; the hash of the old one is of no use."""
    old = (await client.views_publish(user_id=ALICE, view=home(actions(button()))))["view"]
    new = (await client.views_publish(user_id=ALICE, view=home({"type": "divider"}), hash=old["hash"]))["view"]
    assert (new["id"], new["blocks"][0]["type"]) == (old["id"], "divider")
    late = await refusal(client, "views.publish", user_id=ALICE, view=home(), hash=old["hash"])
    assert late["error"] == "hash_conflict"


async def test_a_click_in_it(person: Person, line: Line, client: AsyncWebClient) -> None:
    """The payload has the view and no channel, message or response URL; its trigger opens a form."""
    view = (await client.views_publish(user_id=ALICE, view=home(actions(button(value="7")))))["view"]
    assert (await person.does("click", user="alice", view_id=view["id"], text="Go"))["ok"]
    body = line.envelopes[-1]["payload"]
    assert (body["type"], body["view"]["id"], body["view"]["type"]) == ("block_actions", view["id"], "home")
    assert body["container"] == {"type": "view", "view_id": view["id"]}
    assert (body["actions"][0]["action_id"], body["actions"][0]["value"]) == ("go", "7")
    assert not {"channel", "message", "response_url"} & set(body)
    form = {"type": "modal", "title": plain("Form"), "blocks": [{"type": "divider"}]}
    assert (await client.views_open(trigger_id=body["trigger_id"], view=form))["ok"]
    foreign = await person.does("click", user="bob", view_id=view["id"], text="Go")
    assert foreign["status"] == 400


async def test_inputs_in_it(person: Person, line: Line, client: AsyncWebClient) -> None:
    """A choice is told at once and kept; an input tells nothing unless it dispatches, and then what is entered."""
    select = {"type": "static_select", "action_id": "level", "options": CHOICES}
    quiet, loud = text_field(), {**text_field(), "block_id": "loud", "dispatch_action": True}
    view = (await client.views_publish(user_id=ALICE, view=home(actions(select), quiet, loud)))["view"]
    where = {"user": "alice", "view_id": view["id"]}
    await person.does("click", **where, action_id="level", value="High")
    assert (await person.does("click", **where, action_id="value", value="first"))["ack_ms"] == []
    chosen = line.envelopes[-1]["payload"]
    assert chosen["actions"][0]["selected_option"]["value"] == "high"
    values = (await person.sees("views/alice"))["home"]["state"]["values"]
    assert values["title"]["value"]["value"] == "first"
    assert values[view["blocks"][0]["block_id"]]["level"]["selected_option"]["value"] == "high"
    assert len(line.envelopes) == 1


@pytest.fixture
async def with_manifest(http: aiohttp.ClientSession, tmp_path: Path) -> AsyncIterator[Service]:
    """A workspace whose app has no Home tab, and one shortcut of each kind."""
    shortcuts = [
        {"name": "Declare", "type": "global", "callback_id": "declare"},
        {"name": "Report", "type": "message", "callback_id": "report"},
    ]
    manifest = {
        "display_information": {"name": "x"},
        "features": {"app_home": {"home_tab_enabled": False}, "shortcuts": shortcuts},
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
    }
    (tmp_path / "manifest.yml").write_text(yaml.safe_dump(manifest))
    async with running(Settings(manifest=tmp_path / "manifest.yml")) as service:
        yield service


async def test_without_the_tab(with_manifest: Service, http: aiohttp.ClientSession) -> None:
    """Where the manifest does not enable it, nobody opens the Home tab and nothing can be published in it."""
    async with listening(with_manifest, http) as line:
        answer = await Person(with_manifest.base_url, http).does("home", user="alice")
    assert (answer["ok"], answer["error"], line.envelopes) == (False, "not_enabled", [])
    refused = await refusal(client_of(with_manifest, http), "views.publish", user_id=ALICE, view=home())
    assert refused["error"] == "not_enabled"


async def test_a_global_shortcut(person: Person, line: Line) -> None:
    """It carries who and a trigger, and no place: no channel, no message, no response URL."""
    assert (await person.does("shortcut", user="bob", callback_id="declare"))["ok"]
    body = line.envelopes[0]["payload"]
    assert (body["type"], body["callback_id"], body["user"]["id"]) == ("shortcut", "declare", BOB)
    assert body["trigger_id"]
    assert not {"channel", "message", "response_url", "message_ts"} & set(body)


async def test_a_message_shortcut(person: Person, line: Line, service: Service) -> None:
    """It carries the message, its place, a trigger and a response URL; the name of a private place stays hidden."""
    stage = Stage(service)
    stage.workspace.direct_message(ALICE)
    places = {
        TRIAGE: "triage",
        stage.room(ALICE, private=True): "privategroup",
        stage.workspace.direct_message(ALICE).id: "directmessage",
        stage.group(ALICE, BOB): "mpdm-alice--bob--stanch-1",
    }
    for channel, name in places.items():
        ts = stage.message(channel)
        assert (await person.does("shortcut", user="alice", callback_id="report", channel=channel, ts=ts))["ok"]
        body = line.envelopes[-1]["payload"]
        assert (body["type"], body["callback_id"]) == ("message_action", "report")
        assert body["channel"] == {"id": channel, "name": name}
        assert (body["message"]["ts"], body["message_ts"], body["message"]["text"]) == (ts, ts, "words")
        assert {"trigger_id", "response_url", "action_ts", "team", "user"} <= set(body)
        command = await person.does("command", user="alice", channel=channel, command="/incident")
        assert (command["ok"], line.envelopes[-1]["payload"]["channel_name"]) == (True, name)


async def test_a_shortcut_on_a_reply(person: Person, line: Line) -> None:
    """The message in the payload says which thread it is in."""
    parent = (await person.does("message", user="alice", channel="triage", text="one"))["ts"]
    reply = (await person.does("message", user="bob", channel="triage", text="two", thread_ts=parent))["ts"]
    await person.does("shortcut", user="alice", callback_id="report", channel="triage", ts=reply)
    message = line.envelopes[-1]["payload"]["message"]
    assert (message["ts"], message["thread_ts"], message["text"]) == (reply, parent, "two")


SHORTCUTS: list[tuple[Json, str]] = [
    ({"callback_id": "close"}, "the manifest has no global shortcut 'close'; it has declare"),
    ({"callback_id": "report"}, "the manifest has no global shortcut 'report'; it has declare"),
    (
        {"callback_id": "declare", "channel": "triage", "ts": "1.0"},
        "the manifest has no message shortcut 'declare'; it has report",
    ),
    ({"callback_id": "report", "channel": "triage", "ts": "1.0"}, "there is no message 1.0 in #triage for alice"),
]


@pytest.mark.parametrize(("body", "says"), SHORTCUTS, ids=[row[1] for row in SHORTCUTS])
async def test_shortcuts_there_are_not(
    with_manifest: Service, http: aiohttp.ClientSession, body: Json, says: str
) -> None:
    """What the menu would not offer is refused with what it offers."""
    answer = await Person(with_manifest.base_url, http).does("shortcut", user="alice", **body)
    assert (answer["status"], answer["error"]) == (400, says)


async def test_no_shortcut_on_an_ephemeral(person: Person, client: AsyncWebClient) -> None:
    """Slack offers no shortcuts on a message that only one person sees."""
    ts = (await client.chat_postEphemeral(channel=TRIAGE, user=ALICE, text="psst"))["message_ts"]
    answer = await person.does("shortcut", user="alice", callback_id="report", channel="triage", ts=ts)
    assert answer["status"] == 400
