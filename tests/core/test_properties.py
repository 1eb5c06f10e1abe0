"""What holds for any sequence of commands (hypothesis): legal states, pure decisions, whole exports."""

import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from stanch.core import chain, commands as c, events as e
from stanch.core.decide import decide
from stanch.core.effects import Effect
from stanch.core.export import FORMATS, NotAnExport, export, to_json, verify
from stanch.core.incident import PHASES, fold
from stanch.core.roles import ROLES
from stanch.errors import Refusal
from tests.fakes.strategies import REPORTS, STEP, TALE, in_place
from tests.fakes.world import DAVE, ERIN, NOW, Tale, called, declared, opened

quickly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(TALE)
def test_any_sequence_folds_to_a_legal_state(tale: Tale) -> None:
    """Whatever is asked, the phase, the seats, the numbering and the commander stay what the design knows."""
    i = tale.incident
    assert i.phase in PHASES
    assert i.bleeding in ("yes", "contained", "unknown")
    assert i.seq == len(tale.events) == tale.events[-1].seq
    assert i.head == tale.events[-1].hash
    assert set(i.seats) <= set(ROLES)
    assert all(i.seats.values())
    assert i.commander
    assert i.acting == ("commander" not in i.seats)
    assert set(i.seated_by_owners) <= set(i.seats)
    assert (i.ended_at is not None) == (i.phase in ("learn", "closed", "dismissed"))
    assert [m.k for m in i.mitigations] == list(range(1, len(i.mitigations) + 1))
    assert {m.state for m in i.mitigations} <= {"pulling", "applied", "effective", "removed", "kept", "failed"}
    assert [one.p for one in i.pulls] == list(range(1, len(i.pulls) + 1))
    assert [one.s for one in i.samples] == list(range(1, len(i.samples) + 1))
    assert len({one.klass for one in i.walks}) == len(i.walks)
    assert [idea.k for idea in i.ideas] == list(range(1, len(i.ideas) + 1))
    assert [action.k for action in i.actions] == list(range(1, len(i.actions) + 1))
    assert i.severity in (None, *tale.catalogue.severities)
    assert i.klass in (None, *tale.catalogue.classes)
    assert i.service in tale.catalogue.services
    assert 0 < len(i.title) <= 120
    assert i.seq > 0


@quickly
@given(TALE)
def test_nothing_is_said_in_a_public_room_of_a_restricted_incident(tale: Tale) -> None:
    """However it came to be restricted, it stays so; and while its room is a public one, another is owed and what is
    said waits for that."""
    states = [fold(tale.events[:1])]
    for event in tale.events[1:]:
        states.append(fold([event], states[-1]))
    for before, after in pairwise(states):
        assert before is not None
        assert after is not None
        assert after.restricted or not before.restricted
        if after.exposed:
            assert after.moving
        assert not set(after.members) & set(after.away)
        assert not set(after.asking) & set(after.members)
        assert after.room not in after.former_rooms


@quickly
@given(TALE)
def test_a_message_stands_in_the_timeline_once(tale: Tale) -> None:
    """However often it is captured, edited or deleted, each message of Slack has one entry, which is about it."""
    known = tale.incident.captured
    assert len({(m.channel, m.ts) for m in known}) == len(known)
    for message in known:
        payload = tale.events[message.entry - 1].payload
        assert payload is not None
        assert (payload["channel"], payload["ts"]) == (message.channel, message.ts)
    assert all(event.at <= event.recorded_at for event in tale.events)


@quickly
@given(TALE, st.data())
def test_one_by_one_equals_at_once(tale: Tale, data: st.DataObject) -> None:
    """Folding the rest onto the state at any point gives the state of folding all."""
    cut = data.draw(st.integers(0, len(tale.events)))
    assert fold(tale.events[cut:], fold(tale.events[:cut])) == fold(tale.events) == tale.state


