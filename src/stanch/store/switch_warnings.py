"""What is written down and will not help at 03:00: controls and checks (catalogue, section 9)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from stanch.core.catalogue import Catalogue, Klass, Service
from stanch.core.control import KNOWN_GOOD, Control, Plane
from stanch.core.moving import is_evaluated
from stanch.store.durations import spoken
from stanch.store.switches import Switches
from stanch.store.yaml_marks import Warned

STALE: Final = timedelta(days=90)
_SEES: Final = ((800, 4), (400, 5), (200, 8), (100, 15), (50, 25))
"""Prompts → the drop in points that so many find four times in five, 1 % false alarm (catalogue, section 5)."""
NOTHING: Final = 100
_PRACTICE: Final = "practice_ai"
"""A plane of this kind is what drills are run on; nothing on it needs one."""


def warnings(switches: Switches, known: Catalogue, today: date | None = None) -> list[Warned]:
    """Return what to tell beside the faults. Without `today` nothing is too old, only absent."""
    controls, checks = switches.marked
    if switches.controls:
        for service in known.services.values():
            if not switches.faults and (gaps := list(_gaps(service, known))):
                controls.warn(("controls",), f"{service.id}: {'; '.join(gaps)}", at_key=True)
        if stale := [_age(it) for it in switches.controls.values() if _is_stale(it, switches.planes, today)]:
            shown = ", ".join(stale[:6]) + (f" and {len(stale) - 6} more" if len(stale) > 6 else "")
            controls.warn(("controls",), f"not drilled in the last {STALE.days} days: {shown}", at_key=True)
        for control in switches.controls.values():
            _unevaluated(switches, control, today)
    for check in switches.checks.values():
        if check.drop is not None and check.size is not None and (least := visible(check.size)) > check.drop:
            drop = (
                f"a drop of about {least} points at best"
                if least < NOTHING
                else "no drop that could be told from chance"
            )
            what = f"{check.size} prompts show {drop}; the rule asks for {check.drop:g}"
            checks.warn(("checks", check.id, "drop"), what)
    return [*controls.warnings, *checks.warnings]


def visible(prompts: int) -> int:
    """Return the smallest drop in points that a set of so many prompts shows; NOTHING when it is too small for any."""
    return next((points for size, points in _SEES if prompts >= size), NOTHING)


def _gaps(service: Service, known: Catalogue) -> Iterator[str]:
    """What this service lacks, by class: the row of the matrix with only what is missing."""
    lacks: dict[str, list[str]] = {}
    for klass in known.classes.values():
        lacking = tuple(_lacks(service, klass, known))
        if lacking:
            lacks.setdefault(", ".join(f"no {what}" for what in lacking), []).append(klass.id)
    for what, classes in lacks.items():
        every = len(classes) == len(known.classes) > 1
        yield f"{what} for {'any class' if every else ', '.join(classes)}"


def _lacks(service: Service, klass: Klass, known: Catalogue) -> Iterator[str]:
    pulled = {klass.lever, *(id for node in klass.tree.nodes.values() for id in node.controls)} if klass.tree else set()
    asked = {*klass.closure, *(id for node in klass.tree.nodes.values() for id in node.by)} if klass.tree else set()
    if pulled and not any(_can_pull(service, id, known) for id in pulled):
        yield "control"
    if asked and not any(id in known.checks and known.checks[id].probe(service.id) for id in asked):
        yield "check"


def _can_pull(service: Service, id: str, known: Catalogue) -> bool:
    return id != KNOWN_GOOD and id in known.controls and known.controls[id].aim(service.id) is not None


def _is_stale(control: Control, planes: Mapping[str, Plane], today: date | None) -> bool:
    if not any(aim.plane in planes and planes[aim.plane].kind != _PRACTICE for aim in control.aims.values()):
        return False
    return control.drilled is None or (today is not None and today - control.drilled > STALE)


def _age(control: Control) -> str:
    return f"{control.id} ({control.drilled or 'never'})"


def _unevaluated(switches: Switches, control: Control, today: date | None) -> None:
    for service, aim in control.aims.items():
        day = today or (aim.evaluated if isinstance(aim.evaluated, date) else None)
        if control.evaluated_within is None or is_evaluated(control, aim, day):
            continue
        since = f"not in the last {spoken(control.evaluated_within)}" if aim.evaluated else "never"
        what = f"{control.id} of {service} was {since} evaluated with what runs now; pulling it takes two people"
        switches.marked[0].warn(("controls", control.id, "for", service), what, at_key=True)
