"""The gates of the phases (design, section 4): what each command needs, and what a refusal says can be done."""

from datetime import timedelta

import pytest

from stanch.core import commands as c, events as e
from stanch.core.catalogue import Klass
from stanch.core.incident import OPEN, PHASES
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, LATER_DAY, NOW, Tale, catalogue, opened, refusal, refused, walked

DAY = timedelta(hours=24)
MITIGATE = (
    "judge 20 fresh answers: `/incident judged GOOD BAD`, then `/incident contained`;"
    " it stopped by itself: `/incident bleeding contained WHY`"
)


RECORDING = (
    c.Note("seen in the EU too"), c.Suppose("the prompt"), c.AddEvidence("trace 7"), c.Change("impact", "slow"),
    c.GiveRole("scribe", DAVE), c.SayUpdate("we look into it"), c.Judge(19, 1), c.AddAction(BOB, LATER_DAY, "a test"),
    c.Bleeding("yes", "still wrong"), c.Export(("md",)), c.Correct(1, "the EU only"), c.TakeSeat("scribe"),
    c.FillIn((("scope", "the EU"),)), c.Restrict("customer data"),
    c.Capture("C0GENERAL", "1795316400.000100", DAVE, "it is slow", "https://x.example/", NOW, BOB),
)  # fmt: skip


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("command", RECORDING, ids=lambda command: type(command).__name__)
def test_recording_is_never_refused(phase: str, command: c.Command) -> None:
    """Notes, hypotheses, evidence, facts, roles, updates and messages are taken in every phase, by anybody, and move
    nothing."""
    tale = walked(phase)
    assert tale.do(command, "U0PASSERBY").events
    assert tale.incident.phase == phase


@pytest.mark.parametrize("phase", OPEN)
def test_the_first_lever_needs_nobody(phase: str) -> None:
    """Anybody may record a pulled control in any open phase, before anything is filled in."""
    tale = walked(phase)
    said = tale.do(c.Applied("alias back to the dated model"), "U0PASSERBY").say
    assert tale.incident.phase == "mitigate"
    assert said == "Mitigation 1 is recorded as applied. In effect? `/incident effective 1`."


# Contained


def test_contained_needs_proof() -> None:
    """Without proof it is refused, with the three ways on, in one message."""
    assert refused(walked("mitigate"), c.Contain()) == (
        "Not yet: nothing is in force, and nobody has shown that users are better off"
        " (none judged since the last mitigation).\n"
        "Do one of: judge 20 fresh answers, `/incident judged GOOD BAD` · it stopped by itself: "
        '`/incident bleeding contained WHAT SHOWS IT` · waive it as commander: `/incident contained --waive "REASON"`'
    )


@pytest.mark.parametrize(
    ("harm", "judged", "taken"),
    [
        (None, (20, 0), True),
        (None, (19, 1), True),
        (None, (18, 2), False),  # the harm's share is unknown: at most one bad
        (None, (19, 0), False),  # too few
        ((6, 4), (18, 2), True),  # 2 of 20: at most 28 %, and it was 40 %
        ((14, 6), (18, 2), True),  # at most 28 %, and it was 30 %
        ((15, 5), (18, 2), False),  # at most 28 %, and it was 25 %
        ((8, 2), (20, 0), True),  # at most 14 %, and it was 20 %
        ((9, 1), (20, 0), False),  # at most 14 %, and it was 10 %
        ((9, 1), (30, 0), True),  # at most 9.5 %
    ],
)
def test_contained_by_judged_answers(harm: tuple[int, int] | None, judged: tuple[int, int], taken: bool) -> None:
    """At least 20 fresh answers, and the upper 95 % bound below the harm's share; share unknown: at most 1 bad."""
    tale = walked("mitigate")
    if harm:
        tale.do(c.Judge(*harm))
    tale.do(c.Applied("prompt back to v17"))
    tale.do(c.Judge(*judged))
    if taken:
        tale.do(c.Contain())
        assert (tale.incident.phase, tale.incident.bleeding) == ("diagnose", "contained")
    else:
        assert refused(tale, c.Contain()).startswith(
            "Not yet: `prompt back to v17` is applied, not yet seen to take effect,"
            f" and nobody has shown that users are better off ({judged[1]} bad of {sum(judged)} judged, so "
        )


