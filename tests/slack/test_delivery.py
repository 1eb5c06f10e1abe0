"""From what is owed to what stands in Slack: once each, whatever Slack answers, and whenever the process is killed."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from stanch.core import commands as c
from stanch.core.export import verify
from stanch.flows.deliver import Done
from stanch.slack.client import Kind, SlackFault
from stanch.store.database import Database
from tests.fakes.bot import Bot
from tests.fakes.slack import BOT, FakeSlack, Fault, refused
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN

ROOM = "inc-1-answers-cite-the-wrong-policy"


async def opened(bot: Bot) -> Bot:
    await bot.declare()
    await bot.run()
    return bot


def kinds(bot: Bot) -> list[str]:
    events = bot.database.run(lambda db: bot.desk.log.read(db, 1))
    return [event.kind for event in events]


def trouble(bot: Bot) -> list[str]:
    events = bot.database.run(lambda db: bot.desk.log.read(db, 1))
    return [f"{event.payload['what']}: {event.payload['error']}" for event in events if event.kind == "trouble"]


async def test_a_room_stands(bot: Bot) -> None:
    """From one event: the room with its people, topic, pinned card, bookmark, roles message, and one announcement."""
    await opened(bot)
    room = bot.slack.named(ROOM)
    assert set(room.members) == {BOT, ALICE, BOB, DAVE, CAROL, ERIN}
    assert room.topic == "INC-1 · no severity yet · answers cite the wrong policy · commander @alice"
    assert room.keys() == ["inc-1/card/0", "inc-1/roles"]
    card = room.messages[0]["ts"]
    assert room.pins == [card]
    link = f"https://practice.slack.com/archives/{room.id}/p{card.replace('.', '')}"
    assert [(b["title"], b["link"]) for b in room.bookmarks] == [("Incident card", link)]
    assert bot.slack.named("incidents").keys() == ["inc-1/announcement"]
    assert sorted(kinds(bot)) == sorted(["declared", *["role_given"] * 4, "room_opened", "card_posted", "announced"])
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}


async def test_a_tier_2_method_is_called_at_most_once_to_open_a_room(bot: Bot) -> None:
    """Opening many rooms at once is limited by the methods that Slack allows 20 times a minute."""
    await opened(bot)
    tier_2 = ("conversations.create", "conversations.setTopic", "pins.add", "bookmarks.add", "users.list")
    assert {method: bot.slack.count(method) for method in tier_2} == dict.fromkeys(tier_2, 1)
    assert bot.slack.count("bookmarks.list") == bot.slack.count("conversations.history") == 0


async def test_messages_of_a_room_go_out_in_order(bot: Bot) -> None:
    """Ten notes said at once stand in the room in the order of the timeline."""
    await opened(bot)
    for n in range(10):
        await bot.ask(c.Note(f"note {n}"))
    await bot.run()
    said = [m["blocks"][0]["text"]["text"] for m in bot.slack.named(ROOM).messages[2:]]
    assert [text.split(": ")[1].split("  ")[0] for text in said] == [f"note {n}" for n in range(10)]


async def test_the_card_is_drawn_when_it_is_sent(bot: Bot) -> None:
    """Many changes at once owe one drawing, and it shows the last of them."""
    await opened(bot)
    before = bot.slack.count("chat.update")
    for n in range(10):
        await bot.ask(c.Change("impact", f"users see {n}"))
    await bot.run()
    assert bot.slack.count("chat.update") - before <= 4
    room = bot.slack.named(ROOM)
    assert "users see 9" in json.dumps(room.messages[0]["blocks"])
    assert "users see 9" in json.dumps(bot.slack.named("incidents").messages[0]["blocks"])


async def test_an_export_is_uploaded(bot: Bot) -> None:
    """The files in the room are the timeline up to the entry that asked, and whole."""
    await opened(bot)
    await bot.ask(c.Export(("json",)))
    await bot.ask(c.Note("after it"))
    await bot.run()
    (content,) = bot.slack.files.values()
    assert verify(content) == []
    assert json.loads(content)["events"][-1]["kind"] == "exported"
    (file,) = [m for m in bot.slack.named(ROOM).messages if "files" in m]
    assert file["files"][0]["title"] == "INC-1-timeline-9.json"


async def test_a_card_deleted_by_hand_is_posted_again(bot: Bot) -> None:
    """It is noticed when it is to be changed: a new card, pinned, and the one bookmark leads there."""
    await opened(bot)
    room = bot.slack.named(ROOM)
    room.messages.pop(0)
    await bot.ask(c.Change("severity", "SEV2"))
    await bot.run()
    assert "inc-1/card/1" in room.keys()  # noqa: SIM118
    card = next(m for m in room.messages if m["metadata"]["event_payload"]["key"] == "inc-1/card/1")
    assert card["ts"] in room.pins
    assert [b["link"] for b in room.bookmarks] == [
        f"https://practice.slack.com/archives/{room.id}/p{card['ts'].replace('.', '')}"
    ]
    assert room.keys().count("inc-1/roles") == 1


# What Slack refuses


async def test_a_permanent_error_is_told_once(bot: Bot) -> None:
    """A room without a bookmark is still a room: the rest goes on, and the room is told once."""
    bot.slack.faults = [Fault("bookmarks.add", refused("too_many_bookmarks"))]
    await opened(bot)
    assert trouble(bot) == ["add the bookmark to the card: too_many_bookmarks"]
    room = bot.slack.named(ROOM)
    assert sum("too_many_bookmarks" in message["text"] for message in room.messages) == 1
    assert room.pins
    assert bot.counts()["buried"] == 1


async def test_no_notice_about_a_notice(bot: Bot) -> None:
    """When the notice cannot be posted either, nothing more is said about it."""
    bot.slack.faults = [
        Fault("bookmarks.add", refused("too_many_bookmarks")),
        Fault("chat.postMessage", refused("restricted_action"), 4)
    ]  # fmt: skip
    await opened(bot)
    assert len(trouble(bot)) == 1
    assert bot.counts()["buried"] == 2


async def test_an_unusable_room_is_told_to_the_commander(bot: Bot) -> None:
    """An archived room: the commander hears of it by direct message; back again, what was owed goes out once."""
    await opened(bot)
    room = bot.slack.named(ROOM)
    room.archived = True
    await bot.ask(c.Note("is anybody here"))
    await bot.run()
    told = bot.slack.named(f"dm-{ALICE}").messages
    assert len(told) == 1
    assert "was archived by hand" in told[0]["text"]
    room.archived = False
    await bot.ask(c.ReportRoomChange("open"), "stanch")
    await bot.desk.room_back(1)
    await bot.run()
    said = [m["text"] for m in room.messages if "is anybody here" in m["text"]]
    assert len(said) == 1
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}


async def test_who_cannot_be_invited_is_named_once(bot: Bot) -> None:
    """The others are in; the one whom Slack refuses is named."""
    bot.slack.users[3]["deleted"] = True
    bot.slack.faults = [Fault("users.list", SlackFault(Kind.NOT_SENT, "no_connection"))]
    await bot.declare()
    await bot.ask(c.GiveRole("scribe", "U0GHOST"))
    await bot.run()
    room = bot.slack.named(ROOM)
    assert {ALICE, BOB, CAROL, ERIN} <= set(room.members)
    assert DAVE not in room.members
    assert [one for one in trouble(bot) if "U0GHOST" in one] == ["invite U0GHOST (user_not_found): Slack refused it"]


async def test_a_taken_name_gets_a_number(bot: Bot) -> None:
    """A channel of that name which somebody else made is left alone."""
    bot.slack.channel(ROOM, creator=ALICE)
    await opened(bot)
    assert bot.slack.named(f"{ROOM}-2").creator == BOT
    assert bot.slack.named(ROOM).messages == []


async def test_an_older_room_of_our_own_is_not_adopted(bot: Bot) -> None:
    """A room that the bot made before the intent belongs to something else."""
    bot.slack.channel(ROOM).created -= 3_600
    await opened(bot)
    assert bot.slack.named(f"{ROOM}-2").messages


async def test_an_app_wide_error_holds_the_outbox(bot: Bot) -> None:
    """A revoked token buries nothing: what is owed is held, counted so, and goes out once the app is mended."""
    await bot.declare()
    bot.slack.faults = [Fault("conversations.create", SlackFault(Kind.APP, "token_revoked"))]
    await bot.run(lambda: bot.counts()["held"] == 1)
    assert bot.counts() == {"owed": 0, "trying": 0, "held": 1, "buried": 0}
    await bot.desk.room_back(1)
    await bot.run()
    assert bot.slack.named(ROOM).pins


async def test_a_pause_holds_back_its_channel_alone(bot: Bot) -> None:
    """After a 429 on posting, the room waits for Retry-After; another channel's announcement goes out meanwhile."""
    bot.slack.faults = [Fault("chat.postMessage", SlackFault(Kind.PAUSED, "ratelimited", after=0.3), 1)]
    await bot.declare()
    await bot.run()
    room = bot.slack.named(ROOM)
    assert room.keys() == ["inc-1/card/0", "inc-1/roles"]
    posts = [args["channel"] for method, args in bot.slack.calls if method == "chat.postMessage"]
    assert posts.count(room.id) == 3
    assert bot.slack.count("conversations.history") == 0


