"""What is owed to the outside after each event. An effect is a row before it is a call.

Keys are unique and made from the incident and the event that owes the effect, so the same event can never owe it twice.
Effects of one lane go out in the order of their events, one in flight; a reminder holds up nothing before its time. Of
a group only the newest matters: it supersedes those that nobody has begun.
"""

from collections.abc import Iterator
from datetime import datetime

from stanch.core import draft_events, events as e, seat_events, status_events
from stanch.core.chain import unstamp
from stanch.core.draft_effects import of_words
from stanch.core.effect import Effect as Effect, Kind as Kind
from stanch.core.incident import STANCH, Incident
from stanch.core.pull_effects import glass_later, of_pull
from stanch.core.pulls import KINDS as OF_PULLS, find
from stanch.core.seat_effects import of_seats
from stanch.core.status_effects import of_status
from stanch.core.walk_effects import of_walk
from stanch.core.walks import KINDS as OF_WALKS

_POSTED: tuple[type[e.Payload], ...] = (
    e.Noted, e.Evidence, e.Corrected, e.UpdateSaid, e.Hypothesis, e.HypothesisJudged, e.Mitigating,
    e.MitigationApplied, e.MitigationMoved, e.Judged, e.BleedingChanged, e.Contained, e.Explained, e.Watching,
    e.RedCheck, e.Resolved, e.ActionAdded, e.Closed, e.Dismissed, e.Reopened, e.Signalled, e.DuplicateJoined,
    e.Recurred, e.PullSeconded, e.PullEffective, e.PullLate, e.PullFailed, e.RungHeld, e.Checked, e.CameBack,
    *seat_events.POSTED, *draft_events.POSTED, *status_events.POSTED,
)  # fmt: skip
POSTED = frozenset(one.kind for one in _POSTED)
"""Kinds of event that the room is told in a message of their own; the rest shows on the card."""

VIEWS = ("card", "topic", "announce")
"""Kinds that are owed again with every change; one that Slack refuses for good is told once for the incident."""
LOUD_CHANGES = ("severity", "klass")
UNSEEN = (
    e.CardPosted, e.Announced, e.Exported, e.Trouble, e.Noted, e.Evidence, e.Corrected, e.Redacted, e.Captured,
    e.CaptureEdited, e.CaptureDeleted, e.JoinAsked, e.LetIn, e.Signalled, e.PullAsked, e.PullRead, e.PullSeconded,
    e.PullCancelled, e.SettingsSaved, e.PullAgain, e.RunbookOpened, e.RunbookChose, e.RunbookBack, e.ChecksAsked,
    e.SampleAsked, e.SampleDrawn, e.AnswerJudged, e.Shown, e.Reminded,
    *seat_events.UNSEEN, *draft_events.UNSEEN, *status_events.UNSEEN,
)  # fmt: skip
"""Events that leave the card as it is."""
SHOWN_IN_TRIAGE = (e.RoomOpened, e.Restricted, e.Resolved, e.Closed, e.Dismissed, e.Reopened)
"""Events that change what the message of the alert says about the incident that was declared from it."""
HUSHED = ("line", "card", "name", "topic")
"""What is made neutral in a public room whose incident has become restricted."""


