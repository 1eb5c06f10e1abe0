"""What each command answers, in whole messages: recorded, refused with what to do instead, or nothing to do."""

import pytest

from stanch.core import commands as c, events as e
from stanch.core.decide import decide
from stanch.errors import Refusal
from tests.fakes.world import ALICE, BOB, CATALOGUE, DAVE, ERIN, NOW, Tale, declared, opened, refused

# Declare


def test_declare_records_one_event_and_owes_one_effect() -> None:
    """Lean declare: before the acknowledgement there is one event and one effect, and the service is marked
    as assumed."""
    decision = Tale().do(c.Declare(7, "answers cite the wrong policy"))
    assert decision.events == (
        e.Declared("answers cite the wrong policy", service="support-copilot", service_assumed=True),
    )
    assert [(effect.key, effect.kind) for effect in decision.effects] == [("inc-7/room", "open_room")]
    assert decision.say == "INC-7 is opening: answers cite the wrong policy"


def test_declare_takes_what_the_form_holds() -> None:
    """Class, severity and service by id or by the name that people see, in any case; impact as it was said."""
    tale = declared(
        "slow", klass="availability", severity="sev2", service="Search Answers", impact=" timeouts ", drill=True
    )
    i = tale.incident
    assert (i.klass, i.severity, i.service, i.impact) == ("provider_outage", "SEV2", "search-answers", "timeouts")
    assert (i.service_assumed, i.drill, i.severity_since) == (False, True, tale.now)


@pytest.mark.parametrize(
    ("facts", "restricted"),
    [({}, False), ({"private": True}, True), ({"klass": "security"}, True), ({"klass": "provider_outage"}, False)],
)
def test_restricted_from_the_start(facts: dict, restricted: bool) -> None:
    """Private by the box, or from the start for a class that is restricted."""
    assert declared(**facts).incident.restricted is restricted


TITLES = {
    "a title": ("a title", "a title"),
    "  two\n lines\t here ": ("two lines here", "two lines here"),
    "🏳️‍🌈 flags 🔥": ("🏳️‍🌈 flags 🔥", "🏳️‍🌈 flags 🔥"),
    "العربية": ("العربية", "العربية"),
    "\u202egnp.exe": ("gnp.exe", "gnp.exe"),
    "<!channel> & <@U0BOB>": ("<!channel> & <@U0BOB>", "&lt;!channel&gt; &amp; &lt;@U0BOB&gt;"),
    "`rm -rf` *now*": ("`rm -rf` *now*", "`rm -rf` *now*"),
    "nul\x00 and \ud800 half": ("nul and half", "nul and half"),
    "token xoxb-" + "1" * 12 + "-" + "a1" * 12: ("token [redacted: Slack token]", "token [redacted: Slack token]"),
}


@pytest.mark.parametrize("typed", TITLES)
def test_titles(typed: str) -> None:
    """Whatever is typed becomes one printable line that pings nobody, with its meaning kept."""
    kept, said = TITLES[typed]
    decision = Tale().do(c.Declare(7, typed))
    assert decision.incident.title == kept
    assert decision.say == f"INC-7 is opening: {said}"


def test_a_title_of_3000_characters_loses_nothing() -> None:
    """It is cut to what a header holds; the first entry has the whole of it, and the answer says so."""
    typed = ("answers cite the wrong policy; " * 100)[:3_000].strip()
    decision = Tale().do(c.Declare(7, typed))
    (event,) = decision.events
    assert isinstance(event, e.Declared)
    assert len(event.title) <= 120
    assert event.title.endswith("…")
    assert event.whole_title == typed
    assert decision.say == (
        f"INC-7 is opening: {event.title}\n"
        "The title was longer than 120 characters and is cut; the whole of it is entry 1."
    )


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", "\x00", "\u202e\u202d", "\ud800"])
def test_a_title_of_nothing_is_refused(typed: str) -> None:
    """Spaces and what cannot be seen are no title; the refusal shows what one looks like."""
    with pytest.raises(Refusal) as refusal:
        Tale().do(c.Declare(7, typed))
    assert str(refusal.value) == (
        "A title is needed: a few words for what users see, like `answers cite the wrong policy`."
    )


def test_commands_need_an_incident() -> None:
    """Anything but a declaration, asked of nothing, says how to find one."""
    with pytest.raises(Refusal, match="There is no such incident"):
        decide(None, c.Note("x"), ALICE, NOW, CATALOGUE)


# Facts


