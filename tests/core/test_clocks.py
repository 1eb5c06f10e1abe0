"""Each audience has a clock of its own; nights, weekends and pauses are quiet; nobody hears the same thing twice."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as examples, settings, strategies as st

from stanch.core import commands as c, draft_commands as d, draft_events as w, events as e, word_events as wd
from stanch.core.cadence import all_owed, next_due
from stanch.core.catalogue import Catalogue, PublicPage, Severity
from stanch.core.chain import stamp
from stanch.core.hearing import AUDIENCES
from stanch.core.incident import fold
from stanch.core.people import People, Person
from stanch.errors import Refusal
from tests.fakes.days import Days, updates
from tests.fakes.world import ALICE, BOB, CAROL, CATALOGUE, DAVE, Tale, minutes

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
TABLE: dict[str, dict[str, int | None]] = {
    "SEV1": {"first_notice": 5, "first_public": 15, "room": 15, "stakeholders": 30, "status_page": 30,
             "leadership": 60},
    "SEV2": {"first_notice": 15, "first_public": 30, "room": 30, "stakeholders": 60, "status_page": 60,
             "leadership": None},
    "SEV3": {"first_notice": 60, "first_public": 60, "room": 120, "stakeholders": None, "status_page": None,
             "leadership": None},
    "SEV4": {"first_notice": None, "first_public": None, "room": 24 * 60, "stakeholders": None, "status_page": None,
             "leadership": None},
}  # fmt: skip
"""The catalogue's table, in minutes."""
REACHED = {"stakeholders": "incidents", "leadership": "board"}


def severity(one: Severity) -> Severity:
    every = {audience: None if span is None else minutes(span) for audience, span in TABLE[one.id].items()}
    return replace(one, updates=every)  # type: ignore[arg-type]


def catalogue(zone: ZoneInfo | None = None, *, reached: bool = True) -> Catalogue:
    """The table of the catalogue; a service with its channels and its page; carol's zone."""
    service = CATALOGUE.services["support-copilot"]
    there = replace(service, channels=REACHED, status_page=PublicPage("static")) if reached else service
    return replace(
        CATALOGUE,
        severities={one.id: severity(one) for one in CATALOGUE.severities.values()},
        services={**CATALOGUE.services, service.id: there},
        people=People({"carol": Person("carol", zone=zone)}),
    )


def life(at: datetime | None = None, known: Catalogue | None = None, **facts: object) -> Days:
    """An incident of which alice commands, bob has the technical lead and carol speaks."""
    tale = Tale(known or catalogue())
    tale.now = at or tale.now
    tale.do(c.Declare(7, "answers cite the wrong policy", klass="quality_regression", **facts))  # type: ignore[arg-type]
    seats = (("commander", ALICE), ("technical", BOB), ("communications", CAROL))
    room = c.ReportRoom("C0ROOM", "inc-7-answers", tale.incident.restricted)
    tale.do(c.SeatOwners(seats, (ALICE, BOB, CAROL), room=room), "stanch", timedelta())
    return Days(tale)


def dues(days: Days) -> dict[str, int]:
    """Audience → minutes since the declaration until its next words are due."""
    i = days.tale.incident
    owed = all_owed(i, days.tale.catalogue)
    return {one.audience: round((one.due - i.declared_at).total_seconds() / 60) for one in owed}


@pytest.mark.parametrize(
    ("severity", "first"),
    [
        ("SEV1", {"stakeholders": 5, "leadership": 5, "room": 15, "status_page": 15}),
        ("SEV2", {"stakeholders": 15, "leadership": 15, "room": 30, "status_page": 30}),
        ("SEV3", {"stakeholders": 60, "leadership": 60, "status_page": 60, "room": 120}),
        ("SEV4", {"room": 1440}),
    ],
)
def test_the_first_words_are_due_as_the_table_says(severity: str, first: dict[str, int]) -> None:
    """From the declaration on, the first notice to people in the company, and to users once they are hit."""
    assert dues(life(severity=severity, impact="wrong answers")) == first