def test_a_harmless_sample_before_the_mitigation_is_no_trap() -> None:
    """When the answers judged before showed no harm, its share is unknown: 0 bad of 20 after the mitigation
    is enough."""
    tale = walked("mitigate")
    tale.do(c.Judge(30, 0))
    tale.do(c.Applied("prompt back to v17"))
    tale.do(c.Judge(20, 0))
    assert tale.do(c.Contain()).incident.phase == "diagnose"


def test_answers_judged_before_the_mitigation_prove_nothing() -> None:
    """A mitigation starts the count anew: only fresh answers show that it helped."""
    tale = walked("mitigate")
    tale.do(c.Judge(60, 0))
    tale.do(c.Applied("prompt back to v17"))
    assert refused(tale, c.Contain()).splitlines()[0] == (
        "Not yet: `prompt back to v17` is applied, not yet seen to take effect, and nobody has shown that users are"
        " better off (none judged since the last mitigation)."
    )


def test_bleeding_contained_is_contained() -> None:
    """It stopped by itself: `bleeding contained WHY` in mitigate is the command, with what shows it."""
    tale = walked("mitigate")
    decision = tale.do(c.Bleeding("contained", "traffic moved away at 02:50"))
    assert decision.events == (
        e.BleedingChanged("contained", "traffic moved away at 02:50"),
        e.Contained("stopped", "traffic moved away at 02:50"),
    )
    assert decision.say == "Contained, as reported. Now diagnose."
    assert tale.incident.phase == "diagnose"


def test_bleeding_needs_a_reason_and_one_of_three_words() -> None:
    """Anything else is refused with the form to use."""
    usage = "`/incident bleeding yes|contained|unknown WHY`."
    unclear = refusal(walked("assess"), c.Bleeding("maybe", "who knows"))
    assert str(unclear) == f"Is harm still being done: yes, contained, or unknown? {usage}"
    unfounded = refusal(walked("assess"), c.Bleeding("yes", "  "))
    assert str(unfounded) == f"Say what shows it: {usage}"
    assert unclear.offers == unfounded.offers == ("bleeding",)


def test_only_the_commander_waives_and_overrides() -> None:
    """Waiver and override carry the commander's name; others are told who that is and how to take over."""
    want = "Only the commander can {}: that is <@U0ALICE>, commander. To take over: `/incident role commander me`."
    assert refused(walked("mitigate"), c.Contain(waive="hurry"), BOB) == want.format("waive the proof")
    assert refused(walked("resolve"), c.Watch(override="hurry"), BOB) == want.format("override the checks")


def test_an_acting_commander_waives() -> None:
    """Whoever declared may waive while nobody holds the seat."""
    tale = walked("mitigate")
    tale.do(c.GiveRole("commander", None))
    assert "acting commander" in refused(tale, c.Contain(waive="hurry"), CAROL)
    assert tale.do(c.Contain(waive="hurry"), ALICE).events == (e.Contained("waived", "hurry"),)


# Explained


def test_first_the_harm_then_the_cause() -> None:
    """In mitigate and still bleeding, a cause is not taken yet."""
    said = refusal(walked("mitigate"), c.Explain("probable", "the new prompt"))
    assert str(said) == f"First the harm, then the cause: INC-7 is not contained. Now: {MITIGATE}."
    assert said.offers == ("judged", "contained", "stopped")


@pytest.mark.parametrize(("certainty", "text"), [("sure", "the prompt"), ("confirmed", " "), ("", "x")])
def test_a_cause_needs_its_certainty_and_words(certainty: str, text: str) -> None:
    """Confirmed, probable or unknown, and what; else the form is shown."""
    assert refused(walked("diagnose"), c.Explain(certainty, text)) == (
        "Say how sure and what: `/incident explained confirmed|probable|unknown TEXT`"
        " (probable: the evidence; unknown: what was ruled out, and the detector to build)."
    )


# Watch


