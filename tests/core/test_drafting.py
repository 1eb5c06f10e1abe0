"""Words to others, as the core decides them: who is told, what waits for whom, what may not leave the room."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stanch.core import commands as c, draft_commands as d, draft_events as e
from stanch.core.cadence import next_due
from stanch.core.catalogue import Catalogue, PublicPage, Severity
from stanch.core.chain import stamp, unstamp
from stanch.core.events import UpdateSaid
from stanch.core.incident import STANCH
from stanch.core.spoken import Draft
from stanch.core.words import when
from tests.fakes.world import ALICE, BOB, CAROL, CATALOGUE, DAVE, ERIN, LATER_DAY, Tale, minutes, opened, refused

GOOD = "Users see wrong refunds since 13:51 UTC. Next update at 14:20 UTC."


def reaching(**channels: str) -> Catalogue:
    """The team's catalogue with channels for audiences and a status page, and a word to users every 30 minutes."""
    service = CATALOGUE.services["support-copilot"]
    full = replace(service, channels=channels, status_page=PublicPage("static"))
    often: dict[str, Severity] = {
        id: replace(one, updates={**one.updates, "status_page": minutes(30) if id < "SEV3" else None})
        for id, one in CATALOGUE.severities.items()
    }
    return replace(CATALOGUE, services={**CATALOGUE.services, service.id: full}, severities=often)


def told(**facts: object) -> Tale:
    """An open incident whose words reach stakeholders, leadership and users."""
    tale = opened(**{"severity": "SEV2", "klass": "quality_regression", **facts})
    tale.catalogue = reaching(stakeholders="incidents", leadership="leads")
    return tale


def owed(tale: Tale, *kinds: str) -> list[tuple[str, str]]:
    """Kind and key of what is owed of these kinds, without the front of the key."""
    return [(one.kind, one.key.removeprefix("inc-7/")) for one in tale.effects if one.kind in kinds]


def drafted(tale: Tale, text: str = GOOD, by: str = BOB) -> Draft:
    tale.do(d.Say("", (), text), by)
    return tale.incident.spoken.drafts[-1]


# Who is told


def test_one_text_is_said_to_each_audience() -> None:
    """The room by its own update, the others by one event each; each has its time, and its message is owed."""
    tale = told()
    decision = tale.do(d.Say(GOOD, ("room", "stakeholders", "leadership")), CAROL)
    assert decision.events == (UpdateSaid(GOOD), e.SaidTo("stakeholders", GOOD), e.SaidTo("leadership", GOOD))
    assert decision.say == "Said to the room, stakeholders and leadership."
    spoken, now = tale.incident.spoken, stamp(tale.now)
    assert spoken.last == {"room": now, "stakeholders": now, "leadership": now}
    assert tale.incident.last_update == GOOD
    seq = tale.incident.seq
    assert owed(tale, "broadcast") == [
        ("broadcast", f"words/stakeholders/{seq - 1}"), ("broadcast", f"words/leadership/{seq}"),
    ]  # fmt: skip


def test_the_room_reads_one_next_time() -> None:
    """The line that promises others their next word is not the room's, whose message names its own; else it stays."""
    tale = told()
    filled = "What users see: wrong refunds\nNext word at 20:23 UTC."
    first = tale.do(d.Say(filled, ("room", "stakeholders")), CAROL).events
    assert first == (UpdateSaid("What users see: wrong refunds"), e.SaidTo("stakeholders", filled))
    assert tale.do(d.Say("Next word at 20:23 UTC.", ("room",)), CAROL).events == (
        UpdateSaid("Next word at 20:23 UTC."),
    )
    unset = told(severity=None)
    assert unset.do(d.Say(filled, ("room",)), CAROL).events == (UpdateSaid(filled),)


