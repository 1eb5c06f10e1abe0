"""Pulling a control: asked, read, shown, confirmed. What comes back from the plane: `lever_reports`."""

from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from stanch.core import pull_commands as c, pull_events as e
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.checking import green, measured
from stanch.core.control import KNOWN_GOOD, Control
from stanch.core.course_events import ActionAdded
from stanch.core.guards import break_glass, guard, holders, may_pull, someone_on_call
from stanch.core.harm import better
from stanch.core.incident import STANCH, Incident
from stanch.core.moving import allowed
from stanch.core.phases import leads
from stanch.core.policy import commands
from stanch.core.pulls import Pull, find, of_mitigation, standing
from stanch.core.said import Said
from stanch.core.text import clean, cut
from stanch.core.words import escape, when
from stanch.errors import Refusal

BUSY = ("reading", "asking", "seconding", "pulling")


def pull(i: Incident, command: c.Pull, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "applied")
    may_pull(i, by, command.on_call)
    control = known(command.control, catalogue)
    name = escape(control.called(i.service))
    _not_here(i, control)
    aim = control.aim(i.service)
    controls = known_good_members(i.service, catalogue) if control.id == KNOWN_GOOD else (control.id,)
    if not controls or (aim is None and control.id != KNOWN_GOOD):
        raise Refusal(
            f"{name} is not wired for {i.service or 'no service'}. By hand: {escape(control.by_hand)}\n"
            "Then record it: `/incident applied WHAT`.",
            "applied",
        )
    to = None if command.value is None or aim is None else allowed(aim.values, command.value)
    over = _in_the_way(i, control.id)
    asked = e.PullAsked(_next(i), control.id, control.called(i.service), i.service or "", to, None, controls)
    return Said((*over, asked), f"Reading {name}: before and after are shown in the room, then you confirm.")


def _not_here(i: Incident, control: Control) -> None:
    if i.klass in control.never_in:
        raise Refusal(f"{escape(control.name)} is never pulled in {i.klass}: its file says so.")


def _in_the_way(i: Incident, control: str) -> tuple[e.PullCancelled, ...]:
    """One pull of a control at a time. One that only waits for a value gives way."""
    for one in i.pulls:
        if one.control != control or one.undoes is not None:
            continue
        if one.state == "pulling":
            raise Refusal(
                f"{escape(one.name)} is being pulled by <@{one.confirmed_by}>: look at pull {one.p} in the room."
            )
        if one.state in ("reading", "seconding"):
            raise Refusal(f"{escape(one.name)} is asked for already, by <@{one.by}>: pull {one.p} in the room.")
    return tuple(
        e.PullCancelled(o.p, o.name) for o in i.pulls if o.control == control and o.state in ("choosing", "asking")
    )


def known(wanted: str, catalogue: Catalogue) -> Control:
    """The control of that id. Raises `Refusal` with the nearest."""
    if control := catalogue.controls.get(wanted):
        return control
    near = get_close_matches(wanted, catalogue.controls, n=1, cutoff=0.5)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    raise Refusal(f"There is no control `{escape(wanted[:60])}`.{hint} `/incident controls` lists them.")


def known_good_members(service: str | None, catalogue: Catalogue) -> tuple[str, ...]:
    """The controls whose values make the service's known-good set, in the order of the file."""
    aims = ((one.id, one.aim(service)) for one in catalogue.controls.values())
    return tuple(id for id, aim in aims if aim is not None and aim.known_good)


