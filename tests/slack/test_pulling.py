"""From a click or a command to the event, and back to what the person and the room are shown."""

import asyncio
from typing import Any

from stanch.core import commands as c
from stanch.core.chain import unstamp
from stanch.core.incident import STANCH, Incident
from stanch.core.words import when
from stanch.flows.desk import Asked
from stanch.slack.clicks import Clicks
from stanch.slack.control_list import Standing, Stands
from stanch.slack.listeners import Listeners
from tests.fakes.front import ELSEWHERE, seen, words
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN
from tests.slack.stage import OUTSIDER, Stage, ago

PULL = "inc-1/view/pull/1"


async def test_the_card_pulls_the_first_move(stage: Stage) -> None:
    """The class's control is the card's first button, by its name; what is read then stands in the room."""
    card = stage.message("inc-1/card/0")
    assert words([card["blocks"][-1]]) == [
        "[Pull: Prompt]", "[Open runbook]", "[Record a mitigation…]", "[Draft update]", "[Change facts]",
        "[Add a note]", "<More>",
    ]  # fmt: skip
    shown = await stage.press(BOB, "inc-1/card/0", "Pull: Prompt")
    assert shown["text"] == "Reading Prompt: before and after are shown in the room, then you confirm."
    await stage.reads("v18")
    await stage.bot.run()
    assert words(stage.message(PULL)["blocks"])[1:] == [
        "To which value? It takes v18, v17 or v16.", "[Choose a value…]", "[Cancel]",
    ]  # fmt: skip


async def test_from_the_command_to_in_effect(stage: Stage) -> None:
    """One message follows it all; the room is told once that it is in effect, with what can be done then."""
    shown = await stage.front.command(BOB, "pull prompt.back v17", stage.room().id)
    assert shown["text"] == "Reading Prompt: before and after are shown in the room, then you confirm."
    await stage.reads("v18", good="v17")
    await stage.bot.run()
    assert (await stage.press(BOB, PULL, "Pull it"))["text"] == ""
    for answer in (
        c.ReportSaved(1, {}), c.ReportAccepted(1, 1, 1, "r-1", "200", "v17"), c.ReportProof(1, 1, 1, True, "20 of 20"),
    ):  # fmt: skip
        await stage.told(answer)
    await stage.bot.run()
    assert words(stage.message(PULL)["blocks"])[1].endswith("✔ in effect: 20 of 20")
    (told,) = [one for one in stage.room().messages if "✔ In effect" in seen(one["blocks"])]
    assert words(told["blocks"]) == [
        "✔ In effect: Prompt: v18 → v17 (20 of 20).\nIn effect is not contained: are users better off?",
        "[Verify recovery]", "[Contained]", "[Open runbook]", "[Undo]",
    ]  # fmt: skip
    keys = stage.room().keys()
    assert [one for one in keys if "/view/" in one] == [PULL]
    await stage.press(BOB, PULL, "Undo")
    assert (await stage.state()).pulls[-1].undoes == 1


async def asked_for(stage: Stage, control: str, before: Any, by: str = ALICE) -> None:
    """It is read, and waits to be confirmed; its message stands."""
    await stage.front.command(by, f"1 pull {control}")
    await stage.reads(before)
    await stage.bot.run()


async def test_who_is_on_call_needs_no_role(stage: Stage) -> None:
    """An owner of the service pulls without a seat; who is neither is told who can, and nothing happens."""
    refused = await stage.front.command(OUTSIDER, "1 pull tool.off")
    assert refused["text"] == (
        "Controls are pulled by the people on call for support-copilot and by who has a role here: <@U0ALICE>,"
        " <@U0BOB>, <@U0CAROL>, <@U0ERIN>. To take a role: `/incident role technical me`."
    )
    await asked_for(stage, "tool.off", "on", DAVE)
    assert DAVE not in (await stage.state()).seats.values()
    assert (await stage.press(OUTSIDER, PULL, "Pull it"))["text"] == refused["text"]
    assert (await stage.press(DAVE, PULL, "Pull it"))["text"] == ""
    assert (await stage.state()).pulls[0].confirmed_by == DAVE


