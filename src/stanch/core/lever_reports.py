"""What a control's plane answered: the value before, saved settings, accepted, refused, seen to take effect."""

from datetime import datetime
from typing import Any

from stanch.core import pull_commands as c, pull_events as e
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.control import KNOWN_GOOD, Aim, Control, Value
from stanch.core.course_events import MitigationMoved
from stanch.core.incident import Incident
from stanch.core.moving import direction, holds, one_switch, place, same, suggested, undo_direction
from stanch.core.pulls import Pull, find, going, of_mitigation, spoken
from stanch.core.said import Said
from stanch.core.text import one_line, storable


def reading(i: Incident, command: c.ReportReading, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Before and after, for every control that would move. One that could not be read stops the pull of one; a set
    goes on without it, and says so."""
    pull = find(i.pulls, command.p)
    if pull is None or pull.state != "reading":
        return Said()
    a_set = pull.control == KNOWN_GOOD
    unread: list[str] = []
    steps: list[dict[str, Any]] = []
    named = False
    for read in command.steps:
        control = catalogue.controls.get(read.control)
        aim = control.aim(pull.service) if control else None
        to = _goal(pull, read, control, aim) if control and aim else None
        if control is None or aim is None or (fault := _fault(pull, read, aim, to)):
            why = fault if control and aim else "it is not in the catalogue any more"
            unread.append(f"{control.name if control else read.control}: {why}")
        elif to is not None or pull.undoes is not None:
            named = True
            if not same(to, read.value):
                step = _step(i, pull, read, control, aim, to, now)
                if held := _held_down(i, pull, read, step, aim, catalogue):
                    unread.append(f"{control.name}: {held}")
                else:
                    steps.append(step)
    fault = one_line("; ".join(unread), 600)
    if steps or fault or named:
        same_now = not steps and not fault
        read_now = e.PullRead(pull.p, tuple(steps), fault, same=same_now)
        return Said((read_now, *(_put_back_already(i, pull) if same_now else ())))
    return Said((e.PullRead(pull.p, fault="no known-good set is recorded for this service yet" if a_set else ""),))


def _put_back_already(i: Incident, pull: Pull) -> tuple[MitigationMoved, ...]:
    """It is to be undone, and the value before stands there: somebody has put it back, so it is not in force."""
    found = next((m for m in i.mitigations if m.k == pull.undoes and m.state not in ("removed", "failed")), None)
    return (MitigationMoved(found.k, "removed", why="it stood there already", what=found.what),) if found else ()


def _held_down(i: Incident, pull: Pull, read: c.ReadStep, step: dict[str, Any], aim: Aim, catalogue: Catalogue) -> str:
    """Why this may not go up: in safety and security what does less on purpose is only ever undone, with the guard that
    an undo has. Empty when it may."""
    if step["direction"] == "less":
        return ""
    if pull.undoes is None and i.dangerous:
        for m in i.mitigations:
            found = of_mitigation(i.pulls, m.k) if m.in_force or m.state == "kept" else None
            control = catalogue.controls.get(found[1].control) if found else None
            other = control.aim(found[0].service) if control and found else None
            if found and other and one_switch(aim, other) and found[1].direction == "less":
                return f"mitigation {m.k} holds it at {spoken(found[1].to)}: only `/incident undo {m.k}` lifts it"
    if read.elsewhere:
        return f"INC-{read.elsewhere[0]} holds it where it is; it is undone there"
    return ""


def _goal(pull: Pull, read: c.ReadStep, control: Control, aim: Aim) -> Value | None:
    """Where it is to go: of a set each to its good value; None when nobody and nothing says."""
    if pull.control == KNOWN_GOOD and pull.undoes is None:
        return read.good
    if pull.to is not None or pull.undoes is not None:
        return pull.to
    return suggested(aim, control, read.good, read.value)


def _fault(pull: Pull, read: c.ReadStep, aim: Aim, to: Value | None) -> str:
    """Why it cannot be moved as it was read; empty when it can."""
    if read.fault:
        return read.fault
    if not storable([read.value, read.detail]):
        return "what it answered cannot be kept, so it could not be put back"
    if pull.undoes is None and to is not None and not holds(aim.values, to):
        return f"its value {spoken(to)} is none that its file allows"
    return ""


def _step(
    i: Incident, pull: Pull, read: c.ReadStep, control: Control, aim: Aim, to: Value | None, now: datetime
) -> dict[str, Any]:
    step: dict[str, Any] = {
        "control": control.id, "name": control.called(pull.service), "unit": aim.values.unit, "before": read.value,
        "to": to, "detail": read.detail,
    }  # fmt: skip
    if read.caution:
        step["note"] = one_line(read.caution, 200)
    if pull.undoes is None:
        recorded = [one for one in (read.good, *_befores(i, control.id)) if one is not None]
        assert to is not None
        step["direction"] = direction(control, aim, read.value, to, recorded, today=now.date())
        if step["direction"] == "more" and aim.ladder and read.value is not None:
            step["goal"], step["to"] = to, rung(aim, read.value, to)
        return step
    found = of_mitigation(i.pulls, pull.undoes)
    assert found is not None
    pulled = found[1]
    step["direction"] = undo_direction(pulled.direction)  # type: ignore[arg-type]
    step["restore"] = dict(pulled.detail)
    if not same(read.value, pulled.to):
        known = [one for one in _befores(i, control.id) if one is not None]
        stands = "more" if to is None else direction(control, aim, read.value, to, known, today=now.date())
        step["direction"] = next(one for one in ("more", "back", "less") if one in (step["direction"], stands))
        begun = any(one.undoes == pull.undoes and one.confirmed_at for one in i.pulls)
        who = "Part of the way back is gone already" if begun else "Somebody changed it meanwhile"
        changed = f"{who}: it is {spoken(read.value)} now, not {spoken(pulled.to)} as pulled."
        step["note"] = f"{changed} {step.get('note', '')}".strip()
    if aim.ladder and to is not None and step["direction"] != "less":
        # What makes it do less is never waited for.
        step["goal"] = to
        step["to"] = rung(aim, read.value, to)
    return step


def rung(aim: Aim, now: Value | None, goal: Value) -> Value:
    """The next value on the way back: the first declared step that lies between here and the goal, else the goal."""
    if aim.ladder is None or now is None or not holds(aim.values, now) or not holds(aim.values, goal):
        return goal
    here, end = place(aim.values, now), place(aim.values, goal)
    between = [one for one in aim.ladder.steps if min(here, end) < place(aim.values, one) < max(here, end)]
    return min(between, key=lambda one: abs(place(aim.values, one) - here)) if between else goal


def _befores(i: Incident, control: str) -> list[Value | None]:
    """Values that the control had before it was pulled in this incident: recorded, so putting them back is *back*."""
    return [step.before for pull in i.pulls for step in pull.steps if step.control == control and step.k is not None]


def saved(i: Incident, command: c.ReportSaved, by: str, now: datetime, catalogue: Catalogue) -> Said:
    pull = find(i.pulls, command.p)
    if pull is None or pull.state != "pulling" or pull.saved:
        return Said()
    values = {name: value for name, value in command.values.items() if storable([name, value])}
    missing = (*command.missing, *(name for name in command.values if name not in values))
    lost, held = (tuple(one_line(one, 200) for one in many) for many in (missing, command.held))
    return Said((e.SettingsSaved(pull.p, values, lost, held),))


def accepted(i: Incident, command: c.ReportAccepted, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = going(i.pulls, command.p, command.s, command.turn, ("pulling", "unclear"))
    if found is None:
        return Said()
    pull, step = found
    control = catalogue.controls.get(step.control)
    until = now + (control.deadline(pull.service) if control else now - now)
    told = e.PullAccepted(
        pull.p, step.s, step.turn, step.what, one_line(command.request_id), one_line(command.said, 200), stamp(until),
        _kept(command.found), command.already,
    )  # fmt: skip
    return Said((told,))


def failed(i: Incident, command: c.ReportFailed, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = going(i.pulls, command.p, command.s, command.turn, ("pulling", "unclear"))
    if found is None:
        return Said()
    pull, step = found
    told = e.PullFailed(
        pull.p, step.s, step.turn, step.what, one_line(command.why, 400), one_line(command.request_id), command.unclear,
        command.changed, _kept(command.found),
    )  # fmt: skip
    return Said((told,))


def _kept(value: Value | None) -> Value | None:
    return value if storable(value) else None


def proof(i: Incident, command: c.ReportProof, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = going(i.pulls, command.p, command.s, command.turn, ("accepted",))
    if found is None:
        return Said()
    pull, step = found
    said = (pull.p, step.s, step.turn, step.what, one_line(command.seen, 300))
    return Said((e.PullEffective(*said) if command.effective else e.PullLate(*said, command.unseen),))


def held(i: Incident, command: c.ReportHeld, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Green: the next step of the way back. Red: back to what was pulled, by itself."""
    found = going(i.pulls, command.p, command.s, command.turn, ("holding",))
    if found is None:
        return Said()
    pull, step = found
    control = catalogue.controls.get(step.control)
    aim = control.aim(pull.service) if control else None
    pulled = of_mitigation(i.pulls, pull.undoes or 0)
    back = pulled[1].to if pulled else step.before
    there = step.goal is None or same(step.goal, step.to)
    onward = None if there else rung(aim, step.to, step.goal) if aim and step.goal is not None else step.goal
    to = onward if command.green else back
    seen = one_line(command.seen, 300)
    return Said((e.RungHeld(pull.p, step.s, step.turn, step.what, command.green, seen, to),))
