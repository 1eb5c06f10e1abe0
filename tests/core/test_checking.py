"""Checks and samples: what is measured, what people judge, what opens a gate, and what reopens the alarm."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stanch.core import commands as c, events as e
from stanch.core.chain import stamp
from stanch.core.check import Probe, Result
from stanch.core.incident import STANCH
from stanch.core.walks import Checked, Sample, Watch
from tests.fakes.levers import LEVERS, SERVICE, at_work, in_effect, measured, pulling
from tests.fakes.world import ALICE, BOB, CAROL, Tale, minutes, refusal, refused

OUTAGE = "provider_outage"
"""Closes with two checks that are measured; quality with one, and a sample; security with a sample alone."""


def in_phase(phase: str, klass: str = OUTAGE) -> Tale:
    tale = at_work("SEV3", klass)
    way = (
        ("mitigate", c.Mitigate()), ("diagnose", c.Contain("drill")), ("resolve", c.Explain("confirmed", "the prompt")),
        ("watching", c.Watch("drill")), ("learn", c.Resolve("v18")),
    )  # fmt: skip
    for reached, command in way:
        if tale.incident.phase == phase:
            break
        tale.do(command, after=timedelta(hours=5))
        assert tale.incident.phase == reached
    return tale


def watched(phase: str = "mitigate", *ids: str, **verdicts: str) -> tuple[Tale, int]:
    """Checks are watched for half an hour and were measured once."""
    tale = in_phase(phase)
    tale.do(c.RunChecks(ids or ("errors", "latency"), 30))
    asked = tale.incident.seq
    measured(tale, asked=asked, over=False, **verdicts)
    return tale, asked


# Asking


def test_the_checks_of_the_class_are_measured() -> None:
    """Without ids, those that close the class and that a machine measures for this service."""
    tale = in_phase("mitigate")
    told = tale.do(c.RunChecks())
    assert told.events == (e.ChecksAsked(("errors", "latency"), ""),)
    assert told.say == "Measuring Errors, Latency. The room shows what is seen."
    seq, lane = tale.incident.seq, f"inc-7/check/{tale.incident.seq}"
    owed = [(one.kind, one.key, one.lane, one.payload, one.due) for one in told.effects]
    assert owed == [("check", lane, lane, {"asked": seq, "entry": seq}, None)]


def test_the_checks_of_the_step_come_first() -> None:
    """Where the runbook stands at a check, that is what is measured; what people judge there is left to them."""
    tale = at_work()
    tale.do(c.OpenRunbook())
    for to in ("c1", "k1"):
        tale.do(c.Choose(tale.incident.walks[-1].step, to))
    assert tale.do(c.RunChecks()).events == (e.ChecksAsked(("errors",), ""),)
    assert tale.do(c.RunChecks(("latency",))).events == (e.ChecksAsked(("latency",), ""),)


def test_what_only_people_can_judge() -> None:
    """A class without a measured check, and a check without a probe, send to the sample."""
    said = refusal(in_phase("mitigate", "security"), c.RunChecks())
    words = "No check is measured for support-copilot: people look. Judge fresh answers: `/incident judged GOOD BAD`."
    assert (str(said), said.offers) == (words, ("sample", "judged"))
    assert refused(in_phase("mitigate"), c.RunChecks(("sample",))) == words


def test_what_is_no_check() -> None:
    """An unknown id lists those that there are; a watch has bounds."""
    tale = in_phase("mitigate")
    assert refused(tale, c.RunChecks(("erors",))) == (
        "There is no check `erors`. There are `errors`, `latency`, `sample`."
    )
    for watch in (-1, 24 * 60 + 1):
        assert refused(tale, c.RunChecks((), watch)) == "Watch for 1 to 1440 minutes: `/incident check --watch 30`."


def test_a_watch_says_until_when() -> None:
    """It is measured again and again until then, and one turning red calls people."""
    tale = in_phase("mitigate")
    told = tale.do(c.RunChecks(("errors",), 30))
    until = stamp(tale.now + minutes(30))
    assert told.events == (e.ChecksAsked(("errors",), until),)
    assert told.say == "Measuring Errors for 30 min; I call you if one turns red. The room shows what is seen."
    assert tale.incident.watch == Watch(tale.incident.seq, ("errors",), until)


# What was seen


@pytest.mark.parametrize("verdict", ["green", "red", "unknown"])
def test_what_was_seen_is_recorded_with_its_figure(verdict: str) -> None:
    """Each check with its name, its verdict and the figure; the room is told, and it moves nothing by itself."""
    tale = in_phase("mitigate")
    tale.do(c.RunChecks())
    told = tale.do(c.ReportChecks(tale.incident.seq, (Result("errors", verdict, "4 % of 900"),)), STANCH)  # type: ignore[arg-type]
    shown = {"check": "errors", "name": "Errors", "verdict": verdict, "seen": "4 % of 900"}
    assert told.events == (e.Checked(tale.incident.seq - 1, (shown,), over=True),)
    assert [one.payload for one in told.effects if one.kind == "post"] == [{"entry": tale.incident.seq}]
    decided = "" if verdict == "unknown" else verdict
    assert tale.incident.checks == (Checked("errors", verdict, "4 % of 900", stamp(tale.now), decided),)
    assert tale.incident.phase == "mitigate"


def test_the_last_word_of_each_check_is_kept() -> None:
    """A new result takes the place of that check's last; the others stay."""
    tale = in_phase("mitigate")
    measured(tale, errors="red", latency="green")
    measured(tale, errors="green")
    assert [(one.check, one.verdict) for one in tale.incident.checks] == [("latency", "green"), ("errors", "green")]


