"""Who sees a restricted incident, how it becomes one, and who is let in (catalogue, section 6)."""

import pytest

from stanch.core import commands as c, events as e
from stanch.core.effects import Effect
from stanch.core.policy import has_part
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, Tale, declared, opened, refused

ROOM = "C0ROOM"
PRIVATE = c.ReportRoom("G0PRIVATE", "inc-7-restricted", True)


def restricted(**facts: object) -> Tale:
    """An incident that became restricted in a public room: another one is owed."""
    tale = opened(**facts)
    tale.do(c.Restrict("customer data is in it"))
    return tale


def moved(**facts: object) -> Tale:
    """The same with its private room."""
    tale = restricted(**facts)
    tale.do(c.SeatOwners((), (BOB, DAVE), room=PRIVATE), "stanch")
    return tale


def owed(effects: tuple[Effect, ...]) -> list[str]:
    return [f"{one.kind} {one.payload['what']}" if one.kind == "hush" else one.kind for one in effects]


# Who sees it


def test_who_has_a_part() -> None:
    """Whoever declared it, holds a seat or speaks in its room; nobody else."""
    tale = opened(private=True)
    tale.do(c.GiveRole("technical", BOB))
    incident = tale.incident
    assert [has_part(incident, user) for user in (ALICE, BOB, CAROL, DAVE)] == [True, True, True, False]
    assert not has_part(incident, "U0NOBODY")
    assert has_part(incident, "U0NOBODY", incident.room)
    assert not has_part(incident, "U0NOBODY", "C0ELSEWHERE")


def test_the_public_room_of_before_is_no_pass() -> None:
    """Anybody may speak in a public room: who speaks in it sees nothing of what became restricted."""
    assert not has_part(restricted().incident, "U0NOBODY", ROOM)
    assert not has_part(moved().incident, "U0NOBODY", ROOM)
    assert has_part(moved().incident, "U0NOBODY", "G0PRIVATE")


def test_who_left_the_room_is_out_until_they_are_back() -> None:
    """A seat, an old form opened in the room: neither is a pass for somebody who left; coming back is."""
    tale = opened(private=True)
    tale.do(c.GiveRole("technical", BOB))
    tale.do(c.ReportMember(BOB, joined=False), "stanch")
    assert not has_part(tale.incident, BOB)
    assert not has_part(tale.incident, BOB, tale.incident.room)
    tale.do(c.ReportMember(BOB, joined=True), "stanch")
    assert has_part(tale.incident, BOB)


def test_who_left_is_remembered_without_a_role() -> None:
    """In a restricted room everybody who leaves is recorded; in a public one only who holds a role."""
    private, public = opened(private=True), opened()
    for tale in (private, public):
        tale.do(c.ReportMember("U0GUEST", joined=False), "stanch")
    assert private.incident.away == ("U0GUEST",)
    assert public.incident.away == ()


def test_every_entry_into_a_private_room_is_recorded() -> None:
    """Who comes in has a part from then on, once; in a public room nobody counts who comes."""
    private, public = opened(private=True), opened()
    assert private.do(c.ReportMember("U0GUEST", joined=True), "stanch").events == (e.MemberJoined("U0GUEST"),)
    assert private.do(c.ReportMember("U0GUEST", joined=True), "stanch").events == ()
    assert has_part(private.incident, "U0GUEST")
    assert public.do(c.ReportMember("U0GUEST", joined=True), "stanch").events == ()


def test_the_commander_is_never_locked_out() -> None:
    """Somebody must be able to let people in."""
    tale = opened(private=True)
    commander = tale.incident.commander
    tale.do(c.ReportMember(commander, joined=False), "stanch")
    assert has_part(tale.incident, commander)


# How it becomes one


def test_security_is_restricted_from_the_first_second() -> None:
    """Its one room is private from the start: no public one is ever owed or withdrawn."""
    tale = declared(klass="security")
    assert (tale.incident.restricted, tale.incident.moving) == (True, False)
    tale.do(c.SeatOwners((), (), room=PRIVATE), "stanch")
    assert (tale.incident.room, tale.incident.exposed, tale.incident.moving) == ("G0PRIVATE", False, False)
    assert "hush" not in [effect.kind for effect in tale.effects]


