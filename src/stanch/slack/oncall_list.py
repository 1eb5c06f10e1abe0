"""`/incident oncall`: for each service who is asked now, until when, who is next. It pings nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from stanch.core.catalogue import Catalogue, Service
from stanch.core.people import OWNERS, Person
from stanch.core.quiet import MORNING, NIGHT
from stanch.core.ranking import at_work
from stanch.core.roles import ROLES
from stanch.core.words import when_after
from stanch.errors import Refusal
from stanch.flows.on_call import Asked, OnCall, StepNow
from stanch.slack.blocks import safe, when
from stanch.slack.directory import Directory
from stanch.slack.lists import ANSWER
from stanch.slack.phrases import that_fit
from stanch.store.validation import nearest

MORE = "\n… and more: `/incident oncall SERVICE` shows one service."
DAY = "{date_short_pretty} {time}"
MARK = " 🌙"
ASLEEP = "🌙 not at work now, or it is night there"
SEATS: Mapping[str, str] = {f"{OWNERS}: {role}": name.lower() for role, name in ROLES.items()}


async def listed(known: Catalogue, people: Directory, on_call: OnCall, wanted: str, now: datetime) -> str:
    """Mrkdwn for one person; `wanted`: a service's id or name, or nothing for all. Raises `Refusal` for an unknown."""
    parts: list[list[str]] = []
    for service in _services(known, wanted):
        who = _Who(known, people, now)
        first, *more = [who.step(step) for step in await on_call.now_and_next(service.id, now)]
        lines = [f"*Now*  {first}", f"*If nobody answers*  {more[0] if more else 'nobody else is asked'}"]
        apart = "\n" if parts else ""
        parts.append([f"{apart}*{safe(service.name, 75)}*", *lines, *(f"*Then*  {step}" for step in more[1:])])
    # A service whole or not at all; of a single one, as many steps as there is room for.
    whole = parts[0] if len(parts) == 1 else ["\n".join(part) for part in parts]
    foot = f"\n{ASLEEP}" if ASLEEP[0] in "".join(whole) else ""
    shown = that_fit(whole, ANSWER - len(MORE) - len(foot))
    return (shown if shown == "\n".join(whole) else shown + MORE) + foot


def _services(known: Catalogue, wanted: str) -> Sequence[Service]:
    if not wanted:
        return list(known.services.values())
    found = [one for one in known.services.values() if wanted.casefold() in (one.id.casefold(), one.name.casefold())]
    if not found:
        close = nearest(wanted, known.services).removeprefix("; d").replace("'", "`")
        hint = f" D{close}" if close else " There are: " + ", ".join(f"`{id}`" for id in known.services) + "."
        raise Refusal(f"There is no service {safe(wanted, 75)}.{hint}")
    return found


class _Who:
    """How the people of one service's steps are named: in a step each once, with what tells whether they can be reached
    now; each rota's hand-over where it stands first."""

    def __init__(self, known: Catalogue, people: Directory, now: datetime) -> None:
        self._people = people
        self._now = now
        self._told: set[str] = set()
        found = ((people.person(who), person) for who, person in known.people.people.items())
        self._asleep = {one.id for one, person in found if one and _asleep(person, now)}

    def step(self, step: StepNow) -> str:
        notes = [f"only who has `{safe(step.step.skill, 63)}`"] if step.step.skill else []
        notes += ["by message, never paged"] if not step.step.page else []
        tail = f" _({'; '.join(notes)})_" if notes else ""
        # Who is named beside their rota stands there once, with what the rota says of them.
        by_rota = {user for one in step.asked if one.is_rota for user in one.now}
        told = [
            self._entry(one)
            for one in step.asked
            if one.is_rota or one.name in SEATS or one.missing or not by_rota.issuperset(one.now)
        ]
        return (" · ".join(told) or "nobody") + tail

    def _entry(self, one: Asked) -> str:
        gone = ", ".join(f"{safe(name, 80)} is not in this workspace" for name in one.missing)
        name, more = self._named(one.now) or "nobody", f", {gone}" if gone else ""
        if one.name in SEATS:
            return f"{SEATS[one.name]} {name}{more}"
        if not one.is_rota:
            return name + more if one.now else gone
        rota = f"`{safe(one.name, 63)}`"
        if one.why and one.heard is None:
            return f"{rota} *unknown*: {safe(one.why, 200)}"
        again = one.name in self._told
        self._told.add(one.name)
        if one.until and not again:
            rota += f" until {when_after(one.until, self._now)}, then {self._named(one.then) or 'nobody'}"
        if one.heard and not again:
            rota += f"; as heard {when(one.heard, DAY)}{': ' if one.why else ''}{safe(one.why, 200)}"
        return f"{name} ({rota}){more}"

    def _named(self, users: Sequence[str]) -> str:
        return ", ".join(safe(self._people.name(user), 80) + MARK * (user in self._asleep) for user in users)


def _asleep(person: Person, now: datetime) -> bool:
    """Whether it is outside their working hours; where nobody has said which these are, whether it is night there."""
    if person.zone is None:
        return False
    if person.hours:
        return not at_work(person.zone, person.hours, now)
    return not MORNING <= now.astimezone(person.zone).time() < NIGHT
