"""What may be sent, and who has to agree: the rules hold for every value, not only for those in the files."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from stanch.core.control import NOTHING, Aim, Control, Direction, Value, Values
from stanch.core.moving import allowed, direction, holds, same, spoken, suggested, told, undo_direction
from stanch.errors import Refusal

TODAY = date(2026, 11, 22)
TOOL = Values(("on", "ask", "off"))
SHARE = Values(low=0, high=100, unit="%")
DEPTH = Values(low=1, high=20)
SPEED = Values(low=0.5, high=2, whole=False, less="higher")
FLAG = Values((True, False))


def _control(kind: Direction, **more: object) -> Control:
    plain = Control("x", "X", "does x", kind, timedelta(seconds=30), "seen", "by hand", "bob")
    return replace(plain, **more)  # type: ignore[arg-type]


def _aim(values: Values, to: Value | None = None, **more: object) -> Aim:
    return replace(Aim("practice", {}, values, to), **more)  # type: ignore[arg-type]


LESS, BACK, MORE = _control("less"), _control("back"), _control("more")
CHOICES = st.lists(
    st.one_of(st.text("abcd-17", min_size=1, max_size=5), st.integers(-9, 9)), min_size=2, max_size=6, unique_by=str
).map(lambda found: Values(tuple(found)))
RANGES = st.builds(
    lambda low, wide, less, unit, none: Values(low=low, high=low + wide, less=less, unit=unit, none=none),
    st.integers(-500, 500),
    st.integers(1, 5_000),
    st.sampled_from(["lower", "higher"]),
    st.sampled_from(["", "%", "USD an hour"]),
    st.booleans(),
)
VALUES = st.one_of(CHOICES, RANGES)


def _drawn(data: st.DataObject, values: Values) -> Value:
    if values.choices:
        return data.draw(st.sampled_from(values.choices))
    assert values.low is not None
    assert values.high is not None
    if values.none and data.draw(st.booleans()):
        return NOTHING
    return data.draw(st.integers(int(values.low), int(values.high)))


@given(VALUES, st.data())
def test_what_is_spoken_can_be_typed(values: Values, data: st.DataObject) -> None:
    """A value as it is shown, or as it is, means itself."""
    value = _drawn(data, values)
    assert same(allowed(values, spoken(value, values)), value)
    assert same(allowed(values, value), value)


@given(VALUES, st.one_of(st.text(max_size=12), st.integers(), st.floats(), st.booleans()))
def test_nothing_else_can_be_sent(values: Values, typed: Value) -> None:
    """Whatever is typed: a value that the file allows, or a refusal that says which those are."""
    try:
        meant = allowed(values, typed)
    except Refusal as refused:
        said = str(refused)
    else:
        assert holds(values, meant)
        return
    assert said == f"That is no value of this control. It takes {told(values)}."


@pytest.mark.parametrize(
    ("values", "typed", "meant"),
    [
        (TOOL, " OFF ", "off"),
        (SHARE, "60 %", 60),
        (SHARE, "60%", 60),
        (SHARE, 60.0, 60),
        (SPEED, "1.5", 1.5),
        (FLAG, "off", False),
        (FLAG, "Yes", True),
        (Values((8, 12)), "12", 12),
        (Values(("a", "A")), "A", "A"),
    ],
)
def test_people_type_as_they_like(values: Values, typed: Value, meant: Value) -> None:
    """Case, spaces and the unit do not matter, and what comes out is of the plane's type."""
    found = allowed(values, typed)
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("values", "typed"),
    [
        (SHARE, "101"),
        (SHARE, "12.5"),
        (SHARE, "nan"),
        (SHARE, "1e1"),
        (SHARE, "1_0"),
        (SHARE, ""),
        (SHARE, True),
        (SHARE, float("inf")),
        (Values((1, 2)), True),
        (Values(("1", "2")), 1),
        (Values(("a", "A")), "a "),
        (TOOL, "<!channel>"),
    ],
)
def test_what_only_looks_like_a_value_is_refused(values: Values, typed: Value) -> None:
    """Close is not enough: a number that is none, a truth for a number, a word that could be two."""
    with pytest.raises(Refusal, match=r"^That is no value of this control\. It takes "):
        allowed(values, typed)


def test_no_limit_at_all_does_the_most_and_is_sent_only_where_the_file_says_so() -> None:
    """From none to any number is less, back to none is more unless it was recorded; elsewhere none is no value."""
    rate = Values(low=0, high=600, unit="a minute", none=True)
    aim, limit = _aim(rate, 60), _control("less")
    assert told(rate) == "whole numbers from 0 to 600 a minute, or none"
    assert (allowed(rate, " None "), spoken(NOTHING, rate)) == (NOTHING, NOTHING)
    assert [direction(limit, aim, NOTHING, to) for to in (600, 60, 0)] == ["less"] * 3
    assert direction(limit, aim, 60, NOTHING) == "more"
    assert direction(_control("less", raise_is="back"), aim, 60, NOTHING, [NOTHING]) == "back"
    assert not holds(SHARE, NOTHING)
    # What a plane stands at may be no value of the file; it is compared all the same.
    few = Values(low=10, high=600)
    assert [direction(limit, _aim(few, 60), before, 60) for before in (0.5, 2, -1, 5000)] == ["more"] * 3 + ["less"]
    with pytest.raises(Refusal):
        allowed(SHARE, NOTHING)


