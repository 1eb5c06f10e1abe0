"""What the status page is owed, what came back from it, and who is asked until it says that it is over."""

from datetime import timedelta

import pytest

from stanch.core import commands as c, status_commands as s
from stanch.core.draft_events import PublicSaid
from stanch.core.effect import Effect
from stanch.core.effects import owed
from stanch.core.events import Changed, MemberLeft, Payload, Restricted
from stanch.core.incident import STANCH, advance
from stanch.core.public import Entry, entry
from stanch.core.status import component_state, impact_of, state_of
from tests.fakes.world import ALICE, BOB, CAROL, Tale, minutes, opened, refused, walked

TEXT = "Some answers may be wrong. Next update by 14:20 UTC."


def tells(tale: Tale, text: str = TEXT, **more: str) -> list[Effect]:
    """Users are told something; what is owed for it."""
    return records(tale, PublicSaid(1, text, **more), CAROL)


def records(tale: Tale, payload: Payload, by: str) -> list[Effect]:
    before = tale.incident
    after = advance(before, before.number, payload, by, tale.now)
    tale.record(payload, by)
    return list(owed(before, after, payload, by))


def publishes(effects: list[Effect]) -> list[tuple[str, dict[str, object]]]:
    return [(one.key, one.payload) for one in effects if one.kind == "publish"]


def shows(tale: Tale, n: int = 1, state: str = "investigating", text: str = TEXT) -> list[Effect]:
    report = s.ReportPageShown(n, state, text, "Support copilot: wrong answers", "minor", "support-copilot", "inc1")
    return list(tale.do(report, STANCH).effects)


def over(tale: Tale) -> list[Effect]:
    """It is dismissed: the shortest end there is."""
    return list(tale.do(c.Dismiss("false-alarm", "nothing was wrong")).effects)


def test_each_public_word_is_owed_to_the_page_in_one_lane() -> None:
    """Two words are two effects with keys of their own, one after the other."""
    tale = opened()
    first, second = tells(tale), tells(tale, "It is contained.")
    assert publishes(first) == [("inc-7/publish/1", {"n": 1})]
    assert publishes(second) == [("inc-7/publish/2", {"n": 2})]
    assert {one.lane for one in (*first, *second) if one.kind == "publish"} == {"inc-7/publish"}


def test_the_page_counts_from_when_it_began() -> None:
    """From the declaration, which the words name, however late users were told."""
    tale = opened()
    tale.now += minutes(30)
    tells(tale)
    shows(tale)
    found = entry(tale.incident)
    assert found
    assert found.began == tale.incident.declared_at
    assert Entry.from_json(found.as_json()) == found


def test_the_draft_s_message_follows_the_page() -> None:
    """It says *on the status page* when that is so; a holding line has no draft, and is told in the room."""
    tale = opened()
    assert not [one for one in tells(tale) if one.kind == "post"]
    assert [one.payload for one in shows(tale) if one.kind == "view"] == [{"view": "draft/1"}]
    line = records(tale, PublicSaid(0, TEXT, template="holding_any"), ALICE)
    assert [one.kind for one in line if one.kind in ("post", "publish")] == ["post", "publish"]
    assert not [one for one in shows(tale, 2) if one.kind == "view"]


def test_a_drill_owes_the_page_nothing() -> None:
    """Whatever is said in a drill, and at its end."""
    tale = opened(drill=True)
    assert publishes(tells(tale)) == []
    assert [one.kind for one in over(tale) if one.kind in ("publish", "chase_page")] == []


def test_the_end_is_owed_by_itself_with_a_chase() -> None:
    """When it is over, the page is to say so, and ten minutes later somebody is told if it does not."""
    tale = opened()
    tells(tale)
    shows(tale)
    effects = over(tale)
    assert publishes(effects) == [("inc-7/publish/2", {"n": 2})]
    (chase,) = [one for one in effects if one.kind == "chase_page"]
    assert chase.due == tale.now + timedelta(minutes=10)
    assert tale.incident.status_page.ending is not None


def test_resolving_ends_the_page_too() -> None:
    """Not only a dismissal: the verb that ends most incidents does."""
    tale = walked("watching")
    tells(tale)
    shows(tale, state="monitoring")
    decision = tale.do(c.Resolve(fixed="prompt back"), after=timedelta(hours=5))
    assert publishes(list(decision.effects)) == [("inc-7/publish/2", {"n": 2})]


def test_where_users_were_told_nothing_the_end_owes_nothing() -> None:
    """No page is touched by an incident that was never public."""
    tale = opened()
    assert [one.kind for one in over(tale) if one.kind in ("publish", "chase_page")] == []
    assert entry(tale.incident) is None


def test_a_last_word_that_says_resolved_is_the_end() -> None:
    """Who wrote it told users that it is over: nothing is added to it."""
    tale = opened()
    tells(tale)
    tells(tale, "This is resolved.", state="resolved")
    assert publishes(over(tale)) == []