@pytest.mark.parametrize(
    ("what", "to", "said"),
    [
        ("title", "wrong region", "The title is now: wrong region"),
        ("klass", "Availability", "The class is now: Availability"),
        ("severity", "2", "No severity → SEV2. An update to the room is due every 30 min."),
        ("severity", "SEV4", "No severity → SEV4. "),
        ("service", "search answers", "The service is now: Search answers"),
        ("scope", "EU & <US>", "The scope is now: EU &amp; &lt;US&gt;"),
        ("impact", "wrong answers", "What users see is now: wrong answers"),
    ],
)
def test_change_says_what_it_did(what: str, to: str, said: str) -> None:
    """The new value, as people see it; with a severity its cadence."""
    assert opened().do(c.Change(what, to)).say.strip() == said.strip()


@pytest.mark.parametrize(
    ("what", "to", "said"),
    [
        ("klass", "secur ity", "There is no class `secur ity`. Did you mean `security`?"
         " Known: `quality_regression`, `provider_outage`, `security`."),
        ("klass", "<!here>", "There is no class `&lt;!here&gt;`."
         " Known: `quality_regression`, `provider_outage`, `security`."),
        ("severity", "SEV9", "There is no severity `SEV9`."
         " Known: `SEV1`, `SEV2`, `SEV3`, `SEV4`."),
        ("service", "copilot", "There is no service `copilot`. Did you mean `support-copilot`?"
         " Known: `support-copilot`, `search-answers`."),
        ("scope", " \n", "There is nothing to set yet: `/incident scope TEXT`."),
        ("title", " ", "A title is needed: a few words for what users see, like `answers cite the wrong policy`."),
    ],
)  # fmt: skip
def test_wrong_facts_are_refused_with_the_nearest(what: str, to: str, said: str) -> None:
    """An unknown value is named, with the nearest one and all that are known."""
    assert refused(opened(), c.Change(what, to)) == said


def test_setting_what_is_set_records_nothing() -> None:
    """The same value again is no event."""
    tale = opened(severity="SEV2")
    decision = tale.do(c.Change("severity", "sev2"))
    assert (decision.events, decision.effects) == ((), ())
    assert decision.say == "That is so already: SEV2"


def test_naming_the_assumed_service_confirms_it() -> None:
    """The service that was assumed, said by a person, is assumed no longer."""
    tale = opened()
    tale.do(c.Change("service", "support-copilot"))
    assert tale.incident.service_assumed is False


def test_saving_the_form_confirms_the_assumed_service() -> None:
    """The form shows the assumed service; whoever saves it with that service has said that it is the one."""
    tale = opened()
    tale.do(c.FillIn((("title", tale.incident.title), ("service", "support-copilot"), ("impact", "wrong answers"))))
    assert tale.incident.service_assumed is False


def test_fill_in_records_what_differs() -> None:
    """Each fact that differs is one event; empty fields and unchanged ones are none."""
    tale = opened(severity="SEV2", service="support-copilot")
    decision = tale.do(c.FillIn((("severity", "SEV2"), ("klass", "provider_outage"), ("impact", ""), ("scope", "EU"))))
    assert decision.events == (e.Changed("klass", "provider_outage"), e.Changed("scope", "EU"))
    assert decision.say == "2 of the facts changed."
    assert tale.do(c.FillIn((("scope", "EU"),))).say == "Nothing changed."


def test_fill_in_takes_all_or_nothing() -> None:
    """One wrong fact refuses the whole form, so that nothing is half saved."""
    tale = opened()
    assert refused(tale, c.FillIn((("scope", "EU"), ("klass", "nonsense")))).startswith("There is no class `nonsense`.")
    assert tale.incident.scope == ""


def test_a_class_that_left_the_catalogue_is_kept() -> None:
    """An incident of a class that is in no file any more goes on, and the class can be changed."""
    tale = opened(klass="provider_outage")
    tale.catalogue = type(CATALOGUE)(
        {"security": CATALOGUE.classes["security"]}, CATALOGUE.services, CATALOGUE.severities
    )
    tale.do(c.Note("still here"))
    assert tale.incident.klass == "provider_outage"
    assert refused(tale, c.Change("klass", "provider_outage")).endswith("Known: `security`.")


def test_becoming_security_restricts() -> None:
    """A class that is restricted closes the incident at once, in the same decision, and says what that means."""
    decision = opened().do(c.Change("klass", "security"))
    assert decision.events == (e.Changed("klass", "security"), e.Restricted("class Security"))
    assert decision.say == (
        "The class is now: Security\n"
        "INC-7 is restricted. A private room opens; this one is made neutral and no more is said in it."
        " What was written here before stays readable: delete what must not."
    )


def test_filling_in_security_restricts() -> None:
    """By the form it is the same: what differs, and the restriction, in one decision."""
    decision = opened().do(c.FillIn((("klass", "security"), ("impact", "answers hold names"))))
    assert decision.events == (
        e.Changed("klass", "security"),
        e.Restricted("class Security"),
        e.Changed("impact", "answers hold names"),
    )
    assert decision.say == (
        "2 of the facts changed.\n"
        "The class is now: Security\n"
        "INC-7 is restricted. A private room opens; this one is made neutral and no more is said in it."
        " What was written here before stays readable: delete what must not."
    )