def test_the_announcement_follows_what_stakeholders_are_told() -> None:
    """Where it is a message of its own, it is drawn anew; where it holds their words, they go in its lane alone."""
    tale = told()
    tale.do(c.ReportAnnouncement("C0INCIDENTS", "1.1"), STANCH)
    tale.do(d.Say(GOOD, ("stakeholders",)), CAROL)
    assert [one.kind for one in tale.effects if one.kind in ("broadcast", "announce")][-2:] == ["broadcast", "announce"]
    tale.do(d.ReportWordsShown("stakeholders", "C0INCIDENTS", "1.1", tale.incident.seq), STANCH)
    again = tale.do(d.Say(GOOD, ("stakeholders",)), CAROL).effects
    assert [(one.kind, one.lane) for one in again if one.kind in ("broadcast", "announce")] == [
        ("broadcast", "inc-7/announcement")
    ]
    moved = tale.do(c.Change("severity", "SEV1"), ALICE).effects
    assert [one.kind for one in moved if one.kind in ("broadcast", "announce")] == ["announce"]
    hushed = tale.do(c.Restrict("customer data"), ALICE).effects
    assert [one.kind for one in hushed if one.kind in ("broadcast", "announce")] == ["broadcast", "announce"]


def test_what_people_were_told_alone_is_made_neutral() -> None:
    """Once, when it becomes restricted, and only where anything was said to the company."""
    quiet, tale = told(), told()
    assert not [one for one in quiet.do(c.Restrict("customer data"), ALICE).effects if one.kind == "inform"]
    tale.do(d.Say(GOOD, ("stakeholders",)), CAROL)
    tale.do(c.Restrict("customer data"), ALICE)
    assert [one.payload for one in tale.effects if one.kind == "inform"] == [{"hush": True}]


def test_the_room_learns_what_others_were_told_without_it() -> None:
    """Words that only stakeholders get are posted in the room as such; those that it has itself are not doubled."""
    tale = told()
    alone = tale.do(d.Say(GOOD, ("stakeholders",)), CAROL)
    assert [one.kind for one in alone.effects if one.kind in ("post", "broadcast")] == ["broadcast", "post"]
    both = tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    assert [one.kind for one in both.effects if one.kind == "post"] == ["post"]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (d.Say(GOOD, ()), "To whom? Choose at least one audience."),
        (
            d.Say("  ", ("room",)),
            "There is nothing to say yet: what do users see, what was done, when is the next word?",
        ),
        (
            d.Say(GOOD, ("room", "leadership")),
            "support-copilot has no channel for leadership: it would stand in `services.yml`,"
            " `channels: {leadership: CHANNEL}`.",
        ),
        (
            d.Say(GOOD, ("room",), GOOD),
            "support-copilot has no status page: it would stand in `services.yml`, `status_page: {kind: static}`.",
        ),
    ],
)
def test_what_cannot_be_said_says_what_is_missing(command: d.Say, why: str) -> None:
    """Nothing of it is said then, not even the part that could be."""
    assert refused(opened(severity="SEV2"), command, CAROL) == why


def test_nothing_leaves_a_restricted_room() -> None:
    """Neither to people in the company nor to users, nor to whom subscribed."""
    tale = told()
    tale.do(d.Subscribe(), DAVE)
    tale.do(c.Restrict("customer data"), ALICE)
    inside = "INC-7 is restricted: nothing about it is said outside its room."
    assert refused(tale, d.Say(GOOD, ("room", "stakeholders")), ALICE) == inside
    assert refused(tale, d.Subscribe(), ALICE) == inside
    assert refused(tale, d.Say(GOOD, (), GOOD), ALICE).startswith("In INC-7 users are told only what legal")


# The message that is kept up to date


def shown(tale: Tale, audience: str = "stakeholders", lost: bool = False) -> None:
    place = tale.incident.spoken.places.get(audience, ("C0STAKE", "1.5"))
    tale.do(d.ReportWordsShown(audience, *place, tale.incident.seq, lost), "stanch")


