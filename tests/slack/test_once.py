"""A message appears once, also where two processes post it: one that was frozen past its lease, and the next."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from stanch.slack.client import Kind, SlackFault
from stanch.slack.gateway import Kit
from stanch.slack.once import find, post_once
from stanch.slack.phrases import Message
from stanch.store import tables as t
from stanch.store.database import Database
from stanch.store.outbox import Owed
from tests.fakes.bot import Bot
from tests.fakes.slack import Channel, FakeSlack, Fault, refused

KEY = "inc-1/said/7"
WORDS = Message("v17 is back", [{"type": "section", "text": {"type": "mrkdwn", "text": "v17 is back"}}])
FIRST = Owed(
    id=1, key=KEY, incident=1, kind="post", lane="l", payload={}, attempts=1, lease_until=9e12, ambiguous=False,
    intent_at=time.time(), worker="first",
)  # fmt: skip
NEXT = replace(FIRST, attempts=2, ambiguous=True, worker="next")


class Room:
    """A channel of two bots; `first` sets out with the message and is held up on its way."""

    def __init__(self, bot: Bot) -> None:
        self.slack: FakeSlack = bot.slack
        self.kit: Kit = bot.kit
        self.channel: Channel = bot.slack.channel("inc-1-room")
        self.go = asyncio.Event()

    def holds(self, method: str, then: Callable[[], None] = lambda: None) -> None:
        """The next call of this method waits until `go`; what is called meanwhile goes through."""
        call = self.slack.call

        async def held(called: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
            if called == method:
                self.slack.call = call  # type: ignore[method-assign]
                await self.go.wait()
                then()
            return await call(called, read=read, **args)

        self.slack.call = held  # type: ignore[method-assign]

    async def posts(self, owed: Owed, thread: str | None = None) -> str:
        return await post_once(self.kit, self.channel.id, KEY, WORDS, owed, thread=thread)

    def late(self) -> Owed:
        """The first one's effect, whose lease ends while it is on its way."""
        return replace(FIRST, lease_until=time.time() + 0.05)

    async def overtaken(self, thread: str | None = None) -> tuple["asyncio.Task[str]", str]:
        """The first one, still on its way past its lease, and the message that the next one has posted meanwhile."""
        self.holds("chat.postMessage")
        first = asyncio.create_task(self.posts(self.late(), thread))
        await asyncio.sleep(0.1)
        return first, await self.posts(NEXT, thread)

    def there(self) -> list[str]:
        return [str(one["ts"]) for one in self.channel.messages if one.get("metadata")]


@pytest.fixture
async def room(database: Database) -> Room:
    bot = Bot(database)
    bot.kit.grace = 0.01
    await bot.kit.directory.meet()
    return Room(bot)


@pytest.mark.parametrize("thread", [False, True])
async def test_who_lands_after_the_next_one_takes_its_own_away(room: Room, thread: bool) -> None:
    """The next one looked, saw nothing and posted; then the first one's lands. What the next one knows of stays."""
    parent = (
        (await room.slack.call("chat.postMessage", channel=room.channel.id, text="above"))["ts"] if thread else None
    )
    first, known = await room.overtaken(parent)
    room.go.set()
    assert await first == known
    assert room.there() == [known]


async def test_who_posts_after_the_late_one_landed_takes_its_own_away(room: Room) -> None:
    """The first one's lands between the next one's look and its message: the next one keeps the first one's."""
    room.holds("chat.postMessage")
    following = asyncio.create_task(room.posts(NEXT))
    await asyncio.sleep(0.02)
    landed = await room.posts(FIRST)
    room.go.set()
    assert await following == landed
    assert room.there() == [landed]


async def test_a_late_call_that_breaks_off_is_looked_for(room: Room) -> None:
    """Nobody hears that the first one's landed; it is found all the same."""
    first, known = await room.overtaken()
    broken = SlackFault(Kind.UNCLEAR, "timeout")
    room.slack.faults = [Fault("chat.postMessage", broken, room.slack.count("chat.postMessage") + 1, effect=True)]
    room.go.set()
    assert await first == known
    assert room.there() == [known]


