"""When nobody is asked for words: at night and at weekends, at SEV3 and SEV4, where the owner is."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.roles import Role

MORNING: Final = time(7, 0)
NIGHT: Final = time(22, 0)
QUIET: Final = ("SEV3", "SEV4")
SATURDAY: Final = 5


def awake(i: Incident, catalogue: Catalogue, moment: datetime) -> datetime:
    """`moment` (UTC), or the next working morning at seven where the owner is, if it would fall into the quiet time.

    Where nobody's zone is known there is none: better a word at night than none by day.
    """
    zone = zone_of(i, catalogue) if i.severity in QUIET else None
    return next_morning(moment, zone) if zone else moment


def next_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    if local.weekday() < SATURDAY and MORNING <= local.time() < NIGHT:
        return moment
    day = local.date() + timedelta(days=1 if local.time() >= MORNING else 0)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def zone_of(i: Incident, catalogue: Catalogue) -> ZoneInfo | None:
    """The zone of who leads communications or commands, if people.yml knows them by their id; else that of the
    service's owners, first choice first."""
    service = catalogue.service(i.service) if i.service else None
    roles: tuple[Role, ...] = ("communications", "commander", "technical")
    seated = [i.seats[role] for role in roles if role in i.seats]
    owners = [who for role in roles for who in service.owners.get(role, ())] if service else []
    known = (catalogue.people.people.get(who) for who in (*seated, *owners))
    return next((one.zone for one in known if one and one.zone), None)
