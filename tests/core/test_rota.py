"""Who is on call, through clock changes, overrides and midnights."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from stanch.core.people import Every, Override, Turns
from stanch.core.rota import Shift, Standing, now_and_next, on_call, schedule

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
KOLKATA, APIA, LORD_HOWE = ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe")


def weekly(zone: ZoneInfo = BERLIN, at: time = time(9), *overrides: Override) -> Turns:
    """From Monday, 2 November 2026: alice, bob, carol, a week each."""
    return Turns("weekly", "week", at, zone, date(2026, 11, 2), ("alice", "bob", "carol"), 0, overrides)


def daily(zone: ZoneInfo, at: time, since: date, *overrides: Override) -> Turns:
    return Turns("daily", "day", at, zone, since, ("alice", "bob"), 0, overrides)


def wall(zone: ZoneInfo, *when: int) -> datetime:
    return datetime(*when, tzinfo=zone)  # type: ignore[arg-type, misc]


def test_the_turn_changes_at_the_wall_time_and_not_before() -> None:
    """Until the last second the one before is on call, and the third comes before the first again."""
    rota = weekly()
    assert on_call(rota, wall(BERLIN, 2026, 11, 9, 8, 59, 59)) == "alice"
    assert on_call(rota, wall(BERLIN, 2026, 11, 9, 9, 0)) == "bob"
    assert on_call(rota, wall(BERLIN, 2026, 11, 16, 9, 0)) == "carol"
    assert on_call(rota, wall(BERLIN, 2026, 11, 23, 9, 0)) == "alice"


def test_a_weekly_rota_begins_at_the_first_hand_over_after_its_day() -> None:
    """Since Wednesday, hand-over on Monday: nobody until that Monday, and then the first of the list."""
    rota = Turns("late", "week", time(9), BERLIN, date(2026, 11, 4), ("alice", "bob"))
    assert on_call(rota, wall(BERLIN, 2026, 11, 9, 8, 59)) is None
    assert on_call(rota, wall(BERLIN, 2026, 11, 9, 9)) == "alice"
    first = wall(BERLIN, 2026, 11, 9, 9)
    assert now_and_next(rota, wall(BERLIN, 2026, 11, 4, 12)) == Standing(None, first.astimezone(UTC), "alice")


@pytest.mark.parametrize(
    ("zone", "before", "after", "hours"),
    [
        (BERLIN, (2026, 3, 28), (2026, 3, 29), 23),
        (BERLIN, (2026, 10, 24), (2026, 10, 25), 25),
        (NEW_YORK, (2026, 3, 7), (2026, 3, 8), 23),
        (NEW_YORK, (2026, 10, 31), (2026, 11, 1), 25),
        (LORD_HOWE, (2026, 4, 4), (2026, 4, 5), 24.5),
    ],
    ids=lambda value: str(value),
)
def test_a_clock_change_lengthens_or_shortens_a_shift(
    zone: ZoneInfo, before: tuple[int, int, int], after: tuple[int, int, int], hours: float
) -> None:
    """The hand-over stays at nine by the wall clock, so the day's shift has as many hours as the day had."""
    rota = daily(zone, time(9), date(2026, 1, 1))
    shift = schedule(rota, wall(zone, *before, 9), wall(zone, *after, 9))
    assert [(one.end - one.start) / timedelta(hours=1) for one in shift] == [hours]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KOLKATA], ids=str)
def test_midnight_belongs_to_the_next_day_in_each_zone(zone: ZoneInfo) -> None:
    """A hand-over at midnight is at midnight there: the same moment is another person's in another zone."""
    rota = daily(zone, time(0), date(2026, 11, 1))
    midnight = wall(zone, 2026, 11, 10)
    assert on_call(rota, midnight - timedelta(seconds=1)) == "alice"
    assert on_call(rota, midnight) == "bob"
    assert now_and_next(rota, midnight) == Standing("bob", wall(zone, 2026, 11, 11).astimezone(UTC), "alice")


def test_one_moment_is_two_peoples_in_two_zones() -> None:
    """At 00:30 in Kolkata it is still the evening before in New York."""
    moment = wall(KOLKATA, 2026, 11, 10, 0, 30)
    assert on_call(daily(KOLKATA, time(0), date(2026, 11, 1)), moment) == "bob"
    assert on_call(daily(NEW_YORK, time(0), date(2026, 11, 1)), moment) == "alice"


