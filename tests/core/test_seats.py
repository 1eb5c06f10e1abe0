"""Every seat is filled by somebody who answered: who is asked, what is an answer, who comes next, who is woken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stanch.core import commands as c, draft_commands as d, seat_commands as sc
from stanch.core.catalogue import Catalogue, Seat
from stanch.core.chain import stamp, unstamp
from stanch.core.chase import answered, awaited, extras_wanted, unfilled
from stanch.core.effects import Effect
from stanch.core.people import People, Step
from stanch.core.roles import Role
from tests.fakes.world import ALICE, BOB, CAROL, CATALOGUE, DAVE, ERIN, Tale, minutes, refused

SEATS: dict[str, dict[Role, Seat]] = {
    "SEV1": {"commander": "alone", "technical": "required", "communications": "required", "scribe": "if_free"},
    "SEV2": {
        "commander": "required", "technical": "required", "communications": "if_users_see_it", "scribe": "stanch",
    },
    "SEV3": {"commander": "shared", "technical": "required", "communications": "shared", "scribe": "stanch"},
    "SEV4": {"commander": "shared", "technical": "none", "communications": "none", "scribe": "stanch"},
}  # fmt: skip
WITHIN = {"SEV1": minutes(5), "SEV2": minutes(10), "SEV3": minutes(30), "SEV4": timedelta(hours=8)}
OWNERS = (("commander", ALICE), ("technical", BOB), ("communications", CAROL), ("scribe", ERIN))
STANCH = "stanch"


def team(*steps: Step) -> Catalogue:
    """The house's own table of seats, and these steps for the service."""
    severities = {
        id: replace(one, seats=SEATS[id], accept_within=WITHIN[id]) for id, one in CATALOGUE.severities.items()
    }
    people = People(escalation={"support-copilot": steps}) if steps else People()
    return replace(CATALOGUE, severities=severities, people=people)


TWO_STEPS = team(Step(("owners",)), Step(("erin",)))


def named(by: str = "U0GUEST", known: Catalogue = TWO_STEPS, **facts: object) -> Tale:
    """An incident with its room and the owners in their seats; who declared it is none of them, unless said."""
    tale = Tale(known)
    tale.do(c.Declare(7, "answers cite the wrong policy", **facts), by)  # type: ignore[arg-type]
    tale.do(c.SeatOwners(OWNERS, (ALICE, BOB, CAROL, ERIN), room=c.ReportRoom("C0ROOM", "inc-7", False)), STANCH)
    tale.do(c.ReportCard("1700000000.000100", 0), STANCH)
    return tale


def asked(tale: Tale) -> dict[str, tuple[str, ...]]:
    """Who is asked for what."""
    return {ask.user: ask.roles for ask in tale.incident.seating.asks}


def kinds(tale: Tale) -> list[str]:
    return [event.kind for event in tale.events]


def owed(tale: Tale, kind: str) -> list[Effect]:
    return [one for one in tale.effects if one.kind == kind]


def lapse(tale: Tale, user: str) -> None:
    """The time to answer passes, as the worker tells it."""
    ask = next(one for one in tale.incident.seating.asks if one.user == user)
    tale.now = max(tale.now, unstamp(ask.until))
    tale.do(sc.ReportLapse(user, ask.until), STANCH, timedelta())


@pytest.mark.parametrize(
    ("severity", "impact", "wanted"),
    [
        ("SEV1", "", {ALICE: ("commander",), BOB: ("technical",), CAROL: ("communications",), ERIN: ("scribe",)}),
        ("SEV2", "", {ALICE: ("commander",), BOB: ("technical",)}),
        ("SEV2", "wrong refunds", {ALICE: ("commander",), BOB: ("technical",), CAROL: ("communications",)}),
        (None, "", {ALICE: ("commander",), BOB: ("technical",)}),
        ("SEV3", "wrong refunds", {BOB: ("technical",)}),
        ("SEV4", "wrong refunds", {}),
    ],
)
def test_who_is_asked(severity: str | None, impact: str, wanted: dict[str, tuple[str, ...]]) -> None:
    """By the table of seats: each with one question and the severity's time; everybody is named all the same."""
    tale = named(severity=severity, impact=impact)
    assert asked(tale) == wanted
    within = WITHIN[severity or "SEV2"]
    assert {unstamp(one.until) - tale.events[-2].at for one in tale.incident.seating.asks} <= {within}
    dms = owed(tale, "ask_seat")
    assert len(dms) == len({one.key for one in dms}) == len(wanted)
    assert {one.due for one in owed(tale, "lapse")} == {unstamp(one.until) for one in tale.incident.seating.asks}
    scribe = {"scribe": ERIN} if severity in (None, "SEV1") else {}
    assert tale.incident.seats == {"commander": ALICE, "technical": BOB, "communications": CAROL} | scribe


