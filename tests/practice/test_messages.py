"""Messages after they were written: edited, deleted, answered in threads, marked, found again."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from practice.service import Service
from tests.practice.desk import Json, Person
from tests.practice.line import Line
from tests.practice.stage import ALICE, BOB, BOT, TRIAGE, Stage


async def says(person: Person, text: str = "one", user: str = "alice", **more: Any) -> str:
    return str((await person.does("message", user=user, channel="triage", text=text, **more))["ts"])


async def test_an_edit(person: Person, line: Line) -> None:
    """A person's edit is escaped, marked as edited, and told with the message before and after."""
    ts = await says(person)
    assert (await person.does("edit", user="alice", channel="triage", ts=ts, text="two @bob & more"))["ok"]
    event = line.events()[-1]
    assert (event["type"], event["subtype"], event["hidden"]) == ("message", "message_changed", True)
    assert (event["channel"], event["channel_type"]) == (TRIAGE, "channel")
    assert (event["message"]["ts"], event["message"]["user"]) == (ts, ALICE)
    assert event["message"]["text"] == "two <@U0BOB|bob> &amp; more"
    assert event["message"]["edited"]["user"] == ALICE
    assert event["previous_message"]["text"] == "one"
    assert event["ts"] == event["event_ts"] > ts
    assert (await person.sees("messages/triage"))[0] == event["message"]


async def test_the_same_text_again(person: Person, line: Line) -> None:
    """Saving a message as it was changes nothing and tells nothing."""
    ts = await says(person)
    assert (await person.does("edit", user="alice", channel="triage", ts=ts, text="one"))["ok"]
    assert line.kinds() == ["message"]
    assert "edited" not in (await person.sees("messages/triage"))[0]


async def test_a_deletion(person: Person, line: Line) -> None:
    """A deleted message is gone, and the app is told which it was."""
    ts = await says(person)
    assert (await person.does("delete", user="alice", channel="triage", ts=ts))["ok"]
    event = line.events()[-1]
    assert (event["subtype"], event["deleted_ts"], event["channel"]) == ("message_deleted", ts, TRIAGE)
    assert event["previous_message"]["text"] == "one"
    assert await person.sees("messages/triage") == []


OTHERS: list[tuple[str, str, Json, str]] = [
    ("edit", "another's", {"user": "bob", "text": "x"}, "cant_update_message"),
    ("delete", "another's", {"user": "bob"}, "cant_delete_message"),
    ("edit", "no text", {"user": "alice", "text": " "}, "no_text"),
    ("edit", "not there", {"user": "alice", "text": "x", "ts": "1.0"}, "message_not_found"),
    ("delete", "not there", {"user": "alice", "ts": "1.0"}, "message_not_found"),
    ("delete", "a system message", {"user": "alice", "ts": "JOINED"}, "cant_delete_message"),
]


@pytest.mark.parametrize(("what", "why", "body", "word"), OTHERS, ids=[f"{row[0]} {row[1]}" for row in OTHERS])
async def test_what_cannot_be_changed(
    person: Person, line: Line, service: Service, what: str, why: str, body: Json, word: str
) -> None:
    """Only one's own words can be edited or deleted; nothing is told of an attempt."""
    ts = await says(person)
    joined = service.workspace.add_message(
        service.workspace.channels[TRIAGE], {"user": ALICE, "subtype": "channel_join", "text": "joined"}
    )["ts"]
    before = await person.sees("messages/triage")
    whole = {"channel": "triage", "ts": ts, **body}
    answer = await person.does(what, **{name: joined if value == "JOINED" else value for name, value in whole.items()})
    assert (answer["ok"], answer["error"]) == (False, word)
    assert await person.sees("messages/triage") == before


async def test_a_thread(person: Person, line: Line, client: AsyncWebClient) -> None:
    """Replies name their parent in the event; the parent counts them; a reply to a reply joins the thread."""
    parent = await says(person)
    first = await says(person, "two", "bob", thread_ts=parent)
    second = await says(person, "three", thread_ts=first)
    events = line.events()
    assert [(event.get("thread_ts"), event.get("parent_user_id")) for event in events] == [
        (None, None),
        (parent, ALICE),
        (parent, ALICE),
    ]
    head = (await client.conversations_history(channel=TRIAGE, latest=parent, inclusive=True, limit=1))["messages"][0]
    assert {name: head[name] for name in ("reply_count", "reply_users", "reply_users_count", "latest_reply")} == {
        "reply_count": 2,
        "reply_users": [BOB, ALICE],
        "reply_users_count": 2,
        "latest_reply": second,
    }
    alone = (await client.conversations_replies(channel=TRIAGE, ts=first))["messages"]
    assert [one["ts"] for one in alone] == [first]


