"""`/incident oncall`: for each service who is asked now, until when, who is next. It pings nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from stanch.core.catalogue import Catalogue, Service
from stanch.core.people import OWNERS
from stanch.core.roles import ROLES
from stanch.errors import Refusal
from stanch.flows.on_call import Asked, OnCall, StepNow
from stanch.slack.blocks import safe, when
from stanch.slack.directory import Directory
from stanch.slack.lists import ANSWER
from stanch.slack.phrases import that_fit
from stanch.store.validation import nearest

MORE = "\n… and more: `/incident oncall SERVICE` shows one service."
DAY = "{date_short_pretty} {time}"
SEATS: Mapping[str, str] = {f"{OWNERS}: {role}": name.lower() for role, name in ROLES.items()}


async def listed(known: Catalogue, people: Directory, on_call: OnCall, wanted: str, now: datetime) -> str:
    """Mrkdwn for one person; `wanted`: a service's id or name, or nothing for all. Raises `Refusal` for an unknown."""
    parts: list[list[str]] = []
    for service in _services(known, wanted):
        steps = await on_call.now_and_next(service.id, now)
        told = [f"{number}. {_step(step, people)}" for number, step in enumerate(steps, 1)]
        parts.append([f"*{safe(service.name, 75)}*", *told])
    # A service whole or not at all; of a single one, as many steps as there is room for.
    whole = parts[0] if len(parts) == 1 else ["\n".join(part) for part in parts]
    shown = that_fit(whole, ANSWER - len(MORE))
    return shown if shown == "\n".join(whole) else shown + MORE


def _services(known: Catalogue, wanted: str) -> Sequence[Service]:
    if not wanted:
        return list(known.services.values())
    found = [one for one in known.services.values() if wanted.casefold() in (one.id.casefold(), one.name.casefold())]
    if not found:
        close = nearest(wanted, known.services).removeprefix("; d").replace("'", "`")
        hint = f" D{close}" if close else " There are: " + ", ".join(f"`{id}`" for id in known.services) + "."
        raise Refusal(f"There is no service {safe(wanted, 75)}.{hint}")
    return found


def _step(step: StepNow, people: Directory) -> str:
    notes = [f"only who has `{safe(step.step.skill, 63)}`"] if step.step.skill else []
    notes += ["never paged"] if not step.step.page else []
    head = f"({', '.join(notes)}) " if notes else ""
    return head + (" · ".join(_asked(one, people) for one in step.asked) or "nobody")


def _asked(one: Asked, people: Directory) -> str:
    gone = "".join(f", {safe(name, 80)} is not in this workspace" for name in one.missing)
    who = _named(one.now, people)
    if one.name in SEATS:
        return f"{SEATS[one.name]} {who or 'nobody'}{gone}"
    if not one.is_rota:
        return (who or "nobody") + gone
    name = f"`{safe(one.name, 63)}`"
    if one.why and one.heard is None:
        return f"{name} *unknown*: {safe(one.why, 200)}"
    until = f" until {when(one.until, DAY)}" if one.until else ""
    then = f", then {_named(one.then, people) or 'nobody'}" if one.until else ""
    heard = f" (as heard {when(one.heard, DAY)}{': ' if one.why else ''}{safe(one.why, 200)})" if one.heard else ""
    return f"{name} {who or 'nobody'}{until}{then}{gone}{heard}"


def _named(users: Sequence[str], people: Directory) -> str:
    return ", ".join(safe(people.name(user), 80) for user in users)
