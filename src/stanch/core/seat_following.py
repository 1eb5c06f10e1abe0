"""What follows for people from what has just happened: who has answered by it, who is asked now, who is woken.

Each of these looks at the state after the events and says which events follow; at rest none does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from stanch.core import events as e, seat_events as s
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.chase import asked_roles, awaited, sheet
from stanch.core.incident import STANCH, Incident
from stanch.core.payload import Payload
from stanch.core.seating import ELSEWHERE

Happened = Sequence[Payload]
ANSWERS = (s.SeatAccepted, s.SeatPassed, s.RotationPutOff)
"""What is an answer itself, or no sign that somebody takes the seat."""


def accepted(i: Incident, happened: Happened, by: str) -> s.SeatAccepted | None:
    """Whoever does anything here has accepted what they are asked for. `happened`: what comes of what they do."""
    ask = i.seating.ask_of(by)
    acted = by != STANCH and not all(isinstance(one, (*ANSWERS, *ELSEWHERE)) for one in happened)
    return s.SeatAccepted(by, ask.roles) if ask and acted else None


def over(i: Incident, happened: Happened, by: str, now: datetime, catalogue: Catalogue) -> Happened:
    """Questions that the severity does not need any more; and less time for those that it needs sooner."""
    if not any(isinstance(one, e.Changed) and one.what == "severity" for one in happened):
        return ()
    wanted, known = asked_roles(i, catalogue), sheet(i, catalogue)
    found: list[Payload] = []
    for ask in i.seating.asks:
        if ended := tuple(role for role in ask.roles if role not in wanted):
            found.append(s.SeatOver(ask.user, ended))
        elif known and now + known.accept_within < unstamp(ask.until):
            found.append(s.SeatHurried(ask.user, ask.roles, stamp(now + known.accept_within)))
    return found


def asked(i: Incident, happened: Happened, by: str, now: datetime, catalogue: Catalogue) -> Happened:
    """Whom Stanch has named for a seat that needs an answer, unless they are here already: one question each."""
    causes = (e.RoleGiven, e.RoomOpened, e.Changed)
    known = sheet(i, catalogue)
    if i.room is None or known is None or not any(isinstance(one, causes) for one in happened):
        return ()
    open_for: dict[str, list[str]] = {}
    for role in asked_roles(i, catalogue):
        holder = i.seats.get(role)
        by_name = role in i.seated_by_owners and (role, holder) not in i.seating.out
        if holder and by_name and i.seating.ask(role) is None and holder not in i.seating.present:
            open_for.setdefault(holder, []).append(role)
    until = stamp(now + known.accept_within)
    return tuple(s.SeatAsked(user, tuple(roles), until) for user, roles in open_for.items())


def woken(i: Incident, happened: Happened, by: str, now: datetime, catalogue: Catalogue) -> Happened:
    """A page for each step of the escalation path; acknowledged when both have answered, resolved at the end."""
    waiting = awaited(i, catalogue)
    states = {page.step: page.state for page in i.seating.pages}
    if not i.is_open:
        return tuple(s.PageOwed("resolve", step) for step, state in states.items() if state != "resolve")
    if not waiting:
        return tuple(s.PageOwed("acknowledge", step) for step, state in states.items() if state == "trigger")
    step = max(i.seating.step(role) for role in waiting)
    path = catalogue.people.path(i.service)
    may = path[step].page if step < len(path) else True
    raised = any(isinstance(one, e.Changed) and (one.what, one.to) == ("severity", "SEV1") for one in happened)
    silent = not any(page.taken for page in i.seating.pages if page.step == step)
    if i.room is None or not may or (step in states and not (raised and silent)):
        return ()
    asks = [i.seating.ask(role) for role in waiting]
    users = dict.fromkeys(ask.user for ask in asks if ask)
    return (s.PageOwed("trigger", step, tuple(users)),)


FOLLOWING: tuple[Callable[[Incident, Happened, str, datetime, Catalogue], Happened], ...] = (
    over,
    asked,
    woken,
)
"""In this order, each on the state that the one before it left."""
