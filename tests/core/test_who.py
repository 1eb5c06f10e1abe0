"""Who may do what: every verb of `/incident`, and the two buttons that have no verb, by everybody who may try.

Recording is for everybody; pulling for who is on call or holds a role; closing and dismissing for whoever holds one;
what overrides the proof, and who is let into a restricted room, for the commander, acting included (design, section 4).
Typed by hand from there.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from stanch.core import commands as c, draft_commands as d
from stanch.core.policy import outsiders_stay_out
from stanch.errors import Refusal
from stanch.slack.commands import BY_NAME, Look, take_apart
from stanch.slack.words import Words
from tests.fakes.levers import LEVERS, in_effect
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN, LATER_DAY, Tale, called, walked

PASSER_BY = "U0PASSERBY"
OWNER = "U0OWNER"
"""Somebody whom `services.yml` names for the service, and who holds no seat: on call, which is no role."""

WHO = {
    "commander": ALICE, "technical": BOB, "communications": CAROL, "scribe": ERIN, "owner without a seat": OWNER,
    "passer-by": PASSER_BY,
}  # fmt: skip
"""In an incident whose four seats are taken: alice commands, bob leads, carol speaks, erin writes."""

# What is typed → the phase in which it is tried, where it would be taken from whoever may.
TYPED: dict[str, str] = {
    "severity SEV2": "assess",
    "class provider_outage": "assess",
    "scope the EU": "assess",
    "impact wrong answers": "assess",
    "title a better title": "assess",
    "role scribe me": "assess",
    "role scribe none": "assess",
    "note seen in the EU": "closed",
    "correct 1 the EU only": "closed",
    "service search-answers": "assess",
    "update we put it back": "assess",
    "evidence trace 7": "closed",
    "hypothesis the prompt": "diagnose",
    "supported 1 trace 7": "diagnose",
    "refuted 1 trace 7": "diagnose",
    "mitigate": "assess",
    "applied prompt back to v17": "watching",
    "runbook security": "assess",
    "pull tool.off": "diagnose",
    "undo 1": "mitigate",
    "check errors": "mitigate",
    "sample 20": "mitigate",
    "effective 1": "mitigate",
    "removed 1": "mitigate",
    "kept 1 @bob until 2026-12-01 the fix ships then": "mitigate",
    "judged 19 1 in German": "mitigate",
    "bleeding contained it stopped": "mitigate",
    "contained": "mitigate",
    'contained --waive "we are sure"': "mitigate",
    "explained probable the prompt": "diagnose",
    "watch": "resolve",
    'watch --override "no traffic at night"': "resolve",
    "resolved --fixed prompt v18": "watching",
    "restrict customer data": "assess",
    "action @bob by 2026-12-01 test prompts by region": "learn",
    "close we learned to test prompts": "learn",
    "dismiss near-miss nobody saw it": "assess",
    "reopen it is back": "closed",
    "export": "closed",
    "handover scribe @bob": "mitigate",
    "subscribe": "assess",
    "unsubscribe": "assess",
    "pause 60 we wait for the provider": "mitigate",
    "resume": "mitigate",
}  # fmt: skip
LOOKS = {"declare", "list", "show", "catchup", "help", "controls", "oncall"}
"""Verbs that ask nothing of an incident; what outsiders see of them is held by `tests/slack/test_neutral.py`."""

ROLE_HOLDERS = {
    "close we learned to test prompts": "close",
    "dismiss near-miss nobody saw it": "dismiss",
}
PULLERS = ("pull tool.off", "undo 1", "sample 20")
"""For whoever holds a role or is on call: what moves production, and what users wrote. `test_who_pulls` has every
case."""
HANDOVER = "handover scribe @bob"
"""For whoever sits there, and the commander."""
COMMANDER = {
    'contained --waive "we are sure"': "waive the proof",
    'watch --override "no traffic at night"': "override the checks",
    "pause 60 we wait for the provider": "pause the updates",
    "resume": "resume the updates",
}


def read(typed: str) -> c.Command:
    """The command that these words mean, typed in the incident's room."""
    one = take_apart(typed)
    assert one.verb is not None
    find = {"bob": BOB, "@bob": BOB}.get
    command = one.verb.read(Words(one.text, one.verb.usage, called, find, PASSER_BY, LATER_DAY - timedelta(days=9)))
    assert not isinstance(command, Look)
    return command


