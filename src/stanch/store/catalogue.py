"""Read and lint a home folder: `runbooks/*.yml`, `runbooks/catalogue/services.yml` and `severities.yml`.

Every fault of every file is gathered and told at once, with line and column (contract, "Files").
"""

from dataclasses import dataclass
from pathlib import Path

from stanch.core.catalogue import AUDIENCES, CLASS_ORDER, Catalogue, Klass, Service, Severity
from stanch.core.roles import ROLES
from stanch.errors import CatalogueError, Fault
from stanch.store import yaml_marks
from stanch.store.sheets import LABEL, ClassFile, ServicesFile, ServiceSheet, SeveritiesFile, SeveritySheet
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked

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
    return found.faults, found.warnings


@dataclass(frozen=True, slots=True)
class _Found:
    catalogue: Catalogue
    faults: list[Fault]
    warnings: list[str]


def _look(home: Path) -> _Found:
    faults: list[Fault] = []
    warnings: list[str] = []
    services = _services(home, faults, warnings)
    classes = _classes(home, faults, warnings)
    severities = _severities(home, classes, faults)
    return _Found(Catalogue(classes, services, severities), sorted(faults), warnings)


def _services(home: Path, faults: list[Fault], warnings: list[str]) -> dict[str, Service]:
    marked = yaml_marks.read(home / SERVICES, SERVICES)
    document = validate(ServicesFile, marked)
    faults += marked.faults
    if document is None:
        return {}
    for id, sheet in document.services.items():
        missing = [spoken.lower() for role, spoken in ROLES.items() if not getattr(sheet.owners, role)]
        if missing:
            line, _ = marked.keys["services", id]
            warnings.append(f"{SERVICES}:{line}: {id} names no {', no '.join(missing)}; the seat starts empty")
    return {id: _service(id, sheet) for id, sheet in document.services.items()}


def _service(id: str, sheet: ServiceSheet) -> Service:
    owners = {role: tuple(name.removeprefix("@") for name in getattr(sheet.owners, role)) for role in ROLES}
    return Service(
        id=id,
        name=sheet.name,
        owners={role: names for role, names in owners.items() if names},
        channels={audience: channel.removeprefix("#") for audience, channel in sheet.channels.items()},
        journeys=tuple(sheet.journeys),
    )


def _severities(home: Path, classes: dict[str, Klass], faults: list[Fault]) -> dict[str, Severity]:
    marked = yaml_marks.read(home / SEVERITIES, SEVERITIES)
    document = validate(SeveritiesFile, marked)
    sheets = {id: getattr(document.severities, id) for id in marked.data["severities"]} if document else {}
    known = ["anything", *CLASS_ORDER, *(id for id in classes if id not in CLASS_ORDER)]
    for id, sheet in sheets.items():
        for name in sheet.criteria:
            if name not in known:
                what, expected = f"unknown class '{name}'", f"one of {', '.join(known)}{nearest(name, known)}"
                marked.fault(("severities", id, "criteria", name), what, expected, at_key=True)
    faults += marked.faults
    return {id: _severity(id, sheet) for id, sheet in sheets.items()}


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


def _classes(home: Path, faults: list[Fault], warnings: list[str]) -> dict[str, Klass]:
    folder = home / "runbooks"
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        faults.append(Fault("runbooks", 1, 1, "there is no class", "at least one file runbooks/CLASS.yml"))
    for path in sorted(folder.glob("*.yaml")):
        warnings.append(f"runbooks/{path.name}: is not read; rename it to end in .yml")
    classes: dict[str, Klass] = {}
    for path in paths:
        marked = yaml_marks.read(path, f"runbooks/{path.name}")
        document = validate(ClassFile, marked)
        if document and document.id != path.stem:
            marked.fault(("class",), f"class '{document.id}' in {path.name}", f"'{path.stem}', the name of the file")
        faults += marked.faults
        if document:
            classes[document.id] = _klass(document)
            warnings += _thin(marked, document)
    known = {id: place for place, id in enumerate(CLASS_ORDER)}
    return {id: classes[id] for id in sorted(classes, key=lambda id: (known.get(id, len(known)), id))}


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


def _thin(marked: Marked, sheet: ClassFile) -> list[str]:
    warnings = []
    if not sheet.first_move:
        warnings.append(f"{marked.file}:1: no first_move; people will have to think of one")
    if not sheet.looks_like:
        warnings.append(f"{marked.file}:1: no looks_like; the form cannot say when to choose it")
    elif len(sheet.looks_like) > LABEL:
        line, _ = marked.keys["looks_like",]
        size = len(sheet.looks_like)
        warnings.append(f"{marked.file}:{line}: looks_like has {size} characters; forms show the first {LABEL}")
    return warnings