def test_a_wall_time_that_does_not_exist_comes_as_much_later() -> None:
    """At 02:30 on the day when Berlin jumps from 02:00 to 03:00, the hand-over is at 03:30, and it happens once."""
    rota = daily(BERLIN, time(2, 30), date(2026, 3, 1))
    shifts = schedule(rota, wall(BERLIN, 2026, 3, 28, 2, 30), wall(BERLIN, 2026, 3, 30, 2, 30))
    assert [one.start for one in shifts] == [
        datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # 03:30 by the wall
    ]
    assert [one.who for one in shifts] == ["bob", "alice"]


def test_a_wall_time_that_comes_twice_is_its_first() -> None:
    """At 02:30 on the day when Berlin shows it twice, nobody is handed over a second time an hour later."""
    rota = daily(BERLIN, time(2, 30), date(2026, 10, 1))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert on_call(rota, first - timedelta(seconds=1)) == "bob"
    assert [on_call(rota, first + timedelta(minutes=m)) for m in (0, 59, 60, 61)] == ["alice"] * 4


def test_a_day_that_the_calendar_left_out_costs_a_turn_and_nothing_else() -> None:
    """Samoa had no 30 December 2011: its hand-over falls together with the next, and somebody is always on call."""
    rota = daily(APIA, time(9), date(2011, 12, 1))
    shifts = schedule(rota, wall(APIA, 2011, 12, 28, 9), wall(APIA, 2012, 1, 2, 9))
    assert [(one.who, one.start) for one in shifts] == [
        ("bob", wall(APIA, 2011, 12, 28, 9)),
        ("alice", wall(APIA, 2011, 12, 29, 9)),
        # bob's was the day that there was not, and the next is alice's again
        ("bob", wall(APIA, 2012, 1, 1, 9)),
    ]
    assert all(one.end == next.start for one, next in pairwise(shifts))


def test_an_override_runs_across_hand_overs_and_gives_back_to_whose_turn_it_is() -> None:
    """Erin stands in from Friday over Monday's hand-over; on Wednesday it is the one whose week began meanwhile."""
    rota = weekly(BERLIN, time(9), Override(datetime(2026, 11, 6, 18), datetime(2026, 11, 11, 9), "erin"))
    shifts = schedule(rota, wall(BERLIN, 2026, 11, 2, 9), wall(BERLIN, 2026, 11, 16, 9))
    assert shifts == (
        Shift("alice", wall(BERLIN, 2026, 11, 2, 9), wall(BERLIN, 2026, 11, 6, 18)),
        Shift("erin", wall(BERLIN, 2026, 11, 6, 18), wall(BERLIN, 2026, 11, 11, 9)),
        Shift("bob", wall(BERLIN, 2026, 11, 11, 9), wall(BERLIN, 2026, 11, 16, 9)),
    )


def test_overrides_follow_the_rotas_wall_clock() -> None:
    """One that ends at 03:30 on the night of the change ends at 03:30 as Berlin shows it, an hour sooner by UTC."""
    rota = daily(
        BERLIN, time(9), date(2026, 3, 1), Override(datetime(2026, 3, 29, 1), datetime(2026, 3, 29, 3, 30), "erin")
    )
    erin = [one for one in schedule(rota, wall(BERLIN, 2026, 3, 28), wall(BERLIN, 2026, 3, 30)) if one.who == "erin"]
    assert [one.end - one.start for one in erin] == [timedelta(hours=1, minutes=30)]


def test_two_overrides_that_touch_leave_no_gap() -> None:
    """The end of one is the start of the other, and the one in between is on call at that moment."""
    rota = weekly(
        BERLIN,
        time(9),
        Override(datetime(2026, 11, 3), datetime(2026, 11, 4), "dave"),
        Override(datetime(2026, 11, 4), datetime(2026, 11, 5), "erin"),
    )
    assert on_call(rota, wall(BERLIN, 2026, 11, 4)) == "erin"
    assert now_and_next(rota, wall(BERLIN, 2026, 11, 3, 12)) == Standing("dave", wall(BERLIN, 2026, 11, 4), "erin")


def test_an_override_before_the_first_hand_over_counts() -> None:
    """Who stands in before the rota begins is on call, and nobody is afterwards until it does."""
    rota = weekly(BERLIN, time(9), Override(datetime(2026, 10, 30), datetime(2026, 10, 31), "erin"))
    assert now_and_next(rota, wall(BERLIN, 2026, 10, 30, 12)) == Standing("erin", wall(BERLIN, 2026, 10, 31), None)


