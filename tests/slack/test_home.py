"""The Home tab and catching up: whole texts for small worlds, and Slack's limits for large ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from practice.limits import check_view
from stanch.core import commands as c
from stanch.core.chain import unstamp
from stanch.core.incident import Incident
from stanch.core.phases import NOW as STEPS
from stanch.core.seating import Ask, Handover
from stanch.slack.directory import Directory
from stanch.slack.home import Seen, draw
from stanch.slack.render import Render
from stanch.store.database import Database
from stanch.store.projections import duties
from tests.core.test_seats import team
from tests.fakes.bot import Bot
from tests.fakes.front import Front, seen, words
from tests.fakes.slack import FakeSlack
from tests.fakes.world import (
    ALICE,
    BOB,
    CAROL,
    CATALOGUE,
    DAVE,
    LATER_DAY,
    NOW,
    Tale,
    declared,
    minutes,
    opened,
    walked,
)


@pytest.fixture
def render() -> Render:
    directory = Directory(FakeSlack(lambda: 0.0))
    for user in FakeSlack(lambda: 0.0).users:
        directory.learn(user)
    return Render(CATALOGUE, directory)


class Row(dict[str, Any]):
    """A row of the table of duties."""

    __getattr__ = dict.__getitem__


def world(user: str, *states: Incident, promised: bool = True) -> Seen:
    """What the desk would find for this person in these incidents."""
    rows = [Row(row) for state in states for row in duties(state)]
    mine = [row for row in rows if row.who == user and promised]
    mine.sort(key=lambda row: (row.due, row.incident, row.k))
    return Seen(
        [state for state in states if state.is_open],
        mine,
        [row for row in rows if row.kind == "mitigation"],
        {state.number: state for state in states},
    )


def home(render: Render, user: str, *states: Incident, now: datetime = NOW) -> list[str]:
    return words(draw(world(user, *states), user, now, CATALOGUE, render))


def at(moment: datetime, form: str = "{date_short_pretty} {time}") -> str:
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%H:%M} UTC>"


def test_a_quiet_day(render: Render) -> None:
    """Nothing open, nothing owed, nothing applied: each is said in words, and *Declare* stands on top."""
    assert home(render, ALICE) == [
        "[Declare an incident]", "[Refresh]", "Open incidents", "None. Quiet is a good sign.", "What you owe",
        "Nothing.",
        "Still applied", "No mitigation is in force.", f"As of {at(NOW)}",
    ]  # fmt: skip


def test_an_open_incident_with_what_its_people_owe(render: Render) -> None:
    """Its line with the way in; the update by when it is due; the seat; the promise; the mitigation that I keep."""
    tale = opened(severity="SEV2", klass="provider_outage")
    since = tale.incident.declared_at
    for command in (
        c.Applied("failover 50 %"), c.MoveMitigation("effective", 1), c.Applied("cap 5"),
        c.MoveMitigation("kept", 2, CAROL, LATER_DAY, "until v18"), c.AddAction(CAROL, LATER_DAY, "test the failover"),
    ):  # fmt: skip
        tale.do(command)
    headline = "🟠 INC-7 · SEV2 · answers cite the wrong policy"
    assert home(render, CAROL, tale.incident, now=tale.now) == [
        "[Declare an incident]", "[Refresh]", "Open incidents",
        f"{headline} · mitigate, bleeding: unknown · since {at(since)} <#C0ROOM>", "[Join]",
        "What you owe",
        f"Update due {at(since + minutes(30))} · {headline}", "[Draft update]",
        "• INC-7 · promised by 2026-12-01: test the failover\n"
        "• INC-7 · look after by 2026-12-01: cap 5\n"
        "• INC-7 · communications lead",
        "Still applied",
        "✔ INC-7 · failover 50 % (in effect)\n📌 INC-7 · cap 5 (kept until 2026-12-01) · @carol",
        f"As of {at(tale.now)}",
    ]  # fmt: skip


def test_who_is_not_concerned_owes_nothing(render: Render) -> None:
    """The same incident for somebody without a part in it."""
    tale = opened(severity="SEV2")
    shown = home(render, DAVE, tale.incident)
    assert shown[shown.index("What you owe") + 1] == "Nothing."


def test_an_overdue_update_says_so(render: Render) -> None:
    """After its time it is overdue, and its button is red."""
    tale = opened(severity="SEV1")
    due = tale.incident.declared_at + minutes(15)
    blocks = draw(world(CAROL, tale.incident), CAROL, due + minutes(1), CATALOGUE, render)
    (block,) = [one for one in blocks if (one.get("accessory") or {}).get("action_id") == "home_update"]
    assert words([block])[0] == f"Update *overdue* since {at(due)} · 🔴 INC-7 · SEV1 · answers cite the wrong policy"
    assert block["accessory"]["style"] == "danger"


def test_updates_come_by_when_they_are_due(render: Render) -> None:
    """The next one first, whatever the severity of its incident."""
    one = replace(opened(severity="SEV3").incident, number=1, severity_since=NOW - timedelta(hours=3))
    two = replace(opened(severity="SEV1").incident, number=2)
    shown = [line for line in home(render, CAROL, two, one) if line.startswith("Update")]
    assert ["INC-1" in line for line in shown] == [True, False]
    assert ["*overdue*" in line for line in shown] == [True, False]


def test_an_acting_commander_is_told(render: Render) -> None:
    """Who declared commands until somebody accepts the seat, and owes the updates meanwhile."""
    tale = declared(severity="SEV2")
    shown = home(render, ALICE, tale.incident)
    assert "• INC-7 · acting commander" in shown
    assert [line for line in shown if line.startswith("Update due")] != []


def test_what_waits_to_be_closed_is_the_commanders(render: Render) -> None:
    """Resolved, it waits for its summary: the commander is reminded, others keep their seat without a duty to close."""
    tale = walked("learn")
    assert "• INC-7 · commander: it waits to be closed, with its summary" in home(render, ALICE, tale.incident)
    assert "• INC-7 · technical lead" in home(render, BOB, tale.incident)
    assert home(render, ALICE, walked("closed").incident)[5:7] == ["Nothing.", "Still applied"]


def test_mitigations_of_closed_incidents_are_still_applied(render: Render) -> None:
    """What moves production after its incident has ended is shown, with who looks after it and until when."""
    tale = opened(severity="SEV3")
    tale.do(c.Applied("cap 5"))
    for command in (
        c.Contain("drill"), c.Explain("confirmed", "it"), c.MoveMitigation("kept", 1, BOB, LATER_DAY, "until v18"),
        c.Watch("drill"),
    ):  # fmt: skip
        tale.do(command)
    tale.do(c.Resolve("prompt v18"), after=timedelta(hours=5))
    tale.do(c.Close("we learned"))
    shown = home(render, BOB, tale.incident)
    assert "📌 INC-7 · cap 5 (kept until 2026-12-01) · @bob · incident closed" in shown
    assert "• INC-7 · look after by 2026-12-01: cap 5" in shown
    assert "None. Quiet is a good sign." in shown


def test_words_on_the_tab_are_data(render: Render) -> None:
    """Titles, mitigations and promises ping nobody there."""
    tale = opened(title="<!channel> & <@U0BOB>", severity="SEV1")
    tale.do(c.Applied("<!here> down"))
    tale.do(c.AddAction(CAROL, LATER_DAY, "<!everyone>"))
    assert "<!channel" not in seen(home(render, CAROL, tale.incident))
    assert "<!here" not in seen(home(render, CAROL, tale.incident))
    assert "<!everyone" not in seen(home(render, CAROL, tale.incident))


def crowd(count: int, text: str) -> Sequence[Incident]:
    """So many open incidents, each with mitigations and promises, all of them carol's."""
    tale: Tale = opened(title=text * 40, severity="SEV1", klass="quality_regression", impact=text * 900)
    for _ in range(3):
        tale.do(c.Applied(text * 100))
    tale.do(c.MoveMitigation("kept", 1, CAROL, LATER_DAY, text * 100))
    tale.do(c.AddAction(CAROL, LATER_DAY, text * 100))
    seats = dict.fromkeys(("commander", "technical", "communications", "scribe"), CAROL)
    return [replace(tale.incident, number=n, seats=seats, restricted=n % 5 == 0) for n in range(1, count + 1)]