def test_who_declared_it_is_here_already() -> None:
    """Alice declares and is named commander: nobody asks her whether she is awake."""
    assert asked(named(ALICE, severity="SEV1")) == {BOB: ("technical",), CAROL: ("communications",), ERIN: ("scribe",)}


@pytest.mark.parametrize("act", [c.Note("looking"), c.Applied("the switch"), c.SayUpdate("we look"), c.Mitigate()])
def test_whatever_somebody_does_is_a_yes(act: c.Command) -> None:
    """Bob does something: that he has accepted stands before it, and the time to answer means nothing any more."""
    tale = named(severity="SEV2")
    tale.do(act, BOB)
    assert BOB not in asked(tale)
    assert [e.kind for e in tale.events if e.by == BOB][-2] == "seat_accepted"
    before = len(tale.events)
    tale.do(sc.ReportLapse(BOB, tale.incident.seating.asks[0].until), STANCH)
    assert len(tale.events) == before


def test_accept_and_again() -> None:
    """One click; a second says so kindly; somebody else's question is not answered by it."""
    tale = named(severity="SEV2")
    said = tale.do(sc.AnswerSeat(True, ("technical",)), BOB).say
    assert said.startswith("Thank you: you are technical lead of INC-7. Its room: <#C0ROOM>.")
    assert tale.do(sc.AnswerSeat(True, ("technical",)), BOB).say == "You are technical lead of INC-7 already."
    assert asked(tale) == {ALICE: ("commander",)}
    assert refused(tale, sc.AnswerSeat(True, ("technical",)), DAVE) == (
        "Thank you; by now <@U0BOB> is technical lead in INC-7. To take it: `/incident 7 role technical me`."
    )


def test_pass_brings_the_next_then_the_next_step_then_nobody() -> None:
    """Bob passes: dave is asked. Dave does not answer: the next step is asked and paged. Then the seat is empty, and
    the room is told."""
    tale = named(ALICE, severity="SEV2")
    assert (
        tale.do(sc.AnswerSeat(False, ("technical",)), BOB).say == "Thank you for saying so. The next person is asked."
    )
    assert [one.payload for one in owed(tale, "next_seat")] == [{"role": "technical", "was": BOB}]
    tale.do(sc.OfferNext("technical", BOB, ((DAVE, 0), (ERIN, 1))), STANCH)
    assert (tale.incident.seats["technical"], asked(tale)) == (DAVE, {DAVE: ("technical",)})
    lapse(tale, DAVE)
    tale.do(sc.OfferNext("technical", DAVE, ((ERIN, 1),)), STANCH)
    assert (tale.incident.seats["technical"], tale.incident.seating.step("technical")) == (ERIN, 1)
    assert kinds(tale)[-4:] == ["role_given", "escalated", "seat_asked", "page_owed"]
    lapse(tale, ERIN)
    tale.do(sc.OfferNext("technical", ERIN, ()), STANCH)
    assert "technical" not in tale.incident.seats
    assert kinds(tale)[-1] == "seat_unfilled"
    assert tale.effects[-1].kind in ("post", "card", "announce")
    triggers = [one.payload for one in owed(tale, "page")]
    assert triggers == [
        {"action": "trigger", "step": 0, "users": [BOB], "page": 1},
        {"action": "trigger", "step": 0, "users": [DAVE], "page": 2},
        {"action": "trigger", "step": 1, "users": [ERIN], "page": 3},
    ]


def test_the_seat_of_command_falls_back_to_who_declared() -> None:
    """Nobody takes it: the declarer acts."""
    tale = named(DAVE, severity="SEV2")
    lapse(tale, ALICE)
    tale.do(sc.OfferNext("commander", ALICE, ()), STANCH)
    assert (tale.incident.commander, tale.incident.acting) == (DAVE, True)