@pytest.mark.parametrize(
    ("severity", "later"),
    [
        ("SEV1", {"room": 15, "stakeholders": 30, "status_page": 30, "leadership": 60}),
        ("SEV2", {"room": 30, "stakeholders": 60, "status_page": 60}),
        ("SEV3", {"room": 120}),
        ("SEV4", {"room": 1440}),
    ],
)
def test_further_words_run_from_the_last_to_each(severity: str, later: dict[str, int]) -> None:
    """Where the table says none, nothing is owed after the first."""
    days = life(severity=severity, impact="wrong answers")
    for event in (w.SaidTo("stakeholders", "x"), w.SaidTo("leadership", "x"), w.PublicSaid(1, "x"), e.UpdateSaid("x")):
        days.tale.record(event)
    assert dues(days) == later


def test_words_to_one_audience_are_none_to_another() -> None:
    """The room is told: what is owed to stakeholders stays where it was."""
    days = life(severity="SEV2")
    days.tale.do(c.SayUpdate("we put it back"), CAROL, minutes(10))
    assert dues(days) == {"stakeholders": 15, "leadership": 15, "room": 40}


def test_users_are_owed_nothing_before_they_are_known_to_be_hit() -> None:
    """The public clock starts when the impact is said, and not for a drill."""
    days = life(severity="SEV1")
    assert "status_page" not in dues(days)
    days.tale.do(c.Change("impact", "wrong answers"), after=minutes(20))
    assert dues(days)["status_page"] == 35
    assert "status_page" not in dues(life(severity="SEV1", impact="wrong answers", drill=True))


def test_where_nobody_else_can_be_told_the_first_notice_is_the_rooms() -> None:
    """No channel and no page: one clock, and its first word is due as the first notice."""
    days = life(known=catalogue(reached=False), severity="SEV1", impact="wrong answers")
    assert dues(days) == {"room": 5}
    days.tale.do(c.SayUpdate("we put it back"), CAROL)
    assert dues(days) == {"room": 15}


def test_nothing_about_a_restricted_incident_is_owed_outside() -> None:
    """Its room is its only audience."""
    days = life(severity="SEV1", impact="wrong answers")
    days.tale.do(c.Restrict("a person may be harmed"))
    assert list(dues(days)) == ["room"]


def test_what_falls_together_is_one_message() -> None:
    """SEV2: stakeholders and leadership are due at 15: one word to the room before, one to carol, one to alice."""
    days = life(severity="SEV2")
    days.minutes(22)
    both = ("stakeholders", "leadership")
    start = days.start
    assert [(round((at - start).total_seconds() / 60), to, about) for at, to, about in days.messages] == [
        (12, "", both), (15, CAROL, both), (18, ALICE, both), (21, DAVE, both),
    ]  # fmt: skip


def test_the_honest_minimum_reaches_everybody_in_the_company_who_is_owed_words() -> None:
    """One click answers for the room and for stakeholders who had their first notice; not for those who had none."""
    days = life(severity="SEV1")
    days.tale.record(w.SaidTo("stakeholders", "first notice"))
    days.minutes(29)
    said = days.tale.do(c.StillInvestigating(), CAROL)
    assert [(one.kind, getattr(one, "audience", "room")) for one in said.events] == [
        ("update_said", "room"), ("said_to", "stakeholders"),
    ]  # fmt: skip


def test_who_says_the_minimum_hears_who_knows_nothing_yet() -> None:
    """The minimum to the room hides no overdue first notice: the answer names who waits for it, with the form."""
    days = life(severity="SEV1")
    days.minutes(12)
    said = days.tale.do(c.StillInvestigating(), CAROL)
    assert "Stakeholders and leadership have heard nothing yet; that was due at" in said.say
    assert "say_update" in said.offers
    days.tale.record(w.SaidTo("stakeholders", "first notice"))
    days.tale.record(w.SaidTo("leadership", "first notice"))
    days.minutes(14)
    again = days.tale.do(c.StillInvestigating(), CAROL)
    assert "heard nothing" not in again.say


