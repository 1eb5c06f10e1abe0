"""Offers of a seat, hand-over and the end of a shift, as people meet them in Slack."""

import asyncio
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.effect import Effect
from stanch.core.incident import STANCH, Incident
from stanch.core.people import Person, Step
from stanch.core.policy import sees
from stanch.flows.deliver import Done, Later, Outcome
from stanch.flows.desk import Asked
from stanch.slack import candidates
from stanch.slack.gateway import Kit
from stanch.slack.offers import lapse
from stanch.store import outbox
from stanch.store.database import Database
from stanch.store.outbox import Owed
from tests.core.test_seats import team
from tests.fakes.bot import Bot
from tests.fakes.front import Front, words
from tests.fakes.slack import Fault, refused
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN

BERLIN = ZoneInfo("Europe/Berlin")
TEAM = team(Step(("owners",)), Step(("erin",)))
TEAM = replace(TEAM, people=replace(TEAM.people, people={"bob": Person("bob", zone=BERLIN)}))


async def paged(kit: Kit, incident: Incident, owed: Owed) -> Outcome:
    return Done(reports=(sc.ReportPaged(owed.payload["action"], owed.payload["step"], ("a test",)),))


@pytest.fixture
async def front(database: Database) -> Front:
    """A bot whose team asks, with a pager that always answers."""
    return await Front(Bot(database, known=TEAM, planes={"page": paged})).ready()


def direct(front: Front, user: str) -> list[Any]:
    """What the bot wrote to this person alone."""
    found = [one for one in front.bot.slack.channels.values() if one.name == f"dm-{user}"]
    return found[0].messages if found else []


def room(front: Front) -> Any:
    (found,) = [one for one in front.bot.slack.channels.values() if one.name.startswith("inc-1-")]
    return found


def roles(front: Front) -> Any:
    """The room's message at the start that names the roles."""
    return next(one for one in room(front).messages if one["metadata"]["event_payload"]["key"] == "inc-1/roles")


def as_it_stood(message: Any) -> Any:
    """On a phone that has not seen the change yet."""
    return deepcopy(message)


async def press(front: Front, user: str, message: Any, label: str) -> str:
    """A button below a message, and what the person is told."""
    (button,) = [
        one
        for block in message["blocks"]
        for one in block.get("elements", ())
        if block["type"] == "actions" and one.get("text", {}).get("text") == label
    ]
    shown = await front.click(user, button["action_id"], button["value"], "D0DIRECT")
    return str(shown["text"])


async def lapses(front: Front, user: str) -> None:
    """The time to answer is over."""
    state = await front.bot.desk.state(1)
    assert state is not None
    ask = next(one for one in state.seating.asks if one.user == user)
    await front.bot.desk.ask(Asked(sc.ReportLapse(user, ask.until), STANCH, "worker", 1))
    await front.bot.run()


async def declared(front: Front, **facts: Any) -> None:
    await front.bot.declare(**{"severity": "SEV2", "impact": "refunds are wrong", **facts})
    await front.bot.run()


async def test_a_person_is_asked_alone_and_in_the_room(front: Front) -> None:
    """One message each, with what it is about and two buttons; the room's first message calls them too, and the card
    says until when. Alice, who declared, is asked nothing."""
    await declared(front)
    (asked,) = direct(front, BOB)
    text, accept, no = words(asked["blocks"])
    assert text.split("<!date")[0] == (
        "🪑 You are asked to be *technical lead* of INC-1 (SEV2): answers cite the wrong policy\n"
        f"Users see: refunds are wrong\nCommander: <@U0ALICE>\nIts room: <#{room(front).id}>. Please answer by "
    )
    assert (accept, no) == ("[Accept]", "[Pass]")
    assert len(direct(front, CAROL)) == 1
    assert direct(front, ALICE) == []
    assert "\n<@U0BOB>, <@U0CAROL>: please accept or pass by <!date" in words(roles(front)["blocks"])[0]
    assert words(roles(front)["blocks"])[-2:] == ["[Accept]", "[Pass]"]
    card = "\n".join(words(room(front).messages[0]["blocks"]))
    assert "*Technical lead*  @bob _(asked, until <!date" in card
    assert "*Commander*  @alice\n" in card
    assert "*Scribe*  Stanch" in card


