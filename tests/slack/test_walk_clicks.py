"""Clicks on a runbook, and on a sample whose answers are judged one by one."""

from stanch.core import commands as c
from tests.fakes.front import Json, words
from tests.fakes.world import BOB, CAROL
from tests.slack.stage import Stage


async def test_the_first_choice_wins(stage: Stage) -> None:
    """Two people click different choices of the same screen: the second is told who was faster, and the room shows one
    way."""
    await stage.press(BOB, "inc-1/card/0", "Open runbook")
    await stage.bot.run()
    key = f"inc-1/view/runbook/{(await stage.state()).runbook_at}"
    buttons = {one["text"]["text"]: one for one in stage.message(key)["blocks"][-1]["elements"]}
    choices = [(one["action_id"], one["value"], stage.room().id) for one in buttons.values()]
    assert (await stage.front.click(BOB, *choices[0]))["text"] == ""
    told = (await stage.front.click(CAROL, *choices[2]))["text"]
    assert told == f"<@{BOB}> was faster: Wrong or made up. The runbook has moved on; the room shows where it stands."
    await stage.bot.run()
    assert words(stage.message(key)["blocks"])[0] == "*Quality regression · step 2 of about 4*"
    assert (await stage.press(CAROL, key, "← Back"))["text"] == ""
    await stage.bot.run()
    assert words(stage.message(key)["blocks"])[0] == "*Quality regression · step 1 of about 4*"


async def test_a_control_that_is_pulled_by_hand_is_recorded(stage: Stage) -> None:
    """One click records it as a mitigation, in the control's own name, once."""
    value = "1:5:reranker.off"
    for _ in range(2):
        await stage.front.click(BOB, "pull:hand:reranker.off", value, stage.room().id)
    assert [one.what for one in (await stage.state()).mitigations][:1] == ["Ranker, by hand"]


async def test_leading_over_to_security_restricts_it(stage: Stage) -> None:
    """The other class's runbook opens, the class follows, and the person is told what that means for the room."""
    await stage.press(BOB, "inc-1/card/0", "Open runbook")
    shown = await stage.front.click(BOB, "walk:choose:1", "1:1:tree:security|It leaks", stage.room().id)
    assert shown["text"].startswith("The class is now: Security\nINC-1 is restricted. A private room opens;")
    state = await stage.state()
    assert ([one.klass for one in state.walks], state.klass, state.restricted) == (
        ["quality_regression", "security"], "security", True,
    )  # fmt: skip


# Samples


async def sampled(stage: Stage, *ids: str) -> str:
    """A sample is drawn; its message's key."""
    await stage.front.command(BOB, "1 sample 3")
    await stage.told(c.ReportSample(1, ids))
    await stage.bot.run()
    return "inc-1/view/sample/1"


def form(stage: Stage) -> tuple[str, Json]:
    """The form that is open: its id, and what it shows now."""
    (id,) = [one for one, shown in stage.bot.slack.modals.items() if shown["callback_id"] == "sample"]
    return id, stage.bot.slack.modals[id]


async def judge(stage: Stage, user: str, label: str) -> None:
    id, shown = form(stage)
    (button,) = [one for one in shown["blocks"][-1]["elements"] if one["text"]["text"] == label]
    await stage.front.click(user, button["action_id"], button["value"], None, view={**shown, "id": id})


async def test_answers_are_judged_one_by_one(stage: Stage) -> None:
    """A form shows one answer at a time, as it was written and pinging nobody; the last one counts the sample."""
    key = await sampled(stage, "a1", "a2", "a3")
    await stage.press(BOB, key, "Judge answers")
    first = words(form(stage)[1]["blocks"])
    answer = first[0].split("`")[1]
    assert first == [
        f"1 of 3 · sample 1 · `{answer}`", "*A user asked*", f"what is {answer}?", "*It was answered*",
        f"<!channel> it is *{answer}*", "en, v17", "[Good]", "[Bad]", "[Can't tell]",
    ]  # fmt: skip
    assert form(stage)[1]["blocks"][4]["text"]["type"] == "plain_text"
    for label in ("Good", "Can't tell"):
        await judge(stage, BOB, label)
    await stage.bot.run()
    assert words(stage.message(key)["blocks"]) == [
        "*Sample 1* · 3 fresh answers of Support copilot\n"
        "2 of 3 judged: 1 good, 0 bad, 1 cannot be told. Between 0 % and 95 % of all answers may be bad.",
        "Judged by @bob", "[Judge answers]", "[Count what is judged]",
    ]  # fmt: skip
    await judge(stage, BOB, "Bad")
    assert words(form(stage)[1]["blocks"]) == ["That was the last one. The sample is counted: 1 of 2 bad."]
    state = await stage.state()
    assert (state.judged, state.samples[0].state) == ((1, 1), "over")


async def test_too_small_a_sample_offers_more_answers(stage: Stage) -> None:
    """Two answers show nothing: *Contained* is not offered for them, more answers are."""
    await stage.bot.ask(c.Mitigate())
    key = await sampled(stage, "a1", "a2")
    await stage.press(BOB, key, "Judge answers")
    await judge(stage, BOB, "Good")
    await judge(stage, BOB, "Good")
    await stage.bot.run()
    assert words(stage.message(key)["blocks"])[-1] == "[Sample and judge]"


async def test_an_answer_that_is_gone_is_passed_over(stage: Stage) -> None:
    """Nobody is asked to judge what cannot be shown."""
    key = await sampled(stage, "gone")
    await stage.press(BOB, key, "Judge answers")
    assert words(form(stage)[1]["blocks"])[1:] == ["This answer is not there any more.", "[Can't tell]"]


async def test_a_sample_is_counted_early(stage: Stage) -> None:
    """What is judged counts, and the rest is left."""
    key = await sampled(stage, "a1", "a2", "a3")
    await stage.press(BOB, key, "Judge answers")
    await judge(stage, BOB, "Good")
    await stage.bot.run()
    assert (await stage.press(BOB, key, "Count what is judged"))["text"] == ""
    assert (await stage.state()).judged == (1, 0)


async def test_an_open_sample_is_judged_on(stage: Stage) -> None:
    """Asking for another while one stands open offers to judge that one."""
    await sampled(stage, "a1", "a2")
    shown = await stage.front.command(CAROL, "1 sample", stage.room().id)
    assert words(shown["blocks"]) == ["Sample 1 is open: judge on where it stands.", "[Judge answers]"]
    button = shown["blocks"][1]["elements"][0]
    await stage.front.click(CAROL, button["action_id"], button["value"], stage.room().id)
    assert words(form(stage)[1]["blocks"])[0].startswith("1 of 2 · sample 1 · `a")