def ready(typed: str, *, seated: bool = True) -> Tale:
    """The incident in the phase in which these words would be taken, with what they are about."""
    phase = TYPED[typed]
    tale = walked(phase)
    tale.catalogue = LEVERS
    verb = typed.split()[0]
    if seated:
        tale.do(c.GiveRole("scribe", ERIN))
    if phase == "mitigate" and verb in ("effective", "removed", "kept"):
        tale.do(c.Applied("prompt back to v17"))
    if typed == "undo 1":
        in_effect(tale, "tool.off", "on")
    if typed == "contained":
        tale.do(c.Judge(30, 0))
    if verb in ("supported", "refuted"):
        tale.do(c.Suppose("the prompt"))
    if typed == "watch":
        tale.do(c.Judge(60, 0))
    if typed == "resume":
        tale.do(d.PauseUpdates(timedelta(hours=10), "we wait for the provider"))
    if typed == "unsubscribe":
        for user in WHO.values():
            tale.do(d.Subscribe(), user)
    return tale


def ask(tale: Tale, command: c.Command, by: str, channel: str | None = None) -> str:
    """As the desk asks: outsiders are stopped first. The answer, or the words of the refusal."""
    before = tale.state
    try:
        if isinstance(command, c.Lever):
            command = replace(command, on_call=by == OWNER)
        if not isinstance(command, c.Join):
            outsiders_stay_out(tale.incident, by, channel)
        return "" if tale.do(command, by, timedelta(hours=5)).events else "nothing happened"
    except Refusal as refusal:
        assert tale.state is before
        return str(refusal)


def test_every_verb_is_tried() -> None:
    """No verb of the grammar is missing from the tables above."""
    assert {typed.split()[0] for typed in TYPED} | LOOKS == set(BY_NAME)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("typed", TYPED)
def test_who_may(typed: str, who: str) -> None:
    """Everybody may record; pulling takes a role or being on call, ending a role, overriding the command; the refusal
    names who can."""
    said = ask(ready(typed), read(typed), WHO[who])
    if typed in COMMANDER and who != "commander":
        assert said == (
            f"Only the commander can {COMMANDER[typed]}: that is <@U0ALICE>, commander."
            " To take over: `/incident role commander me`."
        )
    elif typed == HANDOVER and who not in ("commander", "scribe"):
        assert said == (
            "Nobody has to ask you: `/incident role scribe me` takes it over at once."
            if who == "technical"
            else "The scribe is <@U0ERIN>: they or the commander, <@U0ALICE>, can hand it over."
        )
    elif typed in PULLERS and who == "passer-by":
        assert said == (
            "Controls are pulled by the people on call for support-copilot and by who has a role here:"
            " <@U0ALICE>, <@U0BOB>, <@U0CAROL>, <@U0ERIN>. To take a role: `/incident role technical me`."
        )
    elif typed in ROLE_HOLDERS and who in ("owner without a seat", "passer-by"):
        assert said == (
            f"Only somebody with a role can {ROLE_HOLDERS[typed]}: <@U0ALICE>, <@U0BOB>, <@U0CAROL>, <@U0ERIN>."
            " To take one: `/incident role scribe me`."
        )
    else:
        assert said == ""


@pytest.mark.parametrize("typed", TYPED)
def test_an_acting_commander_may_do_all(typed: str) -> None:
    """Until somebody accepts the seat, who declared commands: nothing is refused to them for want of a role."""
    tale = ready(typed, seated=False)
    for role in ("commander", "technical", "communications"):
        tale.do(c.GiveRole(role, None))
    if typed == "role scribe none":
        tale.do(c.GiveRole("scribe", ERIN))
    assert tale.incident.acting
    assert ask(tale, read(typed), ALICE) == ""


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('contained --waive "we are sure"', "waive the proof"),
        ('watch --override "no traffic at night"', "override the checks"),
    ],
)
def test_a_refusal_says_that_the_command_is_acting(typed: str, words: str) -> None:
    """Where nobody holds the seat the refusal names who acts, and how to take over."""
    tale = ready(typed)
    tale.do(c.GiveRole("commander", None))
    assert ask(tale, read(typed), BOB) == (
        f"Only the commander can {words}: that is <@U0ALICE>, acting commander."
        " To take over: `/incident role commander me`."
    )