def test_a_check_that_left_the_catalogue_keeps_its_id() -> None:
    """What was measured is told, whatever became of its file."""
    told = measured(in_phase("mitigate"), gone="unknown")
    assert isinstance(told.events[0], e.Checked)
    assert told.events[0].results[0]["name"] == "gone"


# Watching


def test_a_watch_tells_only_what_changed() -> None:
    """The same again is no event, and it is measured again; a change is told with all that was seen."""
    tale, asked = watched(errors="green", latency="green")
    same = measured(tale, asked=asked, over=False, errors="green", latency="green")
    assert same.events == ()
    assert [one.due for one in same.effects] == [tale.now + timedelta(seconds=30)]
    changed = measured(tale, asked=asked, over=False, errors="unknown", latency="green")
    assert [one.kind for one in changed.events] == ["checked"]
    nexts = [one for one in changed.effects if one.kind == "check"]
    assert [(one.payload, one.due) for one in nexts] == [
        ({"asked": asked, "entry": asked}, tale.now + timedelta(seconds=30))
    ]


def test_the_next_measurements_have_keys_of_their_own() -> None:
    """However often it is measured, no key is owed twice."""
    tale, asked = watched(errors="green")
    for verdict in ("red", "red", "green", "unknown", "red"):
        measured(tale, asked=asked, over=False, errors=verdict)
    keys = [one.key for one in tale.effects if one.kind == "check"]
    assert len(keys) == len(set(keys))


def test_a_watch_ends() -> None:
    """Its last measurement is told whatever it says, and nothing more is owed."""
    tale, asked = watched(errors="green")
    told = measured(tale, asked=asked, over=True, errors="green")
    assert [one.kind for one in told.events] == ["checked"]
    assert [one for one in told.effects if one.kind == "check"] == []
    assert tale.incident.watch is None


def test_a_newer_watch_takes_the_place_of_the_older() -> None:
    """What the older one still says fills no room, and it is not measured again."""
    tale, asked = watched(errors="green")
    tale.do(c.RunChecks(("latency",), 30))
    told = measured(tale, asked=asked, over=False, errors="red")
    assert (told.events, told.effects) == ((), ())
    assert tale.incident.watch is not None
    assert tale.incident.watch.ids == ("latency",)