async def test_a_click_is_an_answer_and_a_late_one_is_answered_kindly(front: Front) -> None:
    """Bob accepts from his messages; the second click hears the same; the card forgets the question."""
    await declared(front)
    asked = as_it_stood(direct(front, BOB)[0])
    assert (await press(front, BOB, asked, "Accept")).startswith("Thank you: you are technical lead of INC-1.")
    assert await press(front, BOB, asked, "Accept") == "You are technical lead of INC-1 already."
    await front.bot.run()
    assert "@bob _(asked" not in str(room(front).messages[0]["blocks"])
    assert words(direct(front, BOB)[0]["blocks"])[-1] == "You have accepted.", "the buttons are gone"
    assert await press(front, BOB, asked, "Pass") == (
        "You have said yes to it. Somebody else? `/incident 1 handover technical @who`, or leave the seat empty:"
        " `/incident 1 role technical none`."
    )


async def test_a_pass_goes_on_to_the_next_once_each(front: Front) -> None:
    """Bob passes: dave is named and asked, alone and in the room, and invited; he does not answer: the next step is."""
    await declared(front)
    asked = as_it_stood(direct(front, BOB)[0])
    assert await press(front, BOB, asked, "Pass") == "Thank you for saying so. The next person is asked."
    await front.bot.run()
    assert words(direct(front, BOB)[0]["blocks"])[-1] == "You have passed. Thank you for saying so."
    assert len(direct(front, DAVE)) == 1
    assert "<@U0DAVE>: you are asked to be technical lead, by <!date" in str(room(front).messages[-1]["blocks"])
    await lapses(front, DAVE)
    assert len(direct(front, ERIN)) == 1
    await lapses(front, ERIN)
    assert words(room(front).messages[-1]["blocks"]) == [
        "🪑 <@U0ALICE>: everybody was asked, and nobody is technical lead. Take it: `/incident role technical me`."
        " Somebody else: `/incident handover technical @who`."
    ]
    assert [len(direct(front, one)) for one in (BOB, DAVE, ERIN)] == [1, 1, 1]
    assert front.bot.counts()["buried"] == 0


async def test_who_wakes_up_late_sits_before_who_is_only_asked(front: Front) -> None:
    """Dave was silent and erin is asked by now: dave clicks *Accept* and leads; erin is not waited for any more."""
    await declared(front)
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    await front.bot.run()
    first = as_it_stood(direct(front, DAVE)[0])
    await lapses(front, DAVE)
    told = await press(front, DAVE, first, "Accept")
    assert told == "Thank you: nobody has answered yet, you are technical lead of INC-1 now."
    await front.bot.run()
    assert words(direct(front, ERIN)[0]["blocks"])[-1].startswith("Nobody waits for an answer any more.")
    state = await front.bot.desk.state(1)
    assert state is not None
    assert (state.seats["technical"], state.seating.ask("technical")) == (DAVE, None)


async def test_who_cannot_be_reached_does_not_hold_up_the_seat(front: Front) -> None:
    """Slack refuses the message to bob: dave is asked at once."""
    front.bot.slack.faults.append(Fault("conversations.open", refused("user_disabled"), 1))
    await declared(front, impact="")
    state = await front.bot.desk.state(1)
    assert state is not None
    assert state.seats["technical"] == DAVE
    assert len(direct(front, DAVE)) == 1


async def test_nobody_runs_out_of_time_for_a_question_that_is_on_its_way(front: Front) -> None:
    """Slack takes no message to bob: his time is over, and he is not passed over for it."""
    kit = front.bot.kit
    await declared(front)
    state = await front.bot.desk.state(1)
    assert state is not None
    about = {"user": BOB, "until": state.seating.ask("technical").until}  # type: ignore[union-attr]
    owed = Owed(
        id=1, key="l", incident=1, kind="lapse", lane="l", payload=about, attempts=1, lease_until=1e12,
        ambiguous=False, intent_at=0.0, worker="w",
    )  # fmt: skip
    assert isinstance(await lapse(kit, state, owed), Done)
    question = Effect("late", "ask_seat", f"inc-1/ask/{BOB}", {"entry": 1})
    await front.bot.desk.database(lambda db: outbox.owe(db, 1, [question], 0.0))
    assert isinstance(await lapse(kit, state, owed), Later)


