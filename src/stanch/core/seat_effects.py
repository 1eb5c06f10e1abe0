"""What is owed after what happened with seats: offers, their end, pages."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from stanch.core import events as e, seat_events as s
from stanch.core.chain import unstamp
from stanch.core.chase import extras_wanted
from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.payload import Payload
from stanch.core.policy import sees
from stanch.core.shifts import WORTH_A_WORD

REST: Final = timedelta(minutes=2)
"""Between two pages to the same people."""


def of_seats(before: Incident, after: Incident, payload: Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    at, seq = f"inc-{after.number}", after.seq
    match payload:
        case s.SeatAsked(user, _, until, _, anew):
            yield Effect(f"{at}/ask/{seq}", "ask_seat", f"{at}/ask/{user}", {"entry": seq})
            yield _lapse(after, {"user": user, "until": until})
            if anew:
                yield _post(after, asks=True)
                yield _invite(after, (user,))
        case s.SeatHurried(user, _, until):
            yield _lapse(after, {"user": user, "until": until})
            yield _told_anew(after, user)
        case s.SeatUnfilled():
            # Of several at one moment one message tells all.
            yield _post(after, group=f"{at}/unfilled")
        case s.SeatPassed(user, roles) | s.SeatLapsed(user, roles):
            for role in roles:
                yield Effect(f"{at}/next/{seq}/{role}", "next_seat", f"{at}/next/{role}", {"role": role, "was": user})
        case s.HandoverAsked(role, user, until):
            yield Effect(f"{at}/ask/{seq}", "ask_seat", f"{at}/ask/{user}", {"entry": seq})
            yield _lapse(after, {"user": user, "until": until, "handover": role})
        case s.HandoverEnded(asker=asker):
            yield Effect(f"{at}/told/{seq}", "tell_asker", f"{at}/ask/{asker}", {"entry": seq, "user": asker})
        case s.ExtrasNamed(users=users, later=True):
            yield _post(after)
            if users and after.room:
                yield _invite(after, users)
        case s.PageOwed(action, step, users, page):
            about = {"action": action, "step": step, "users": list(users), "page": page}
            # One alert after the other: what is stuck holds up no other page.
            yield Effect(f"{at}/page/{seq}/{action}", "page", f"{at}/page/{page}", about, due=_rested(after, page))
        case e.Restricted():
            # What they were asked alone says no more than they may know now, also where the question is over.
            for user in sorted({user for _, user in after.seating.ever}):
                if not sees(after, user):
                    about = {"entry": seq, "answered": user, "hush": True}
                    yield Effect(f"{at}/hush/{seq}/{user}", "ask_seat", f"{at}/ask/{user}", about)
        case e.Changed("klass" | "severity" | "service") if after.room and extras_wanted(after):
            yield Effect(f"{at}/extras/{seq}", "name_extras", f"{at}/extras")
    for user in _heard(before, after):
        yield _told_anew(after, user)
    if after.card_ts and _shown(before) != _shown(after):
        # The room's questions follow what became of them.
        yield Effect(f"{at}/asked/{seq}", "ask_seat", f"{at}/asked", {"entry": seq, "room": True}, f"{at}/asked")
    if before.is_open and after.seating.left != before.seating.left:
        yield from _cared(after)


def _heard(before: Incident, after: Incident) -> Iterator[str]:
    """Of whom something was asked that is over now: the question loses its buttons."""
    then = {(ask.user, role) for ask in before.seating.asks for role in ask.roles}
    now = {(ask.user, role) for ask in after.seating.asks for role in ask.roles}
    offered = {one.user for one in before.seating.handovers} - {one.user for one in after.seating.handovers}
    yield from sorted({user for user, _ in then - now} | offered)


def _shown(i: Incident) -> tuple[object, ...]:
    """What the room's messages about seats say."""
    return i.seating.asks, i.seats, i.seating.extras, i.seating.missing, i.is_open


def _told_anew(i: Incident, user: str) -> Effect:
    """What this person was asked, as it is now."""
    at = f"inc-{i.number}"
    about = {"entry": i.seq, "answered": user}
    return Effect(f"{at}/answered/{i.seq}/{user}", "ask_seat", f"{at}/ask/{user}", about)


def _rested(i: Incident, n: int) -> datetime | None:
    """When the same people may be woken again: a severity that goes up and down rings once."""
    page = i.seating.page(n)
    if page is None or page.state != "trigger":
        return None
    rung = [
        unstamp(one.at) + REST
        for one in i.seating.pages
        if one.n != n and one.state == "acknowledge" and one.step == page.step and set(page.users) <= set(one.users)
    ]
    return max((at for at in rung if at > unstamp(page.at)), default=None)


def _lapse(i: Incident, about: dict[str, str]) -> Effect:
    key = f"inc-{i.number}/lapse/{i.seq}"
    return Effect(key, "lapse", key, about, due=unstamp(about["until"]))


def _cared(i: Incident) -> Iterator[Effect]:
    """Whoever leaves a seat that they have held for a while may have worked through their night."""
    for role, user, since, until in i.seating.left:
        if unstamp(until) - unstamp(since) >= WORTH_A_WORD and (role, user) not in i.seating.out:
            lane = f"inc-{i.number}/care/{user}"
            about = {"role": role, "user": user, "since": since, "until": until, "entry": i.seq}
            yield Effect(f"{lane}/{i.seq}/{role}", "care", lane, about)


def _post(i: Incident, *, asks: bool = False, group: str | None = None) -> Effect:
    at = f"inc-{i.number}"
    about: dict[str, Any] = {"entry": i.seq} | ({"asks": True} if asks else {})
    return Effect(f"{at}/said/{i.seq}", "post", f"{at}/room", about, group)


def _invite(i: Incident, users: tuple[str, ...]) -> Effect:
    at = f"inc-{i.number}/invite/{i.seq}"
    return Effect(at, "invite", at, {"users": list(users)})
