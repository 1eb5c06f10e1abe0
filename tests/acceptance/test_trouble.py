"""What people and administrators do to a workspace by hand: each is told once, to whom it helps, and loses nothing."""

import asyncio

import pytest

from tests.acceptance.harness import Stage, said
from tests.acceptance.incidents import Incident, alone_with, declared, form, newest, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def test_card_deleted_by_hand_is_posted_again(stage: Stage) -> None:
    """There is one card again, pinned, and the one bookmark leads to it."""
    incident = await declared(stage, "the card is deleted")
    old = await incident.card()
    await stage.does("delete_message", channel=incident.room, ts=old["ts"])
    await stage.settle()
    card, room = await incident.card(), await incident.look()
    assert card["ts"] != old["ts"]
    assert room["pins"] == [card["ts"]]
    [bookmark] = room["bookmarks"]
    assert bookmark["link"].endswith(card["ts"].replace(".", ""))
    await incident.types("alice", "severity SEV3")
    assert "SEV3" in await incident.card_words()


async def test_announcement_deleted_by_hand_stays_deleted(stage: Stage) -> None:
    """Whoever deleted it meant it; the incident goes on without."""
    incident = await declared(stage, "the announcement is deleted")
    [announcement] = await incident.announcements()
    await stage.does("delete_message", channel="incidents", ts=announcement["ts"])
    await incident.types("alice", "severity SEV3")
    assert await incident.announcements() == []
    assert "SEV3" in await incident.card_words()
    assert len(await incident.heard()) == 2


async def test_archived_room_is_told_to_the_commander_and_catches_up(stage: Stage) -> None:
    """What is written meanwhile is recorded, and said in the room when it is back."""
    incident = await declared(stage, "the room is archived")
    before = len(await alone_with(stage, "alice"))
    await stage.does("archive", channel=incident.room, user="bob")
    await stage.settle()
    answer = await stage.types("bob", f"{incident.number} note written meanwhile")
    assert said(answer).startswith("Noted as entry")
    await stage.settle()
    [message] = (await alone_with(stage, "alice"))[before:]
    assert f"The room <#{incident.room}> of INC-{incident.number} was archived by hand." in message
    await stage.does("archive", channel=incident.room, user="bob", undo=True)
    await stage.settle()
    assert len([text for text in await incident.heard() if "written meanwhile" in text]) == 1


async def test_room_renamed_by_hand_goes_on(stage: Stage) -> None:
    """The new name is recorded and everything works as before."""
    incident = await declared(stage, "the room is renamed")
    await stage.does("rename", channel=incident.room, name=f"renamed-{incident.number}")
    await stage.settle()
    await incident.types("bob", "note after the renaming")
    assert "after the renaming" in (await incident.heard())[-1]
    assert [one["payload"]["name"] for one in incident.events() if one["kind"] == "room_changed"] == [
        f"renamed-{incident.number}"
    ]
    # the name is free for the next module's look at rooms by their names
    await stage.does("rename", channel=incident.room, name=f"inc-{incident.number}-renamed")


async def test_deleted_room_is_told_and_the_timeline_goes_on(stage: Stage) -> None:
    """The commander is told once; notes are taken from anywhere and nothing of the timeline is lost."""
    incident = await declared(stage, "the room is deleted")
    before = len(await alone_with(stage, "alice"))
    await stage.does("delete_channel", channel=incident.room)
    await stage.settle()
    for text in ("one", "two"):
        assert said(await stage.types("bob", f"{incident.number} note {text}")).startswith("Noted as entry")
    await stage.settle()
    messages = (await alone_with(stage, "alice"))[before:]
    assert [f"The room of INC-{incident.number} was deleted by hand." in one for one in messages] == [True]
    assert [one["payload"]["text"] for one in incident.events() if one["kind"] == "noted"] == ["one", "two"]


async def test_bot_kicked_out_and_let_in_again(stage: Stage) -> None:
    """The commander is told how to let it in; then what was owed goes out, once."""
    incident = await declared(stage, "the bot is kicked out")
    before = len(await alone_with(stage, "alice"))
    await stage.does("leave", user="stanch", channel=incident.room)
    await stage.settle()
    await stage.types("bob", f"{incident.number} note written outside")
    await stage.types("alice", f"{incident.number} severity SEV1")
    await stage.settle()
    [message] = (await alone_with(stage, "alice"))[before:]
    assert f"I was removed from <#{incident.room}>" in message
    await stage.does("invite", user="alice", channel=incident.room, invitee="stanch")
    await stage.settle()
    heard = await incident.heard()
    assert len([text for text in heard if "written outside" in text]) == 1
    assert len([text for text in heard if "severity is now *SEV1*" in text]) == 1
    assert "SEV1" in await incident.card_words()
    assert "SEV1" in (await incident.look())["topic"]


