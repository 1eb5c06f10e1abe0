"""Words for users and stakeholders from three bots on one PostgreSQL: one is killed while the page has its word, one
freezes past its lease; each word stands everywhere once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from stanch.core.export import to_json, verify
from stanch.store import tables as t
from stanch.store.database import Database
from stanch.store.events import Log
from tests.acceptance.board import with_page
from tests.acceptance.harness import BEAT_S, Json
from tests.acceptance.homes import home
from tests.acceptance.incidents import buttons, words
from tests.acceptance.replicas import TRIES, Replicas, Work, replicas
from tests.acceptance.snapshot import key_of
from tests.acceptance.test_replicas import LEASE_S, url as url
from tests.fakes.plane import Call, Fault
from tests.fakes.statuspage import KEY, FakeHook

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
INCIDENTS = 5
FIRST = "Some answers may be wrong since 13:51 UTC. Next update by 14:20 UTC."
SECOND = "Answers are checked before you see them. Next update by 14:50 UTC."
_e = t.effect.c


class Hook(FakeHook):
    """`arrived`: every word as it came in, repetitions too. It holds the answer to one when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[tuple[str, Any]] = []
        self.held: list[str] = []
        self._holds = ""
        self._go = asyncio.Event()

    def hold(self, when: str) -> None:
        """The next word's answer, `before` or `after` it is taken."""
        self._holds, self._go = when, asyncio.Event()

    def release(self) -> None:
        self._go.set()

    def _fault(self, write: bool) -> Fault | None:
        holds, self._holds = (self._holds, "") if write else ("", self._holds)
        return Fault(f"hold {holds}") if holds else None

    def _reply(self, call: Call, *, lies: bool) -> Any:
        if call.method == "POST":
            self.arrived.append((call.headers["idempotency-key"], call.body))
        return super()._reply(call, lies=lies)

    async def _misbehave(self, fault: Fault, call: Call, writer: asyncio.StreamWriter) -> bool:
        key = call.headers["idempotency-key"]
        if fault.kind == "hold after":
            self._reply(call, lies=False)
        else:
            self.arrived.append((key, call.body))
        self.held.append(key)
        await self._go.wait()
        return False


class House:
    """The bots, the page that they tell, and the database that they share."""

    def __init__(self, bots: Replicas, hook: Hook, url: str) -> None:
        self.bots, self.stage, self.hook = bots, bots.stage, hook
        self.database = Database(url)
        self.rooms: dict[int, str] = {}

    async def whose(self, held: int) -> int:
        """The bot that waits for the page's answer to the so manieth word that was held."""
        async with asyncio.timeout(20):
            while len(self.hook.held) < held:  # noqa: ASYNC110 - the bots are other processes
                await asyncio.sleep(BEAT_S)
        number = self.hook.held[-1].split("-")[1]
        trying = select(_e.leased_by).where(_e.state == "trying", _e.key.like(f"inc-{number}/publish/%"))
        lease = str(self.database.run(lambda db: db.execute(trying).scalar_one()))
        return next(n for n, bot in enumerate(self.bots.bots) if lease.startswith(f"{bot.pid}-"))

    def tries(self, key: str) -> int:
        """How often a bot set out to send this word, noted before it did."""
        number, n = key.split("-")[1], key.rpartition("/")[2]
        found = select(_e.attempts).where(_e.key == f"inc-{number}/publish/{n}")
        return int(self.database.run(lambda db: db.execute(found).scalar_one()))

    def events(self, number: int) -> list[Any]:
        return list(self.database.run(lambda db: Log().read(db, number)))

    async def insist(self, act: Callable[[], Awaitable[Json]], landed: Callable[[], bool]) -> None:
        """What no bot took is done again, after a look."""
        for _ in range(TRIES):
            answer = await act()
            if answer.get("ok"):
                break
            await asyncio.sleep(0.4)
            if landed():
                break
        async with asyncio.timeout(40):
            while not landed():  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.1)

    def has(self, number: int, kind: str, text: str = "") -> bool:
        return any(one.kind == kind and text in str(one.payload) for one in self.events(number))

    async def says(self, number: int, text: str) -> None:
        """To stakeholders, and to users as soon as carol has approved it."""

        async def drafts() -> Json:
            posted = await self.stage.messages(self.rooms[number])
            card = next(str(x["ts"]) for x in posted if "say_update" in str(x.get("blocks")))
            opened = await self.on(number, "carol", card, "Draft update")
            if not opened.get("view"):
                return {"ok": False}
            values = {"audiences": ["room", "stakeholders", "users"], "text": text, "public": text}
            return await self.stage.does("submit", user="carol", view_id=opened["view"]["id"], values=values)

        await self.insist(drafts, lambda: self.has(number, "drafted", text))
        async with asyncio.timeout(40):
            while not (shown := await self.draft(number, text)):  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.1)
        ts = shown
        await self.insist(
            lambda: self.on(number, "carol", ts, "Approve and send"), lambda: self.has(number, "public_said", text)
        )

    async def on(self, number: int, user: str, ts: str, label: str) -> Json:
        return await self.stage.does("click", user=user, channel=self.rooms[number], ts=ts, text=label)

    async def draft(self, number: int, text: str) -> str:
        waiting = [x for x in await self.stage.messages(self.rooms[number]) if "Approve and send" in buttons(x)]
        return next((str(x["ts"]) for x in waiting if text in words(x)), "")

    async def everybody(self, text: str) -> None:
        await asyncio.gather(*(self.says(number, text) for number in self.rooms))

    async def ends(self, number: int) -> None:
        text = f"{number} dismiss false-alarm nothing was wrong"
        await self.insist(lambda: self.stage.types("alice", text), lambda: self.has(number, "dismissed"))