def test_what_was_shown_goes_into_the_thread() -> None:
    """Each update once; a message that was deleted by hand is owed anew, and then its update again."""
    tale = told()
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    entry = tale.incident.seq
    shown(tale)
    assert owed(tale, "reply") == [("reply", f"words/stakeholders/thread/{entry}")]
    tale.do(d.Say("Users get right answers. Last update.", ("room", "stakeholders")), CAROL)
    second = tale.incident.seq
    shown(tale, lost=True)
    assert tale.incident.spoken.places == {}
    assert owed(tale, "broadcast")[-1] == ("broadcast", f"words/stakeholders/{second + 1}")
    assert tale.effects[-1].payload == {"audience": "stakeholders", "entry": second}
    tale.do(d.ReportWordsShown("stakeholders", "C0STAKE", "2.5", second), "stanch")
    assert owed(tale, "reply")[-1] == ("reply", f"words/stakeholders/thread/{second}")


def test_a_late_report_of_a_deleted_message_is_no_news() -> None:
    """Another message stands there by now."""
    tale = told()
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    shown(tale)
    late = d.ReportWordsShown("stakeholders", "C0STAKE", "0.5", 1, lost=True)
    assert tale.do(late, "stanch").events == ()


@pytest.mark.parametrize(
    "command", [c.Change("severity", "SEV1"), c.Change("title", "another"), c.Mitigate(), c.Restrict("it names people")]
)
def test_the_message_goes_with_the_state(command: c.Command) -> None:
    """Severity, title and phase stand in it; what became restricted is made neutral."""
    tale = told()
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    shown(tale)
    decision = tale.do(command, ALICE)
    assert [one.payload for one in decision.effects if one.kind == "broadcast"] == [
        {"audience": "stakeholders", "entry": 0}
    ]


def test_the_end_is_said_to_whom_the_beginning_was() -> None:
    """Once each; leadership, who heard nothing, hears nothing; reopened and resolved again, they hear it again."""
    tale = told(severity="SEV4")
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    shown(tale)
    for _ in range(2):
        for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")):
            tale.do(command)
        decision = tale.do(c.Resolve("prompt back"), after=minutes(1))
        [end] = [one for one in decision.effects if one.kind == "conclude"]
        assert end.payload == {"audience": "stakeholders", "moment": "resolved", "entry": tale.incident.seq}
        report = d.ReportConcluded("stakeholders", "Resolved.", "resolved")
        assert tale.do(report, "stanch").events == (e.SaidTo("stakeholders", "Resolved.", moment="resolved"),)
        assert tale.do(report, "stanch").events == ()
        tale.do(c.Reopen("it is back"))
        assert tale.do(report, "stanch").events == (), "it goes on"


def test_the_end_of_what_was_restricted_stays_inside() -> None:
    """Stakeholders who heard of it before hear no more."""
    tale = told(severity="SEV4")
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    tale.do(c.Restrict("it names people"))
    decision = tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
    assert [one for one in decision.effects if one.kind == "conclude"] == []
    assert tale.do(d.ReportConcluded("stakeholders", "Dismissed.", "dismissed"), "stanch").events == ()


# Subscribers


def test_subscribers_get_what_stakeholders_get() -> None:
    """Each of them alone, but not who wrote it; after *unsubscribe* no more."""
    tale = told()
    for user in (DAVE, ERIN, CAROL, DAVE):
        tale.do(d.Subscribe(), user)
    assert tale.incident.spoken.subscribers == (DAVE, ERIN, CAROL)
    decision = tale.do(d.Say(GOOD, ("room", "stakeholders", "leadership")), CAROL)
    assert [one.payload["to"] for one in decision.effects if one.kind == "inform"] == [DAVE, ERIN]
    tale.do(d.Subscribe(on=False), ERIN)
    decision = tale.do(d.Say(GOOD, ("stakeholders",)), CAROL)
    assert [one.payload["to"] for one in decision.effects if one.kind == "inform"] == [DAVE]
    assert tale.do(d.Subscribe(on=False), ERIN).say == "You do not get the updates of INC-7."