def test_putting_off_puts_off_all_that_people_were_reminded_of() -> None:
    """Ten minutes later it is asked again, once, about all of it."""
    days = life(severity="SEV2")
    days.minutes(16)
    days.tale.do(c.Snooze(), CAROL, timedelta())
    days.messages.clear()
    days.minutes(11)
    assert [(to, set(about)) for _, to, about in days.messages] == [
        ("", {"room"}), (CAROL, {"stakeholders", "leadership"}),
    ]  # fmt: skip


def test_putting_off_does_not_hold_back_what_falls_due_meanwhile() -> None:
    """Stakeholders are overdue, the room's own update is due in two minutes: it is asked for then, not after ten."""
    days = life(severity="SEV1")
    days.minutes(13)
    tale = days.tale
    said = tale.do(c.Snooze(), CAROL, timedelta())
    assert said.events == (wd.Snoozed(stamp(days.start + minutes(15)), ("stakeholders", "leadership", "room")),)
    days.messages.clear()
    days.minutes(2.5)
    assert (CAROL, {"stakeholders", "leadership", "room"}) in [(to, set(about)) for _, to, about in days.messages]
    assert tale.incident.rhythm.clock("stakeholders").snoozes == 0, "two minutes are not the ten that count"
    tale.do(c.Snooze(), CAROL, timedelta())
    assert tale.incident.rhythm.clock("stakeholders").snoozes == 1


def test_while_it_is_paused_nobody_is_reminded() -> None:
    """Paused for an hour: silence, then the room first; words begin it anew."""
    days = life(severity="SEV1")
    days.tale.do(c.Applied("the switch"))
    days.tale.do(d.PauseUpdates(minutes(60), "the provider works on it"), ALICE, timedelta())
    assert days.minutes(59) == []
    given = updates(days.minutes(8))
    assert given[0][3] == "", "the room hears it before anybody is asked alone"
    assert {one[3] for one in given[1:]} <= {"", CAROL, ALICE, DAVE}


def test_news_brings_the_severitys_rhythm_back() -> None:
    """Half as often holds until there is news."""
    days = life(severity="SEV2")
    for _ in range(3):
        days.tale.do(c.StillInvestigating(), CAROL, minutes(29))
    days.tale.do(c.StillInvestigating(slower=True), ALICE, minutes(29))
    said = days.tale.now
    assert next_due(days.tale.incident, days.tale.catalogue) == said + minutes(60)
    days.tale.do(c.SayUpdate("the prompt is put back"), CAROL, minutes(5))
    assert next_due(days.tale.incident, days.tale.catalogue) == said + minutes(35)


FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severity", "zone", "declared", "due"),
    [
        ("SEV3", BERLIN, FRIDAY.replace(hour=10), "2026-11-20 13:00"),
        ("SEV3", BERLIN, FRIDAY.replace(hour=20), "2026-11-23 07:00"),
        ("SEV3", NEW_YORK, FRIDAY.replace(hour=20), "2026-11-20 17:00"),
        ("SEV4", BERLIN, FRIDAY.replace(hour=10), "2026-11-23 07:00"),
        ("SEV1", BERLIN, FRIDAY.replace(hour=23), "2026-11-21 00:15"),
        # The night in which clocks go back, or forward: seven o'clock is seven o'clock there.
        ("SEV3", BERLIN, datetime(2026, 10, 23, 20, 30, tzinfo=UTC), "2026-10-26 07:00"),
        ("SEV3", NEW_YORK, datetime(2026, 3, 6, 23, tzinfo=UTC), "2026-03-06 20:00"),
        ("SEV3", NEW_YORK, datetime(2026, 3, 7, 2, tzinfo=UTC), "2026-03-09 07:00"),
    ],
)
def test_nights_and_weekends_are_quiet_where_the_owner_is(
    severity: str, zone: ZoneInfo, declared: datetime, due: str
) -> None:
    """At SEV3 and SEV4 what would fall due then is due on the next working morning at seven; SEV1 knows no night."""
    days = life(declared, catalogue(zone, reached=False), severity=severity)
    days.tale.do(c.SayUpdate("we look into it"), CAROL, timedelta())
    found = next_due(days.tale.incident, days.tale.catalogue)
    assert found is not None
    assert f"{found.astimezone(zone):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("start", [datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 10, 19, 9, tzinfo=UTC)])
