"""Rules for a seat that goes from one person to another: asked, accepted, and when a shift is over."""

from datetime import datetime, timedelta

from stanch.core import events as e, seat_commands as sc, seat_events as s
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.roles import ROLES
from stanch.core.said import Said
from stanch.core.shifts import AGAIN, PUT_OFF_MOST
from stanch.core.words import escape, when
from stanch.errors import Refusal

PATIENCE = timedelta(minutes=10)
"""How long somebody has to accept a hand-over."""


def hand_over(i: Incident, command: sc.HandOver, by: str, now: datetime, catalogue: Catalogue) -> Said:
    role, user, holder = command.role, command.user, i.seats.get(command.role)
    if role not in ROLES:
        raise Refusal(f"There is no role `{escape(role)}`. Roles: {', '.join(f'`{r}`' for r in ROLES)}.")
    spoken = ROLES[role].lower()  # type: ignore[index]
    if not i.is_open:
        raise Refusal(f"{i.name} is over ({i.phase}): there is nothing to hand over.")
    if user is None:
        raise Refusal(f"To whom? `/incident handover {role} @who`. To empty the seat: `/incident role {role} none`.")
    if user == holder:
        raise Refusal(f"<@{user}> is {spoken} already: there is nothing to hand over.")
    if user == by:
        raise Refusal(f"Nobody has to ask you: `/incident role {role} me` takes it over at once.")
    free = holder is None or i.seating.ask(role) is not None
    if not free and by not in (holder, i.commander):
        who = "only they" if holder == i.commander else f"they or the commander, <@{i.commander}>,"
        raise Refusal(f"The {spoken} is <@{holder}>: {who} can hand it over.")
    known = i.seating.handover(role)
    if known and known.user == user:
        return Said(say=f"<@{user}> is asked already, until {when(_moment(known.until), '{time}')}.")
    until = now + PATIENCE
    stays = f"<@{holder}> stays {spoken} until then" if holder else "The seat stays empty until then"
    say = f"<@{user}> is asked to take over as {spoken}, until {when(until, '{time}')}. {stays}."
    return Said((s.HandoverAsked(role, user, stamp(until), holder),), say)


def answer_handover(i: Incident, command: sc.AnswerHandover, by: str, now: datetime, catalogue: Catalogue) -> Said:
    role, found = command.role, i.seating.handover(command.role)
    spoken = ROLES.get(role, role).lower()  # type: ignore[call-overload]
    if found is None or found.user != by:
        holder = i.seats.get(role)
        if not i.is_open and sees(i, by):
            raise Refusal(f"{i.name} is over ({i.phase}): nobody waits for an answer any more. Thank you.")
        if not sees(i, by):
            raise Refusal("That hand-over is over. Thank you.")
        if holder == by:
            return Said(say=f"You are {spoken} of {i.name} already.")
        sits = f"<@{holder}> is {spoken}" if holder else f"nobody is {spoken} yet"
        way = f"`/incident {i.number} role {role} me`"
        raise Refusal(f"That hand-over is over: {sits} in {i.name}. To take it all the same: {way}.")
    if not command.accept:
        return Said((s.HandoverEnded(role, by, "passed", found.asker),), f"Thank you. <@{found.asker}> is told.")
    where = f" Its room: <#{i.room}>." if i.room else ""
    return Said((e.RoleGiven(role, by, i.seats.get(role)),), f"Thank you: you are {spoken} of {i.name} now.{where}")


def put_off(i: Incident, command: sc.PutOffRotation, by: str, now: datetime, catalogue: Catalogue) -> Said:
    known = i.seating.rotation(command.role)
    if known is None or known.until or not i.is_open:
        return Said(say="That is settled already.")
    if known.times >= PUT_OFF_MOST:
        return Said(say="It stays as it is. I will not ask again in this incident.")
    until = now + AGAIN
    again = f"I ask once more at {when(until, '{time}')}."
    return Said((s.RotationPutOff(command.role, stamp(until)),), again)


def _moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)