def test_both_command_until_one_has_answered() -> None:
    """Alice is named and silent: dave, who declared, may waive; once she has answered he may not."""
    for has_answered in (False, True):
        tale = named(DAVE, severity="SEV2")
        if has_answered:
            tale.do(c.Note("here"), ALICE)
        tale.do(c.Mitigate(), DAVE)
        if has_answered:
            assert "Only the commander can waive the proof" in refused(tale, c.Contain(waive="x"), DAVE)
        else:
            tale.do(c.Contain(waive="x"), DAVE)
            assert tale.incident.phase == "diagnose"


def test_somebody_takes_it_meanwhile() -> None:
    """Carol takes bob's seat before the next is found: nobody is asked any more; bob's late click is told who sits."""
    tale = named(severity="SEV2")
    lapse(tale, BOB)
    tale.do(c.GiveRole("technical", CAROL), CAROL)
    before = len(tale.events)
    tale.do(sc.OfferNext("technical", BOB, ((DAVE, 0),)), STANCH)
    assert len(tale.events) == before
    assert "by now <@U0CAROL> is technical lead" in refused(tale, sc.AnswerSeat(True, ("technical",)), BOB)


def test_who_passed_may_think_again() -> None:
    """Bob passed and takes the seat by hand after all: he is not out any more, and nobody is asked."""
    tale = named(severity="SEV2")
    tale.do(sc.AnswerSeat(False), BOB)
    tale.do(c.GiveRole("technical", None), ALICE)
    tale.do(c.TakeSeat("technical"), BOB)
    assert tale.incident.seating.out == ()
    assert tale.incident.seats["technical"] == BOB


def test_a_later_severity_starts_and_ends_the_chase() -> None:
    """Named at SEV4, asked when it becomes SEV1, with less time from SEV2 to SEV1, and let be when it is SEV4 again."""
    tale = named(severity="SEV4")
    assert asked(tale) == {}
    tale.do(c.Change("severity", "SEV2"), "U0GUEST")
    assert asked(tale) == {ALICE: ("commander",), BOB: ("technical",)}
    tale.do(sc.ReportPaged("trigger", 0, ("PagerDuty",)), STANCH)
    tale.do(c.Change("severity", "SEV1"), "U0GUEST")
    assert asked(tale) == {ALICE: ("commander",), BOB: ("technical",), CAROL: ("communications",)}
    assert {unstamp(one.until) for one in tale.incident.seating.asks} == {tale.now + minutes(5)}
    assert kinds(tale).count("seat_asked") == 3
    tale.do(c.Change("severity", "SEV4"), "U0GUEST")
    assert asked(tale) == {}
    assert tale.incident.seats == {"commander": ALICE, "technical": BOB, "communications": CAROL}
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger", "acknowledge"]


def test_users_are_hurt_so_somebody_speaks() -> None:
    """At SEV2 the communications lead is asked from the moment when it is known what users see."""
    tale = named(ALICE, severity="SEV2")
    assert CAROL not in asked(tale)
    tale.do(c.Change("impact", "refunds are wrong"), ALICE)
    assert asked(tale)[CAROL] == ("communications",)


def test_nobody_answers_for_what_is_over() -> None:
    """A dismissal ends every question; the page is resolved; a late answer is thanked for."""
    tale = named(severity="SEV1")
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"), ALICE)
    assert tale.incident.seating.asks == ()
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger", "resolve"]
    assert refused(tale, sc.AnswerSeat(True, ("technical",)), BOB) == (
        "INC-7 is over (dismissed): nobody waits for an answer any more. Thank you."
    )
    before = len(tale.events)
    for one in owed(tale, "lapse"):
        tale.do(sc.ReportLapse(one.payload["user"], one.payload["until"]), STANCH)
    assert len(tale.events) == before


@pytest.mark.parametrize(
    ("klass", "severity", "wanted"),
    [
        ("security", "SEV1", (("security",), ("legal", "privacy"))), ("provider_outage", "SEV3", (("provider",),)),
        ("quality_regression", "SEV1", ()), ("security", "SEV4", ()),
        ("security", None, (("security",), ("legal", "privacy"))),
    ],
)  # fmt: skip
def test_whom_the_class_adds(klass: str, severity: str | None, wanted: object) -> None:
    """By class, down to SEV3."""
    assert extras_wanted(named(klass=klass, severity=severity).incident) == wanted