async def test_each_word_goes_out_once_while_bots_die_and_freeze(url: str, tmp_path: Path) -> None:
    """The page hears each word under one key, again only where its answer was lost; the room of stakeholders has one
    message an incident with each word once below it; the timeline says of each word once that it is shown."""
    made = home(tmp_path / "home")
    with_page(made, "kind: webhook")
    hook = Hook()
    async with hook.up():
        env = {"STANCH_HOME": str(made), "STANCH_STATUS_WEBHOOK_URL": hook.url, "STANCH_STATUS_WEBHOOK_TOKEN": KEY}
        async with replicas(tmp_path / "stage", url, STANCH_SLACK_TIMEOUT_S="3", **env) as bots:
            house, work = House(bots, hook, url), Work(bots.stage)
            await asyncio.gather(*(work.declare(place) for place in range(INCIDENTS)))
            for number in work.numbers:
                await work.say(number, "alice", "severity SEV3")
            await bots.rest()
            house.rooms = {number: (await bots.stage.room(number))["id"] for number in work.numbers}

            hook.hold("after")
            saying = asyncio.create_task(house.everybody(FIRST))
            await bots.kill(dead := await house.whose(1))
            hook.release()
            await saying

            hook.hold("before")
            saying = asyncio.create_task(house.everybody(SECOND))
            bots.freeze(frozen := await house.whose(2))
            await asyncio.sleep(LEASE_S + 1)
            hook.release()
            bots.thaw(frozen)
            await saying
            await asyncio.gather(*map(house.ends, work.numbers))
            await bots.rest()

            assert [bot.alive for bot in bots.bots].count(True) == 2, f"{dead} was killed, {frozen} frozen"
            posted = await bots.stage.messages("general")
            general = {one["ts"]: one for one in posted if "bot_id" in one}
            threads = {ts: await bots.stage.sees("messages/general", thread_ts=ts) for ts in general}
            health = [await bots.health(its) for bot, its in zip(bots.bots, bots.urls, strict=True) if bot.alive]
            timelines = {number: house.events(number) for number in work.numbers}
            tries = {key: house.tries(key) for key, _ in hook.arrived}
            house.database.close()

    times = Counter(key for key, _ in hook.arrived)
    print(f"{len(times)} words for the page, {sum(times.values())} requests, held: {hook.held}")
    assert {(key, str(body)) for key, body in hook.arrived} == {(key, str(body)) for key, body in hook.told.items()}
    assert {key for key, n in times.items() if n > 1} >= set(hook.held), "nothing was repeated: the test shows nothing"
    assert {key: n for key, n in times.items() if n > tries[key]} == {}, "sent more often than tried"
    said: dict[str, list[str]] = {}
    for key, body in hook.told.items():
        said.setdefault(key.rpartition("/")[0], []).append(body["body"])
    assert len(said) == INCIDENTS
    for its in said.values():
        assert its[:2] == [FIRST, SECOND], its
        assert len(its) == 3, its
    for events in timelines.values():
        assert [one.payload["n"] for one in events if one.kind == "page_shown"] == [1, 2, 3]
        assert verify(to_json(events)) == []
    assert len(general) == INCIDENTS, [one["text"] for one in general.values()]
    for ts, thread in threads.items():
        below = [one for one in thread if one["ts"] != ts]
        keys = [key_of(one) for one in below]
        its = timelines[int(keys[0].removeprefix("inc-").partition("/")[0])]
        # A form that a frozen bot took after all was sent twice by who filled it in: then it is said twice.
        told = [one for one in its if one.kind == "said_to" and one.payload["audience"] == "stakeholders"]
        assert [int(key.rpartition("/")[2]) for key in keys] == [one.seq for one in told], keys
        assert len(told) >= 3
        assert [FIRST in words(below[0]), SECOND in words(below[1])] == [True, True]
    assert [one["buried"] + one["held"] for one in health] == [0, 0]