def test_who_is_always_on_call_has_no_end() -> None:
    """A rota of one person has no next, and with an override its edges are the only changes, however far off."""
    alone = Turns("alone", "week", time(9), BERLIN, date(2026, 11, 2), ("alice",))
    assert now_and_next(alone, wall(BERLIN, 2026, 11, 20)) == Standing("alice", None, None)
    off = Override(datetime(2027, 8, 1), datetime(2027, 8, 15), "bob")
    with_leave = Turns("alone", "week", time(9), BERLIN, date(2026, 11, 2), ("alice",), 0, (off,))
    assert now_and_next(with_leave, wall(BERLIN, 2026, 11, 20)) == Standing("alice", wall(BERLIN, 2027, 8, 1), "bob")


def test_two_weeks_in_a_row_are_one_shift() -> None:
    """Who is named twice in a row is not handed over to themselves."""
    rota = Turns("double", "week", time(9), BERLIN, date(2026, 11, 2), ("alice", "alice", "bob"))
    assert now_and_next(rota, wall(BERLIN, 2026, 11, 3)) == Standing("alice", wall(BERLIN, 2026, 11, 16, 9), "bob")


def test_an_override_by_who_is_on_call_anyway_changes_nothing() -> None:
    """Standing in for oneself makes no hand-over."""
    rota = weekly(BERLIN, time(9), Override(datetime(2026, 11, 3), datetime(2026, 11, 5), "alice"))
    assert now_and_next(rota, wall(BERLIN, 2026, 11, 2, 12)) == Standing("alice", wall(BERLIN, 2026, 11, 9, 9), "bob")


ZONES = st.sampled_from([BERLIN, NEW_YORK, KOLKATA, LORD_HOWE, ZoneInfo("Africa/Casablanca"), ZoneInfo("UTC")])
CLOCKS = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0, fold=0))


@settings(max_examples=12, deadline=None)
@given(zone=ZONES, at=CLOCKS, every=st.sampled_from(["day", "week"]), weekday=st.integers(0, 6), n=st.integers(2, 5))
def test_for_a_year_somebody_is_on_call_and_hand_overs_keep_the_wall_time(
    zone: ZoneInfo, at: time, every: Every, weekday: int, n: int
) -> None:
    """No gap, no overlap, each in turn, and each hand-over at the file's wall time, or as much later as it jumped."""
    people = tuple(f"person-{k}" for k in range(n))
    rota = Turns("r", every, at, zone, date(2025, 12, 1), people, weekday)
    start, end = wall(zone, 2026, 1, 1), wall(zone, 2027, 1, 1)
    shifts = schedule(rota, start, end)
    assert shifts[0].start == start
    assert shifts[-1].end == end
    for one, then in pairwise(shifts):
        assert one.end == then.start
        assert people[(people.index(one.who) + 1) % n] == then.who
        local = then.start.astimezone(zone)
        meant = datetime.combine(local.date(), at, zone)
        exists = meant.astimezone(UTC).astimezone(zone).replace(fold=0) == meant
        assert local.time() == at or (not exists and meant.astimezone(UTC) == then.start)
        assert every == "day" or local.weekday() == weekday
        # and the moment before, at and after agree with the list
        assert on_call(rota, then.start - timedelta(microseconds=1)) == one.who
        assert on_call(rota, then.start) == then.who
        assert now_and_next(rota, one.start).until == one.end


@settings(max_examples=12, deadline=None)
@given(zone=ZONES, at=CLOCKS, hours=st.lists(st.integers(1, 400), min_size=4, max_size=4))
def test_overrides_never_leave_a_gap(zone: ZoneInfo, at: time, hours: list[int]) -> None:
    """Whatever two overrides cover, the list is whole and says what a look every third hour says."""
    marks = [datetime(2026, 3, 20) + timedelta(hours=sum(hours[: k + 1])) for k in range(4)]
    rota = daily(zone, at, date(2026, 3, 1), Override(*marks[:2], "erin"), Override(*marks[2:], "dave"))
    start, end = wall(zone, 2026, 3, 20), wall(zone, 2026, 6, 1)
    shifts = schedule(rota, start, end)
    assert (shifts[0].start, shifts[-1].end) == (start, end)
    assert all(one.end == then.start and one.who != then.who for one, then in pairwise(shifts))
    hour = start.astimezone(UTC)
    for shift in shifts:
        while hour < shift.end:
            assert on_call(rota, hour) == shift.who
            hour += timedelta(hours=3)
