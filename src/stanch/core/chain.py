"""The hash chain of one incident's timeline.

Each event carries the hash of the one before it. The hash runs over the *digest* of the payload and not the payload
itself, so that a payload can be erased later and the chain still verifies.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the timeline. `at` and `recorded_at` are aware and in UTC; `by` is a Slack user id or `stanch`."""

    id: str
    incident: int
    seq: int
    kind: str
    at: datetime
    recorded_at: datetime
    by: str
    source: str
    payload: Mapping[str, Any] | None
    digest: str
    prev: str
    hash: str


def canonical(value: Any) -> str:
    """The one way to write a value: UTF-8 JSON, sorted keys, no spaces, no NaN."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(payload).encode()).hexdigest()


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, as in `2026-11-22T03:00:00.000000Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def unstamp(text: str) -> datetime:
    """What `stamp` wrote. Raises `ValueError` for anything that it would not write."""
    # A third of what strptime takes, and a fold reads a dozen.
    moment = datetime.fromisoformat(text)
    if stamp(moment) != text:
        raise ValueError(f"no moment of a timeline: {text!r}")
    return moment


def seal(event: Mapping[str, Any]) -> str:
    """The hash of an event given as JSON: over everything in it except the payload and the hash itself."""
    return hashlib.sha256(
        canonical({k: v for k, v in event.items() if k not in ("payload", "hash")}).encode()
    ).hexdigest()


def link(
    *,
    id: str,
    incident: int,
    seq: int,
    kind: str,
    at: datetime,
    recorded_at: datetime,
    by: str,
    source: str,
    payload: Mapping[str, Any],
    prev: str,
) -> Event:
    """A new event with its digest and hash, standing behind `prev`."""
    draft = Event(id, incident, seq, kind, at, recorded_at, by, source, payload, digest(payload), prev, "")
    return Event(
        id, incident, seq, kind, at, recorded_at, by, source, payload, draft.digest, prev, seal(envelope(draft))
    )


def envelope(event: Event) -> dict[str, Any]:
    """Everything but the payload, as JSON."""
    return {
        "id": event.id,
        "incident": event.incident,
        "seq": event.seq,
        "kind": event.kind,
        "at": stamp(event.at),
        "recorded_at": stamp(event.recorded_at),
        "by": event.by,
        "source": event.source,
        "digest": event.digest,
        "prev": event.prev,
        "hash": event.hash,
    }


def as_json(event: Event) -> dict[str, Any]:
    """The whole event, as it stands in an export."""
    before = envelope(event)
    after = {key: before.pop(key) for key in ("digest", "prev", "hash")}
    return {**before, "payload": None if event.payload is None else json.loads(canonical(event.payload)), **after}


def from_json(event: Mapping[str, Any]) -> Event:
    return Event(**{**event, "at": unstamp(event["at"]), "recorded_at": unstamp(event["recorded_at"])})


def first_fault(events: Sequence[Mapping[str, Any]]) -> tuple[int, str] | None:
    """The first event that is not whole, as (its place counted from 1, what is wrong), or None.

    An erased payload is whole when a later `redacted` event names it.
    """
    erased = {
        e["payload"]["entry"]: place
        for place, e in enumerate(events, 1)
        if e.get("kind") == "redacted" and isinstance(e.get("payload"), Mapping)
    }
    prev = GENESIS
    for place, event in enumerate(events, 1):
        if event["seq"] != place:
            return place, f"it has number {event['seq']}: an event is missing, doubled or out of order"
        if event["incident"] != events[0]["incident"]:
            return place, f"it belongs to INC-{event['incident']}"
        if event["prev"] != prev:
            return place, "it does not follow from the event before it"
        if event["payload"] is None:
            if erased.get(place, 0) <= place:
                return place, "its payload is gone and no later event says that it was redacted"
        elif digest(event["payload"]) != event["digest"]:
            return place, "its payload was changed"
        if seal(event) != event["hash"]:
            return place, "it was changed"
        prev = event["hash"]
    return None