def test_whoever_takes_over_may_waive() -> None:
    """The way that the refusal names works: the seat is taken, and the waiver carries the new commander's name."""
    tale = ready('contained --waive "we are sure"')
    tale.do(c.GiveRole("commander", BOB), BOB)
    assert ask(tale, c.Contain("we are sure"), BOB) == ""
    assert (tale.events[-1].kind, tale.events[-1].by) == ("contained", BOB)
    assert ask(walked("mitigate"), c.Contain("we are sure"), BOB) != ""


# Restricted

NOT_LET_IN = (HANDOVER, "subscribe", "unsubscribe")
"""What being let in is not enough for; updates of a restricted incident go to nobody outside its room."""


def restricted(typed: str, *, seated: bool = True) -> Tale:
    """The same incident, restricted, in its private room: erin holds a seat, dave was let in."""
    tale = ready(typed, seated=seated)
    tale.do(c.Restrict("customer data"))
    tale.do(c.SeatOwners((), (), room=c.ReportRoom("G0PRIVATE", "inc-7-restricted", True)), "stanch")
    tale.do(c.LetIn(DAVE))
    return tale


@pytest.mark.parametrize("typed", [*TYPED])
def test_an_outsider_of_a_restricted_incident_may_nothing(typed: str) -> None:
    """Not even record: who is not in learns its number and who lets people in, and nothing else."""
    for channel in (None, "C0ELSEWHERE", "C0ROOM"):
        assert ask(restricted(typed), read(typed), PASSER_BY, channel) == (
            "INC-7 is restricted. <@U0ALICE> commands it and lets people in."
        )


@pytest.mark.parametrize(
    "typed", [typed for typed in TYPED if typed not in (*ROLE_HOLDERS, *COMMANDER, *PULLERS, *NOT_LET_IN)]
)
def test_who_was_let_in_may_what_everybody_may(typed: str) -> None:
    """Let in by the commander, or by speaking in its private room: recording is not refused."""
    if typed == "restrict customer data":
        return
    assert ask(restricted(typed), read(typed), DAVE) == ""
    assert ask(restricted(typed), read(typed), PASSER_BY, "G0PRIVATE") == ""


# The two buttons without a verb


@pytest.mark.parametrize("who", WHO)
def test_anybody_joins_a_public_room(who: str) -> None:
    """*Join* is for everybody: an invitation, and no event."""
    decision = walked("assess").do(c.Join(), WHO[who])
    assert (decision.events, decision.say) == ((), "Come in: <#C0ROOM>")
    assert [effect.payload for effect in decision.effects] == [{"users": [WHO[who]]}]


WAYS_IN: dict[str, Callable[[Tale], str]] = {
    "commander": lambda tale: tale.do(c.Join(), ALICE).say,
    "technical": lambda tale: tale.do(c.Join(), BOB).say,
    "scribe": lambda tale: tale.do(c.Join(), ERIN).say,
    "let in before": lambda tale: tale.do(c.Join(), DAVE).say,
    "owner without a seat": lambda tale: tale.do(c.Join(on_call=True), OWNER).say,
    "passer-by": lambda tale: tale.do(c.Join(), PASSER_BY).say,
}


def test_who_joins_a_restricted_room() -> None:
    """Who has a part comes in, who is on call is let in without asking, everybody else asks the commander."""
    said = {who: join(restricted("mitigate")) for who, join in WAYS_IN.items()}
    come_in = "Come in: <#G0PRIVATE>"
    assert said == {
        "commander": come_in,
        "technical": come_in,
        "scribe": come_in,
        "let in before": come_in,
        "owner without a seat": "You are on call for support-copilot, so you are in:"
        " the invitation to the room of INC-7 is on its way.",
        "passer-by": "<@U0ALICE> is asked to let you into INC-7.",
    }


@pytest.mark.parametrize("who", WHO)
def test_only_the_commander_lets_people_in(who: str) -> None:
    """*Let in* of a request: the commander's alone; others in the room are told whose it is."""
    tale = restricted("mitigate")
    tale.do(c.Join(), "U0GUEST")
    said = ask(tale, c.LetIn("U0GUEST"), WHO[who], "G0PRIVATE")
    if who == "commander":
        assert said == ""
        assert "U0GUEST" in tale.incident.members
    else:
        assert said == (
            "Only the commander can let people in: that is <@U0ALICE>, commander."
            " To take over: `/incident role commander me`."
        )