@pytest.mark.parametrize("text", ["<!channel> & ", "&&&&", "🏳️‍🌈", "words "])
@pytest.mark.parametrize("user", [CAROL, DAVE])
def test_a_thousand_incidents_stay_within_slacks_limits(render: Render, text: str, user: str) -> None:
    """At most 100 blocks, each within every limit, however much is open and however much of it is mine."""
    blocks = draw(world(user, *crowd(1_000, text)), user, NOW, CATALOGUE, render)
    assert len(blocks) <= 100
    check_view({"type": "home", "blocks": blocks}, ("home",))


def test_more_than_fits_is_said(render: Render) -> None:
    """Fifteen are listed, and that there are more is said with the way to them."""
    shown = home(render, DAVE, *crowd(16, "x"))
    assert sum(line == "[Join]" or line == "[Ask to join]" for line in shown) == 15
    assert "… and more, less severe: `/incident list`" in shown
    assert "… and more, less severe: `/incident list`" not in home(render, DAVE, *crowd(15, "x"))


# From the database


async def test_home_from_the_database(front: Front) -> None:
    """Worst first; my duties by date, of ended incidents too; mitigations anywhere; nothing of other people's."""
    bot = front.bot
    for n, severity in enumerate(("SEV3", "SEV1", None), 1):
        await bot.declare(f"trouble {n}", **({"severity": severity} if severity else {}))
    await bot.ask(c.AddAction(BOB, LATER_DAY, "a test of one"), number=1)
    await bot.ask(c.Applied("cap 5"), number=1)
    await bot.ask(c.MoveMitigation("kept", 1, BOB, LATER_DAY, "until v18"), number=1)
    await bot.ask(c.Dismiss("false-alarm", "a test"), number=1)
    await bot.ask(c.Applied("route back"), number=2)
    shown = words((await front.look_home(BOB))["blocks"])
    lines = [line.split(" · ")[:3] for line in shown if line.startswith(("🔴", "🟡", "⚪"))]
    assert lines == [["🔴 INC-2", "SEV1", "trouble 2"], ["⚪ INC-3", "no severity yet", "trouble 3"]]
    assert "• INC-1 · look after by 2026-12-01: cap 5" in shown
    assert "… INC-2 · route back (applied)" in "\n".join(shown)
    assert "📌 INC-1 · cap 5 (kept until 2026-12-01) · @bob · incident dismissed" in "\n".join(shown)
    others = words((await front.look_home(DAVE))["blocks"])
    assert others[others.index("What you owe") + 1] == "Nothing."


