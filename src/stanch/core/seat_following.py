"""What follows for people from what has just happened: who has answered by it, who is asked now, who is woken.

Each of these looks at the state after the events and says which events follow; at rest none does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from stanch.core import events as e, seat_events as s
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.chase import AWAITED, asked_roles, awaited, busy, meant, sheet, wakes
from stanch.core.incident import STANCH, Incident
from stanch.core.payload import Payload
from stanch.core.seating import ELSEWHERE, Page, declines

Happened = Sequence[Payload]
AGAIN = (e.RedCheck, e.Reopened)
"""It hurts again after it seemed to be over."""
ANSWERS = (s.SeatAccepted, s.RotationPutOff)
"""What is an answer itself, or no sign that somebody takes the seat."""


def accepted(i: Incident, happened: Happened, by: str) -> s.SeatAccepted | None:
    """Whoever does anything here has accepted what they are asked for, unless they give it away. `happened`: what
    comes of what they do."""
    roles = meant(i, by)
    no_sign = (isinstance(one, (*ANSWERS, *ELSEWHERE)) or declines(i.seating, one, by) for one in happened)
    acted = by != STANCH and not all(no_sign)
    return s.SeatAccepted(by, roles) if roles and acted else None


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
    """Whom Stanch has named for a seat that needs an answer, unless they are here already: one question each.

    When it hurts again, whoever leads is asked again: they may be asleep by now. And so is who was asked in place of
    somebody else and has not said yes, whatever they do in another seat.
    """
    causes = (e.RoleGiven, e.RoomOpened, e.Changed, *AGAIN)
    known = sheet(i, catalogue)
    if i.room is None or known is None or not any(isinstance(one, causes) for one in happened):
        return ()
    again = wakes(i) and any(isinstance(one, AGAIN) for one in happened)
    # Who has said "not me" once is asked, whatever they have done before.
    here = set(i.seating.present) - {user for _, user in i.seating.out}
    open_for: dict[tuple[bool, str], list[str]] = {}
    for role in asked_roles(i, catalogue):
        holder = i.seats.get(role)
        if holder is None or i.seating.ask(role) or (role, holder) in i.seating.out:
            continue
        unsaid = (role, holder) in i.seating.unsaid
        named = role in i.seated_by_owners and holder not in here
        if unsaid or named or (again and role in AWAITED and holder != by):
            open_for.setdefault((unsaid, holder), []).append(role)
    until = stamp(now + known.accept_within)
    found: list[s.SeatAsked] = []
    for (unsaid, user), roles in sorted(open_for.items(), key=lambda one: one[0][0]):
        step = i.seating.step(roles[0]) if unsaid else 0
        further = unsaid and (busy(i, user) or any(one.user == user for one in found))
        found.append(s.SeatAsked(user, tuple(roles), until, step, unsaid, further))
    return found


def woken(i: Incident, happened: Happened, by: str, now: datetime, catalogue: Catalogue) -> Happened:
    """A page for each step of the escalation path, and for each person who is asked anew; acknowledged when commander
    and technical lead have answered, resolved at the end."""
    pages = i.seating.pages
    if not i.is_open:
        return tuple(_moved("resolve", page) for page in pages if page.state != "resolve")
    waiting = awaited(i, catalogue)
    if not waiting:
        return tuple(_moved("acknowledge", page) for page in pages if page.state == "trigger")
    # Where no room can be had, nobody is in it to be asked: then a phone is all there is.
    if i.room is None and "open_room" not in i.troubled:
        return ()
    raised = any(isinstance(one, e.Changed) and (one.what, one.to) == ("severity", "SEV1") for one in happened)
    path = catalogue.people.path(i.service)
    found: list[Payload] = []
    for step in sorted({i.seating.step(role) for role in waiting}):
        roles = [role for role in waiting if i.seating.step(role) == step]
        live = [page for page in pages if (page.step, page.state) == (step, "trigger")]
        may = path[step].page if step < len(path) else True
        silent = [page for page in live if raised and not page.taken]
        unrung = [role for role in roles if not _rings(i, role, live)]
        if may and (unrung or silent):
            asks = [ask for role in unrung or roles if (ask := i.seating.ask(role))]
            users = tuple(dict.fromkeys(ask.user for ask in asks))
            n = len(pages) + len(found) + 1 if unrung else silent[0].n
            found.append(s.PageOwed("trigger", step, users, n))
    return found


def _rings(i: Incident, role: str, live: Sequence[Page]) -> bool:
    """Whether a page is under way for who is asked for it; where nobody is, any of its step will do."""
    ask = i.seating.ask(role)
    return any(ask is None or ask.user in page.users for page in live)


def _moved(action: str, page: Page) -> s.PageOwed:
    return s.PageOwed(action, page.step, page=page.n)


FOLLOWING: tuple[Callable[[Incident, Happened, str, datetime, Catalogue], Happened], ...] = (
    over,
    asked,
    woken,
)
"""In this order, each on the state that the one before it left."""
