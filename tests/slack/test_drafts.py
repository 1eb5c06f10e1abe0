"""Words for others, from the form to what each audience reads: on a Slack in memory, killed and started again."""

import asyncio
from dataclasses import replace

import pytest

from stanch.core import commands as c, draft_commands as d
from stanch.core.catalogue import PublicPage
from stanch.core.incident import Incident
from stanch.flows.deliver import Cancelled
from stanch.slack.client import Kind, SlackFault
from stanch.slack.stakeholders import reply
from stanch.store.database import Database
from stanch.store.outbox import Owed
from tests.fakes.bot import Bot
from tests.fakes.front import Front, Json, seen, words
from tests.fakes.slack import Channel, Fault
from tests.fakes.world import ALICE, BOB, CAROL, CATALOGUE, DAVE, ERIN, minutes
from tests.slack.stage import elsewhere

GOOD = "Users see wrong refunds since 13:51 UTC. Next update at 14:20 UTC."
BETTER = "Users get right answers again. Next update at 15:00 UTC."
SERVICE = CATALOGUE.services["support-copilot"]
FULL = replace(SERVICE, channels={"stakeholders": "company", "leadership": "leads"}, status_page=PublicPage("static"))
KNOWN = replace(
    CATALOGUE,
    services={**CATALOGUE.services, SERVICE.id: FULL},
    severities={
        id: replace(one, updates={**one.updates, "stakeholders": minutes(60), "status_page": minutes(30)})
        for id, one in CATALOGUE.severities.items()
    },
)


@pytest.fixture
async def told(database: Database) -> Front:
    """An open SEV2 whose words reach stakeholders, leadership and users; alice commands, carol communicates."""
    front = await Front(Bot(database, known=KNOWN, planes={"publish": elsewhere})).ready()
    for name in ("company", "leads"):
        front.bot.slack.channel(name)
    await front.bot.declare(severity="SEV2", klass="quality_regression", service=SERVICE.id, impact="wrong refunds")
    await front.bot.run()
    return front


async def state(front: Front) -> Incident:
    found = await front.bot.desk.state(1)
    assert found is not None
    return found


def room(front: Front) -> Channel:
    return next(one for one in front.bot.slack.channels.values() if one.name.startswith("inc-1-"))


def ticked(*values: str) -> Json:
    return {"selected_options": [{"value": one} for one in values]}


async def submit(front: Front, view: Json, user: str = CAROL, to: tuple[str, ...] = ("room",), **typed: str) -> Json:
    """Send the form with these words; each field that is not named stays as it was filled."""
    filled = {
        block["block_id"]: {"value": block["element"].get("initial_value")}
        for block in view["blocks"] if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
    }  # fmt: skip
    values = {**filled, **{key: {"value": text} for key, text in typed.items()}}
    return await front.fill(user, view, values | {"audiences": ticked(*to)})


async def form(front: Front, user: str = CAROL) -> Json:
    opened: Json = (await front.command(user, "1 update"))["view"]
    return opened


async def say(front: Front, to: tuple[str, ...], text: str = GOOD, user: str = CAROL, **typed: str) -> None:
    answer = await submit(front, await form(front, user), user, to, text=text, **typed)
    assert "response_action" not in answer, answer
    await front.bot.run()


def initial(view: Json, block: str) -> str:
    [found] = [one for one in view["blocks"] if one.get("block_id") == block]
    return str(found["element"]["initial_value"])


def read(channel: Channel, thread: bool = False) -> list[str]:
    """What stands in a channel, each message in one text; or what stands in its threads."""
    return ["\n".join(words(one["blocks"])) for one in channel.messages if ("thread_ts" in one) == thread]


# The form


async def test_the_form_is_filled_with_the_facts(told: Front) -> None:
    """What users see, since when, how severe, who commands; for users in words of their own, without our names."""
    view = await form(told)
    text, public = initial(view, "text"), initial(view, "public")
    for fact in ("wrong refunds", "SEV2", "alice", "UTC"):
        assert fact in text
    for inside in ("SEV2", "alice", "INC-1", "wrong refunds"):
        assert inside not in public
    assert public