def test_the_chase_goes_on_until_the_page_says_it() -> None:
    """Each time half an hour later, under a key of its own; then never again."""
    tale = opened()
    tells(tale)
    shows(tale)
    over(tale)
    keys = []
    for _ in range(3):
        (next_one,) = [one for one in tale.do(s.ReportPageChased(CAROL), STANCH, minutes(30)).effects]
        assert (next_one.kind, next_one.due) == ("chase_page", tale.now + timedelta(minutes=30))
        keys.append(next_one.key)
    assert len(set(keys)) == 3
    shows(tale, 2, "resolved", "This is resolved.")
    assert tale.incident.status_page.ending is None
    assert tale.do(s.ReportPageChased(CAROL), STANCH).events == ()


def test_a_reopened_incident_takes_the_end_back() -> None:
    """What the page did not say yet does not hold any more; the next word goes to the same incident there."""
    tale = walked("learn")
    tells(tale, state="identified")
    shows(tale, state="identified")
    tale.do(c.Close("learned"))
    page = tale.incident.status_page
    assert page.ending is None
    tale = walked("watching")
    tells(tale)
    shows(tale)
    tale.do(c.Resolve(fixed="x"), after=timedelta(hours=5))
    tale.do(c.Reopen("it came back"))
    page = tale.incident.status_page
    assert page.ending is None
    assert page.words[-1].how == "dropped"
    assert publishes(tells(tale, "It is back.")) == [("inc-7/publish/3", {"n": 3})]
    assert tale.incident.status_page.id == "inc1"


def reopened(reached: bool = False) -> tuple[Tale, list[Effect]]:
    """Resolved, with the end on the page or still on its way, and opened again; what is owed for that."""
    tale = walked("watching")
    tells(tale)
    shows(tale)
    tale.do(c.Resolve(fixed="x"), after=timedelta(hours=5))
    if reached:
        shows(tale, 2, "resolved", "over")
    return tale, list(tale.do(c.Reopen("it came back")).effects)


def said(effects: list[Effect]) -> list[object]:
    return [one.payload["as"] for one in effects if one.kind == "post" and "as" in one.payload]


def test_the_second_end_is_owed_as_the_first_was() -> None:
    """An end that was taken back before the page had it was none: users hear of the second, and somebody is asked."""
    tale, _ = reopened()
    effects = over(tale)
    assert publishes(effects) == [("inc-7/publish/3", {"n": 3})]
    assert [one.kind for one in effects if one.kind == "chase_page"] == ["chase_page"]
    assert tale.incident.status_page.ending is not None


@pytest.mark.parametrize("reached", [True, False])
def test_the_room_hears_that_the_page_says_resolved(reached: bool) -> None:
    """It is open again: at once where users read that it is over, and when an end that was under way arrives."""
    tale, effects = reopened(reached)
    late = [] if reached else shows(tale, 2, "resolved", "over")
    assert (said(effects), said(late)) == ((["page_reads_resolved"], []) if reached else ([], ["page_reads_resolved"]))
    assert not tale.incident.status_page.live


def test_the_chase_has_an_end() -> None:
    """After eight times the room hears once that nobody is told any more."""
    tale = opened()
    tells(tale)
    shows(tale)
    over(tale)
    rounds = [list(tale.do(s.ReportPageChased(CAROL), STANCH, minutes(30)).effects) for _ in range(8)]
    assert [[one.kind for one in found] for found in rounds] == [["chase_page"]] * 7 + [["post"]]
    assert said(rounds[-1]) == ["page_left_open"]


@pytest.mark.parametrize("what", [Changed("klass", "security", None), Restricted("names in it")])
def test_nobody_repeats_what_may_not_be_said_any_more(what: Payload) -> None:
    """Refused by the page while it was harmless: *Try again* does not bring it out, whoever clicks."""
    tale = opened()
    tells(tale)
    tale.do(s.ReportPageFailed(1, "its key may not do this"), STANCH)
    tale.record(what)
    assert "only what legal has approved" in refused(tale, s.RetryPage(), CAROL)


def test_a_lead_who_left_says_nothing_on_the_page() -> None:
    """Out of the restricted room is out; the commander speaks, or the declarer while that one has not answered."""
    tale = opened()
    tells(tale)
    shows(tale)
    tale.record(Restricted("names in it"))
    over(tale)
    tale.record(MemberLeft(CAROL))
    assert "is for the commander" in refused(tale, s.SettlePage(), CAROL)
    tale.do(s.SettlePage(), ALICE)


def test_the_room_hears_what_users_will_not_read() -> None:
    """Words that may not be shown any more are dropped with a reason; those of what never began, without a word."""
    tale = opened()
    tells(tale)
    tells(tale, "second")
    assert said(list(tale.do(s.ReportPageDropped(1, "it is restricted now"), STANCH).effects)) == ["page_dropped"]
    assert said(list(tale.do(s.ReportPageDropped(2), STANCH).effects)) == []


def test_news_of_the_page_is_told_once() -> None:
    """First shown, and over: the room hears; an update in between is no news."""
    tale = opened()
    tells(tale)
    posts = [[one.key for one in shows(tale, 1) if one.kind == "post"]]
    tells(tale, "second")
    posts.append([one.key for one in shows(tale, 2) if one.kind == "post"])
    over(tale)
    posts.append([one.key for one in shows(tale, 3, "resolved", "over") if one.kind == "post"])
    assert [len(one) for one in posts] == [1, 0, 1]


