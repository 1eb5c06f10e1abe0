"""The moves: every button that is offered exists, every form is read back into its command and fits Slack's limits."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from practice.limits import check_blocks, check_view
from stanch.core import commands as c
from stanch.core.incident import OPEN, PHASES, Incident
from stanch.core.parts import Idea, Mitigation
from stanch.core.phases import OFFERS
from stanch.errors import Refusal
from stanch.slack import blocks as b, forms
from stanch.slack.clicks import _maker
from stanch.slack.moves import BY_NAME, MORE, MOVES, Move, button, more, offered
from tests.fakes.front import Front
from tests.fakes.levers import LEVERS, at_work, in_effect
from tests.fakes.world import ALICE, BOB, CATALOGUE, ERIN, LATER_DAY, Tale, declared, opened, walked

FORMS = [move.name for move in MOVES if move.form]


def text(value: str) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def choice(value: str) -> dict[str, Any]:
    return {"type": "static_select", "selected_option": {"value": value}}


def radio(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


def person(value: str | None) -> dict[str, Any]:
    return {"type": "users_select", "selected_user": value}


def day(value: str | None) -> dict[str, Any]:
    return {"type": "datepicker", "selected_date": value}


# Move → what is filled in, as Slack sends it → the command that it means.
FILLED: list[tuple[str, dict[str, Any], c.Command]] = [
    ("applied", {"what": text("prompt v18 → v17")}, c.Applied("prompt v18 → v17")),
    ("judged", {"good": text("19"), "bad": text(" 1 "), "note": text("in German")}, c.Judge(19, 1, "in German")),
    ("judged", {"good": text("20"), "bad": text("0"), "note": {"value": None}}, c.Judge(20, 0, "")),
    ("stopped", {"why": text("traffic moved away")}, c.Bleeding("contained", "traffic moved away")),
    ("waive", {"why": text("we are sure")}, c.Contain("we are sure")),
    ("hypothesis", {"text": text("the prompt")}, c.Suppose("the prompt")),
    ("idea", {"k": choice("1"), "verdict": radio("refuted"), "text": text("trace 7")},
     c.JudgeIdea(1, "refuted", "trace 7")),
    ("explained", {"certainty": radio("probable"), "text": text("the prompt")}, c.Explain("probable", "the prompt")),
    ("settle", {"k": choice("2"), "state": radio("effective"), "owner": person(None), "until": day(None)},
     c.MoveMitigation("effective", 2)),
    ("settle", {"k": choice("1"), "state": radio("kept"), "owner": person(BOB), "until": day("2026-12-01"),
                "why": text("until v18")}, c.MoveMitigation("kept", 1, BOB, date(2026, 12, 1), "until v18")),
    ("override", {"why": text("no traffic at night")}, c.Watch("no traffic at night")),
    ("resolved", {"fixed": text("prompt v18")}, c.Resolve("prompt v18")),
    ("resolved", {"fixed": {"value": None}}, c.Resolve("")),
    ("action", {"what": text("a test"), "owner": person(BOB), "by": day("2026-12-01")},
     c.AddAction(BOB, date(2026, 12, 1), "a test")),
    ("close", {"summary": text("we learned")}, c.Close("we learned")),
    ("reopen", {"why": text("it is back")}, c.Reopen("it is back")),
    ("dismiss", {"reason": radio("near-miss"), "other": {"value": None}, "why": text("nobody saw it")},
     c.Dismiss("near-miss", "nobody saw it", None)),
    *(("dismiss", {"reason": radio("duplicate-of"), "other": text(other), "why": text("same prompt")},
       c.Dismiss("duplicate-of", "same prompt", 12)) for other in ("12", "INC-12", "#12", " inc-12 ")),
    ("bleeding", {"bleeding": radio("yes"), "why": text("still wrong")}, c.Bleeding("yes", "still wrong")),
    ("evidence", {"text": text("trace 7")}, c.AddEvidence("trace 7")),
    ("role", {"role": radio("scribe"), "who": person(ERIN)}, c.GiveRole("scribe", ERIN)),
    ("role", {"role": radio("scribe"), "who": person(None)}, c.GiveRole("scribe", None)),
    ("restrict", {"why": text("customer data")}, c.Restrict("customer data")),
    ("restrict", {"why": {"value": None}}, c.Restrict("")),
    ("undo_one", {"k": choice("2")}, c.Undo(2)),
    ("runbook_of", {"class": choice("cost_runaway")}, c.OpenRunbook("cost_runaway")),
]  # fmt: skip


def read(move: Move, state: dict[str, Any]) -> c.Command:
    assert move.form is not None
    return move.form.read(forms.values({"state": {"values": {block: {"value": v} for block, v in state.items()}}}))


@pytest.mark.parametrize(("name", "state", "command"), FILLED)
def test_what_is_filled_in_is_the_command(name: str, state: dict[str, Any], command: c.Command) -> None:
    """Each form gives the same command as the words that could be typed instead."""
    assert read(BY_NAME[name], state) == command


def test_every_form_is_read_above() -> None:
    """No form is left out, and what is filled in above are fields that the form has."""
    assert {name for name, _, _ in FILLED} == set(FORMS)
    for name, state, _ in FILLED:
        form = BY_NAME[name].form
        assert form is not None
        assert set(state) <= {block["block_id"] for block in form.fields(crowded("x"), LEVERS)}, name


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [
        ("judged", {"good": text("many"), "bad": text("1")}, "A whole number, like 19."),
        ("judged", {"good": text("-3"), "bad": text("1")}, "A whole number, like 19."),
        ("judged", {"good": text("١٩"), "bad": text("1")}, "A whole number, like 19."),
        ("action", {"what": text("a test"), "owner": person(None), "by": day("2026-12-01")}, "Who does it?"),
        ("action", {"what": text("a test"), "owner": person(BOB), "by": day(None)}, "By when?"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_for(name: str, state: dict[str, Any], said: str) -> None:
    """A form that is half filled in says what is missing."""
    with pytest.raises(Refusal) as refusal:
        read(BY_NAME[name], state)
    assert str(refusal.value) == said


ELSEWHERE = ("holding",)
"""Moves whose form needs more than the incident and the catalogue: `Listeners.forms` has it."""


def test_every_move_that_is_offered_exists() -> None:
    """What the card and *More* name are moves, and each move has a way to be carried out: at once, or by its form."""
    named = {name for names in OFFERS.values() for name in names} | {name for _, names in MORE for name in names}
    assert named <= set(BY_NAME)
    assert set(BY_NAME) - named == {"export", "ask_to_join", "still", "slower", "snooze", "raise_SEV1", "raise_SEV2"}
    for move in MOVES:
        assert [move.act, move.form, move.name in ELSEWHERE or None].count(None) == 2, move.name
        assert len(move.label) <= b.BUTTON
        assert move.about


@cache
def crowded(text: str) -> Incident:
    """The same, with 130 controls pulled here that can each be put back."""
    tale = at_work()
    in_effect(tale, "prompt.back", "v18", "v17")
    full, (pull,) = maximal(text), tale.incident.pulls
    pulls = tuple(replace(pull, p=k, steps=(replace(pull.steps[0], k=k, name=text * 20),)) for k in range(1, 131))
    return replace(full, service="support-copilot", pulls=pulls)


def test_a_label_that_opens_a_form_says_so() -> None:
    """It ends in … or in a question mark; what acts at once does not."""
    for move in MOVES:
        assert (move.label[-1] in "…?") == bool(move.form or move.name in ELSEWHERE), move.name


HOSTILE = ("<!channel> & ", "&&&&", "🏳️‍🌈", "العربية ", "a\nb", "words ")


@cache
def maximal(text: str) -> Incident:
    """An incident in which everything is as long and as much as it can be."""
    long = text * (1_000 // len(text) + 1)
    tale = opened(title=long, severity="SEV1", klass="quality_regression", impact=long)
    for command in (c.Suppose(long), *[c.Applied(long)] * 3, c.Change("scope", long)):
        tale.do(command)
    i = tale.incident
    return replace(
        i,
        mitigations=tuple(Mitigation(k, i.mitigations[0].what) for k in range(1, 131)),
        ideas=tuple(Idea(k, i.ideas[0].text) for k in range(1, 131)),
    )


@pytest.mark.parametrize("name", FORMS)
def test_forms_stay_within_slacks_limits(name: str) -> None:
    """Each form is taken by Slack, for a fresh incident and for one that is full of hostile text."""
    full = [replace(maximal(text), number=999_999_999) for text in HOSTILE]
    about = forms.about(full[0], "C0GENERAL", "https://hooks.example/" + "x" * 300)
    for i in (declared().incident, *full):
        if name == "idea" and not i.ideas:
            continue
        check_view(_maker(BY_NAME[name])(CATALOGUE, i) | {"private_metadata": about})
    check_view(_maker(BY_NAME[name])(LEVERS, crowded("<&>")) | {"private_metadata": about})


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("text", HOSTILE)
def test_more_stays_within_slacks_limits(phase: str, text: str) -> None:
    """At most a hundred options in all, each in a group, each of them a move or a look."""
    groups = more(replace(crowded(text), phase=phase), LEVERS)
    options = [option for _, listed in groups for option in listed]
    assert len(options) <= 100
    assert len({option["value"] for option in options}) == len(options)
    assert {option["value"].partition(":")[0] for option in options} <= {*BY_NAME, "now", "catchup", "controls"}
    check_blocks([b.actions([b.menu("more", "More", groups)])])


IN_MORE: dict[str, list[str]] = {
    "assess": ["applied", "judged", "bleeding", "evidence", "hypothesis", "mitigate", "dismiss"],
    "mitigate": ["applied", "judged", "bleeding", "evidence", "hypothesis", "mitigate", "contained", "stopped", "waive",
                 "explained", "dismiss"],
    "diagnose": ["applied", "judged", "bleeding", "evidence", "hypothesis", "mitigate", "stopped", "explained",
                 "dismiss"],
    "resolve": ["applied", "judged", "bleeding", "evidence", "hypothesis", "mitigate", "watch", "override"],
    "watching": ["applied", "judged", "bleeding", "evidence", "hypothesis", "mitigate", "resolved"],
    "learn": ["judged", "bleeding", "evidence", "hypothesis", "close", "reopen"],
    "closed": ["judged", "bleeding", "evidence", "hypothesis", "reopen"],
    "dismissed": ["judged", "bleeding", "evidence", "hypothesis", "reopen"],
}  # fmt: skip
"""Phase → the moves under *More* that the phase allows, beside those for people, which are always there."""


@pytest.mark.parametrize("phase", PHASES)
def test_more_hides_what_the_phase_does_not_allow(phase: str) -> None:
    """Nobody is shown a choice that can only be refused."""
    shown = [
        option["value"].partition(":")[0]
        for _, options in more(walked(phase).incident, CATALOGUE)
        for option in options
    ]
    people = ["role", "action", "restrict", "now", "catchup", "export"]
    assert [name for name in shown if name != "stopped"] == [
        name for name in (*IN_MORE[phase], *people) if name != "stopped"
    ]


def test_it_stopped_by_itself_is_offered_while_it_matters() -> None:
    """*It stopped by itself* is the way from mitigate to diagnose: elsewhere it would move nothing."""
    shown = {
        phase: "stopped"
        in [o["value"].partition(":")[0] for _, options in more(walked(phase).incident, CATALOGUE) for o in options]
        for phase in PHASES
    }
    assert shown["mitigate"]
    assert not any(shown[phase] for phase in PHASES if phase not in OPEN)


def test_what_there_is_nothing_of_is_not_offered() -> None:
    """Settling, judging a hypothesis and restricting appear when there is something to do it to."""
    tale = opened()
    names = {option["value"].partition(":")[0] for _, options in more(tale.incident, CATALOGUE) for option in options}
    assert not names & {"settle", "idea"}
    assert "restrict" in names
    for command in (c.Suppose("the prompt"), c.Applied("route back"), c.Restrict("")):
        tale.do(command)
    names = {option["value"].partition(":")[0] for _, options in more(tale.incident, CATALOGUE) for option in options}
    assert {"settle", "idea"} <= names
    assert "restrict" not in names


# SEV1 needs no form to act


@pytest.mark.parametrize("klass", [*CATALOGUE.classes, None])
def test_a_sev1_is_acted_on_by_one_click(klass: str | None) -> None:
    """The first button of a fresh SEV1 whose class has a first move records it at once; without one, *Begin to
    mitigate* does: no form stands before it."""
    tale = declared(severity="SEV1", **({"klass": klass} if klass else {}))
    names = offered(tale.incident, CATALOGUE)
    act = next(BY_NAME[name].act for name in names if BY_NAME[name].act)
    assert act is not None
    tale.do(act(tale.incident, CATALOGUE), "U0PASSERBY")
    assert tale.incident.phase == "mitigate"
    if klass == "quality_regression":
        assert names[0] == "first_move"
        assert tale.incident.mitigations[0].what.startswith("first move of Quality regression")
        assert button(names[0], "7:1", first=True)["style"] == "primary"


async def test_one_click_of_the_card_pulls_the_first_move(front: Front) -> None:
    """On the real card: the click is answered with what was recorded, and what to do next stands below it."""
    await front.bot.declare(klass="quality_regression", severity="SEV1")
    shown = await front.click(BOB, "do:first_move", "1:1")
    assert shown["text"] == "Mitigation 1 is recorded as applied. In effect? `/incident effective 1`."
    assert [one["text"]["text"] for one in shown["blocks"][1]["elements"]] == ["It took effect"]
    state = await front.bot.desk.state(1)
    assert state is not None
    assert (state.phase, len(state.mitigations)) == ("mitigate", 1)


async def test_a_second_delivery_of_a_click_is_one(front: Front) -> None:
    """The same button of the same message, clicked twice or delivered twice, records its mitigation once."""
    await front.bot.declare(klass="quality_regression", severity="SEV1")
    for _ in range(2):
        body = {**front._body(BOB, "C0ROOM"), "container": {"message_ts": "1.1"}}
        await front._shown(front.clicks.do, body, {"action_id": "do:first_move", "value": "1:1"})
    state = await front.bot.desk.state(1)
    assert state is not None
    assert len(state.mitigations) == 1


async def test_a_move_with_a_form_opens_it_and_takes_it(front: Front) -> None:
    """From the button to the event: the form comes up, is sent, and the answer says what was done."""
    await front.bot.declare(severity="SEV3")
    await front.bot.ask(c.Mitigate())
    shown = await front.pick(ALICE, "waive:1")
    assert shown["view"]["callback_id"] == "do:waive"
    sent = await front.fill(ALICE, shown["view"], {"why": text("we are sure")})
    assert sent["text"] == "Waived and recorded with your name. Now diagnose."
    refused = await front.fill(BOB, shown["view"], {"why": text("me too")})
    assert refused["errors"]["why"].startswith("Not from here: INC-1 is in diagnose")


async def test_a_choice_of_more_can_be_made_again(front: Front) -> None:
    """Slack keeps showing what was chosen until the card is drawn anew: it is, once for each choice, and nothing is
    recorded for it."""
    bot = front.bot
    await bot.declare()
    await bot.run()
    (card,) = [
        m for m in bot.slack.named("inc-1-answers-cite-the-wrong-policy").messages if "/card/" in str(m["metadata"])
    ]
    drawn = [card["blocks"][-1]["block_id"]]
    before = len(await bot.desk.timeline(1))
    for choice in ("catchup:1", "catchup:1", "evidence:1"):
        await front.pick(BOB, choice)
        await bot.run()
        drawn.append(card["blocks"][-1]["block_id"])
    assert len(set(drawn)) == 4
    assert len(await bot.desk.timeline(1)) == before


async def test_a_button_of_an_older_version_says_so(front: Front) -> None:
    """What was posted before an upgrade may hold a move that is no more."""
    await front.bot.declare()
    assert (await front.click(BOB, "do:dance", "1:1"))["text"] == "That button is from an older version."


@pytest.mark.parametrize("phase", PHASES)
def test_the_card_offers_what_is_taken(phase: str) -> None:
    """In no phase does the card show a move whose command the phase would refuse."""
    tale: Tale = walked(phase)
    for name in offered(tale.incident, CATALOGUE):
        assert BY_NAME[name].possible(tale.incident), name


@pytest.mark.parametrize(
    ("steps", "first"),
    [
        ((), "first_move"),
        ((c.Mitigate(),), "applied"),
        ((c.Applied("x"),), "took_effect"),
        ((c.Applied("x"), c.MoveMitigation("effective")), "judged"),
        ((c.Applied("x"), c.MoveMitigation("effective"), c.Judge(20, 0)), "contained"),
        ((c.Mitigate(), c.Contain("drill")), "hypothesis"),
        ((c.Mitigate(), c.Contain("drill"), c.Suppose("x")), "idea"),
        ((c.Mitigate(), c.Contain("drill"), c.Suppose("x"), c.JudgeIdea(1, "supported", "y")), "explained"),
        ((c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "x")), "watch"),
        ((c.Applied("x"), c.Contain("drill"), c.Explain("confirmed", "x")), "settle"),
    ],
)
def test_the_likeliest_move_comes_first(steps: tuple[c.Command, ...], first: str) -> None:
    """The first button is what stands between here and the next phase."""
    tale = opened(klass="quality_regression", severity="SEV3")
    for step in steps:
        tale.do(step)
    assert offered(tale.incident, CATALOGUE)[0] == first


def test_what_was_promised_is_closed_next() -> None:
    """In learn the promise comes first, and once it stands, closing does."""
    tale = walked("learn")
    assert offered(tale.incident, CATALOGUE)[0] == "action"
    tale.do(c.AddAction(BOB, LATER_DAY, "a test"))
    assert offered(tale.incident, CATALOGUE)[0] == "close"