async def test_a_mistake_in_one_effect_does_not_stop_the_others(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A performer that breaks is logged and waits; what else is owed goes out."""
    await opened(bot)

    async def broken(owed: Any, incident: Any) -> Any:
        if owed.kind == "topic":
            raise ZeroDivisionError
        return await performed(owed, incident)

    performed = bot.worker._perform
    bot.worker._perform = broken
    await bot.ask(c.Change("severity", "SEV2"))
    await bot.run(lambda: bot.counts()["owed"] == 1 and bot.counts()["trying"] == 0)
    assert "SEV2" in bot.slack.named(ROOM).messages[0]["text"]
    assert "effect.failed" in caplog.text
    bot.worker._perform = performed


async def test_a_result_that_cannot_be_recorded_does_not_stop_the_others(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """What an effect brought back breaks the core: that one is set aside, and the loop lives on."""
    await opened(bot)

    async def strange(owed: Any, incident: Any) -> Any:
        if owed.kind == "topic":
            return Done({}, (c.Change("nonsense", "x"),))
        return await performed(owed, incident)

    performed = bot.worker._perform
    bot.worker._perform = strange
    await bot.ask(c.Change("severity", "SEV2"))
    await bot.ask(c.Note("goes out all the same"))
    await bot.run(seconds=5)
    assert "goes out all the same" in bot.slack.named(ROOM).messages[-1]["text"]
    assert bot.counts()["buried"] == 1


# Killed


class Hanging(FakeSlack):
    """At one call it stops: before the call takes effect, or after it, and the answer never comes."""

    def __init__(self, method: str, nth: int, after: bool) -> None:
        super().__init__(time.time)
        self.where = (method, nth, after)
        self.stopped = False

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        wanted, nth, after = self.where
        if self.stopped or method != wanted or self.count(method) != nth - 1:
            return await super().call(method, read=read, **args)
        if after:
            await super().call(method, read=read, **args)
        self.stopped = True
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


async def story(bot: Bot, run: Callable[[], Awaitable[None]]) -> None:
    """Everything that a kill may fall into; what was asked stays asked."""
    await bot.declare()
    await run()
    await bot.ask(c.FillIn((("severity", "SEV2"), ("klass", "provider_outage"))))
    await bot.ask(c.GiveRole("scribe", DAVE))
    await bot.ask(c.Note("seen in the EU"))
    await bot.ask(c.Export(("md",)))
    await run()


def timeless(text: str) -> str:
    """Without moments and numbers of entries: they differ from run to run."""
    text = re.sub(r"<!date[^>]*>|INC-1-timeline-\d+|entry \d+|said/\d+|\d\d:\d\d UTC", "…", text)
    return text


def picture(slack: FakeSlack) -> dict[str, Any]:
    """What people see, without ids and times."""
    return {
        channel.name: {
            "topic": channel.topic,
            "members": sorted(channel.members),
            "pins": len(channel.pins),
            "bookmarks": len(channel.bookmarks),
            "messages": sorted(
                timeless(json.dumps(m.get("blocks") or m["files"][0]["title"])) for m in channel.messages
            ),
            "keys": sorted(map(timeless, channel.keys())),
        }
        for channel in slack.channels.values()
    }


# The whole sweep runs against the practice workspace; here stands one of each kind.
POINTS = [
    ("conversations.create", 1), ("conversations.invite", 1), ("conversations.setTopic", 1), ("chat.postMessage", 1),
    ("chat.postMessage", 5), ("chat.update", 1), ("pins.add", 1), ("bookmarks.add", 1),
    ("files.completeUploadExternal", 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def clean_picture(template_file: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an undisturbed run leaves in Slack."""
    path = tmp_path_factory.mktemp("clean") / "stanch.db"
    path.write_bytes(template_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    bot = Bot(database)
    asyncio.run(story(bot, bot.run))
    database.close()
    return picture(bot.slack)


@pytest.mark.parametrize("after", [0, 1], ids=["before", "after"])
@pytest.mark.parametrize(("method", "nth"), POINTS)
async def test_killed_at_any_call_nothing_is_lost_or_doubled(
    database: Database, clean_picture: dict[str, Any], method: str, nth: int, after: int
) -> None:
    """The process ends in the middle of a call, before or after it took effect; the next one leaves the same
    picture."""
    slack = Hanging(method, nth, bool(after))
    bot = Bot(database, slack)

    async def run() -> None:
        await bot.run(lambda: slack.stopped or bot.settled())
        if not bot.settled():
            bot.start()
            await bot.run()

    await story(bot, run)
    assert slack.stopped
    assert picture(slack) == clean_picture


FAULTS = {
    "unclear, and it did not happen": (SlackFault(Kind.UNCLEAR, "http_500"), False),
    "unclear, and it happened": (SlackFault(Kind.UNCLEAR, "timeout"), True),
    "no connection": (SlackFault(Kind.NOT_SENT, "no_connection"), False),
    "paused": (SlackFault(Kind.PAUSED, "ratelimited", after=0.05), False),
}


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize("method", ["conversations.create", "chat.postMessage", "bookmarks.add"])
async def test_an_unclear_answer_is_looked_at_and_not_repeated_blindly(
    bot: Bot, clean_picture: dict[str, Any], method: str, what: str
) -> None:
    """Whatever one call of each method answers, the picture in the end is that of an undisturbed run."""
    fault, effect = FAULTS[what]
    bot.slack.faults = [Fault(method, fault, 1, effect)]
    await story(bot, bot.run)
    assert picture(bot.slack) == clean_picture
    assert trouble(bot) == []


async def test_without_the_look_a_lost_answer_doubles(bot: Bot, clean_picture: dict[str, Any]) -> None:
    """The look is what prevents it: an effect handed out as if it were new posts its message twice."""
    performed = bot.worker._perform

    async def blind(owed: Any, incident: Any) -> Any:
        return await performed(replace(owed, ambiguous=False), incident)

    bot.worker._perform = blind
    bot.slack.faults = [Fault("chat.postMessage", SlackFault(Kind.UNCLEAR, "timeout"), 1, effect=True)]
    await story(bot, bot.run)
    assert picture(bot.slack) != clean_picture


async def test_two_processes_share_the_work(database: Database) -> None:
    """Two workers on one database: everything once."""
    bot = Bot(database)
    other = Bot(database, bot.slack)
    for n in range(8):
        await bot.declare(f"trouble {n}")
    await asyncio.gather(bot.run(), other.run())
    for n in range(1, 9):
        assert bot.slack.named(f"inc-{n}-trouble-{n - 1}").keys() == [f"inc-{n}/card/0", f"inc-{n}/roles"]
    assert sorted(bot.slack.named("incidents").keys()) == sorted(f"inc-{n}/announcement" for n in range(1, 9))