def test_a_public_room_is_withdrawn() -> None:
    """A private room is owed, and the public one is made neutral: a line, the card, its name, its topic; and the
    announcement follows. Nothing else is said there."""
    tale = opened()
    decision = tale.do(c.Restrict("customer data is in it"))
    assert decision.events == (e.Restricted("customer data is in it"),)
    assert owed(decision.effects) == ["open_room", "hush line", "hush card", "hush name", "hush topic", "announce"]
    assert {one.payload["channel"] for one in decision.effects if one.kind == "hush"} == {ROOM}
    assert (tale.incident.moving, tale.incident.exposed) == (True, True)
    assert decision.say == (
        "INC-7 is restricted. A private room opens; this one is made neutral and no more is said in it."
        " What was written here before stays readable: delete what must not."
    )


def test_a_class_set_later_withdraws_it_too() -> None:
    """Class security owes the same as `restrict`, and no message that names the class."""
    decision = opened().do(c.Change("klass", "security"))
    assert [one for one in owed(decision.effects) if one not in ("post", "card", "announce", "name_extras")] == [
        "open_room", "hush line", "hush card", "hush name", "hush topic",
    ]  # fmt: skip


def test_no_lane_of_the_withdrawal_waits_for_the_public_room() -> None:
    """What makes the old room neutral waits neither for what is still owed there nor for each other."""
    decision = opened().do(c.Restrict(""))
    lanes = [one.lane for one in decision.effects]
    assert len(set(lanes)) == len(lanes)
    assert "inc-7/room" not in lanes


def test_restricting_twice_is_once() -> None:
    """Also for a class that is set on what is restricted: one event, one new room."""
    tale = restricted()
    assert (tale.do(c.Restrict("again")).events, tale.done[-1]) == ((), "U0ALICE: Restrict(why='again')")
    assert tale.do(c.Restrict("")).say == "INC-7 is restricted already."
    assert tale.do(c.Change("klass", "security")).events == (e.Changed("klass", "security"),)


def test_before_the_room_stands_the_room_is_private_at_once() -> None:
    """Restricted while its room is still opening: no second room is owed, the first one will be private."""
    tale = declared()
    decision = tale.do(c.Restrict(""))
    assert [one.kind for one in decision.effects if one.kind in ("open_room", "hush")] == []
    assert (tale.incident.restricted, tale.incident.moving) == (True, False)


def test_a_room_that_was_opened_in_public_meanwhile_is_withdrawn() -> None:
    """The restriction came while Slack was making a public room: that one is never used."""
    tale = declared()
    tale.do(c.Restrict(""))
    decision = tale.do(c.SeatOwners((), (), room=c.ReportRoom(ROOM, "inc-7-answers", False)), "stanch")
    told = [one for one in decision.effects if one.kind != "remind"]
    assert owed(told) == ["open_room", "hush line", "hush name", "hush topic", "invite"]
    assert (tale.incident.moving, tale.incident.exposed) == (True, True)


def test_a_private_room_stays() -> None:
    """Restricting what has a private room already owes no other."""
    tale = moved()
    assert (tale.incident.room, tale.incident.former_rooms) == ("G0PRIVATE", (ROOM,))
    assert not tale.incident.exposed


def test_the_new_room_gets_what_a_room_has() -> None:
    """Card, topic, a word that leads there, and everybody who belongs in it: who declared, the seats, the owners."""
    tale = restricted()
    decision = tale.do(c.SeatOwners((), (BOB, DAVE), room=PRIVATE), "stanch")
    assert [one.kind for one in decision.effects] == ["card", "topic", "post", "announce", "invite"]
    assert decision.effects[-1].payload == {"users": [ALICE, BOB, CAROL, DAVE]}
    card = tale.do(c.ReportCard("1700000009.000100", tale.incident.card_generation), "stanch")
    assert [one.key for one in card.effects] == ["inc-7/pin/1", "inc-7/bookmark/1"]


def test_who_left_the_public_room_is_not_out_of_the_private_one() -> None:
    """Leaving a room counts for that room."""
    tale = opened()
    tale.do(c.ReportMember(BOB, joined=False), "stanch")
    tale.do(c.Restrict(""))
    tale.do(c.SeatOwners((), (), room=PRIVATE), "stanch")
    assert tale.incident.away == ()
    assert has_part(tale.incident, BOB)


def test_where_no_private_room_can_be_had_the_public_one_is_not_used_again() -> None:
    """Refused for good, the commander is told alone; the incident waits for a room rather than being heard by all."""
    tale = restricted()
    decision = tale.do(c.ReportTrouble("open the room", "restricted_action", "open_room"), "stanch")
    assert "tell" in [one.kind for one in decision.effects]
    assert "post" not in [one.kind for one in decision.effects]
    assert (tale.incident.moving, tale.incident.exposed) == (True, True)