async def test_the_tab_opens_when_it_is_looked_at(front: Front) -> None:
    """The Home tab is published when somebody opens it, and not when they open the messages beside it."""
    await front.happens(type="app_home_opened", user=BOB, tab="messages")
    assert front.bot.slack.homes == {}
    await front.happens(type="app_home_opened", user=BOB, tab="home")
    assert set(front.bot.slack.homes) == {BOB}


async def test_a_button_of_the_tab_opens_the_update(front: Front) -> None:
    """*Draft update* opens the form of that incident, and what is sent is said."""
    await front.bot.declare(severity="SEV2")
    shown = await front.click(ALICE, "home_update", "1:1", None)
    await front.fill(ALICE, shown["view"], {"text": {"value": "Answers are right again."}})
    state = await front.bot.desk.state(1)
    assert state is not None
    assert state.last_update == "Answers are right again."


async def test_an_answer_on_the_tab_takes_the_question_away(database: Database) -> None:
    """*Accept* on Home seats bob, and the tab is drawn anew without the question."""
    front = await Front(Bot(database, known=team())).ready()
    await front.bot.declare(severity="SEV3")
    await front.bot.run()
    assert "[Accept]" in words((await front.look_home(BOB))["blocks"])
    await front.click(BOB, "seat:accept", "1:technical", None, view={"type": "home"})
    assert "[Accept]" not in words(front.bot.slack.homes[BOB]["blocks"])


# Catching up


def test_catching_up_with_a_fresh_incident(render: Render) -> None:
    """What is known, done, open and due of an incident that nobody has filled in yet: whole."""
    tale = declared()
    since = at(tale.incident.declared_at)
    assert render.catchup(tale.incident, tale.events[-10:], DAVE).text == (
        "*⚪ INC-7 · no severity yet · answers cite the wrong policy*\n"
        f"No class yet in Support copilot _(assumed)_ · since {since} · phase *assess* · bleeding: *unknown*\n"
        "Commander: nobody yet, @alice is acting\n"
        "*Known*\n"
        "• What users see is not said yet.\n"
        "*Done*\n"
        "• Nothing is pulled and nothing said yet.\n"
        "*Open*\n"
        "• Nobody is commander, technical lead, communications lead, scribe.\n"
        "• Not set: class, severity.\n"
        f"• Next: {STEPS['assess']}.\n"
        "*Due*\n"
        "• Next word: no time is owed until a severity is set."
    )


