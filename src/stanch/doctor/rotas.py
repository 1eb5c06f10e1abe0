"""Whether those who keep rotas for us say who is on call, and whether those people are here."""

from collections.abc import Sequence
from datetime import UTC, datetime

from stanch.core.people import Group, Schedule
from stanch.doctor.lines import Line, Patient, fault, ok
from stanch.flows.on_call import AHEAD, Away, Source
from stanch.oncall.pagerduty import PagerDuty
from stanch.slack.directory import Directory
from stanch.slack.user_groups import UserGroups
from stanch.store.people import PEOPLE


async def rotas(patient: Patient) -> Sequence[Line]:
    """One line for each rota that is not in the file."""
    known = patient.catalogue.people.rotas.values()
    kept = [one for one in known if isinstance(one, Group | Schedule)]
    if not kept or not (slack := patient.at_slack):
        return []
    directory = Directory(slack)
    await directory.load()
    token = patient.settings.stanch_pagerduty_token
    pagerduty = PagerDuty(token.get_secret_value(), patient.settings.stanch_pagerduty_api) if token else None
    groups = UserGroups(slack)
    try:
        return [
            await _line(one.id, one.group, groups, directory)
            if isinstance(one, Group)
            else await _line(one.id, one.schedule, pagerduty, directory)
            for one in kept
        ]
    finally:
        if pagerduty:
            await pagerduty.close()


async def _line(name: str, id: str, source: Source | None, directory: Directory) -> Line:
    if source is None:
        return fault("rotas", f"{name} is a PagerDuty schedule, and STANCH_PAGERDUTY_TOKEN is not set")
    now = datetime.now(UTC)
    try:
        shifts = await source.shifts(id, now, now + AHEAD)
    except Away as away:
        return fault("rotas", f"{name}: {away}; until it is mended, the rest of the path is asked")
    who = list(dict.fromkeys(one.who for one in shifts))
    gone = [one for one in who if not ((person := directory.person(one)) and person.here)]
    if gone:
        return fault(
            "rotas", f"{name}: not in this workspace: {', '.join(gone[:5])}; people are matched by e-mail address"
        )
    if not who:
        return fault("rotas", f"{name}: nobody is on call in the next {AHEAD.days} days; see {PEOPLE}")
    return ok("rotas", f"{name}: {len(who)} people in the next {AHEAD.days} days, and all are here")
