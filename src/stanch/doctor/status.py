"""The status pages: is each set up, and does it let us in? Nothing is shown on them."""

from collections.abc import Sequence

from stanch import access
from stanch.doctor.lines import Line, Patient, degraded, fault, ok

SECONDS = 10.0


async def status_pages(patient: Patient) -> Sequence[Line]:
    known = patient.production
    without = [one.name for one in known.services.values() if one.status_page is None]
    found = []
    for one in await access.pages(known, patient.settings, SECONDS):
        whose = f"{one.what.removeprefix('status page ')} of {', '.join(one.services)}"
        found.append(fault("status page", f"{whose}: {one.missing}") if one.missing else ok("status page", whose))
    if without:
        what = f"{', '.join(without)}: no `status_page` in services.yml; users are told by other ways"
        found.append(degraded("status page", what))
    return found