@quickly
@given(TALE, STEP)
def test_decide_is_pure(tale: Tale, step: tuple) -> None:
    """The same incident, command, person, moment and catalogue give the same decision, and nothing given is altered."""
    asked, by, after = step
    command = in_place(tale, asked) or c.Note("nothing is waited for")
    before = tale.incident.as_json()

    def decided() -> object:
        try:
            return decide(tale.incident, command, by, NOW + after, tale.catalogue)
        except Refusal as refusal:
            return str(refusal)

    assert decided() == decided()
    assert tale.incident.as_json() == before


@quickly
@given(TALE, STEP)
def test_decision_shows_the_state_that_its_events_fold_to(tale: Tale, step: tuple) -> None:
    """What the effects are made from is what the timeline will say (but for the hash, which comes with writing)."""
    asked, by, _ = step
    command = in_place(tale, asked) or c.Note("nothing is waited for")
    by = "stanch" if isinstance(command, REPORTS) else by
    try:
        decision = tale.do(command, by)
    except Refusal:
        return
    told, folded = decision.incident.as_json(), tale.incident.as_json()
    assert {**told, "head": ""} == {**folded, "head": ""}


@quickly
@given(TALE)
def test_nothing_is_sent_twice(tale: Tale) -> None:
    """Of each pull, step and turn one request is owed, however it was clicked and told of; nothing is sent that nobody
    confirmed, and what does more was confirmed by two people, or by one who broke the glass."""
    sent = [
        (one.payload["p"], one.payload["s"], one.payload["turn"])
        for one in tale.effects
        if one.kind == "apply" and not one.payload.get("look")
    ]
    assert len(sent) == len(set(sent))
    by = {
        p: [e.read(x.kind, x.payload) for x in tale.events if x.payload and x.payload.get("p") == p] for p, _, _ in sent
    }
    assert all(any(isinstance(one, e.PullConfirmed) for one in told) for told in by.values())
    for pull in tale.incident.pulls:
        if pull.state in ("pulling", "done") and pull.direction == "more":
            assert pull.glass or pull.first not in (None, pull.confirmed_by)


@quickly
@given(TALE)
def test_a_pull_waits_for_what_is_owed(tale: Tale) -> None:
    """While a pull is not over, something of it is owed that will be told: it never hangs."""
    for pull in tale.incident.pulls:
        keys = [one.key for one in tale.effects if one.key.startswith(f"inc-7/pull/{pull.p}/")]
        if pull.state == "reading":
            assert f"inc-7/pull/{pull.p}/read/{pull.looks}" in keys
        if pull.state == "pulling" and not pull.saved:
            assert f"inc-7/pull/{pull.p}/save/{pull.turn}" in keys
        if pull.state == "pulling" and pull.saved:
            going = {"pulling": ("apply", "look"), "accepted": ("probe",), "holding": ("hold",)}
            moving = [one for one in pull.steps if one.state in going]
            assert moving
            for step in moving:
                at = f"inc-7/pull/{pull.p}/{step.s}/"
                assert any(key.startswith(f"{at}{kind}/{step.turn}") for kind in going[step.state] for key in keys)


@quickly
@given(TALE)
def test_keys_of_effects_name_one_thing_each(tale: Tale) -> None:
    """No two different effects share a key: the second would never be owed. But a message that two people pin is read
    once."""
    seen: dict[str, Effect] = {}
    for effect in tale.effects:
        if effect.kind == "capture":
            continue
        assert seen.setdefault(effect.key, effect) == effect


def test_owners_are_invited_after_a_role_was_given_in_between() -> None:
    """The service changes, bob gets a seat, then the owners are found: both invitations are owed, each by
    its own key."""
    tale = opened()
    tale.do(c.Change("service", "search-answers"))
    given = tale.do(c.GiveRole("scribe", ERIN))
    found = tale.do(c.SeatOwners((), (DAVE,)), "stanch")
    keys = [effect.key for effect in (*given.effects, *found.effects) if effect.kind == "invite"]
    assert len(keys) == len(set(keys)) == 2


