"""Events about people in one line of plain words each."""

from collections.abc import Callable, Sequence

from stanch.core import seat_events as s
from stanch.core.chase import extra_spoken
from stanch.core.payload import Payload
from stanch.core.roles import ROLES

HOW = {"passed": "passed", "lapsed": "did not answer in time", "unreachable": "could not be reached"}
PAGES = {"trigger": "wake people", "acknowledge": "say that people are awake", "resolve": "end the page"}


def seats(payload: Payload, name: Callable[[str], str]) -> str | None:
    """None for an event that is about something else."""
    match payload:
        case s.SeatAsked(user, roles, until):
            return f"asked {name(user)} to be {_spoken(roles)}, until {_clock(until)}"
        case s.SeatHurried(user, roles, until):
            return f"asked {name(user)} to answer by {_clock(until)}, as {_spoken(roles)}"
        case s.SeatAccepted(user, roles):
            return f"{name(user)} accepted: {_spoken(roles)}"
        case s.SeatPassed(user, roles):
            return f"{name(user)} passed: {_spoken(roles)}"
        case s.SeatLapsed(user, roles, why):
            said = f"could not be reached ({why})" if why else "did not answer in time"
            return f"{name(user)} {said}: {_spoken(roles)}"
        case s.SeatOver(user, roles):
            return f"no longer waits for {name(user)} as {_spoken(roles)}"
        case s.Escalated(role, step):
            return f"step {step + 1} of the escalation path is asked for {_spoken((role,))}"
        case s.SeatUnfilled(role):
            return f"nobody has taken the seat of {_spoken((role,))}: everybody on the path was asked"
        case s.HandoverAsked(role, user, until):
            return f"asked {name(user)} to take over as {_spoken((role,))}, until {_clock(until)}"
        case s.HandoverEnded(role, user, how):
            return f"no hand-over as {_spoken((role,))}: {name(user)} {HOW.get(how, how)}"
        case s.ExtrasNamed(whats, users, missing):
            named = [f"{name(u)} as {extra_spoken(w)}" for w, u in zip(whats, users, strict=False)]
            gaps = [f"nobody for {extra_spoken(one)}" for one in missing]
            return f"brought in {', '.join((*named, *gaps))}"
        case _:
            return _woken(payload, name)


def _woken(payload: Payload, name: Callable[[str], str]) -> str | None:
    match payload:
        case s.PageOwed(action, step, users):
            whom = f" ({', '.join(map(name, users))})" if users else ""
            return f"asked to {PAGES.get(action, action)}, step {step + 1}{whom}"
        case s.Paged(action, step, ways):
            return f"{' and '.join(ways)} took it: {PAGES.get(action, action)}, step {step + 1}"
        case s.NobodyToWake():
            return "nobody can be woken: no paging is set up"
        case s.RotationOffered(role, user, to):
            other = f", {name(to)} could take over" if to else ""
            return f"told the commander that the shift of {name(user)} as {_spoken((role,))} is over{other}"
        case s.RotationPutOff(role, until):
            return f"the shift as {_spoken((role,))} goes on until {_clock(until)}"
        case s.NightWorked(user, role, minutes):
            return f"the seat of {_spoken((role,))} was held for {minutes} min of the night by {name(user)}"
    return None


def _spoken(roles: Sequence[str]) -> str:
    return ", ".join(ROLES.get(one, one).lower() for one in roles)  # type: ignore[call-overload]


def _clock(until: str) -> str:
    return f"{until[11:16]} UTC"
