"""Messages of Slack on their way into the timeline: by pushpin and by shortcut, with what people do to them later."""

from datetime import UTC, datetime
from typing import Any

import pytest

from stanch.core import commands as c
from stanch.core.chain import Event
from tests.fakes.front import ELSEWHERE, Front, seen, words
from tests.fakes.slack import BOT, Channel, Fault, refused
from tests.fakes.world import ALICE, BOB, CAROL, DAVE

TS = "1795316400.000100"
WRITTEN = datetime.fromtimestamp(1795316400.0001, UTC)
LINK = "https://practice.slack.com/archives/{}/p1795316400000100"
OUTSIDER = "U0OUTSIDER"


@pytest.fixture
async def room(front: Front) -> Channel:
    """The room of INC-1, in which bob has said something."""
    await front.bot.declare()
    await front.bot.run()
    channel = front.bot.slack.named("inc-1-answers-cite-the-wrong-policy")
    say(channel, "the EU answers are wrong")
    return channel


def say(channel: Channel, text: str, by: str = BOB, ts: str = TS, **more: Any) -> dict[str, Any]:
    message = {"type": "message", "user": by, "text": text, "ts": ts, **more}
    channel.messages.append(message)
    return message


async def pinned(front: Front, room: Channel, ts: str = TS, by: str = ALICE, name: str = "pushpin") -> None:
    item = {"type": "message", "channel": room.id, "ts": ts}
    await front.happens(type="reaction_added", reaction=name, user=by, item=item)


async def captures(front: Front) -> list[Event]:
    return [event for event in await front.bot.desk.timeline(1) if event.kind.startswith("capture")]


async def texts(front: Front) -> list[str]:
    return [(event.payload or {}).get("text", "") for event in await captures(front)]


# By pushpin


async def test_a_pushpin_puts_a_message_into_the_timeline(front: Front, room: Channel) -> None:
    """With its own time, its author, its link and who kept it; a small sign on it shows that it was taken in."""
    await pinned(front, room)
    await front.bot.run()
    (event,) = await captures(front)
    assert (event.at, event.by) == (WRITTEN, BOB)
    assert event.payload == {
        "channel": room.id, "ts": TS, "text": "the EU answers are wrong", "link": LINK.format(room.id), "author": BOB,
        "pinned_by": ALICE,
    }  # fmt: skip
    assert room.reactions == [(TS, "memo")]


async def test_once_however_often(front: Front, room: Channel) -> None:
    """Pinned by three, by the shortcut before and after: one entry, one sign."""
    message = room.messages[-1]
    await pinned(front, room)
    first = await front.shortcut(CAROL, "add_to_timeline", message, channel=room.id)
    await pinned(front, room, by=CAROL)
    await front.bot.run()
    again = await front.shortcut(DAVE, "add_to_timeline", message, channel=room.id)
    await pinned(front, room, by=DAVE)
    await front.bot.run()
    (event,) = await captures(front)
    assert first["text"] == f"In the timeline of INC-1, as entry {event.seq}, with its own time."
    assert again["text"] == f"It is entry {event.seq} of INC-1 already."
    assert room.reactions == [(TS, "memo")]


async def test_unpinning_keeps_the_entry(front: Front, room: Channel) -> None:
    """Taking the pushpin away takes nothing out of the timeline."""
    await pinned(front, room)
    await front.bot.run()
    await front.happens(
        type="reaction_removed", reaction="pushpin", user=ALICE, item={"type": "message", "channel": room.id, "ts": TS}
    )
    await front.bot.run()
    assert len(await captures(front)) == 1


async def test_only_a_pushpin_counts(front: Front, room: Channel) -> None:
    """Other reactions, pushpins in other channels, and on files are nobody's business."""
    await pinned(front, room, name="eyes")
    await pinned(front, front.bot.slack.named("incidents"))
    await front.happens(type="reaction_added", reaction="pushpin", user=ALICE, item={"type": "file", "file": "F1"})
    await front.bot.run()
    assert await captures(front) == []


async def test_what_stanch_said_is_not_kept_twice(front: Front, room: Channel) -> None:
    """A pushpin on the bot's own message adds nothing: what it said stands in the timeline already."""
    await front.bot.ask(c.Note("seen in the EU"))
    await front.bot.run()
    said = room.messages[-1]
    assert said["user"] == BOT
    await pinned(front, room, said["ts"])
    await front.bot.run()
    assert await captures(front) == []


async def test_the_bots_own_pushpin_is_none(front: Front, room: Channel) -> None:
    """What the bot puts on a message itself is no wish of a person."""
    await pinned(front, room, by=BOT)
    await front.bot.run()
    assert await captures(front) == []