@pytest.mark.parametrize("phase", ["mitigate", "diagnose", "resolve"])
def test_green_that_turns_red_reopens_the_alarm(phase: str) -> None:
    """Before watching it came back: bleeding again, told loudly, and the phase is the people's to change."""
    tale, asked = watched(phase, errors="green", latency="green")
    told = measured(tale, asked=asked, over=False, errors="red", latency="green")
    assert told.events[1:] == (e.CameBack("Errors: errors is red"),)
    assert len([one for one in told.effects if one.kind == "post"]) == 2
    assert (tale.incident.phase, tale.incident.bleeding) == (phase, "yes")


def test_red_in_watching_leads_back_by_itself() -> None:
    """The design's red check: mitigate again, bleeding, and the gates ask anew."""
    tale, asked = watched("watching", errors="green")
    told = measured(tale, asked=asked, over=False, errors="red")
    assert told.events[1:] == (e.RedCheck("Errors: errors is red"),)
    i = tale.incident
    assert (i.phase, i.bleeding, i.quiet_until, i.anew_at) == ("mitigate", "yes", None, stamp(tale.now))


@pytest.mark.parametrize("phase", ["mitigate", "watching"])
def test_unknown_in_between_makes_nothing_fine(phase: str) -> None:
    """Green, then not to be measured for a while, then red: it came back."""
    tale, asked = watched(phase, errors="green")
    measured(tale, asked=asked, over=False, errors="unknown")
    assert len(measured(tale, asked=asked, over=False, errors="red").events) == 2


@pytest.mark.parametrize("phase", ["mitigate", "watching"])
def test_red_that_stays_red_alarms_once(phase: str) -> None:
    """Also over a time in which it could not be measured."""
    tale, asked = watched(phase, errors="green")
    measured(tale, asked=asked, over=False, errors="red")
    measured(tale, asked=asked, over=False, errors="unknown")
    assert len(measured(tale, asked=asked, over=False, errors="red").events) == 1


def test_red_from_the_start_has_not_come_back() -> None:
    """While it is being mitigated, a check that never was green alarms nobody."""
    tale, asked = watched("mitigate", errors="unknown")
    assert len(measured(tale, asked=asked, over=False, errors="red").events) == 1
    assert tale.incident.bleeding == "unknown"


@pytest.mark.parametrize(("check", "leads_back"), [("errors", True), ("other", False)])
def test_a_check_run_by_hand_in_watching(check: str, leads_back: bool) -> None:
    """One that closes the class leads back when it is red, also without a watch; another one does not."""
    tale = in_phase("watching")
    told = measured(tale, **{check: "red"})
    assert any(isinstance(one, e.RedCheck) for one in told.events) == leads_back
    assert tale.incident.phase == ("mitigate" if leads_back else "watching")


def test_a_check_run_by_hand_alarms_nobody_elsewhere() -> None:
    """Who presses the button sees what it says."""
    tale = in_phase("mitigate")
    measured(tale, errors="green")
    assert len(measured(tale, errors="red").events) == 1


def test_what_is_over_is_measured_without_an_alarm() -> None:
    """After the end, red is told and moves nothing."""
    tale, asked = watched("learn", errors="green")
    assert len(measured(tale, asked=asked, over=False, errors="red").events) == 1
    assert tale.incident.phase == "learn"


# The gate of contained


def test_green_checks_contain() -> None:
    """Every check of the class measured green since the last control was moved: users are better off."""
    tale = in_phase("assess")
    in_effect(tale, "tool.off", "on")
    measured(tale, errors="green", latency="green")
    told = tale.do(c.Contain())
    assert told.events == (e.Contained("checked", "errors is green; latency is green"),)
    assert told.say == "Contained: its checks are green. Now diagnose."


@pytest.mark.parametrize(
    "verdicts", [{"errors": "green"}, {"errors": "green", "latency": "red"}, {"errors": "green", "latency": "unknown"}]
)
def test_not_every_check_is_green(verdicts: dict[str, str]) -> None:
    """One missing, red or unknown is not enough, and the refusal offers to measure."""
    tale = in_phase("mitigate")
    measured(tale, **verdicts)
    said = refusal(tale, c.Contain())
    assert str(said).startswith("Not yet: nothing is in force, and nobody has shown that users are better off")
    assert said.offers == ("check", "sample", "judged", "stopped", "waive")


