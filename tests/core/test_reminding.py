"""The life of each reminder, over weeks and without waiting: given once, late once at most, never when it is over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from stanch.core import commands as c, word_events as e
from stanch.core.cadence import next_due
from stanch.core.chain import unstamp
from stanch.core.events import UpdateSaid
from stanch.core.reminding import reminders
from tests.fakes.days import Days, Given, updates
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN, Tale, minutes, opened, refused


def days(**facts: object) -> Days:
    return Days(opened(**facts))


def test_the_room_then_who_speaks_then_the_commander_then_the_path() -> None:
    """SEV1, every 15 min: 3 min before, when it is due, 3 and 6 min after."""
    life = days(severity="SEV1", klass="security")
    given = updates(life.minutes(50))
    assert given == [(12, "room", 0, ""), (15, "room", 1, CAROL), (18, "room", 2, ALICE), (21, "room", 3, DAVE)]


def test_what_nobody_says_is_chased_ever_more_seldom() -> None:
    """Everybody was asked: the commander hears of it half an hour later, then after an hour, at last once a day."""
    life = days(severity="SEV1", klass="security")
    life.tale.do(c.Applied("the switch"), after=timedelta())
    life.minutes(50)
    given = updates(life.minutes(7 * 24 * 60))
    assert [one[0] for one in given[:4]] == [51, 111, 231, 471]
    assert {(one[1], one[3]) for one in given} == {("room", ALICE)}
    assert given[-1][0] - given[-2][0] == 24 * 60


def test_who_speaks_by_now_is_asked_as_if_nobody_had_been() -> None:
    """carol was asked, and bob takes the seat: he is asked next, and not the commander of words he knows nothing of."""
    life = days(severity="SEV1", klass="security")
    assert updates(life.minutes(15))[-1] == (15, "room", 1, CAROL)
    life.tale.do(c.GiveRole("communications", BOB), after=timedelta())
    assert updates(life.minutes(10)) == [(18, "room", 1, BOB), (21, "room", 2, ALICE), (24, "room", 3, DAVE)]
    assert life.tale.incident.rhythm.clock("room").asked == (CAROL, BOB, ALICE, DAVE)


def test_a_second_click_puts_nothing_off_twice() -> None:
    """Two clicks on *Snooze* in a row: the second changes nothing, and the second ten minutes are left."""
    life = days(severity="SEV1", klass="security")
    life.minutes(12)
    life.tale.do(c.Snooze(), CAROL, timedelta())
    again = life.tale.do(c.Snooze(), CAROL, timedelta())
    assert again.events == ()
    assert again.say.startswith("It is put off already: I ask again at ")
    assert life.tale.incident.rhythm.clock("room").snoozes == 1


@pytest.mark.parametrize("severity", ["SEV3"])
def test_where_nobody_is_woken_the_path_is_left_alone(severity: str) -> None:
    """SEV3, every 2 h: the room, who speaks, the commander; nobody else is called in for words."""
    given = updates(days(severity=severity, klass="security").minutes(600))
    assert given == [(115, "room", 0, ""), (120, "room", 1, CAROL), (125, "room", 2, ALICE)]


def test_who_speaks_and_commands_is_asked_once() -> None:
    """Without a communications lead the commander speaks: one word to them is enough, and the path comes next."""
    life = days(severity="SEV2", klass="security")
    life.tale.do(c.GiveRole("communications", None))
    assert updates(life.minutes(60)) == [(25, "room", 0, ""), (30, "room", 1, ALICE), (35, "room", 3, DAVE)]


@pytest.mark.parametrize("word", [c.SayUpdate("we look into it"), c.StillInvestigating()])
def test_any_word_begins_anew(word: c.Command) -> None:
    """However it is said, the next reminder comes one interval later, and starts with the room."""
    life = days(severity="SEV1", klass="security")
    life.minutes(16)
    life.tale.do(word, CAROL, timedelta())
    assert updates(life.minutes(14.5)) == [(28, "room", 0, "")]


def test_for_a_week_of_updates_in_time_each_reminder_comes_once() -> None:
    """Every 15 min, said a minute before it is due: one reminder for each, no more, and none to a person."""
    life = days(severity="SEV1", klass="security")
    life.tale.do(c.Applied("the switch"))
    given: list[Given] = []
    for _ in range(7 * 24 * 4):
        given += life.minutes(14)
        life.tale.do(c.SayUpdate("it goes on"), CAROL, timedelta())
    assert [one[1:] for one in updates(given)] == [("room", 0, "")] * (7 * 24 * 4)


def test_it_can_be_put_off_twice() -> None:
    """Ten minutes each; what comes after the time goes to who speaks. The third time the honest minimum is offered."""
    life = days(severity="SEV1", klass="security")
    assert updates(life.minutes(12)) == [(12, "room", 0, "")]
    decision = life.tale.do(c.Snooze(), CAROL, timedelta())
    assert "card" in [one.kind for one in decision.effects], "the card says that it is put off"
    assert updates(life.minutes(10)) == [(22, "room", 1, CAROL)]
    life.tale.do(c.Snooze(), CAROL, timedelta())
    assert updates(life.minutes(9)) == []
    assert updates(life.minutes(1)) == [(32, "room", 1, CAROL)]
    assert refused(life.tale, c.Snooze(), CAROL, timedelta()) == (
        "It was put off twice already. Say the honest minimum instead: one click."
    )
    assert updates(life.minutes(30)) == [(35, "room", 2, ALICE), (38, "room", 3, DAVE)]


def test_after_a_downtime_there_is_one_and_not_ten() -> None:
    """The bot was down for a day: who speaks hears it once when it is up, the commander one step later."""
    life = days(severity="SEV1", klass="security")
    life.tale.do(c.Applied("the switch"))
    back = life.tale.now + timedelta(days=1)
    given = updates(life.until(back + minutes(30), down_until=back))
    assert [(one[1:], round(one[0] - given[0][0])) for one in given] == [
        (("room", 1, CAROL), 0),
        (("room", 2, ALICE), 3),
        (("room", 3, DAVE), 6),
    ]


ENDS: dict[str, list[c.Command]] = {
    "resolved": [c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")],
    "dismissed": [c.Dismiss("false-alarm", "nothing was wrong")],
}


@pytest.mark.parametrize("end", ENDS)
def test_when_it_is_over_nobody_is_reminded(end: str) -> None:
    """After a resolve, or a dismissal: none of an update, for weeks."""
    life = days(severity="SEV3", klass="quality_regression")
    life.minutes(100)
    for command in ENDS[end]:
        life.tale.do(command, after=timedelta())
    if end == "resolved":
        life.tale.do(c.Resolve("a test"), after=timedelta(hours=4))
    life.given.clear()
    assert updates(life.until(life.tale.now + timedelta(weeks=3))) == []


def test_while_it_is_watched_words_come_half_as_often() -> None:
    """SEV3, every 2 h: from watching on every 4 h; after a red check every 2 h again."""
    life = days(severity="SEV3", klass="quality_regression")
    for command in ENDS["resolved"]:
        life.tale.do(command, after=timedelta())
    life.tale.do(c.SayUpdate("it holds"), CAROL, timedelta())
    said = life.tale.now
    assert next_due(life.tale.incident, life.tale.catalogue) == said + timedelta(hours=4)
    life.tale.do(c.ReportRedCheck("errors are back"), "stanch", minutes(30))
    assert next_due(life.tale.incident, life.tale.catalogue) == said + timedelta(hours=2)


def test_reopened_it_begins_anew() -> None:
    """A room that was quiet is reminded again, from the reopening on."""
    life = days(severity="SEV3", klass="quality_regression")
    for command in ENDS["resolved"]:
        life.tale.do(command, after=timedelta())
    life.tale.do(c.Resolve("a test"), after=timedelta(hours=5))
    life.until(life.tale.now + timedelta(hours=3))
    life.tale.do(c.Reopen("it is back"), after=timedelta())
    reopened = round((life.tale.now - life.start).total_seconds() / 60)
    given = updates(life.minutes(200))
    assert given[0] == (reopened, "room", 1, CAROL), "the last word is hours old"


def test_only_the_commander_slows_it_down_and_only_without_news() -> None:
    """Three honest minimums, then half as often, which the update says; news takes it up again with the severity."""
    life = days(severity="SEV2", klass="security")
    tale = life.tale
    for count in range(3):
        early = "Only after 3 updates without news in a row; so far there are"
        assert refused(tale, c.StillInvestigating(slower=True), ALICE) == f"{early} {count}."
        tale.do(c.StillInvestigating(), CAROL, minutes(29))
        tale.now += minutes(2)
    assert refused(tale, c.StillInvestigating(slower=True), CAROL) == (
        f"Only the commander, <@{ALICE}>, may have updates come half as often."
    )
    decision = tale.do(c.StillInvestigating(slower=True), ALICE)
    text = "Still investigating: there is nothing new to say yet. Updates now come every 1 h, until there is news."
    assert decision.events == (e.Paced(), UpdateSaid(text, no_news=True))
    assert next_due(tale.incident, tale.catalogue) == tale.now + minutes(60)
    assert refused(tale, c.StillInvestigating(slower=True), ALICE, minutes(2)).startswith("They come half as often")
    tale.do(c.Change("severity", "SEV1"))
    assert next_due(tale.incident, tale.catalogue) == tale.now + minutes(15)


def test_the_offer_to_slow_down_can_be_taken_at_once() -> None:
    """The third update without news offers it to the commander; taken in the same minute it says only what is new."""
    tale = opened(severity="SEV2")
    for _ in range(3):
        decision = tale.do(c.StillInvestigating(), ALICE, minutes(30))
    assert decision.offers == ("slower",)
    slower = tale.do(c.StillInvestigating(slower=True), ALICE)
    assert slower.events == (e.Paced(), UpdateSaid("Updates now come every 1 h, until there is news.", no_news=True))


def test_the_honest_minimum_is_said_once_at_a_time() -> None:
    """Two people click at once: one update. Where none is owed there is none to say."""
    tale = opened(severity="SEV1")
    tale.do(c.StillInvestigating(), CAROL)
    assert refused(tale, c.StillInvestigating(), BOB).startswith("An update was said a moment ago")
    assert refused(opened(severity="SEV4"), c.StillInvestigating()) == (
        "No update is owed: INC-7 is SEV4. Say one all the same: `/incident update TEXT`."
    )


def test_what_is_missing_at_the_start_is_told_once() -> None:
    """No commander after 2 min, no class or severity after 5, nothing pulled after 10 at SEV1: each once, and there."""
    life = days()
    tale = life.tale
    tale.do(c.GiveRole("commander", None), after=timedelta())
    given = life.minutes(30)
    assert [one[1:] for one in given] == [("commander", 0, ""), ("facts", 0, "")]
    tale.do(c.Change("severity", "SEV1"), after=timedelta())
    started = round((tale.now - life.start).total_seconds() / 60)
    assert (started + 10, "nothing_pulled", 0, "") in life.minutes(11)
    assert [one for one in life.minutes(600) if one[1] not in ("room", "stuck assess")] == []


def test_what_is_there_in_time_is_never_missed() -> None:
    """Seat, facts and a first lever within their time: silence."""
    life = days(severity="SEV1", klass="security")
    life.tale.do(c.Applied("the switch"), after=minutes(9))
    assert [one for one in life.minutes(50) if one[1] != "room"] == []


def test_promises_are_told_to_who_made_them_on_their_day() -> None:
    """At 08:00 UTC of the day, once, also when the incident is over, and once more three days later."""
    life = days(severity="SEV3", klass="quality_regression")
    tale = life.tale
    tale.do(c.Applied("prompt back"))
    tale.do(c.MoveMitigation("kept", 1, BOB, date(2026, 12, 1), "until v18"))
    tale.do(c.AddAction(CAROL, date(2026, 11, 30), "test prompts by region"))
    for command in ENDS["resolved"][1:]:
        tale.do(command, after=timedelta())
    tale.do(c.Resolve("a test"), after=timedelta(hours=5))
    life.given.clear()
    life.until(tale.now + timedelta(weeks=3))
    told = [(life.start + minutes(at), about, to) for at, about, _, to in life.given]
    ended = tale.incident.ended_at
    assert ended is not None
    assert [(about, to) for _, about, to in told] == [
        ("review", ALICE), ("action 1 2026-11-30", CAROL), ("kept 1 2026-12-01", BOB), ("overdue 1 2026-11-30", CAROL),
    ]  # fmt: skip
    mornings = [datetime(2026, *day, 8, tzinfo=UTC) for day in ((11, 30), (12, 1), (12, 3))]
    assert all(abs(at - morning) < minutes(1) for (at, *_), morning in zip(told[1:], mornings, strict=True))
    assert abs(told[0][0] - (ended + timedelta(days=2))) < minutes(1)


def test_nothing_is_owed_before_the_room_stands() -> None:
    """Declaring owes the room and nothing else: reminders follow when there is somewhere to say them."""
    tale = Tale()
    assert [one.kind for one in tale.do(c.Declare(7, "x", severity="SEV1")).effects] == ["open_room"]


def test_a_reminder_is_recorded_with_whom_it_went_to() -> None:
    """The timeline says who was asked, and when it was due."""
    life = days(severity="SEV1", klass="security")
    life.minutes(16)
    told = [one for one in life.tale.events if one.kind == "reminded" and (one.payload or {})["about"] == "room"]
    assert [(one.payload or {})["to"] for one in told] == ["", CAROL]
    due = unstamp((told[0].payload or {})["due"])
    assert due == (life.tale.incident.severity_since or due) + minutes(15)


def test_who_takes_the_seat_meanwhile_is_reminded() -> None:
    """The room was reminded, erin takes communications because of it: she is asked when it is due, not carol."""
    life = days(severity="SEV2", klass="security")
    assert updates(life.minutes(26)) == [(25, "room", 0, "")]
    life.tale.do(c.GiveRole("communications", ERIN), after=timedelta())
    assert updates(life.minutes(40)) == [
        (30, "room", 1, ERIN), (35, "room", 2, ALICE), (40, "room", 3, DAVE),
    ]  # fmt: skip


def test_what_is_kept_on_is_told_again_on_its_new_day() -> None:
    """Kept until one day, told on it, kept on until another: told on that too, to its owner by then."""
    life = days(severity="SEV4", klass="quality_regression")
    life.tale.do(c.Applied("prompt back"))
    for day, owner in ((date(2026, 12, 1), BOB), (date(2026, 12, 8), BOB), (date(2026, 12, 8), CAROL)):
        life.tale.do(c.MoveMitigation("kept", 1, owner, day, "until v18"))
        if owner == BOB:
            life.until(datetime(day.year, day.month, day.day - (day.day == 8), 12, tzinfo=UTC))
    life.until(datetime(2026, 12, 30, tzinfo=UTC))
    kept = [(about, to) for _, about, _, to in life.given if about.startswith("kept")]
    assert kept == [("kept 1 2026-12-01", BOB), ("kept 1 2026-12-08", CAROL)]


def test_when_the_cadence_changes_in_the_files_the_next_word_is_still_chased() -> None:
    """SEV2 every 30 min, from a restart on every 20: what was owed for the old time owes the new one."""
    life = days(severity="SEV2", klass="security")
    severities = life.tale.catalogue.severities
    quicker = replace(severities["SEV2"], updates={"room": minutes(20)})
    life.tale.catalogue = replace(life.tale.catalogue, severities={**severities, "SEV2": quicker})
    life.tale.do(c.Note("restarted"), after=timedelta())
    assert updates(life.minutes(60)) == [
        (25, "room", 1, CAROL), (29, "room", 2, ALICE), (33, "room", 3, DAVE),
    ]  # fmt: skip


def test_an_update_that_is_said_while_a_reminder_is_under_way_counts() -> None:
    """The reminder comes back after the update: it was about the one before, and the next has its own."""
    life = days(severity="SEV2", klass="security")
    (one,) = [r for r in reminders(life.tale.incident, life.tale.catalogue) if r.name == "words"]
    life.tale.do(c.SayUpdate("we put it back"), CAROL, minutes(25))
    assert life.tale.do(c.ReportReminded(one.items, ""), "stanch").events == ()
    assert updates(life.minutes(26)) == [(50, "room", 0, "")]


def test_nobody_puts_off_what_nobody_was_reminded_of() -> None:
    """Snoozing before the first reminder would only bring it forward."""
    life = days(severity="SEV3", klass="security")
    assert refused(life.tale, c.Snooze()).startswith("Nobody was reminded yet: the next update is due ")


def test_what_was_told_on_its_day_is_not_told_again_after_a_reopening() -> None:
    """Told on the day, then closed, then reopened: silence about it."""
    life = days(severity="SEV3", klass="quality_regression")
    life.tale.do(c.AddAction(CAROL, date(2026, 11, 22), "test prompts by region"))
    for command in ENDS["resolved"]:
        life.tale.do(command, after=timedelta())
    life.tale.do(c.Resolve(), after=timedelta(hours=4, minutes=30))
    life.until(datetime(2026, 11, 22, 12, tzinfo=UTC))
    life.tale.do(c.Reopen("it is back"), after=minutes(1))
    life.until(life.tale.now + timedelta(days=3))
    assert [one[1] for one in life.given if one[1].startswith("action")] == ["action 1 2026-11-22"]


def test_who_left_a_restricted_room_does_not_speak_for_it() -> None:
    """The communications lead is gone: the commander is asked when the update is due."""
    life = Days(opened(severity="SEV1", klass="security"))
    life.tale.do(c.ReportMember(CAROL, False), "stanch", timedelta())
    assert life.tale.incident.restricted
    assert updates(life.minutes(45)) == [(12, "room", 0, ""), (15, "room", 1, ALICE), (18, "room", 3, DAVE)]


def test_two_minutes_without_a_commander_count_from_when_the_seat_is_empty() -> None:
    """The commander leaves the seat after half an hour: the room is asked two minutes later, not at once."""
    life = days(severity="SEV4", klass="security")
    life.tale.do(c.GiveRole("commander", ALICE), after=timedelta())
    life.minutes(30)
    life.tale.do(c.GiveRole("commander", None), after=timedelta())
    [asked] = [one for one in life.minutes(10) if one[1] == "commander"]
    assert asked[0] == 32
