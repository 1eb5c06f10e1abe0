"""Which seats somebody must have answered for, and who is woken for them (catalogue, section 3)."""

from typing import Final

from stanch.core.catalogue import Catalogue, Seat, Severity
from stanch.core.incident import Incident
from stanch.core.roles import ROLES

UNKNOWN_IS: Final = "SEV2"
"""A severity that is not set yet counts as this one."""
WAKING: Final = ("SEV1", "SEV2")
AWAITED: Final = ("commander", "technical")
"""Without these two nobody works on it."""
ASKED: Final[tuple[Seat, ...]] = ("alone", "required", "if_free")
KEPT: Final[tuple[Seat, ...]] = ("stanch", "if_free")
"""Seats that Stanch keeps until a person takes them."""
EXTRAS: Final = {
    "security": (("security",), ("legal", "privacy")),
    "safety_violation": (("trust_and_safety",), ("legal",)),
    "provider_outage": (("provider",),),
    "cost_runaway": (("budget",),),
}
"""Whom a class adds: of each group everybody who is named; missing if nobody is."""
SPOKEN: Final = {
    "security": "security lead",
    "legal": "legal",
    "privacy": "privacy",
    "trust_and_safety": "trust and safety",
    "provider": "provider contact",
    "budget": "budget owner",
}


def sheet(i: Incident, catalogue: Catalogue) -> Severity | None:
    return catalogue.severity(i.severity or UNKNOWN_IS)


def asked_roles(i: Incident, catalogue: Catalogue) -> tuple[str, ...]:
    """The roles whose holder has to answer, if Stanch named them, in the order in which roles are named."""
    known = sheet(i, catalogue)
    seats = known.seats if known and i.is_open else {}
    return tuple(r for r in ROLES if seats.get(r) in ASKED or (seats.get(r) == "if_users_see_it" and bool(i.impact)))


def kept_by_stanch(i: Incident, role: str, catalogue: Catalogue) -> bool:
    """Whether Stanch keeps this seat while it is empty."""
    known = sheet(i, catalogue)
    return role == "scribe" and known is not None and known.seats.get("scribe") in KEPT


def answered(i: Incident, role: str) -> bool:
    """Somebody holds it who was not named by Stanch alone, or has said yes."""
    holder = i.seats.get(role)
    return holder is not None and i.seating.ask(role) is None and (role, holder) not in i.seating.out


def wakes(i: Incident) -> bool:
    return i.is_open and i.severity in WAKING and not i.drill


def awaited(i: Incident, catalogue: Catalogue) -> tuple[str, ...]:
    """The seats for which people are woken: nobody has answered for them yet."""
    wanted = asked_roles(i, catalogue) if wakes(i) else ()
    return tuple(role for role in wanted if role in AWAITED and not answered(i, role))


def extras_wanted(i: Incident) -> tuple[tuple[str, ...], ...]:
    """Groups of what contacts the class adds; none at SEV4."""
    return EXTRAS.get(i.klass or "", ()) if i.is_open and i.severity != "SEV4" else ()


def extra_spoken(what: str) -> str:
    return SPOKEN.get(what, what.replace("_", " "))