def test_extras_are_named_once() -> None:
    """At the start without a message of their own; later with one; a gap is told once."""
    tale = Tale(TWO_STEPS)
    tale.do(c.Declare(7, "leak", klass="security", severity="SEV2"))
    room = c.ReportRoom("C0ROOM", "inc-7", True)
    tale.do(c.SeatOwners(OWNERS, (), room=room, extras=(("security", DAVE),), missing=("legal",)), STANCH)
    assert tale.incident.seating.extras == (("security", DAVE),)
    assert next(one.payload["users"] for one in tale.effects if one.key.startswith("inc-7/greet"))[-1] == DAVE
    assert not [one for one in owed(tale, "post") if one.payload.get("entry")]
    tale.do(sc.ReportExtras("security", (("security", DAVE),), ("legal",)), STANCH)
    assert kinds(tale).count("extras_named") == 1
    tale.do(sc.ReportExtras("security", (("security", DAVE), ("legal", CAROL)), ()), STANCH)
    assert tale.incident.seating.extras == (("security", DAVE), ("legal", CAROL))
    assert owed(tale, "invite")[-1].payload["users"] == [CAROL]


def test_an_old_button_is_about_its_own_seat() -> None:
    """Bob's seat went to carol and he is asked for another: his first *Pass* does not give that away."""
    tale = named(severity="SEV1")
    tale.do(c.GiveRole("technical", CAROL), CAROL)
    tale.do(sc.AnswerSeat(False), ERIN)
    tale.do(sc.OfferNext("scribe", ERIN, ((BOB, 0),)), STANCH)
    assert asked(tale)[BOB] == ("scribe",)
    assert "Nothing was waiting for you" in tale.do(sc.AnswerSeat(False, ("technical",)), BOB).say
    assert asked(tale)[BOB] == ("scribe",)


@pytest.mark.parametrize("to", [DAVE, None])
def test_who_gives_an_asked_seat_away_has_not_accepted(to: str | None) -> None:
    """To somebody else, or to nobody, which is a pass: no yes is recorded, and of the other seat nothing is said."""
    tale = Tale(TWO_STEPS)
    tale.do(c.Declare(7, "x", severity="SEV1", service="support-copilot"), "U0GUEST")
    both = (("commander", BOB), ("technical", BOB))
    tale.do(c.SeatOwners(both, (BOB,), room=c.ReportRoom("C0ROOM", "inc-7", False)), STANCH)
    tale.do(c.GiveRole("commander", to), BOB)
    assert "seat_accepted" not in kinds(tale)
    assert asked(tale)[BOB] == ("technical",)
    assert BOB not in tale.incident.seating.present
    assert bool(owed(tale, "next_seat")) == (to is None)


@pytest.mark.parametrize("act", [d.Subscribe(), sc.AnswerHandover(False, "scribe"), sc.HandOver("technical", ERIN)])
def test_what_is_no_yes(act: c.Command) -> None:
    """Bob subscribes, declines something else, or asks somebody to take his seat: he is still asked himself."""
    tale = named(severity="SEV2")
    tale.do(sc.HandOver("scribe", BOB), "U0GUEST")
    tale.do(act, BOB)
    assert asked(tale)[BOB] == ("technical",)


def test_who_passed_is_asked_for_another_seat() -> None:
    """Bob passes command and is named technical lead by another service: he is asked, and nobody counts him as here."""
    tale = Tale(TWO_STEPS)
    tale.do(c.Declare(7, "x", severity="SEV1", service="support-copilot"), "U0GUEST")
    tale.do(c.SeatOwners((("commander", BOB),), (BOB,), room=c.ReportRoom("C0ROOM", "inc-7", False)), STANCH)
    tale.do(sc.AnswerSeat(False), BOB)
    tale.do(c.SeatOwners((("technical", BOB),), (BOB,)), STANCH)
    assert asked(tale) == {BOB: ("technical",)}


def test_the_declarer_acts_until_the_next_is_named() -> None:
    """Alice's time is over and nobody is named yet: dave, who declared, may still do what she may."""
    tale = named(DAVE, severity="SEV2")
    lapse(tale, ALICE)
    tale.do(c.Mitigate(), DAVE)
    tale.do(c.Contain(waive="x"), DAVE)
    assert tale.incident.phase == "diagnose"


