"""Rules for people: who is named, offers of a seat and the answers to them, and what is reported of waking them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from stanch.core import commands as c, events as e, seat_commands as sc, seat_events as s
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.chase import asked_roles, busy, extras_wanted, kept_by_stanch, sheet
from stanch.core.command import Command
from stanch.core.effects import greeting, owners_later
from stanch.core.handover import answer_handover, hand_over, put_off
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.said import Said
from stanch.core.text import listed
from stanch.core.words import escape
from stanch.errors import Refusal


def spoken(roles: tuple[str, ...]) -> str:
    """`technical lead and scribe`"""
    return listed([ROLES[one].lower() for one in roles if one in ROLES])  # type: ignore[index]


def give_role(i: Incident, command: c.GiveRole, by: str, now: datetime, catalogue: Catalogue) -> Said:
    role, user, holder = command.role, command.user, i.seats.get(command.role)
    if role not in ROLES:
        raise Refusal(f"There is no role `{escape(role)}`. Roles: {', '.join(f'`{r}`' for r in ROLES)}.")
    if user == holder:
        if by == user and i.seating.ask(role):
            return answer_seat(i, sc.AnswerSeat(True, (role,)), by, now, catalogue)
        if by == user and (role, by) in i.seating.out:
            return _taken_back(i, (role,), by)
        who = f"The {spoken((role,))} is <@{user}> already."
        return Said(say=who if user else f"The seat of {spoken((role,))} is empty already.")
    if user is None and by == holder and i.seating.ask(role):
        return answer_seat(i, sc.AnswerSeat(False, (role,)), by, now, catalogue)
    words = f"<@{user}> is {spoken((role,))} now." if user else f"The seat of {spoken((role,))} is empty now."
    if role == "commander" and user is None:
        words += f" Until somebody takes it, <@{i.declared_by}> is acting commander."
    return Said((e.RoleGiven(role, user, holder),), words)


def take_seat(i: Incident, command: c.TakeSeat, by: str, now: datetime, catalogue: Catalogue) -> Said:
    holder = i.seats.get(command.role)
    # Who is only asked may be asleep: whoever comes first sits there.
    if holder and holder != by and not i.seating.ask(command.role):
        raise Refusal(
            f"<@{holder}> was faster: the seat is taken. To take it over: `/incident role {command.role} me`."
        )
    return give_role(i, c.GiveRole(command.role, by), by, now, catalogue)


def seat_owners(i: Incident, command: c.SeatOwners, by: str, now: datetime, catalogue: Catalogue) -> Said:
    events: list[e.Payload] = []
    wanted = dict(command.seats)
    for role in ROLES:
        user, holder = wanted.get(role), i.seats.get(role)
        free = role in i.seated_by_owners if holder else role not in i.cleared
        # Where Stanch itself keeps the seat, nobody is named for it; who passed is not named again.
        kept = holder is None and i.severity is not None and _only_stanch(i, role, catalogue)
        if user and user != holder and free and not kept and (role, user) not in i.seating.out:
            events.append(e.RoleGiven(role, user, holder))
    if command.room:
        events.extend(_room(i, command.room))
    if command.unknown:
        names = ", ".join(command.unknown)
        events.append(e.Trouble(f"find the owners {names} of {i.service}", "nobody of that name is here"))
    events.extend(_extras(i, command.extras, command.missing, later=command.room is None))
    seated = [x.user for x in events if isinstance(x, e.RoleGiven) and x.user]
    added = [user for x in events if isinstance(x, s.ExtrasNamed) for user in x.users]
    everyone = dict.fromkeys((i.declared_by, *i.seats.values(), *seated, *command.invite, *i.members, *added))
    # Whoever left a restricted room stays out until somebody lets them in again.
    wanted_here = tuple(user for user in everyone if not (i.restricted and user in i.away))
    effects = (greeting(i, wanted_here), *((owners_later(i),) if command.later else ()))
    return Said(tuple(events), effects=effects)


def _only_stanch(i: Incident, role: str, catalogue: Catalogue) -> bool:
    known = sheet(i, catalogue)
    return known is not None and known.seats.get(role) == "stanch"  # type: ignore[call-overload]


def _room(i: Incident, command: c.ReportRoom) -> tuple[e.Payload, ...]:
    if i.room == command.channel and i.room_state == "open":
        return ()
    return (e.RoomOpened(command.channel, command.name, command.private, command.group),)


def _extras(
    i: Incident, found: tuple[tuple[str, str], ...], missing: tuple[str, ...], *, later: bool
) -> tuple[e.Payload, ...]:
    """Each person, and each gap, is told once."""
    new = tuple(one for one in found if one not in i.seating.extras)
    gaps = tuple(one for one in missing if one not in i.seating.missing)
    if not extras_wanted(i) or not (new or gaps):
        return ()
    return (s.ExtrasNamed(tuple(w for w, _ in new), tuple(u for _, u in new), missing, later),)


def extras(i: Incident, command: sc.ReportExtras, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if command.klass != i.klass:
        return Said()
    return Said(_extras(i, command.extras, command.missing, later=True))


def answer_seat(i: Incident, command: sc.AnswerSeat, by: str, now: datetime, catalogue: Catalogue) -> Said:
    ask = i.seating.ask_of(by)
    # An old button is about what was asked then, and about no other seat.
    roles = tuple(role for role in ask.roles if not command.roles or role in command.roles) if ask else ()
    if not roles:
        return _late(i, command, by)
    words = spoken(roles)
    if not command.accept:
        kept = all(kept_by_stanch(i, role, catalogue) for role in roles)
        then = "If nobody else takes it, Stanch keeps the seat." if kept else "The next person is asked."
        return Said((s.SeatPassed(by, roles),), f"Thank you for saying so. {then}")
    where = f" Its room: <#{i.room}>." if i.room else ""
    know = f"What is known, done, open and due: `/incident {i.number} catchup`."
    return Said((s.SeatAccepted(by, roles),), f"Thank you: you are {words} of {i.name}.{where} {know}")


def _late(i: Incident, command: sc.AnswerSeat, by: str) -> Said:
    """Nobody waits for this answer any more: who sits there, and how to take it all the same."""
    if not i.is_open:
        raise Refusal(f"{i.name} is over ({i.phase}): nobody waits for an answer any more. Thank you.")
    roles = tuple(role for role in command.roles if role in ROLES)
    # Somebody wakes up after their time: nothing may stand between them and a seat that nobody else has by now.
    given_up = tuple(r for r in roles if (r, by) in i.seating.out and i.seats.get(r) == by)
    unheld = (r for r in roles if (r, by) in i.seating.ever and (r not in i.seats or i.seating.ask(r)))
    free = (*given_up, *unheld)
    if command.accept and free:
        return _taken_back(i, free, by)
    if roles and all(i.seats.get(role) == by for role in roles):
        if command.accept:
            return Said(say=f"You are {spoken(roles)} of {i.name} already.")
        raise Refusal(
            f"You have said yes to it. Somebody else? `/incident {i.number} handover {roles[0]} @who`,"
            f" or leave the seat empty: `/incident {i.number} role {roles[0]} none`."
        )
    asks = dict.fromkeys(ask.user for role in roles if (ask := i.seating.ask(role)) and (role, by) not in i.seating.out)
    if command.accept and asks:
        return _of_others(i, tuple(asks), roles, by)
    taken = ", ".join(
        f"<@{i.seats[role]}> is {spoken((role,))}" if role in i.seats else f"nobody is {spoken((role,))} yet"
        for role in roles
    )
    if not command.accept:
        return Said(say=f"Nothing was waiting for you in {i.name}" + (f": {taken}." if taken else "."))
    way = f" To take it: `/incident {i.number} role {roles[0]} me`." if roles else ""
    raise Refusal(f"Thank you; by now {taken or 'nobody waits for you'} in {i.name}.{way}")


def _taken_back(i: Incident, roles: tuple[str, ...], by: str) -> Said:
    """By who had passed or was silent, before anybody else came to sit there: who is asked by now has not answered."""
    asked = {role: i.seats.get(role) if i.seating.ask(role) else None for role in roles}
    given = tuple(e.RoleGiven(role, by, holder) for role, holder in asked.items())
    why = "nobody has answered yet" if any(asked.values()) else "nobody sat there"
    return Said(given, f"Thank you: {why}, you are {spoken(roles)} of {i.name} now.")


def _of_others(i: Incident, asked: tuple[str, ...], roles: tuple[str, ...], by: str) -> Said:
    """A question in the room is about those whom it names."""
    held = tuple(role for role, holder in i.seats.items() if holder == by)
    way = f"You are {spoken(held)}." if held else f"To take the seat: `/incident {i.number} role {roles[0]} me`."
    raise Refusal(f"This asks {listed([f'<@{user}>' for user in asked])}. {way}")


def lapse(i: Incident, command: sc.ReportLapse, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if command.handover:
        found = i.seating.handover(command.handover)
        if found is None or (found.user, found.until) != (command.user, command.until):
            return Said()
        how = "unreachable" if command.why else "lapsed"
        return Said((s.HandoverEnded(found.role, found.user, how, found.asker),))
    late = [a for a in i.seating.asks if a.user == command.user and a.until == command.until]
    roles = tuple(role for ask in late for role in ask.roles)
    return Said((s.SeatLapsed(command.user, roles, command.why),) if roles else ())


def asked_late(i: Incident, command: sc.ReportAskedLate, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Slack was away: the time to answer runs from when they could read the question."""
    known = sheet(i, catalogue)
    asks = [a for a in i.seating.asks if a.user == command.user and a.until == command.until] if known else []
    until = stamp(now + known.accept_within) if known else ""
    return Said(tuple(s.SeatHurried(a.user, a.roles, until) for a in asks if a.until < until))