# Roles


def test_roles_are_given_handed_over_and_cleared() -> None:
    """Each is one event that names who sat there before; the answer names who sits there now."""
    tale = opened()
    assert tale.do(c.GiveRole("scribe", ERIN)).say == "<@U0ERIN> is scribe now."
    decision = tale.do(c.GiveRole("scribe", DAVE))
    assert decision.events == (e.RoleGiven("scribe", DAVE, ERIN),)
    assert tale.do(c.GiveRole("scribe", None)).say == "The seat of scribe is empty now."
    assert tale.do(c.GiveRole("scribe", None)).say == "The seat of scribe is empty already."
    assert tale.do(c.GiveRole("technical", BOB)).say == "The technical lead is <@U0BOB> already."
    assert refused(tale, c.GiveRole("<janitor>", BOB)) == (
        "There is no role `&lt;janitor&gt;`. Roles: `commander`, `technical`, `communications`, `scribe`."
    )


def test_giving_a_role_brings_the_person_in() -> None:
    """Somebody who is given a role is invited into the room, and the room is told; so are its messages about seats."""
    decision = opened().do(c.GiveRole("scribe", ERIN))
    assert [(effect.kind, effect.payload.get("users")) for effect in decision.effects if effect.due is None] == [
        ("ask_seat", None), ("post", None), ("invite", [ERIN]), ("card", None), ("announce", None),
    ]  # fmt: skip


def test_the_seat_of_command_is_never_empty() -> None:
    """Until somebody takes it, the person who declared is acting commander, and the answer says so."""
    tale = opened()
    tale.do(c.GiveRole("commander", BOB))
    assert (tale.incident.commander, tale.incident.acting) == (BOB, False)
    assert tale.do(c.GiveRole("commander", None)).say == (
        "The seat of commander is empty now. Until somebody takes it, <@U0ALICE> is acting commander."
    )
    assert (tale.incident.commander, tale.incident.acting) == (ALICE, True)


def test_two_people_clicking_at_once() -> None:
    """The first click has the seat; the second is told who was faster and how to take over; one's own again
    is nothing."""
    tale = opened()
    tale.do(c.TakeSeat("scribe"), ERIN)
    assert refused(tale, c.TakeSeat("scribe"), DAVE) == (
        "<@U0ERIN> was faster: the seat is taken. To take it over: `/incident role scribe me`."
    )
    assert tale.do(c.TakeSeat("scribe"), ERIN).say == "The scribe is <@U0ERIN> already."


def test_owners_are_seated_and_invited() -> None:
    """The room, its seats and one invitation for everybody come from one report; who is unknown is named once."""
    tale = declared()
    report = c.SeatOwners(
        (("commander", BOB), ("scribe", ERIN)), (BOB, ERIN, DAVE), ("mallory",), c.ReportRoom("C1", "inc-7-x", False)
    )
    decision = tale.do(report, "stanch")
    assert decision.events == (
        e.RoleGiven("commander", BOB),
        e.RoleGiven("scribe", ERIN),
        e.RoomOpened("C1", "inc-7-x"),
        e.Trouble("find the owners mallory of support-copilot", "nobody of that name is here"),
    )
    invited = [effect.payload["users"] for effect in decision.effects if effect.kind == "invite"]
    assert invited == [[ALICE, BOB, ERIN, DAVE]]


def test_a_new_service_seats_its_owners_but_nobody_who_was_chosen() -> None:
    """Seats that came from the old service's owners change hands; a seat that a person gave stays."""
    tale = opened(service="support-copilot")
    tale.do(c.GiveRole("technical", ERIN))
    tale.do(c.Change("service", "search-answers"))
    tale.do(c.SeatOwners((("technical", DAVE), ("communications", DAVE)), (DAVE,)), "stanch")
    assert tale.incident.seats == {"commander": ALICE, "technical": ERIN, "communications": DAVE}


def test_members_who_hold_a_role_are_noticed() -> None:
    """A role holder who leaves is noticed once, and again when back; others come and go."""
    tale = opened()
    assert tale.do(c.ReportMember(BOB, False), "stanch").events == (e.MemberLeft(BOB, ("technical",)),)
    assert tale.do(c.ReportMember(BOB, False), "stanch").events == ()
    assert tale.incident.away == (BOB,)
    assert tale.do(c.ReportMember(BOB, True), "stanch").events == (e.MemberJoined(BOB),)
    assert tale.incident.away == ()
    assert tale.do(c.ReportMember(DAVE, False), "stanch").events == ()
    assert tale.do(c.ReportMember(DAVE, True), "stanch").events == ()