def test_the_time_runs_from_when_the_question_came() -> None:
    """Slack was away: the question comes late, and its own end means nothing any more."""
    tale = named(severity="SEV2")
    first = tale.incident.seating.asks[-1].until
    tale.now = unstamp(first) + minutes(20)
    tale.do(sc.ReportAskedLate(BOB, first), STANCH)
    assert tale.incident.seating.asks[-1].until == stamp(tale.now + minutes(10))
    tale.do(sc.ReportLapse(BOB, first), STANCH)
    assert BOB in asked(tale)
    assert unstamp(tale.incident.seating.asks[-1].until) in {one.due for one in owed(tale, "lapse")}


def test_service_changes_name_others_and_ask_them() -> None:
    """Another service's owners are named where nobody has answered; who passed is not named again."""
    tale = named(severity="SEV2")
    tale.do(sc.AnswerSeat(False), BOB)
    tale.do(c.SeatOwners((("commander", DAVE), ("technical", BOB)), (DAVE, BOB)), STANCH)
    assert (tale.incident.seats["commander"], asked(tale)) == (DAVE, {DAVE: ("commander",)})
    assert kinds(tale).count("seat_asked") == 3


def test_who_wakes_up_late_gets_the_seat_that_is_empty() -> None:
    """Everybody was asked and nobody sits there: *Accept* under an old question seats who clicks it."""
    tale = named(severity="SEV2")
    tale.do(c.GiveRole("technical", None), ALICE)
    said = tale.do(sc.AnswerSeat(True, ("technical",)), BOB).say
    assert said == "Thank you: nobody sat there, you are technical lead of INC-7 now."
    assert tale.incident.seats["technical"] == BOB


def offer(tale: Tale, *offers: tuple[str, str, tuple[tuple[str, int], ...]]) -> list[str]:
    """Who comes next for several seats at one moment; the kinds of event that follow."""
    before = len(tale.events)
    tale.do(sc.OfferSeats(tuple(sc.OfferNext(*one) for one in offers)), STANCH)
    return kinds(tale)[before:]


def test_who_has_a_seat_accepts_another_by_a_click() -> None:
    """Bob is technical lead and is asked to speak, too: what he does is his work, and only *Accept* is a yes."""
    tale = named(ALICE, severity="SEV1")
    tale.do(sc.AnswerSeat(True), BOB)
    tale.do(sc.AnswerSeat(False), CAROL)
    tale.do(sc.OfferNext("communications", CAROL, ((BOB, 0),)), STANCH)
    for act in (c.Note("the cache"), c.Mitigate(), c.Applied("the switch")):
        tale.do(act, BOB)
    assert asked(tale)[BOB] == ("communications",)
    tale.do(sc.AnswerSeat(True, ("communications",)), BOB)
    assert BOB not in asked(tale)


def test_an_act_is_a_yes_to_the_first_of_two_questions() -> None:
    """Bob is asked for one seat and then for another: what he does accepts the first."""
    tale = named(ALICE, severity="SEV1")
    tale.do(sc.AnswerSeat(False), CAROL)
    tale.do(sc.OfferNext("communications", CAROL, ((BOB, 0),)), STANCH)
    tale.do(c.Note("here"), BOB)
    assert asked(tale)[BOB] == ("communications",)


def test_who_leads_and_is_asked_again_answers_by_whatever_they_do() -> None:
    """Bob also takes notes; the incident is back and he is asked for his own seat: a note is his yes."""
    tale = named(ALICE, severity="SEV1")
    for role in ("technical", "scribe"):
        tale.do(c.GiveRole(role, BOB), BOB)
    tale.do(c.Dismiss("false-alarm", "nothing"), ALICE)
    tale.do(c.Reopen("it is back"), ALICE)
    assert asked(tale)[BOB] == ("technical",)
    tale.do(c.Note("here"), BOB)
    assert BOB not in asked(tale)


def test_one_question_for_two_seats_at_one_moment() -> None:
    """Bob and carol are silent, and erin is next for both: one question, one mention, one time to answer."""
    tale = named(ALICE, severity="SEV1")
    tale.do(sc.AnswerSeat(False), ERIN)
    for user in (BOB, CAROL):
        lapse(tale, user)
    follows = offer(tale, ("technical", BOB, ((ERIN, 1),)), ("communications", CAROL, ((ERIN, 1),)))
    assert follows.count("seat_asked") == 1
    assert asked(tale) == {ERIN: ("technical", "communications")}
    assert len([one for one in owed(tale, "ask_seat") if not {"answered", "room"} & set(one.payload)]) == 4


