"""Read and lint a home folder: `runbooks/*.yml`, and `runbooks/catalogue/` (services, people, severities, controls,
checks).

Every fault of every file is gathered and told at once, with line and column (contract, "Files").
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from stanch.core.catalogue import AUDIENCES, CLASS_ORDER, Catalogue, Service, Severity
from stanch.core.roles import ROLES
from stanch.errors import CatalogueError, Fault
from stanch.store import classes, page_sheets, people, switch_warnings, switches, yaml_marks
from stanch.store.durations import spoken
from stanch.store.sheets import ServicesFile, ServiceSheet, SeveritiesFile, SeveritySheet
from stanch.store.switches import ANY, Shapes, Switches
from stanch.store.tree_rules import Known
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Place, Warned

SERVICES = "runbooks/catalogue/services.yml"
SEVERITIES = "runbooks/catalogue/severities.yml"
SHIFTS = {"SEV1": timedelta(hours=4), "SEV2": timedelta(hours=4)}
LONG_SHIFT = timedelta(hours=8)
"""How long a seat is held at a stretch, where the file is silent (catalogue, section 3)."""


def read(home: Path, shapes: Shapes = ANY) -> Catalogue:
    """Return what the files in `home` say. Raises CatalogueError with all faults if there is any.

    `shapes`: what targets and checks may hold, by kind; without, those are taken as they are.
    """
    found = _look(home, shapes)
    if found.faults:
        raise CatalogueError(tuple(found.faults))
    return found.catalogue


def lint(home: Path, shapes: Shapes = ANY, today: date | None = None) -> tuple[list[Fault], list[str]]:
    """Return every fault by file, line and column, and every warning: what works but will not help at 03:00.

    `today`: what was drilled or evaluated too long before it is told too, and a rota that has not begun.
    """
    return look(home, shapes, today)[1:]


def look(home: Path, shapes: Shapes = ANY, today: date | None = None) -> tuple[Catalogue, list[Fault], list[str]]:
    """Return what `lint` returns, and before it what the files say where they have no fault."""
    found = _look(home, shapes, today)
    warned = found.warnings + switch_warnings.warnings(found.switches, found.catalogue, today)
    return found.catalogue, found.faults, [str(warning) for warning in sorted(warned)]


@dataclass(frozen=True, slots=True)
class _Found:
    catalogue: Catalogue
    faults: list[Fault]
    warnings: list[Warned]
    switches: Switches


def _look(home: Path, shapes: Shapes, today: date | None = None) -> _Found:
    faults: list[Fault] = []
    warnings: list[Warned] = []
    services = _services(home, faults, warnings)
    sheets = classes.read(home, faults, warnings)
    severities = _severities(home, faults, warnings)
    found = switches.look(home, services, shapes)
    faults += found.faults
    who, marked = people.look(home, services, today)
    faults += marked.faults
    warnings += marked.warnings
    controls = _called(found.named, {id: control.name for id, control in found.controls.items()})
    checks = _called(found.measured, {id: check.name for id, check in found.checks.items()})
    known = Known(classes.ids(home), controls, checks, classes.templates(home))
    faults += classes.named(home, sheets, known)
    klasses = {sheet.klass.id: sheet.klass for sheet in sheets}
    catalogue = Catalogue(klasses, services, severities, found.controls, found.planes, found.checks, who)
    return _Found(catalogue, sorted(faults), warnings, found)


def _called(ids: Collection[str] | None, names: Mapping[str, str]) -> dict[str, str] | None:
    """What people call each of these, also of what has a fault of its own; None: no file says which there are."""
    return None if ids is None else {id: names.get(id, id) for id in ids}


def _services(home: Path, faults: list[Fault], warnings: list[Warned]) -> dict[str, Service]:
    marked = yaml_marks.read(home / SERVICES, SERVICES)
    document = validate(ServicesFile, marked)
    sheets = document.services if document else {}
    for id, sheet in sheets.items():
        _unmanned(marked, id, sheet)
        page_sheets.check(marked, ("services", id, "status_page"), sheet.status_page)
    faults += marked.faults
    warnings += marked.warnings
    return {id: _service(id, sheet) for id, sheet in sheets.items()}


def _unmanned(marked: Marked, id: str, sheet: ServiceSheet) -> None:
    missing = [seat.lower() for role, seat in ROLES.items() if not getattr(sheet.owners, role)]
    if missing:
        seats = "the seat starts" if len(missing) == 1 else "the seats start"
        what = f"{id} names no {', no '.join(missing)}; {seats} empty"
        if not sheet.owners.commander and not sheet.owners.technical:
            what += ", and nobody can be woken for SEV1"
        marked.warn(("services", id), what, at_key=True)
    for audience in sheet.channels:
        if audience not in AUDIENCES and (close := nearest(audience, AUDIENCES)):
            marked.warn(("services", id, "channels", audience), f"unknown audience '{audience}'{close}", at_key=True)


def _service(id: str, sheet: ServiceSheet) -> Service:
    owners = {role: tuple(name.removeprefix("@") for name in getattr(sheet.owners, role)) for role in ROLES}
    return Service(
        id=id,
        name=sheet.name,
        owners={role: names for role, names in owners.items() if names},
        channels={audience: channel.removeprefix("#") for audience, channel in sheet.channels.items()},
        journeys=tuple(sheet.journeys),
        contacts={id: tuple(one.removeprefix("@") for one in names) for id, names in sheet.contacts.items()},
        status_page=page_sheets.page(sheet.status_page),
        links={str(key): value for key, value in sheet.links.items()},
        instead=sheet.instead,
    )


def _severities(home: Path, faults: list[Fault], warnings: list[Warned]) -> dict[str, Severity]:
    marked = yaml_marks.read(home / SEVERITIES, SEVERITIES)
    document = validate(SeveritiesFile, marked)
    sheets = {id: getattr(document.severities, id) for id in marked.data["severities"]} if document else {}
    # those whose file has a fault of its own, too
    known = ["anything", *CLASS_ORDER, *(id for id in classes.ids(home) if id not in CLASS_ORDER)]
    for id, sheet in sheets.items():
        for name in sheet.criteria:
            if name not in known:
                what, expected = f"unknown class '{name}'", f"one of {', '.join(known)}{nearest(name, known)}"
                marked.fault(("severities", id, "criteria", name), what, expected, at_key=True)
    severities = {id: _severity(id, sheet) for id, sheet in sheets.items()}
    for worse, less in pairwise(sorted(severities)):
        _compare(marked, severities[worse], severities[less])
    faults += marked.faults
    warnings += marked.warnings
    return severities


def _compare(marked: Marked, worse: Severity, less: Severity) -> None:
    """Warn where a severity asks for less than the one below it: two figures that were mixed up."""

    def warn(place: Place, one: str, other: str, wanted: str) -> None:
        what = f"{worse.id} {one}, {less.id} {other}; the worse one should {wanted}"
        marked.warn(("severities", worse.id, *place), what)

    if worse.quiet < less.quiet:
        one = f"is over after {spoken(worse.quiet)} of quiet"
        warn(("quiet",), one, f"after {spoken(less.quiet)}", "be watched at least as long")
    if worse.accept_within > less.accept_within:
        one = f"leaves {spoken(worse.accept_within)} to accept a seat"
        warn(("accept_within",), one, spoken(less.accept_within), "ask the next person sooner")
    for audience in AUDIENCES:
        often, seldom = worse.updates[audience], less.updates[audience]
        if seldom is not None and (often is None or often > seldom):
            one = f"speaks to {audience} " + (f"every {spoken(often)}" if often else "at start and end only")
            warn(("cadence", audience), one, f"every {spoken(seldom)}", "speak at least as often")


def _severity(id: str, sheet: SeveritySheet) -> Severity:
    return Severity(
        id=id,
        name=sheet.name,
        short=sheet.short,
        criteria=sheet.criteria,
        seats={role: getattr(sheet.seats, role) for role in ROLES},
        updates={audience: getattr(sheet.cadence, audience) for audience in AUDIENCES},
        accept_within=sheet.accept_within,
        quiet=sheet.quiet,
        shift=sheet.shift or SHIFTS.get(id, LONG_SHIFT),
    )