async def test_a_late_look_that_is_refused_for_a_while_is_repeated(room: Room) -> None:
    """Slack pauses the look and then the deletion: nobody else would look again, so the first one does."""
    first, known = await room.overtaken()
    pause, looks = SlackFault(Kind.PAUSED, "ratelimited", after=0.01), room.slack.count("conversations.history")
    room.slack.faults = [Fault("conversations.history", pause, looks + 1), Fault("chat.delete", pause)]
    room.go.set()
    assert await first == known
    assert room.there() == [known]


@pytest.mark.parametrize(
    ("state", "result", "stays"),
    [
        ("trying", None, True), ("done", {"ts": "its own"}, False), ("done", {}, True), ("cancelled", None, False),
        ("buried", None, True),
    ],
)  # fmt: skip
async def test_what_lands_when_it_was_settled_without_it(
    room: Room, database: Database, state: str, result: dict[str, str] | None, stays: bool
) -> None:
    """Whoever took over knows of another message, or found that none was wanted: then the late one goes."""
    row = {
        "key": KEY,
        "incident": 1,
        "kind": "post",
        "lane": "l",
        "payload": "{}",
        "due_at": 0,
        "attempts": 2,
        "rank": 0,
    }
    found = {**row, "state": state, "result": json.dumps(result) if result is not None else None}
    id = database.run(lambda db: db.execute(insert(t.effect).values(found).returning(t.effect.c.id)).scalar_one())
    room.holds("chat.postMessage")
    first = asyncio.create_task(room.posts(replace(room.late(), id=id)))
    await asyncio.sleep(0.1)
    room.go.set()
    await first
    assert bool(room.there()) == stays


async def test_two_that_are_there_become_one_at_the_next_look(room: Room) -> None:
    """Slack did not take the second one away; the next try does, and comes to the same message."""
    known = await room.posts(FIRST)
    await room.posts(FIRST)
    room.slack.faults = [Fault("chat.delete", SlackFault(Kind.PAUSED, "ratelimited", after=0.02))]
    with pytest.raises(SlackFault, match="ratelimited"):
        await room.posts(NEXT)
    await asyncio.sleep(0.03)
    assert await room.posts(NEXT) == known
    assert room.there() == [known]


async def test_a_look_that_fails_behind_the_message_is_unclear(room: Room) -> None:
    """The message stands: were the fault a definite one, the next try would post without a look."""
    pause, looks = SlackFault(Kind.PAUSED, "ratelimited", after=0.02), room.slack.count("conversations.history")
    room.slack.faults = [Fault("conversations.history", pause, looks + 2)]
    with pytest.raises(SlackFault) as fault:
        await room.posts(NEXT)
    assert fault.value.kind is Kind.UNCLEAR
    await asyncio.sleep(0.03)
    assert [await room.posts(NEXT)] == room.there()


async def test_one_that_the_other_took_away_is_no_trouble(room: Room) -> None:
    """Both see both, and both take the newer away: the second hears that it is gone."""
    known = await room.posts(FIRST)
    await room.posts(FIRST)
    room.slack.faults = [Fault("chat.delete", refused("message_not_found"))]
    assert await room.posts(NEXT) == known


async def test_other_messages_stay(room: Room) -> None:
    """Of other keys, and of people who copied one: nothing is taken away but our own twins."""
    other = await post_once(room.kit, room.channel.id, "inc-1/said/8", WORDS, FIRST)
    copied = {"ts": "1.000001", "user": "U0ERIN", "metadata": {"event_payload": {"key": KEY}}}
    known = await room.posts(FIRST)
    room.channel.messages.append(copied | {"ts": f"{time.time():.6f}"})
    await room.posts(NEXT)
    assert len(room.channel.messages) == 3
    assert room.there()[:2] == [other, known]
    assert await find(room.kit, room.channel.id, KEY, time.time()) == known


async def test_who_is_alone_with_a_message_does_not_look(room: Room) -> None:
    """One call for each message, as long as nothing went wrong."""
    before = len(room.slack.calls)
    await room.posts(FIRST)
    assert [method for method, _ in room.slack.calls[before:]] == ["chat.postMessage"]