@pytest.mark.parametrize("moved", ["pulled", "by hand", "removed", "back to mitigate", "too old"])
def test_green_of_before_shows_nothing(moved: str) -> None:
    """What was measured before a control was moved, before a way back, or over 15 minutes ago, opens no gate."""
    tale = in_phase("diagnose" if moved == "back to mitigate" else "mitigate")
    if moved == "removed":
        tale.do(c.Applied("cap 5"))
    measured(tale, errors="green", latency="green")
    match moved:
        case "pulled":
            pulling(tale, "tool.off", "on")
        case "by hand":
            tale.do(c.Applied("cap 5"))
        case "removed":
            tale.do(c.MoveMitigation("removed"))
        case "back to mitigate":
            tale.do(c.Mitigate())
    after = minutes(15.1) if moved == "too old" else timedelta(seconds=1)
    assert refused(tale, c.Contain(), after=after).startswith("Not yet:")
    measured(tale, errors="green", latency="green")
    assert tale.do(c.Contain()).incident.phase == "diagnose"


# The gate of watching

OVERRIDE = 'or as commander `/incident watch --override "WHY"`.'


def test_green_checks_close_what_is_only_measured() -> None:
    """They are watched from then on until quiet has held."""
    tale = in_phase("resolve")
    said = refusal(tale, c.Watch())
    assert str(said) == (
        f"Its closure checks have to be green: errors, latency. `/incident check` measures them; {OVERRIDE}"
    )
    assert said.offers == ("check", "judged", "override")
    measured(tale, errors="green", latency="green")
    told = tale.do(c.Watch())
    until = stamp(tale.now + timedelta(hours=4))
    assert told.events == (e.Watching(until), e.ChecksAsked(("errors", "latency"), until))
    assert tale.incident.watch == Watch(tale.incident.seq, ("errors", "latency"), until)


def test_a_red_check_keeps_it_open_whatever_people_judge() -> None:
    """However long ago it was seen: a watch tells only what changes. Measured green, people's word stands."""
    tale = in_phase("resolve")
    measured(tale, errors="red")
    tale.do(c.Judge(60, 0))
    words = "Red when it was measured last: errors (errors is red). `/incident check` measures again; " + OVERRIDE
    assert refused(tale, c.Watch()) == words
    assert refused(tale, c.Watch(), after=timedelta(hours=1)) == words
    measured(tale, errors="unknown")
    assert tale.do(c.Watch()).incident.phase == "watching"


def test_a_sample_is_people_s_to_judge() -> None:
    """Where the class closes with a sample, green checks alone do not close it."""
    tale = in_phase("resolve", "quality_regression")
    measured(tale, errors="green")
    said = refusal(tale, c.Watch())
    assert str(said).startswith("People judge whether it is over: 60 fresh answers in a row, none bad (now 0 in a row")
    assert said.offers == ("check", "sample", "judged", "override")
    tale.do(c.Judge(60, 0))
    assert tale.do(c.Watch()).events[-1] == e.ChecksAsked(("errors",), tale.incident.quiet_until or "")


def test_an_override_watches_nothing_by_itself() -> None:
    """It goes in the commander's name, and measures what is asked for."""
    tale = in_phase("resolve")
    told = tale.do(c.Watch("no traffic at night"))
    assert [one.kind for one in told.events] == ["watching"]
    assert tale.incident.watch is None


# Samples


def drawn(*ids: str, klass: str = "quality_regression") -> Tale:
    """A sample of these answers, to be judged."""
    tale = in_phase("mitigate", klass)
    tale.do(c.DrawSample(len(ids)), BOB)
    tale.do(c.ReportSample(1, ids), STANCH)
    return tale


def sample(tale: Tale) -> Sample:
    return tale.incident.samples[-1]