def test_watching_needs_mitigations_removed_or_kept() -> None:
    """A mitigation in force is named, with the two ways to settle it."""
    tale = walked("mitigate")
    tale.do(c.Applied("<b>filter</b> up"))
    tale.do(c.Contain(waive="drill"))
    tale.do(c.Explain("confirmed", "the prompt"))
    tale.do(c.Judge(60, 0))
    assert refused(tale, c.Watch()) == (
        "Still applied: 1 &lt;b&gt;filter&lt;/b&gt; up."
        " `/incident removed K`, or `/incident kept K @who until DATE WHY`."
        ' As commander: `/incident watch --override "WHY"`.'
    )
    tale.do(c.MoveMitigation("kept", None, BOB, LATER_DAY, "until v18"))
    tale.do(c.Watch())
    assert tale.incident.mitigations[0].owner == BOB
    assert tale.incident.mitigations[0].until == "2026-12-01T00:00:00.000000Z"


@pytest.mark.parametrize(("severity", "wanted"), [("SEV1", 150), ("SEV2", 60), ("SEV3", 60), (None, 60)])
def test_watching_needs_good_answers(severity: str | None, wanted: int) -> None:
    """Where no check is declared, 60 good answers (SEV1: 150) and none bad close the harm."""
    tale = walked("resolve")
    if severity and severity != "SEV3":
        tale.do(c.Change("severity", severity))
    if severity is None:
        tale = opened()
        for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it")):
            tale.do(command)
    tale.do(c.Judge(wanted - 1, 0))
    assert refused(tale, c.Watch()) == (
        f"People judge whether it is over: {wanted} fresh answers in a row, none bad (now {wanted - 1} in a row"
        " since a mitigation was last applied or removed)."
        ' `/incident judged GOOD BAD`, or as commander `/incident watch --override "WHY"`.'
    )
    tale.do(c.Judge(1, 0))
    assert tale.do(c.Watch()).say == (
        "Watching. An alert that fires again, or a check that turns red, leads back to mitigate by itself."
    )


def test_one_bad_answer_starts_the_row_anew() -> None:
    """A bad answer is no dead end: the good ones are counted again from there."""
    tale = walked("resolve")
    tale.do(c.Judge(59, 1))
    assert "now 0 in a row" in refused(tale, c.Watch())
    tale.do(c.Judge(60, 0))
    assert tale.do(c.Watch()).incident.phase == "watching"


def test_what_was_judged_with_the_lever_pulled_proves_nothing_without_it() -> None:
    """A mitigation that is taken back starts the count anew, in the range and in the row."""
    tale = walked("mitigate")
    for command in (c.Applied("cap 5"), c.Judge(60, 0), c.Contain(), c.Explain("confirmed", "the prompt")):
        tale.do(command)
    tale.do(c.MoveMitigation("removed"))
    assert "now 0 in a row" in refused(tale, c.Watch())
    assert tale.incident.judged == (0, 0)


@pytest.mark.parametrize("back", [c.Mitigate(), c.Applied("cap 5")])
@pytest.mark.parametrize(("phase", "bleeding"), [("diagnose", "unknown"), ("resolve", "unknown"), ("watching", "yes")])
def test_a_way_back_asks_the_gates_again(phase: str, bleeding: str, back: c.Command) -> None:
    """Whatever leads back to mitigate takes with it what was shown before: contained, judged, quiet."""
    tale = walked(phase)
    tale.do(c.Judge(60, 0))
    tale.do(back)
    i = tale.incident
    assert (i.bleeding, i.judged, i.good_in_a_row, i.quiet_until) == (bleeding, (0, 0), 0, None)
    assert refused(tale, c.Explain("confirmed", "nothing new")).startswith("First the harm, then the cause:")
    assert refused(tale, c.Contain()).startswith("Not yet:")