def offer_next(i: Incident, command: sc.OfferNext, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return offer_seats(i, sc.OfferSeats((command,)), by, now, catalogue)


def offer_seats(i: Incident, command: sc.OfferSeats, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Name the next person for each seat and ask them, once; or leave the seat empty and say so."""
    known = sheet(i, catalogue)
    until = stamp(now + known.accept_within) if known else stamp(now)
    events: list[e.Payload] = []
    asked: dict[tuple[str, int], list[str]] = {}
    for one in command.offers:
        # Somebody may have taken it meanwhile.
        if not i.is_open or i.seats.get(one.role) != one.was or (one.role, one.was) not in i.seating.out:
            continue
        found = next(((user, step) for user, step in one.ranked if (one.role, user) not in i.seating.out), None)
        if found and one.role in asked_roles(i, catalogue):
            events.append(e.RoleGiven(one.role, found[0], one.was))
            events += [s.Escalated(one.role, found[1])] if found[1] > i.seating.step(one.role) else []
            asked.setdefault(found, []).append(one.role)
        else:
            events.extend(_emptied(i, one, catalogue))
    further: set[str] = set()
    for (user, step), roles in asked.items():
        only_accept = busy(i, user) or user in further
        events.append(s.SeatAsked(user, tuple(roles), until, step, anew=True, only_accept=only_accept))
        further.add(user)
    return Said(tuple(events))


def _emptied(i: Incident, one: sc.OfferNext, catalogue: Catalogue) -> Iterator[e.Payload]:
    yield e.RoleGiven(one.role, None, one.was)
    if one.role in asked_roles(i, catalogue) and not kept_by_stanch(i, one.role, catalogue):
        yield s.SeatUnfilled(one.role)


def paged(i: Incident, command: sc.ReportPaged, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return Said((s.Paged(command.action, command.step, command.ways, command.page),))


def no_pager(i: Incident, command: sc.ReportNoPager, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return Said() if i.seating.unwakeable or i.severity != "SEV1" else Said((s.NobodyToWake(),))


def rotation(i: Incident, command: sc.ReportRotation, by: str, now: datetime, catalogue: Catalogue) -> Said:
    same = i.seats.get(command.role) == command.user
    return Said((s.RotationOffered(command.role, command.user, command.to),) if same else ())


def night(i: Incident, command: sc.ReportNight, by: str, now: datetime, catalogue: Catalogue) -> Said:
    return Said((s.NightWorked(command.user, command.role, command.minutes),))


SEATS: dict[type[Command], Callable[[Incident, Any, str, datetime, Catalogue], Said]] = {
    c.GiveRole: give_role,
    c.TakeSeat: take_seat,
    c.SeatOwners: seat_owners,
    sc.AnswerSeat: answer_seat,
    sc.HandOver: hand_over,
    sc.AnswerHandover: answer_handover,
    sc.PutOffRotation: put_off,
    sc.ReportLapse: lapse,
    sc.ReportAskedLate: asked_late,
    sc.OfferNext: offer_next,
    sc.OfferSeats: offer_seats,
    sc.ReportExtras: extras,
    sc.ReportPaged: paged,
    sc.ReportNoPager: no_pager,
    sc.ReportRotation: rotation,
    sc.ReportNight: night,
}