async def test_the_bot_dies_while_it_asks(front: Front) -> None:
    """The message is posted and the answer of Slack is lost: it is looked for, and stands there once."""
    bot = front.bot
    await bot.declare(severity="SEV2")
    await bot.run(until=lambda: any("dm-" in one.name and one.messages for one in bot.slack.channels.values()))
    bot.start()
    await bot.run()
    assert len(direct(front, BOB)) == 1


async def test_what_was_asked_by_a_bot_that_died_loses_its_buttons_too(front: Front) -> None:
    """The question stands and nobody has noted it; bob answers before another process looks: it is found and ended."""
    bot = front.bot
    post, held = bot.slack.call, asyncio.Event()

    async def dies(method: str, **args: Any) -> Any:
        answer = await post(method, **args)
        if method == "chat.postMessage" and direct(front, BOB):
            held.set()
            await asyncio.sleep(60)
        return answer

    bot.slack.call = dies  # type: ignore[method-assign]
    await bot.declare(severity="SEV2")
    await bot.run(until=held.is_set)
    bot.slack.call = post  # type: ignore[method-assign]
    assert words(direct(front, BOB)[0]["blocks"])[-2:] == ["[Accept]", "[Pass]"]
    await bot.ask(sc.AnswerSeat(True), BOB)
    bot.start()
    await bot.run()
    (message,) = direct(front, BOB)
    assert words(message["blocks"])[-1] == "You have accepted."


async def test_a_restricted_seat_goes_to_insiders_only(front: Front) -> None:
    """Erin is on the path but no owner: she is not asked, and learns nothing."""
    known = replace(TEAM.services["support-copilot"], owners={"commander": ("alice",), "technical": ("bob",)})
    front.bot.known = front.bot.desk.catalogue = replace(TEAM, services={"support-copilot": known})
    front.bot.start()
    front = await Front(front.bot).ready()
    await declared(front, klass="security")
    await press(front, BOB, direct(front, BOB)[0], "Pass")
    await front.bot.run()
    assert direct(front, ERIN) == []
    state = await front.bot.desk.state(1)
    assert state is not None
    assert "technical" not in state.seats


async def test_hand_over_shows_how_things_stand_and_changes_nothing_until_it_is_accepted(front: Front) -> None:
    """Dave gets a private summary; the card keeps bob; one click later it is dave's, and the room is told."""
    await declared(front, severity="SEV4")
    await front.bot.ask(c.Applied("prompt back to v17"))
    await front.bot.ask(c.Suppose("the cache"))
    shown = await front.command(ALICE, "1 handover technical dave")
    assert shown["text"].startswith("<@U0DAVE> is asked to take over as technical lead, until <!date")
    await front.bot.run()
    (asked,) = direct(front, DAVE)
    told = "\n".join(words(asked["blocks"]))
    assert told.startswith("🔁 @alice asks you to take over as *technical lead* of INC-1 from <@U0BOB>, in <#")
    for part in ("refunds are wrong", "prompt back to v17", "Hypothesis 1: the cache", "phase *mitigate*"):
        assert part in told
    assert "*Technical lead*  @bob" in str(room(front).messages[0]["blocks"])
    assert "Thank you: you are technical lead of INC-1 now." in await press(front, DAVE, asked, "Accept")
    await front.bot.run()
    assert "*Technical lead*  @dave" in str(room(front).messages[0]["blocks"])
    assert "is technical lead now, taking over from <@U0BOB>" in str(room(front).messages[-1]["blocks"])
    first, *rest = words(asked["blocks"])
    assert first.startswith("🔁 You were asked to take over as *technical lead* of INC-1, in <#")
    assert "prompt back to v17" in "\n".join(rest)
    assert rest[-1] == "✔ You have accepted: you are technical lead."


async def test_who_asked_for_a_hand_over_is_told_that_it_failed(front: Front) -> None:
    """Dave passes: alice hears it alone, with what she can do."""
    await declared(front, severity="SEV4")
    await front.command(ALICE, "1 handover technical dave")
    await front.bot.run()
    assert await press(front, DAVE, direct(front, DAVE)[0], "Pass") == "Thank you. <@U0ALICE> is told."
    await front.bot.run()
    assert [words(one["blocks"]) for one in direct(front, ALICE)] == [[
        "INC-1: <@U0DAVE> passed, so <@U0BOB> is technical lead still."
        " Somebody else? `/incident 1 handover technical @who`"
    ]]  # fmt: skip


