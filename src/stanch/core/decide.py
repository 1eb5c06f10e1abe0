"""`decide`: what a command does to an incident, as events to record and effects that are owed; or a refusal.

No clock, no network, no randomness: the moment, the people and the catalogue are arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from stanch.core import captures, commands as c, doors, events as e, remind_ends, reminding, shifts
from stanch.core.catalogue import Catalogue
from stanch.core.course import COURSE
from stanch.core.drafting import DRAFTS
from stanch.core.effects import VIEWS, Effect, joining, owed, redrawing
from stanch.core.facts import change, declare, fill_in
from stanch.core.incident import STANCH, Incident, advance
from stanch.core.lever_rules import LEVERS
from stanch.core.said import Said
from stanch.core.seat_following import FOLLOWING, accepted
from stanch.core.seat_rules import SEATS
from stanch.core.status_rules import STATUS
from stanch.core.text import clean, one_line
from stanch.core.walking import switched
from stanch.errors import Refusal

OUT_OF_REACH = {"archived": "is archived", "deleted": "was deleted", "bot_removed": "has put me out"}


@dataclass(frozen=True, slots=True)
class Decision:
    """Events in order, the effects they owe, what the person who asked is told (Slack mrkdwn), and what they may want
    to do next. `by` and `at` are whose deed it was and when (UTC), if not of who asked, and now. Of the events, the
    last `own` are Stanch's own: what follows by its rules."""

    events: tuple[e.Payload, ...]
    effects: tuple[Effect, ...]
    incident: Incident
    say: str
    offers: tuple[str, ...] = ()
    by: str | None = None
    at: datetime | None = None
    own: int = 0


def decide(incident: Incident | None, command: c.Command, by: str, now: datetime, catalogue: Catalogue) -> Decision:
    """Raises `Refusal`, with what can be done instead; then nothing has happened."""
    if incident is None:
        if not isinstance(command, c.Declare):
            raise Refusal("There is no such incident. `/incident list` shows those that are open.")
        number = command.number
        said = declare(command, catalogue)
    else:
        number = incident.number
        said = _answer(incident, command, by, now, catalogue)
    state = incident
    events: list[e.Payload] = []
    effects: list[Effect] = []

    def record(payload: e.Payload, by: str = by) -> None:
        nonlocal state
        before, state = state, advance(state, number, payload, by, now)
        effects.extend(owed(before, state, payload, by))
        events.append(payload)

    # A captured message is its author's deed, and says nothing of who sits where.
    acts = bool(said.events) and said.by is None
    if incident and acts and (here := accepted(incident, said.events, by)):
        # Whoever acts is here: that comes first, and what they ask is decided after it.
        record(here)
        assert state
        said = _answer(state, command, by, now, catalogue)
    for payload in said.events:
        record(payload)
    if state is None:
        raise AssertionError("a declaration always records an event")
    asked = len(events)
    for follows in FOLLOWING if acts else ():
        for payload in follows(state, events, by, now, catalogue):
            record(payload, STANCH)
    if events:
        effects.extend(remind_ends.over(incident, state))
        effects.extend(reminding.owed(incident, state, catalogue))
        effects.extend(shifts.owed(incident, state, catalogue))
    say = said.say
    if said.events and by != STANCH and state.room_state in OUT_OF_REACH and not state.moving:
        say += f" The room {OUT_OF_REACH[state.room_state]}, so it stands in the timeline only."
    return Decision(
        tuple(events), (*effects, *said.effects), state, say, said.offers, said.by, said.at, len(events) - asked
    )


