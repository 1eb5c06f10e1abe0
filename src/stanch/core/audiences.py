"""Whom an incident's words can reach beside the room, and which words may leave it at all."""

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.policy import commands
from stanch.core.spoken import COMPANY, STAKEHOLDERS


def channel_of(i: Incident, catalogue: Catalogue, audience: str) -> str:
    """The channel (name or id) that the service's file has for this audience; empty when it has none."""
    service = catalogue.service(i.service) if i.service else None
    return service.channels.get(audience, "") if service else ""


def in_company(i: Incident, catalogue: Catalogue) -> tuple[str, ...]:
    """The audiences in the company that can be told something. Of what is restricted nothing leaves the room."""
    if i.restricted:
        return ()
    return tuple(
        one for one in COMPANY if channel_of(i, catalogue, one) or (one == STAKEHOLDERS and i.spoken.subscribers)
    )


def has_page(i: Incident, catalogue: Catalogue) -> bool:
    """Whether users can read somewhere how the service is."""
    service = catalogue.service(i.service) if i.service else None
    return service is not None and service.status_page is not None


ONLY_LEGAL = (
    "In {name} users are told only what legal has approved beforehand: the commander sends the holding line, unedited."
)


def only_legal(i: Incident) -> bool:
    """Whether only what legal has approved beforehand may go out to users (catalogue, section 3)."""
    return i.restricted or i.dangerous


def approvers(i: Incident) -> tuple[str, ...]:
    """Who may send words to users: the communications lead, unless they left a restricted room, and the commander."""
    lead = i.seats.get("communications")
    gone = i.restricted and lead in i.away
    return tuple(dict.fromkeys(one for one in (None if gone else lead, i.commander) if one))


def may_approve(i: Incident, user: str) -> bool:
    """One of `approvers`; or whoever declared it, while the commander who was named has not answered."""
    return user in approvers(i) or commands(i, user)
