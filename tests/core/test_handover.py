"""A seat goes from one person to another when that one has said yes, and not before."""

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.chain import unstamp
from tests.core.test_seats import STANCH, asked, named, owed
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, minutes, refused


def test_hand_over() -> None:
    """Alice asks bob: she stays commander until he accepts; then the room is told, and the question is over."""
    tale = named(ALICE, severity="SEV4")
    say = tale.do(sc.HandOver("commander", BOB), ALICE).say
    assert say.startswith("<@U0BOB> is asked to take over as commander, until <!date^")
    assert say.endswith("<@U0ALICE> stays commander until then.")
    tale.do(c.Note("not yet"), BOB)
    assert tale.incident.commander == ALICE, "only an answer is one here"
    decision = tale.do(sc.AnswerHandover(True, "commander"), BOB)
    assert decision.say.startswith("Thank you: you are commander of INC-7 now.")
    assert (tale.incident.commander, tale.incident.seating.handovers) == (BOB, ())
    assert "post" in [one.kind for one in decision.effects]
    assert tale.do(sc.AnswerHandover(True, "commander"), BOB).say == "You are commander of INC-7 already."


@pytest.mark.parametrize(
    ("by", "user", "said"),
    [
        (ALICE, ALICE, "<@U0ALICE> is commander already: there is nothing to hand over."),
        (BOB, BOB, "Nobody has to ask you: `/incident role commander me` takes it over at once."),
        (BOB, CAROL, "The commander is <@U0ALICE>: only they can hand it over."),
        (
            ALICE,
            None,
            "To whom? `/incident handover commander @who`. To empty the seat: `/incident role commander none`.",
        ),
    ],
)
def test_hand_overs_that_make_no_sense(by: str, user: str | None, said: str) -> None:
    """Each refusal says what can be done instead."""
    assert refused(named(ALICE, severity="SEV4"), sc.HandOver("commander", user), by) == said


@pytest.mark.parametrize("how", ["passed", "lapsed", "unreachable"])
def test_a_hand_over_that_comes_to_nothing(how: str) -> None:
    """Passed, not answered in ten minutes, or not reached: the seat stays, and who asked is told, once."""
    tale = named(ALICE, severity="SEV4")
    tale.do(sc.HandOver("technical", DAVE), ALICE)
    [until] = [one.until for one in tale.incident.seating.handovers]
    assert unstamp(until) - tale.now == minutes(10)
    if how == "passed":
        tale.do(sc.AnswerHandover(False, "technical"), DAVE)
    else:
        why = "user_disabled" if how == "unreachable" else ""
        tale.do(sc.ReportLapse(DAVE, until, why, "technical"), STANCH)
    assert tale.incident.seats["technical"] == BOB
    assert [one.payload["user"] for one in owed(tale, "tell_asker")] == [ALICE]
    before = len(tale.events)
    tale.do(sc.ReportLapse(DAVE, until, "", "technical"), STANCH)
    assert len(tale.events) == before
    assert "That hand-over is over: <@U0BOB> is technical lead" in refused(
        tale, sc.AnswerHandover(True, "technical"), DAVE
    )


def test_an_unanswered_seat_anybody_may_hand_on() -> None:
    """Bob is asked and silent: carol may ask dave."""
    tale = named(severity="SEV2")
    tale.do(sc.HandOver("technical", DAVE), CAROL)
    tale.do(sc.AnswerHandover(True, "technical"), DAVE)
    assert (tale.incident.seats["technical"], BOB in asked(tale)) == (DAVE, False)


def test_an_emptied_seat_still_waits_for_who_is_asked() -> None:
    """Alice asks dave to take over and leaves her seat empty meanwhile: his yes still counts."""
    tale = named(ALICE, severity="SEV4")
    tale.do(sc.HandOver("commander", DAVE), ALICE)
    tale.do(c.GiveRole("commander", None), ALICE)
    tale.do(sc.AnswerHandover(True, "commander"), DAVE)
    assert (tale.incident.commander, tale.incident.acting) == (DAVE, False)