def test_over_weeks_with_a_clock_change_nobody_is_asked_at_night(zone: ZoneInfo, start: datetime) -> None:
    """SEV3 for three weeks in which clocks change: words are said once a day, and every reminder comes by day."""
    days = life(start, catalogue(zone), severity="SEV3", impact="wrong answers")
    days.tale.do(c.Applied("prompt back"))
    for _ in range(21):
        days.until(days.tale.now + timedelta(days=1))
        days.tale.do(c.SayUpdate("it goes on"), CAROL, timedelta())
    assert len(updates(days.given)) > 15
    for at, _, _ in days.messages:
        local = at.astimezone(zone)
        assert time(7) <= local.time() < time(22), local
        assert local.weekday() < 5, local


def test_where_nobodys_zone_is_known_no_night_is_quiet() -> None:
    """Better a word at night than none by day."""
    days = life(FRIDAY.replace(hour=23), catalogue(reached=False), severity="SEV3")
    days.tale.do(c.SayUpdate("we look into it"), CAROL, timedelta())
    assert next_due(days.tale.incident, days.tale.catalogue) == days.tale.now + minutes(120)


def test_what_does_not_move_is_asked_about_once() -> None:
    """SEV2: the phase after half an hour, a higher severity after an hour without containment; neither twice."""
    days = life(severity="SEV2")
    days.minutes(24 * 60)
    others = [one for one in days.given if one[1] not in AUDIENCES]
    assert others == [(30, "stuck assess", 0, ""), (60, "raise", 0, "")]


def test_contained_nobody_proposes_a_higher_severity() -> None:
    """It stopped within the hour."""
    days = life(severity="SEV2")
    days.tale.do(c.Mitigate())
    days.tale.do(c.Contain("it is enough"), after=minutes(50))
    days.minutes(200)
    assert [one[1] for one in days.given if one[1] not in AUDIENCES] == []


def test_what_stays_on_is_asked_about_until_somebody_looks_after_it() -> None:
    """SEV2: after four hours, then daily, also when it is over; kept with an owner, no more."""
    days = life(severity="SEV2")
    days.tale.do(c.Applied("prompt back"))
    days.minutes(3 * 24 * 60)
    left = [(at // 60, to) for at, about, _, to in days.given if about == "left 1"]
    assert left == [(4, BOB), (28, BOB), (52, BOB)]
    days.tale.do(c.MoveMitigation("kept", 1, BOB, (days.tale.now + timedelta(days=30)).date(), "until v18"))
    days.given.clear()
    days.minutes(3 * 24 * 60)
    assert [one for one in days.given if one[1].startswith("left")] == []


def test_words_that_wait_for_approval_are_asked_for_once_each() -> None:
    """After 5 min the communications lead, after 15 the commander; approved, nobody."""
    days = life(severity="SEV3", impact="wrong answers")
    for approved in (False, True):
        days.tale.do(d.Say("", (), "Some answers may be wrong."), BOB)
        count = len(days.tale.incident.spoken.drafts)
        drafted = round((days.tale.now - days.start).total_seconds() / 60)
        days.given.clear()
        days.minutes(4)
        if approved:
            days.tale.do(d.ApproveDraft(count), CAROL)
        days.minutes(30)
        asked = [(at - drafted, to) for at, about, _, to in days.given if about.startswith("approval")]
        assert asked == ([] if approved else [(5, CAROL), (15, ALICE)])


def test_a_reminder_outlives_the_bot() -> None:
    """A day of downtime: everything that was due is told in one message each, and once."""
    days = life(severity="SEV1", impact="wrong answers")
    back = days.tale.now + timedelta(days=1)
    days.until(back + minutes(0.5), down_until=back)
    words = [(to, set(about) & set(AUDIENCES)) for _, to, about in days.messages if set(about) & set(AUDIENCES)]
    assert words == [(CAROL, set(AUDIENCES))]


def test_promises_of_long_ago_stay_unsaid_and_hide_nothing() -> None:
    """The bot comes to an incident of a year ago: its old promise is passed over, the one for next week is told."""
    days = life(severity="SEV4")
    start = days.tale.now
    for ahead in (3, 372):
        days.tale.do(c.AddAction(CAROL, (start + timedelta(days=ahead)).date(), "test prompts by region"))
    days.tale.do(c.Dismiss("near-miss", "nobody was hurt"), after=timedelta())
    days.tale.do(c.Reopen("it came back"), after=timedelta())
    days.until(start + timedelta(days=380), down_until=start + timedelta(days=365))
    told = [about for at, about, _, _ in days.given if about.startswith(("action", "overdue"))]
    assert [one[:8] for one in told] == ["action 2", "overdue "]


WAYS: tuple[c.Command, ...] = (
    c.SayUpdate("news"), c.StillInvestigating(), c.Snooze(), c.Change("severity", "SEV1"), c.Change("severity", "SEV3"),
    c.Applied("the switch"), c.GiveRole("communications", ALICE), c.GiveRole("communications", None),
    c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill"), c.Resolve("a test"),
    c.Reopen("it is back"), d.PauseUpdates(minutes(30), "wait"), d.ResumeUpdates(), c.Change("impact", "wrong answers"),
    c.MoveMitigation("removed", 1, None, None, ""),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@examples(st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 200), st.booleans()), max_size=12))