async def test_an_outsider_is_told_only_the_stub_and_can_answer(front: Front) -> None:
    """A hand-over of a restricted incident to somebody who does not see it: no word of it before they accept."""
    await front.bot.declare(klass="security", severity="SEV4", title="the leak of the century")
    await front.bot.run()
    await front.happens(type="member_left_channel", user=ERIN, channel=room(front).id)
    await front.command(ALICE, "1 handover technical erin")
    await front.bot.run()
    (asked,) = direct(front, ERIN)
    assert "leak" not in str(asked)
    assert words(asked["blocks"])[0] == (
        "🔒 INC-1 · restricted · commander @alice. You are asked to take a role in it."
    )
    assert "you are technical lead of INC-1 now" in await press(front, ERIN, asked, "Accept")


async def test_a_long_shift_brings_somebody_fresh(front: Front) -> None:
    """After four hours the commander hears of it with a candidate; *Not now* asks again in an hour; the offer is a
    hand-over, which leaves the seat where it is until it is accepted."""
    front.bot.desk.clock = lambda: datetime.now(UTC) - timedelta(hours=5)
    await front.bot.declare(severity="SEV4")
    await front.bot.run()
    front.bot.desk.clock = lambda: datetime.now(UTC)
    told = {words(one["blocks"])[0].partition(" been ")[2].partition(" since")[0]: one for one in direct(front, ALICE)}
    assert set(told) == {"commander", "technical lead", "communications lead"}
    assert "you have been commander since" in words(told["commander"]["blocks"])[0]
    assert words(told["technical lead"]["blocks"])[1:] == ["[Offer it to @dave]", "[Not now]"]
    assert (await press(front, ALICE, told["communications lead"], "Not now")).startswith("I ask once more at <!date")
    assert "is asked to take over as technical lead" in await press(
        front, ALICE, told["technical lead"], "Offer it to @dave"
    )
    await front.bot.run()
    assert len(direct(front, ALICE)) == 3
    assert "asks you to take over as *technical lead*" in str(direct(front, DAVE))
    state = await front.bot.desk.state(1)
    assert state is not None
    assert state.seats["technical"] == BOB


async def test_a_night_is_thanked_for(front: Front) -> None:
    """Bob held his seat from 23:00 to 03:00 in Berlin: one kind word when it ends, recorded without blame."""
    start = datetime(2026, 11, 20, 23, 0, tzinfo=BERLIN).astimezone(UTC)
    front.bot.desk.clock = lambda: start
    await front.bot.declare(severity="SEV4")
    await front.bot.run(until=lambda: room_stands(front), seconds=20)
    front.bot.desk.clock = lambda: start + timedelta(hours=4)
    await front.bot.ask(c.GiveRole("technical", DAVE))
    await front.bot.run(until=lambda: bool(direct(front, BOB)), seconds=20)
    assert [words(one["blocks"])[0][:42] for one in direct(front, BOB)] == [
        "🌙 Thank you for the night on INC-1. Please"
    ]
    events = await front.bot.desk.timeline(1)
    (night,) = [one.payload for one in events if one.kind == "night_worked"]
    assert night == {"user": BOB, "role": "technical", "minutes": 240}


def room_stands(front: Front) -> bool:
    return any(
        one.name.startswith("inc-1-") and one.pins and len(one.messages) > 1
        for one in front.bot.slack.channels.values()
    )


async def test_the_questions_in_the_room_follow_the_answers(front: Front) -> None:
    """The message that asks bob and carol asks carol alone when bob has passed, and nobody at the end; the one that
    asks dave says that he has accepted."""
    await declared(front)
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    await front.bot.run()
    text, *below = words(roles(front)["blocks"])
    assert "Technical lead: <@U0DAVE>" in text
    assert "<@U0CAROL>" in text.partition("accept or pass")[0] + text.partition("accept or pass")[2]
    assert "<@U0DAVE>" in text.partition("\n")[2]
    assert "<@U0BOB>" not in text
    assert below == ["[Accept]", "[Pass]"]
    later = room(front).messages[-1]
    await press(front, DAVE, as_it_stood(direct(front, DAVE)[0]), "Accept")
    await front.command(CAROL, "1 note here")
    await front.bot.run()
    (text,) = words(roles(front)["blocks"])
    assert "accept or pass" not in text
    assert words(later["blocks"])[1:] == ["✔ Accepted."]
    assert len(direct(front, DAVE)) == 1