def owed(before: Incident | None, after: Incident, payload: e.Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    at = f"inc-{after.number}"
    seq = after.seq
    if before is None:
        yield Effect(f"{at}/room", "open_room", lane=f"{at}/room")
        yield from _triage(after)
        return
    if isinstance(payload, SHOWN_IN_TRIAGE):
        yield from _triage(after)
    if payload.kind in OF_PULLS:
        yield from of_pull(after, payload)
    if payload.kind in OF_WALKS:
        yield from of_walk(after, payload)
    yield from of_seats(before, after, payload, by)
    yield from of_words(before, after, payload, by)
    yield from of_status(before, after, payload, by)
    match payload:
        case e.Captured(channel, ts):
            yield Effect(f"{at}/mark/{seq}", "mark", lane=f"{at}/mark/{seq}", payload={"channel": channel, "ts": ts})
            return
        case e.RoomOpened() if after.exposed:
            yield from _withdraw(after)
            return
        case e.RoomOpened():
            yield _card(after)
            yield _topic(after)
            if before.room:
                yield _post(after)
                yield _announcement(after)
            return
        case e.Restricted() if after.exposed:
            yield from _withdraw(after)
            if after.announced:
                yield _announcement(after)
            return
        case e.JoinAsked():
            yield _post(after) if _writable(after) else _tell(after)
            return
        case e.LetIn(user):
            yield Effect(f"{at}/invite/{seq}", "invite", lane=f"{at}/invite/{seq}", payload={"users": [user]})
            return
        case e.Reopened() if after.moving:
            yield Effect(f"{at}/room/{seq}", "open_room", lane=f"{at}/rooms")
            yield _post(after)
        case e.Watching(quiet_until):
            yield _post(after)
            yield Effect(
                f"{at}/quiet/{seq}", "post", lane=f"{at}/room", payload={"entry": seq, "as": "quiet_held"},
                due=unstamp(quiet_until),
            )  # fmt: skip
        case e.CardPosted(_, generation):
            yield Effect(f"{at}/pin/{generation}", "pin", lane=f"{at}/pin")
            yield Effect(f"{at}/bookmark/{generation}", "bookmark", lane=f"{at}/bookmark")
            if generation == 0:
                yield Effect(
                    f"{at}/roles", "post", lane=f"{at}/room", payload={"entry": seq, "as": "roles", "asks": True}
                )
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
            if what == "severity":
                for pull in after.pulls:
                    yield from glass_later(after, pull)
            if what == "service":
                yield Effect(f"{at}/owners/{seq}", "seat_owners", lane=f"{at}/owners")
        case e.PullConfirmed(glass=glass) if glass:
            yield _post(after, "break_glass")
            yield Effect(f"{at}/warn/{seq}", "warn", lane=f"{at}/warn/{seq}", payload={"entry": seq})
        case e.PullEffective(p, s):
            if _is_news(after, p, s):
                yield _post(after)
        case e.MemberLeft(_, roles) if roles:
            yield _post(after)
        case e.Trouble():
            yield _post(after) if _writable(after) else _tell(after)
        case e.RoomChanged(state) if state in ("archived", "deleted", "bot_removed"):
            yield _tell(after)
            return
        case e.Checked(quiet=True):
            pass
        case e.ChecksAsked(until=until) if until and after.phase != "watching":
            yield _post(after)
        case _:
            if payload.kind in POSTED:
                yield _post(after)
    yield from _views(before, after, payload)


def _is_news(incident: Incident, p: int, s: int) -> bool:
    """Of several controls, or of a way back in steps, only the last is told: the pull's own message shows each."""
    pull = find(incident.pulls, p)
    return pull is None or pull.state == "done" or (len(pull.steps) == 1 and pull.steps[0].state != "holding")


def _writable(incident: Incident) -> bool:
    return incident.room_state == "open" and not incident.moving


def _withdraw(incident: Incident) -> Iterator[Effect]:
    """A private room is owed, and the public one says no more; nothing here waits for anything else."""
    at, seq = f"inc-{incident.number}", incident.seq
    yield Effect(f"{at}/room/{seq}", "open_room", lane=f"{at}/rooms")
    where = {"channel": incident.room, "card": incident.card_ts}
    for what in HUSHED:
        if what != "card" or incident.card_ts:
            yield Effect(f"{at}/hush/{what}/{seq}", "hush", lane=f"{at}/hush/{what}", payload={"what": what} | where)
    for view, ts in incident.shown.items():
        lane = f"{at}/hush/view/{view}"
        yield Effect(f"{lane}/{seq}", "hush", lane=lane, payload={"what": "message", "key": ""} | where | {"card": ts})


def late_hush(incident: Incident, kind: str, id: str, key: str, room: str, ts: str, due: datetime) -> Effect:
    """For what a try `id` of an effect of that kind may have left in a public room. `key` is that of its message, `ts`
    where it stands if that is known."""
    at = f"inc-{incident.number}/hush/late/{id}/{room}"
    what = kind if kind == "topic" else "message"
    key = f"inc-{incident.number}/card/{incident.card_generation}" if kind == "card" else key
    key = key.rpartition("/")[0] if kind == "view" else key
    found = {"what": what, "channel": room, "card": ts if kind in ("card", "view") else "", "key": key}
    return Effect(at, "hush", lane=at, payload=found, due=due)


def _triage(incident: Incident) -> Iterator[Effect]:
    for key, _ in incident.signals:
        yield showing(key, f"inc-{incident.number}/{incident.seq}")


def showing(key: str, version: str) -> Effect:
    """The alert's message in the triage channel, as it is by then; a newer one supersedes it."""
    lane = f"signal/{key}"
    return Effect(f"{lane}/{version}", "signal", lane, {"signal": key}, group=lane)


def _views(before: Incident, after: Incident, payload: e.Payload) -> Iterator[Effect]:
    """The card, the topic and the announcement follow the state; each is drawn when it is sent."""
    if after.room is None or isinstance(payload, UNSEEN):
        return
    if isinstance(payload, e.MemberJoined | e.MemberLeft) and not after.roles_of(payload.user):
        # Only of those who hold a seat the card says whether they are there.
        return
    yield _card(after)
    if _topical(before) != _topical(after):
        yield _topic(after)
    if after.card_ts is not None or after.announced:
        yield _announcement(after)


def _topical(i: Incident) -> tuple[object, ...]:
    return i.title, i.severity, i.commander, i.seating.ask("commander") is None


def _card(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/card"
    return Effect(f"{at}/{incident.seq}", "card", lane=at, group=at)


def _topic(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/topic"
    return Effect(f"{at}/{incident.seq}", "topic", lane=at, group=at)


def _announcement(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/announcement"
    return Effect(f"{at}/{incident.seq}", "announce", lane=at, group=at)


def _post(incident: Incident, form: str = "") -> Effect:
    at = f"inc-{incident.number}"
    about = {"entry": incident.seq} | ({"as": form} if form else {})
    return Effect(f"{at}/said/{incident.seq}", "post", lane=f"{at}/room", payload=about)


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


def redrawing(incident: Incident, token: str) -> Effect:
    at = f"inc-{incident.number}/card"
    return Effect(f"{at}/{incident.seq}/{token}", "card", lane=at, group=at)


def reading(incident: Incident, channel: str, ts: str, by: str) -> Effect:
    """A message of the room that somebody pinned: it is read from Slack before it stands in the timeline."""
    key = f"inc-{incident.number}/capture/{channel}/{ts}"
    return Effect(key, "capture", lane=key, payload={"channel": channel, "ts": ts, "by": by})


def owners_later(incident: Incident) -> Effect:
    at = f"inc-{incident.number}/owners"
    return Effect(f"{at}/{incident.seq}", "seat_owners", lane=at)