def undo(i: Incident, command: c.Undo, by: str, now: datetime, catalogue: Catalogue) -> Said:
    may_pull(i, by, command.on_call)
    k = command.k
    stands = standing(i.mitigations, i.pulls)
    pulled = [m for m in i.mitigations if m.k in stands]
    if k is None and len(pulled) == 1:
        k = pulled[0].k
    mitigation = next((m for m in i.mitigations if m.k == k), None)
    if mitigation is None:
        listed = "; ".join(f"{m.k} {escape(m.what)}" for m in pulled) or "none was pulled from here"
        raise Refusal(f"Undo which mitigation? `/incident undo K`. Pulled: {listed}.")
    if mitigation.state in ("removed", "failed"):
        raise Refusal(f"Mitigation {mitigation.k} is {mitigation.state}: there is nothing to undo.")
    if mitigation.state == "pulling":
        raise Refusal(f"Mitigation {mitigation.k} is being pulled right now; wait for its answer, then undo.")
    found = of_mitigation(i.pulls, mitigation.k)
    if found is None:
        raise Refusal(
            f"Mitigation {mitigation.k} was pulled by hand. Put it back by hand,"
            f" then `/incident removed {mitigation.k}`.",
            "settle",
        )
    if found[1].before is None:
        raise Refusal(
            f"Nothing was set before mitigation {mitigation.k}, so there is no value to put back."
            f" Take it away by hand, then `/incident removed {mitigation.k}`.",
            "settle",
        )
    for one in i.pulls:
        if one.undoes == mitigation.k and one.state in BUSY:
            raise Refusal(f"Mitigation {mitigation.k} is being undone already: pull {one.p} in the room.")
    done, step = found
    asked = e.PullAsked(_next(i), step.control, step.name, done.service, step.before, mitigation.k, (step.control,))
    return Said((asked,), f"Reading {escape(step.name)}: before and after are shown in the room, then you confirm.")


def _next(i: Incident) -> int:
    """One more than any, also when the entry that asked for one was erased since."""
    return max((one.p for one in i.pulls), default=0) + 1


def the_pull(i: Incident, p: int) -> Pull:
    if found := find(i.pulls, p):
        return found
    raise Refusal(f"{i.name} has no pull {p}. `/incident controls` lists what was pulled.")


def confirm(i: Incident, command: c.Confirm, by: str, now: datetime, catalogue: Catalogue) -> Said:
    one = the_pull(i, command.p)
    if one.state not in ("asking", "seconding"):
        raise Refusal(_too_late(one), *(("undo",) if one.state == "done" else ()))
    if one.undoes is None:
        leads(i, "applied")
    # Who is on call was looked up for the service that the incident has now.
    on_call = command.on_call and one.service == (i.service or "")
    if one.undoes is None and one.service != (i.service or ""):
        raise Refusal(f"The service was {one.service} when this was asked for, and is another now. Pull it anew.")
    may_pull(i, by, command.on_call)
    if one.undoes is None and (control := catalogue.controls.get(one.control)):
        _not_here(i, control)
    needs = guard(i, one)
    if needs.green and not _is_green(i, now, catalogue):
        raise Refusal(
            f"Undoing this in {i.klass} needs a check that is green now: `/incident check`, then confirm again.",
            "check",
        )
    if not needs.two:
        return _pulled(i, one, e.PullConfirmed(one.p, _what(one), _ks(i, one), None, "", one.undoes))
    if by == STANCH:
        raise Refusal("This does *more*: two people have to agree, and I am none.")
    if one.state == "asking":
        asked = e.PullSeconded(one.p, _what(one), needs.commander, on_call)
        return Said((asked,), "This does *more*: a second person has to agree. The room is asked.")
    if by == one.first:
        reason = clean(command.glass, 500)
        break_glass(i, one, by, on_call, now, catalogue)
        if not reason:
            raise Refusal("Break the glass with one reason; the owner and the security contact are told.", "glass")
        return _broken(i, one, e.PullConfirmed(one.p, _what(one), _ks(i, one), None, reason, one.undoes), by, now)
    if needs.commander and not any(commands(i, user) for user in (by, one.first or "")):
        raise Refusal(f"One of the two has to be the commander: <@{i.commander}>.")
    someone_on_call(one.service, on_call or one.first_on_call, catalogue)
    return _pulled(i, one, e.PullConfirmed(one.p, _what(one), _ks(i, one), one.first, "", one.undoes))