async def test_a_question_in_the_room_says_who_sits_there_now(front: Front) -> None:
    """Dave is silent and erin is asked in his place: below dave's question stands her name, and no button."""
    await declared(front)
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    await front.bot.run()
    question = room(front).messages[-1]
    await lapses(front, DAVE)
    assert words(question["blocks"])[1:] == ["Not asked any more. Now: technical lead @erin (asked)."]


async def test_who_wakes_up_late_has_one_click(front: Front) -> None:
    """Bob's time is over and nobody came after him: below his old question he still takes the seat."""
    await declared(front, impact="")
    for user in (BOB, DAVE, ERIN):
        await lapses(front, user)
    shown = words(direct(front, BOB)[0]["blocks"])
    assert shown[1:] == ["The time to answer is over. If you are here now:", "[Take this role]"]
    assert "by <!date" not in shown[0]
    assert "technical lead now" in await press(front, BOB, direct(front, BOB)[0], "Take this role")
    await front.bot.run()
    assert words(direct(front, BOB)[0]["blocks"])[1:] == ["You are technical lead, and nobody needs an answer."]
    assert words(direct(front, DAVE)[0]["blocks"])[1:] == ["The time to answer is over. Now: technical lead @bob."]


async def test_a_seat_of_an_incident_that_is_over_is_not_offered(front: Front) -> None:
    """Bob wakes up after it was dismissed: his old question has no button."""
    await declared(front, impact="")
    for user in (BOB, DAVE, ERIN):
        await lapses(front, user)
    await front.command(ALICE, "1 dismiss false-alarm nothing was wrong")
    await front.bot.run()
    assert words(direct(front, BOB)[0]["blocks"])[1:] == ["Nobody waits for an answer any more."]


async def test_a_higher_severity_leaves_less_time_and_says_so(front: Front) -> None:
    """SEV2 becomes SEV1: bob's message and the room's say the new time, and he is asked once."""
    await declared(front)
    before = words(direct(front, BOB)[0]["blocks"]), words(roles(front)["blocks"])
    await front.command(ALICE, "1 severity SEV1")
    await front.bot.run()
    (question,) = direct(front, BOB)
    state = await front.bot.desk.state(1)
    assert state is not None
    until = int(datetime.fromisoformat(state.seating.asks[0].until).timestamp())
    assert before[0] != words(question["blocks"])
    assert f"Please answer by <!date^{until}^" in words(question["blocks"])[0]
    assert words(question["blocks"])[1:] == ["[Accept]", "[Pass]"]
    assert f"please accept or pass by <!date^{until}^" in words(roles(front)["blocks"])[0]


async def test_one_person_for_two_seats_is_asked_once(front: Front) -> None:
    """Dave and carol are silent at one moment: erin gets one message for both seats, and the room one mention; she is
    silent, too, and one line says that everybody was asked."""
    await declared(front)
    await lapses(front, BOB)
    state = await front.bot.desk.state(1)
    assert state is not None
    for user in (DAVE, CAROL):
        ask = next(one for one in state.seating.asks if one.user == user)
        await front.bot.desk.ask(Asked(sc.ReportLapse(user, ask.until), STANCH, "worker", 1))
    await front.bot.run()
    (question,) = direct(front, ERIN)
    assert "You are asked to be *technical lead and communications lead* of INC-1" in words(question["blocks"])[0]
    mentions = [one for one in room(front).messages if "<@U0ERIN>: you are asked" in str(one["blocks"])]
    assert len(mentions) == 1
    await lapses(front, ERIN)
    told = [words(one["blocks"])[0] for one in room(front).messages if "everybody was asked" in str(one["blocks"])]
    assert len(told) == 1


