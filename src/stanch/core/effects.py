"""What is owed to the outside after each event. An effect is a row before it is a call.

Keys are unique and made from the incident and the event that owes the effect, so the same event can never owe it twice.
Effects of one lane go out in the order of their events, one in flight. Of a group only the newest matters: it
supersedes those that nobody has begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from stanch.core import events as e
from stanch.core.incident import STANCH, Incident

Kind = Literal[
    "open_room", "seat_owners", "invite", "topic", "card", "pin", "bookmark", "post", "announce", "upload", "tell"
]


@dataclass(frozen=True, slots=True)
class Effect:
    key: str
    kind: Kind
    lane: str
    payload: dict[str, Any] = field(default_factory=dict)
    group: str | None = None


POSTED = frozenset(
    kind.kind
    for kind in (
        e.Noted, e.Evidence, e.Corrected, e.UpdateSaid, e.Hypothesis, e.HypothesisJudged, e.Mitigating,
        e.MitigationApplied, e.MitigationMoved, e.Judged, e.BleedingChanged, e.Contained, e.Explained, e.Watching,
        e.RedCheck, e.Resolved, e.ActionAdded, e.Closed, e.Dismissed, e.Reopened,
    )
)  # fmt: skip
"""Kinds of event that the room is told in a message of their own; the rest shows on the card."""

VIEWS = ("card", "topic", "announce")
"""Kinds that are owed again with every change; one that Slack refuses for good is told once for the incident."""
LOUD_CHANGES = ("severity", "klass")
UNSEEN = (e.CardPosted, e.Announced, e.Exported, e.Trouble, e.Noted, e.Evidence, e.Corrected, e.Redacted)
"""Events that leave the card as it is."""


def owed(before: Incident | None, after: Incident, payload: e.Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    at = f"inc-{after.number}"
    seq = after.seq
    if before is None:
        yield Effect(f"{at}/room", "open_room", lane=f"{at}/room")
        return
    match payload:
        case e.RoomOpened():
            yield _card(after)
            yield _topic(after)
            return
        case e.CardPosted(_, generation):
            yield Effect(f"{at}/pin/{generation}", "pin", lane=f"{at}/pin")
            yield Effect(f"{at}/bookmark/{generation}", "bookmark", lane=f"{at}/bookmark")
            if generation == 0:
                yield Effect(f"{at}/roles", "post", lane=f"{at}/room", payload={"entry": seq, "as": "roles"})
                yield _announcement(after)
            return
        case e.Exported(formats):
            for one in formats:
                yield Effect(f"{at}/export/{seq}/{one}", "upload", f"{at}/room", {"entry": seq, "format": one})
        case e.RoleGiven(_, user) if by != STANCH:
            yield _post(after)
            if user and after.room:
                yield Effect(f"{at}/invite/{seq}", "invite", lane=f"{at}/invite/{seq}", payload={"users": [user]})
        case e.Changed(what):
            if what in LOUD_CHANGES:
                yield _post(after)
            if what == "service":
                yield Effect(f"{at}/owners/{seq}", "seat_owners", lane=f"{at}/owners")
        case e.MemberLeft(_, roles) if roles:
            yield _post(after)
        case e.Trouble():
            yield _post(after) if after.room_state == "open" else _tell(after)
        case e.RoomChanged(state) if state in ("archived", "deleted", "bot_removed"):
            yield _tell(after)
            return
        case _:
            if payload.kind in POSTED:
                yield _post(after)
    yield from _views(before, after, payload)


def _views(before: Incident, after: Incident, payload: e.Payload) -> Iterator[Effect]:
    """The card, the topic and the announcement follow the state; each is drawn when it is sent."""
    if after.room is None or isinstance(payload, UNSEEN):
        return
    yield _card(after)
    if (before.title, before.severity, before.commander) != (after.title, after.severity, after.commander):
        yield _topic(after)
    if after.card_ts is not None or after.announced:
        yield _announcement(after)


def _card(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/card"
    return Effect(f"{at}/{incident.seq}", "card", lane=at, group=at)


def _topic(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/topic"
    return Effect(f"{at}/{incident.seq}", "topic", lane=at, group=at)


def _announcement(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/announcement"
    return Effect(f"{at}/{incident.seq}", "announce", lane=at, group=at)


def _post(incident: Incident) -> Effect:
    at = f"inc-{incident.number}"
    return Effect(f"{at}/said/{incident.seq}", "post", lane=f"{at}/room", payload={"entry": incident.seq})


def _tell(incident: Incident) -> Effect:
    """To the commander alone, when the room itself is the trouble."""
    at = f"inc-{incident.number}"
    return Effect(f"{at}/told/{incident.seq}", "tell", lane=f"{at}/told", payload={"entry": incident.seq})


def greeting(incident: Incident, users: tuple[str, ...]) -> Effect:
    """Everybody who belongs in the room from the start, in one call (up to 100 people)."""
    at = f"inc-{incident.number}/greet/{incident.seq}"
    return Effect(at, "invite", lane=at, payload={"users": list(users)})


def joining(incident: Incident, user: str) -> Effect:
    at = f"inc-{incident.number}/join/{incident.seq}/{user}"
    return Effect(at, "invite", lane=at, payload={"users": [user]})


def owners_later(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/owners"
    return Effect(f"{at}/{incident.seq}", "seat_owners", lane=at)