async def test_two_clicks_at_once_pull_it_once(stage: Stage) -> None:
    """The second person is told, alone, that somebody was faster."""
    await asked_for(stage, "tool.off", "on")
    buttons = stage.message(PULL)["blocks"][-1]["elements"]
    click = (buttons[0]["action_id"], buttons[0]["value"], stage.room().id)
    assert (await stage.front.click(BOB, *click))["text"] == ""
    told = (await stage.front.click(CAROL, *click))["text"]
    moment = unstamp((await stage.state()).pulls[0].confirmed_at)
    assert told == f"<@{BOB}> was faster: pulled at {when(moment, '{time_secs}')}."
    timeline = await stage.bot.desk.timeline(1)
    assert [event.kind for event in timeline].count("pull_confirmed") == 1


async def test_more_waits_for_a_second_person(stage: Stage) -> None:
    """The room is asked, by name, who can; the first person alone cannot agree; the second can, from that message."""
    await asked_for(stage, "secret.rotate", "old")
    await stage.press(ALICE, PULL, "Ask a second person")
    await stage.bot.run(lambda: any("wants to move" in seen(one["blocks"]) for one in stage.room().messages))
    (asked,) = [one for one in stage.room().messages if "wants to move" in seen(one["blocks"])]
    assert words(asked["blocks"]) == [
        "✋ @alice wants to move Secret: old → new. It does *more*: a second person has to agree."
        "\n<@U0BOB> <@U0CAROL> <@U0ERIN>, do you agree?",
        "[Agree]",
    ]  # fmt: skip
    key = asked["metadata"]["event_payload"]["key"]
    assert (await stage.press(ALICE, key, "Agree"))["text"].startswith(
        f"A second person has to agree: <@{BOB}>, <@{CAROL}>, <@{ERIN}>. If nobody answers, you may break the glass at"
    )
    assert (await stage.press(BOB, key, "Agree"))["text"] == ""
    pull = (await stage.state()).pulls[0]
    assert (pull.state, pull.first, pull.confirmed_by) == ("pulling", ALICE, BOB)


async def test_breaking_the_glass(stage: Stage) -> None:
    """After five minutes the first may go on alone with one reason: the room is told, and alone and once those who look
    after the control, and the security contact; who broke it is not told their own words."""
    ago(stage, 6)
    await asked_for(stage, "secret.rotate", "old")
    await stage.press(ALICE, PULL, "Ask a second person")
    shown = await stage.front.click(ALICE, "pull:glass", "1:1:x", stage.room().id)
    assert shown["view"]["callback_id"] == "pull:glass:1"
    early = await stage.front.fill(ALICE, shown["view"], {"why": {"value": "it leaks"}})
    assert early["errors"]["why"].startswith("A second person has to agree: @bob, @carol, @erin. If nobody answers")
    ago(stage, 0)
    sent = await stage.front.fill(ALICE, shown["view"], {"why": {"value": "the <key> is public"}})
    assert sent["text"] == "Pulling it: Secret: old → new. What becomes of it stands in the room."
    await stage.bot.run()
    assert any("broke the glass" in seen(one["blocks"]) for one in stage.room().messages)
    assert {one.name: len(one.messages) for one in stage.bot.slack.channels.values() if one.name.startswith("dm-")} == {
        "dm-U0BOB": 1, "dm-U0DAVE": 1,
    }  # fmt: skip
    (word,) = stage.bot.slack.named("dm-U0BOB").messages
    assert words(word["blocks"]) == [
        "🔨 INC-1: @alice broke the glass and pulled Secret: old → new alone: the &lt;key&gt; is public\n"
        "You look after it, or are the security contact. Please look at it within one working day, in"
        f" <#{stage.room().id}>."
    ]
    assert [action.what for action in (await stage.state()).actions] == [
        "look at the glass that was broken for Secret: old → new: the <key> is public"
    ]


