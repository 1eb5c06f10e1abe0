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
    open_still = (role, holder) in (*i.seating.out, *i.seating.unsaid) or i.seating.ask(role) is not None
    return holder is not None and not open_still


def busy(i: Incident, user: str) -> bool:
    """Whether they have a seat, or are asked for one: to a further one, only *Accept* is a yes."""
    held = any(holder == user and answered(i, role) for role, holder in i.seats.items())
    return held or i.seating.ask_of(user) is not None


def meant(i: Incident, user: str) -> tuple[str, ...]:
    """What they are asked for to which anything that they do is a yes: as it was said when they were asked. Of several
    seats in place of somebody else it is the first."""
    mine = [ask for ask in i.seating.asks if ask.user == user and not ask.only_accept]
    return tuple(dict.fromkeys(role for ask in mine for role in (ask.roles[:1] if ask.anew else ask.roles)))


def unfilled(i: Incident, catalogue: Catalogue) -> tuple[str, ...]:
    """The seats that are needed and empty although people were asked for them."""
    asked = {role for role, _ in i.seating.out}
    wanted = asked_roles(i, catalogue)
    return tuple(r for r in wanted if r in asked and r not in i.seats and not kept_by_stanch(i, r, catalogue))


def left_open(i: Incident) -> tuple[tuple[str, str], ...]:
    """Seats that somebody else is looked for, and who has passed or was silent there."""
    held = ((role, i.seats.get(role, "")) for role in ROLES)
    return tuple(one for one in held if one in i.seating.out and i.seating.ask(one[0]) is None)


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
