"""What a workspace lacks: methods its plan has not, scopes the app has not, people who are gone, private places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.cases import LINK
from tests.practice.desk import Json, Person, client_of, refusal
from tests.practice.line import Line, listening
from tests.practice.stage import ALICE, BOB, BOT, TRIAGE, Stage


async def test_a_plan_without_bookmarks(http: aiohttp.ClientSession) -> None:
    """Every method of a family that the plan lacks is not_implemented; the others work."""
    async with running(Settings(without=("bookmarks",))) as service:
        client = client_of(service, http)
        bookmark: Json = {"channel_id": TRIAGE, "title": "t", "type": "link", "link": LINK}
        for method in ("add", "list", "edit", "remove"):
            assert (await refusal(client, f"bookmarks.{method}", **bookmark))["error"] == "not_implemented"
        assert (await client.chat_postMessage(channel=TRIAGE, text="x"))["ok"]


EVENTS: list[tuple[str, str, str]] = [
    ("message.channels", "channels:history", "message"),
    ("message.mpim", "mpim:history", "message in a group"),
    ("reaction_added", "reactions:read", "reaction"),
    ("pin_added", "pins:read", "pin"),
    ("member_left_channel", "channels:read", "leave"),
    ("channel_rename", "channels:read", "rename"),
    ("user_change", "users:read", "deactivate"),
]


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize(("event", "scope", "deed"), EVENTS, ids=[row[0] for row in EVENTS])
async def test_events_need_their_scope(
    http: aiohttp.ClientSession, tmp_path: Path, event: str, scope: str, deed: str, granted: bool
) -> None:
    """An event the manifest asks for is sent only with the scope it needs."""
    manifest = {
        "display_information": {"name": "x"},
        "oauth_config": {"scopes": {"bot": ["chat:write", "pins:write", *([scope] if granted else [])]}},
        "settings": {"event_subscriptions": {"bot_events": [event]}},
    }
    (tmp_path / "manifest.yml").write_text(yaml.safe_dump(manifest))
    async with running(Settings(manifest=tmp_path / "manifest.yml")) as service, listening(service, http) as line:
        person, stage = Person(service.base_url, http), Stage(service)
        ts = stage.message(user=ALICE)
        deeds: dict[str, tuple[str, Json]] = {
            "message": ("message", {"user": "alice", "channel": "triage", "text": "x"}),
            "message in a group": ("message", {"user": "alice", "channel": stage.group(), "text": "x"}),
            "reaction": ("react", {"user": "alice", "channel": "triage", "ts": ts, "name": "eyes"}),
            "leave": ("leave", {"user": "alice", "channel": "triage"}),
            "rename": ("rename", {"channel": "triage", "name": "sorting"}),
            "deactivate": ("deactivate", {"user": "bob"}),
        }
        line.envelopes.clear()
        if deed == "pin":
            await client_of(service, http).pins_add(channel=TRIAGE, timestamp=ts)
        else:
            await person.does(deeds[deed][0], **deeds[deed][1])
        await person.does("home", user="alice")
        sent = [one["payload"]["event"]["type"] for one in line.envelopes]
    assert sent[-1:] == ([event.partition(".")[0]] if granted else [])


async def test_group_messages(person: Person, line: Line, client: AsyncWebClient) -> None:
    """Up to eight people and the bot: one for the same people, with posts, pins, a topic and events as in a channel."""
    first = await client.conversations_open(users=f"{ALICE},{BOB}", return_im=True)
    again = await client.conversations_open(users=f"{BOB},{ALICE}")
    channel = first["channel"]
    assert (channel["is_mpim"], channel["is_private"], channel["is_channel"]) == (True, True, False)
    assert (channel["id"][0], channel["name"]) == ("G", "mpdm-alice--bob--stanch-1")
    assert (first.get("already_open"), again["already_open"], again["channel"]) == (None, True, {"id": channel["id"]})
    assert (await client.conversations_members(channel=channel["id"]))["members"] == [ALICE, BOB, BOT]
    posted = await client.chat_postMessage(channel=channel["id"], text="card")
    assert (await client.pins_add(channel=channel["id"], timestamp=posted["ts"]))["ok"]
    assert (await client.conversations_setTopic(channel=channel["id"], topic="SEV2"))["ok"]
    assert (await client.conversations_info(channel=channel["id"]))["channel"]["topic"]["value"] == "SEV2"
    line.envelopes.clear()
    assert (await person.does("message", user="bob", channel=channel["id"], text="hi"))["ok"]
    event = line.events()[0]
    assert (event["channel"], event["channel_type"], event["text"]) == (channel["id"], "mpim", "hi")
    outside = await person.does("message", user="carol", channel=channel["id"], text="hi")
    assert outside["status"] == 400
    listed = (await client.users_conversations(types="mpim"))["channels"]
    assert [one["id"] for one in listed] == [channel["id"]]
    assert (await client.conversations_list())["channels"][-1]["id"] != channel["id"]


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("leave", {"user": "alice"}),
        ("join", {"user": "alice"}),
        ("invite", {"user": "alice", "invitee": "carol"}),
        ("archive", {}),
        ("rename", {"name": "x"}),
    ],
)
async def test_what_people_cannot_do_with_them(person: Person, service: Service, what: str, more: Json) -> None:
    """Nobody leaves, joins, is brought into, archives or names a direct or group message."""
    stage = Stage(service)
    for channel in (stage.group(), stage.workspace.direct_message(ALICE).id):
        answer = await person.does(what, channel=channel, **more)
        assert answer["error"] == "method_not_supported_for_channel_type"


async def test_somebody_who_is_gone(person: Person, client: AsyncWebClient) -> None:
    """Who is deactivated does nothing, gets nothing and cannot be picked; the app can still look them up."""
    await person.does("deactivate", user="bob")
    answer = await person.does("message", user="bob", channel="triage", text="hi")
    assert (answer["status"], answer["error"]) == (400, "user: bob is deactivated")
    assert (await client.users_info(user=BOB))["user"]["deleted"] is True
    calls: list[tuple[str, Json, str]] = [
        ("chat.postEphemeral", {"channel": TRIAGE, "user": BOB, "text": "x"}, "user_not_in_channel"),
        ("chat.postMessage", {"channel": BOB, "text": "x"}, "user_disabled"),
        ("conversations.open", {"users": BOB}, "user_disabled"),
        ("users.lookupByEmail", {"email": "bob@example.com"}, "users_not_found"),
    ]
    for method, args, word in calls:
        assert (await refusal(client, method, **args))["error"] == word


async def test_archived_by_hand(person: Person, line: Line, client: AsyncWebClient, service: Service) -> None:
    """What a person archives the app cannot bring back; the person can, and then the app can work in it again."""
    room = Stage(service).room(ALICE)
    posted: Any = await client.chat_postMessage(channel=room, text="card")
    await person.does("archive", user="alice", channel=room)
    assert line.events()[-1]["type"] == "channel_archive"
    assert (await refusal(client, "conversations.unarchive", channel=room))["error"] == "not_in_channel"
    assert (await refusal(client, "chat.update", channel=room, ts=posted["ts"], text="x"))["error"] == "is_inactive"
    await person.does("archive", user="alice", channel=room, undo=True)
    assert line.events()[-1]["type"] == "channel_unarchive"
    assert (await client.chat_update(channel=room, ts=posted["ts"], text="x"))["ok"]