def test_a_sample_is_drawn_once() -> None:
    """It owes fresh answers; while it is open, another one is this one."""
    tale = in_phase("mitigate")
    told = tale.do(c.DrawSample(), BOB)
    assert told.events == (e.SampleAsked(1, 20, "support-copilot"),)
    assert told.say == "Drawing 20 fresh answers. Judge them one by one, alone or together."
    owed = [(one.kind, one.key, one.lane, one.payload) for one in told.effects]
    assert owed == [("sample", "inc-7/sample/1", "inc-7/sample/1", {"s": 1})]
    again = tale.do(c.DrawSample(), CAROL)
    assert (again.events, again.say, again.offers) == (
        (), "Sample 1 is open: judge on where it stands.", ("judge_on",),
    )  # fmt: skip


@pytest.mark.parametrize("n", [0, -1, 151])
def test_how_many_can_be_judged(n: int) -> None:
    """From one to as many as close a SEV1."""
    assert refused(in_phase("mitigate"), c.DrawSample(n)) == (
        "Judge 1 to 150 answers: 20 show big harm, 60 close SEV2 and below, 150 a SEV1."
    )


def test_answers_come_once_each() -> None:
    """Doubled ids are one answer; a second report changes nothing; its message is owed."""
    tale = in_phase("mitigate")
    tale.do(c.DrawSample(3))
    told = tale.do(c.ReportSample(1, ("a", "b", "a")), STANCH)
    assert told.events == (e.SampleDrawn(1, ("a", "b"), ""),)
    assert [one.payload for one in told.effects] == [{"view": "sample/1"}]
    assert tale.do(c.ReportSample(1, ("c",)), STANCH).events == ()
    assert sample(tale).state == "judging"


@pytest.mark.parametrize(("ids", "fault"), [((), "no answer yet"), ((), "")])
def test_no_answers_is_said_and_can_be_tried_again(ids: tuple[str, ...], fault: str) -> None:
    """A sample that could not be drawn is over, and the next one has a number of its own."""
    tale = in_phase("mitigate")
    tale.do(c.DrawSample())
    tale.do(c.ReportSample(1, ids, fault), STANCH)
    assert (sample(tale).state, sample(tale).fault) == ("failed", fault)
    assert tale.do(c.DrawSample()).events == (e.SampleAsked(2, 20, "support-copilot"),)


def test_two_people_judge_together() -> None:
    """Each answer once, whoever is first; the last one counts the sample, and what could not be told is said."""
    tale = drawn("a", "b", "c", "d")
    assert tale.do(c.JudgeAnswer(1, "a", "good"), BOB).events == (e.AnswerJudged(1, "a", "good"),)
    assert tale.do(c.JudgeAnswer(1, "a", "bad"), CAROL).events == ()
    tale.do(c.JudgeAnswer(1, "b", "bad"), CAROL)
    tale.do(c.JudgeAnswer(1, "c", "unclear"), BOB)
    assert (sample(tale).judges, sample(tale).state) == ((BOB, CAROL), "judging")
    told = tale.do(c.JudgeAnswer(1, "d", "good"), ALICE)
    assert told.events == (
        e.AnswerJudged(1, "d", "good"), e.Judged(2, 1, "sample 1, judged one by one, 1 could not be told"),
    )  # fmt: skip
    assert told.say == "That was the last one. The sample is counted: 1 of 3 bad."
    assert (sample(tale).state, tale.incident.judged) == ("over", (2, 1))
    assert tale.do(c.JudgeAnswer(1, "a", "bad")).say == "This sample is counted already."


def test_twenty_good_answers_contain() -> None:
    """A sample is judged answers: it opens the gate like any other."""
    tale = drawn(*(f"a{n}" for n in range(20)))
    for one in sample(tale).ids:
        tale.do(c.JudgeAnswer(1, one, "good"), BOB)
    assert tale.do(c.Contain()).events == (e.Contained("judged", "0 of 20 bad"),)


def test_a_sample_that_nobody_could_tell_counts_for_nothing() -> None:
    """No tally of nothing: the gate stays shut."""
    tale = drawn("a")
    told = tale.do(c.JudgeAnswer(1, "a", "unclear"))
    assert told.events == (e.AnswerJudged(1, "a", "unclear"),)
    assert told.say == "That was the last one. None of them could be told, so nothing is counted."