async def test_a_reply_in_a_thread_is_kept_with_its_own_link(front: Front, room: Channel) -> None:
    """It is found in its thread, and its link leads into the thread."""
    say(room, "only refunds", DAVE, "1795316500.000200", thread_ts=TS)
    await pinned(front, room, "1795316500.000200")
    await front.bot.run()
    (event,) = await captures(front)
    assert event.payload is not None
    assert (event.by, event.payload["text"]) == (DAVE, "only refunds")
    assert event.payload["link"] == (
        f"https://practice.slack.com/archives/{room.id}/p1795316500000200?thread_ts={TS}&cid={room.id}"
    )


async def test_what_was_deleted_before_it_was_read_is_not_there(front: Front, room: Channel) -> None:
    """A message that is gone when it is to be read is no entry, and no trouble."""
    await pinned(front, room)
    room.messages.pop()
    await front.bot.run()
    assert await captures(front) == []
    assert front.bot.counts()["buried"] == 0


async def test_words_of_a_message_are_data(front: Front, room: Channel) -> None:
    """Secrets go before they are stored; mentions are names; 10,000 characters are cut, with the link to the rest."""
    room.messages.clear()
    say(room, "<!everyone> <@U0DAVE> xoxb-" + "1" * 12 + "-" + "a1" * 12 + " &lt;b&gt; " + "x" * 10_000)
    await pinned(front, room)
    await front.bot.run()
    (text,) = await texts(front)
    assert text.startswith("@everyone @dave [redacted: Slack token] <b> xxx")
    assert (len(text), text[-1]) == (5_000, "…")
    shown = (await front.command(ALICE, "1 show"))["text"]
    assert "<!everyone" not in shown
    assert "@everyone @dave" in shown


async def test_files_are_named(front: Front, room: Channel) -> None:
    """A picture without a word is kept by its name."""
    say(room, "", ts="1795316500.000300", files=[{"id": "F1", "name": "wrong.png"}])
    await pinned(front, room, "1795316500.000300")
    await front.bot.run()
    assert await texts(front) == ["[wrong.png]"]


async def test_a_sign_that_cannot_be_put_is_no_trouble(front: Front, room: Channel) -> None:
    """The sign is a courtesy: where Slack refuses it nobody is told."""
    front.bot.slack.faults = [Fault("reactions.add", refused("too_many_reactions"))]
    await pinned(front, room)
    await front.bot.run()
    assert len(await captures(front)) == 1
    assert front.bot.counts()["buried"] == 0
    assert "trouble" not in [event.kind for event in await front.bot.desk.timeline(1)]


# What becomes of it


def changed(room: Channel, text: str, editor: str | None = BOB) -> dict[str, Any]:
    now: dict[str, Any] = {"ts": TS, "user": BOB, "text": text}
    if editor:
        now["edited"] = {"user": editor, "ts": "1795317000.000000"}
    return {"type": "message", "subtype": "message_changed", "channel": room.id, "message": now}


async def test_an_edit_becomes_an_event_once(front: Front, room: Channel) -> None:
    """The new words are an entry by who edited them; told twice it is one."""
    await pinned(front, room)
    await front.bot.run()
    for _ in range(2):
        await front.happens(**changed(room, "the EU and US answers are wrong"))
    assert [event.kind for event in await captures(front)] == ["captured", "capture_edited"]
    assert (await captures(front))[-1].by == BOB
    assert await texts(front) == ["the EU answers are wrong", "the EU and US answers are wrong"]


async def test_a_preview_is_no_edit(front: Front, room: Channel) -> None:
    """Slack says message_changed when it adds a preview: the words are the same, and nothing is recorded."""
    await pinned(front, room)
    await front.bot.run()
    await front.happens(**changed(room, "the EU answers are wrong", None))
    await front.happens(**changed(room, "the EU answers are wrong"))
    assert [event.kind for event in await captures(front)] == ["captured"]


async def test_a_deletion_becomes_an_event_once(front: Front, room: Channel) -> None:
    """That it was deleted is recorded; its words stay in the timeline."""
    await pinned(front, room)
    await front.bot.run()
    for _ in range(2):
        await front.happens(type="message", subtype="message_deleted", channel=room.id, deleted_ts=TS)
    assert [event.kind for event in await captures(front)] == ["captured", "capture_deleted"]
    assert "the EU answers are wrong" in seen(await texts(front))


async def test_edits_of_other_messages_are_nothing(front: Front, room: Channel) -> None:
    """What nobody kept may be edited and deleted, and ordinary talk is no entry."""
    before = len(await front.bot.desk.timeline(1))
    await front.happens(**changed(room, "other words"))
    await front.happens(type="message", subtype="message_deleted", channel=room.id, deleted_ts=TS)
    await front.happens(type="message", channel=room.id, user=BOB, text="hello", ts="1795316500.000400")
    assert len(await front.bot.desk.timeline(1)) == before


