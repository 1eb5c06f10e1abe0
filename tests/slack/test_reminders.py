"""What reminders say, word for word, with their buttons: to the room and to one person, each thing once."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stanch.core import commands as c, draft_commands as d, draft_events as w
from stanch.core.people import People, Step, Turns
from stanch.core.reminding import Reminder, given, reminders
from stanch.flows.on_call import OnCall
from stanch.slack.reminder_words import message
from stanch.slack.reminders import _next
from tests.core.test_clocks import catalogue, life
from tests.fakes.bot import Bot
from tests.fakes.days import Days
from tests.fakes.front import words
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, minutes


async def shown(bot: Bot, days: Days, one: Reminder) -> list[str]:
    """The message's words, its buttons in brackets; times as minutes since the start."""
    bot.kit.desk.catalogue = days.tale.catalogue
    bot.kit.desk.clock = lambda: days.tale.now
    found = words((await message(bot.kit, days.tale.incident, one, days.tale.events[-1])).blocks)
    return [in_minutes(text, days.start) for text in found]


def in_minutes(text: str, start: datetime) -> str:
    for at in range(0, 3_000):
        moment = start + minutes(at)
        text = text.replace(f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>", f"+{at}")
    return text


def named(days: Days, name: str) -> Reminder:
    found = {one.name: one for one in reminders(days.tale.incident, days.tale.catalogue)}
    return given(days.tale.incident, days.tale.catalogue, found[name], max(days.tale.now, found[name].at))


async def test_the_room_hears_what_is_due_to_whom(bot: Bot) -> None:
    """Stakeholders and leadership are due together; who speaks is mentioned."""
    days = life(severity="SEV2")
    assert await shown(bot, days, named(days, "words")) == [
        f"⏰ <@{CAROL}>: the next update is due at +15 to stakeholders and leadership.",
        "[Update now]", "[Snooze 10 min]",
    ]  # fmt: skip


async def test_the_rooms_own_update_is_due_at_a_time_alone(bot: Bot) -> None:
    """Where the room is the only audience nobody needs to be told whom it is for."""
    days = life(severity="SEV1", known=catalogue(reached=False))
    assert await shown(bot, days, named(days, "words")) == [
        f"⏰ <@{CAROL}>: the next update is due at +5.",
        "[Update now]", "[Still investigating]", "[Snooze 10 min]",
    ]  # fmt: skip


async def test_what_is_due_at_different_times_says_both(bot: Bot) -> None:
    """SEV1: stakeholders, leadership and the room were to be told before; who speaks hears all of it at once."""
    days = life(severity="SEV1", impact="wrong answers")
    days.tale.now += minutes(60)
    text, *_ = await shown(bot, days, named(days, "words"))
    assert text.startswith(
        "⏰ INC-7, <#C0ROOM>: the update that was due at +5 to stakeholders and leadership and at +15 to the room and"
        " users is not said yet."
    )


async def test_the_rooms_next_word_does_not_hide_who_knows_nothing_yet(bot: Bot) -> None:
    """SEV1, twelve minutes in: stakeholders' first notice is seven late; it is named, and no minimum is offered."""
    days = life(severity="SEV1")
    days.minutes(11)
    days.tale.now += minutes(1)
    assert await shown(bot, days, named(days, "words")) == [
        f"⏰ <@{CAROL}>: the next update is due at +5 to stakeholders and leadership and at +15 to the room.",
        "[Update now]", "[Snooze 10 min]",
    ]  # fmt: skip


async def test_who_was_asked_is_named_and_nobody_else(bot: Bot) -> None:
    """carol was asked, and bob has taken her seat since: the commander hears of carol and of bob, each once."""
    days = life(severity="SEV1", known=catalogue(reached=False))
    days.tale.do(c.SayUpdate("we look"), CAROL, timedelta())
    days.minutes(15.5)
    days.tale.do(c.GiveRole("communications", BOB), after=timedelta())
    days.minutes(3)
    text, *_ = await shown(bot, days, named(days, ALICE))
    assert f"is not said yet, and <@{CAROL}> and <@{BOB}> were asked." in text


async def test_the_honest_minimum_is_named_only_where_it_can_be_clicked(bot: Bot) -> None:
    """Only the first notice is late: no sentence about a button that the message does not have."""
    days = life(severity="SEV1")
    days.minutes(4.5)
    text, *buttons = await shown(bot, days, named(days, CAROL))
    assert "Still investigating" not in "".join((text, *buttons))


async def test_what_asks_the_room_to_act_mentions_who_can(bot: Bot) -> None:
    """Nothing is pulled: the commander and the technical lead; no severity: the commander."""
    days = life(severity="SEV1")
    (text, *_) = await shown(bot, days, named(days, "nothing_pulled"))
    assert text.startswith(f"🧯 <@{ALICE}>, <@{BOB}>: SEV1")
    (text, *_) = await shown(bot, life(), named(life(), "facts"))
    assert text.startswith(f"🏷 <@{ALICE}>: The severity is not set yet.")


@pytest.mark.parametrize("name", ["commander", "facts", "nothing_pulled", "stuck assess"])
async def test_what_a_drill_asks_is_marked(bot: Bot, name: str) -> None:
    """Nobody takes a question of a drill for one of a real incident."""
    days = life(severity=None if name == "facts" else "SEV1", drill=True)
    if name == "commander":
        days.tale.do(c.GiveRole("commander", None))
    text, *_ = await shown(bot, days, named(days, name))
    assert text.split(" ", 1)[1].startswith("DRILL · ")


async def test_what_was_promised_in_a_drill_is_marked(bot: Bot) -> None:
    """Days later somebody alone hears of it: it says that it was a drill."""
    days = life(severity="SEV4", drill=True)
    days.tale.do(c.AddAction(CAROL, days.tale.now.date() + timedelta(days=1), "test prompts by region"))
    (one,) = [r for r in reminders(days.tale.incident, days.tale.catalogue) if r.to == CAROL]
    assert "📌 DRILL · INC-7: due today, and yours: test prompts by region." in await shown(bot, days, one)


STAGES = {
    1: "the update that was due at +30 is not said yet.\nNothing new? Say so: *Still investigating*.",
    2: "the update that was due at +30 is not said yet, and <@U0CAROL> was asked. Say it, or ask somebody else to"
       " speak.",
    3: "the update that was due at +30 is not said yet. <@U0CAROL> and <@U0ALICE> were asked and may have their hands"
       " full. Look in, please, or say it for them.",
}  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
async def test_each_next_person_hears_what_they_can_do(bot: Bot, stage: int) -> None:
    """Who speaks, the commander, the next of the path: the same update, in words for each."""
    days = life(severity="SEV2", drill=True, impact="")
    for audience in ("stakeholders", "leadership"):
        days.tale.record(w.SaidTo(audience, "first notice"))
    days.minutes(25.5 + 5 * (stage - 1))
    (one,) = [r for r in reminders(days.tale.incident, days.tale.catalogue) if r.items[0].about == "room"]
    one = replace(one, to=DAVE if stage == 3 else one.to)
    text, *buttons = await shown(bot, days, one)
    assert text == f"⏰ DRILL · INC-7, <#C0ROOM>: {STAGES[stage]}"
    assert buttons == ["[Update now]", "[Still investigating]", "[Snooze 10 min]"]


async def test_what_falls_to_one_person_is_one_message(bot: Bot) -> None:
    """Words for users that wait for approval, and an update that is late: two sections, one row of buttons."""
    days = life(severity="SEV3", impact="wrong answers")
    for audience in ("stakeholders", "leadership"):
        days.tale.record(w.SaidTo(audience, "first notice"))
    days.tale.record(w.PublicSaid(0, "x"))
    days.minutes(115)
    days.tale.do(d.Say("", (), "Some answers may be *wrong* <!channel>."), BOB, timedelta())
    (one,) = [r for r in reminders(days.tale.incident, days.tale.catalogue) if r.to == CAROL]
    assert [item.about for item in one.items] == ["room", "approval 1 0"]
    text, waits, *_ = await shown(bot, days, one)
    assert "is not said yet" in text
    assert waits.startswith("✍ INC-7: words for users wait for your approval in <#C0ROOM>: “Some answers may be")
    assert "<!channel>" not in waits


async def asked(bot: Bot, name: str, after: float = 0, **facts: Any) -> list[str]:
    days = life(**facts)
    days.tale.now += minutes(after)
    return await shown(bot, days, named(days, name))


async def test_a_phase_that_stands_still_offers_what_comes_next(bot: Bot) -> None:
    """SEV1, a quarter of an hour in assess: the commander is mentioned, the likeliest next moves are below."""
    text, *buttons = await asked(bot, "stuck assess", severity="SEV1")
    assert text == (
        f"⏳ <@{ALICE}>: this has been in *assess* for a while. What is in the way? What usually comes next is below."
    )
    assert buttons


async def test_a_higher_severity_is_proposed_with_its_button(bot: Bot) -> None:
    """SEV2 is not contained after an hour; one click raises it."""
    assert await asked(bot, "raise", severity="SEV2") == [
        f"📈 <@{ALICE}>: SEV2 and not contained after 1 h. Consider SEV1: it brings more hands, and lowering it later"
        " costs nothing.",
        "[Raise to SEV1]",
    ]
    assert (await asked(bot, "raise", severity="SEV3"))[1:] == ["[Raise to SEV2]"]


async def test_what_is_left_on_names_what_it_is(bot: Bot) -> None:
    """The technical lead, with the way to settle it."""
    days = life(severity="SEV2")
    days.tale.do(c.Applied("prompt back to v17"))
    days.minutes(60)
    (one,) = [r for r in reminders(days.tale.incident, days.tale.catalogue) if r.to == BOB]
    assert await shown(bot, days, one) == [
        "🧯 INC-7: still in force, and nobody looks after it: prompt back to v17. Take it back, or keep it with an"
        " owner and a date.",
        "[Settle a mitigation…]",
    ]


async def test_a_promise_that_was_due_is_asked_about_kindly(bot: Bot) -> None:
    """Three days later, once; nobody has to answer."""
    days = life(severity="SEV4")
    days.tale.do(c.AddAction(CAROL, days.tale.now.date() + timedelta(days=1), "test prompts by region"))
    days.until(days.tale.now + timedelta(days=2))
    (one,) = [r for r in reminders(days.tale.incident, days.tale.catalogue) if r.to == CAROL]
    text = "📌 INC-7: due three days ago, and yours: test prompts by region. Done? Then all is well, and I ask no more."
    assert text in await shown(bot, days, one)


async def test_the_next_of_the_path_is_nobody_who_was_asked(bot: Bot) -> None:
    """Without a people.yml it is the technical lead; where she speaks herself, another owner of that role."""

    await bot.kit.directory.load()
    days = life(severity="SEV1")
    assert await _next(bot.kit, days.tale.incident) == BOB
    days.tale.do(c.GiveRole("communications", BOB))
    assert await _next(bot.kit, days.tale.incident) == DAVE


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC)),  # the night in which clocks go forward
        ("America/New_York", datetime(2026, 11, 1, 4, tzinfo=UTC)),  # the night in which they go back
    ],
)
async def test_the_next_of_the_path_is_who_is_on_call_by_then(bot: Bot, zone: str, midnight: datetime) -> None:
    """A rota that is handed over at midnight there: a minute before it is bob, a minute after it dave."""
    since = midnight.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    rota = Turns("night", "day", time(0), ZoneInfo(zone), since, ("bob", "dave"))
    people = People(rotas={"night": rota}, escalation={"support-copilot": (Step(("owners",)), Step(("night",)))})
    days = life(midnight - minutes(30), replace(catalogue(), people=people), severity="SEV1")
    await bot.kit.directory.load()
    bot.kit.desk.catalogue = days.tale.catalogue
    bot.kit.on_call = OnCall(days.tale.catalogue, bot.kit.directory)
    for moment, user in ((midnight - minutes(1), BOB), (midnight + minutes(1), DAVE)):
        bot.kit.desk.clock = lambda moment=moment: moment
        assert await _next(bot.kit, days.tale.incident) == user