def test_nobody_is_left_for_two_seats() -> None:
    """Both stay empty at one moment: what the room is told goes out once, for both."""
    tale = named(ALICE, severity="SEV1")
    for user in (BOB, CAROL):
        lapse(tale, user)
    assert offer(tale, ("technical", BOB, ()), ("communications", CAROL, ())).count("seat_unfilled") == 2
    assert unfilled(tale.incident, tale.catalogue) == ("technical", "communications")
    [group] = {one.group for one in owed(tale, "post") if one.payload["entry"] >= len(tale.events) - 4 and one.group}
    assert group == "inc-7/unfilled"


def test_who_was_silent_is_known_until_they_act() -> None:
    """Bob does not answer, and so comes after all others for any seat; then he writes a note."""
    tale = named(ALICE, severity="SEV1")
    lapse(tale, BOB)
    assert tale.incident.seating.silent == (BOB,)
    tale.do(c.Note("I was asleep"), BOB)
    assert tale.incident.seating.silent == ()


def test_a_seat_that_stanch_keeps_asks_nobody_else_for_sure() -> None:
    """Erin passes as scribe: she is not told that somebody is asked."""
    tale = named(ALICE, severity="SEV1")
    said = tale.do(sc.AnswerSeat(False), ERIN).say
    assert said == "Thank you for saying so. If nobody else takes it, Stanch keeps the seat."


def test_whose_question_it_is_not() -> None:
    """Alice commands and clicks below the question to others: she hears whom it asks, and not to take another seat."""
    tale = named(ALICE, severity="SEV1")
    assert refused(tale, sc.AnswerSeat(True, ("technical", "communications", "scribe")), ALICE) == (
        "This asks <@U0BOB>, <@U0CAROL> and <@U0ERIN>. You are commander."
    )
    assert refused(tale, sc.AnswerSeat(True, ("technical",)), DAVE) == (
        "This asks <@U0BOB>. To take the seat: `/incident 7 role technical me`."
    )


def test_the_room_s_questions_follow_what_became_of_them() -> None:
    """Each answer, and each change of the time that is left, is owed to the messages that asked; nothing else is."""
    tale = named(ALICE, severity="SEV2")

    def changes() -> int:
        return len([one for one in owed(tale, "ask_seat") if one.payload.get("room")])

    known = changes()
    tale.do(c.Note("nothing of seats"), ALICE)
    assert changes() == known
    tale.do(c.Change("severity", "SEV1"), ALICE)
    assert changes() > known
    hurried = [one.payload["answered"] for one in owed(tale, "ask_seat") if "answered" in one.payload]
    assert hurried == [BOB]
    known = changes()
    tale.do(c.Note("here"), BOB)
    assert changes() == known + 1


def further_seat() -> Tale:
    """Bob is at work as technical lead of a SEV1 and is asked to command, too."""
    tale = named(severity="SEV1")
    tale.do(c.Note("hi"), BOB)
    lapse(tale, ALICE)
    offer(tale, ("commander", ALICE, ((BOB, 0),)))
    assert asked(tale)[BOB] == ("commander",)
    return tale


@pytest.mark.parametrize(
    "between",
    [
        ((c.Change("severity", "SEV4"), CAROL), (c.Change("severity", "SEV1"), CAROL)),
        ((c.Change("severity", "SEV3"), BOB), (c.Change("severity", "SEV2"), BOB)),
        ((c.Dismiss("false-alarm", "x"), "U0GUEST"), (c.Reopen("no, it is real"), BOB)),
    ],
)
def test_a_further_seat_waits_for_its_yes_whatever_happens_between(between: tuple[tuple[c.Command, str], ...]) -> None:
    """The question ends with the severity or the incident: when it counts again bob is asked again, and only *Accept*
    answers for the commander's seat."""
    tale = further_seat()
    for command, by in between:
        tale.do(command, by)
    tale.do(c.Note("my technical things"), BOB)
    assert asked(tale)[BOB] == ("commander",)
    assert not answered(tale.incident, "commander")
    assert awaited(tale.incident, tale.catalogue) == ("commander",)
    tale.do(sc.AnswerSeat(True, ("commander",)), BOB)
    assert answered(tale.incident, "commander")