async def test_whoever_has_no_part_in_it_is_told_no_details(stage: Stage) -> None:
    """Of a restricted incident an owner who has no part in it learns that the glass was broken, and whom to ask."""
    bot = stage.bot
    await bot.ask(c.Restrict("customer data"))
    ago(stage, 6)
    await asked_for(stage, "secret.rotate", "old")
    await bot.ask(c.Confirm(1), ALICE)
    ago(stage, 0)
    for user in (BOB, DAVE):
        await bot.desk.ask(Asked(c.ReportMember(user, joined=False), STANCH, "slack", 1))
    await bot.ask(c.Confirm(1, "the secret leaks", on_call=True), ALICE)
    await bot.run(lambda: "dm-U0DAVE" in [one.name for one in bot.slack.channels.values() if one.messages])
    (word,) = bot.slack.named("dm-U0DAVE").messages
    stub = "🔒 INC-1 · restricted · commander @alice"
    assert words(word["blocks"]) == [
        f"{stub}. Break-glass was used on a control that you look after. Please ask the commander about it."
    ]
    assert word["text"] == stub


async def test_a_dry_run_is_shown_to_one_person(stage: Stage) -> None:
    """What would be sent, escaped, with its secrets masked; nothing is recorded for it."""
    await asked_for(stage, "tool.off", "on")
    before = len(await stage.bot.desk.timeline(1))
    shown = await stage.press(BOB, PULL, "Dry run")
    assert shown["text"] == (
        "*Dry run*: nothing was sent. Tool would send\n"
        "```PUT /tool.off\nAuthorization: Bearer ••••\n&lt;off&gt; ''' &amp; more```"
    )
    assert len(await stage.bot.desk.timeline(1)) == before


async def test_without_a_plane_a_dry_run_says_so(stage: Stage) -> None:
    """No callable was given: that is said, and nothing fails."""
    stage.front.clicks = Clicks(stage.bot.desk, stage.bot.kit.directory, stage.front.listeners)
    await asked_for(stage, "tool.off", "on")
    shown = await stage.press(BOB, PULL, "Dry run")
    assert shown["text"] == "No control plane is connected here, so nothing would be sent."


async def test_another_value_is_chosen_from_those_allowed(stage: Stage) -> None:
    """A menu where the file lists them; the choice is read anew and the old request gives way."""
    await asked_for(stage, "tool.off", "on")
    shown = await stage.press(BOB, PULL, "Another value…")
    (field,) = shown["view"]["blocks"]
    assert field["label"]["text"] == "To which value? Tool"
    assert [one["value"] for one in field["element"]["options"]] == ["on", "ask", "off"]
    await stage.front.fill(BOB, shown["view"], {"to": {"selected_option": {"value": "ask"}}})
    pulls = (await stage.state()).pulls
    assert [(one.state, one.to) for one in pulls] == [("cancelled", None), ("reading", "ask")]


async def test_a_number_is_typed_and_refused_beside_its_field(stage: Stage) -> None:
    """Its range stands beside the field; what may not be sent is refused there."""
    await asked_for(stage, "variant.share", 100)
    shown = await stage.press(BOB, PULL, "Another value…")
    (field,) = shown["view"]["blocks"]
    assert field["hint"]["text"] == "whole numbers from 0 to 100 %"
    refused = await stage.front.fill(BOB, shown["view"], {"to": {"value": "-1"}})
    assert refused["errors"] == {"to": "That is no value of this control. It takes whole numbers from 0 to 100 %."}
    await stage.front.fill(BOB, shown["view"], {"to": {"value": "25 %"}})
    assert (await stage.state()).pulls[-1].to == 25


async def test_cancelled(stage: Stage) -> None:
    """Nothing was sent, and the message says so in one line."""
    await asked_for(stage, "tool.off", "on")
    assert (await stage.press(BOB, PULL, "Cancel"))["text"] == ""
    await stage.bot.run()
    assert words(stage.message(PULL)["blocks"])[1:] == ["Cancelled; nothing was sent."]


