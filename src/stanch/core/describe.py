"""An event in one line of plain words, for the timeline, `show` and the Markdown export."""

from collections.abc import Callable

from stanch.core import events as e
from stanch.core.chain import Event
from stanch.core.describe_levers import told
from stanch.core.describe_pages import paged
from stanch.core.describe_seats import seats
from stanch.core.describe_words import worded
from stanch.core.roles import ROLES

Name = Callable[[str], str]


def describe(event: Event, name: Name) -> str:
    """`name` turns a Slack user id into what people call its owner."""
    if event.payload is None:
        return "(erased)"
    payload = e.read(event.kind, event.payload)
    return _line(payload, name) if payload else f"({event.kind}: written by a newer version)"


def _line(payload: e.Payload, name: Name) -> str:
    match payload:
        case e.Declared():
            facts = [f for f in (payload.severity, payload.klass, payload.service) if f]
            marks = "drill " if payload.drill else ""
            whole = f"; in full: {payload.whole_title}" if payload.whole_title else ""
            again = f"; it recurs from INC-{payload.recurs_from}" if payload.recurs_from else ""
            whole += again + ("; from an alert" if payload.signal else "")
            return f"declared {marks}“{payload.title}”" + (f" ({', '.join(facts)})" if facts else "") + whole
        case e.RoomOpened(_, _, _, True):
            return "opened a group message as the room, as no private channel could be made"
        case e.RoomOpened(_, room, private):
            return f"opened {'the private room' if private else 'the room'} #{room}"
        case e.CardPosted(_, generation):
            return "posted the card again" if generation else "posted the card"
        case e.CardLost():
            return "noticed that the card was deleted"
        case e.Announced():
            return "announced the incident"
        case e.RoleGiven(role, user, was):
            seat = ROLES.get(role, role).lower()  # type: ignore[call-overload]
            if user is None:
                return f"cleared the seat of {seat}" + (f" (was {name(was)})" if was else "")
            return f"gave the seat of {seat} to {name(user)}" + (f" (was {name(was)})" if was else "")
        case e.Changed(what, to, was, whole):
            label = "class" if what == "klass" else what
            return (
                f"set {label} to “{to}”" + (f" (was “{was}”)" if was else "") + (f"; in full: {whole}" if whole else "")
            )
        case e.Noted(text):
            return text
        case e.Evidence(text):
            return f"evidence: {text}"
        case e.Corrected(entry, text):
            return f"corrected entry {entry}: {text}"
        case e.UpdateSaid(text):
            return f"update: {text}"
        case e.MemberLeft(user, roles):
            return f"{name(user)} left the room, holding {', '.join(roles) or 'no role'}"
        case e.MemberJoined(user):
            return f"{name(user)} joined the room"
        case e.RoomChanged(state, room):
            return (
                f"the room was renamed to #{room}" if state == "renamed" else f"the room is {state.replace('_', ' ')}"
            )
        case e.Exported(formats):
            return f"exported the timeline ({', '.join(formats)})"
        case e.Trouble(what, error):
            return f"could not {what}: {error}"
        case e.Redacted(entry, why):
            return f"erased entry {entry}: {why}"
        case _:
            return _around(payload, name)


def _around(payload: e.Payload, name: Name) -> str:
    """Doors, captured messages, alerts, and other incidents."""
    match payload:
        case e.Restricted(why):
            return "restricted the incident" + (f": {why}" if why else "")
        case e.JoinAsked(user):
            return "asked to be let in"
        case e.LetIn(user, why):
            return f"let {name(user)} in" + (f" ({why})" if why else "")
        case e.Captured(_, _, text, link, _, pinned_by):
            kept = f", kept by {name(pinned_by)}" if pinned_by else ""
            return f"said: {text}" + (f" ({link}{kept})" if link else "")
        case e.CaptureEdited(entry, text):
            return f"edited the message of entry {entry}: {text}"
        case e.CaptureDeleted(entry):
            return f"deleted the message of entry {entry}"
        case e.Signalled(_, source, title, status, link):
            words = "fires again" if status == "firing" else f"is {status}"
            return f"{source} alert “{title}” {words}" + (f" ({link})" if link else "")
        case e.DuplicateJoined(number):
            return f"INC-{number} was dismissed as a duplicate of this one"
        case e.Recurred(number):
            return f"it came back, as INC-{number}"
        case _:
            return _course(payload, name)


def _course(payload: e.Payload, name: Name) -> str:
    match payload:
        case e.Hypothesis(k, text):
            return f"hypothesis {k}: {text}"
        case e.HypothesisJudged(k, verdict, text):
            return f"hypothesis {k} {verdict}: {text}"
        case e.Mitigating():
            return "began to mitigate"
        case e.MitigationApplied(k, what):
            return f"mitigation {k} applied: {what}"
        case e.MitigationMoved(k, state, owner, until, why, what):
            kept = f" by {name(owner)} until {(until or '')[:10]}: {why}" if owner else ""
            said = "took effect" if state == "effective" else state
            return f"mitigation {k} {said}{kept}" + (f" ({what})" if what else "")
        case e.Judged(good, bad, note):
            return f"judged {good + bad} answers: {bad} bad" + (f" ({note})" if note else "")
        case e.BleedingChanged(bleeding, why):
            return f"bleeding: {bleeding} ({why})"
        case e.Contained(how, why):
            return f"contained ({how})" + (f": {why}" if why else "")
        case e.Explained(certainty, text):
            return f"cause {certainty}: {text}"
        case e.Watching(until, override):
            return f"watching until {until[:16].replace('T', ' ')} UTC" + (
                f", override: {override}" if override else ""
            )
        case e.RedCheck(what):
            return f"a check turned red: {what}"
        case e.Resolved(fixed):
            return "resolved" + (f": {fixed}" if fixed else "")
        case e.ActionAdded(k, owner, by, what):
            return f"action {k} for {name(owner)} by {by}: {what}"
        case e.Closed(summary):
            return "closed" + (f": {summary}" if summary else "")
        case e.Dismissed(reason, why, other):
            return f"dismissed as {reason.replace('-', ' ')}" + (f" INC-{other}" if other else "") + f": {why}"
        case e.Reopened(why):
            return f"reopened: {why}"
        case _:
            return seats(payload, name) or worded(payload, name) or paged(payload, name) or told(payload, name)