async def test_the_form_offers_who_can_be_reached(told: Front) -> None:
    """The room is ticked; each audience with its channel; users with what will be done first."""
    [to] = [one["element"] for one in (await form(told))["blocks"] if one.get("block_id") == "audiences"]
    assert [one["value"] for one in to["options"]] == ["room", "stakeholders", "leadership", "users"]
    assert [one["value"] for one in to["initial_options"]] == ["room"]
    assert to["options"][1]["description"]["text"] == "#company"


async def test_the_form_says_which_keys_are_missing(front: Front) -> None:
    """Where the service names nobody, the room alone is offered, with what would change that."""
    await front.bot.declare(severity="SEV2")
    view = await form(front)
    [to] = [one["element"] for one in view["blocks"] if one.get("block_id") == "audiences"]
    assert [one["value"] for one in to["options"]] == ["room"]
    assert words(view["blocks"])[-1] == (
        "Stakeholders: no channel yet (`channels: {stakeholders: CHANNEL}`). Leadership: no channel yet (`channels:"
        " {leadership: CHANNEL}`). Users: no status page yet (`status_page: {kind: static}`). It would stand in"
        " `services.yml`."
    )


async def test_a_restricted_incident_offers_its_room(told: Front) -> None:
    """And nothing else: neither the company nor users in words that somebody writes."""
    await told.bot.ask(c.Restrict("customer data"))
    await state(told)
    view = await form(told, ALICE)
    [to] = [one["element"] for one in view["blocks"] if one.get("block_id") == "audiences"]
    assert [one["value"] for one in to["options"]] == ["room"]
    assert "public" not in [one.get("block_id") for one in view["blocks"]]


async def test_what_it_is_warned_of_comes_back_once(told: Front) -> None:
    """The form stays, with what was typed and what to look at; the second time it goes as it is."""
    guess = "Probably the prompt."
    view = await form(told)
    answer = await submit(told, view, to=("room", "stakeholders"), text=guess)
    again = answer["view"]
    assert answer["response_action"] == "update"
    assert again["submit"]["text"] == "Send as it is"
    assert words(again["blocks"])[0] == (
        "⚠️ *Look at it once more*\n"
        "• It guesses (probably): say what is known, or that it is not known yet.\n"
        "• It does not say what users see.\n"
        "• It does not say when the next word comes."
    )
    assert initial(again, "text") == guess
    [to] = [one["element"] for one in again["blocks"] if one.get("block_id") == "audiences"]
    assert [one["value"] for one in to["initial_options"]] == ["room", "stakeholders"]
    assert (await state(told)).last_update == ""
    assert "response_action" not in await submit(told, again, to=("room", "stakeholders"), text=guess)
    assert (await state(told)).last_update == guess


async def test_the_house_s_own_words_are_not_warned_of(told: Front) -> None:
    """Sent as the form was filled, nothing comes back: neither inside nor for users."""
    view = await form(told)
    answer = await submit(told, view, to=("room", "stakeholders", "leadership", "users"))
    assert "response_action" not in answer, words(answer["view"]["blocks"])
    assert answer["text"] == (
        "Said to the room, stakeholders and leadership. What is for users waits in the room for approval."
    )
    after = await state(told)
    filled = initial(view, "text").strip()
    assert after.spoken.texts["stakeholders"] == filled
    room_s, _, promise = filled.rpartition("\n")
    assert after.last_update == room_s
    assert promise.startswith("Next word at ")
    assert after.spoken.waiting[0].text == initial(view, "public").strip()


async def test_for_users_alone_the_field_that_was_written_counts(told: Front) -> None:
    """Whoever ticks users and writes into the first field means those words."""
    await submit(told, await form(told), to=("users",), text=GOOD)
    assert (await state(told)).spoken.waiting[0].text == GOOD
    assert (await state(told)).last_update == ""


# Stakeholders


