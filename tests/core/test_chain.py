"""The hash chain: what it shows, and how a payload can be erased without breaking it."""

import hashlib
import json
from dataclasses import fields

import pytest

from stanch.core import chain, events as e
from stanch.core.export import to_json, verify
from stanch.core.incident import fold
from tests.fakes.world import ALICE, NOW, Tale, declared, opened


def test_each_event_carries_the_hash_of_the_one_before() -> None:
    """The first stands on sixty-four zeros, every other one on its predecessor; the last is the head of the state."""
    events = opened().events
    assert [event.prev for event in events] == ["0" * 64, *(event.hash for event in events[:-1])]
    assert fold(events).head == events[-1].hash


def test_the_hash_can_be_computed_by_anybody() -> None:
    """SHA-256 over the canonical JSON of all but payload and hash, and the digest over the payload's: no
    secret in it."""
    flat = chain.as_json(declared().events[0])
    canonical = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
    rest = {k: v for k, v in flat.items() if k not in ("payload", "hash")}
    assert flat["digest"] == hashlib.sha256(json.dumps(flat["payload"], **canonical).encode()).hexdigest()
    assert flat["hash"] == hashlib.sha256(json.dumps(rest, **canonical).encode()).hexdigest()


def test_times_are_utc_with_microseconds() -> None:
    """A moment is written in one way only and read back as it was."""
    assert chain.stamp(NOW.replace(microsecond=12)) == "2026-11-22T03:00:00.000012Z"
    assert chain.unstamp(chain.stamp(NOW)) == NOW


def test_what_is_no_json_is_no_payload() -> None:
    """Not-a-number has no canonical form."""
    with pytest.raises(ValueError, match="Out of range"):
        chain.canonical({"share": float("nan")})


def secret() -> Tale:
    tale = opened()
    tale.record(e.Noted("the customer is Jane Roe"))
    tale.record(e.Noted("after it"))
    return tale


def test_an_erased_payload_verifies_with_its_redacted_event() -> None:
    """A person's right: the words go, a `redacted` event says so, and the chain still stands."""
    tale = secret()
    entry = len(tale.events) - 1
    head = tale.events[-1].hash
    tale.record(e.Redacted(entry, "asked for by the person"))
    tale.erase(entry)
    content = to_json(tale.events)
    assert b"Jane Roe" not in content
    assert verify(content) == []
    assert tale.events[-1].prev == head


def test_an_erased_payload_without_its_redacted_event_is_found() -> None:
    """Words that are just gone are a fault, and the event is named."""
    tale = secret()
    entry = len(tale.events) - 1
    tale.erase(entry)
    assert verify(to_json(tale.events)) == [
        f"event {entry} (noted) is not whole: its payload is gone and no later event says that it was redacted"
    ]


def test_a_redacted_event_excuses_its_own_entry_only() -> None:
    """Another entry's words may not go with it."""
    tale = secret()
    entry = len(tale.events) - 1
    tale.record(e.Redacted(entry, "asked for by the person"))
    tale.erase(entry + 1)
    assert verify(to_json(tale.events))[0].startswith(f"event {entry + 1} (noted) is not whole: its payload is gone")


def test_an_event_cannot_be_redacted_before_it_stands() -> None:
    """Only a later event erases: one that names an entry still to come is no leave to drop it."""
    tale = opened()
    entry = len(tale.events) + 2
    tale.record(e.Redacted(entry, "beforehand"))
    tale.record(e.Noted("what came after"))
    tale.erase(entry)
    assert verify(to_json(tale.events)) != []


def test_the_state_survives_an_erased_payload() -> None:
    """The fold goes on without the words: the number, the head and the rest stay right."""
    tale = opened()
    tale.record(e.Changed("impact", "secret"))
    tale.erase(1)
    state = fold(tale.events)
    assert (state.title, state.seq, state.head) == ("(erased)", len(tale.events), tale.events[-1].hash)
    assert state.room == "C0ROOM"
    assert state.declared_by == ALICE


def test_an_event_of_a_newer_version_is_kept() -> None:
    """A kind that nobody knows yet, and a field that nobody knows yet, change nothing but the count and the head."""
    tale = opened()

    class Sung(e.Payload):
        kind = "sung"

        def as_json(self) -> dict:
            return {"song": "la"}

    tale.record(Sung())
    assert tale.incident.seq == len(tale.events)
    assert verify(to_json(tale.events)) == []
    assert e.read("noted", {"text": "x", "mood": "new"}) == e.Noted("x")


@pytest.mark.parametrize("kind", e.KINDS)
def test_every_kind_is_read_back_as_it_was_written(kind: str) -> None:
    """Each event's payload is plain JSON that reads back as the same value."""
    payload = sample_of(kind)
    assert e.read(kind, json.loads(chain.canonical(payload.as_json()))) == payload


def sample_of(kind: str) -> e.Payload:
    """One payload of this kind, each field with a value of its type."""
    values = {
        "str": "x", "int": 1, "bool": True, "tuple[str, ...]": ("commander",), "str | None": "U0BOB", "int | None": 3,
        "tuple[int, ...]": (1, 2), "str | int | float | bool | None": 5, "dict[str, typing.Any]": {"prompt": "v18"},
        "tuple[dict[str, typing.Any], ...]": ({"check": "errors", "verdict": "green", "seen": "0 %"},),
        "tuple[dict[str, str], ...]": ({"control": "prompt.back", "good": "v17", "now": "v18"},),
    }  # fmt: skip
    made = {f.name: values[f.type.__name__ if isinstance(f.type, type) and f.type in (str, int, bool) else str(f.type)]
            for f in fields(e.KINDS[kind])}  # fmt: skip
    return e.KINDS[kind](**(made | KNOWN.get(kind, {})))


KNOWN: dict[str, dict] = {
    "changed": {"what": "scope"},
    "watching": {"quiet_until": "2026-11-23T03:00:00.000000Z"},
    "checks_asked": {"until": "2026-11-23T03:00:00.000000Z"},
    "pull_read": {
        "steps": (
            {"control": "x", "name": "X", "before": "v18", "to": "v17", "direction": "back", "detail": {"n": [1]}},
        ),
    },
}
"""What must be more than a value of its type."""