def test_a_sample_ends_early() -> None:
    """What was judged counts, what was not is left out; without any there is nothing to count."""
    tale = drawn("a", "b", "c")
    assert refused(tale, c.EndSample(1)) == "Nothing is judged yet: there is nothing to count."
    tale.do(c.JudgeAnswer(1, "b", "good"))
    told = tale.do(c.EndSample(1), CAROL)
    assert told.events == (e.SampleDrawn(1, ("b",), ""), e.Judged(1, 0, "sample 1, judged one by one"))
    assert told.say == "The sample is counted: 0 of 1 bad."
    assert sample(tale).state == "over"
    assert tale.do(c.EndSample(1)).say == "This sample is counted already."


@pytest.mark.parametrize("command", [c.JudgeAnswer(1, "z", "good"), c.JudgeAnswer(1, "a", "fine")])
def test_what_is_not_in_the_sample(command: c.Command) -> None:
    """Another answer or another word is refused."""
    assert refused(drawn("a", "b"), command) == "That answer is not in this sample."


def test_a_sample_of_before_shows_nothing_about_now() -> None:
    """A control was moved after it was drawn: those answers were given before, and are not counted."""
    tale = drawn("a", "b")
    tale.do(c.JudgeAnswer(1, "a", "good"))
    tale.do(c.Applied("prompt back to v17"))
    told = tale.do(c.JudgeAnswer(1, "b", "good"))
    assert told.events == (e.AnswerJudged(1, "b", "good"),)
    assert told.say == (
        "That was the last one. A control was moved since it was drawn, so it shows nothing about now."
        " Draw a fresh one."
    )
    assert tale.incident.judged == (0, 0)
    assert tale.do(c.DrawSample()).events == (e.SampleAsked(2, 20, "support-copilot"),)


# What else is shown


def test_a_message_is_known_once() -> None:
    """Its place is recorded when it stands, and forgotten when somebody deletes it; another message is not meant."""
    tale = in_phase("mitigate")
    assert tale.do(c.ReportShown("pull/1", "17.1"), STANCH).events == (e.Shown("pull/1", "17.1"),)
    assert tale.do(c.ReportShown("pull/1", "17.1"), STANCH).events == ()
    assert tale.incident.shown == {"pull/1": "17.1"}
    assert tale.do(c.ReportShown("pull/1", "17.0", lost=True), STANCH).events == ()
    assert tale.do(c.ReportShown("pull/1", "17.1", lost=True), STANCH).events == (e.Shown("pull/1", ""),)
    assert tale.incident.shown == {}


def test_what_differs_is_recorded_when_it_changes() -> None:
    """The tick looks every few seconds; only news is an event, and the card follows it."""
    tale = in_phase("mitigate")
    found = (("prompt.back", "v17", "v18"),)
    told = tale.do(c.ReportDrift(found, "2026-11-21T03:00:00.000000Z"), STANCH)
    listed = ({"control": "prompt.back", "good": "v17", "now": "v18"},)
    assert told.events == (e.Drifted(listed, "2026-11-21T03:00:00.000000Z"),)
    assert "card" in {one.kind for one in told.effects}
    assert tale.do(c.ReportDrift(found, "2026-11-21T03:00:00.000000Z"), STANCH).events == ()
    assert tale.incident.differs == found
    assert tale.do(c.ReportDrift((), "2026-11-22T03:00:00.000000Z"), STANCH).events != ()
    assert tale.incident.differs == ()


def test_a_check_shows_in_the_open_runbook() -> None:
    """What was measured stands in the runbook's message, as the pull's news do."""
    tale = at_work()
    tale.do(c.OpenRunbook())
    told = measured(tale, errors="green")
    assert [one.payload for one in told.effects if one.kind == "view"] == [
        {"view": f"runbook/{tale.incident.runbook_at}"}
    ]


