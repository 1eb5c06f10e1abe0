"""Who sees a restricted incident (catalogue, section 6)."""

from stanch.core import commands as c
from stanch.core.policy import has_part
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, opened

ROOM = "C0ROOM"


def test_who_has_a_part() -> None:
    """Whoever declared it, holds a seat or speaks in its room; nobody else."""
    tale = opened(private=True)
    tale.do(c.GiveRole("technical", BOB))
    incident = tale.incident
    assert [has_part(incident, user) for user in (ALICE, BOB, CAROL, DAVE)] == [True, True, True, False]
    assert not has_part(incident, "U0NOBODY")
    assert has_part(incident, "U0NOBODY", incident.room)
    assert not has_part(incident, "U0NOBODY", "C0ELSEWHERE")


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


def test_the_commander_is_never_locked_out() -> None:
    """Somebody must be able to let people in."""
    tale = opened(private=True)
    commander = tale.incident.commander
    tale.do(c.ReportMember(commander, joined=False), "stanch")
    assert has_part(tale.incident, commander)
