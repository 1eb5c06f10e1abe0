"""What a sample can prove: the computed bounds are the table of the catalogue's section 5."""

import pytest
from hypothesis import given, settings, strategies as st

from stanch.core.sample import WORTH_JUDGING, at_least, at_most

# judged → upper bounds in percent with 0, 1, 2 and 3 bad ones: 95 %, one-sided.
TABLE = {20: (14, 22, 28, 34), 30: (10, 15, 20, 24), 60: (5, 8, 10, 12), 150: (2, 3, 4, 5), 300: (1, 2, 2, 3)}


@pytest.mark.parametrize("judged", TABLE)
def test_bounds_are_the_table(judged: int) -> None:
    """Computed and rounded to whole percent, the upper bounds are those that people were given."""
    assert tuple(round(100 * at_most(judged, bad)) for bad in range(4)) == TABLE[judged]


def test_four_of_twenty_is_a_range() -> None:
    """Four bad of twenty may be as little as 7 % or as much as 40 %."""
    assert (round(100 * at_least(20, 4)), round(100 * at_most(20, 4))) == (7, 40)


def test_twenty_is_the_least() -> None:
    """Fewer than twenty prove nothing worth acting on."""
    assert WORTH_JUDGING == 20


@pytest.mark.parametrize(("judged", "bad"), [(0, 0), (-1, 0), (5, 5), (5, 6)])
def test_what_proves_nothing_allows_everything(judged: int, bad: int) -> None:
    """With nothing judged, or all of it bad, every answer may be bad."""
    assert at_most(judged, bad) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 120), st.data())
def test_bounds_are_around_what_was_seen(judged: int, data: st.DataObject) -> None:
    """The seen share lies between the bounds, one more bad answer raises both, and more answers narrow them."""
    bad = data.draw(st.integers(0, judged))
    low, high = at_least(judged, bad), at_most(judged, bad)
    assert 0.0 <= low <= bad / judged <= high <= 1.0
    if bad < judged:
        assert at_most(judged, bad + 1) >= high
        assert at_least(judged, bad + 1) >= low
    assert at_most(2 * judged, 2 * bad) <= high + 1e-9
    assert at_least(2 * judged, 2 * bad) >= low - 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 200), st.data())
def test_the_bound_is_where_five_percent_are_left(judged: int, data: st.DataObject) -> None:
    """At the upper bound, so few bad answers or fewer come up five times in a hundred: Clopper and Pearson's
    definition."""
    bad = data.draw(st.integers(0, judged // 2))
    share, total = at_most(judged, bad), 0.0
    chance = (1 - share) ** judged
    for k in range(bad + 1):
        total += chance
        chance *= (judged - k) / (k + 1) * share / (1 - share)
    assert total == pytest.approx(0.05, abs=1e-6)