def test_nobody_is_asked_twice_or_too_often_or_when_it_is_over(
    story: list[tuple[c.Command, int, bool]],
) -> None:
    """Whatever happens: one message to a person in two minutes, never two about the same due by the same way, and no
    word is asked for once it is over."""
    days = life(severity="SEV2", known=catalogue(BERLIN))
    seen: Counter[tuple[str, int, datetime | None, int]] = Counter()
    for command, wait, down in story:
        before = len(days.given)
        end = days.tale.now + minutes(wait)
        was_open = days.tale.incident.is_open
        days.until(end, down_until=end if down else None)
        assert was_open or not updates(days.given[before:])
        try:
            days.tale.do(command, CAROL if isinstance(command, c.SayUpdate) else ALICE, timedelta(seconds=1))
        except Refusal:
            continue
    days.minutes(300)
    told: dict[str, list[datetime]] = defaultdict(list)
    for at, to, _ in days.messages:
        told[to].append(at)
    for to, moments in told.items():
        if to:
            gaps = [after - before for before, after in pairwise(moments)]
            assert all(gap >= minutes(2) for gap in gaps), (to, moments)
    for one in reminded(days):
        seen[one] += 1
    assert all(count == 1 for count in seen.values()), seen


def reminded(days: Days) -> list[tuple[str, int, datetime | None, int]]:
    """About whom, by which way, by when, and in which round: what was put off, or began anew, is asked again."""
    found, rounds = [], 0
    for one in days.tale.events:
        payload = one.payload or {}
        if one.kind == "reminded" and payload["about"] in AUDIENCES:
            found.append((payload["about"], payload["stage"], payload["due"], rounds))
        elif one.kind != "reminded":
            rounds += 1
    return found


def test_the_state_is_what_its_events_say() -> None:
    """Folded again, from the events alone, the clocks stand where they stood."""
    days = life(severity="SEV1", impact="wrong answers")
    days.minutes(500)
    again = fold(days.tale.events)
    assert again is not None
    assert again.rhythm == days.tale.incident.rhythm


def test_a_first_notice_that_was_put_off_twice_has_to_be_said() -> None:
    """*Still investigating* says nothing to who was told nothing yet, so it is not offered in its place."""
    days = life(severity="SEV1")
    for _ in range(2):
        days.minutes(10.5)
        days.tale.do(c.Snooze(), CAROL, timedelta())
    days.minutes(10.5)
    days.tale.do(c.SayUpdate("we put it back"), CAROL, timedelta())
    with pytest.raises(Refusal) as refused:
        days.tale.do(c.Snooze(), CAROL, timedelta())
    assert "the first word is owed yet" in str(refused.value)
    assert refused.value.offers == ("say_update",)
