"""The control planes: can each declared control be read, and may it be pulled? Nothing is moved."""

from collections.abc import Iterator, Mapping, Sequence

from stanch import inventory
from stanch.controls import prometheus
from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes
from stanch.core.control import Plane
from stanch.doctor.lines import Line, Patient, degraded, fault, ok
from stanch.inventory import Stand

SECONDS = 10.0
"""For all control planes together."""


async def planes(patient: Patient) -> Sequence[Line]:
    known = patient.production
    given = patient.settings.environment
    async with Planes(known, given, ADAPTERS) as asked:
        set_up = {id for id, one in known.planes.items() if one.url or given.get(one.url_env, "").strip()}
        stands = await inventory.take(asked, known, SECONDS)
        only_read = [one for one in known.planes.values() if one.id in set_up and one.kind not in ADAPTERS]
        read = dict(
            zip((one.id for one in only_read), [await _only_read(one, asked) for one in only_read], strict=True)
        )
        return [line for one in known.planes.values() for line in _lines(one, one.id in set_up, read, stands)]


def _lines(plane: Plane, is_set_up: bool, read: Mapping[str, Line], all_stands: Sequence[Stand]) -> Iterator[Line]:
    stands = [one for one in all_stands if one.aim.plane == plane.id]
    pulls = plane.kind in ADAPTERS
    if not is_set_up:
        what = "its controls are pulled by hand" if pulls else "what it shows is looked at by hand"
        yield degraded("planes", f"{plane.id}: {plane.url_env} is not set; {what}")
    elif not pulls:
        yield read[plane.id]
    elif not stands:
        shows = any(shown.plane == plane.id for one in all_stands for shown in one.aim.shown_by)
        yield ok("planes", f"{plane.id}: " + ("shows what others moved" if shows else "no control stands there"))
    else:
        yield from _of_controls(plane, stands)


async def _only_read(plane: Plane, asked: Planes) -> Line:
    try:
        wire = asked.wire(plane.id, "look at it by hand")
        if plane.kind == "prometheus":
            await prometheus.answers(wire)
    except PlaneFault as trouble:
        return fault("planes", f"{plane.id}: {str(trouble).rstrip('.')}")
    return ok("planes", f"{plane.id}: only read, never moved")


def _of_controls(plane: Plane, stands: Sequence[Stand]) -> Iterator[Line]:
    missing = [one for one in stands if one.missing]
    words = {one.missing for one in missing}
    count = "1 control" if len(stands) == 1 else f"{len(stands)} controls"
    if not missing:
        yield ok("planes", f"{plane.id}: {count} can be read, and nothing is missing")
    elif len(missing) == len(stands) and len(words) == 1:
        yield fault("planes", f"{plane.id}: {words.pop()}")
    else:
        for one in missing:
            yield fault("planes", f"{plane.id}: {one.control.id} of {one.service}: {one.missing}")
    for one in stands:
        if one.is_odd:
            yield degraded("planes", f"{plane.id}: {one.control.id} of {one.service} stands at {one.now}")