async def test_restricted_incident_shows_outsiders_nothing(stage: Stage) -> None:
    """Neither the room's name, nor the announcement, nor `list` or `show` say what it is about."""
    view = await form(stage)
    values = {"title": "Customer names leak", "severity": "SEV1", "private": True, "impact": "names of patients"}
    answer = await stage.does("submit", user="alice", view_id=view["id"], values=values)
    assert answer["ok"], answer
    incident = await newest(stage)
    room = await incident.look()
    assert (room["private"], room["name"]) == (True, f"inc-{incident.number}-restricted")
    await stage.does("leave", user="dave", channel=incident.room)
    await stage.settle()
    [announcement] = await incident.announcements()
    assert words(announcement) == f"🔒 INC-{incident.number} · restricted · commander @alice\nAsk to join"
    for command in ("list", f"{incident.number} show", f"{incident.number}"):
        seen = said(await stage.types("dave", command))
        assert f"INC-{incident.number} · restricted · commander @alice" in seen
        for secret in ("Customer", "names", "SEV1", incident.room):
            assert secret not in "\n".join(one for one in seen.splitlines() if f"INC-{incident.number} " in one)
    assert "Customer names leak" in said(await stage.types("alice", f"{incident.number} show"))


async def test_outsider_cannot_write_into_a_restricted_incident(stage: Stage) -> None:
    """No verb lets somebody who is not in it write, take a role or be invited; it says whom to ask."""
    view = await form(stage)
    values = {"title": "Somebody else's invoices", "private": True}
    await stage.does("submit", user="alice", view_id=view["id"], values=values)
    incident = await newest(stage)
    await stage.does("leave", user="dave", channel=incident.room)
    await stage.settle()
    before = await incident.heard()
    for command in (
        "note let me in",
        "role commander me",
        "severity SEV4",
        "title mine",
        "export",
        "update all is well",
    ):
        told = said(await stage.types("dave", f"{incident.number} {command}"))
        assert told == f"INC-{incident.number} is restricted. <@U0ALICE> commands it and lets people in."
    await stage.settle()
    assert await incident.heard() == before
    assert "U0DAVE" not in (await incident.look())["members"]


async def test_security_is_private_without_asking(stage: Stage) -> None:
    """The class `security` makes a private room from the start."""
    view = await form(stage)
    await stage.does("submit", user="alice", view_id=view["id"], values={"title": "A leak", "class": "security"})
    incident = await newest(stage)
    assert (await incident.look())["private"]


async def test_refresh_of_the_sockets_loses_nothing(stage: Stage) -> None:
    """Slack closes connections now and then: what was acknowledged stands once, the rest can be repeated."""
    incident = await declared(stage, "sockets refresh")

    async def note(number: int) -> None:
        for _ in range(5):
            if (await stage.types("bob", f"note number {number:02}", incident.room))["ok"]:
                return
            await stage.settle()
            if any(f"number {number:02}" in text for text in await incident.heard()):
                return
        raise AssertionError(f"note {number} was never taken")

    await asyncio.gather(stage.does("disconnect"), *map(note, range(12)))
    await stage.settle()
    numbers = [text.split("number ")[1][:2] for text in await incident.heard() if "number" in text]
    assert sorted(numbers) == [f"{number:02}" for number in range(12)]


async def test_permanent_error_is_told_once_and_the_rest_stands(stage: Stage) -> None:
    """A workspace that forbids bookmarks has rooms without one, each says so once."""
    await stage.faults({"method": "bookmarks.add", "every": 1, "kind": "error", "error": "restricted_action"})
    try:
        incident = await declared(stage, "no bookmarks here")
        await incident.types("bob", "note goes on")
    finally:
        await stage.mends()
    heard = await incident.heard()
    troubles = [text for text in heard if text.startswith("⚠")]
    assert len(troubles) == 1
    assert troubles[0].startswith("⚠ I could not add the bookmark to the card: restricted_action")
    room = await incident.look()
    assert room["bookmarks"] == []
    assert room["pins"] == [(await incident.card())["ts"]]
    assert "goes on" in heard[-1]


async def test_rate_limit_pauses_one_channel_only(stage: Stage) -> None:
    """A 429 on posting holds that room back for as long as Slack says; another room does not wait."""
    slow, quick = await declared(stage, "a room that pauses"), await declared(stage, "a room that does not")
    since = len(await stage.calls())
    await stage.faults({"method": "chat.postMessage", "nth": 1, "kind": "ratelimited", "retry_after": 2})
    await stage.types("bob", "note slow one", slow.room)
    await until_call(stage, since, "chat.postMessage")
    await stage.types("bob", "note slow two", slow.room)
    await stage.types("bob", "note quick", quick.room)
    await stage.settle()
    await stage.mends()
    made = [one for one in await stage.calls(since) if one["method"] == "chat.postMessage"]
    posted = {one["args"]["channel"]: one for one in reversed(made) if one["response"]["ok"]}
    assert posted[slow.room]["started"] - made[0]["started"] >= 2.0
    assert posted[quick.room]["started"] - made[0]["started"] < 1.5
    assert [text.split(": ")[1].split("  ")[0] for text in (await slow.heard())[-2:]] == ["slow one", "slow two"]
    assert len(made) == 4


async def until_call(stage: Stage, since: int, method: str) -> None:
    async with asyncio.timeout(10):
        while not any(one["method"] == method and one["ended"] for one in await stage.calls(since)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_note_in_a_busy_room_keeps_its_order(stage: Stage) -> None:
    """Messages of one room go out in the order in which they were taken."""
    incident: Incident = await declared(stage, "order")
    for number in range(8):
        await stage.types("bob", f"note {number} in order", incident.room)
    await stage.settle()
    shown = [text.split(": ")[1][0] for text in await incident.heard() if "in order" in text]
    assert shown == [str(number) for number in range(8)]
