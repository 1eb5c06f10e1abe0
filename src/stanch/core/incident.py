"""An incident: the fold of its timeline. Nothing here is stored by hand; everything is derived from events."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from stanch.core import events as e
from stanch.core.chain import Event, stamp
from stanch.core.hearing import heard
from stanch.core.parts import Action as Action, Idea as Idea, Message as Message, Mitigation as Mitigation, kept
from stanch.core.pull_events import PullConfirmed, PullEffective
from stanch.core.pulls import find, mitigated, moved, spoken
from stanch.core.seating import seated
from stanch.core.spoken import told
from stanch.core.state import (
    DANGEROUS as DANGEROUS,
    OPEN as OPEN,
    PHASES as PHASES,
    STANCH as STANCH,
    Incident as Incident,
)
from stanch.core.status import shown
from stanch.core.walks import walked


def fold(events: Iterable[Event], start: Incident | None = None) -> Incident | None:
    """The incident after these events, one after the other; None when there are none."""
    incident = start
    for event in events:
        incident = apply(incident, event)
    return incident


def apply(incident: Incident | None, event: Event) -> Incident:
    """The incident after one more event. An erased or unknown payload changes nothing but the count and the head."""
    payload = e.read(event.kind, event.payload)
    return replace(advance(incident, event.incident, payload, event.by, event.at), seq=event.seq, head=event.hash)


def advance(incident: Incident | None, number: int, payload: e.Payload | None, by: str, at: datetime) -> Incident:
    """The state after `payload`, before it has a hash: what `decide` and the effects look at."""
    if incident is None:
        first = payload if isinstance(payload, e.Declared) else e.Declared(title="(erased)")
        incident = Incident(
            number=number,
            title=first.title,
            declared_by=by,
            declared_at=at,
            service=first.service,
            service_assumed=first.service_assumed,
            klass=first.klass,
            severity=first.severity,
            severity_since=at if first.severity else None,
            impact=first.impact,
            restricted=first.restricted,
            drill=first.drill,
            dangerous=first.klass in DANGEROUS,
            signals=((first.signal, "firing"),) if first.signal else (),
            recurs_from=first.recurs_from,
        )
    now = _changes(incident, payload, by, at)
    if payload:
        now["seating"] = seated(incident.seating, payload, by, at)
        now["spoken"] = told(incident.spoken, payload, by, at)
        now["status_page"] = shown(incident.status_page, payload, by, at)
    after = replace(incident, seq=incident.seq + 1, **now)
    return replace(after, rhythm=heard(incident, after, payload, at)) if payload else after


def _changes(incident: Incident, payload: e.Payload | None, by: str, at: datetime) -> dict[str, Any]:
    match payload:
        case e.RoomOpened():
            return _room(incident, payload)
        case e.CardPosted(ts, generation):
            return {"card_ts": ts, "card_generation": generation}
        case e.CardLost():
            return {"card_ts": None, "card_generation": incident.card_generation + 1}
        case e.Announced(channel, ts):
            return {"announced": (channel, ts)}
        case e.RoomChanged(state, name):
            return {"room_name": name} if state == "renamed" else {"room_state": state}
        case e.RoleGiven(role, user):
            seats = {k: v for k, v in incident.seats.items() if k != role}
            given = tuple(r for r in incident.seated_by_owners if r != role)
            cleared = tuple(r for r in incident.cleared if r != role)
            return {
                "seats": seats | {role: user} if user else seats,
                "cleared": cleared if user or by == STANCH else (*cleared, role),
                "seated_by_owners": (*given, role) if by == STANCH else given,
            }
        case e.MemberLeft(user):
            return {"away": (*_without(incident.away, user), user), "members": _without(incident.members, user)}
        case e.MemberJoined(user) | e.LetIn(user):
            back: dict[str, Any] = {"away": _without(incident.away, user), "asking": _without(incident.asking, user)}
            # The public room of what became restricted is open to anybody: being there is no proof.
            proof = incident.restricted and (incident.room_private or isinstance(payload, e.LetIn))
            return back | ({"members": (*_without(incident.members, user), user)} if proof else {})
        case e.JoinAsked(user):
            return {"asking": (*_without(incident.asking, user), user)}
        case e.Restricted():
            return {"restricted": True, "moving": incident.room is not None and not incident.room_private}
        case e.Changed():
            return _changed(payload, at)
        case e.Trouble(effect=effect) if effect and effect not in incident.troubled:
            # Where no new room can be had, the old one is better than silence; never for what is restricted.
            stays = {"moving": incident.exposed} if effect == "open_room" else {}
            return {"troubled": (*incident.troubled, effect)} | stays
        case e.UpdateSaid(text):
            return {"last_update": text, "last_update_at": at}
        case e.Captured() | e.CaptureEdited() | e.CaptureDeleted():
            return {"captured": kept(incident.captured, payload, incident.seq + 1)}
        case e.Signalled(key, _, _, status):
            return {"signals": (*(one for one in incident.signals if one[0] != key), (key, status))}
        case e.DuplicateJoined(number):
            return {"duplicates": (*incident.duplicates, number)}
        case e.Recurred(number):
            return {"recurred_as": number}
        case _:
            return _levers(incident, payload, by, at)


def _levers(incident: Incident, payload: e.Payload | None, by: str, at: datetime) -> dict[str, Any]:
    """Controls that are pulled and put back, the runbook, checks and samples."""
    pulls = moved(incident.pulls, payload, by, at)
    if payload is None or pulls is None:
        return _course(incident, payload, at) | (walked(incident, payload, by, at) if payload else {})
    mitigations = mitigated(incident.mitigations, incident.pulls, pulls, payload)
    now: dict[str, Any] = {"pulls": pulls, "mitigations": mitigations}
    if isinstance(payload, PullConfirmed) and payload.undoes is None:
        was = incident.judged if sum(incident.judged) else incident.harm_was
        return _back(incident, at) | _anew(at) | now | {"harm_was": was}
    removed = [m.state for m in mitigations].count("removed") > [m.state for m in incident.mitigations].count("removed")
    if isinstance(payload, PullEffective):
        # What differed from the known-good set and is back does not differ any more; the next look says it too.
        pull = find(pulls, payload.p)
        step = pull.step(payload.s) if pull else None
        if step:
            now["differs"] = tuple(d for d in incident.differs if d[:2] != (step.control, spoken(step.to)))
    # What was contained by it is not known to be so any more, unless the cause is known already.
    loose = removed and incident.phase == "diagnose" and incident.bleeding == "contained"
    return (_anew(at) if removed else {}) | ({"bleeding": "unknown"} if loose else {}) | now


def _without(people: tuple[str, ...], user: str) -> tuple[str, ...]:
    return tuple(one for one in people if one != user)


def _room(incident: Incident, opened: e.RoomOpened) -> dict[str, Any]:
    """The first room, or another one: then the card is owed there anew, and the old room stays known."""
    now: dict[str, Any] = {"room": opened.channel, "room_name": opened.name, "room_state": "open"}
    now |= {"room_private": opened.private, "room_is_group": opened.group}
    now |= {"moving": incident.restricted and not opened.private}
    if incident.room in (None, opened.channel):
        return now
    former = (*(one for one in incident.former_rooms if one != opened.channel), str(incident.room))
    now |= {"former_rooms": former, "card_ts": None, "card_generation": incident.card_generation + 1}
    return now | {"away": (), "shown": {}}


def _changed(change: e.Changed, at: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {change.what: change.to}
    if change.what == "severity":
        facts["severity_since"] = at
    if change.what == "klass" and change.to in DANGEROUS:
        facts["dangerous"] = True
    if change.what == "service":
        facts |= {"service_assumed": False, "cleared": ()}
    return facts


def _anew(at: datetime) -> dict[str, Any]:
    """Only fresh answers count, and checks that were measured since."""
    return {"judged": (0, 0), "good_in_a_row": 0, "anew_at": stamp(at)}


def _back(incident: Incident, at: datetime) -> dict[str, Any]:
    """Into mitigate. From further on nothing that was shown before holds any more: the gates ask again."""
    if incident.phase in ("assess", "mitigate"):
        return {"phase": "mitigate"}
    bleeding = "yes" if incident.phase == "watching" else "unknown"
    return _anew(at) | {"phase": "mitigate", "bleeding": bleeding, "quiet_until": None}


def _course(incident: Incident, payload: e.Payload | None, at: datetime) -> dict[str, Any]:
    """What moves an incident along: its mitigations, its hypotheses and its phase."""
    match payload:
        case e.Mitigating():
            return _back(incident, at)
        case e.MitigationApplied(k, what):
            return _back(incident, at) | _anew(at) | {
                "mitigations": (*incident.mitigations, Mitigation(k, what)),
                "harm_was": incident.judged if sum(incident.judged) else incident.harm_was,
            }  # fmt: skip
        case e.MitigationMoved(k, state, owner, until):
            moved = tuple(
                replace(m, state=state, owner=owner or m.owner, until=until or m.until) if m.k == k else m
                for m in incident.mitigations
            )
            # What was judged while the lever was pulled proves nothing about the time without it.
            return {"mitigations": moved} | (_anew(at) if state == "removed" else {})
        case e.Judged(good, bad):
            row = 0 if bad else incident.good_in_a_row + good
            return {"judged": (incident.judged[0] + good, incident.judged[1] + bad), "good_in_a_row": row}
        case e.BleedingChanged(bleeding):
            return {"bleeding": bleeding}
        case e.Contained():
            return {"phase": "diagnose", "bleeding": "contained"}
        case e.Hypothesis(k, text):
            return {"ideas": (*incident.ideas, Idea(k, text))}
        case e.HypothesisJudged(k, verdict):
            return {"ideas": tuple(replace(i, verdict=verdict) if i.k == k else i for i in incident.ideas)}
        case e.Explained(certainty, text):
            return {"phase": "resolve", "explained": certainty, "cause": text}
        case e.Watching(quiet_until):
            return {"phase": "watching", "quiet_until": quiet_until}
        case e.RedCheck():
            return _anew(at) | {"phase": "mitigate", "bleeding": "yes", "quiet_until": None}
        case e.Resolved(fixed):
            return {"phase": "learn", "ended_at": at, "fixed": fixed}
        case e.ActionAdded(k, owner, by, what):
            return {"actions": (*incident.actions, Action(k, owner, by, what))}
        case e.Closed():
            return {"phase": "closed", "ended_at": at}
        case e.Dismissed():
            return {"phase": "dismissed", "ended_at": at}
        case e.Reopened():
            lost = incident.room_state in ("archived", "deleted")
            return _anew(at) | {
                "phase": "mitigate", "bleeding": "unknown", "ended_at": None, "moving": incident.moving or lost,
            }  # fmt: skip
        case _:
            return {}