def test_a_page_that_is_away_is_told_once_and_then_that_it_is_back() -> None:
    """However often it is reported; and after it was shown, the next time counts anew."""
    tale = opened()
    tells(tale)
    shows(tale)
    tells(tale, "second")
    told = [tale.do(s.ReportPageAway(2, "no connection"), STANCH).events for _ in range(3)]
    assert [len(one) for one in told] == [1, 0, 0]
    assert [one.kind for one in shows(tale, 2) if one.kind != "view"] == ["post"]
    assert not tale.incident.status_page.away


def test_what_was_refused_is_tried_again_under_a_new_key() -> None:
    """One click; it looks first, as an earlier try may have come through. Where nothing failed it says so."""
    tale = opened()
    tells(tale)
    tale.do(s.ReportPageFailed(1, "its key may not do this"), STANCH)
    decision = tale.do(s.RetryPage(), CAROL)
    assert publishes(list(decision.effects)) == [(f"inc-7/publish/1/{tale.incident.seq}", {"n": 1, "look": True})]
    shows(tale)
    assert tale.do(s.RetryPage(), CAROL).say == (
        "There is nothing to try again: the status page has refused nothing that still counts."
    )


def test_a_report_that_comes_twice_is_one_event() -> None:
    """A word is shown once, whatever the worker saw."""
    tale = opened()
    tells(tale)
    shows(tale)
    assert tale.do(s.ReportPageShown(1, "x", "x", "x", "minor", "x", "x"), STANCH).events == ()
    assert tale.do(s.ReportPageFailed(1, "late"), STANCH).events == ()
    assert tale.do(s.ReportPageShown(9, "x", "x", "x", "minor", "x", "x"), STANCH).events == ()


def test_a_held_end_is_ended_without_words_by_who_speaks() -> None:
    """Nothing is approved for the end: the communications lead has the page say *resolved*; others may not."""
    tale = opened()
    tells(tale)
    shows(tale)
    over(tale)
    tale.do(s.ReportPageHeld(2, "no text for the end is approved"), STANCH)
    assert refused(tale, s.ResolvePage(), BOB) == (
        f"What the status page says is for the communications lead, <@{CAROL}>, or the commander, <@{ALICE}>."
    )
    decision = tale.do(s.ResolvePage(), CAROL)
    assert publishes(list(decision.effects)) == [(f"inc-7/publish/2/{tale.incident.seq}", {"n": 2, "look": True})]
    word = tale.incident.status_page.word(2)
    assert word is not None
    assert word.how == "bare"


def test_what_somebody_ended_there_is_asked_for_no_more() -> None:
    """The communications lead says so; the chase has nothing left to say."""
    tale = opened()
    tells(tale)
    shows(tale)
    over(tale)
    tale.do(s.SettlePage(), CAROL)
    assert tale.incident.status_page.ending is None
    assert refused(tale, s.SettlePage(), CAROL) == "The status page does not say that INC-7 goes on."


def test_an_open_incident_is_not_ended_on_the_page() -> None:
    """The page follows the incident: first that is over."""
    tale = opened()
    tells(tale)
    shows(tale)
    assert refused(tale, s.ResolvePage(), ALICE) == (
        "INC-7 is open: the status page says that it is over when `/incident resolved` says so."
    )


def test_what_stands_on_a_page_is_what_users_saw_and_no_more() -> None:
    """Title, state and words as they were shown; nothing of the incident's own title, nor a word that was refused."""
    tale = opened("answers cite the wrong policy")
    tells(tale)
    shows(tale)
    tells(tale, "second")
    tale.do(s.ReportPageFailed(2, "refused"), STANCH)
    found = entry(tale.incident)
    assert found is not None
    assert (found.id, found.title, [(one.state, one.text) for one in found.said]) == (
        "inc-7", "Support copilot: wrong answers", [("investigating", TEXT)],
    )  # fmt: skip
    assert type(found).from_json(found.as_json()) == found


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        ("assess", "investigating"), ("mitigate", "investigating"), ("diagnose", "investigating"),
        ("resolve", "identified"), ("watching", "monitoring"), ("learn", "resolved"), ("closed", "resolved"),
        ("dismissed", "resolved"),
    ],
)  # fmt: skip
def test_each_phase_has_its_word_for_the_public(phase: str, state: str) -> None:
    """As the page's own vocabulary has it."""
    assert state_of(phase) == state


def test_components_follow_severity_and_are_well_in_the_end() -> None:
    """A severity that nobody has named yet alarms nobody."""
    severities = ("SEV1", "SEV2", "SEV3", "SEV4", None)
    assert [component_state(impact_of(one), "investigating") for one in severities] == [
        "major_outage", "partial_outage", "degraded_performance", "operational", "degraded_performance",
    ]  # fmt: skip
    assert component_state("critical", "monitoring") == "degraded_performance"
    assert {component_state(impact_of(one), "resolved") for one in severities} == {"operational"}
