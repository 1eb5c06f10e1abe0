"""Read and lint `people.yml`: who there is, who is on call when, and whom to ask in which order. It may be absent."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from stanch.core.catalogue import Service
from stanch.core.people import OWNERS, Group, Hours, Override, People, Person, Rota, Schedule, Step, Turns
from stanch.store import people_sheets as sheets, yaml_marks
from stanch.store.people_sheets import PeopleFile, PersonSheet, RotaSheet, StepSheet
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Place

PEOPLE: Final = "runbooks/catalogue/people.yml"
_TURNS: Final = ("every", "at", "zone", "since", "people")
"""What a rota of our own must have."""
LISTED: Final = 12
"""Names in one fault; more would hide the one that is near."""


def look(home: Path, services: Mapping[str, Service], today: date | None = None) -> tuple[People, Marked]:
    """Return what the file says, and the file with its faults and warnings. Without `services`, they are not looked up.

    `today`: a rota that has not begun by then is told.
    """
    marked = yaml_marks.optional(home, PEOPLE)
    _take_as_meant(marked)
    document = validate(PeopleFile, marked)
    if document is None:
        return People(), marked
    known = _Known({_bare(who): who for who in document.people}, document, services)
    _doubled(marked, document)
    people = {_bare(who): _person(marked, who, sheet) for who, sheet in document.people.items()}
    rotas = {id: rota for id, sheet in document.rotas.items() if (rota := _rota(marked, id, sheet, known))}
    escalation = {
        service: tuple(_step(marked, ("escalation", service, at), step, known) for at, step in enumerate(steps))
        for service, steps in document.escalation.items()
    }
    found = People(people, rotas, escalation)
    for service in document.escalation:
        if not document.escalation[service]:
            marked.fault(("escalation", service), "an empty list", "at least one")
        if services:
            _one_of(marked, ("escalation", service), "service", service, services, at_key=True)
        if not marked.faults and service in services:
            _reaches(marked, services[service], found)
    for rota in rotas.values():
        if today and isinstance(rota, Turns):
            _begins(marked, rota, today)
    return found, marked


@dataclass(frozen=True, slots=True)
class _Known:
    people: Mapping[str, str]
    """As compared → as written."""
    document: PeopleFile
    services: Mapping[str, Service]

    @property
    def skills(self) -> list[str]:
        return sorted({skill for sheet in self.document.people.values() for skill in sheet.skills})


def _bare(who: str) -> str:
    return who.strip().removeprefix("@")


def _take_as_meant(marked: Marked) -> None:
    """`at: 10:00` is a number to YAML and `erin:` nothing; both say what they mean to a person."""
    data = marked.data if isinstance(marked.data, dict) else {}
    people = data.get("people")
    for place, written in marked.written.items():
        if place[:1] == ("rotas",) and place[2:] == ("at",) and sheets.CLOCK.fullmatch(written):
            data["rotas"][place[1]]["at"] = written
    if isinstance(people, dict):
        people.update({who: {} for who, sheet in people.items() if sheet is None})


def _doubled(marked: Marked, document: PeopleFile) -> None:
    """Names that Slack takes for the same person, and names that could mean two things in a step."""
    first: dict[str, str] = {}
    for who in document.people:
        place: Place = ("people", who)
        bare = _bare(who)
        if not bare or "," in bare:
            marked.fault(place, f"'{who}'", "one person: a Slack name, id or e-mail address", at_key=True)
        elif (same := first.setdefault(bare.casefold(), who)) != who:
            line = marked.keys["people", same][0]
            marked.fault(place, f"'{who}' is '{same}' again", f"each person once (first on line {line})", at_key=True)
        elif bare == OWNERS:
            marked.fault(place, f"a person called '{OWNERS}'", "another name: a step uses this word", at_key=True)
    for id in document.rotas:
        if id == OWNERS or id in first:
            what = "a word that steps use" if id == OWNERS else "a person too"
            marked.fault(("rotas", id), f"the rota '{id}' is {what}", "a name of its own", at_key=True)


def _person(marked: Marked, who: str, sheet: PersonSheet) -> Person:
    place: Place = ("people", who)
    if sheet.days and not sheet.hours:
        marked.fault((*place, "days"), "days without hours", "'hours:' beside them, such as 09:00-18:00", at_key=True)
    if sheet.hours and not sheet.zone:
        marked.fault((*place, "hours"), "hours without a zone", "'zone:' beside them, such as Europe/Berlin")
    _once(marked, (*place, "skills"), sheet.skills)
    hours = Hours(*sheets.hours(sheet.hours)) if sheet.hours else None
    if hours and sheet.days:
        hours = Hours(hours.start, hours.end, frozenset(sheet.days))
    return Person(_bare(who), tuple(sheet.skills), ZoneInfo(sheet.zone) if sheet.zone else None, hours)


def _rota(marked: Marked, id: str, sheet: RotaSheet, known: _Known) -> Rota | None:
    place: Place = ("rotas", id)
    given = [key for key in (*_TURNS, "overrides") if getattr(sheet, key)]
    ways = [*given[:1], *(key for key in ("user_group", "pagerduty") if getattr(sheet, key) is not None)]
    if len(ways) != 1:
        what = f"a rota with {' and '.join(ways)}" if ways else "a rota that says nothing of who is on call"
        marked.fault(
            place, what, "either turns (every, at, zone, since, people), or user_group, or pagerduty", at_key=True
        )
        return None
    if sheet.user_group is not None:
        return Group(id, _bare(sheet.user_group))
    if sheet.pagerduty is not None:
        return Schedule(id, sheet.pagerduty)
    for key in _TURNS:
        if getattr(sheet, key) is None:
            marked.fault(place, f"key '{key}' is missing", f"'{key}:' here")
    if not (sheet.every and sheet.at and sheet.zone and sheet.since and sheet.people):
        return None
    weekday, time = sheets.at(sheet.at)
    if (weekday is None) is (sheet.every == "week"):
        expected = "a weekday and a time such as Mon 09:00" if weekday is None else "only a time, as it is every day"
        marked.fault((*place, "at"), f"'{sheet.at}'", expected)
    for at, who in enumerate(sheet.people):
        _one_of(marked, (*place, "people", at), "person", _bare(who), known.people)
    overrides = _overrides(marked, (*place, "overrides"), sheet, known)
    people = tuple(map(_bare, sheet.people))
    return Turns(id, sheet.every, time, ZoneInfo(sheet.zone), sheet.since, people, weekday or 0, overrides)


def _overrides(marked: Marked, place: Place, sheet: RotaSheet, known: _Known) -> tuple[Override, ...]:
    for at, one in enumerate(sheet.overrides):
        _one_of(marked, (*place, at, "who"), "person", _bare(one.who), known.people)
        if one.until <= one.start:
            marked.fault((*place, at, "until"), f"{one.until:%F %R}", f"a moment after {one.start:%F %R}")
    in_order = sorted(enumerate(sheet.overrides), key=lambda one: (one[1].start, one[0]))
    for (before, earlier), (at, later) in pairwise(in_order):
        if later.start < earlier.until:
            line = marked.values[(*place, before)][0]
            what = f"{later.start:%F %R} is before the override of line {line} ends"
            marked.fault((*place, at, "from"), what, f"{earlier.until:%F %R} or later: one person stands in at a time")
    return tuple(Override(one.start, one.until, _bare(one.who)) for one in sheet.overrides)


def _step(marked: Marked, place: Place, sheet: StepSheet, known: _Known) -> Step:
    names = [OWNERS, *known.document.rotas, *known.people]
    ask = tuple(map(_bare, sheet.ask))
    for at, name in enumerate(ask):
        _one_of(marked, (*place, "ask", at), "rota or person", name, names)
    _once(marked, (*place, "ask"), ask)
    if sheet.skill is not None:
        _one_of(marked, (*place, "skill"), "skill", sheet.skill, known.skills)
    return Step(ask, sheet.skill, sheet.page)


def _once(marked: Marked, place: Place, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name in seen:
            marked.fault((*place, at), f"'{name}' a second time", "it once")
        seen.add(name)


def _one_of(
    marked: Marked, place: Place, what: str, name: str, known: Collection[str], *, at_key: bool = False
) -> None:
    if name in known:
        return
    few = f"one of {', '.join(known)}" if 1 < len(known) <= LISTED else "one that is described in this file"
    expected = (f"'{next(iter(known))}'" if len(known) == 1 else few) + nearest(name, known)
    marked.fault(place, f"unknown {what} '{name}'", expected, at_key=at_key)


def _reaches(marked: Marked, service: Service, people: People) -> None:
    steps = people.path(service.id)
    silent = [at for at, step in enumerate(steps) if not any(_names(step, name, service, people) for name in step.ask)]
    if len(silent) == len(steps):
        marked.warn(
            ("escalation", service.id), f"the path of {service.id} names nobody; the seats stay empty", at_key=True
        )
        return
    for at in silent:
        if steps[at].ask == (OWNERS,) and not service.owners:
            continue  # told at the service
        skill = steps[at].skill
        what = f"nobody whom it asks has the skill '{skill}'" if skill else "it asks nobody"
        marked.warn(("escalation", service.id, at), what)


def _names(step: Step, name: str, service: Service, people: People) -> bool:
    """Whether this entry of a step can lead to anybody; what Slack and PagerDuty keep is trusted."""
    if name == OWNERS:
        found = [_bare(who) for names in service.owners.values() for who in names]
    else:
        rota = people.rotas.get(name)
        if isinstance(rota, Group | Schedule):
            return True
        found = [*rota.people, *(one.who for one in rota.overrides)] if rota else [name]
    return any(step.skill is None or step.skill in people.person(who).skills for who in found)


def _begins(marked: Marked, rota: Turns, today: date) -> None:
    first = rota.since + timedelta(days=(rota.weekday - rota.since.weekday()) % 7 if rota.every == "week" else 0)
    if first > today:
        what = f"{rota.id} begins on {first}; until then nobody is on call by it"
        marked.warn(("rotas", rota.id, "since"), what)
