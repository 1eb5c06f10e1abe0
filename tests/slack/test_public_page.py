"""What people hear of the status page, with their buttons; and who is told until it says that it is over."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stanch.core import commands as c, status_commands as s
from stanch.core.draft_events import PublicSaid
from stanch.core.events import Changed
from stanch.core.incident import STANCH
from stanch.core.payload import Payload
from stanch.core.people import Person
from stanch.core.status_events import PageAway, PageDropped, PageFailed, PageHeld, PageSettled, PageShown
from stanch.flows.deliver import Cancelled, Done, Later
from stanch.slack.asked_for import buttons
from stanch.slack.public_page import chase
from stanch.store.outbox import Owed
from tests.fakes.bot import Bot
from tests.fakes.front import words
from tests.fakes.world import ALICE, CAROL, CATALOGUE, Tale, opened

SHOWN = PageShown(
    1, "investigating", "Some answers may be wrong.", "t", "minor", "support-copilot", "i1", "https://s/1"
)


def told() -> Tale:
    tale = opened(service="support-copilot")
    tale.record(PublicSaid(1, "Some answers may be wrong."), CAROL)
    return tale


@pytest.mark.parametrize(
    ("payload", "by", "text", "labels"),
    [
        (SHOWN, STANCH, "🌐 The status page shows it: *investigating*, https://s/1.", []),
        (
            PageFailed(1, "its key may not do this"), STANCH,
            "⚠ The status page does not show it: its key may not do this. When that is mended, try again.",
            ["[Try again]"],
        ),
        (
            PageAway(1, "no connection"), STANCH,
            "⏳ The status page cannot be reached, so users do not see the newest words yet: no connection. I go on"
            " trying, and say when it shows them.", [],
        ),
        (
            PageHeld(1, "nothing is approved"), STANCH,
            "✋ The status page still says that it goes on: nothing is approved. Have it say *resolved* without further"
            " words, or end it there with words of your own.", ["[Resolve the page]", "[It is resolved there]"],
        ),
        (PageSettled(1), CAROL, "🌐 The status page says that it is over: @carol ended it there.", []),
    ],
)  # fmt: skip
async def test_the_room_hears_in_these_words(bot: Bot, payload: Payload, by: str, text: str, labels: list[str]) -> None:
    """Each with what is one click away."""
    await bot.kit.directory.load()
    tale = told()
    event = tale.record(payload, by)
    facts = bot.kit.render.facts(tale.incident, event)
    assert bot.kit.templates.render(payload.kind, **facts) == text
    assert words(buttons(tale.incident, event, "", CATALOGUE)) == labels


def over(tale: Tale) -> Tale:
    tale.record(SHOWN, STANCH)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    return tale


def owed(tale: Tale) -> Owed:
    return Owed(
        id=1, key=f"k{tale.incident.status_page.chased}", incident=7, kind="chase_page", lane="x", payload={},
        attempts=1, lease_until=9e12, ambiguous=False,
        intent_at=0, worker="w", event=tale.events[-1], before=tale.incident,
    )  # fmt: skip


async def test_who_speaks_is_told_then_the_commander_then_who_speaks(bot: Bot) -> None:
    """Alone, in turn, as long as the page does not say it."""
    tale = over(told())
    asked = []
    for _ in range(3):
        outcome: Any = await chase(bot.kit, tale.incident, owed(tale))
        assert isinstance(outcome, Done)
        (report,) = outcome.reports
        asked.append(report.to)
        tale.do(report, STANCH)
    assert asked == [CAROL, ALICE, CAROL]


async def test_nobody_is_told_once_the_page_says_it(bot: Bot) -> None:
    """Nor when it is open again, or was ended by hand."""
    tale = over(told())
    tale.do(s.SettlePage(), CAROL)
    assert isinstance(await chase(bot.kit, tale.incident, owed(tale)), Cancelled)


async def test_a_small_one_waits_until_the_morning(bot: Bot) -> None:
    """At SEV4 nobody is told at night that the page is still open; at SEV2 they are."""
    night = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    zoned = replace(CATALOGUE, people=replace(CATALOGUE.people, people={CAROL: Person("carol", zone=ZoneInfo("UTC"))}))
    bot.desk.catalogue = zoned
    bot.desk.clock = lambda: night
    for severity, kind in (("SEV4", Later), ("SEV2", Done)):
        tale = over(told())
        tale.record(Changed("severity", severity, None))
        outcome: Any = await chase(bot.kit, tale.incident, owed(tale))
        assert isinstance(outcome, kind), severity
        if kind is Later:
            assert outcome.after == 5 * 3600


@pytest.mark.parametrize("form", ["page_left_open", "page_reads_resolved", "page_dropped"])
async def test_what_follows_by_itself_is_said_in_the_room(bot: Bot, form: str) -> None:
    """Each is drawn from its file; what can be done about it is one click away."""
    await bot.kit.directory.load()
    tale = over(told())
    event = tale.record(PageDropped(1, "it is restricted"), STANCH)
    text = bot.kit.templates.render(form, **bot.kit.render.facts(tale.incident, event))
    assert text
    labels = {
        "page_left_open": ["[Resolve the page]", "[It is resolved there]"],
        "page_reads_resolved": ["[Draft update]"],
    }
    assert words(buttons(tale.incident, event, form, CATALOGUE)) == labels.get(form, [])
