"""What `people.yml` says, as values; its faults are in `tests/broken/people.py`."""

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stanch.core.catalogue import Service
from stanch.core.people import OWNERS, Group, Hours, Override, People, Person, Schedule, Step, Turns
from stanch.store import catalogue, people

ROOT = Path(__file__).parents[2]
BERLIN = ZoneInfo("Europe/Berlin")
SERVICE = Service("helper", "Helper", {"commander": ("alice",)}, {}, ())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "runbooks/catalogue").mkdir(parents=True)
    return tmp_path


def said(home: Path, text: str, today: date | None = None) -> People:
    """The values of a file without fault or warning."""
    (home / people.PEOPLE).write_text(text, encoding="utf-8")
    found, marked = people.look(home, {"helper": SERVICE}, today)
    assert (marked.faults, marked.warnings) == ([], [])
    return found


def test_without_the_file_there_are_only_owners(home: Path) -> None:
    """No fault, no warning; every service's path is its owners."""
    found, marked = people.look(home, {"helper": SERVICE})
    assert (found, marked.faults, marked.warnings) == (People(), [], [])
    assert found.path("helper") == found.path(None) == (Step((OWNERS,)),)
    assert found.person("anybody") == Person("anybody")


def test_people_with_and_without_anything_known_of_them(home: Path) -> None:
    """A bare name is a person; hours are from Monday to Friday unless days are said, and 24:00 is midnight."""
    text = (
        "people:\n  alice:\n  '@bob': {zone: Europe/Berlin, hours: 9:00-24:00, skills: [ai]}\n"
        "  c@example.com: {zone: Europe/Berlin, hours: 22:00–06:00, days: [Sat, sunday]}\n"
    )
    assert said(home, text).people == {
        "alice": Person("alice"),
        "bob": Person("bob", ("ai",), BERLIN, Hours(time(9), time(0))),
        "c@example.com": Person("c@example.com", (), BERLIN, Hours(time(22), time(6), frozenset((5, 6)))),
    }


def test_each_way_of_keeping_a_rota(home: Path) -> None:
    """Turns of our own, weekly and daily, a user group, a PagerDuty schedule."""
    text = """\
people: {alice: {}, bob: {}}
rotas:
  weekly:
    {every: week, at: Thu 17:30, zone: Europe/Berlin, since: 2026-01-01, people: ["@bob", alice],
     overrides: [{from: 2026-12-24, until: 2026-12-26T9:00, who: alice}]}
  daily: {every: day, at: 10:00, zone: Europe/Berlin, since: 2026-01-01, people: [alice]}
  group: {user_group: "@helpers"}
  paged: {pagerduty: PABC123}
"""
    stands_in = Override(datetime(2026, 12, 24), datetime(2026, 12, 26, 9), "alice")
    assert said(home, text, date(2026, 11, 22)).rotas == {
        "weekly": Turns("weekly", "week", time(17, 30), BERLIN, date(2026, 1, 1), ("bob", "alice"), 3, (stands_in,)),
        "daily": Turns("daily", "day", time(10), BERLIN, date(2026, 1, 1), ("alice",)),
        "group": Group("group", "helpers"),
        "paged": Schedule("paged", "PABC123"),
    }


def test_a_path_keeps_its_order_and_its_conditions(home: Path) -> None:
    """Steps come as written; a skill and the wish not to be paged stay with their step."""
    text = (
        "people: {alice: {skills: [ai]}}\nrotas: {group: {user_group: S0HELPERS}}\n"
        'escalation:\n  helper:\n    - ask: [owners]\n    - {ask: [group, "@alice"], skill: ai, page: false}\n'
    )
    assert said(home, text).path("helper") == (Step((OWNERS,)), Step(("group", "alice"), "ai", page=False))


def test_what_slack_and_pagerduty_keep_is_trusted_to_name_somebody(home: Path) -> None:
    """Who is in a group is not known here, so no step that asks it is called empty, with a skill neither."""
    text = (
        "people: {alice: {skills: [ai]}}\nrotas: {group: {user_group: S0HELPERS}, paged: {pagerduty: P1}}\n"
        "escalation:\n  helper: [{ask: [group], skill: ai}, {ask: [paged]}]\n"
    )
    assert len(said(home, text).path("helper")) == 2


def test_the_day_of_the_first_hand_over_is_what_counts(home: Path) -> None:
    """Since today, a Sunday, on Mondays: it has not begun, and that is told with the day on which it will."""
    text = (
        "people: {alice: {}}\nrotas:\n"
        "  weekly: {every: week, at: Mon 09:00, zone: UTC, since: 2026-11-22, people: [alice]}\n"
    )
    (home / people.PEOPLE).write_text(text, encoding="utf-8")
    _, marked = people.look(home, {}, date(2026, 11, 22))
    told = "3:58: weekly begins on 2026-11-23; until then nobody is on call by it"
    assert [str(one) for one in marked.warnings] == [f"{people.PEOPLE}:{told}"]
    assert people.look(home, {}, date(2026, 11, 23))[1].warnings == []


def test_services_that_cannot_be_read_make_no_fault_here(home: Path) -> None:
    """One broken file is one fault: paths are not held against services that nobody knows."""
    (home / people.PEOPLE).write_text("escalation: {helper: [{ask: [owners]}]}\n", encoding="utf-8")
    assert people.look(home, {})[1].faults == []


def test_what_ships_begins_with_the_owners_and_ends_beyond_them() -> None:
    """The contract's seats stay as they are: the first step is the owners, then somebody with `ai`, then the last."""
    known = catalogue.read(ROOT)
    assert known.people.escalation.keys() == known.services.keys()
    for service in known.services:
        first, expert, last = known.people.path(service)
        assert (first, expert.skill, last.skill) == (Step((OWNERS,)), "ai", None)
