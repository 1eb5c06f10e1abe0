"""Several bots on one database and one workspace, people who work many incidents at once, and what must hold then."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import Connection, select

from stanch.core.export import to_json, verify
from stanch.core.incident import fold
from stanch.store import outbox, projections, tables as t
from stanch.store.database import Database
from stanch.store.events import Log
from tests.acceptance.harness import READY_WITHIN_S, STANCH, Json, Process, Stage, said
from tests.acceptance.snapshot import key_of

BETWEEN_LOOKS_S = 0.4
TRIES = 8
PEOPLE = ("alice", "bob", "carol", "dave", "erin")


@dataclass
class Replicas:
    """`stage` has the workspace and no bot of its own."""

    stage: Stage
    bots: list[Process] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    async def start(self, count: int) -> None:
        for number in range(count):
            env = self.stage.environment() | {"STANCH_DATA": str(self.stage.data / f"replica{number}")}
            log = self.stage.data / f"replica{number}.log"
            self.bots.append(Process([*STANCH, "serve", "--port", "0"], env, log))
        self.urls = [(await bot.announced())["bot"] for bot in self.bots]
        async with asyncio.timeout(READY_WITHIN_S):
            for url in self.urls:
                while not (await self.health(url)).get("connected"):  # noqa: ASYNC110 - it is another process
                    await asyncio.sleep(BETWEEN_LOOKS_S)

    async def health(self, url: str) -> Json:
        try:
            answer: Json = (await self.stage.http.get(f"{url}/health", timeout=2)).json()
        except httpx.HTTPError:
            return {}
        return answer

    async def kill(self, number: int) -> None:
        await self.bots[number].end()

    def freeze(self, number: int) -> None:
        os.kill(self.bots[number].pid, signal.SIGSTOP)

    def thaw(self, number: int) -> None:
        os.kill(self.bots[number].pid, signal.SIGCONT)

    async def rest(self, within_s: float = 120) -> None:
        """Until nothing is owed or being tried, and nothing went over the wire for three looks."""
        still, before = 0, {}
        async with asyncio.timeout(within_s):
            while still < 3:
                await asyncio.sleep(BETWEEN_LOOKS_S)
                owed = [await self.health(url) for bot, url in zip(self.bots, self.urls, strict=True) if bot.alive]
                wire = await self.stage.wire()
                idle = all(one and not one["owed"] + one["trying"] for one in owed) and not wire["open"]
                still = still + 1 if idle and wire == before else 0
                before = wire

    async def close(self) -> None:
        for number, bot in enumerate(self.bots):
            if bot.alive:
                self.thaw(number)
            await bot.end()


@asynccontextmanager
async def replicas(data: Path, url: str, count: int = 3, **env: str) -> AsyncIterator[Replicas]:
    stage = Stage(data, {"DATABASE_URL": url, "STANCH_LEASE_S": "5", **env})
    made = Replicas(stage)
    try:
        await stage.open()
        await made.start(count)
        yield made
    finally:
        await made.close()
        await stage.close()


@dataclass
class Work:
    """What people did. `sent` counts how often each text was sent, and `acknowledged` how often somebody took it."""

    stage: Stage
    sent: Counter[tuple[int, str]] = field(default_factory=Counter)
    acknowledged: Counter[tuple[int, str]] = field(default_factory=Counter)
    numbers: list[int] = field(default_factory=list)
    repeated: int = 0

    async def incident(self, place: int) -> None:
        """One incident, from declaring to containing, by five people."""
        number = await self.declare(place)
        steps = [f"note {one} of incident {place}" for one in ("a trace", "a log", "a graph")]
        steps += ["role scribe @erin", "severity SEV3", "class latency_saturation", "applied limit of 20 a minute"]
        steps += ["effective", "judged 20 0", "contained", f"update it is calm again in {place}"]
        for turn, text in enumerate(steps):
            await self.say(number, PEOPLE[(place + turn) % len(PEOPLE)], text)

    async def declare(self, place: int) -> int:
        """What nobody took is looked for, then said again: the bot knows a title that it heard a moment ago."""
        user, title = PEOPLE[place % len(PEOPLE)], f"answers are slow {place}"
        for _ in range(TRIES):
            answer = await self.stage.types(user, f"declare {title}")
            # A person who declares several incidents at once sees the answers to all of them.
            found = re.search(rf"INC-(\d+) is opening: {title}$", said(answer), re.MULTILINE)
            if number := int(found[1]) if found else await self.room_of(title):
                self.numbers.append(number)
                return number
            self.repeated += 1
        raise AssertionError(f"never acknowledged: {answer}")

    async def room_of(self, title: str) -> int | None:
        """The incident of this title, from its room's name."""
        await asyncio.sleep(4 * BETWEEN_LOOKS_S)
        names = [one["name"] or "" for one in (await self.stage.state())["channels"]]
        found = [name for name in names if name.endswith(f"-{title.replace(' ', '-')}")]
        return int(found[0].split("-")[1]) if found else None

    async def say(self, number: int, user: str, text: str) -> None:
        """From #general, with the number: nobody waits for the room. What nobody took is said again."""
        for _ in range(TRIES):
            self.sent[number, text] += 1
            answer = await self.stage.types(user, f"{number} {text}")
            if answer["ok"]:
                self.acknowledged[number, text] += 1
                return
            self.repeated += 1
            await asyncio.sleep(BETWEEN_LOOKS_S)
        raise AssertionError(f"INC-{number} {text}: never acknowledged: {answer}")

    async def all(self, count: int, at_once: int) -> None:
        left = iter(range(count))

        async def work() -> None:
            for place in left:
                await self.incident(place)

        await asyncio.gather(*(work() for _ in range(at_once)))

    async def until_declared(self, count: int) -> None:
        while len(self.numbers) < count:  # noqa: ASYNC110 - people are at it
            await asyncio.sleep(BETWEEN_LOOKS_S / 4)