def test_catching_up_late(render: Render) -> None:
    """After an hour of work, who joins reads in one minute what was found, pulled, promised and is due."""
    tale = opened(severity="SEV2", klass="quality_regression", impact="wrong refunds")
    since = tale.incident.declared_at
    for command in (
        c.Change("scope", "the EU"), c.Suppose("the prompt"), c.Suppose("the index"),
        c.JudgeIdea(1, "supported", "trace 7"), c.Applied("prompt v18 → v17"), c.MoveMitigation("effective", 1),
        c.Applied("cap 5"), c.MoveMitigation("kept", 2, BOB, LATER_DAY, "until v18"), c.Judge(30, 0),
        c.SayUpdate("we put it back"), c.Contain(), c.Explain("probable", "the prompt dropped the region"),
        c.Watch("no traffic at night"), c.AddAction(CAROL, LATER_DAY, "test prompts by region"),
    ):  # fmt: skip
        tale.do(command)
    i = tale.incident
    assert i.last_update_at is not None
    assert i.quiet_until_at is not None
    assert render.catchup(i, tale.events[-10:], DAVE).text == (
        "*🟠 INC-7 · SEV2 · answers cite the wrong policy*\n"
        f"Quality regression in Support copilot _(assumed)_ · since {at(since)} · phase *watching*"
        " · bleeding: *contained*\n"
        "Commander: @alice · Technical lead: @bob · Communications lead: @carol\n"
        "*Known*\n"
        "• Users see: wrong refunds\n"
        "• Scope: the EU\n"
        "• Cause probable: the prompt dropped the region\n"
        "• Hypothesis 1 supported: the prompt\n"
        "• Judged since the last mitigation: 0 bad of 30.\n"
        "*Done*\n"
        "• Mitigation 1 effective: prompt v18 → v17\n"
        "• Mitigation 2 kept: cap 5\n"
        f"• Last word {at(i.last_update_at, '{time}')}: we put it back\n"
        "*Open*\n"
        "• Hypothesis 2: the index\n"
        "• Nobody is scribe.\n"
        "• Next: `/incident resolved --fixed WHAT` once quiet has held; if it comes back: `/incident mitigate`.\n"
        "*Due*\n"
        f"• *Next word*  due {at(i.last_update_at + minutes(60), '{time}')}, from @carol\n"
        f"• Quiet has to hold until {at(i.quiet_until_at)}\n"
        "• @bob by 2026-12-01: cap 5\n"
        "• @carol by 2026-12-01: test prompts by region"
    )


async def test_catching_up_is_for_one_person(front: Front) -> None:
    """`catchup` is shown to who asked alone, records nothing, and is the same from *More*."""
    await front.bot.declare(severity="SEV2")
    before = len(front.bot.slack.calls)
    shown = await front.command(DAVE, "1 catchup")
    assert shown["response_type"] == "ephemeral"
    assert len(front.bot.slack.calls) == before
    assert (await front.pick(DAVE, "catchup:1"))["text"] == shown["text"]
    assert len(await front.bot.desk.timeline(1)) == 1


def test_who_is_asked_answers_on_home(render: Render) -> None:
    """The question with its time and its buttons comes first; the seat below is not theirs yet. A hand-over too."""
    i = opened(severity="SEV2").incident
    until = "2026-11-22T03:20:00.000000Z"
    asked = replace(i, seating=replace(i.seating, asks=(Ask(BOB, ("technical", "scribe"), until),)))
    headline = "🟠 INC-7 · SEV2 · answers cite the wrong policy"
    shown = home(render, BOB, asked)
    by = at(unstamp(until), "{time}")
    assert shown[shown.index("What you owe") + 1 : shown.index("Still applied")] == [
        f"*You are asked to be technical lead and scribe*: accept or pass by {by} · {headline}", "[Accept]", "[Pass]",
        "• INC-7 · technical lead (asked)",
    ]  # fmt: skip
    given = replace(i, seating=replace(i.seating, handovers=(Handover("commander", DAVE, ALICE, until),)))
    told = f"*You are asked to take over as commander*: accept or pass by {by} · {headline}"
    shown = home(render, DAVE, given)
    assert shown[shown.index("What you owe") + 1 : shown.index("Still applied")] == [told, "[Accept]", "[Pass]"]


def test_an_overdue_update_is_the_commanders_too(render: Render) -> None:
    """Before its time it is carol's alone; after it alice reads of it, with whose it is."""
    tale = opened(severity="SEV1")
    due = tale.incident.declared_at + minutes(15)
    before = home(render, ALICE, tale.incident, now=due - minutes(1))
    assert [line for line in before if line.startswith("Update")] == []
    after = home(render, ALICE, tale.incident, now=due + minutes(1))
    assert [line for line in after if line.startswith("Update")] == [
        f"Update *overdue* since {at(due)}, from @carol · 🔴 INC-7 · SEV1 · answers cite the wrong policy"
    ]


def test_nobody_is_sent_after_a_kept_seat(render: Render) -> None:
    """A scribe's seat that Stanch keeps is not called empty."""
    i = opened(severity="SEV2").incident
    two = replace(CATALOGUE.severities["SEV2"], seats={"scribe": "stanch"})
    kept = Render(replace(CATALOGUE, severities={**CATALOGUE.severities, "SEV2": two}), Directory(FakeSlack(lambda: 0)))
    assert (
        "scribe" not in kept.now(replace(i, seats={"commander": ALICE, "technical": BOB, "communications": CAROL})).text
    )
