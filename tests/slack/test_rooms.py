"""Rooms that change: withdrawn when an incident becomes restricted, a group message, another room after archiving."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from stanch.core import commands as c, draft_commands as d
from stanch.flows.deliver import Done, Later
from stanch.flows.desk import Asked
from stanch.slack.gateway import Gateway
from stanch.slack.performers import PERFORMERS
from stanch.store.database import Database
from stanch.store.outbox import Owed
from tests.core.test_drafting import reaching
from tests.fakes.bot import Bot
from tests.fakes.front import Front, words
from tests.fakes.slack import BOT, Channel, FakeSlack, Fault, refused
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN, opened

NAME = "inc-1-answers-cite-the-wrong-policy"
STUB = "🔒 INC-1 · restricted · commander @alice"
EVERYBODY = {BOT, ALICE, BOB, CAROL, DAVE, ERIN}


def room(bot: Bot, name: str) -> Channel:
    return bot.slack.named(name)


def keys(channel: Channel) -> list[str]:
    return [key.partition("/")[2] for key in channel.keys()]  # noqa: SIM118


async def test_a_room_is_withdrawn(bot: Bot) -> None:
    """A new private room with its people, card, pin, bookmark and a word of where it comes from; the old one neutral,
    and none of what was owed there is said there."""
    await bot.declare(severity="SEV2")
    await bot.run()
    await bot.ask(c.Note("before it"))
    await bot.ask(c.Restrict("customer data is in it"))
    await bot.ask(c.Note("after it"))
    await bot.run()
    old, new = room(bot, "inc-1-moved"), room(bot, "inc-1-restricted")
    assert (new.private, set(new.members), new.topic) == (True, EVERYBODY, STUB)
    assert "after it" not in str(old.messages)
    assert "after it" in str(new.messages)
    assert len(new.pins) == len(new.bookmarks) == 1
    (card,) = [m for m in new.messages if "/card/" in m["metadata"]["event_payload"]["key"]]
    assert new.pins == [card["ts"]]
    opened_here = next(m for m in new.messages if "goes on here, in private" in str(m["blocks"]))
    assert words(opened_here["blocks"]) == [
        f"🔒 INC-1 goes on here, in private. What was written in <#{old.id}> stays readable there:"
        " delete what must not.\n"
        "`/incident catchup` says what is known, done, open and due."
    ]
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}


async def test_everything_is_said_once_in_a_room_that_moves(bot: Bot) -> None:
    """No message of the incident stands twice, in whichever of its rooms."""
    await bot.declare(severity="SEV2")
    await bot.run()
    await bot.ask(c.Restrict(""))
    for n in range(5):
        await bot.ask(c.Note(f"note {n}"))
    await bot.run()
    old, new = room(bot, "inc-1-moved"), room(bot, "inc-1-restricted")
    assert len(set(keys(old) + keys(new))) == len(keys(old) + keys(new))
    said = [text for m in new.messages for text in words(m["blocks"]) if "📝" in text]
    assert [text.split(": ")[1].split("  ")[0] for text in said] == [f"note {n}" for n in range(5)]


@pytest.mark.parametrize("kind", ["card", "topic", "post", "pin", "bookmark", "invite", "upload"])
async def test_while_it_moves_nothing_is_said(bot: Bot, kind: str) -> None:
    """Whatever needs a room waits for the private one, and asks Slack for nothing."""
    tale = opened()
    tale.do(c.Restrict(""))
    owed = Owed(1, "key", 7, kind, "lane", {"entry": 1, "users": [ALICE], "format": "md"}, 1, 9e9, False, 1.0, "w")
    outcome = await Gateway(bot.kit, PERFORMERS).perform(owed, tale.incident)
    assert outcome == Later("the new room does not stand yet", 0.4)
    assert {method for method, _ in bot.slack.calls} <= {"users.list"}


async def test_a_room_that_slack_opened_in_public_meanwhile_is_withdrawn(bot: Bot) -> None:
    """The restriction came between asking Slack for a room and its answer: that room is made neutral and never used."""
    await bot.declare("zebrafish is out")
    create = bot.slack._conversations_create

    def late(args: dict[str, object]) -> dict[str, object]:
        bot.slack._conversations_create = create  # type: ignore[method-assign]
        answer = create(args)
        bot.database.run(lambda db: bot.desk.apply(db, _restricting(), bot.desk.clock()))
        return answer

    bot.slack._conversations_create = late  # type: ignore[method-assign]
    await bot.run()
    old, new = room(bot, "inc-1-moved"), room(bot, "inc-1-restricted")
    assert (old.private, new.private, old.topic) == (False, True, STUB)
    assert "zebrafish" not in str(old.messages)
    assert set(new.members) == EVERYBODY


def _restricting() -> Asked:
    return Asked(c.Restrict(""), ALICE, "slash", 1)


async def until(so: Callable[[], bool]) -> None:
    for _ in range(400):
        if so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to that")


class Slow(FakeSlack):
    """The first call of `method` whose arguments hold `mark` takes effect only once it is let go."""

    def __init__(self, method: str, mark: str) -> None:
        super().__init__(time.time)
        self.where = (method, mark)
        self.under_way = asyncio.Event()
        self.let_go = asyncio.Event()

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        wanted, mark = self.where
        if method == wanted and not self.under_way.is_set() and mark in str(args):
            self.under_way.set()
            await self.let_go.wait()
        return await super().call(method, read=read, **args)


@pytest.mark.parametrize(
    ("method", "mark"),
    [
        ("chat.postMessage", "/card/0"),
        ("chat.update", "SEV1"),
        ("conversations.setTopic", "SEV1"),
        ("chat.postMessage", "/view/draft/1"),
        ("chat.update", "Discarded by"),
    ],
    ids=[
        "the card is being posted",
        "the card is being changed",
        "the topic is being set",
        "a draft is being posted",
        "a draft is being changed",
    ],
)
async def test_what_is_under_way_does_not_come_after_the_neutral_word(
    database: Database, method: str, mark: str
) -> None:
    """A call to the public room that began before the restriction and lands after it leaves nothing there: in the end
    the card, the topic and the draft are neutral."""
    slack = Slow(method, mark)
    bot = Bot(database, slack, known=reaching())
    await bot.declare("zebrafish is out", klass="quality_regression", service="support-copilot")
    running = asyncio.create_task(bot.run(lambda: slack.let_go.is_set() and bot.settled()))
    if mark == "SEV1":
        await until(lambda: bot.settled() and len(slack.channels) > 1)
        await bot.ask(c.Change("severity", "SEV1"))
    if mark in ("/view/draft/1", "Discarded by"):
        await until(lambda: bot.settled() and len(slack.channels) > 1)
        await bot.ask(d.Say("", (), "zebrafish"), CAROL)
    if mark == "Discarded by":
        await until(lambda: slack.count("chat.postMessage") > 3 and bot.settled())
        await bot.ask(d.DiscardDraft(1), CAROL)
    await slack.under_way.wait()
    await bot.ask(c.Restrict("customer data"))
    await until(lambda: slack.count("conversations.create") == 2 and slack.count("conversations.rename") == 1)
    await asyncio.sleep(0.3)
    slack.let_go.set()
    await running
    old = slack.named("inc-1-moved")
    assert "zebrafish" not in str([old.topic, old.messages])


# Where no private channel can be made


async def test_a_group_message_where_no_private_room_can_be_had(bot: Bot) -> None:
    """Never a public one: a group message with the people named, with the card pinned in it."""
    bot.slack.faults = [Fault("conversations.create", refused("restricted_action"))]
    await bot.declare(private=True)
    await bot.run()
    state = await bot.desk.state(1)
    assert state is not None
    assert (state.room_is_group, state.room_private, state.exposed) == (True, True, False)
    group = bot.slack.channels[str(state.room)]
    assert set(group.members) == EVERYBODY
    assert "card/0" in keys(group)
    assert group.pins != []
    assert {one.name for one in bot.slack.channels.values() if not one.private} == {"incidents"}
    assert [args["is_private"] for method, args in bot.slack.calls if method == "conversations.create"] == [True]
    assert group.bookmarks == []


async def test_whom_a_group_message_cannot_take_in_is_named(bot: Bot) -> None:
    """Nobody can be added to one later: who is missing is named once in it, so that somebody tells them."""
    bot.slack.users.append({"id": "U0GUEST", "name": "guest", "profile": {}})
    bot.slack.faults = [Fault("conversations.create", refused("restricted_action"))]
    await bot.declare(private=True)
    await bot.run()
    await bot.ask(c.LetIn("U0GUEST"))
    await bot.run()
    events = await bot.desk.timeline(1)
    trouble = [event.payload for event in events if event.kind == "trouble"]
    assert [(one["what"], one["error"]) for one in trouble if one] == [
        ("invite @guest", "a group message takes nobody in later")
    ]
    assert bot.slack.count("conversations.invite") == 0


# Asking to be let in


async def test_asked_and_let_in(front: Front) -> None:
    """From the stub to the room: asked once, told to the commander in the room with a button, let in by one click."""
    bot = front.bot
    bot.slack.users.append({"id": "U0GUEST", "name": "guest", "profile": {}})
    await bot.declare(klass="security")
    await bot.run()
    for _ in range(2):
        shown = await front.click("U0GUEST", "do:ask_to_join", "1:9")
    assert shown["text"] == "<@U0ALICE> has been asked to let you into INC-1."
    await bot.run()
    new = room(bot, "inc-1-restricted")
    (asked,) = [m for m in new.messages if "asks to be let in" in str(m["blocks"])]
    assert words(asked["blocks"]) == [
        "🚪 <@U0GUEST> asks to be let in. <@U0ALICE>, you decide; the entry is recorded.", "[Let in]",
    ]  # fmt: skip
    (button,) = asked["blocks"][1]["elements"]
    by_bob = await front.click(BOB, button["action_id"], button["value"], new.id)
    assert by_bob["text"].startswith("Only the commander can let people in: that is <@U0ALICE>")
    assert "U0GUEST" not in new.members
    assert (await front.click(ALICE, button["action_id"], button["value"], new.id))["text"] == "<@U0GUEST> is let in."
    await bot.run()
    assert "U0GUEST" in new.members
    assert (await front.command("U0GUEST", "1 note I am in"))["text"].startswith("Noted as entry")


async def test_who_is_on_call_comes_in_by_one_click(front: Front) -> None:
    """An owner of the service who is in no seat is let in without being asked about; the entry says why."""
    bot = front.bot
    await bot.declare(klass="security")
    await bot.run()
    new = room(bot, "inc-1-restricted")
    await front.happens(type="member_left_channel", user=DAVE, channel=new.id)
    new.members.remove(DAVE)
    assert (await front.command(DAVE, "1 show"))["text"] == STUB
    shown = await front.click(DAVE, "do:ask_to_join", "1:9")
    assert shown["text"] == (
        "You are on call for support-copilot, so you are in: the invitation to the room of INC-1 is on its way."
    )
    await bot.run()
    assert DAVE in new.members
    event = (await bot.desk.timeline(1))[-1]
    assert (event.kind, (event.payload or {})["why"]) == ("let_in", "on call for support-copilot")


async def test_members_are_recorded(front: Front) -> None:
    """Who comes into a private room by an invitation of a person is recorded, and is out when they leave."""
    await front.bot.declare(klass="security")
    await front.bot.run()
    new = room(front.bot, "inc-1-restricted")
    await front.happens(type="member_joined_channel", user="U0GUEST", channel=new.id)
    assert (await front.command("U0GUEST", "1 note I am in"))["text"].startswith("Noted as entry")
    await front.happens(type="member_left_channel", user="U0GUEST", channel=new.id)
    assert (await front.command("U0GUEST", "1 note I am out"))["text"].startswith("INC-1 is restricted.")
    assert [e.kind for e in await front.bot.desk.timeline(1)][-3:] == ["member_joined", "noted", "member_left"]


# Another room after archiving


async def test_another_room_is_linked(bot: Bot) -> None:
    """Reopened with its room archived: a new room with a word of the old one, and what was said meanwhile stands in
    the new one only."""
    await bot.declare(severity="SEV3")
    await bot.run()
    old = room(bot, NAME)
    await bot.ask(c.Dismiss("false-alarm", "nothing was wrong"))
    await bot.run()
    old.archived, old.created = True, old.created - 3_600
    await bot.ask(c.ReportRoomChange("archived"), "stanch")
    await bot.ask(c.Reopen("it is back"))
    await bot.ask(c.Note("while it moves"))
    await bot.run()
    new = room(bot, f"{NAME}-2")
    assert set(new.members) == EVERYBODY
    assert f"<#{old.id}>, which was archived; Slack lets only people unarchive it." in str(new.messages)
    assert "while it moves" in str(new.messages)
    assert "while it moves" not in str(old.messages)
    assert await bot.desk.about(old.id) == 1
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}


async def test_topic_is_not_set_again_after_an_unclear_try(bot: Bot) -> None:
    """Each topic that is set is seen by all: when it already says what it should, it is left."""
    await bot.declare()
    await bot.run()
    state = await bot.desk.state(1)
    before = bot.slack.count("conversations.setTopic")
    owed = Owed(1, "inc-1/topic/3", 1, "topic", "inc-1/topic", {}, 2, 9e9, True, 1.0, "w")
    assert isinstance(await Gateway(bot.kit, PERFORMERS).perform(owed, state), Done)
    assert bot.slack.count("conversations.setTopic") == before
