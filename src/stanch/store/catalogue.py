"""Read and lint a home folder: `runbooks/*.yml`, `runbooks/catalogue/services.yml` and `severities.yml`.

Every fault of every file is gathered and told at once, with line and column (contract, "Files").
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from stanch.core.catalogue import AUDIENCES, CLASS_ORDER, Catalogue, Klass, Service, Severity
from stanch.core.roles import ROLES
from stanch.errors import CatalogueError, Fault
from stanch.store import yaml_marks
from stanch.store.durations import spoken
from stanch.store.sheets import LABEL, ClassFile, ServicesFile, ServiceSheet, SeveritiesFile, SeveritySheet
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Place, Warned

SERVICES = "runbooks/catalogue/services.yml"
SEVERITIES = "runbooks/catalogue/severities.yml"


def read(home: Path) -> Catalogue:
    """Return what the files in `home` say. Raises CatalogueError with all faults if there is any."""
    found = _look(home)
    if found.faults:
        raise CatalogueError(tuple(found.faults))
    return found.catalogue


def lint(home: Path) -> tuple[list[Fault], list[str]]:
    """Return every fault by file, line and column, and every warning: what works but will not help at 03:00."""
    found = _look(home)
    return found.faults, [str(warning) for warning in found.warnings]


@dataclass(frozen=True, slots=True)
class _Found:
    catalogue: Catalogue
    faults: list[Fault]
    warnings: list[Warned]


def _look(home: Path) -> _Found:
    faults: list[Fault] = []
    warnings: list[Warned] = []
    services = _services(home, faults, warnings)
    classes = _classes(home, faults, warnings)
    severities = _severities(home, faults, warnings)
    return _Found(Catalogue(classes, services, severities), sorted(faults), sorted(warnings))


def _services(home: Path, faults: list[Fault], warnings: list[Warned]) -> dict[str, Service]:
    marked = yaml_marks.read(home / SERVICES, SERVICES)
    document = validate(ServicesFile, marked)
    faults += marked.faults
    if document is None:
        return {}
    for id, sheet in document.services.items():
        _unmanned(marked, id, sheet)
    warnings += marked.warnings
    return {id: _service(id, sheet) for id, sheet in document.services.items()}


def _unmanned(marked: Marked, id: str, sheet: ServiceSheet) -> None:
    missing = [seat.lower() for role, seat in ROLES.items() if not getattr(sheet.owners, role)]
    if missing:
        seats = "the seat starts" if len(missing) == 1 else "the seats start"
        marked.warn(("services", id), f"{id} names no {', no '.join(missing)}; {seats} empty", at_key=True)
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
    )


def _severities(home: Path, faults: list[Fault], warnings: list[Warned]) -> dict[str, Severity]:
    marked = yaml_marks.read(home / SEVERITIES, SEVERITIES)
    document = validate(SeveritiesFile, marked)
    sheets = {id: getattr(document.severities, id) for id in marked.data["severities"]} if document else {}
    # those whose file has a fault of its own, too
    classes = sorted(path.stem for path in (home / "runbooks").glob("[!.]*.yml"))
    known = ["anything", *CLASS_ORDER, *(id for id in classes if id not in CLASS_ORDER)]
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
    )


def _classes(home: Path, faults: list[Fault], warnings: list[Warned]) -> dict[str, Klass]:
    classes: dict[str, Klass] = {}
    paths = _sheets(home, faults, warnings)
    for path in paths:
        marked = yaml_marks.read(path, f"runbooks/{path.name}")
        document = validate(ClassFile, marked)
        if document and document.id != path.stem:
            marked.fault(("class",), f"class '{document.id}' in {path.name}", f"'{path.stem}', the name of the file")
        if document:
            classes[document.id] = _klass(document)
            _thin(marked, document)
        faults += marked.faults
        warnings += marked.warnings
    known = {id: place for place, id in enumerate(CLASS_ORDER)}
    return {id: classes[id] for id in sorted(classes, key=lambda id: (known.get(id, len(known)), id))}


def _sheets(home: Path, faults: list[Fault], warnings: list[Warned]) -> list[Path]:
    """Return the classes' files, without the hidden files of editors; warn of those that only look like one."""
    try:
        there = sorted(path for path in (home / "runbooks").iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        there = []
    except OSError as error:
        what = f"the folder cannot be read ({error.strerror})"
        faults.append(Fault("runbooks", 1, 1, what, "one that the bot may read"))
        return []
    paths = [path for path in there if path.suffix == ".yml"]
    if not paths:
        faults.append(Fault("runbooks", 1, 1, "there is no class", "at least one file runbooks/CLASS.yml"))
    for path in there:
        if path.suffix != ".yml" and path.suffix.lower() in (".yml", ".yaml"):
            warnings.append(Warned(f"runbooks/{path.name}", 1, 1, "is not read; rename it to end in .yml"))
    return paths


def _klass(sheet: ClassFile) -> Klass:
    return Klass(
        id=sheet.id,
        name=sheet.name or sheet.id.replace("_", " ").replace("-", " ").capitalize(),
        looks_like=sheet.looks_like or "",
        not_this_if=sheet.not_this_if or "",
        urgency=sheet.urgency,
        starts_at=sheet.starts_at,
        first_move=sheet.first_move or "",
        # whoever forgets the word must not open a public room for a leak (catalogue, section 6)
        restricted=sheet.id == "security" if sheet.restricted is None else sheet.restricted,
        subkinds=tuple(sheet.subkinds),
        quiet=sheet.quiet,
    )


def _thin(marked: Marked, sheet: ClassFile) -> None:
    if not sheet.first_move:
        marked.warn(("first_move",), "no first_move; people will have to think of one", at_key=True)
    if not sheet.looks_like:
        marked.warn(("looks_like",), "no looks_like; the form cannot say when to choose it", at_key=True)
    elif (size := len(sheet.looks_like)) > LABEL:
        marked.warn(("looks_like",), f"looks_like has {size} characters; forms show the first {LABEL}")
    if sheet.id == "security" and sheet.restricted is False:
        marked.warn(("restricted",), "security is not restricted; a leak is told in a public room")
