"""A backlog of reminders against a workspace with Slack's rate limits: it drains at the rate of the channels, the most
severe and newest first, hardly anything is refused, and what people wait for does not wait behind it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from practice.tiers import POSTS_BURST
from stanch.core.reminding import LOWEST, RANKS
from stanch.store import catalogue, outbox, schema, tables as t
from stanch.store.database import Database
from stanch.store.projections import projection
from tests.acceptance.harness import BEAT_S, ROOT, Json, Stage, said
from tests.acceptance.owing import rooms_of, told
from tests.acceptance.snapshot import key_of

pytestmark = pytest.mark.slow
ROOMS, EACH = 4, 20
SEVERITIES = ("SEV1", "SEV2", None)
BESIDE_S = 10.0
"""Seconds within which a new incident has its room and card, and words stand, while the backlog drains."""


def overdue(url: str, rooms: list[str]) -> dict[str, list[str]]:
    """Incidents that lack their class; each room has been owed a word about them, since different moments. The keys of
    these words in the order in which each room should read them."""
    database, known, now = Database(url), catalogue.read(ROOT), datetime.now(UTC)
    schema.upgrade(database.engine)
    wanted: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    with database.engine.begin() as db:
        for n in range(ROOMS * EACH):
            room, severity = rooms[n % ROOMS], SEVERITIES[n // ROOMS % len(SEVERITIES)]
            rows, state, effect = told(n + 1, room, now - timedelta(minutes=6, seconds=n), known, severity)
            db.execute(insert(t.event), rows)
            db.execute(insert(t.incident), [projection(state)])
            outbox.owe(db, state.number, [effect], 0, first=True)
            assert effect.due is not None
            assert effect.due < now
            wanted[room].append((RANKS.get(severity, LOWEST), -effect.due.timestamp(), effect.key))
        db.execute(t.counter.update().where(t.counter.c.name == "incident").values(value=ROOMS * EACH))
    database.close()
    return {room: [key for *_, key in sorted(its)] for room, its in wanted.items()}


async def posts(stage: Stage) -> tuple[dict[str, list[tuple[float, str]]], list[Json]]:
    """Of each channel moment and key of what was posted, in order; and the posts that the workspace refused."""
    made, refused = defaultdict(list), []
    for one in await stage.calls():
        if one["method"] == "chat.postMessage" and one["ended"]:
            if (one["response"] or {}).get("ok"):
                made[str(one["args"]["channel"])].append((one["ended"], key_of(one["args"])))
            else:
                refused.append(one)
    return made, refused


async def until(look: object, within_s: float) -> float:
    """Seconds until it held."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while not await look():  # type: ignore[operator]  # noqa: ASYNC110 - another process
            await asyncio.sleep(5 * BEAT_S)
    return time.monotonic() - began


async def test_a_backlog_drains_at_slacks_rate_and_nobody_waits_behind_it(tmp_path: Path) -> None:
    """Eighty words that are overdue in four rooms, at one a second in each: every room reads the most severe and then
    the newest first; few are refused. An incident declared meanwhile has its card, and a busy room its update, at
    once."""
    stage = Stage(tmp_path / "stage", limits=True)
    try:
        await stage.open()
        rooms = await rooms_of(stage, "inc-backlog", ROOMS)
        wanted = overdue(stage.database_url, rooms)
        began = time.time()
        await stage.start_bot()

        async def begun() -> bool:
            made, _ = await posts(stage)
            return sum(len(made[room]) for room in rooms) >= ROOMS * EACH // 4

        await until(begun, 30)
        typed = time.monotonic()
        answer = await stage.types("alice", "declare the refund tool pays out twice")
        assert "is opening" in said(answer)
        number = ROOMS * EACH + 1

        async def carded() -> bool:
            found = await stage.channels(f"inc-{number}-")
            return bool(found) and any("say_update" in str(x) for x in await stage.messages(found[0]["id"]))

        await until(carded, 60)
        card_s = time.monotonic() - typed
        typed = time.monotonic()
        answer = await stage.types("alice", "1 update Refunds stand still. Next word at 14:20.")
        assert answer["ok"], answer

        async def heard() -> bool:
            return any("Refunds stand still" in one["text"] for one in await stage.messages(rooms[0]))

        await until(heard, 60)
        words_s = time.monotonic() - typed

        async def drained() -> bool:
            made, _ = await posts(stage)
            return all(set(wanted[room]) <= {key for _, key in made[room]} for room in rooms)

        await until(drained, 120)
        made, refused = await posts(stage)
    finally:
        await stage.close()

    took, apart, rest = 0.0, [], 0
    for room, its in wanted.items():
        read = [(at, key) for at, key in made[room] if "/remind/facts/" in key]
        keys = [key for _, key in read]
        assert sorted(keys) == sorted(its), "each is read once"
        # How far each stands from its place in the right order.
        apart.append(sum(abs(its.index(key) - place) for place, key in enumerate(keys)) / EACH)
        took = max(took, read[-1][0] - began)
        rest += len(made[room]) - len(read)
    best = max(len(made[room]) for room in rooms) - POSTS_BURST
    print(
        f"{ROOMS * EACH} reminders in {ROOMS} rooms: {took:.1f} s, at best {best} s; {len(refused)} posts refused;"
        f" {rest} others went to these rooms; {sum(apart) / ROOMS:.1f} places from the right order (worst room"
        f" {max(apart):.1f}); a new incident's card after {card_s:.1f} s, words in a busy room after {words_s:.1f} s"
    )
    assert max(apart) <= 1.5, apart
    assert len(refused) <= ROOMS * EACH / 2
    assert took <= best * 2 + 10
    assert card_s <= BESIDE_S
    assert words_s <= BESIDE_S