def _answer(incident: Incident, command: c.Command, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if timely := TIMELY.get(type(command)):
        return timely(incident, command, by, now, catalogue)
    if isinstance(command, c.Capture):
        return captures.capture(incident, command, by, now, catalogue)
    if rule := RULES.get(type(command)):
        return rule(incident, command, by, catalogue)
    raise TypeError(f"no rule for {type(command).__name__}")


def _change(incident: Incident, command: c.Change, by: str, catalogue: Catalogue) -> Said:
    return _with_its_runbook(incident, change(incident, command, catalogue), catalogue)


def _fill_in(incident: Incident, command: c.FillIn, by: str, catalogue: Catalogue) -> Said:
    return _with_its_runbook(incident, fill_in(incident, command, catalogue), catalogue)


def _with_its_runbook(incident: Incident, said: Said, catalogue: Catalogue) -> Said:
    """A new class brings its own runbook, if one is open; what was done in the old one stays."""
    klass = next((one.to for one in said.events if isinstance(one, e.Changed) and one.what == "klass"), None)
    return replace(said, events=(*said.events, *switched(incident, klass, catalogue))) if klass else said


def _note(incident: Incident, command: c.Note | c.AddEvidence, by: str, catalogue: Catalogue) -> Said:
    text = _needed(command.text, "note TEXT" if isinstance(command, c.Note) else "evidence TEXT")
    kind = e.Noted if isinstance(command, c.Note) else e.Evidence
    return Said((kind(text),), f"Noted as entry {incident.seq + 1} of {incident.name}.")


def _correct(incident: Incident, command: c.Correct, by: str, catalogue: Catalogue) -> Said:
    if not 1 <= command.entry <= incident.seq:
        raise Refusal(
            f"{incident.name} has entries 1 to {incident.seq}. `/incident show` lists the latest with their numbers."
        )
    text = _needed(command.text, f"correct {command.entry} TEXT")
    return Said((e.Corrected(command.entry, text),), f"Entry {command.entry} is corrected; both stay in the timeline.")


def _update(incident: Incident, command: c.SayUpdate, by: str, catalogue: Catalogue) -> Said:
    text = _needed(command.text, "update TEXT")
    return Said((e.UpdateSaid(text),), "Said. The card follows.")


def _export(incident: Incident, command: c.Export, by: str, catalogue: Catalogue) -> Said:
    where = f"<#{incident.room}>" if incident.room else "the room, when it stands"
    return Said((e.Exported(command.formats),), f"The timeline of {incident.name} is on its way to {where}.")


def _redraw(incident: Incident, command: c.Redraw, by: str, catalogue: Catalogue) -> Said:
    return Said(effects=(redrawing(incident, command.token),) if incident.card_ts else ())


def _card(incident: Incident, command: c.ReportCard, by: str, catalogue: Catalogue) -> Said:
    # A card of the room before this one, whose report comes late, is not the card of this room.
    late = command.generation < incident.card_generation
    known = incident.card_ts == command.ts
    return Said(() if known or late else (e.CardPosted(command.ts, command.generation),))


def _announcement(incident: Incident, command: c.ReportAnnouncement, by: str, catalogue: Catalogue) -> Said:
    known = incident.announced == (command.channel, command.ts)
    return Said(() if known else (e.Announced(command.channel, command.ts),))


def _card_lost(incident: Incident, command: c.ReportCardLost, by: str, catalogue: Catalogue) -> Said:
    return Said((e.CardLost(command.ts),) if incident.card_ts == command.ts else ())


def _room_change(incident: Incident, command: c.ReportRoomChange, by: str, catalogue: Catalogue) -> Said:
    same = command.name == incident.room_name if command.state == "renamed" else command.state == incident.room_state
    return Said(() if same or incident.room is None else (e.RoomChanged(command.state, command.name),))


def _signal(incident: Incident, command: c.ReportSignal, by: str, catalogue: Catalogue) -> Said:
    """The alert fires again, or is over. While watching, firing again is the red check."""
    if dict(incident.signals).get(command.key) == command.status:
        return Said()
    title = one_line(command.title, 200)
    told: e.Payload = e.Signalled(command.key, command.source, title, command.status, command.link)
    red = command.status == "firing" and incident.phase == "watching"
    return Said((told, e.RedCheck(f"{title} fires again")) if red else (told,))


def _duplicate(incident: Incident, command: c.ReportDuplicate, by: str, catalogue: Catalogue) -> Said:
    """Who worked on the duplicate comes over, unless this one is restricted."""
    if command.number in incident.duplicates:
        return Said()
    come = () if incident.restricted or not incident.room else command.people
    return Said((e.DuplicateJoined(command.number),), effects=tuple(joining(incident, user) for user in come))


def _recurred(incident: Incident, command: c.ReportRecurred, by: str, catalogue: Catalogue) -> Said:
    return Said((e.Recurred(command.number),))


def _trouble(incident: Incident, command: c.ReportTrouble, by: str, catalogue: Catalogue) -> Said:
    if command.effect in VIEWS and command.effect in incident.troubled:
        return Said()
    # What others said of it: it has to be fit to be kept.
    return Said((e.Trouble(one_line(command.what, 200), one_line(command.error, 600), command.effect),))


def _needed(text: str, usage: str) -> str:
    if cleaned := clean(text):
        return cleaned
    raise Refusal(f"There is nothing to record yet: `/incident {usage}`.")


TIMELY = COURSE | LEVERS | SEATS | DRAFTS | STATUS
"""Rules that ask what time it is."""
Rule = Callable[[Incident, Any, str, Catalogue], Said]
RULES: dict[type[c.Command], Rule] = {
    c.Change: _change,
    c.FillIn: _fill_in,
    c.Note: _note,
    c.AddEvidence: _note,
    c.Correct: _correct,
    c.SayUpdate: _update,
    c.Join: doors.join,
    c.LetIn: doors.let_in,
    c.Restrict: doors.restrict,
    c.Pin: captures.pin,
    c.ReportEdit: captures.edited,
    c.ReportSignal: _signal,
    c.ReportDuplicate: _duplicate,
    c.ReportRecurred: _recurred,
    c.Export: _export,
    c.Redraw: _redraw,
    c.ReportCard: _card,
    c.ReportAnnouncement: _announcement,
    c.ReportCardLost: _card_lost,
    c.ReportMember: doors.member,
    c.ReportRoomChange: _room_change,
    c.ReportTrouble: _trouble,
}