async def test_a_view_that_was_deleted_comes_back(stage: Stage) -> None:
    """Whoever deletes the message of a pull takes nothing away: it stands again when it changes."""
    await asked_for(stage, "tool.off", "on")
    room = stage.room()
    room.messages.remove(stage.message(PULL))
    await stage.bot.ask(c.Confirm(1), BOB)
    await stage.bot.run()
    assert room.keys().count(PULL) == 1
    assert words(stage.message(PULL)["blocks"])[1] == "on → *off*\n… saving the settings first"


async def test_controls_lists_what_can_be_pulled(stage: Stage) -> None:
    """What is pulled now with its undo, a menu, the values of each, and what is done only by hand."""
    await asked_for(stage, "tool.off", "on")
    await stage.bot.ask(c.Confirm(1), BOB)
    await stage.told(c.ReportSaved(1, {}))
    await stage.told(c.ReportAccepted(1, 1, 1, "r-1", "200", "off"))
    await stage.told(c.ReportProof(1, 1, 1, True, "20 of 20"))
    shown = await stage.front.command(BOB, "1 controls")
    assert words(shown["blocks"]) == [
        "*Controls of Support copilot* in INC-1: 8 can be pulled from here",
        "✔ 1 Tool: on → off, in effect: 20 of 20", "[Undo]", "<Pull a control …>",
        "*Does less*\n`tool.off` Tool: on, ask or off, to off\n"
        "`variant.share` New version: whole numbers from 0 to 100 %, to 0 %",
        "*Puts it back*\n`known_good.set` Known-good set: every part of it\n`prompt.back` Prompt: v18, v17 or v16\n"
        "`model.back` Model: latest or dated, to dated",
        "*Does more: two people*\n`secret.rotate` Secret: old or new, to new\n"
        "`capture.window` Capture: closed or open, to open\n`alert.quiet` Quiet alert: whole numbers from 0 to 60",
        "*Only by hand, then recorded with* `/incident applied WHAT`\n`reranker.off` Ranker",
    ]  # fmt: skip
    menu = shown["blocks"][2]["elements"][0]
    option = menu["option_groups"][1]["options"][1]
    await stage.front.click(BOB, menu["action_id"], "", ELSEWHERE, selected_option=option)
    assert (await stage.state()).pulls[-1].control == "prompt.back"


def asking(stage: Stage, stands: Stands) -> None:
    """Control planes that answer `/incident controls`."""
    bot = stage.bot
    stage.front.listeners = Listeners(bot.desk, bot.slack, bot.kit.directory, bot.kit.render, stands)


async def test_controls_shows_what_each_stands_at_and_what_is_missing(stage: Stage) -> None:
    """Next to each control: its present value, and why it cannot be pulled now; the head counts those."""

    async def stands(i: Incident) -> Standing:
        assert i.service == "support-copilot"
        return {
            "tool.off": ("on", ""),
            "prompt.back": ("v19 <!here>, which is not among its values", ""),
            "model.back": ("latest", "cannot be pulled: its key is no proxy admin"),
            "variant.share": ("", "no answer within 2.5 s"),
        }

    asking(stage, stands)
    shown = words((await stage.front.command(BOB, "1 controls"))["blocks"])
    assert shown[0] == "*Controls of Support copilot* in INC-1: 8 can be pulled from here, 2 of them not now"
    assert shown[2:4] == [
        "*Does less*\n`tool.off` Tool: on, ask or off, to off · now *on*\n"
        "`variant.share` New version: whole numbers from 0 to 100 %, to 0 % · ✗ no answer within 2.5 s",
        "*Puts it back*\n`known_good.set` Known-good set: every part of it\n"
        "`prompt.back` Prompt: v18, v17 or v16 · now *v19 &lt;!here&gt;, which is not among its values*\n"
        "`model.back` Model: latest or dated, to dated · now *latest* · ✗ cannot be pulled: its key is no proxy admin",
    ]


