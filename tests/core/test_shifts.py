"""Shifts: when a seat is offered to somebody fresh, how often, and how much of the time was somebody's night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.shifts import at_night, meant, shifts
from tests.core.test_seats import named
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, Tale

BERLIN, NEW_YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")
HOUR = timedelta(hours=1)


def due(tale: Tale) -> dict[str, timedelta]:
    """Role → when its shift is over, counted from now."""
    return {one.role: one.at - tale.now for one in shifts(tale.incident, tale.catalogue)}


def test_a_shift_runs_from_when_the_seat_was_taken() -> None:
    """Four hours by default, for each seat by itself; a hand-over begins it anew; the end of the incident ends it."""
    tale = named(ALICE, severity="SEV4")
    tale.do(c.GiveRole("technical", DAVE), ALICE, 2 * HOUR)
    assert due(tale)["technical"] == 4 * HOUR
    assert due(tale)["commander"] < 2 * HOUR
    timers = [one for one in tale.effects if one.kind == "rotate" and one.group == "inc-7/shift/technical"]
    assert [meant(tale.incident, tale.catalogue, one.payload) is not None for one in timers] == [False, True]
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"), ALICE)
    assert due(tale) == {}


def test_not_now_is_heard_twice() -> None:
    """An hour later, and once more; the third time it is let be. Nothing is offered while it waits for an answer."""
    tale = named(ALICE, severity="SEV4")
    for times in range(3):
        tale.do(sc.ReportRotation("technical", BOB, DAVE), "stanch", 4 * HOUR)
        assert "technical" not in due(tale)
        said = tale.do(sc.PutOffRotation("technical"), ALICE, timedelta()).say
        if times < 2:
            assert due(tale)["technical"] == HOUR
            assert said.startswith("I ask once more at")
    assert "technical" not in due(tale)
    assert said == "It stays as it is. I will not ask again in this incident."


def test_a_shift_that_is_settled() -> None:
    """The seat is somebody else's by now: an old *Not now* changes nothing, and a late report records nothing."""
    tale = named(ALICE, severity="SEV4")
    tale.do(sc.ReportRotation("technical", BOB, DAVE), "stanch")
    tale.do(c.GiveRole("technical", CAROL), ALICE)
    before = len(tale.events)
    assert tale.do(sc.PutOffRotation("technical"), ALICE).say == "That is settled already."
    tale.do(sc.ReportRotation("technical", BOB, DAVE), "stanch")
    assert len(tale.events) == before


@pytest.mark.parametrize(
    ("since", "until", "zone", "hours"),
    [
        (datetime(2026, 11, 20, 23, tzinfo=BERLIN), datetime(2026, 11, 21, 3, tzinfo=BERLIN), BERLIN, 4),
        (datetime(2026, 11, 20, 9, tzinfo=BERLIN), datetime(2026, 11, 20, 21, tzinfo=BERLIN), BERLIN, 0),
        (datetime(2026, 11, 20, 21, tzinfo=BERLIN), datetime(2026, 11, 22, 8, tzinfo=BERLIN), BERLIN, 18),
        (datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 11, 20, 5, tzinfo=UTC), KOLKATA, 0),
        (datetime(2026, 11, 20, 3, tzinfo=UTC), datetime(2026, 11, 20, 5, tzinfo=UTC), NEW_YORK, 2),
        # The clocks change in the night: it is an hour shorter in March, and longer in October.
        (datetime(2026, 3, 28, 22, tzinfo=BERLIN), datetime(2026, 3, 29, 7, tzinfo=BERLIN), BERLIN, 8),
        (datetime(2026, 10, 24, 22, tzinfo=BERLIN), datetime(2026, 10, 25, 7, tzinfo=BERLIN), BERLIN, 10),
    ],
)
def test_how_much_of_it_was_night(since: datetime, until: datetime, zone: ZoneInfo, hours: float) -> None:
    """Between 22:00 and 07:00 by the wall clock of whoever sat there, in hours that really passed."""
    assert at_night(since, until, zone) == hours * HOUR


def test_a_word_of_thanks_is_owed_once_for_each_seat() -> None:
    """When it is given away, and when the incident is over; not for a seat that was hardly held, and not for one whose
    holder never answered."""
    tale = named(ALICE, severity="SEV4")
    tale.do(c.GiveRole("technical", DAVE), ALICE, 3 * HOUR)
    tale.do(c.GiveRole("technical", CAROL), ALICE, HOUR / 2)
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"), ALICE, 2 * HOUR)
    cared = [(one.payload["user"], one.payload["role"]) for one in tale.effects if one.kind == "care"]
    assert cared == [(BOB, "technical"), (ALICE, "commander"), (CAROL, "communications"), (CAROL, "technical")]
    silent = named(severity="SEV3")
    ask = silent.incident.seating.asks[0]
    silent.do(sc.ReportLapse(BOB, ask.until), "stanch", 2 * HOUR)
    silent.do(sc.OfferNext("technical", BOB, ((DAVE, 0),)), "stanch")
    assert [one for one in silent.effects if one.kind == "care"] == []
