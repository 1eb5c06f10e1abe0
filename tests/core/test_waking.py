"""Who is woken, once for each step of the path, and when the phones may be silent again."""

from datetime import timedelta

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.people import Step
from tests.core.test_seats import STANCH, TWO_STEPS, kinds, lapse, named, owed, team
from tests.fakes.world import ALICE, BOB, DAVE, Tale


@pytest.mark.parametrize(
    ("facts", "pages"),
    [
        ({"severity": "SEV1"}, 1), ({"severity": "SEV2"}, 1), ({"severity": "SEV3"}, 0), ({"severity": "SEV4"}, 0),
        ({}, 0), ({"severity": "SEV1", "drill": True}, 0),
    ],
)  # fmt: skip
def test_who_is_woken(facts: dict[str, object], pages: int) -> None:
    """SEV1 and SEV2 wake people; SEV3, SEV4, what has no severity yet, and drills wake nobody."""
    assert len(owed(named(**facts), "page")) == pages


def test_a_page_is_acknowledged_when_both_have_answered() -> None:
    """Commander and technical lead; and resolved with the incident, once each."""
    tale = named(severity="SEV1")
    tale.do(c.Note("here"), ALICE)
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger"]
    tale.do(sc.AnswerSeat(True), BOB)
    tale.do(c.Note("and again"), BOB)
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger", "acknowledge"]
    for step in (c.Mitigate(), c.Contain("x"), c.Explain("confirmed", "x"), c.Watch("x")):
        tale.do(step, ALICE)
    tale.do(c.Resolve("fixed"), ALICE, timedelta(hours=25))
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger", "acknowledge", "resolve"]
    assert len({one.key for one in owed(tale, "page")}) == 3


def test_a_step_that_is_not_paged() -> None:
    """`page: false`: the people of that step get messages, and nobody's phone rings."""
    tale = named(severity="SEV1", known=team(Step(("owners",), page=False)))
    assert owed(tale, "page") == []


def test_what_nothing_took_is_tried_again_at_sev1() -> None:
    """Nothing was set up, or it failed, at SEV2: at SEV1 people are to be woken all the same."""
    tale = named(severity="SEV2")
    tale.do(c.Change("severity", "SEV1"), "U0GUEST")
    assert [one.payload["action"] for one in owed(tale, "page")] == ["trigger", "trigger"]


def rung(tale: Tale) -> list[tuple[int, list[str]]]:
    """Each alert that was triggered: its number, and whom it is for."""
    return [(p["page"], p["users"]) for one in owed(tale, "page") if (p := one.payload)["action"] == "trigger"]


def both_are_here(**facts: object) -> Tale:
    """A SEV1 whose page was taken and acknowledged."""
    tale = named(severity="SEV1", **facts)
    tale.do(sc.ReportPaged("trigger", 0, ("PagerDuty",)), STANCH)
    for user in (ALICE, BOB):
        tale.do(sc.AnswerSeat(True), user)
    return tale


def test_the_next_person_of_a_step_is_woken_too() -> None:
    """Bob does not answer and dave is asked: a message wakes nobody, so a new alert is."""
    tale = named(severity="SEV1")
    lapse(tale, BOB)
    tale.do(sc.OfferNext("technical", BOB, ((DAVE, 0),)), STANCH)
    assert rung(tale) == [(1, [ALICE, BOB]), (2, [DAVE])]
    assert owed(tale, "page")[0].lane != owed(tale, "page")[1].lane


def test_an_empty_seat_wakes_again() -> None:
    """The technical lead's seat is emptied after the acknowledge: whoever is on call is woken, once."""
    tale = both_are_here()
    tale.do(c.GiveRole("technical", None), ALICE)
    tale.do(c.Note("anybody?"), ALICE)
    assert rung(tale) == [(1, [ALICE, BOB]), (2, [])]
    tale.do(c.TakeSeat("technical"), DAVE)
    for step in (c.Mitigate(), c.Contain(waive="x"), c.Explain("confirmed", "x"), c.Watch(override="x")):
        tale.do(step, ALICE)
    tale.do(c.Resolve("fixed"), ALICE, timedelta(hours=25))
    assert sorted((p.payload["page"], p.payload["action"]) for p in owed(tale, "page")) == [
        (1, "acknowledge"), (1, "resolve"), (1, "trigger"), (2, "acknowledge"), (2, "resolve"), (2, "trigger"),
    ]  # fmt: skip


@pytest.mark.parametrize(("severity", "alerts"), [("SEV1", 2), ("SEV3", 1)])
def test_a_red_check_while_watching_rings_again(severity: str, alerts: int) -> None:
    """They went to bed: alice and bob are asked and woken anew where the severity wakes people, and only there."""
    tale = both_are_here()
    for step in (c.Mitigate(), c.Contain(waive="x"), c.Explain("confirmed", "x"), c.Watch(override="x")):
        tale.do(step, ALICE)
    tale.do(c.Change("severity", severity), ALICE)
    tale.do(c.ReportRedCheck("errors are at 12 %"), STANCH, timedelta(hours=3))
    assert len(rung(tale)) == alerts
    again = {ask.user for ask in tale.incident.seating.asks} & {ALICE, BOB}
    assert again == ({ALICE, BOB} if alerts == 2 else set())


def test_a_reopened_incident_rings_by_a_new_alert() -> None:
    """Alice reopens: bob is asked and woken, by a key that nobody has resolved before."""
    tale = both_are_here()
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"), ALICE)
    tale.do(c.Reopen("it is back"), ALICE, timedelta(hours=1))
    assert rung(tale) == [(1, [ALICE, BOB]), (2, [BOB])]


def test_up_and_down_rings_once_in_a_while() -> None:
    """SEV1, SEV3, SEV1: people are woken again, and not within two minutes of the last time."""
    tale = named(severity="SEV1")
    tale.do(sc.ReportPaged("trigger", 0, ("PagerDuty",)), STANCH)
    at = tale.now
    tale.do(c.Change("severity", "SEV3"), "U0GUEST")
    tale.do(c.Change("severity", "SEV1"), "U0GUEST")
    assert rung(tale) == [(1, [ALICE, BOB]), (2, [ALICE, BOB])]
    due = next(one.due for one in owed(tale, "page") if one.payload == {**one.payload, "page": 2})
    assert due is not None
    assert at + timedelta(minutes=1) < due <= at + timedelta(minutes=2)


def test_no_room_can_be_had() -> None:
    """Slack refuses the room: somebody is woken all the same, once."""
    tale = Tale(TWO_STEPS)
    tale.do(c.Declare(7, "x", severity="SEV1", service="support-copilot"), "U0GUEST")
    assert rung(tale) == []
    tale.do(c.ReportTrouble("open the room", "missing_scope", "open_room"), STANCH)
    tale.do(c.Note("still no room"), "U0GUEST")
    assert rung(tale) == [(1, [])]


def test_nothing_is_set_up_that_wakes() -> None:
    """SEV1 hears it once; SEV2 never."""
    for severity, told in (("SEV1", 1), ("SEV2", 0)):
        tale = named(severity=severity)
        for _ in range(2):
            tale.do(sc.ReportNoPager(), STANCH)
        assert kinds(tale).count("nobody_to_wake") == told