@pytest.mark.parametrize(
    "command",
    [c.Note("x"), c.SayUpdate("x"), c.Change("severity", "SEV1"), c.Mitigate(), c.GiveRole("scribe", DAVE)],
    ids=lambda command: type(command).__name__,
)
def test_recording_goes_on_while_the_room_is_missing(command: c.Command) -> None:
    """What is recorded meanwhile stands in the timeline, and what it owes waits for the private room."""
    tale = restricted()
    assert tale.do(command).events
    assert tale.incident.moving


# Who is let in


def test_asking_to_join_is_asked_once() -> None:
    """One event, told to the room where it can be told; a second click is answered and records nothing."""
    tale = moved()
    decision = tale.do(c.Join(), "U0GUEST")
    assert decision.events == (e.JoinAsked("U0GUEST"),)
    assert [one.kind for one in decision.effects] == ["post"]
    again = tale.do(c.Join(), "U0GUEST")
    assert (again.events, again.effects) == ((), ())
    assert again.say == "<@U0ALICE> has been asked to let you into INC-7."


def test_while_the_room_is_missing_the_commander_is_asked_alone() -> None:
    """The public room must not learn who asks."""
    assert [one.kind for one in restricted().do(c.Join(), "U0GUEST").effects] == ["tell"]


def test_let_in() -> None:
    """By the commander: an event, an invitation, and a part from then on; twice is once."""
    tale = moved()
    tale.do(c.Join(), "U0GUEST")
    decision = tale.do(c.LetIn("U0GUEST"))
    assert decision.events == (e.LetIn("U0GUEST"),)
    assert decision.say == "<@U0GUEST> is let in."
    assert [(one.kind, one.payload) for one in decision.effects] == [("invite", {"users": ["U0GUEST"]})]
    assert (tale.incident.asking, "U0GUEST" in tale.incident.members) == ((), True)
    again = tale.do(c.LetIn("U0GUEST"))
    assert (again.events, again.say) == ((), "<@U0GUEST> is in already.")


def test_who_was_let_in_and_left_may_be_let_in_again() -> None:
    """Leaving ends the part; the commander can give it back."""
    tale = moved()
    tale.do(c.LetIn("U0GUEST"))
    tale.do(c.ReportMember("U0GUEST", joined=False), "stanch")
    assert not has_part(tale.incident, "U0GUEST")
    assert tale.do(c.LetIn("U0GUEST")).events == (e.LetIn("U0GUEST"),)
    assert has_part(tale.incident, "U0GUEST")


def test_who_is_on_call_is_in_without_asking() -> None:
    """Hiding an incident from the person who can stop it is its own incident; the entry says why they are in."""
    tale = moved()
    decision = tale.do(c.Join(on_call=True), "U0OWNER")
    assert decision.events == (e.LetIn("U0OWNER", "on call for support-copilot"),)
    assert [one.kind for one in decision.effects] == ["invite"]
    assert has_part(tale.incident, "U0OWNER")


def test_only_the_commander_decides_who_comes_in() -> None:
    """The technical lead sees the request and is told whose it is."""
    tale = moved()
    tale.do(c.Join(), "U0GUEST")
    assert refused(tale, c.LetIn("U0GUEST"), BOB) == (
        "Only the commander can let people in: that is <@U0ALICE>, commander."
        " To take over: `/incident role commander me`."
    )


def test_the_room_of_a_member_is_still_opening() -> None:
    """A part in it, and no private room yet: the public one is not offered."""
    assert refused(restricted(), c.Join(), BOB) == "The room of INC-7 is still opening. Try again in a moment."


def test_a_duplicate_brings_nobody_into_a_restricted_incident() -> None:
    """Who worked on the duplicate is not let in by it; an open incident takes them in."""
    report = c.ReportDuplicate(9, (DAVE, "U0GUEST"))
    private = moved().do(report, "stanch")
    assert private.events == (e.DuplicateJoined(9),)
    assert [one.kind for one in private.effects] == ["post", "card", "announce"]
    public = opened().do(report, "stanch")
    assert [one.payload["users"] for one in public.effects if one.kind == "invite"] == [[DAVE], ["U0GUEST"]]