@pytest.mark.parametrize(
    ("klass", "severity", "quiet"),
    [
        ("quality_regression", "SEV1", timedelta(hours=24)),
        ("quality_regression", "SEV3", timedelta(hours=4)),
        ("quality_regression", "SEV4", timedelta()),
        ("slow_burn", "SEV3", timedelta(hours=72)),
    ],
)
def test_quiet_is_the_longer_of_severity_and_class(klass: str, severity: str, quiet: timedelta) -> None:
    """How long it must be quiet comes from the severity, or from the class where that names a longer time."""
    kinds = (Klass("quality_regression", "Quality"), Klass("slow_burn", "Slow burn", quiet=timedelta(hours=72)))
    tale = Tale(catalogue(*kinds))
    tale.do(c.Declare(7, "wrong answers", klass, severity))
    for command in (c.Mitigate(), c.Contain("drill"), c.Explain("confirmed", "it"), c.Watch("drill")):
        tale.do(command)
    if quiet:
        assert refused(tale, c.Resolve("fixed"), after=quiet - timedelta(minutes=1)).startswith(
            "Quiet has to hold until"
        )
    assert tale.do(c.Resolve("fixed"), after=timedelta(minutes=2)).incident.phase == "learn"


def test_a_red_check_leads_back() -> None:
    """Watching, a red check is mitigate again and bleeding again, by Stanch itself."""
    tale = walked("watching")
    tale.do(c.ReportRedCheck("errors above 1 %"), "stanch")
    i = tale.incident
    assert (i.phase, i.bleeding, i.quiet_until, i.judged) == ("mitigate", "yes", None, (0, 0))


# Resolved, closed, dismissed, reopened


def test_resolved_waits_for_quiet() -> None:
    """Before quiet has held, the refusal says until when, in the reader's own time, and what can be done meanwhile."""
    tale = walked("watching")
    until = tale.incident.quiet_until_at
    assert until is not None
    said = refusal(tale, c.Resolve("fixed"))
    assert str(said) == (
        f"Quiet has to hold until <!date^{int(until.timestamp())}^{{date_short_pretty}} {{time}}|{until:%H:%M} UTC>;"
        " then I say so in the room. Until then, promise the fix: `/incident action @who by DATE WHAT`;"
        " if it comes back: `/incident mitigate`."
    )
    assert said.offers == ("action", "came_back")


def test_resolved_needs_a_fix_or_a_promise() -> None:
    """The permanent fix is named, or an action item stands."""
    tale = walked("watching")
    assert refused(tale, c.Resolve(), after=DAY) == (
        "Name the permanent fix, `/incident resolved --fixed WHAT`,"
        " or promise it: `/incident action @who by DATE WHAT`."
    )
    said = tale.do(c.AddAction(BOB, LATER_DAY, "prompt tests by region")).say
    assert said == "Action 1: <@U0BOB> by 2026-12-01."
    assert tale.do(c.Resolve()).incident.phase == "learn"


def test_close_needs_a_summary_and_a_role() -> None:
    """SEV1 to SEV3 close with what was learned; closing is for role holders, who are named."""
    tale = walked("learn")
    assert refused(tale, c.Close()) == (
        "SEV3 closes with what happened and what was learned: `/incident close SUMMARY`."
    )
    assert refused(tale, c.Close("done"), DAVE) == (
        "Only somebody with a role can close: <@U0ALICE>, <@U0BOB>, <@U0CAROL>."
        " To take one: `/incident role scribe me`."
    )
    assert tale.do(c.Close("done"), CAROL).say == "INC-7 is closed. Thank you."


def test_a_sev4_closes_without_a_summary() -> None:
    """The lowest severity asks for no review."""
    tale = walked("learn")
    tale.do(c.Change("severity", "SEV4"))
    assert tale.do(c.Close()).incident.phase == "closed"


def test_dismiss_says_why() -> None:
    """A reason of the three, words, another incident for a duplicate, nothing applied, a role: each refusal helps."""
    tale = walked("mitigate")
    why = "Say why: `/incident dismiss false-alarm|near-miss WHY` or `/incident dismiss duplicate-of N WHY`."
    assert refused(tale, c.Dismiss("dull", "x")) == why
    assert refused(tale, c.Dismiss("near-miss", " ")) == why
    other = "Of which incident? `/incident dismiss duplicate-of N WHY`."
    assert refused(tale, c.Dismiss("duplicate-of", "same", None)) == other
    assert refused(tale, c.Dismiss("duplicate-of", "same", 7)) == other
    assert refused(tale, c.Dismiss("near-miss", "no harm"), DAVE).startswith("Only somebody with a role can dismiss:")
    tale.do(c.Applied("filter up"))
    assert refused(tale, c.Dismiss("near-miss", "no harm")) == (
        "A mitigation is still applied. `/incident removed` or `/incident kept` first."
    )
    tale.do(c.MoveMitigation("removed"))
    assert tale.do(c.Dismiss("duplicate-of", "same prompt", 3)).events == (
        e.Dismissed("duplicate-of", "same prompt", 3),
    )