def test_subscribers_alone_are_stakeholders_too() -> None:
    """Where the service names no channel, who subscribed can still be told."""
    tale = opened(severity="SEV2")
    assert refused(tale, d.Say(GOOD, ("stakeholders",))).startswith("support-copilot has no channel for stakeholders")
    tale.do(d.Subscribe(), DAVE)
    tale.do(d.Say(GOOD, ("stakeholders",)))


# Approval


def test_words_for_users_wait() -> None:
    """Nothing is public before somebody approves it: a message in the room, and a time after which it ends."""
    tale = told()
    decision = tale.do(d.Say(GOOD, ("room",), GOOD), BOB)
    assert decision.say == "Said. The card follows. What is for users waits in the room for approval."
    [draft] = tale.incident.spoken.waiting
    assert (draft.text, draft.by, draft.phase, draft.severity) == (GOOD, BOB, "assess", "SEV2")
    assert unstamp(draft.until) - tale.now == minutes(30)
    assert "status_page" not in tale.incident.spoken.last
    assert [one.payload for one in decision.effects if one.kind in ("view", "expire")] == [
        {"view": "draft/1"}, {"d": 1},
    ]  # fmt: skip


@pytest.mark.parametrize("by", [ALICE, CAROL])
def test_who_holds_the_seat_approves(by: str) -> None:
    """The commander or the communications lead, also words of their own; then users are told exactly these."""
    tale = told()
    drafted(tale, by=CAROL)
    decision = tale.do(d.ApproveDraft(1), by)
    assert decision.events == (e.DraftApproved(1), e.PublicSaid(1, GOOD, "investigating"))
    assert not [one for one in decision.effects if one.kind == "post"], "the draft's own message says it"
    assert tale.incident.spoken.waiting == ()
    assert tale.incident.spoken.texts["status_page"] == GOOD


def test_nobody_else_approves() -> None:
    """Who wrote it without the seat, and the scribe, are told who may."""
    tale = told()
    drafted(tale, by=BOB)
    for user in (BOB, ERIN):
        assert refused(tale, d.ApproveDraft(1), user) == (
            "Only the communications lead or the commander may send it: <@U0CAROL> or <@U0ALICE>."
        )


def test_a_draft_is_decided_once() -> None:
    """A second click, and one after it was discarded, is told what became of it and by whom."""
    tale = told()
    drafted(tale)
    tale.do(d.ApproveDraft(1), CAROL)
    assert refused(tale, d.ApproveDraft(1), ALICE).startswith("Draft 1 was approved by <@U0CAROL> at <!date^")
    drafted(tale)
    tale.do(d.DiscardDraft(2), BOB)
    assert refused(tale, d.ApproveDraft(2), ALICE).startswith("Draft 2 was discarded by <@U0BOB> at ")
    assert refused(tale, d.DiscardDraft(2), ALICE).startswith("Draft 2 was discarded by <@U0BOB> at ")
    assert refused(tale, d.ApproveDraft(9), ALICE) == "INC-7 has no draft 9."


def test_a_stranger_discards_nothing() -> None:
    """Only who wrote it, and who may send it."""
    tale = told()
    drafted(tale, by=BOB)
    assert refused(tale, d.DiscardDraft(1), ERIN).startswith("Whoever wrote it may discard it, <@U0BOB>, or ")


def test_an_edited_draft_replaces_the_one_before() -> None:
    """Both stay in the timeline; only the newer can be approved."""
    tale = told()
    drafted(tale)
    tale.do(d.EditDraft(1, "Better words."), ERIN)
    assert [(one.d, one.state, one.text) for one in tale.incident.spoken.drafts] == [
        (1, "replaced", GOOD), (2, "waiting", "Better words."),
    ]  # fmt: skip
    assert refused(tale, d.ApproveDraft(1), CAROL) == "Draft 1 was edited: the newer one waits."
    assert refused(tale, d.EditDraft(1, "no"), CAROL) == "Draft 1 was edited: the newer one waits."
    tale.do(d.ApproveDraft(2), CAROL)
    assert tale.incident.spoken.texts["status_page"] == "Better words."