async def test_stakeholders_read_one_message_with_its_history(told: Front) -> None:
    """Two updates: one message that says the newer, and both in its thread; leadership the same in its channel."""
    await say(told, ("room", "stakeholders", "leadership"))
    await say(told, ("room", "stakeholders"), BETTER)
    company, leads = told.bot.slack.named("company"), told.bot.slack.named("leads")
    [head] = read(company)
    assert "INC-1 · SEV2 · answers cite the wrong policy" in head
    assert BETTER in head
    assert GOOD not in head
    assert "[Subscribe]" in head
    assert [GOOD in one for one in read(company, thread=True)] == [True, False]
    assert [BETTER in one for one in read(company, thread=True)] == [False, True]
    assert [GOOD in one for one in read(leads)] == [True]
    assert len(read(leads, thread=True)) == 1


@pytest.mark.parametrize("lost", [1, 2])
async def test_a_lost_answer_doubles_nothing(told: Front, lost: int) -> None:
    """Slack took the message, or the reply, and its answer never came: after a look it is there once."""
    slack = told.bot.slack
    before = slack.count("chat.postMessage")
    # The room's update may go out beside it: only what is for the company counts here.
    slack.faults.append(Fault("chat.postMessage", SlackFault(Kind.UNCLEAR, "timeout"), before + lost, effect=True))
    await say(told, ("stakeholders",))
    company = slack.named("company")
    assert len(read(company)) == 1
    assert len(read(company, thread=True)) == 1


async def test_a_deleted_message_is_posted_anew_once(told: Front) -> None:
    """With the update that found it gone, and that update in its thread."""
    await say(told, ("room", "stakeholders"))
    company = told.bot.slack.named("company")
    company.messages.clear()
    await say(told, ("room", "stakeholders"), BETTER)
    assert [BETTER in one for one in read(company)] == [True]
    assert [BETTER in one for one in read(company, thread=True)] == [True]
    assert (await state(told)).spoken.anew == {"stakeholders": 1}


async def test_the_message_follows_the_state_and_says_the_end(told: Front) -> None:
    """A new severity shows in it at once; the end comes from its template, with a last word in the thread."""
    await say(told, ("room", "stakeholders"))
    await told.bot.ask(c.Change("severity", "SEV4"))
    await told.bot.run()
    company = told.bot.slack.named("company")
    assert "INC-1 · SEV4" in read(company)[0]
    for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill"), c.Resolve("v17")):
        await told.bot.ask(command)
    await told.bot.run()
    [head], replies = read(company), read(company, thread=True)
    assert "Resolved" in head
    assert "[Subscribe]" not in head
    assert [("Resolved" in one) for one in replies] == [False, True]
    assert (await state(told)).spoken.ended == ("stakeholders",)


async def test_what_becomes_restricted_is_withdrawn(told: Front) -> None:
    """The stakeholders' message and its whole thread say no more than the stub."""
    for text in (GOOD, BETTER, GOOD):
        await say(told, ("room", "stakeholders"), text)
    await told.bot.ask(c.Restrict("customer data"))
    await told.bot.run()
    company = told.bot.slack.named("company")
    assert read(company, thread=True) == ["🔒 INC-1 · restricted · commander @alice"] * 3
    assert "refunds" not in seen(company.messages)
    [head] = read(company)
    assert "wrong policy" not in head
    assert GOOD not in head
    assert "INC-1 · restricted" in head


