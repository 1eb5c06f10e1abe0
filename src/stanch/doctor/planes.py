"""The control planes: can each be read? Nothing is moved."""

from collections.abc import Sequence

from stanch import production
from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane
from stanch.doctor.lines import Line, Patient, degraded, fault, ok

NEVER_PULLED = ("prometheus",)


async def planes(patient: Patient) -> Sequence[Line]:
    known = production.read(patient.settings.home)
    given = patient.settings.environment
    asked = Planes(known, given, ADAPTERS)
    try:
        return [await _line(one, known, asked, given.get(one.url_env, one.url)) for one in known.planes.values()]
    finally:
        await asked.close()


async def _line(plane: Plane, known: Catalogue, asked: Planes, url: str) -> Line:
    if not url:
        return degraded("planes", f"{plane.id}: {plane.url_env} is not set; its controls are pulled by hand")
    aim = _any_aim(plane, known)
    if aim is None:
        return ok("planes", f"{plane.id}: no control stands there") if plane.kind not in NEVER_PULLED else _only(plane)
    try:
        await asked.of(aim).read(aim)
    except PlaneFault as trouble:
        return fault("planes", f"{plane.id}: {trouble}")
    return ok("planes", f"{plane.id}: can be read")


def _only(plane: Plane) -> Line:
    return ok("planes", f"{plane.id}: only measured, never moved")


def _any_aim(plane: Plane, known: Catalogue) -> Aim | None:
    aims = (aim for control in known.controls.values() for aim in control.aims.values())
    return next((aim for aim in aims if aim.plane == plane.id), None)
