"""What people do, and the events, system messages and refusals that come of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, Person, client_of
from tests.practice.line import Line
from tests.practice.stage import ALICE, BOT, TRIAGE, Stage


async def test_a_message(person: Person, line: Line) -> None:
    """A person's message is escaped, stored, and told to the app with its envelope whole."""
    answer = await person.does("message", user="alice", channel="triage", text="hi @bob & <all> @channel")
    assert answer["ok"]
    payload = line.envelopes[0]["payload"]
    assert (line.envelopes[0]["type"], payload["type"], payload["api_app_id"]) == (
        "events_api",
        "event_callback",
        "A0PRACTICE",
    )
    assert payload["authorizations"][0]["user_id"] == BOT
    assert payload["event"]["text"] == "hi <@U0BOB|bob> &amp; &lt;all&gt; <!channel>"
    assert (payload["event"]["ts"], payload["event"]["channel_type"]) == (answer["ts"], "channel")


async def test_threads(person: Person, client: AsyncWebClient) -> None:
    """A reply stays in its thread: not in the channel's messages, but counted on its parent."""
    parent = (await person.does("message", user="alice", channel="triage", text="one"))["ts"]
    await person.does("message", user="bob", channel="triage", text="two", thread_ts=parent)
    assert [one["text"] for one in await person.sees("messages/triage")] == ["one"]
    thread = await person.sees(f"messages/triage?thread_ts={parent}")
    assert [one["text"] for one in thread] == ["one", "two"]
    replies = await client.conversations_replies(channel=TRIAGE, ts=parent)
    assert [(one["text"], one.get("reply_count")) for one in replies["messages"]] == [("one", 1), ("two", None)]
    assert [one["text"] for one in (await client.conversations_history(channel=TRIAGE))["messages"]] == ["one"]


EVENTS: list[tuple[str, str, Json, list[str]]] = [
    ("join", "nothing for a channel without the bot", {"user": "bob", "channel": "FOREIGN"}, []),
    ("react", "a reaction", {"user": "bob", "channel": "triage", "ts": "TS", "name": ":pushpin:"}, ["reaction_added"]),
    (
        "leave",
        "a person leaves",
        {"user": "bob", "channel": "triage"},
        ["member_left_channel", "message channel_leave"],
    ),
    (
        "invite",
        "a person is brought in",
        {"user": "BOT", "channel": "ROOM", "invitee": "bob"},
        ["message channel_join", "member_joined_channel"],
    ),
    ("leave", "the bot is taken out", {"user": "stanch", "channel": "triage"}, ["member_left_channel", "channel_left"]),
    (
        "archive",
        "archived by hand",
        {"channel": "triage"},
        ["message channel_archive", "channel_archive"],
    ),
    (
        "rename",
        "renamed by hand",
        {"channel": "triage", "name": "sorting"},
        ["message channel_name", "channel_rename"],
    ),
    ("topic", "a new topic", {"channel": "triage", "topic": "news"}, ["message channel_topic"]),
    ("topic", "the same topic", {"channel": "triage", "topic": ""}, []),
    ("delete_message", "a message is deleted", {"channel": "triage", "ts": "TS"}, ["message message_deleted"]),
    ("delete_channel", "a channel is deleted", {"channel": "triage"}, ["channel_deleted"]),
]


@pytest.mark.parametrize(("what", "why", "body", "kinds"), EVENTS, ids=[row[1] for row in EVENTS])
async def test_events(
    person: Person, line: Line, service: Service, what: str, why: str, body: Json, kinds: list[str]
) -> None:
    """Each deed sends the app exactly these events, and is over once they are acknowledged."""
    stage = Stage(service)
    known = {"TS": stage.message(user=ALICE), "ROOM": stage.room(), "FOREIGN": stage.foreign(), "BOT": BOT}
    await asyncio.sleep(0.05)
    line.envelopes.clear()
    answer = await person.does(what, **{key: known.get(value, value) for key, value in body.items()})
    assert (answer["ok"], answer["error"]) == (True, None)
    assert line.kinds() == kinds


async def test_deactivated(person: Person, line: Line) -> None:
    """A deactivated person leaves all channels, and the app is told."""
    await person.does("deactivate", user="erin")
    assert line.kinds().count("member_left_channel") == 2
    assert line.events()[-1]["user"]["deleted"] is True
    state = await person.sees("state")
    assert not [one["name"] for one in state["channels"] if "U0ERIN" in one["members"]]


