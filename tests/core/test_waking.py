"""Who is woken, once for each step of the path, and when the phones may be silent again."""

from datetime import timedelta

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.people import Step
from tests.core.test_seats import STANCH, kinds, named, owed, team
from tests.fakes.world import ALICE, BOB


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


def test_nothing_is_set_up_that_wakes() -> None:
    """SEV1 hears it once; SEV2 never."""
    for severity, told in (("SEV1", 1), ("SEV2", 0)):
        tale = named(severity=severity)
        for _ in range(2):
            tale.do(sc.ReportNoPager(), STANCH)
        assert kinds(tale).count("nobody_to_wake") == told
