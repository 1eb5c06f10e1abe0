"""Read and lint `controls.yml` and `checks.yml`: what may be pulled, and what is measured.

What a control's `target` and a check's `how` may hold is known to the adapters; their models come from above.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from stanch.core.check import Check, Probe
from stanch.core.control import KNOWN_GOOD, Aim, Control, Plane, Shown
from stanch.errors import Fault
from stanch.store import plane_rules, value_rules, yaml_marks
from stanch.store.fitting import fits
from stanch.store.switch_sheets import (
    AimSheet,
    ChecksFile,
    CheckSheet,
    ControlsFile,
    ControlSheet,
    ProbeSheet,
    ShownSheet,
)
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Place, Warned

CONTROLS: Final = "runbooks/catalogue/controls.yml"
CHECKS: Final = "runbooks/catalogue/checks.yml"
Models = Mapping[str, type[BaseModel]]
"""A plane's or a check's kind → the model of what is said there."""
_SPEAKS: Final = {"prometheus": "prometheus", "practice_ai": "practice_ai"}
"""A check of this kind needs a plane of that kind; any plane answers plain HTTP."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """What the adapters understand, by kind: a control's `target`, a check's `how`, and the `how` of `shown_by`."""

    targets: Models
    hows: Models
    proofs: Models


ANY: Final = Shapes({}, {}, {})
"""Everything is taken as it is."""


@dataclass(frozen=True, slots=True)
class Switches:
    """What both files say. `named` and `measured`: ids that stand there, also of what has a fault; None: no file."""

    marked: tuple[Marked, Marked]
    named: frozenset[str] | None = None
    measured: frozenset[str] | None = None
    planes: dict[str, Plane] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What may be named from here. None: not known, so nothing is said."""

    services: frozenset[str] | None
    classes: frozenset[str] | None
    planes: Mapping[str, str] | None
    """Plane → kind."""
    checks: frozenset[str] | None
    shapes: Shapes


def look(home: Path, services: Collection[str], shapes: Shapes = ANY) -> Switches:
    """Return what the files in `home` say, with every fault. Without `services`, those named are not looked up."""
    # a home of before has neither file: everything is then done by hand
    ours, theirs = (yaml_marks.optional(home, file) for file in (CONTROLS, CHECKS))
    named, measured = _ids(ours, "controls"), _ids(theirs, "checks")
    classes = frozenset(path.stem for path in (home / "runbooks").glob("[!.]*.yml"))
    controls, checks = validate(ControlsFile, ours), validate(ChecksFile, theirs)
    checks_known = measured or (None if theirs.faults else frozenset())
    known = _Known(frozenset(services) or None, classes or None, _kinds(ours), checks_known, shapes)
    switches = Switches((ours, theirs), named, measured)
    if controls:
        switches.planes.update(_planes(ours, controls, known))
        switches.controls.update({id: _control(ours, id, it, known) for id, it in controls.controls.items()})
    if checks:
        switches.checks.update({id: _check(theirs, id, sheet, known) for id, sheet in checks.checks.items()})
    for marked in (ours, theirs):
        switches.faults.extend(marked.faults)
        switches.warnings.extend(marked.warnings)
    return switches


def example(home: Path, file: str, shapes: Shapes = ANY) -> list[Fault]:
    """Return the faults of controls to copy, which stand in `file` of `home`.

    What they name of a team's own (services, classes, checks) is looked up where they have been copied to.
    """
    page = yaml_marks.read(home / file, file)
    if controls := validate(ControlsFile, page):
        known = _Known(None, None, _kinds(page), None, shapes)
        _planes(page, controls, known)
        for id, sheet in controls.controls.items():
            _control(page, id, sheet, known)
    return page.faults


def _kinds(marked: Marked) -> Mapping[str, str] | None:
    """Plane → kind, also of one that has a fault; None where a fault of the file may have hidden them."""
    kinds = {id: str(sheet.get("kind")) for id, sheet in _part(marked, "planes").items() if isinstance(sheet, dict)}
    return kinds or (None if marked.faults else {})


def _planes(marked: Marked, file: ControlsFile, known: _Known) -> dict[str, Plane]:
    taken = frozenset({*known.shapes.targets, *known.shapes.hows})
    return {id: plane_rules.plane(marked, id, sheet, taken) for id, sheet in file.planes.items()}


def _part(marked: Marked, key: str) -> dict[str, Any]:
    found = marked.data.get(key) if isinstance(marked.data, dict) else None
    return found if isinstance(found, dict) else {}


def _ids(marked: Marked, key: str) -> frozenset[str] | None:
    return frozenset(_part(marked, key)) or None