async def test_many_times(person: Person, line: Line) -> None:
    """``times`` stores the message once and delivers the same event again and again."""
    answer = await person.does("message", user="alice", channel="triage", text="hi", times=4)
    assert len(answer["ack_ms"]) == 4
    assert len({one["payload"]["event_id"] for one in line.envelopes}) == 1
    assert len({one["envelope_id"] for one in line.envelopes}) == 4
    assert len(await person.sees("messages/triage")) == 1


async def test_retries(person: Person, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is not acknowledged comes again, with the number and the reason on the envelope, three times."""
    monkeypatch.setattr("practice.delivery.ACK_S", 0.05)
    monkeypatch.setattr("practice.events.RETRY_AFTER_S", (1.0, 1.0, 1.0))
    line.silent = 10
    await person.does("message", user="alice", channel="triage", text="hi")
    async with asyncio.timeout(5):
        while len(line.envelopes) < 4:  # noqa: ASYNC110 - the socket is polled as it fills
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert [(one["retry_attempt"], one["retry_reason"]) for one in line.envelopes] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({one["payload"]["event_id"] for one in line.envelopes}) == 1


@pytest.mark.usefixtures("impatient")
async def test_only_what_the_manifest_asks_for(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """Events the manifest does not name are not sent; commands it does not have are not valid."""
    manifest = tmp_path / "manifest.yml"
    events = {"event_subscriptions": {"bot_events": ["reaction_added", "pin_added"]}}
    scopes = {"scopes": {"bot": ["reactions:read", "chat:write"]}}
    command = {"command": "/incident", "should_escape": False}
    manifest.write_text(
        yaml.safe_dump(
            {
                "display_information": {"name": "x"},
                "oauth_config": scopes,
                "settings": events,
                "features": {"slash_commands": [command]},
            }
        )
    )
    async with running(Settings(manifest=manifest)) as service:
        person = Person(service.base_url, http)
        opened = await client_of(service, http).apps_connections_open(app_token=service.settings.app_token)
        async with http.ws_connect(opened["url"]) as socket:
            await socket.receive_json()
            line = Line(socket)
            task = asyncio.create_task(line.listen())
            ts = (await person.does("message", user="alice", channel="triage", text="hi"))["ts"]
            await person.does("react", user="alice", channel="triage", ts=ts, name="eyes")
            await person.does("command", user="alice", channel="triage", command="/incident", text="<@bob>")
            other = await person.does("command", user="alice", channel="triage", command="/other")
            task.cancel()
        assert line.envelopes[0]["payload"]["event"]["type"] == "reaction_added"
        assert line.envelopes[1]["payload"]["text"] == "<@bob>"
        assert len(line.envelopes) == 2
        assert other["error"] == "invalid_command"


REFUSALS: list[tuple[str, Json, int, str]] = [
    ("message", {"user": "nobody", "channel": "triage", "text": "x"}, 400, "user: there is no user 'nobody'"),
    ("message", {"user": "alice", "channel": "nowhere", "text": "x"}, 400, "channel: there is no channel 'nowhere'"),
    ("message", {"user": "alice", "channel": "triage"}, 400, "text must be a text"),
    ("message", {"user": "alice", "channel": "ARCHIVED", "text": "x"}, 200, "not_in_channel"),
    ("command", {"user": "alice", "channel": "ARCHIVED", "command": "/incident"}, 200, "is_archived"),
    ("command", {"user": "bob", "channel": "PRIVATE", "command": "/incident"}, 400, "which is private"),
    ("click", {"user": "alice", "channel": "triage", "ts": "1.0", "text": "Go"}, 400, "there is no message 1.0"),
    ("submit", {"user": "alice", "view_id": "V0", "values": {}}, 400, "alice has no modal 'V0' open"),
    ("archive", {"channel": "ARCHIVED"}, 200, "already_archived"),
    ("message", {"user": "alice", "channel": "triage", "text": "x", "times": 0}, 400, "times must be"),
]


@pytest.mark.parametrize(("what", "body", "status", "says"), REFUSALS, ids=[row[3] for row in REFUSALS])
async def test_refusals(person: Person, service: Service, what: str, body: Json, status: int, says: str) -> None:
    """What a person cannot do is said: 400 for what makes no sense here, Slack's word for what Slack refuses."""
    stage = Stage(service)
    known = {"ARCHIVED": stage.archived(), "PRIVATE": stage.foreign(private=True)}
    answer = await person.does(what, **{key: known.get(str(value), value) for key, value in body.items()})
    assert answer["status"] == status
    assert says in answer["error"]


PINGS: list[tuple[str, Any, list[str]]] = [
    ("<@U0BOB> look, <!channel>", None, ["U0BOB", "<!channel>"]),
    ("&lt;!channel&gt; @channel", None, []),
    ("x", [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here> <@U0BOB|bob>"}}], ["<!here>", "U0BOB"]),
    ("x", [{"type": "section", "text": {"type": "plain_text", "text": "<!here> <@U0BOB>"}}], []),
    (
        "x",
        [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "user", "user_id": "U0BOB"}, {"type": "broadcast", "range": "channel"}],
                    }
                ],
            }
        ],
        ["U0BOB", "<!channel>"],
    ),
]