def test_a_draft_ends_after_its_time() -> None:
    """Not before; then it says so, who wrote it is told, and its words can be brought back by editing."""
    tale = told()
    drafted(tale)
    assert tale.do(d.ReportDraftDue(1), "stanch", minutes(29)).events == ()
    decision = tale.do(d.ReportDraftDue(1), "stanch", minutes(1))
    assert decision.events == (e.DraftExpired(1),)
    assert [one.payload["to"] for one in decision.effects if one.kind == "inform"] == [BOB]
    assert refused(tale, d.ApproveDraft(1), CAROL) == (
        "Draft 1 waited too long, and what it says may not hold any more."
    )
    tale.do(d.EditDraft(1, "Newer words."), CAROL)
    assert [(one.d, one.state) for one in tale.incident.spoken.drafts] == [(1, "expired"), (2, "waiting")]
    assert tale.do(d.ReportDraftDue(1), "stanch").events == ()


def test_a_click_after_the_time_is_late_though_nobody_noticed() -> None:
    """The bot was down when the time was up: the words are not sent all the same."""
    tale = told()
    drafted(tale)
    assert "waited too long" in refused(tale, d.ApproveDraft(1), CAROL, minutes(31))


def test_a_promise_that_is_past_does_not_go_out() -> None:
    """It waited until its own next time was over: who approves it hears so, and nothing goes to users."""
    tale = told(impact="wrong refunds")
    soon = f"Users see wrong refunds. Next update at {tale.now + minutes(10):%H:%M} UTC."
    first, second = drafted(tale, soon).d, drafted(tale, GOOD.replace("14:20 UTC", "the end")).d
    tale.now += minutes(11)
    assert "and that is past. *Edit* it first." in refused(tale, d.ApproveDraft(first), ALICE)
    tale.do(d.ApproveDraft(second), ALICE, timedelta())


def test_a_promise_that_comes_sooner_counts() -> None:
    """Words waited a quarter of an hour for approval: the next are due when they say, not an interval later."""
    tale = told(impact="wrong refunds")
    by = (tale.now + minutes(30)).replace(second=0, microsecond=0)
    k = drafted(tale, f"Users see wrong refunds. Next word by {by:%H:%M} UTC.").d
    tale.do(d.ApproveDraft(k), ALICE, minutes(15))
    assert next_due(tale.incident, tale.catalogue, "status_page") == by


def test_where_users_hear_more_often_a_draft_ends_sooner() -> None:
    """Its text names the time of the next update: after that it would be wrong."""
    tale = told()
    often = {id: replace(one, updates={"status_page": minutes(10)}) for id, one in tale.catalogue.severities.items()}
    tale.catalogue = replace(tale.catalogue, severities=often)
    draft = drafted(tale)
    assert unstamp(draft.until) - tale.now == minutes(10)


def test_words_from_before_the_end_do_not_go_out_after_it() -> None:
    """Users would read that it goes on."""
    tale = told(severity="SEV4")
    drafted(tale)
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
    assert refused(tale, d.ApproveDraft(1), CAROL).startswith("INC-7 is over, and these words are from before.")
    drafted(tale, "All is well. Last update.")
    tale.do(d.ApproveDraft(2), CAROL)


def test_a_draft_is_drawn_anew_when_it_is_not_as_it_was() -> None:
    """Phase and severity: its message says that it was written before."""
    tale = told()
    drafted(tale)
    for command in (c.Mitigate(), c.Change("severity", "SEV1")):
        decision = tale.do(command)
        assert [one.payload for one in decision.effects if one.kind == "view"] == [{"view": "draft/1"}]


def test_words_keep_the_state_of_the_moment_they_were_approved() -> None:
    """However late the page takes them: what was said while it was looked for is never shown as its end."""
    tale = told()
    drafted(tale)
    tale.do(d.ApproveDraft(1), CAROL)
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"), ALICE)
    assert [one.state for one in tale.incident.status_page.words] == ["investigating", "resolved"]