# Recording


@pytest.mark.parametrize(
    ("command", "usage"),
    [(c.Note(" "), "note TEXT"), (c.AddEvidence("\x00"), "evidence TEXT"), (c.SayUpdate(""), "update TEXT"),
     (c.Correct(1, " "), "correct 1 TEXT")],
)  # fmt: skip
def test_nothing_is_not_recorded(command: c.Command, usage: str) -> None:
    """An empty text is refused with the form to use."""
    assert refused(opened(), command) == f"There is nothing to record yet: `/incident {usage}`."


def test_notes_are_kept_as_they_were_said() -> None:
    """Line breaks and marks stay; secrets go; the answer names the entry."""
    tale = opened()
    decision = tale.do(c.Note("seen <!here>\nin `EU` Bearer abcdef1234567890abcdef"))
    assert decision.events == (e.Noted("seen <!here>\nin `EU` Bearer [redacted: bearer token]"),)
    assert decision.say == f"Noted as entry {tale.incident.seq} of INC-7."


def test_corrections_name_an_entry() -> None:
    """Only an entry that is there can be corrected; both stay."""
    tale = opened()
    last = tale.incident.seq
    for entry in (0, last + 1):
        assert refused(tale, c.Correct(entry, "x")) == (
            f"INC-7 has entries 1 to {last}. `/incident show` lists the latest with their numbers."
        )
    assert tale.do(c.Correct(1, "the EU only")).say == "Entry 1 is corrected; both stay in the timeline."


def test_an_update_is_said() -> None:
    """It is one event, told to the room, and the card follows."""
    tale = opened()
    decision = tale.do(c.SayUpdate("we put the prompt back"))
    assert decision.say == "Said. The card follows."
    assert [effect.kind for effect in decision.effects] == ["post", "card", "announce"]
    assert (tale.incident.last_update, tale.incident.last_update_at) == ("we put the prompt back", tale.now)


def test_join() -> None:
    """Join is an invitation and no event; too early, the answer says what to do."""
    tale = opened()
    decision = tale.do(c.Join(), DAVE)
    assert (decision.events, decision.say) == ((), "Come in: <#C0ROOM>")
    assert [effect.payload for effect in decision.effects] == [{"users": [DAVE]}]
    assert refused(declared(), c.Join(), DAVE) == "The room of INC-7 is still opening. Try again in a moment."


def test_export_is_owed_once_for_each_format() -> None:
    """Each format asked for is one file, each with its own key."""
    decision = opened().do(c.Export(("md", "json")))
    uploads = [effect for effect in decision.effects if effect.kind == "upload"]
    assert [effect.payload["format"] for effect in uploads] == ["md", "json"]
    assert decision.say == "The timeline of INC-7 is on its way to <#C0ROOM>."


# Reports


def test_the_card_is_posted_again_after_it_was_lost() -> None:
    """A card deleted by hand is one event, and owes a new one with its own pin and bookmark."""
    tale = opened()
    card = str(tale.incident.card_ts)
    assert [x.kind for x in tale.do(c.ReportCardLost(card), "stanch").effects] == ["card", "announce"]
    assert tale.do(c.ReportCardLost(card), "stanch").events == ()
    decision = tale.do(c.ReportCard("1700000009.000100", tale.incident.card_generation), "stanch")
    assert [effect.key for effect in decision.effects] == ["inc-7/pin/1", "inc-7/bookmark/1"]


def test_reports_that_say_nothing_new_record_nothing() -> None:
    """The second report of the same card, announcement, room or name is no event."""
    tale = opened()
    i = tale.incident
    for report in (
        c.ReportCard(str(i.card_ts), 0), c.ReportAnnouncement("C0INCIDENTS", "1700000000.000200"),
        c.ReportRoomChange("open"), c.ReportRoomChange("renamed", i.room_name),
        c.SeatOwners((), (), room=c.ReportRoom("C0ROOM", "inc-7-answers", False)),
    ):  # fmt: skip
        assert tale.do(report, "stanch").events == ()


@pytest.mark.parametrize("state", ["archived", "deleted", "bot_removed"])
def test_trouble_with_the_room_goes_to_the_commander(state: str) -> None:
    """A room that cannot be written to is told to the commander alone; back again, card and announcement follow."""
    tale = opened()
    assert [x.kind for x in tale.do(c.ReportRoomChange(state), "stanch").effects] == ["tell"]
    assert [x.kind for x in tale.do(c.ReportTrouble("pin the card", "x"), "stanch").effects] == ["tell"]
    assert "card" in [x.kind for x in tale.do(c.ReportRoomChange("open"), "stanch").effects]
    assert [x.kind for x in tale.do(c.ReportTrouble("pin the card", "x"), "stanch").effects] == ["post"]