@quickly
@given(TALE)
def test_texts_can_be_stored(tale: Tale) -> None:
    """No lone surrogate is recorded, and no NUL stands in what is looked up: neither UTF-8 nor PostgreSQL
    holds them."""
    for event in tale.events:
        assert chain.canonical(event.payload).encode()
    assert "\0" not in f"{tale.incident.title}{tale.incident.impact}{tale.incident.scope}"


@quickly
@given(TALE)
def test_whatever_is_exported_verifies(tale: Tale) -> None:
    """Each export in JSON is whole, with its own head too; each other format comes out as UTF-8."""
    content = to_json(tale.events)
    assert verify(content) == []
    assert verify(content, tale.incident.head) == []
    assert verify(content, "0" * 64) != []
    for form in FORMATS:
        assert export(tale.events, form, called).decode()


@quickly
@given(TALE)
def test_incident_in_the_export_is_the_fold_of_its_events(tale: Tale) -> None:
    """Whoever reads the file can rebuild its head lines from its events."""
    whole = json.loads(to_json(tale.events))
    assert whole["incident"] == json.loads(json.dumps(tale.incident.as_json()))
    assert whole["count"] == len(tale.events)
    assert whole["head"] == tale.incident.head
    assert [chain.from_json(event) for event in whole["events"]] == [
        chain.from_json(json.loads(json.dumps(chain.as_json(event)))) for event in tale.events
    ]


def long_tale() -> Tale:
    tale = opened(title="العربية, emoji 🔥 and <!channel>", severity="SEV2", klass="provider_outage")
    for n in range(3):
        tale.record(e.Noted(f"note {n} “as typed”\nwith two lines"))
    tale.record(e.Changed("impact", "answers are wrong", None))
    return tale


CONTENT = to_json(long_tale().events)
EVENTS = len(long_tale().events)


def found(content: bytes) -> bool:
    """Is the change noticed, in one of the two ways that a person is told of?"""
    try:
        return verify(content) != []
    except NotAnExport:
        return True


SHORT = to_json(declared("العربية 🔥").events)


@pytest.mark.parametrize("part", range(4))
def test_any_flipped_byte_is_found(part: int) -> None:
    """Flip one bit of any byte of the file, and verify says that it is not whole; it never breaks."""
    for place in range(part, len(SHORT), 4):
        flipped = bytearray(SHORT)
        flipped[place] ^= 1 << (place % 8)
        assert found(bytes(flipped)), (place, SHORT[max(0, place - 20) : place + 20])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_edit_is_found(data: st.DataObject) -> None:
    """Replace, insert or delete any bytes anywhere: found."""
    start = data.draw(st.integers(0, len(CONTENT)))
    end = data.draw(st.integers(start, min(len(CONTENT), start + 5)))
    put = data.draw(st.binary(max_size=5) | st.sampled_from((b" ", b"\n", b"0", b'"', b",", b"null", b"1.0", b"{}")))
    changed = CONTENT[:start] + put + CONTENT[end:]
    if changed != CONTENT:
        assert found(changed)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(CONTENT) - 1))
def test_a_cut_file_is_found(length: int) -> None:
    """A file that ends too early, at any byte, is never whole."""
    assert found(CONTENT[:length])


def rewritten(change: object) -> bytes:
    """The file after somebody has worked on it with a JSON library and written it in the same shape."""
    whole = json.loads(CONTENT)
    change(whole)  # type: ignore[operator]
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def test_rewriting_without_a_change_is_whole() -> None:
    """The shape itself is no fault, so that what the next tests find is the change."""
    assert verify(rewritten(lambda whole: None)) == []