async def test_a_reply_that_lands_late_is_withdrawn_too(told: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """It became restricted while the reply was on its way, and everything else was neutral already."""
    slack, late, neutral = told.bot.slack, [], asyncio.Event()
    call = slack.call

    async def slow(method: str, **args: object) -> object:
        if method == "chat.postMessage" and args.get("thread_ts") and not late:
            late.append(method)
            await told.bot.ask(c.Restrict("customer data"))
            await asyncio.wait_for(neutral.wait(), 5)
        answer = await call(method, **args)
        if method == "chat.update" and "restricted" in seen(slack.named("company").messages):
            neutral.set()
        return answer

    monkeypatch.setattr(slack, "call", slow)
    await say(told, ("room", "stakeholders"))
    assert late
    assert read(slack.named("company"), thread=True) == ["🔒 INC-1 · restricted · commander @alice"]


async def test_a_reply_that_may_have_landed_is_looked_for(told: Front) -> None:
    """Unclear, and then restricted: its next try sends nothing and makes neutral what stands in the thread."""
    await say(told, ("room", "stakeholders"))
    await told.bot.ask(c.Restrict("customer data"))
    i = await state(told)
    owed = Owed(1, "k", 1, "reply", "x", {"audience": "stakeholders", "entry": 5}, 2, 9e12, True, 0.0, "w")
    assert await reply(told.bot.kit, i, owed) == Cancelled("it is restricted")
    assert read(told.bot.slack.named("company"), thread=True) == ["🔒 INC-1 · restricted · commander @alice"]


async def test_a_channel_that_is_not_there_is_said(told: Front) -> None:
    """The room hears it; the update itself stands there all the same."""
    del told.bot.slack.channels[told.bot.slack.named("leads").id]
    await say(told, ("room", "leadership"))
    said = read(room(told))
    assert any("could not tell people outside the room" in one for one in said), said
    assert any(GOOD in one for one in said)


async def test_a_drill_is_marked_everywhere(database: Database) -> None:
    """Stakeholders who stumble over it see at once that it is a rehearsal."""
    front = await Front(Bot(database, known=KNOWN)).ready()
    front.bot.slack.channel("company")
    await front.bot.declare(severity="SEV2", service=SERVICE.id, drill=True)
    await front.bot.run()
    await front.bot.ask(d.Subscribe(), DAVE)
    await say(front, ("room", "stakeholders"), user=ALICE)
    company = front.bot.slack.named("company")
    for text in (*read(company), *read(company, thread=True), *read(front.bot.slack.named(f"dm-{DAVE}"))):
        assert "[DRILL]" in text


# Subscribers


async def test_a_subscriber_is_told_alone(told: Front) -> None:
    """With the button below the stakeholders' message, or by the command; until they have had enough."""
    answer = await told.click(DAVE, "subscribe", "1:stakeholders")
    assert answer["text"].startswith("You get each update of INC-1 for stakeholders, alone.")
    await say(told, ("room", "stakeholders"))
    alone = told.bot.slack.named(f"dm-{DAVE}")
    [text] = read(alone)
    assert GOOD in text
    assert "`/incident 1 unsubscribe`" in text
    assert (await told.command(DAVE, "1 unsubscribe"))["text"] == "You no longer get the updates of INC-1."
    await say(told, ("room", "stakeholders"), BETTER)
    assert len(read(alone)) == 1


# Approval


def draft(front: Front) -> Json:
    return next(one for one in reversed(room(front).messages) if "for users" in one["text"])


async def test_a_draft_waits_in_the_room(told: Front) -> None:
    """Whole: the words, who may send them, until when, and three buttons. Users are told nothing."""
    await say(told, ("room", "users"), public=GOOD, user=BOB)
    shown = words(draft(told)["blocks"])
    assert shown[0].startswith("📝 *Draft 1 for users*, by @bob <!date^")
    assert shown[0].endswith("<@U0CAROL> or <@U0ALICE>: may it go out?")
    assert shown[1] == GOOD
    assert shown[2].startswith("Nothing is sent yet. It waits until <!date^")
    assert shown[3:] == ["[Approve and send]", "[Edit]", "[Discard]"]
    assert "status_page" not in (await state(told)).spoken.last


async def test_approved_in_the_room(told: Front) -> None:
    """Bob may not; carol may; alice comes late. The message says what became of it, the room what users read."""
    await say(told, ("room", "users"), public=GOOD, user=BOB)
    told_bob = await told.click(BOB, "draft:approve", "1:1", room(told).id)
    assert told_bob["text"].startswith("Only the communications lead or the commander may send it")
    assert (await told.click(CAROL, "draft:approve", "1:1", room(told).id))["text"] == ""
    late = await told.click(ALICE, "draft:approve", "1:1", room(told).id)
    assert late["text"].startswith("Draft 1 was approved by <@U0CAROL>")
    await told.bot.run()
    assert words(draft(told)["blocks"])[2].startswith("✔ Approved by @carol <!date^")
    assert "[Approve and send]" not in words(draft(told)["blocks"])
    assert not any("📢" in one for one in read(room(told)))


async def test_who_takes_the_seat_may_approve_then(told: Front) -> None:
    """A refusal is not remembered against whoever may later."""
    await say(told, ("users",), public=GOOD, user=BOB)
    await told.click(BOB, "draft:approve", "1:1", room(told).id)
    await told.bot.ask(c.GiveRole("communications", BOB))
    await told.click(BOB, "draft:approve", "1:1", room(told).id)
    assert (await state(told)).spoken.texts["status_page"] == GOOD


async def test_an_approval_is_owed_on_home(told: Front) -> None:
    """For who may give it, until it is given; nobody else sees it there."""
    await say(told, ("users",), public=GOOD, user=BOB)
    owes = "INC-1 · draft 1 for users waits for your approval"
    for user, shown in ((ALICE, True), (CAROL, True), (BOB, False)):
        assert (owes in seen(await told.look_home(user))) == shown, user
    await told.click(CAROL, "draft:approve", "1:1", room(told).id)
    assert owes not in seen(await told.look_home(CAROL))


async def test_edited_in_the_room(told: Front) -> None:
    """The form has the words; what is sent is looked at for users; the older message says that a newer one waits."""
    await say(told, ("users",), public=GOOD, user=BOB)
    view = (await told.click(ERIN, "draft:edit", "1:1", room(told).id))["view"]
    assert initial(view, "text") == GOOD
    answer = await told.fill(ERIN, view, {"text": {"value": "INC-1 is just slow for users."}})
    assert "• Users do not know what INC-1 is." in words(answer["view"]["blocks"])[0]
    await told.fill(ERIN, answer["view"], {"text": {"value": BETTER}})
    await told.bot.run()
    first, second = (one for one in room(told).messages if "for users" in one["text"])
    assert words(first["blocks"])[2].startswith("Edited by @erin")
    assert words(second["blocks"])[1] == BETTER
    assert [one.state for one in (await state(told)).spoken.drafts] == ["replaced", "waiting"]


async def test_written_before(told: Front) -> None:
    """What has become different since it was written stands below the words."""
    await say(told, ("users",), public=GOOD, user=BOB)
    await told.bot.ask(c.Change("severity", "SEV1"))
    await told.bot.ask(c.Mitigate())
    await told.bot.run()
    assert words(draft(told)["blocks"])[3] == (
        "⚠️ Written before: the phase was *assess*, and is *mitigate*; the severity was SEV2, and is SEV1."
    )


async def test_nobody_approved_it_in_time(told: Front) -> None:
    """The message says so and can be brought back; who wrote it is told alone."""
    now = told.bot.desk.clock
    told.bot.desk.clock = lambda: now() - minutes(31)
    await say(told, ("users",), public=GOOD, user=BOB)
    told.bot.desk.clock = now
    await told.bot.ask(d.ReportDraftDue(1), "stanch")
    await told.bot.run()
    shown = words(draft(told)["blocks"])
    assert shown[2].startswith("⌛ Nobody approved it until <!date^")
    assert shown[3:] == ["[Edit]"]
    [alone] = read(told.bot.slack.named(f"dm-{BOB}"))
    assert "nobody approved your draft 1 for users in time" in alone


# Holding lines


async def test_the_holding_line_is_shown_and_sent_unedited(told: Front) -> None:
    """The commander reads it, with who approved it when, and sends exactly that; anybody else is told who may."""
    view = (await told.pick(ALICE, "holding:1", room(told).id))["view"]
    if "submit" not in view:
        pytest.skip("the shipped line is not approved by anybody")
    text = words(view["blocks"])[1]
    other = await told.fill(CAROL, view, {})
    assert other["response_action"] == "update"
    assert "Only the commander can send the holding line" in seen(other["view"])
    await told.fill(ALICE, view, {})
    assert (await state(told)).spoken.texts["status_page"] == text


async def test_the_form_of_the_line_says_what_users_have_read(told: Front) -> None:
    """Whoever sends it after more exact words sees that it goes back behind them."""
    await say(told, ("users",), public=GOOD)
    await told.click(CAROL, "draft:approve", "1:1", room(told).id)
    await state(told)
    first = words((await told.pick(ALICE, "holding:1", room(told).id))["view"]["blocks"])[0]
    assert first.startswith("⚠️ *Users read this since <!date^")
    assert GOOD in first


async def test_a_line_that_does_not_fit_any_more_is_not_sent(told: Front) -> None:
    """The class changed while the form was open: nothing goes out, and the form says what to do."""
    view = (await told.pick(ALICE, "holding:1", room(told).id))["view"]
    assert "submit" in view
    await told.bot.ask(c.Change("klass", "provider_outage"))
    answer = await told.fill(ALICE, view, {})
    assert "Another holding line fits by now" in seen(answer["view"])
    assert "status_page" not in (await state(told)).spoken.texts


async def test_in_security_a_line_that_legal_has_not_approved_stays(told: Front) -> None:
    """What is shipped has no approval of anybody's legal: the form says what they have to do, and cannot be sent."""
    await told.bot.ask(c.Change("klass", "security"))
    await state(told)
    view = (await told.pick(ALICE, "holding:1", room(told).id))["view"]
    assert "submit" not in view
    assert "Legal has to approve it first" in seen(view)


# Pauses


async def test_paused_and_resumed_in_the_room(told: Front) -> None:
    """Both are said, with until when and why; the card says it while it lasts."""
    await told.command(ALICE, "1 pause 90 we wait for the provider")
    await told.bot.run()
    said = read(room(told))
    assert any("paused the updates until <!date^" in one and "we wait for the provider" in one for one in said), said
    [card] = [one for one in said if "[Draft update]" in one]
    assert "*Updates* paused until <!date^" in card
    await told.command(ALICE, "1 resume")
    await told.bot.run()
    assert any("@alice resumed the updates." in one for one in read(room(told)))


# Words from outside

HOSTILE = "<!channel> <@U0ERIN> {{ 7*7 }} {% raw %} *bold* & users next update at 15:00"


async def test_hostile_words_ping_nobody(told: Front) -> None:
    """In the form, the room, the thread, to subscribers and in a draft they stand as they were typed."""
    await told.bot.ask(c.Change("impact", HOSTILE))
    await told.bot.ask(d.Subscribe(), DAVE)
    await told.bot.run()
    view = await form(told)
    assert "<!channel> <@U0ERIN> {{ 7*7 }}" in initial(view, "text")
    answer = await submit(told, view, to=("room", "stakeholders", "users"), text=HOSTILE, public=HOSTILE)
    await submit(told, answer["view"], to=("room", "stakeholders", "users"), text=HOSTILE, public=HOSTILE)
    await told.bot.run()
    slack = told.bot.slack
    for channel in (room(told), slack.named("company"), slack.named(f"dm-{DAVE}")):
        shown = seen([one for one in channel.messages if "7*7" in seen(one)])
        assert "{{ 7*7 }} {% raw %}" in shown
        for block in (block for one in channel.messages for block in one["blocks"]):
            text = block.get("text") or {}
            if text.get("type") == "mrkdwn":
                assert "<!channel>" not in text["text"]
                assert "<@U0ERIN>" not in text["text"] or "7*7" not in text["text"]
        assert all("<!channel>" not in one["text"] for one in channel.messages)


async def test_who_joins_late_reads_what_was_said_and_what_waits(told: Front) -> None:
    """`catchup`: the last word to each audience, and the draft that somebody has to approve."""
    await say(told, ("room", "stakeholders", "users"), public=BETTER, user=BOB)
    lines = (await told.command(DAVE, "1 catchup"))["text"].splitlines()
    assert any(one.startswith("• Last word to stakeholders <!date^") and GOOD in one for one in lines), lines
    assert any(one.startswith("• Draft 1 for users waits for approval until <!date^") for one in lines), lines
    await told.click(CAROL, "draft:approve", "1:1", room(told).id)
    lines = (await told.command(DAVE, "1 catchup"))["text"].splitlines()
    assert any(one.startswith("• Last word to users <!date^") and BETTER in one for one in lines), lines
    assert not any("waits for approval" in one for one in lines)