@pytest.mark.parametrize(("text", "blocks", "pinged"), PINGS)
async def test_pings(person: Person, client: AsyncWebClient, text: str, blocks: Any, pinged: list[str]) -> None:
    """The messages of the app say whom they pinged, in text, mrkdwn and rich text; plain text pings nobody."""
    await client.chat_postMessage(channel=TRIAGE, text=text, blocks=blocks)
    assert (await person.sees("messages/triage"))[-1]["practice_pings"] == pinged


async def test_parse_full_pings(person: Person, client: AsyncWebClient) -> None:
    """Under parse=full a plain @channel becomes the real thing, as in Slack."""
    await client.chat_postMessage(channel=TRIAGE, text="@channel look", parse="full")
    assert (await person.sees("messages/triage"))[-1]["practice_pings"] == ["<!channel>"]


async def test_direct_messages(person: Person, client: AsyncWebClient, service: Service) -> None:
    """Posting to a user id posts into the bot's direct message with that person, one for each."""
    first = await client.chat_postMessage(channel=ALICE, text="psst")
    second = await client.conversations_open(users=ALICE)
    assert first["channel"] == second["channel"]["id"]
    assert first["channel"].startswith("D")
    dm = next(one for one in (await person.sees("state"))["channels"] if one["is_im"])
    assert (dm["user"], dm["members"]) == (ALICE, [ALICE, BOT])
    assert [one["text"] for one in await person.sees(f"messages/{dm['id']}?user=alice")] == ["psst"]


async def test_the_stream(person: Person, service: Service, http: aiohttp.ClientSession) -> None:
    """A page that follows the stream hears of each message that changed, in one burst."""
    async with http.get(f"{service.base_url}/practice/stream") as response:
        assert response.content_type == "text/event-stream"
        await response.content.readuntil(b"\n\n")
        said = [person.does("message", user="alice", channel="triage", text="x") for _ in range(5)]
        stamps = [answer["ts"] for answer in await asyncio.gather(*said)]
        heard = [json.loads((await response.content.readuntil(b"\n\n")).removeprefix(b"data: ")) for _ in range(5)]
        assert heard == [{"kind": "message", "channel": "C0TRIAGE", "ts": ts} for ts in stamps]


async def test_messages_by_their_time(person: Person) -> None:
    """A page asks for the messages that changed, replies too, or for those after the last it has."""
    first, second = [(await person.does("message", user="alice", channel="triage", text=text))["ts"] for text in "ab"]
    reply = (await person.does("message", user="bob", channel="triage", text="c", thread_ts=first))["ts"]
    assert [one["ts"] for one in await person.sees(f"messages/triage?ts={reply},{second},1.0")] == [second, reply]
    assert [one["ts"] for one in await person.sees(f"messages/triage?oldest={first}")] == [second]


async def test_the_page_has_a_policy(service: Service, http: aiohttp.ClientSession) -> None:
    """The page and its files come with a policy that forbids inline scripts."""
    async with http.get(f"{service.base_url}/") as response:
        assert response.headers["content-security-policy"].startswith("default-src 'self'")
    async with http.get(f"{service.base_url}/static/../server.py") as response:
        assert response.status == 404