def _pulled(i: Incident, one: Pull, confirmed: e.PullConfirmed) -> Said:
    again = "Putting it back" if one.undoes is not None else "Pulling it"
    return Said((confirmed,), f"{again}: {escape(confirmed.what)}. What becomes of it stands in the room.")


def _broken(i: Incident, one: Pull, confirmed: e.PullConfirmed, by: str, now: datetime) -> Said:
    """Somebody else has to look at it within one working day."""
    day = now.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    others = [user for user in holders(i) if user != by]
    look = ActionAdded(
        len(i.actions) + 1, others[0] if others else i.commander, day.isoformat(),
        cut(f"look at the glass that was broken for {confirmed.what}: {confirmed.glass}", 500),
    )  # fmt: skip
    said = _pulled(i, one, confirmed)
    return replace(said, events=(*said.events, look))


def _too_late(one: Pull) -> str:
    match one.state:
        case "pulling" | "done":
            return f"<@{one.confirmed_by}> was faster: pulled at {when(unstamp(one.confirmed_at), '{time_secs}')}."
        case "cancelled":
            return "That was cancelled. Pull it anew from the runbook or `/incident controls`."
        case "unread":
            end = "" if one.fault.endswith((".", "?", "!")) else "."
            return f"It could not be read: {escape(one.fault)}{end} Look again, or do it by hand."
        case "same":
            return "It stands there already: there is nothing to pull."
        case "choosing":
            return f"Which value? `/incident pull {one.control} VALUE`."
    return "The value before is not read yet. One moment."


def _what(one: Pull) -> str:
    return "; ".join(step.what for step in one.steps)


def _ks(i: Incident, one: Pull) -> tuple[int, ...]:
    if one.undoes is not None:
        return ()
    return tuple(range(len(i.mitigations) + 1, len(i.mitigations) + 1 + len(one.steps)))


def _is_green(i: Incident, now: datetime, catalogue: Catalogue) -> bool:
    """The class's checks, measured since the last pull and all green; judged answers only where none is measured."""
    checks = measured(i, catalogue)
    return green(i, checks, now) if checks else better(i, *i.judged)


def cancel(i: Incident, command: c.CancelPull, by: str, now: datetime, catalogue: Catalogue) -> Said:
    one = the_pull(i, command.p)
    may_pull(i, by, command.on_call)
    if one.state == "cancelled":
        return Said(say="It is cancelled already.")
    if one.state in ("pulling", "done"):
        raise Refusal(f"{_too_late(one)} To put it back: `/incident undo`.", "undo")
    return Said((e.PullCancelled(one.p, one.name),), "Cancelled; nothing was sent.")


def look_again(i: Incident, command: c.LookAgain, by: str, now: datetime, catalogue: Catalogue) -> Said:
    one = the_pull(i, command.p)
    may_pull(i, by, command.on_call)
    late = tuple(step.s for step in one.steps if step.state == "late")
    unclear = tuple(step.s for step in one.steps if step.state == "unclear")
    if late or unclear:
        how = "look" if unclear else "probe"
        return Said((e.PullAgain(one.p, how, unclear or late),), "Looking again; the room shows what is seen.")
    moved = any(step.state in ("effective", "holding", "accepted", "pulling") for step in one.steps)
    failed = any(step.state in ("failed", "changed") for step in one.steps)
    if one.state in ("unread", "same", "choosing") or (failed and not moved):
        return Said((e.PullAgain(one.p, "read"),), "Reading again; then you confirm.")
    if failed:
        raise Refusal("Parts of it moved. Pull what is missing by itself: `/incident controls`, or undo what moved.")
    if one.state in ("cancelled", "asking", "seconding"):
        raise Refusal(_too_late(one) if one.state == "cancelled" else "It waits to be confirmed, or cancelled.")
    if any(step.state == "unseen" for step in one.steps):
        raise Refusal("From here no more can be seen. Look for yourself, then say so: `/incident effective`.")
    if one.state == "done":
        raise Refusal("There is nothing to look at again: it is in effect.")
    raise Refusal("There is nothing to look at again: it goes on by itself.")