async def test_no_acknowledgement_waits_for_a_plane(stage: Stage) -> None:
    """The command is acknowledged while the planes are still asked; the answer follows, and comes from *More* too."""
    answered, acked = asyncio.Event(), asyncio.Event()

    async def stands(i: Incident) -> Standing:
        assert acked.is_set(), "the planes are asked after the acknowledgement"
        await answered.wait()
        return {"tool.off": ("on", "")}

    async def ack(**_: Any) -> None:
        acked.set()

    asking(stage, stands)
    body = {"user_id": BOB, "channel_id": ELSEWHERE, "text": "1 controls", **stage.front._once()}
    await stage.front.listeners.command(ack, body)
    assert acked.is_set()
    assert not [one for one in stage.bot.slack.calls if one[0] == "answer"]
    answered.set()
    await stage.front._settled()
    ((_, told),) = [one for one in stage.bot.slack.calls if one[0] == "answer"]
    assert "now *on*" in seen(told)


async def test_controls_of_no_incident(stage: Stage) -> None:
    """A number that there is not is told, though the acknowledgement is given already."""
    shown = await stage.front.command(BOB, "9 controls")
    assert shown["text"] == "There is no INC-9. `/incident list` shows those that are open."


async def test_home_puts_back_what_is_pulled_anywhere(stage: Stage) -> None:
    """What was pulled from here has its undo on the Home tab, and the answer opens there, where there is no room."""
    await asked_for(stage, "tool.off", "on")
    await stage.bot.ask(c.Confirm(1), BOB)
    await stage.told(c.ReportSaved(1, {}))
    await stage.told(c.ReportAccepted(1, 1, 1, "r-1", "200", "off"))
    home = await stage.front.look_home(BOB)
    (row,) = [one for one in home["blocks"] if "Tool" in seen(one)]
    assert words([row]) == ["… INC-1 · Tool: on → off (applied)", "[Undo]"]
    body = {"user": {"id": BOB}, "trigger_id": "T-home"}
    await stage.front._shown(stage.front.clicks.pulling.clicked, body, row["accessory"])
    assert (await stage.state()).pulls[-1].undoes == 1
    (notice,) = stage.front.form()["blocks"]
    assert notice["text"]["text"] == "Reading Tool: before and after are shown in the room, then you confirm."


async def test_measuring_again_measures_again(stage: Stage) -> None:
    """The same button of the same message, pressed twice, asks twice: what is seen now is not what was seen then."""
    await stage.front.command(BOB, "1 check errors")
    await stage.told(c.ReportChecks((await stage.state()).seq, (), True))
    for _ in range(2):
        await stage.front.click(BOB, "do:check", "1:9", stage.room().id)
    kinds = [event.kind for event in await stage.bot.desk.timeline(1)]
    assert kinds.count("checks_asked") == 3


async def test_a_button_of_an_older_version_says_so(stage: Stage) -> None:
    """Nothing happens for an action that is no more."""
    shown = await stage.front.click(BOB, "pull:dance", "1:1:1", stage.room().id)
    assert shown["text"] == "That button is from an older version."


async def test_nothing_of_it_reaches_outsiders(stage: Stage) -> None:
    """Once it is restricted: no list, no dry run, no form, no pull; each answer is the stub or the refusal."""
    await asked_for(stage, "tool.off", "on")
    await stage.bot.ask(c.Restrict("customer data"))
    for shown in (
        await stage.front.command(OUTSIDER, "1 controls"),
        await stage.front.command(OUTSIDER, "1 pull tool.off"),
        await stage.front.click(OUTSIDER, "pull:dry", "1:1:1", ELSEWHERE),
        await stage.front.click(OUTSIDER, "pull:value", "1:1:1", ELSEWHERE),
        await stage.front.click(OUTSIDER, "pull:confirm", "1:1:1", ELSEWHERE),
        await stage.front.click(OUTSIDER, "sample:open", "1:1", ELSEWHERE),
        await stage.front.click(OUTSIDER, "walk:choose:0", "1:1:c1|Not sure", ELSEWHERE),
    ):
        assert "view" not in shown
        assert "Tool" not in seen(shown)
        assert "restricted" in shown["text"]
    assert (await stage.state()).pulls[0].state == "asking"
