"""Whom a seat can be offered to: by the service's escalation path, the likeliest first."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from stanch.core import commands as c
from stanch.core.chase import extras_wanted, kept_by_stanch, sheet
from stanch.core.incident import Incident
from stanch.core.people import OWNERS
from stanch.core.ranking import Candidate, ranked
from stanch.core.roles import ROLES
from stanch.slack.gateway import Kit

WORST = 30
"""Open incidents in which seats are counted, the worst first: whoever has a seat there has enough to do."""


async def owners(kit: Kit, i: Incident) -> c.SeatOwners:
    """Who sits where at the start, and whom the class adds. The list of people is known already."""
    service = kit.desk.catalogue.service(i.service) if i.service else None
    known = kit.directory.seats(service)
    # Among owners the team has said itself who comes first; in a rota nobody has.
    first_step = kit.desk.catalogue.people.path(i.service)[0]
    busy = await _busy(kit, i, answered=first_step.ask == (OWNERS,))
    seats: dict[str, str] = {}
    for role in ROLES:
        found = await _step(kit, i, role, 0)
        if first := _ranked(kit, i, role, found, taken=set(seats.values()), busy=busy):
            seats[role] = first[0].user
    invite = tuple(dict.fromkeys((*known.invite, *seats.values())))
    extras, missing = contacts(kit, i)
    return c.SeatOwners(tuple(seats.items()), invite, known.unknown, extras=extras, missing=missing)


def called(kit: Kit, i: Incident) -> dict[str, str]:
    """Name → id of whom the service's file names, as Slack knows them now: for when it cannot be asked."""
    service = kit.desk.catalogue.service(i.service) if i.service else None
    names = dict.fromkeys(name for role in service.owners.values() for name in role) if service else {}
    return {name: id for name in names for id in _here(kit, (name,))}


async def after(
    kit: Kit, i: Incident, role: str, was: str, named: Mapping[str, str] | None = None
) -> tuple[Candidate, ...]:
    """Who can be asked for the role after `was`: those of its step that are left, then those of the next ones.
    `named`: by role, who is about to be asked for another."""
    path = kit.desk.catalogue.people.path(i.service)
    found: list[Candidate] = []
    # Nobody is fetched from further up for a seat that Stanch can keep.
    last = 1 if kept_by_stanch(i, role, kit.desk.catalogue) else len(path)
    for step in range(min(i.seating.step(role), len(path) - 1), last):
        # An expert's step is for who works on it: experts neither command nor speak.
        if path[step].skill and role != "technical":
            continue
        found += await _step(kit, i, role, step)
    seats = {held: user for held, user in i.seats.items() if (held, user) not in i.seating.out} | dict(named or {})
    taken = {user for held, user in seats.items() if held != role}
    passed = {user for held, user in i.seating.out if held == role} | {was}
    known = sheet(i, kit.desk.catalogue)
    # Who holds a seat that allows no other is asked for none.
    passed |= {user for held, user in seats.items() if known and known.seats.get(held) == "alone"}  # type: ignore[call-overload]
    silent = i.seating.silent
    return _ranked(kit, i, role, found, taken=taken, passed=passed, silent=silent, busy=await _busy(kit, i))


def contacts(kit: Kit, i: Incident) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Whom the class adds: what for and who; and what for nobody is named who is here."""
    service = kit.desk.catalogue.service(i.service) if i.service else None
    named = service.contacts if service else {}
    found: list[tuple[str, str]] = []
    missing: list[str] = []
    for group in extras_wanted(i):
        here = [(what, id) for what in group if (id := next(_here(kit, named.get(what, ())), None))]
        found += here
        missing += [] if here else [group[0]]
    return tuple(found), tuple(missing)


async def _step(kit: Kit, i: Incident, role: str, step: int) -> list[Candidate]:
    """Those of one step of the path, in its order; in a restricted incident only who may see it."""
    found = await kit.on_call.candidates(i.service, role, step) if i.service else []  # type: ignore[arg-type]
    if not i.restricted:
        return found
    inside = _insiders(kit, i)
    return [one for one in found if one.user in inside]


def _ranked(
    kit: Kit,
    i: Incident,
    role: str,
    found: Iterable[Candidate],
    *,
    taken: Collection[str],
    busy: Counter[str],
    passed: Collection[str] = (),
    silent: Collection[str] = (),
) -> tuple[Candidate, ...]:
    known = sheet(i, kit.desk.catalogue)
    alone = known is not None and known.seats.get(role) == "alone"  # type: ignore[call-overload]
    return ranked(
        found,
        severity=i.severity,
        now=kit.desk.clock(),
        taken=taken,
        passed=passed,
        silent=silent,
        open_roles=busy,
        alone=alone,
    )


async def _busy(kit: Kit, i: Incident, *, answered: bool = False) -> Counter[str]:
    """Open roles by person. `answered`: without those for which Stanch named them and they have done nothing yet, so
    that the first choice stays the first until they are at work elsewhere."""
    others = [one for one in await kit.desk.open_incidents(WORST) if one.number != i.number]
    held = ((one, role, user) for one in others for role, user in one.seats.items())
    return Counter(
        user
        for one, role, user in held
        if not (answered and role in one.seated_by_owners and user not in one.seating.present)
    )


def _insiders(kit: Kit, i: Incident) -> set[str]:
    """Owners of the service, its security contacts, and who is in the room: nobody else learns of it."""
    service = kit.desk.catalogue.service(i.service) if i.service else None
    names = [name for role in service.owners.values() for name in role] if service else []
    names += service.contacts.get("security", ()) if service else ()
    return {*_here(kit, names), *i.members, *i.seats.values(), i.declared_by} - set(i.away)


def _here(kit: Kit, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        person = kit.directory.person(name)
        if person and person.here:
            yield person.id