CHANGES = {
    "the first two swapped": lambda w: w["events"].insert(0, w["events"].pop(1)),
    "the last two swapped": lambda w: w["events"].insert(-1, w["events"].pop()),
    "one in the middle dropped": lambda w: w["events"].pop(3),
    "the first dropped": lambda w: w["events"].pop(0),
    "the last dropped": lambda w: w["events"].pop(),
    "the last dropped and uncounted": lambda w: (w["events"].pop(), w.update(count=EVENTS - 1)),
    "the last dropped, uncounted, and the head moved": lambda w: (
        w["events"].pop(), w.update(count=EVENTS - 1, head=w["events"][-1]["hash"]),
    ),
    "one doubled": lambda w: w["events"].insert(2, w["events"][2]),
    "all dropped": lambda w: w.update(events=[], count=0),
    "another format": lambda w: w.update(format="stanch-timeline/1 "),
    "another head": lambda w: w.update(head="f" * 64),
    "another count": lambda w: w.update(count=EVENTS + 1),
    "another phase in the head lines": lambda w: w["incident"].update(phase="closed"),
    "no head lines": lambda w: w.update(incident=None),
    "one more key": lambda w: w.update(more=1),
    "a key less": lambda w: w.pop("head"),
    "another time": lambda w: w["events"][2].update(at="2026-11-22T04:00:00.000000Z"),
    "another person": lambda w: w["events"][2].update(by="U0MALLORY"),
    "another word": lambda w: w["events"][-2]["payload"].update(text="nothing happened"),
    "another word and its digest": lambda w: w["events"][-2].update(
        payload={"text": "no"}, digest=chain.digest({"text": "no"})
    ),
    "a payload erased": lambda w: w["events"][-2].update(payload=None),
    "keys of a payload in another order": lambda w: w["events"][0].update(
        payload=dict(reversed(w["events"][0]["payload"].items()))
    ),
    "another incident": lambda w: w["events"][-1].update(incident=8),
    "a number as true": lambda w: w["events"][0].update(seq=True),
    "one more key in an event": lambda w: w["events"][0].update(more=1),
    "events as a mapping": lambda w: w.update(events={"0": w["events"][0]}),
    "events as text": lambda w: w.update(events="none"),
    "an event that is a number": lambda w: w["events"].insert(1, 7),
    "a time that is none": lambda w: w["events"][0].update(at="soon"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_a_person_would_change_is_found(what: str) -> None:
    """Dropped, doubled, moved or altered: each is found, also when the rest of the file is put right again."""
    assert found(rewritten(CHANGES[what]))


def relinked(whole: dict) -> None:
    """Every hash made anew, as only somebody who rewrites the whole chain would."""
    prev = chain.GENESIS
    for event in whole["events"]:
        event["digest"] = chain.digest(event["payload"])
        event["prev"] = prev
        event["hash"] = prev = chain.seal(event)
    whole["head"] = whole["incident"]["head"] = prev


def test_a_chain_made_anew_is_found_by_the_posted_head() -> None:
    """Whoever rewrites all hashes makes a file that is whole; only the head that was posted shows it."""

    def forge(whole: dict) -> None:
        whole["events"][-2]["payload"]["text"] = "nothing happened"
        relinked(whole)

    forged, posted = rewritten(forge), json.loads(CONTENT)["head"]
    assert verify(forged) == []
    assert verify(forged, posted) == ["it is whole, but it is not the timeline whose head was posted"]
    assert verify(CONTENT, f" {posted.upper()}\n") == []


def strange(whole: dict, payload: object) -> None:
    whole["events"][2]["payload"] = payload
    relinked(whole)


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(("role", "user", "was")), inner),
        max_leaves=8,
    )
)
def test_verify_answers_whatever_stands_in_the_file(value: object) -> None:
    """A forged payload, or a file that is something else altogether, gets an answer and never an exception of ours."""
    for content in (
        rewritten(lambda whole: strange(whole, value)),
        rewritten(lambda whole: whole.update(events=value)),
        json.dumps({"format": "stanch-timeline/1", "events": value}).encode(),
        json.dumps([value, "stanch-timeline/1"]).encode(),
    ):
        found(content)


def test_what_never_was_an_export_is_told_so() -> None:
    """A picture, an empty file or another JSON is not called a damaged timeline."""
    for content in (b"", b"{}", b"\x89PNG\r\n", b"[1, 2]", b"# INC-7"):
        with pytest.raises(NotAnExport):
            verify(content)


def test_a_deep_file_is_no_crash() -> None:
    """Brackets without end are damage, not an exception."""
    assert found(b'{"format": "stanch-timeline/1", "events": ' + b"[" * 100_000)