def test_a_volunteer_sits_where_somebody_is_only_asked() -> None:
    """*Take this role* while bob may be asleep: dave leads. Once answered, the next hears who it was."""
    tale = named(severity="SEV1")
    tale.do(c.TakeSeat("technical"), DAVE)
    assert tale.incident.seats["technical"] == DAVE
    assert "technical" not in asked(tale).get(BOB, ())
    assert "was faster" in refused(tale, c.TakeSeat("technical"), BOB)


def test_what_was_said_when_they_were_asked_stays_true() -> None:
    """Only *Accept* was a yes for bob's second seat: so it is when he has given his first away."""
    tale = further_seat()
    tale.do(c.GiveRole("technical", DAVE), BOB)
    tale.do(c.Note("handing over"), BOB)
    assert asked(tale)[BOB] == ("commander",)


def test_two_questions_of_one_moment() -> None:
    """Dave is next for two seats on different steps: the second question says that only *Accept* is a yes to it."""
    tale = named(severity="SEV1")
    lapse(tale, ALICE)
    lapse(tale, BOB)
    offer(tale, ("commander", ALICE, ((DAVE, 0),)), ("technical", BOB, ((DAVE, 1),)))
    assert [e.payload["only_accept"] for e in tale.events if e.kind == "seat_asked"][-2:] == [False, True]
    tale.do(c.Note("reading along"), DAVE)
    assert asked(tale)[DAVE] == ("technical",)


def test_one_question_for_two_seats_is_a_yes_to_the_first() -> None:
    """Dave is asked for both at once and writes a note: he commands, and is asked for the other seat still."""
    tale = named(severity="SEV1")
    lapse(tale, ALICE)
    lapse(tale, BOB)
    offer(tale, ("commander", ALICE, ((DAVE, 1),)), ("technical", BOB, ((DAVE, 1),)))
    for _ in range(2):
        tale.do(c.Note("looking"), DAVE)
        assert asked(tale)[DAVE] == ("technical",)
    tale.do(sc.AnswerSeat(True, ("commander", "technical")), DAVE)
    assert DAVE not in asked(tale)


@pytest.mark.parametrize(
    "click", [sc.AnswerSeat(True, ("technical",)), c.TakeSeat("technical"), c.GiveRole("technical", BOB)]
)
def test_who_wakes_up_before_the_next_is_named_keeps_the_seat(click: c.Command) -> None:
    """Bob's time is over and nobody else was named yet: his click is a yes, and the offer that comes gives it away to
    nobody."""
    tale = named(severity="SEV1")
    lapse(tale, BOB)
    assert tale.do(click, BOB).say == "Thank you: nobody sat there, you are technical lead of INC-7 now."
    assert answered(tale.incident, "technical")
    assert offer(tale, ("technical", BOB, ((DAVE, 0),))) == []
    assert tale.incident.seats["technical"] == BOB


def test_an_old_button_seats_nobody_who_was_not_asked() -> None:
    """Two seats are empty: *Accept* of a question to others gives neither to dave, nor the second to who has one."""
    tale = named(severity="SEV1")
    tale.do(c.Note("hi"), BOB)
    for user, role in ((CAROL, "communications"), (ERIN, "scribe")):
        tale.do(sc.AnswerSeat(False), user)
        offer(tale, (role, user, ()))
    stale = sc.AnswerSeat(True, ("technical", "communications", "scribe"))
    for user in (DAVE, BOB):
        assert "nobody is communications lead yet" in refused(tale, stale, user)


def test_what_people_were_asked_alone_is_taken_back_when_it_becomes_restricted() -> None:
    """Bob passed and is none of those who see it: his old question is owed once more, and nobody else's is."""
    tale = named(ALICE, severity="SEV2")
    tale.do(sc.AnswerSeat(False), BOB)
    offer(tale, ("technical", BOB, ((DAVE, 0),)))
    tale.do(c.Restrict("secrets in the answers"), ALICE)
    assert [one.payload["answered"] for one in owed(tale, "ask_seat") if one.payload.get("hush")] == [BOB]


def test_the_topic_follows_the_commanders_answer() -> None:
    """While the commander has not answered it says so: it is owed anew when they have."""
    tale = named(severity="SEV2")
    before = len(owed(tale, "topic"))
    tale.do(sc.AnswerSeat(True), ALICE)
    assert len(owed(tale, "topic")) == before + 1