async def test_a_reply_is_taken_back(person: Person, service: Service) -> None:
    """The parent counts what is left, and nothing when nothing is."""
    parent = await says(person)
    first, second = [await says(person, "reply", user, thread_ts=parent) for user in ("bob", "carol")]
    await person.does("delete", user="carol", channel="triage", ts=second)
    head = (await person.sees("messages/triage"))[0]
    assert (head["reply_count"], head["reply_users"], head["latest_reply"]) == (1, [BOB], first)
    await person.does("delete", user="bob", channel="triage", ts=first)
    assert "reply_count" not in (await person.sees("messages/triage"))[0]


async def test_a_tombstone(person: Person, line: Line) -> None:
    """A deleted message with replies leaves a tombstone, told as a change; the last reply takes it along."""
    parent = await says(person)
    reply = await says(person, "two", "bob", thread_ts=parent)
    await person.does("delete", user="alice", channel="triage", ts=parent)
    event = line.events()[-1]
    assert (event["subtype"], event["message"]["subtype"]) == ("message_changed", "tombstone")
    assert (event["message"]["text"], event["previous_message"]["text"]) == ("This message was deleted.", "one")
    thread = await person.sees(f"messages/triage?thread_ts={parent}")
    assert [one["ts"] for one in thread] == [parent, reply]
    await person.does("delete", user="bob", channel="triage", ts=reply)
    assert [event["deleted_ts"] for event in line.events()[-2:]] == [reply, parent]
    assert await person.sees("messages/triage") == []


async def test_one_message(person: Person, client: AsyncWebClient) -> None:
    """history with latest, inclusive and a limit of one gives the message itself; a reply is found by replies."""
    before = await says(person, "before")
    ts = await says(person)
    reply = await says(person, "reply", thread_ts=before)
    one: Json = {"channel": TRIAGE, "inclusive": True, "limit": 1}
    assert [m["ts"] for m in (await client.conversations_history(latest=ts, **one))["messages"]] == [ts]
    assert [m["ts"] for m in (await client.conversations_history(latest=reply, **one))["messages"]] == [ts]
    found = (await client.conversations_replies(ts=before, latest=reply, oldest=reply, **one | {"limit": 2}))[
        "messages"
    ]
    assert [m["ts"] for m in found] == [before, reply]


async def test_a_reaction(person: Person, line: Line, service: Service) -> None:
    """A reaction, on a reply too, names the message, its author and its place; taken back, it is told as removed."""
    parent = Stage(service).message()
    reply = await says(person, "reply", thread_ts=parent)
    for ts, author in ((parent, BOT), (reply, ALICE)):
        line.envelopes.clear()
        for remove in (False, True):
            mark = {"channel": "triage", "ts": ts, "name": "pushpin", "remove": remove}
            assert (await person.does("react", user="bob", **mark))["ok"]
        item = {"type": "message", "channel": TRIAGE, "ts": ts}
        added, removed = line.events()
        for event, kind in ((added, "reaction_added"), (removed, "reaction_removed")):
            stamp = event.pop("event_ts")
            assert event == {"type": kind, "user": BOB, "reaction": "pushpin", "item": item, "item_user": author}
            assert stamp > ts


async def test_a_link_into_a_thread(person: Person, client: AsyncWebClient) -> None:
    """The permalink of a reply names its thread, that of another message does not."""
    parent = await says(person)
    reply = await says(person, "reply", thread_ts=parent)
    links = [
        (await client.chat_getPermalink(channel=TRIAGE, message_ts=ts))["permalink"].partition("/archives/")[2]
        for ts in (parent, reply)
    ]
    plain = f"{TRIAGE}/p{parent.replace('.', '')}"
    assert links == [plain, f"{TRIAGE}/p{reply.replace('.', '')}?thread_ts={parent}&cid={TRIAGE}"]