def test_ten_drafts_wait_and_no_more() -> None:
    """An eleventh is refused until one is decided; editing one of the ten adds none."""
    tale = told()
    for n in range(10):
        drafted(tale, f"{GOOD} {n}")
    assert (
        refused(tale, d.Say("", (), GOOD), BOB) == "10 drafts wait already: first approve, edit or discard one of them."
    )
    tale.do(d.EditDraft(3, "better"), BOB)
    tale.do(d.DiscardDraft(1), CAROL)
    drafted(tale)
    assert len(tale.incident.spoken.waiting) == 10


def test_what_goes_to_many_goes_after_all_else() -> None:
    """An update to subscribers has a rank behind every reminder's; one word to one writer has none."""
    tale = told()
    tale.do(d.Subscribe(), ERIN)
    decision = tale.do(d.Say(GOOD, ("stakeholders",)), CAROL)
    assert [one.rank for one in decision.effects if one.kind == "inform"] == [9]
    drafted(tale)
    tale.now = unstamp(tale.incident.spoken.drafts[-1].until)
    decision = tale.do(d.ReportDraftDue(1), STANCH)
    assert [one.rank for one in decision.effects if one.kind == "inform"] == [0]


def test_fifty_subscribe_and_the_next_is_shown_the_channel() -> None:
    """Each update is a message to each of them; who has subscribed already keeps it."""
    tale = told()
    for n in range(50):
        tale.do(d.Subscribe(), f"U0S{n}")
    assert refused(tale, d.Subscribe(), ERIN) == (
        "50 people get the updates of INC-7 alone already: they stand in #incidents too."
    )
    assert "already" in tale.do(d.Subscribe(), "U0S7").say


# Holding lines

HOLDING = d.SendHolding("We limit parts of our assistant.", "holding_any", "alice, 2026-11-01")


def test_the_commander_alone_sends_the_holding_line() -> None:
    """Exactly as it was approved, with who approved it; nobody has to agree."""
    tale = told()
    decision = tale.do(HOLDING, ALICE)
    assert decision.events == (
        e.PublicSaid(0, HOLDING.text, "investigating", template="holding_any", approved="alice, 2026-11-01"),
    )  # fmt: skip
    assert refused(tale, HOLDING, CAROL).startswith("Only the commander can send the holding line")


def test_it_goes_out_once_for_two_clicks() -> None:
    """The same line a moment later is a second click; later it is meant."""
    tale = told()
    tale.do(HOLDING, ALICE)
    assert refused(tale, HOLDING, ALICE).startswith("It went out a moment ago")
    tale.do(HOLDING, ALICE, minutes(2))


@pytest.mark.parametrize("classes", [("security",), ("security", "quality_regression")])
def test_in_safety_and_security_legal_has_approved_it(classes: tuple[str, ...]) -> None:
    """Somebody's approval is not enough there, or where it was of such a class before; and no draft goes out at all."""
    tale = told()
    for klass in classes:
        tale.do(c.Change("klass", klass))
    assert refused(tale, HOLDING, ALICE) == (
        "This holding line has not been approved by legal: they put `approved_by` and `approved_on` into"
        " `holding_any.j2`. Until then nothing goes out to users."
    )
    assert "only what legal has approved" in refused(tale, d.Say("", (), GOOD), ALICE)
    tale.do(replace(HOLDING, by_legal=True), ALICE)
    assert tale.incident.status_page.words[-1].by_legal


def test_what_turned_dangerous_stops_a_draft_that_waits() -> None:
    """Its class became safety while the words waited."""
    tale = told()
    drafted(tale)
    tale.do(c.Change("klass", "security"))
    assert "only what legal has approved" in refused(tale, d.ApproveDraft(1), ALICE)


