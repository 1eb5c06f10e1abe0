"""Reminders that went out, once what they asked for was said or the incident is over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event
from stanch.store.database import Database
from tests.core.test_clocks import catalogue, life
from tests.fakes.bot import Bot
from tests.fakes.front import words
from tests.fakes.world import BOB, CAROL


def known(every: timedelta) -> Catalogue:
    shipped = catalogue(reached=False)
    found = shipped.severities["SEV1"]
    return replace(shipped, severities=shipped.severities | {"SEV1": replace(found, updates={"room": every})})


def reminded(bot: Bot) -> list[Any]:
    """The reminders about words, in the room and alone."""
    found = [one for channel in bot.slack.channels.values() for one in channel.messages]
    return [one for one in found if "update is due" in one["text"] or "is not said yet" in one["text"]]


@pytest.fixture
async def bot(database: Database) -> Bot:
    """The room and who speaks were reminded of the update."""
    bot = Bot(database, known=known(timedelta(seconds=1)))
    await bot.declare(severity="SEV1")
    await bot.run(until=lambda: any("update is due" in one["text"] for one in reminded(bot)))
    await bot.ask(c.GiveRole("communications", CAROL))
    await bot.run(until=lambda: len(reminded(bot)) >= 2)
    return bot


async def test_what_was_said_is_asked_for_no_more(bot: Bot) -> None:
    """The room's reminder and the one to somebody alone lose their buttons, and name who said it."""
    asked = reminded(bot)
    bot.known = bot.desk.catalogue = bot.kit.desk.catalogue = known(timedelta(hours=1))
    await bot.ask(c.SayUpdate("We roll back."), BOB)
    await bot.run(until=lambda: all("✔ Said at" in words(one["blocks"])[0] for one in asked), seconds=5)
    for one in asked:
        (text,) = words(one["blocks"])
        assert text.endswith("by @bob.")


async def test_an_incident_that_is_over_asks_for_nothing(bot: Bot) -> None:
    """Nothing was said: the same messages, without a button that would open a form."""
    asked = reminded(bot)
    await bot.ask(c.Dismiss("false-alarm", "nothing was wrong"))
    await bot.run(until=lambda: all("is over" in words(one["blocks"])[0] for one in asked), seconds=5)
    assert [len(words(one["blocks"])) for one in asked] == [1] * len(asked)


async def test_when_the_severity_changes_the_soonest_words_are_named(bot: Bot) -> None:
    """As on the card: stakeholders are owed theirs before the room is. After an update the room's are."""
    days = life(severity="SEV2")
    days.tale.do(c.Change("severity", "SEV1"), after=timedelta())
    bot.kit.render._catalogue = days.tale.catalogue
    changed: Event = next(one for one in reversed(days.tale.events) if one.kind == "changed")
    assert str(bot.kit.render.facts(days.tale.incident, changed)["due"]).endswith(" to stakeholders and leadership")
    days.tale.do(c.SayUpdate("We look."), after=timedelta())
    said = next(one for one in reversed(days.tale.events) if one.kind == "update_said")
    assert " to " not in str(bot.kit.render.facts(days.tale.incident, said)["due"])


async def test_two_roles_are_named_with_and(bot: Bot) -> None:
    """As people say it."""
    days = life(severity="SEV2")
    asked = replace(days.tale.events[-1], payload={"roles": ["technical", "communications"]})
    assert bot.kit.render.facts(days.tale.incident, asked)["roles_held"] == "technical lead and communications lead"