def _control(marked: Marked, id: str, sheet: ControlSheet, known: _Known) -> Control:
    place: Place = ("controls", id)
    for at, klass in enumerate(sheet.never_in):
        _known_one(marked, (*place, "never_in", at), "class", klass, known.classes)
    if not sheet.within:
        marked.fault((*place, "within"), "no time", "a duration above zero, such as 30s")
    plane_rules.secrets(marked, (*place, "by_hand"))
    if id == KNOWN_GOOD and sheet.aims:
        what = f"{KNOWN_GOOD} with planes of its own"
        marked.fault((*place, "for"), what, "none: it pulls the other controls", at_key=True)
    return Control(
        id=id,
        name=sheet.name,
        does=sheet.does,
        direction=sheet.direction,
        within=sheet.within,
        proof=sheet.proof,
        by_hand=sheet.by_hand,
        owner=sheet.owner.removeprefix("@"),
        watch_out=sheet.watch_out,
        pairs_with=sheet.pairs_with,
        drilled=sheet.drilled,
        break_glass=sheet.break_glass,
        never_in=tuple(sheet.never_in),
        raise_is=sheet.raise_is,
        evaluated_within=sheet.evaluated_within,
        aims={
            service: aim
            for service, it in sheet.aims.items()
            if (aim := _aim(marked, (*place, "for", service), service, it, sheet, known))
        },
    )


def _aim(
    marked: Marked, place: Place, service: str, sheet: AimSheet, control: ControlSheet, known: _Known
) -> Aim | None:
    _known_one(marked, place, "service", service, known.services, at_key=True)
    _known_one(marked, (*place, "plane"), "plane", sheet.plane, known.planes)
    kinds = known.planes or {}
    _fits(marked, (*place, "target"), sheet.target, known.shapes.targets.get(kinds.get(sheet.plane, "")))
    for at, shown in enumerate(sheet.shown_by):
        _shown(marked, (*place, "shown_by", at), shown, known)
    plane_rules.secrets(marked, (*place, "by_hand"))
    if sheet.within is not None and not sheet.within:
        marked.fault((*place, "within"), "no time", "a duration above zero, such as 30s")
    found = value_rules.values(marked, (*place, "values"), sheet.values)
    if found is None:
        return None
    value_rules.ways(marked, place, sheet, found, control.direction)
    for at, check in enumerate(sheet.ladder.checks if sheet.ladder else ()):
        _known_one(marked, (*place, "ladder", "checks", at), "check", check, known.checks)
    return Aim(
        plane=sheet.plane,
        target=sheet.target,
        values=found,
        to=sheet.to,
        good=tuple(sheet.good),
        known_good=sheet.known_good,
        ladder=value_rules.ladder(sheet.ladder),
        on=sheet.on,
        by_hand=sheet.by_hand,
        owner=sheet.owner.removeprefix("@"),
        within=sheet.within,
        evaluated=sheet.evaluated,
        shown_by=tuple(Shown(one.plane, one.how) for one in sheet.shown_by),
    )


def _shown(marked: Marked, place: Place, sheet: ShownSheet, known: _Known) -> None:
    _known_one(marked, (*place, "plane"), "plane", sheet.plane, known.planes)
    kind, proofs = (known.planes or {}).get(sheet.plane, ""), known.shapes.proofs
    if kind and proofs and kind not in proofs:
        expected = f"one of kind {' or '.join(sorted(proofs))}: those can be asked what users get"
        marked.fault((*place, "plane"), f"plane '{sheet.plane}' of kind {kind}", expected)
    else:
        _fits(marked, (*place, "how"), sheet.how, proofs.get(kind))


def _check(marked: Marked, id: str, sheet: CheckSheet, known: _Known) -> Check:
    place: Place = ("checks", id)
    plane_rules.secrets(marked, (*place, "by_hand"))
    if not sheet.probes and not sheet.by_hand:
        marked.fault(place, "key 'by_hand' is missing", "'by_hand:' here, as nothing measures it")
    return Check(
        id=id,
        name=sheet.name,
        passes=sheet.passes,
        held=sheet.held,
        size=sheet.size,
        drop=sheet.drop,
        by_hand=sheet.by_hand,
        probes={s: _probe(marked, (*place, "for", s), s, it, known) for s, it in sheet.probes.items()},
    )


def _probe(marked: Marked, place: Place, service: str, sheet: ProbeSheet, known: _Known) -> Probe:
    _known_one(marked, place, "service", service, known.services, at_key=True)
    _known_one(marked, (*place, "plane"), "plane", sheet.plane, known.planes)
    needed, kind = _SPEAKS.get(sheet.kind), (known.planes or {}).get(sheet.plane)
    if needed and kind and kind != needed:
        marked.fault((*place, "plane"), f"plane '{sheet.plane}' of kind {kind}", f"one of kind {needed}")
    else:
        _fits(marked, (*place, "how"), sheet.how, known.shapes.hows.get(sheet.kind))
    return Probe(sheet.kind, sheet.plane, sheet.how)


def _fits(marked: Marked, place: Place, data: Any, model: type[BaseModel] | None) -> None:
    """What looks like a secret is told as that and as nothing else: any other word might repeat it."""
    if not plane_rules.secrets(marked, place) and model is not None:
        fits(marked, place, data, model)


def _known_one(
    marked: Marked, place: Place, what: str, name: str, known: Iterable[str] | None, *, at_key: bool = False
) -> None:
    if known is None or name in (names := sorted(known)):
        return
    listed = f"one of {', '.join(names)}" if len(names) > 1 else f"'{names[0]}'" if names else f"a {what} of that name"
    expected = listed + nearest(name, names)
    marked.fault(place, f"unknown {what} '{name}'", expected, at_key=at_key)