def test_what_nobody_approved_does_not_go_out() -> None:
    """Nor after the end, nor where there is no page."""
    tale = told(severity="SEV4")
    assert refused(tale, replace(HOLDING, approved=""), ALICE).startswith("This holding line has not been approved by")
    tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
    assert refused(tale, HOLDING, ALICE) == "INC-7 is over: a holding line would be wrong now."
    assert "has no status page" in refused(opened(), HOLDING, ALICE)


# Pauses

HOUR = d.PauseUpdates(timedelta(hours=1), "we wait for the provider")


def test_the_commander_pauses_the_updates() -> None:
    """For a day at most, with a reason; anybody else is told who may."""
    tale = told()
    assert refused(tale, HOUR, CAROL).startswith("Only the commander can pause the updates")
    assert "Why may people hear nothing" in refused(tale, replace(HOUR, why=" "), ALICE)
    for span in (timedelta(), timedelta(hours=24, minutes=1)):
        assert "At most 24 hours" in refused(tale, replace(HOUR, span=span), ALICE)
    tale.do(HOUR, ALICE)
    assert tale.incident.spoken.paused(tale.now)
    assert not tale.incident.spoken.paused(tale.now + minutes(60))
    tale.do(d.ResumeUpdates(), ALICE)
    assert not tale.incident.spoken.paused(tale.now)
    assert tale.do(d.ResumeUpdates(), ALICE).say == "Updates are not paused."


def test_the_same_pause_again_says_nothing_new() -> None:
    """How long and until when is echoed; asked again a moment later nothing is recorded, with another reason it is."""
    tale = told()
    say = tale.do(HOUR, ALICE).say
    until = unstamp(tale.incident.spoken.paused_until)
    assert say == f"Updates are paused for 1 h, until {when(until)}: we wait for the provider"
    again = tale.do(HOUR, ALICE, minutes(0.5))
    assert again.events == ()
    assert again.say == f"Updates are paused already, until {when(until)}: we wait for the provider"
    assert tale.do(replace(HOUR, why="nobody is affected"), ALICE, minutes(0.5)).events


@pytest.mark.parametrize("worse", [c.Change("severity", "SEV1"), c.ReportRedCheck("errors"), c.Reopen("it is back")])
def test_a_pause_ends_when_it_gets_worse(worse: c.Command) -> None:
    """A higher severity, a red check, a reopening: silence does not fit any more."""
    tale = told()
    tale.do(HOUR, ALICE)
    if isinstance(worse, c.ReportRedCheck):
        for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")):
            tale.do(command)
    if isinstance(worse, c.Reopen):
        tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
    tale.do(worse)
    assert not tale.incident.spoken.paused(tale.now)


def test_a_lower_severity_leaves_the_pause() -> None:
    """It got better: nobody waits for a word."""
    tale = told()
    tale.do(HOUR, ALICE)
    tale.do(c.Change("severity", "SEV3"))
    assert tale.incident.spoken.paused(tale.now)


def test_better_since() -> None:
    """Since the harm was contained first; a red check begins anew."""
    tale = told()
    tale.do(c.Bleeding("contained", "errors are gone"))
    since = stamp(tale.now)
    for command in (c.Mitigate(), c.Contain("drill"), c.AddAction(CAROL, LATER_DAY, "a test")):
        tale.do(command)
    assert tale.incident.spoken.better_at == since
    tale.do(c.Bleeding("yes", "it is back"))
    assert tale.incident.spoken.better_at == ""


def test_what_lands_after_it_became_restricted_is_made_neutral() -> None:
    """The message was on its way: it is drawn once more, and nothing goes into its thread."""
    tale = told()
    tale.do(d.Say(GOOD, ("room", "stakeholders")), CAROL)
    entry = tale.incident.seq
    tale.do(c.Restrict("it names people"))
    decision = tale.do(d.ReportWordsShown("stakeholders", "C0STAKE", "1.5", entry), "stanch")
    assert [(one.kind, one.payload["entry"]) for one in decision.effects] == [("broadcast", 0)]