def test_what_may_be_sent_is_told() -> None:
    """In a few words, with unit and bounds; a long list is cut."""
    assert [told(v) for v in (TOOL, SHARE, SPEED, FLAG, Values(("a",)), Values(tuple(range(14))))] == [
        "on, ask or off",
        "whole numbers from 0 to 100 %",
        "numbers from 0.5 to 2",
        "yes or no",
        "only a",
        "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more",
    ]


@given(VALUES, st.data())
def test_less_one_way_is_more_the_other(values: Values, data: st.DataObject) -> None:
    """Of two different values of a less control, exactly one way between them is free."""
    one, other = _drawn(data, values), _drawn(data, values)
    ways = [direction(LESS, _aim(values, one), a, b) for a, b in ((one, other), (other, one))]
    assert sorted(ways) == (["less", "less"] if same(one, other) else ["less", "more"])


@given(VALUES, st.data())
def test_a_way_up_is_never_free_unless_it_was_recorded(values: Values, data: st.DataObject) -> None:
    """Of a control whose raise is *back*, only to a recorded value; of any other, never."""
    before, to, known = (_drawn(data, values) for _ in range(3))
    plain = direction(LESS, _aim(values, to), before, to, [known])
    raised = direction(_control("less", raise_is="back"), _aim(values, to), before, to, [known])
    assert raised == ("back" if plain == "more" and same(to, known) else plain)


@given(VALUES, st.data())
def test_back_is_only_to_what_was_good(values: Values, data: st.DataObject) -> None:
    """To a recorded value or one that the owner declared; from wherever it stands."""
    before, to, known, good = (_drawn(data, values) for _ in range(4))
    said = direction(BACK, _aim(values, good=(good,)), before, to, [known])
    assert said == ("back" if same(to, known) or same(to, good) else "more")


@given(VALUES, st.data())
def test_more_takes_two_whatever_it_moves(values: Values, data: st.DataObject) -> None:
    """A control that is *more* is never free to pull."""
    before, to = _drawn(data, values), _drawn(data, values)
    assert direction(MORE, _aim(values, to), before, to, [to]) == "more"


@pytest.mark.parametrize("before", [None, "waiting"])
@pytest.mark.parametrize(
    ("control", "to", "said"),
    [(LESS, "off", "less"), (LESS, "ask", "more"), (BACK, "off", "back"), (BACK, "ask", "more")],
)
def test_from_a_value_that_nobody_knows_only_the_button_is_free(
    control: Control, before: Value | None, to: Value, said: Direction
) -> None:
    """Not read, or not among the values: the file's own move keeps its direction, any other takes two."""
    assert direction(control, _aim(TOOL, "off"), before, to) == said


@pytest.mark.parametrize(
    ("values", "before", "to", "said"),
    [
        (TOOL, "on", "ask", "less"),
        (TOOL, "off", "ask", "more"),
        (SHARE, 50, 10, "less"),
        (SHARE, 10, 50, "more"),
        (SPEED, 1, 2, "less"),
        (SPEED, 2, 1, "more"),
    ],
)
def test_less_is_towards_the_end(values: Values, before: Value, to: Value, said: Direction) -> None:
    """Of choices the later one, of numbers the lower one, or the higher where the file says so."""
    assert direction(LESS, _aim(values, to), before, to) == said


@pytest.mark.parametrize(
    ("evaluated", "today", "said"),
    [
        (None, TODAY, "more"),
        (TODAY - timedelta(days=90), TODAY, "back"),
        (TODAY - timedelta(days=91), TODAY, "more"),
        (TODAY, None, "more"),
        ("each release", None, "back"),
    ],
)
def test_a_second_provider_is_good_while_its_evaluation_is_fresh(
    evaluated: date | str | None, today: date | None, said: Direction
) -> None:
    """After 90 days without one, sending traffic there takes two; the way home is always back."""
    failover = _control("back", evaluated_within=timedelta(days=90))
    aim = _aim(SHARE, 100, good=(100,), evaluated=evaluated)
    assert direction(failover, aim, 0, 100, today=today) == said
    assert direction(failover, aim, None, 100, today=today) == said
    assert direction(failover, aim, 100, 0, [0], today=today) == "back"


def test_undoing() -> None:
    """Undoing a less is a more, undoing a back is one click, undoing a more is free."""
    ways: tuple[Direction, ...] = ("less", "back", "more")
    assert {way: undo_direction(way) for way in ways} == {"less": "more", "back": "back", "more": "less"}


@pytest.mark.parametrize(
    ("control", "known_good", "is_part", "before", "said"),
    [
        (BACK, "ask", True, "on", "ask"),
        (BACK, "ask", True, None, "ask"),
        (BACK, "ask", True, "ask", "off"),
        (BACK, "ask", False, "on", "off"),
        (BACK, None, True, "on", "off"),
        (BACK, "gone", True, "on", "off"),
        (LESS, "on", True, "ask", "off"),
    ],
)
def test_the_button_goes_to_the_recorded_good_value(
    control: Control, known_good: Value | None, is_part: bool, before: Value | None, said: Value
) -> None:
    """Of a back control whose aim is part of the set, if it may be sent and moves anything; else to what the file
    says."""
    assert suggested(_aim(TOOL, "off", known_good=is_part), control, known_good, before) == said
