"""When the next update is owed, and by whom."""

from datetime import timedelta

import pytest

from stanch.core import commands as c
from stanch.core.cadence import lasted, next_due, spoken, who_speaks
from tests.fakes.world import ALICE, BOB, CAROL, CATALOGUE, minutes, opened, walked


@pytest.mark.parametrize(("severity", "every"), [("SEV1", 15), ("SEV2", 30), ("SEV3", 120)])
def test_the_first_update_is_due_after_one_interval(severity: str, every: int) -> None:
    """It runs from the moment when the severity was set."""
    tale = opened()
    assert next_due(tale.incident, CATALOGUE) is None
    tale.do(c.Change("severity", severity))
    assert next_due(tale.incident, CATALOGUE) == tale.now + minutes(every)


def test_no_update_is_owed_without_a_promise() -> None:
    """No severity, a severity without a cadence, or one that left the catalogue: nothing is due."""
    assert next_due(opened().incident, CATALOGUE) is None
    assert next_due(opened(severity="SEV4").incident, CATALOGUE) is None
    known = type(CATALOGUE)(CATALOGUE.classes, CATALOGUE.services, {})
    assert next_due(opened(severity="SEV1").incident, known) is None


def test_each_update_starts_the_interval_anew() -> None:
    """Said early or late, the next one is due one interval later."""
    tale = opened(severity="SEV2")
    for after in (5, 10, 45):
        tale.do(c.SayUpdate("we look into it"), after=minutes(after))
        assert next_due(tale.incident, CATALOGUE) == tale.now + minutes(30)


def test_a_raised_severity_starts_its_own_interval() -> None:
    """SEV3 becomes SEV1 ten minutes after an update: the next is due a SEV1's interval after the change."""
    tale = opened(severity="SEV3")
    tale.do(c.SayUpdate("we look into it"))
    tale.do(c.Change("severity", "SEV1"), after=minutes(10))
    assert next_due(tale.incident, CATALOGUE) == tale.now + minutes(15)


def test_a_raised_severity_long_after_an_update_is_no_debt_at_once() -> None:
    """The interval runs from when the severity was set if that is later, however long ago the last update was."""
    tale = opened(severity="SEV3")
    tale.do(c.SayUpdate("we look into it"))
    tale.do(c.Change("severity", "SEV1"), after=minutes(100))
    assert next_due(tale.incident, CATALOGUE) == tale.now + minutes(15)


@pytest.mark.parametrize("phase", ["learn", "closed", "dismissed"])
def test_an_ended_incident_owes_no_update(phase: str) -> None:
    """After the end nothing is due, and reopened it is due again."""
    tale = walked(phase)
    assert next_due(tale.incident, CATALOGUE) is None
    tale.do(c.Reopen("it came back"))
    assert next_due(tale.incident, CATALOGUE) is not None


def test_it_falls_to_the_communications_lead() -> None:
    """Else to the commander, acting included."""
    tale = opened()
    assert who_speaks(tale.incident) == CAROL
    tale.do(c.GiveRole("communications", None))
    assert who_speaks(tale.incident) == ALICE
    tale.do(c.GiveRole("commander", BOB))
    assert who_speaks(tale.incident) == BOB


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, "no fixed time"), (timedelta(), "0 s"), (timedelta(seconds=45), "45 s"), (minutes(1), "1 min"),
        (minutes(15), "15 min"), (minutes(60), "1 h"), (minutes(90), "90 min"), (minutes(120), "2 h"),
        (timedelta(hours=47), "47 h"), (timedelta(hours=48), "2 days"), (timedelta(days=3), "3 days"),
    ],
)  # fmt: skip
def test_spans_are_spoken_as_people_do(span: timedelta | None, words: str) -> None:
    """Seconds, minutes, hours, days: the largest unit that says it exactly enough."""
    assert spoken(span) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "less than a minute"), (489, "8 min"), (5_943, "1 h 39 min"), (7_200, "2 h"), (86_461, "24 h 1 min"),
     (187_200, "2 days 4 h")],
)  # fmt: skip
def test_how_long_it_took_is_told_to_the_minute(seconds: int, words: str) -> None:
    """Nobody writes to users that something lasted 489 s."""
    assert lasted(timedelta(seconds=seconds)) == words
