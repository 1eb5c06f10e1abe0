"""Whether anybody can be woken for SEV1."""

from collections.abc import Iterator, Sequence

from stanch import waking
from stanch.core.catalogue import Catalogue, Service
from stanch.core.people import OWNERS, Turns
from stanch.doctor.lines import Line, Patient, fault, ok
from stanch.slack.directory import Directory
from stanch.store import catalogue

NOTHING = (
    "nobody can be woken for SEV1: a message wakes nobody; set STANCH_PAGERDUTY_ROUTING_KEY or STANCH_PAGE_WEBHOOK_URL"
)
KEPT = "(kept elsewhere)"
"""A rota that Slack or PagerDuty keeps: who is in it is asked when it matters."""


async def paging(patient: Patient) -> Sequence[Line]:
    """What goes out cannot be tried without waking somebody: it is only said where to."""
    known = patient.catalogue
    directory = Directory(patient.at_slack) if patient.at_slack else None
    if directory:
        await directory.load()
    found = []
    for service in known.services.values():
        names = list(dict.fromkeys(_asked(service, known)))
        if not any(name == KEPT or directory is None or _here(directory, name) for name in names):
            why = "none of those named is in this workspace" if names else "nobody is named"
            mend = f"correct its owners in {catalogue.SERVICES} or its path in people.yml"
            found.append(fault("paging", f"nobody can be woken for SEV1 of {service.id}: {why}; {mend}"))
    ways = waking.ways(patient.settings)
    if not ways:
        return [fault("paging", NOTHING), *found]
    if broken := [fault("paging", f"{way.fault}; correct it, or phones stay silent") for way in ways if way.fault]:
        return [*broken, *found]
    where = " and ".join(way.shown() for way in ways)
    return [ok("paging", f"{where} (not tried: that would wake somebody)"), *found]


def _here(directory: Directory, name: str) -> bool:
    person = directory.person(name)
    return person is not None and person.here


def _asked(service: Service, known: Catalogue) -> Iterator[str]:
    """Everybody to whom the seat of commander or technical lead would be offered, by name."""
    for step in known.people.path(service.id):
        for one in step.ask:
            rota = known.people.rotas.get(one)
            if one == OWNERS:
                yield from (*service.owners.get("commander", ()), *service.owners.get("technical", ()))
            elif isinstance(rota, Turns):
                yield from rota.people
            else:
                yield KEPT if rota else one