async def test_who_was_silent_is_asked_after_all_others(front: Front) -> None:
    """Dave did not answer as technical lead: for the words erin of the next step comes before him."""
    await declared(front)
    kit = front.bot.kit
    for user in (BOB, DAVE):
        await lapses(front, user)
    owners = {"communications": ("carol", "dave", "alice")}
    known = replace(TEAM.services["support-copilot"], owners=owners)
    kit.desk.catalogue = replace(TEAM, services={"support-copilot": known})
    kit.on_call._known = kit.desk.catalogue
    state = await front.bot.desk.state(1)
    assert state is not None
    found = await candidates.after(kit, state, "communications", CAROL)
    assert [one.user for one in found][-1] == DAVE


async def test_owners_of_a_role_take_turns(front: Front) -> None:
    """Bob is the first choice while he has answered for nothing; once he is technical lead elsewhere, dave is named.
    Where there is one owner, it is they."""
    await declared(front)
    for title, technical in (("another", BOB), ("a third", DAVE)):
        await front.bot.declare(severity="SEV2", title=title)
        await front.bot.run()
        state = max(await front.bot.desk.open_incidents(9), key=lambda one: one.number)
        assert (state.seats["commander"], state.seats["technical"]) == (ALICE, technical)
        await front.bot.ask(c.Note("looking"), BOB)


async def test_nobody_can_be_woken_says_whom_to_call(front: Front) -> None:
    """The commander is mentioned, and who is asked is named: somebody has to phone them."""
    await declared(front, severity="SEV1")
    await front.bot.desk.ask(Asked(sc.ReportNoPager(), STANCH, "worker", 1))
    await front.bot.run()
    told = next(words(one["blocks"])[0] for one in room(front).messages if "📵" in str(one["blocks"]))
    assert told == (
        "📵 <@U0ALICE>: nobody can be woken, as no paging is set up and a message wakes nobody. Call <@U0BOB>,"
        " <@U0CAROL> and <@U0ERIN> by phone now. For the next time, `stanch doctor` says what to set."
    )


async def test_outside_the_room_it_says_that_the_commander_is_only_asked(front: Front) -> None:
    """Bob declares and alice, who commands, has not answered: the announcement says so until she has."""
    await front.bot.ask(c.Declare(0, "it drifts", severity="SEV2"), BOB, number=None)
    await front.bot.run()
    state = await front.bot.desk.state(1)
    assert state is not None
    assert "Commander: @alice (asked)" in str(front.bot.kit.render.announcement(state).blocks)
    assert front.bot.kit.render.stub(state).endswith("commander @alice (asked)")
    await press(front, ALICE, as_it_stood(direct(front, ALICE)[0]), "Accept")
    state = await front.bot.desk.state(1)
    assert state is not None
    assert "(asked)" not in str(front.bot.kit.render.announcement(state).blocks)


async def test_who_hands_over_their_own_seat_is_named_once(front: Front) -> None:
    """Alice commands and asks dave."""
    await declared(front, severity="SEV4")
    await front.command(ALICE, "1 handover commander dave")
    await front.bot.run()
    text = words(direct(front, DAVE)[0]["blocks"])[0]
    assert text.startswith("🔁 @alice asks you to take over as *commander* of INC-1, in <#")


async def press_in_room(front: Front, user: str, label: str) -> str:
    """A button below the room's message that names the roles: always the same message, as it stands now."""
    message = roles(front)
    (button,) = [
        one
        for block in message["blocks"]
        for one in block.get("elements", ())
        if block["type"] == "actions" and one["text"]["text"] == label
    ]
    shown = await front.click(user, button["action_id"], button["value"], room(front).id, ts=message["ts"])
    return str(shown["text"])


async def test_the_rooms_button_is_decided_anew_for_another_question(front: Front) -> None:
    """Dave clicks *Accept* before he is asked, and again when bob has passed and he is: the second is his yes."""
    await front.bot.ask(c.Declare(0, "answers cite the wrong policy", severity="SEV2"), "U0OUTSIDER", number=None)
    await front.bot.run()
    assert "This asks <@U0ALICE> and <@U0BOB>" in await press_in_room(front, DAVE, "Accept")
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    await front.bot.run()
    assert (await press_in_room(front, DAVE, "Accept")).startswith("Thank you: you are technical lead of INC-1.")
    state = await front.bot.desk.state(1)
    assert state is not None
    assert state.seating.ask_of(DAVE) is None


