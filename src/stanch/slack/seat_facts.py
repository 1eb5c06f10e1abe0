"""What templates may name about people: who is asked, who else is here, who is missing."""

from typing import Any

from stanch.core.chain import Event, unstamp
from stanch.core.chase import extra_spoken
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.words import Mrkdwn
from stanch.slack.blocks import when

NAMES = "asked_now also missing_contacts holder other".split()
UNTIL = ("seat_asked", "handover_asked")


def seat_facts(i: Incident, event: Event) -> dict[str, Any]:
    """People are mentions: what these stand in is for them."""
    payload = event.payload or {}
    holder = i.seats.get(str(payload.get("role")))
    until = {"until_at": when(unstamp(str(payload["until"])), "{time}")} if event.kind in UNTIL and payload else {}
    return until | {
        "asked_now": Mrkdwn(", ".join(_asked(i))),
        "also": Mrkdwn(", ".join(f"{extra_spoken(what)} <@{user}>" for what, user in i.seating.extras)),
        "missing_contacts": _missing(i),
        "holder": Mrkdwn(f"<@{holder}>") if holder else "",
        "other": "",
    }


def _asked(i: Incident) -> list[str]:
    return [f"<@{ask.user}> ({said(ask.roles)}) by {when(unstamp(ask.until), '{time}')}" for ask in i.seating.asks]


def said(roles: tuple[str, ...]) -> str:
    return ", ".join(ROLES[one].lower() for one in roles if one in ROLES)  # type: ignore[index]


def _missing(i: Incident) -> Mrkdwn | str:
    if not i.seating.missing:
        return ""
    names = ", ".join(extra_spoken(one) for one in i.seating.missing)
    keys = ", ".join(f"{one}: [WHO]" for one in i.seating.missing)
    where = f" under `{i.service}` in services.yml" if i.service else " in services.yml"
    return Mrkdwn(f"This class needs, and nobody is named: {names}. To name somebody: `contacts: {{{keys}}}`{where}.")
