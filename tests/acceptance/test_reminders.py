"""The next words, chased by a real bot in the practice Slack: the room, who speaks, the commander, the escalation path;
then silence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import BOT, Incident, alone_with, buttons, declared

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
OTHERS = ("bob", "dave", "erin")
EVERY_S = 10
"""Between two updates; the room is reminded a fifth of it before."""


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = home(tmp_path / "home")
    file = made / "runbooks/catalogue/severities.yml"
    file.write_text(re.sub(r"(?m)^( +room: )15m$", rf"\g<1>{EVERY_S}s", file.read_text(), count=1))
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(made)}) as up:
        yield up


async def heard(i: Incident, words: str, *, times: int = 1, within_s: float = EVERY_S * 2.5) -> Json:
    """The newest message of the room with these words, once there are so many of them."""
    found: list[Json] = []
    try:
        async with asyncio.timeout(within_s):
            while len(found) < times:
                found = [one for one in await i.stage.messages(i.room) if words in one["text"] and "bot_id" in one]
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{words!r} was said {len(found)} times: {await i.heard()}") from None
    assert len(found) == times, found
    return found[-1]


async def told(stage: Stage, user: str, words: str, within_s: float = EVERY_S * 2.5) -> list[str]:
    """What the bot told this person alone, once these words are among it."""
    async with asyncio.timeout(within_s):
        while not any(words in one for one in await alone_with(stage, user)):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return [one for one in await alone_with(stage, user) if words in one]


async def on_the_path(stage: Stage, within_s: float = EVERY_S * 2.5) -> list[str]:
    """Who of the further steps of the service's path was asked to look in, once one was."""
    async with asyncio.timeout(within_s):
        while not (asked := [who for who in OTHERS if await looked_in(stage, who)]):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return asked


async def looked_in(stage: Stage, who: str) -> bool:
    return any("Look in, please" in one for one in await alone_with(stage, who))


async def test_an_update_that_is_due_is_chased_until_it_is_said(stage: Stage) -> None:
    """The room is reminded before, carol when it is due, alice after, then somebody of the path; one click says the
    minimum and begins anew; a bot that was killed meanwhile says each once; a resolve ends it."""
    i = await declared(stage, "answers cite the wrong policy")
    await i.types("alice", "class quality_regression")
    await i.types("alice", "severity SEV1")

    soon = await heard(i, "the next update is due")
    assert buttons(soon) == ["Update now", "Still investigating", "Snooze 10 min"]
    await stage.restart_bot()
    assert len(await told(stage, "carol", "is not said yet")) == 1
    assert len(await told(stage, "alice", "is not said yet")) == 1
    assert await on_the_path(stage), "nobody of the escalation path was asked"

    click = {"user": "carol", "channel": i.room, "ts": soon["ts"], "text": "Still investigating"}
    answer = await stage.does("click", **click, times=3)
    assert "Said." in said(answer)
    await heard(i, "nothing new to say yet")
    second = await heard(i, "the next update is due", times=2)
    slow = await stage.does("click", user="carol", channel=i.room, ts=second["ts"], text="Snooze 10 min")
    assert "I ask again at" in said(slow)

    for text in ("applied the switch", 'contained --waive "drill"', "explained confirmed it was a drill"):
        await i.types("alice", text)
    await i.types("alice", "removed 1")
    await i.types("alice", 'watch --override "drill"')
    await i.types("alice", "update it holds")
    await asyncio.sleep(0.5)
    assert "Resolved" in await i.types("alice", "resolved --fixed a test")
    before = len(await stage.messages(i.room))
    await asyncio.sleep(2.5 * EVERY_S)
    await stage.settle()
    assert len(await stage.messages(i.room)) == before, await i.heard()
    assert (await stage.health())["buried"] == 0
    kinds = [(one["payload"]["about"], one["payload"]["stage"]) for one in i.events() if one["kind"] == "reminded"]
    assert kinds == [("room", 0), ("room", 1), ("room", 2), ("room", 3), ("room", 0)]
    assert BOT not in str(await i.heard())


async def test_who_cannot_be_reached_does_not_end_the_chase(stage: Stage) -> None:
    """Carol's account is gone: the room is told so once, stays a room, and alice is asked next."""
    # Who declares is asked for no seat: the reminder is the first that the bot says to carol alone.
    i = await declared(stage, "answers cite the wrong policy", "carol")
    await i.types("alice", "severity SEV1")
    await heard(i, "the next update is due")
    await stage.faults({"method": "conversations.open", "nth": 1, "kind": "error", "error": "user_disabled"})
    assert len(await told(stage, "alice", "is not said yet")) == 1
    await stage.mends()
    await stage.settle()
    assert [one for one in await alone_with(stage, "carol") if "is not said yet" in one] == []
    assert "remind @carol: user_disabled" in "\n".join(await i.heard())
    told_of = [one["payload"] for one in i.events() if one["kind"] == "reminded" and one["payload"]["about"] == "room"]
    assert [(one["stage"], one["missed"]) for one in told_of][:3] == [(0, False), (1, True), (2, False)]
    assert not [one for one in i.events() if one["kind"] == "room_changed"]