async def shown(stage: Stage, work: Work) -> list[str]:
    """What is not as it must be, in the workspace: each incident one room, one card, each message once."""
    found: list[str] = []
    channels = (await stage.state())["channels"]
    rooms: dict[int, list[Json]] = {number: [] for number in work.numbers}
    for one in channels:
        if name := re.match(r"inc-(\d+)-", one["name"] or ""):
            rooms.setdefault(int(name[1]), []).append(one)
    if sorted(work.numbers) != list(range(1, len(work.numbers) + 1)):
        found.append(f"the numbers have gaps or twins: {sorted(work.numbers)}")
    keys = Counter(key_of(one) for one in await stage.messages("incidents") if "bot_id" in one)
    for number, its in rooms.items():
        if len(its) != 1:
            found.append(f"INC-{number} has {len(its)} rooms")
            continue
        messages = await stage.messages(its[0]["id"])
        cards = [one for one in messages if "say_update" in str(one.get("blocks"))]
        if len(cards) != 1 or its[0]["pins"] != [cards[0]["ts"]] or len(its[0]["bookmarks"]) != 1:
            found.append(
                f"INC-{number}: {len(cards)} cards, pins {its[0]['pins']}, {len(its[0]['bookmarks'])} bookmarks"
            )
        keys.update(key_of(one) for one in messages if "bot_id" in one and not one.get("subtype"))
        if keys[f"inc-{number}/announcement"] != 1:
            found.append(f"INC-{number} is announced {keys[f'inc-{number}/announcement']} times")
    found += [f"{key}: {count} times" for key, count in keys.items() if count != 1]
    return found


def written(url: str, work: Work, said_in_rooms: set[str]) -> list[str]:
    """What is not as it must be, in the database: chains, projections, what was said, what is owed."""
    database = Database(url)

    def look(db: Connection) -> list[str]:
        found: list[str] = []
        states = []
        for number in work.numbers:
            events = Log().read(db, number)
            if faults := verify(to_json(events)):
                found.append(f"INC-{number}: {faults}")
            state = fold(events)
            assert state is not None
            states.append(state)
            texts = Counter(str((event.payload or {}).get("text")) for event in events if event.kind == "noted")
            for (whose, text), sent in work.sent.items():
                if whose == number and text.startswith("note "):
                    times = texts[text.removeprefix("note ")]
                    if not max(1, work.acknowledged[whose, text]) <= times <= sent:
                        found.append(f"INC-{number}: {text!r} stands {times} times, was sent {sent} times")
        found += rebuilt(db, states)
        counts = outbox.counts(db, time.time())
        found += [f"in the outbox: {counts}"] if any(counts.values()) else []
        posts = select(t.effect.c.key).where(t.effect.c.kind == "post", t.effect.c.state == "done")
        found += [f"{key} is not in its room" for key in db.execute(posts).scalars() if key not in said_in_rooms]
        return found

    try:
        return database.run(look)
    finally:
        database.close()


def rebuilt(db: Connection, states: Sequence[projections.Incident]) -> list[str]:
    """The look-up tables that differ from what follows from the events."""
    makers = {"room": projections.rooms, "capture": projections.captures, "duty": projections.duties}
    wanted = {name: [row for state in states for row in make(state)] for name, make in makers.items()}
    wanted["incident"] = [projections.projection(state) for state in states]
    different = []
    for name, rows in wanted.items():
        stored = [dict(row._mapping) for row in db.execute(select(t.METADATA.tables[name]))]
        if sorted(map(str, stored)) != sorted(str({key: row[key] for key in stored[0]}) for row in rows if stored):
            different.append(f"the table {name} is not what follows from the events")
    return different
