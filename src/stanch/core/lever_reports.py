"""What a control's plane answered: the value before, saved settings, accepted, refused, seen to take effect."""

from datetime import datetime
from typing import Any

from stanch.core import pull_commands as c, pull_events as e
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.control import Aim, Control, Value
from stanch.core.incident import Incident
from stanch.core.moving import direction, same, suggested, undo_direction
from stanch.core.pulls import Pull, Step, of_mitigation, spoken
from stanch.core.said import Said
from stanch.core.text import one_line


def reading(i: Incident, command: c.ReportReading, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Before and after, for every control that would move. One that could not be read stops the pull of one; a set
    goes on without it, and says so."""
    pull = _pull(i, command.p)
    if pull is None or pull.state != "reading":
        return Said()
    unread = [f"{_name(one.control, catalogue)}: {one.fault}" for one in command.steps if one.fault]
    fault = one_line("; ".join(unread), 600)
    if len(command.steps) == 1 and fault:
        return Said((e.PullRead(pull.p, fault=fault),))
    steps: list[dict[str, Any]] = []
    unknown = False
    for read in command.steps:
        control = catalogue.controls.get(read.control)
        aim = control.aim(pull.service) if control else None
        if read.fault or control is None or aim is None:
            continue
        to = pull.to if len(command.steps) == 1 else read.good
        if to is None and pull.undoes is None:
            to = suggested(aim, control, read.good) if len(command.steps) == 1 else None
        if to is None and pull.undoes is None:
            unknown = len(command.steps) == 1
        elif not same(to, read.value):
            steps.append(_step(i, pull, read, control, aim, to, now))
    if unknown:
        return Said((e.PullRead(pull.p),))
    if not steps and len(command.steps) > 1 and not any(one.good is not None for one in command.steps):
        return Said((e.PullRead(pull.p, fault="no known-good set is recorded for this service yet"),))
    if not steps:
        return Said((e.PullRead(pull.p, fault=fault, same=not fault),))
    return Said((e.PullRead(pull.p, tuple(steps), same=False),))


def _step(
    i: Incident, pull: Pull, read: c.ReadStep, control: Control, aim: Aim, to: Value | None, now: datetime
) -> dict[str, Any]:
    step: dict[str, Any] = {
        "control": control.id, "name": control.name, "before": read.value, "to": to, "detail": read.detail,
    }  # fmt: skip
    if pull.undoes is None:
        recorded = [one for one in (read.good, *_befores(i, control.id)) if one is not None]
        assert to is not None
        step["direction"] = direction(control, aim, read.value, to, recorded, today=now.date())
        return step
    found = of_mitigation(i.pulls, pull.undoes)
    assert found is not None
    pulled = found[1]
    step["direction"] = undo_direction(pulled.direction)  # type: ignore[arg-type]
    step["restore"] = dict(pulled.detail)
    if not same(read.value, pulled.to):
        step["note"] = (
            f"Somebody changed it meanwhile: it is {spoken(read.value)} now, not {spoken(pulled.to)} as pulled."
        )
    if step["direction"] == "more" and aim.ladder and to is not None:
        step["goal"] = to
        step["to"] = rung(aim, read.value, to)
    return step


def rung(aim: Aim, now: Value | None, goal: Value) -> Value:
    """The next value on the way back: the first declared step that lies between here and the goal, else the goal."""
    if aim.ladder is None or isinstance(now, str | None) or isinstance(goal, str):
        return goal
    here, end = float(now), float(goal)
    up = end > here
    between = [v for v in aim.ladder.steps if not isinstance(v, str) and min(here, end) < float(v) < max(here, end)]
    return (min(between, key=float) if up else max(between, key=float)) if between else goal


def _befores(i: Incident, control: str) -> list[Value | None]:
    """Values that the control had before it was pulled in this incident: recorded, so putting them back is *back*."""
    return [step.before for pull in i.pulls for step in pull.steps if step.control == control and step.k is not None]


def saved(i: Incident, command: c.ReportSaved, by: str, now: datetime, catalogue: Catalogue) -> Said:
    pull = _pull(i, command.p)
    if pull is None or pull.state != "pulling" or pull.saved:
        return Said()
    return Said((e.SettingsSaved(pull.p, command.values, command.missing, command.held),))


def accepted(i: Incident, command: c.ReportAccepted, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = _going(i, command.p, command.s, command.turn, ("pulling", "unclear"))
    if found is None:
        return Said()
    pull, step = found
    control = catalogue.controls.get(step.control)
    until = now + (control.deadline(pull.service) if control else now - now)
    told = e.PullAccepted(
        pull.p, step.s, step.turn, step.what, command.request_id, one_line(command.said, 200), stamp(until),
        command.found, command.already,
    )  # fmt: skip
    return Said((told,))


def failed(i: Incident, command: c.ReportFailed, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = _going(i, command.p, command.s, command.turn, ("pulling", "unclear"))
    if found is None:
        return Said()
    pull, step = found
    told = e.PullFailed(
        pull.p, step.s, step.turn, step.what, one_line(command.why, 400), command.request_id, command.unclear,
        command.changed, command.found,
    )  # fmt: skip
    return Said((told,))


def proof(i: Incident, command: c.ReportProof, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = _going(i, command.p, command.s, command.turn, ("accepted",))
    if found is None:
        return Said()
    pull, step = found
    kind = e.PullEffective if command.effective else e.PullLate
    return Said((kind(pull.p, step.s, step.turn, step.what, one_line(command.seen, 300)),))


def held(i: Incident, command: c.ReportHeld, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Green: the next step of the way back. Red: back to what was pulled, by itself."""
    found = _going(i, command.p, command.s, command.turn, ("holding",))
    if found is None:
        return Said()
    pull, step = found
    control = catalogue.controls.get(step.control)
    aim = control.aim(pull.service) if control else None
    pulled = of_mitigation(i.pulls, pull.undoes or 0)
    back = pulled[1].to if pulled else step.before
    onward = rung(aim, step.to, step.goal) if aim and step.goal is not None else step.goal
    to = onward if command.green else back
    seen = one_line(command.seen, 300)
    return Said((e.RungHeld(pull.p, step.s, step.turn, step.what, command.green, seen, to),))


def _pull(i: Incident, p: int) -> Pull | None:
    return next((one for one in i.pulls if one.p == p), None)


def _going(i: Incident, p: int, s: int, turn: int, states: tuple[str, ...]) -> tuple[Pull, Step] | None:
    """The pull and step that a report is about, if it is still waited for."""
    pull = _pull(i, p)
    step = pull.step(s) if pull else None
    if pull is None or step is None or step.turn != turn or step.state not in states:
        return None
    return pull, step


def _name(control: str, catalogue: Catalogue) -> str:
    found = catalogue.controls.get(control)
    return found.name if found else control
