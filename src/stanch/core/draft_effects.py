"""What is owed after words for others: drafts shown, messages sent and kept up to date."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from stanch.core import draft_events as e
from stanch.core.chain import unstamp
from stanch.core.effect import Effect
from stanch.core.events import Dismissed, Resolved, RoomOpened
from stanch.core.incident import Incident
from stanch.core.payload import Payload
from stanch.core.spoken import COMPANY, STAKEHOLDERS
from stanch.core.walk_effects import showing

AFTER_ALL: Final = 9
"""The rank of what goes to many: after every reminder, whatever its severity, and after all that cannot wait."""
AT_ONCE: Final = 20
BETWEEN: Final = timedelta(seconds=2)
"""Between two changed messages of many: Slack takes some 50 a minute, for everything."""


def of_words(before: Incident, after: Incident, payload: Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    at, seq = f"inc-{after.number}", after.seq
    match payload:
        case e.Drafted(d, _, until, replaces):
            yield showing(after, f"draft/{d}")
            if replaces:
                yield showing(after, f"draft/{replaces}")
            yield Effect(f"{at}/draft/{d}/due", "expire", lane=f"{at}/draft/{d}", payload={"d": d}, due=unstamp(until))
        case e.DraftApproved(d) | e.DraftDiscarded(d):
            yield showing(after, f"draft/{d}")
        case e.DraftExpired(d):
            yield showing(after, f"draft/{d}")
            if draft := after.spoken.draft(d):
                yield _inform(after, draft.by)
        case e.PublicSaid(0):
            # What was a draft stands in the room already, and its message follows.
            yield Effect(f"{at}/said/{seq}", "post", lane=f"{at}/room", payload={"entry": seq})
        case e.SaidTo(audience, _, alone):
            yield _broadcast(after, audience, seq)
            if audience == STAKEHOLDERS:
                if after.announced and after.announced != after.spoken.places.get(audience):
                    yield _announcement(after)
                yield from (_inform(after, user, AFTER_ALL) for user in after.spoken.subscribers if user != by)
            if alone:
                yield Effect(f"{at}/said/{seq}", "post", lane=f"{at}/room", payload={"entry": seq})
        case e.WordsShown(audience, entry=entry, lost=True):
            yield _broadcast(after, audience, entry)
        case e.WordsShown(audience) if after.restricted:
            # It was under way when the incident became restricted.
            yield _broadcast(after, audience, 0)
        case e.WordsShown(audience, entry=entry) if entry:
            # The thread has the history: what the message says now is there too.
            lane = f"{at}/words/{audience}/thread"
            yield Effect(f"{lane}/{entry}", "reply", lane, {"audience": audience, "entry": entry})
        case Resolved() | Dismissed() if not after.restricted:
            moment = "resolved" if isinstance(payload, Resolved) else "dismissed"
            for audience in COMPANY:
                if audience in after.spoken.last and audience not in after.spoken.ended:
                    lane = f"{at}/words/{audience}"
                    about = {"audience": audience, "moment": moment, "entry": seq}
                    yield Effect(f"{lane}/end/{seq}", "conclude", lane, about)
    yield from _follow(before, after, payload)


def _follow(before: Incident, after: Incident, payload: Payload) -> Iterator[Effect]:
    """What stands there already goes with the state: the audiences' messages, and the drafts that wait."""
    if _head(before) != _head(after):
        for audience, place in after.spoken.places.items():
            if place == after.announced and before.restricted == after.restricted:
                continue  # the announcement follows by itself
            lane, group = _lane(after, audience), f"inc-{after.number}/words/{audience}/state"
            yield Effect(f"{group}/{after.seq}", "broadcast", lane, {"audience": audience, "entry": 0}, group=group)
    if after.announced in after.spoken.places.values() and after.announced not in before.spoken.places.values():
        # It holds the words from now on, also where another drawing of it is under way.
        yield _announcement(after)
    for was, now in zip(before.status_page.words, after.status_page.words, strict=False):
        if now.d and (was.shown_at, was.how) != (now.shown_at, now.how):
            yield showing(after, f"draft/{now.d}")
    if after.restricted and not before.restricted and STAKEHOLDERS in after.spoken.last:
        yield hush_alone(after, after.seq)
    moved = (before.phase, before.severity) != (after.phase, after.severity)
    if moved or isinstance(payload, RoomOpened):
        yield from (showing(after, f"draft/{one.d}") for one in after.spoken.waiting)


def _head(i: Incident) -> tuple[object, ...]:
    return i.title, i.severity, i.klass, i.service, i.phase, i.restricted, i.impact


def _announcement(after: Incident) -> Effect:
    at = f"inc-{after.number}/announcement"
    return Effect(f"{at}/{after.seq}", "announce", at, group=at)


def _broadcast(after: Incident, audience: str, entry: int) -> Effect:
    lane = _lane(after, audience)
    return Effect(
        f"inc-{after.number}/words/{audience}/{after.seq}", "broadcast", lane, {"audience": audience, "entry": entry}
    )


def _lane(after: Incident, audience: str) -> str:
    """Where the announcement holds the words for an audience too, it is drawn by one after the other."""
    at = f"inc-{after.number}"
    together = after.announced is not None and after.spoken.places.get(audience) == after.announced
    return f"{at}/announcement" if together else f"{at}/words/{audience}"


def hush_alone(after: Incident, id: int) -> Effect:
    """What was sent to people alone is made neutral for those who have no part in it: once looked up, each message is
    owed by itself. `id`: of the entry because of which."""
    lane = f"inc-{after.number}/inform/hush"
    return Effect(f"{lane}/{id}", "inform", lane, {"hush": True})


def hush_each(after: Incident, sent: Sequence[tuple[str, str]], now: datetime) -> list[Effect]:
    """The messages that are to be made neutral, each once; `sent` (to whom, ts), the newest first. Behind the first
    they are spread, so that other messages can be changed meanwhile."""
    return [
        hush_one(after, to, ts, now + max(0, place - AT_ONCE) * BETWEEN, AFTER_ALL + place)
        for place, (to, ts) in enumerate(sent, 1)
    ]


def hush_one(after: Incident, to: str, ts: str, due: datetime, rank: int = AFTER_ALL) -> Effect:
    """One message to one person alone."""
    key = f"inc-{after.number}/inform/hush/{to}/{ts}"
    return Effect(key, "inform", key, {"hush": True, "whom": to, "ts": ts}, due=due, rank=rank)


def late_words(after: Incident, audience: str, id: str, due: datetime) -> Effect:
    """For what a try `id` of an effect may have left in a thread: it and its message are made neutral once more."""
    lane = f"inc-{after.number}/words/{audience}"
    return Effect(f"{lane}/late/{id}", "broadcast", lane, {"audience": audience, "entry": 0}, due=due)


def _inform(after: Incident, user: str, rank: int = 0) -> Effect:
    """A word to one person alone about this event."""
    key = f"inc-{after.number}/inform/{after.seq}/{user}"
    return Effect(key, "inform", lane=key, payload={"entry": after.seq, "to": user}, rank=rank)