@pytest.mark.parametrize("stands", [True, False], ids=["its room stands", "its room is missing"])
async def test_an_edit_of_what_an_outsider_wrote_is_recorded(front: Front, stands: bool) -> None:
    """A restricted incident may hold a message of somebody who is not in it: what they change is recorded, and lets
    them into nothing."""
    await front.bot.declare(private=True)
    if stands:
        await front.bot.run()
    await front.bot.ask(c.Capture(ELSEWHERE, TS, OUTSIDER, "it is broken", LINK, WRITTEN, ALICE))
    await front.happens(**(changed(Channel(ELSEWHERE, "general"), "it is all broken", OUTSIDER)))
    assert (await front.command(OUTSIDER, "1 note hello"))["text"].startswith("INC-1 is restricted.")
    assert await texts(front) == ["it is broken", "it is all broken"]


# By shortcut


async def test_outside_a_room_it_is_asked_which_incident(front: Front, room: Channel) -> None:
    """The form lists what is open, worst first, shows the message, and adds it to the one that is chosen."""
    await front.bot.declare("another", severity="SEV1")
    message = {"ts": TS, "user": DAVE, "text": "users complain in the shop"}
    shown = await front.shortcut(CAROL, "add_to_timeline", message, channel=ELSEWHERE)
    choices = [one["text"]["text"] for one in shown["view"]["blocks"][0]["element"]["options"]]
    assert choices == ["INC-2 · another", "INC-1 · answers cite the wrong policy"]
    assert words(shown["view"]["blocks"])[-1] == "“users complain in the shop”"
    sent = await front.fill(CAROL, shown["view"], {"number": {"selected_option": {"value": "1"}}})
    (event,) = await captures(front)
    assert sent["text"] == f"In the timeline of INC-1, as entry {event.seq}, with its own time."
    assert (event.by, event.at, (event.payload or {})["pinned_by"]) == (DAVE, WRITTEN, CAROL)


async def test_a_problem_is_reported_from_a_message(front: Front) -> None:
    """The form comes filled from it; declared, the message is the first evidence."""
    message = {"ts": TS, "user": DAVE, "text": "answers are wrong\nsince noon"}
    shown = await front.shortcut(CAROL, "report_problem", message, channel=ELSEWHERE, called="general")
    view = shown["view"]
    fields = {block.get("block_id"): block for block in view["blocks"]}
    assert words(view["blocks"])[0] == "From a message of @dave in #general."
    assert fields["title"]["element"]["initial_value"] == "answers are wrong"
    assert fields["impact"]["element"]["initial_value"] == "answers are wrong\nsince noon"
    await front.fill(CAROL, view, {"title": {"value": "answers are wrong"}})
    assert [event.kind for event in await front.bot.desk.timeline(1)] == ["declared", "captured"]
    (event,) = await captures(front)
    assert (event.at, event.by, (event.payload or {})["pinned_by"]) == (WRITTEN, DAVE, CAROL)


@pytest.mark.parametrize("name", ["directmessage", "privategroup", None])
async def test_what_was_said_in_private_stays_there(front: Front, name: str | None) -> None:
    """Reported from a private conversation, its words are shown to the reporter alone, and go nowhere unless they
    send them: the message itself is no evidence, and the form says so."""
    message = {"ts": TS, "user": DAVE, "text": "my secret worry"}
    where = {"channel": "D0DIRECT", **({"called": name} if name else {})}
    before = len(front.bot.slack.calls)
    shown = await front.shortcut(CAROL, "report_problem", message, **where)
    assert {method for method, _ in front.bot.slack.calls[before:]} == {"views.open"}
    assert words(shown["view"]["blocks"])[0] == (
        "From a message of @dave in this conversation. Others see of it only what you leave in the form."
    )
    await front.fill(CAROL, shown["view"], {"title": {"value": "a problem"}})
    assert "secret worry" not in seen([event.payload for event in await front.bot.desk.timeline(1)])


async def test_a_hostile_message_fits_the_form(front: Front) -> None:
    """However long and whatever it holds, Slack takes the form and its metadata."""
    for text in ("<!everyone> & " * 900, "🏳️‍🌈" * 2_000, '"\\' * 3_000, "", "\n\n"):
        message = {"ts": TS, "user": DAVE, "text": text}
        shown = await front.shortcut(CAROL, "report_problem", message, channel=ELSEWHERE, called="general")
        assert len(shown["view"]["private_metadata"]) <= 3_000
        assert shown["view"]["callback_id"] == "declare"