def test_facts_beside_a_question_are_not_told() -> None:
    """What is fetched by itself when a runbook is opened shows on the card and in the runbook, and is no message."""
    tale = at_work()
    tale.do(c.OpenRunbook())
    told = tale.do(c.ReportChecks(tale.incident.seq, (Result("errors", "red", "9 %"),), quiet=True), STANCH)
    shown = {"check": "errors", "name": "Errors", "verdict": "red", "seen": "9 %"}
    assert told.events == (e.Checked(tale.incident.runbook_at, (shown,), over=True, quiet=True),)
    assert sorted({one.kind for one in told.effects}) == ["announce", "card", "view"]
    assert tale.incident.checks[0].verdict == "red"


def test_a_check_without_a_probe_for_this_service() -> None:
    """Another service measures what this one does not: the closure is of what is measured here."""
    tale = in_phase("resolve")
    lone = replace(LEVERS.checks["latency"], probes={})
    tale.catalogue = replace(LEVERS, checks={**LEVERS.checks, "latency": lone})
    measured(tale, errors="green")
    assert tale.do(c.Watch()).events[-1] == e.ChecksAsked(("errors",), tale.incident.quiet_until or "")


def test_a_check_that_tries_something_takes_a_role() -> None:
    """What sends test or attack prompts to production is for who may pull; what only looks is for everybody."""
    tale = in_phase("mitigate")
    tries = Probe("practice_ai", "practice", {"probe": "attack"})
    active = replace(LEVERS.checks["latency"], probes={SERVICE: tries})
    tale.catalogue = replace(LEVERS, checks={**LEVERS.checks, "latency": active})
    assert refused(tale, c.RunChecks(), "U0PASSERBY").startswith("Controls are pulled by the people on call")
    assert tale.do(c.RunChecks(("errors",)), "U0PASSERBY").events == (e.ChecksAsked(("errors",), ""),)
    assert tale.do(c.RunChecks(on_call=True), "U0PASSERBY").events == (e.ChecksAsked(("errors", "latency"), ""),)


@pytest.mark.parametrize("command", [c.DrawSample(), c.JudgeAnswer(1, "a", "good"), c.EndSample(1)])
def test_what_users_wrote_is_shown_to_who_works_on_it(command: c.Lever) -> None:
    """Drawing, judging and counting a sample take a role, or being on call."""
    tale = drawn("a", "b")
    assert refused(tale, command, "U0PASSERBY").startswith("Controls are pulled by the people on call")
    tale.do(c.JudgeAnswer(1, "b", "good"), BOB)
    tale.do(replace(command, on_call=True), "U0PASSERBY")


@pytest.mark.parametrize("phase", ["diagnose", "resolve"])
def test_what_was_called_contained_and_is_red(phase: str) -> None:
    """Whoever looked, with a watch or without: bleeding again, and people are told; another check tells nothing."""
    tale = in_phase(phase)
    assert len(measured(tale, other="red").events) == 1
    told = measured(tale, errors="red")
    assert told.events[1:] == (e.CameBack("Errors: errors is red"),)
    assert (tale.incident.phase, tale.incident.bleeding) == (phase, "yes")


def test_what_was_pulled_and_moved_by_somebody_else_is_not_in_force() -> None:
    """Read at another value since: the mitigation has failed, and what it contained is unknown again."""
    tale = at_work("SEV3")
    in_effect(tale, "prompt.back", "v18", "v17")
    tale.do(c.Contain("it has stopped"))
    at = stamp(tale.now + timedelta(seconds=5))
    told = tale.do(c.ReportDrift((), "", ((1, "v18"),), at), STANCH)
    assert told.events == (
        e.MitigationMoved(1, "failed", why="it stands at v18 now, moved by somebody else", what="Prompt: v18 → v17"),
        e.BleedingChanged("unknown", "what contained it was moved by somebody else"),
    )
    assert (tale.incident.mitigations[0].state, tale.incident.bleeding) == ("failed", "unknown")


def test_what_was_read_before_a_pull_says_nothing_against_it() -> None:
    """A look that began before the pull was confirmed finds the old value, and nothing is said."""
    tale = at_work("SEV3")
    at = stamp(tale.now)
    in_effect(tale, "prompt.back", "v18", "v17")
    assert tale.do(c.ReportDrift((), "", ((1, "v18"),), at), STANCH).events == ()
    assert tale.incident.mitigations[0].state == "effective"
