"""Watching: the word when quiet has held, the way back by itself, and what both leave in the room."""

import json

import pytest

from stanch.core import commands as c
from stanch.flows.deliver import Cancelled, Done, with_state
from stanch.slack.gateway import Gateway
from stanch.slack.performers import PERFORMERS
from stanch.store import outbox
from stanch.store.outbox import Owed
from tests.fakes.bot import Bot
from tests.fakes.front import Front, words
from tests.fakes.world import BOB, LATER_DAY

ROOM = "inc-1-answers-cite-the-wrong-policy"
TO_WATCHING = (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill"))


@pytest.fixture
async def quiet(front: Front) -> Front:
    """A SEV4 for which quiet need not hold: its reminder is due at once."""
    await front.bot.declare(severity="SEV4")
    await front.bot.run()
    for command in TO_WATCHING:
        await front.bot.ask(command)
    return front


def said(bot: Bot) -> list[list[str]]:
    return [words(message["blocks"]) for message in bot.slack.named(ROOM).messages]


async def test_when_quiet_has_held_the_commander_is_told(quiet: Front) -> None:
    """One message that names the commander, with the two things that can be done now as buttons."""
    await quiet.bot.run()
    held = [one for one in said(quiet.bot) if "Quiet has held" in one[0]]
    assert held == [[
        "🌙 Quiet has held. <@U0ALICE>: name the permanent fix, or promise it, and it is resolved.",
        "[It held: resolve…]", "[Promise an action…]", "[It came back]",
    ]]  # fmt: skip


async def test_nobody_is_told_that_quiet_held_when_it_did_not(quiet: Front) -> None:
    """It came back before the reminder was due: that reminder is dropped."""
    await quiet.bot.ask(c.Mitigate())
    await quiet.bot.run()
    assert [one for one in said(quiet.bot) if "Quiet has held" in one[0]] == []
    assert quiet.bot.counts() == {"owed": 0, "trying": 0, "held": 0, "buried": 0}


async def test_a_second_watch_has_its_own_reminder(quiet: Front) -> None:
    """Watched again after it came back, only the newer watch's reminder speaks."""
    await quiet.bot.ask(c.Mitigate())
    for command in TO_WATCHING[1:]:
        await quiet.bot.ask(command)
    await quiet.bot.run()
    assert len([one for one in said(quiet.bot) if "Quiet has held" in one[0]]) == 1


async def test_the_reminders_buttons_work(quiet: Front) -> None:
    """Resolving opens its form; *It came back* leads to mitigate by one click."""
    shown = await quiet.click(BOB, "do:resolved", "1:9")
    assert shown["view"]["callback_id"] == "do:resolved"
    refused = await quiet.fill(BOB, shown["view"], {"fixed": {"value": None}})
    assert refused["errors"]["fixed"] == (
        "Name the permanent fix, /incident resolved --fixed WHAT, or promise it: /incident action @who by DATE WHAT."
    )
    await quiet.bot.ask(c.AddAction(BOB, LATER_DAY, "a test"))
    assert (await quiet.fill(BOB, shown["view"], {"fixed": {"value": None}}))["text"].startswith("Resolved. Now: ")


async def test_it_came_back_by_one_click(quiet: Front) -> None:
    """From watching to mitigate, recorded with who clicked."""
    shown = await quiet.click(BOB, "do:came_back", "1:9")
    assert shown["text"] == "Mitigating. Contain first; class, severity and names can follow."
    assert (await quiet.bot.desk.timeline(1))[-1].by == BOB


async def test_an_alert_that_fires_again_calls_people(quiet: Front) -> None:
    """The red check: back in mitigate by itself, everybody with a seat is called, and a button to pull stands below."""
    told = ("alertmanager-1", "alertmanager", "37 % fail")
    await quiet.bot.ask(c.ReportSignal(*told, "resolved", "https://alerts.example/"), "stanch")
    await quiet.bot.ask(c.ReportSignal(*told, "firing", "https://alerts.example/"), "stanch")
    await quiet.bot.run()
    (red,) = [one for one in said(quiet.bot) if one[0].startswith("🔴 It is back")]
    assert red == [
        "🔴 It is back: 37 % fail fires again. INC-1 is in mitigate again.\n"
        "<@U0ALICE> <@U0BOB> <@U0CAROL> <@U0ERIN> contain first.",
        "[Record a mitigation…]",
    ]
    state = await quiet.bot.desk.state(1)
    assert state is not None
    assert (state.phase, state.bleeding) == ("mitigate", "yes")


async def test_a_reminder_is_looked_at_when_it_is_due(quiet: Front) -> None:
    """What decides is the state at that moment: still watching the same quiet, it is posted; else it is not."""
    bot = quiet.bot
    (row,) = [one for one in bot.database.run(outbox.listing) if "/quiet/" in one.key]
    owed = Owed(row.id, row.key, 1, "post", row.lane, json.loads(row.payload), 1, 9e9, False, 1.0, "w")
    perform = Gateway(bot.kit, PERFORMERS).perform
    due, state = bot.database.run(lambda db: with_state(bot.desk, db, owed))
    assert isinstance(await perform(due, state), Done)
    await bot.ask(c.Mitigate())
    due, state = bot.database.run(lambda db: with_state(bot.desk, db, owed))
    assert await perform(due, state) == Cancelled("nobody watches any more")