async def test_a_second_delivery_of_a_click_is_answered_from_memory(front: Front) -> None:
    """Slack delivers one click twice: both hear the same."""
    await declared(front)
    (button, *_) = roles(front)["blocks"][-1]["elements"]
    click = {"channel": room(front).id, "ts": roles(front)["ts"], "again": "T-once"}
    first = await front.click(BOB, button["action_id"], button["value"], **click)
    assert first["text"].startswith("Thank you: you are technical lead of INC-1.")
    assert (await front.click(BOB, button["action_id"], button["value"], **click))["text"] == first["text"]


async def test_the_room_says_for_whom_only_accept_is_a_yes(front: Front) -> None:
    """Bob is at work and asked for a second seat: the roles message says the same as his own."""
    await declared(front)
    await front.bot.ask(c.Note("on it"), BOB)
    await press(front, CAROL, as_it_stood(direct(front, CAROL)[0]), "Pass")
    next_is_bob = sc.OfferSeats((sc.OfferNext("communications", CAROL, ((BOB, 0),)),))
    await front.bot.desk.ask(Asked(next_is_bob, STANCH, "worker", 1))
    await front.bot.run()
    said = words(roles(front)["blocks"])[0]
    assert "<@U0BOB> (only with *Accept*): please accept or pass by" in said
    assert "Anything you do here is a yes" not in said
    assert "so only *Accept* is a yes" in words(direct(front, BOB)[-1]["blocks"])[0]


async def test_questions_say_no_more_once_it_is_restricted(front: Front) -> None:
    """Bob passed, dave did not answer and is asked to take over; neither sees it now: what they were asked alone is
    the stub, in text and blocks; what is asked still keeps its buttons."""
    await declared(front)
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    await front.bot.run()
    await lapses(front, DAVE)
    await front.bot.ask(sc.HandOver("communications", DAVE), ALICE)
    await front.bot.run()
    await front.bot.ask(c.Restrict("secrets in the answers"))
    await front.bot.run()
    for user in (BOB, DAVE):
        sent = direct(front, user)
        assert sent
        for message in sent:
            shown = f"{message['text']} {message['blocks']}"
            assert not [one for one in ("wrong policy", "refunds") if one in shown]
            assert message["text"].startswith("🔒 INC-1 · restricted · commander @alice")
    assert words(direct(front, DAVE)[-1]["blocks"])[-2:] == ["[Accept]", "[Pass]"]
    assert front.bot.counts()["buried"] == 0


async def test_who_was_let_in_meanwhile_keeps_the_stub(front: Front) -> None:
    """The bot was away when it became restricted, and carol is in by the time it is back: what carol was asked is the
    stub, as if it had been changed at once."""
    await declared(front)
    await lapses(front, CAROL)
    await front.bot.ask(c.Restrict("secrets in the answers"))
    await front.bot.ask(c.GiveRole("scribe", CAROL), ALICE)
    await front.bot.run()
    state = await front.bot.desk.state(1)
    assert state is not None
    assert sees(state, CAROL)
    assert (
        direct(front, CAROL)[0]["text"]
        == "🔒 INC-1 · restricted · commander @alice. Nobody waits for an answer any more."
    )


async def test_less_time_is_said_first(front: Front) -> None:
    """The severity goes up: the text beside the blocks begins with the time that is left, however long the rest is."""
    await declared(front, impact="refunds are wrong, " * 20)
    before = direct(front, BOB)[0]["text"]
    await front.bot.ask(c.Change("severity", "SEV1"))
    await front.bot.run()
    text = direct(front, BOB)[0]["text"]
    assert "Please answer by" not in before
    assert text.startswith("Please answer by <!date^")


async def test_the_topic_says_that_the_commander_has_not_answered(front: Front) -> None:
    """Alice is named by somebody else's declaration: topic and catch-up say so until she accepts."""
    await front.bot.ask(c.Declare(0, "answers cite the wrong policy", severity="SEV2"), "U0OUTSIDER", number=None)
    await front.bot.run()
    assert room(front).topic.endswith("commander @alice (asked)")
    shown = await front.command(BOB, "1 catchup", room(front).id)
    assert "Commander: @alice (asked) · Technical lead: @bob (asked)" in str(shown["blocks"])
    await front.bot.ask(sc.AnswerSeat(True), ALICE)
    await front.bot.run()
    assert room(front).topic.endswith("commander @alice")
