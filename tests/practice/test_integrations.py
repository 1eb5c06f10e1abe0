"""Posts of other apps, files that people share, links that Slack unfolds."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Settings
from tests.practice.desk import Json, Person, actions, button
from tests.practice.line import Line
from tests.practice.stage import ALICE, TRIAGE


async def test_a_post_by_another_app(person: Person, line: Line) -> None:
    """It has a name and no user, and a reaction to it names no author; its shortcut gives it whole."""
    alert: Json = {"color": "danger", "text": "faithfulness 0.71 &lt; 0.85"}
    posted = await person.does("webhook", channel="triage", name="Alertmanager", attachments=[alert])
    message = line.events()[-1]
    assert (message["subtype"], message["username"], message["text"]) == ("bot_message", "Alertmanager", "")
    assert (message["attachments"], "user" in message) == ([alert], False)
    await person.does("react", user="alice", channel="triage", ts=posted["ts"], name="pushpin")
    assert "item_user" not in line.events()[-1]
    await person.does("message", user="alice", channel="triage", text="mine", thread_ts=posted["ts"])
    assert "parent_user_id" not in line.events()[-1]
    await person.does("shortcut", user="alice", callback_id="report", channel="triage", ts=posted["ts"])
    assert line.envelopes[-1]["payload"]["message"]["attachments"] == [alert]


async def test_a_file(person: Person, line: Line, client: AsyncWebClient) -> None:
    """A shared file is a message of its own kind, whose text may be empty."""
    shared = await person.does("upload", user="alice", channel="triage", name="graph.png")
    event = line.events()[-1]
    assert (event["subtype"], event["user"], event["text"]) == ("file_share", ALICE, "")
    assert (event["files"][0]["name"], event["files"][0]["mimetype"]) == ("graph.png", "image/png")
    found = (await client.conversations_history(channel=TRIAGE, latest=shared["ts"], inclusive=True, limit=1))[
        "messages"
    ]
    assert found[0]["files"] == event["files"]


async def test_a_link_unfolds(person: Person, line: Line) -> None:
    """message_changed without an edit: the same text, a preview, no mark of having been edited."""
    ts = (await person.does("message", user="alice", channel="triage", text="see https://example.com/"))["ts"]
    assert (await person.does("unfurl", channel="triage", ts=ts))["ok"]
    event = line.events()[-1]
    assert event["subtype"] == "message_changed"
    assert event["message"]["text"] == event["previous_message"]["text"] == "see <https://example.com/>"
    assert "edited" not in event["message"]
    assert (len(event["message"]["attachments"]), "attachments" in event["previous_message"]) == (1, False)


async def test_a_click_in_a_thread(person: Person, line: Line, client: AsyncWebClient) -> None:
    """The container of a click in a thread says which thread."""
    parent = (await person.does("message", user="alice", channel="triage", text="one"))["ts"]
    reply = await client.chat_postMessage(channel=TRIAGE, text="x", thread_ts=parent, blocks=[actions(button())])
    await person.does("click", user="alice", channel="triage", ts=reply["ts"], text="Go")
    container = line.envelopes[-1]["payload"]["container"]
    assert (container["message_ts"], container["thread_ts"]) == (reply["ts"], parent)


async def test_what_cannot_be_posted(person: Person) -> None:
    """A post without content makes no sense; a place without people's rooms takes none."""
    empty = await person.does("webhook", channel="triage", name="x")
    assert (empty["status"], empty["error"]) == (400, "text or attachments must be there")
    lost = await person.does("unfurl", channel="triage", ts="1.0")
    assert lost["error"] == "message_not_found"


async def test_where_the_ai_service_is(person: Person, http: aiohttp.ClientSession) -> None:
    """The page is told the address of the AI service that runs beside the workspace; alone, there is none."""
    assert (await person.sees("app"))["ai_url"] == ""
    async with running(Settings(ai_url="http://127.0.0.1:8766")) as service:
        assert (await Person(service.base_url, http).sees("app"))["ai_url"] == "http://127.0.0.1:8766"
