"""Whom to ask first: each rule alone, and which rule beats which."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from stanch.core.people import Hours
from stanch.core.ranking import Candidate, at_work, ranked

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
OFFICE = Hours(time(9), time(18))
MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""A Monday: 10:30 in Berlin, 04:30 in New York."""


def one(user: str, order: int = 0, step: int = 0, zone: ZoneInfo | None = None) -> Candidate:
    return Candidate(user, step, order, zone, OFFICE if zone else None)


def order(
    *candidates: Candidate,
    severity: str | None = "SEV3",
    taken: Collection[str] = (),
    passed: Collection[str] = (),
    silent: Collection[str] = (),
    open_roles: Mapping[str, int] | None = None,
    alone: bool = False,
) -> str:
    found = ranked(
        candidates, severity=severity, now=MORNING, taken=taken, passed=passed, silent=silent, open_roles=open_roles,
        alone=alone,
    )  # fmt: skip
    return " ".join(candidate.user for candidate in found)


def test_without_a_reason_it_is_the_order_of_the_file() -> None:
    """First choice first, in whatever order they come in."""
    assert order(one("B", 1), one("C", 2), one("A", 0)) == "A B C"


def test_who_passed_is_not_asked_again() -> None:
    """Not in a later step either."""
    assert order(one("A"), one("B", 1), one("A", 0, step=1), passed=("A",)) == "B"


def test_nobody_gets_two_roles_while_others_are_free() -> None:
    """Who has a seat here comes after who has none, and is still asked when nobody else is left."""
    assert order(one("A"), one("B", 1), taken=("A",)) == "B A"


def test_the_fewest_open_roles_come_first() -> None:
    """Counted over all open incidents; who is not counted has none."""
    assert order(one("A"), one("B", 1), one("C", 2), open_roles={"A": 2, "B": 1}) == "C B A"


@pytest.mark.parametrize(
    ("severity", "told"), [("SEV1", "A B"), ("SEV2", "A B"), (None, "A B"), ("SEV3", "B A"), ("SEV4", "B A")]
)
def test_nobody_is_asked_out_of_hours_while_a_peer_is_awake(severity: str | None, told: str) -> None:
    """At SEV1 and SEV2, and before the severity is known, working hours protect nobody."""
    assert order(one("A", 0, zone=NEW_YORK), one("B", 1, zone=BERLIN), severity=severity) == told


def test_when_everybody_sleeps_the_first_choice_is_asked() -> None:
    """There is no peer who is awake, so hours decide nothing."""
    assert order(one("A", 0, zone=NEW_YORK), one("B", 1, zone=NEW_YORK)) == "A B"


def test_hours_that_are_not_known_count_against_nobody() -> None:
    """Who is not in the file is as good as who is at work."""
    assert order(one("A"), one("B", 1, zone=BERLIN)) == "A B"


def test_an_earlier_step_comes_before_anything_else() -> None:
    """The path is what the team decided: the second step is asked when the first is used up."""
    busy = {"A": 5}
    assert order(one("A", zone=NEW_YORK), one("B", step=1, zone=BERLIN), taken=("A",), open_roles=busy) == "A B"


def test_a_seat_that_allows_no_other_looks_further_down_the_path() -> None:
    """SEV1's commander is not the technical lead while anybody of any step is free."""
    assert order(one("A"), one("B", step=1), one("C", step=2), taken=("A",), alone=True) == "B C A"


def test_which_rule_beats_which() -> None:
    """A second role weighs more than a bad hour, that more than roles elsewhere, and those more than the list."""
    second_role = one("A", 0, zone=BERLIN)
    asleep = one("B", 1, zone=NEW_YORK)
    busy = one("C", 2, zone=BERLIN)
    last = one("D", 3, zone=BERLIN)
    assert order(second_role, asleep, busy, last, taken=("A",), open_roles={"C": 3}) == "D C B A"


def test_a_person_of_two_steps_is_asked_once() -> None:
    """At the first of them."""
    assert order(one("A", step=0), one("B", step=1), one("A", step=1)) == "A B"


@pytest.mark.parametrize(
    ("local", "at"),
    [
        (datetime(2026, 11, 23, 8, 59, 59), False),
        (datetime(2026, 11, 23, 9, 0), True),
        (datetime(2026, 11, 23, 17, 59), True),
        (datetime(2026, 11, 23, 18, 0), False),
        (datetime(2026, 11, 22, 12, 0), False),  # a Sunday
    ],
)
def test_hours_begin_with_their_start_and_end_before_their_end(local: datetime, at: bool) -> None:
    """Working days only, by the wall clock of the person's zone."""
    assert at_work(BERLIN, OFFICE, local.replace(tzinfo=BERLIN)) is at


@pytest.mark.parametrize(
    ("local", "at"),
    [
        (datetime(2026, 11, 23, 21, 59), False),
        (datetime(2026, 11, 23, 22, 0), True),  # Monday night
        (datetime(2026, 11, 24, 5, 59), True),
        (datetime(2026, 11, 24, 6, 0), False),
        (datetime(2026, 11, 23, 3, 0), False),  # Sunday's night, which is no working day
        (datetime(2026, 11, 28, 3, 0), True),  # Friday's night goes into Saturday
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_starts(local: datetime, at: bool) -> None:
    """22:00-06:00 from Monday to Friday."""
    assert at_work(BERLIN, Hours(time(22), time(6)), local.replace(tzinfo=BERLIN)) is at


def test_hours_follow_the_wall_clock_through_a_clock_change() -> None:
    """Nine in Berlin is 08:00 UTC in winter and 07:00 UTC in summer."""
    seven = datetime(2026, 3, 27, 7, 30, tzinfo=UTC)
    assert not at_work(BERLIN, OFFICE, seven)
    assert at_work(BERLIN, OFFICE, seven + timedelta(days=3))


CANDIDATES = st.lists(
    st.builds(one, st.sampled_from("ABCDEF"), st.integers(0, 5), st.integers(0, 2), st.sampled_from([None, BERLIN])),
    max_size=12,
)


@given(CANDIDATES, st.sets(st.sampled_from("ABCDEF")), st.sets(st.sampled_from("ABCDEF")), st.booleans())
def test_everybody_who_has_not_passed_is_asked_once(
    candidates: list[Candidate], taken: set[str], passed: set[str], alone: bool
) -> None:
    """Nobody is lost and nobody comes twice, whatever the rules say of their order."""
    found = order(*candidates, taken=taken, passed=passed, alone=alone).split()
    assert len(found) == len(set(found))
    assert set(found) == {candidate.user for candidate in candidates} - passed


def test_who_was_silent_comes_last() -> None:
    """Whoever did not answer a moment ago is asked after everybody else, of whatever step."""
    assert order(one("A"), one("B", 1), one("C", step=1), silent=("A",)) == "B C A"
