"""What people hear of the status page, with their buttons; and who is told until it says that it is over."""

from typing import Any

import pytest

from stanch.core import commands as c, status_commands as s
from stanch.core.draft_events import PublicSaid
from stanch.core.incident import STANCH
from stanch.core.payload import Payload
from stanch.core.status_events import PageAway, PageFailed, PageHeld, PageSettled, PageShown
from stanch.flows.deliver import Cancelled, Done
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