@pytest.mark.parametrize("phase", ["learn", "closed", "dismissed"])
def test_reopen_within_a_day(phase: str) -> None:
    """Within 24 hours of its end an incident opens again, with a reason; later it is a new one that recurs from it."""
    tale = walked(phase)
    assert refused(tale, c.Reopen(" ")) == "Say why: `/incident reopen WHY`."
    assert refused(tale, c.Reopen("it came back"), after=DAY) == (
        "INC-7 ended over 24 hours ago. Declare a new one and say that it recurs from INC-7."
    )
    fresh = walked(phase)
    fresh.do(c.Reopen("it came back"), "U0PASSERBY", DAY)
    i = fresh.incident
    assert (i.phase, i.bleeding, i.ended_at, i.judged) == ("mitigate", "unknown", None, (0, 0))


# Mitigations and hypotheses


def test_which_mitigation() -> None:
    """Without a number the only one in force is meant; else the recorded ones are listed."""
    tale = walked("mitigate")
    assert refused(tale, c.MoveMitigation("effective")) == (
        "Which mitigation? `/incident effective K`. Recorded: none is recorded."
    )
    tale.do(c.Applied("prompt back"))
    assert tale.do(c.MoveMitigation("effective")).say == (
        "Mitigation 1 took effect: prompt back\nIn effect is not contained: are users better off?"
    )
    tale.do(c.Applied("cap 5"))
    assert refused(tale, c.MoveMitigation("removed")) == (
        "Which mitigation? `/incident removed K`. Recorded: 1 prompt back (effective); 2 cap 5 (applied)."
    )
    tale.do(c.MoveMitigation("removed", 1))
    assert refused(tale, c.MoveMitigation("removed", 1)).startswith("Which mitigation?")
    assert refused(tale, c.MoveMitigation("kept", 2, BOB)) == (
        "To keep a mitigation on purpose: `/incident kept 1 @who until 2026-12-01 WHY`."
    )


def test_hypotheses_are_numbered_and_judged() -> None:
    """Each has a number; a wrong number lists those that are there; what was found about each is kept."""
    tale = walked("diagnose")
    assert tale.do(c.Suppose("the prompt")).say == (
        "Hypothesis 1. Later: `/incident supported 1 WHY` or `/incident refuted 1 WHY`."
    )
    assert refused(tale, c.JudgeIdea(2, "refuted", "no")) == "There is no hypothesis 2. Recorded: 1 the prompt."
    assert tale.do(c.JudgeIdea(1, "supported", "trace 7")).say == "Hypothesis 1: supported."
    assert tale.incident.ideas[0].verdict == "supported"


@pytest.mark.parametrize(("good", "bad"), [(0, 0), (-1, 5), (5, -1), (100_001, 0)])
def test_impossible_counts_are_refused(good: int, bad: int) -> None:
    """A tally that cannot be is not recorded."""
    assert refused(walked("assess"), c.Judge(good, bad)) == (
        "Count the answers that you judged: `/incident judged 19 1`."
    )


@pytest.mark.parametrize(("good", "bad"), [(1_000, 1_000), (1_490, 10), (99_000, 1_000), (50_000, 50_000), (0, 1)])
def test_large_tallies_are_counted(good: int, bad: int) -> None:
    """However many answers were judged, up to the limit, the range is computed, in the time of a click."""
    said = walked("assess").do(c.Judge(good, bad)).say
    assert said.startswith(f"{bad} of {good + bad} bad: between ")


def test_judged_shows_the_range_and_not_the_point() -> None:
    """Four bad of twenty may be as little as 7 % or as much as 40 % (catalogue, section 5)."""
    assert walked("assess").do(c.Judge(16, 4)).say == "4 of 20 bad: between 7 % and 40 % of all answers may be bad."
