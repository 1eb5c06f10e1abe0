"""A pull from the click to the effect and back: each state, each event, each mitigation, and what is owed when."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from stanch.core import commands as c, events as e
from stanch.core.chain import stamp
from stanch.core.control import Ladder, Values
from stanch.core.decide import Decision
from stanch.core.incident import STANCH, fold
from tests.fakes.levers import (
    SERVICE,
    accepted,
    asking,
    at_work,
    confirmed,
    failing,
    held,
    in_effect,
    last,
    mitigations,
    pulling,
    read,
    seen,
    step,
    undoing,
)
from tests.fakes.world import ALICE, BOB, LATER_DAY, Tale, minutes, refused, walked

Owed = tuple[str, str, str, datetime | None]


def owed(decision: Decision) -> list[Owed]:
    """What is owed, without the card and what follows it: kind, key, lane, and when."""
    around = ("card", "topic", "announce")
    return [(one.kind, one.key, one.lane, one.due) for one in decision.effects if one.kind not in around]


def views(decision: Decision) -> list[str]:
    return [one.payload["view"] for one in decision.effects if one.kind == "view" and not one.due]


# From asked to effective


def test_asking_reads_and_moves_nothing() -> None:
    """The first click owes one reading; the phase, the mitigations and the room stay as they are."""
    tale = at_work()
    told = tale.do(c.Pull("tool.off", "ASK"))
    assert told.events == (e.PullAsked(1, "tool.off", "Tool", "support-copilot", "ask", None, ("tool.off",)),)
    assert told.say == "Reading Tool: before and after are shown in the room, then you confirm."
    assert owed(told) == [("read", "inc-7/pull/1/read/1", "inc-7/pull/1", None)]
    assert (tale.incident.phase, last(tale).state, mitigations(tale)) == ("assess", "reading", [])


def test_before_and_after_are_shown() -> None:
    """What was read is kept with all its detail, and its message is owed in the room."""
    tale = at_work()
    tale.do(c.Pull("tool.off", "ask"))
    told = read(tale, "on", detail={"revision": [3, {"a": 1}]})
    shown = {
        "control": "tool.off", "name": "Tool", "unit": "", "before": "on", "to": "ask",
        "detail": {"revision": [3, {"a": 1}]}, "direction": "less",
    }  # fmt: skip
    assert told.events == (e.PullRead(1, (shown,)),)
    seq = tale.incident.seq
    assert owed(told) == [("view", f"inc-7/view/pull/1/{seq}", "inc-7/view/pull/1", None)]
    assert (last(tale).state, step(tale).what) == ("asking", "Tool: on → ask")


def test_confirming_begins_to_mitigate_and_saves_first() -> None:
    """One click pulls a less: mitigation 1 is being pulled, the settings are owed to be saved, and nothing is sent."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    told = tale.do(c.Confirm(1), BOB)
    assert told.events == (e.PullConfirmed(1, "Tool: on → off", (1,), None, "", None),)
    assert told.say == "Pulling it: Tool: on → off. What becomes of it stands in the room."
    seq = tale.incident.seq
    assert [one for one in owed(told) if one[0] != "remind"] == [
        ("save", "inc-7/pull/1/save/1", "inc-7/pull/1", None),
        ("view", f"inc-7/view/pull/1/{seq}", "inc-7/view/pull/1", None),
    ]
    assert (tale.incident.phase, mitigations(tale)) == ("mitigate", [(1, "Tool: on → off", "pulling")])
    assert (last(tale).state, last(tale).confirmed_by, last(tale).confirmed_at) == ("pulling", BOB, stamp(tale.now))


def test_saved_settings_let_the_request_leave() -> None:
    """Also when parts could not be saved: what is missing is said, and it is sent all the same."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    tale.do(c.Confirm(1))
    told = tale.do(c.ReportSaved(1, {"prompt.back": "v18"}, ("model.back",), ("held (200)",)), STANCH)
    assert told.events == (e.SettingsSaved(1, {"prompt.back": "v18"}, ("model.back",), ("held (200)",)),)
    assert owed(told)[0] == ("apply", "inc-7/pull/1/1/apply/1", "inc-7/pull/1/1", None)
    assert told.effects[0].payload == {"p": 1, "s": 1, "turn": 1}
    assert (last(tale).missing, last(tale).held) == (("model.back",), ("held (200)",))


def test_accepted_is_not_effective() -> None:
    """A yes of the plane makes the mitigation applied, and owes a look until the control's time is over."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    told = accepted(tale)
    until = stamp(tale.now + timedelta(seconds=30))
    assert told.events == (e.PullAccepted(1, 1, 1, "Tool: on → off", "r-1", "200", until, "off", already=False),)
    assert owed(told)[0] == ("probe", "inc-7/pull/1/1/probe/1", "inc-7/pull/1/1", None)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("accepted", "pulling", "applied")
    assert (step(tale).request_id, step(tale).until) == ("r-1", until)


def test_effective_is_what_was_seen() -> None:
    """Only the probe makes it effective: the room is told, and the pull is over."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    accepted(tale)
    told = seen(tale)
    assert told.events == (e.PullEffective(1, 1, 1, "Tool: on → off", "20 of 20"),)
    seq = tale.incident.seq
    assert owed(told) == [
        ("view", f"inc-7/view/pull/1/{seq}", "inc-7/view/pull/1", None),
        ("post", f"inc-7/said/{seq}", "inc-7/room", None),
    ]
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("effective", "done", "effective")
    assert tale.incident.bleeding == "unknown"


def test_late_is_said_and_looked_at_again() -> None:
    """Accepted and not seen in time stays applied; a second look owes a probe of its own and may still see it."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    accepted(tale)
    told = seen(tale, effective=False, words="7 of 20 still call it")
    assert told.events == (e.PullLate(1, 1, 1, "Tool: on → off", "7 of 20 still call it"),)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("late", "done", "applied")
    again = tale.do(c.LookAgain(1))
    assert again.events == (e.PullAgain(1, "probe", (1,)),)
    assert owed(again)[0] == ("probe", "inc-7/pull/1/1/probe/1-2", "inc-7/pull/1/1", None)
    seen(tale)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("effective", "done", "effective")


def test_failed_moved_nothing_and_can_be_read_again() -> None:
    """A refusal of the plane fails the mitigation. Reading again saves and sends anew, under keys of their own, and
    what is told late of the first try changes nothing."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    told = failing(tale, why="403: not allowed", request_id="r-9")
    assert told.events == (e.PullFailed(1, 1, 1, "Tool: on → off", "403: not allowed", "r-9"),)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("failed", "done", "failed")
    again = tale.do(c.LookAgain(1))
    assert owed(again)[0] == ("read", "inc-7/pull/1/read/2", "inc-7/pull/1", None)
    assert (last(tale).state, last(tale).steps, last(tale).saved) == ("reading", (), False)
    read(tale, "on")
    assert owed(tale.do(c.Confirm(1)))[0] == ("save", "inc-7/pull/1/save/2", "inc-7/pull/1", None)
    saved = tale.do(c.ReportSaved(1, {}), STANCH)
    assert owed(saved)[0] == ("apply", "inc-7/pull/1/1/apply/2", "inc-7/pull/1/1", None)
    assert tale.do(c.ReportFailed(1, 1, 1, "403 once more"), STANCH).events == ()
    accepted(tale)
    seen(tale)
    assert mitigations(tale) == [(1, "Tool: on → off", "failed"), (2, "Tool: on → off", "effective")]


def test_unclear_may_have_happened() -> None:
    """Without a clear answer the mitigation counts as applied; the second look asks the plane first and goes on."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    failing(tale, why="no answer", unclear=True)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("unclear", "done", "applied")
    again = tale.do(c.LookAgain(1))
    assert again.events == (e.PullAgain(1, "look", (1,)),)
    assert again.effects[0].payload == {"p": 1, "s": 1, "turn": 1, "look": True}
    assert owed(again)[0] == ("apply", "inc-7/pull/1/1/look/1-2", "inc-7/pull/1/1", None)
    assert refused(tale, c.LookAgain(1)) == "There is nothing to look at again: it goes on by itself."
    accepted(tale)
    seen(tale)
    assert (step(tale).state, mitigations(tale)[0][2]) == ("effective", "effective")


@pytest.mark.parametrize("answer", ["accepted", "failed", "unclear"])
def test_a_second_look_ends_in_whatever_it_finds(answer: str) -> None:
    """Looking where it stands may find it applied, not applied, or nothing clear once more."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    failing(tale, why="no answer", unclear=True)
    tale.do(c.LookAgain(1))
    if answer == "accepted":
        accepted(tale)
    else:
        failing(tale, why="it stands at on", unclear=answer == "unclear")
    assert step(tale).state == answer
    assert mitigations(tale)[0][2] == ("failed" if answer == "failed" else "applied")


def test_an_unclear_answer_that_comes_clear_by_itself() -> None:
    """A plane that answers after all, before anybody looked again, is believed that it accepted."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    failing(tale, why="no answer", unclear=True)
    accepted(tale)
    assert (step(tale).state, mitigations(tale)[0][2]) == ("accepted", "applied")


def test_changed_meanwhile_is_not_sent() -> None:
    """Somebody else set it between the reading and the click: it says so, and the next reading shows what stands."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    told = failing(tale, why="it stands at ask now", changed=True, found="ask")
    assert told.events == (
        e.PullFailed(1, 1, 1, "Tool: on → off", "it stands at ask now", "", changed=True, found="ask"),
    )
    assert (step(tale).state, step(tale).found, mitigations(tale)[0][2]) == ("changed", "ask", "failed")
    tale.do(c.LookAgain(1))
    read(tale, "ask")
    assert (last(tale).state, step(tale).what) == ("asking", "Tool: ask → off")


def test_what_stood_there_already_is_told_so() -> None:
    """Nothing was sent, and it is looked for all the same."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    told = tale.do(c.ReportAccepted(1, 1, 1, "r-1", "it stands there already", "off", already=True), STANCH)
    assert isinstance(told.events[0], e.PullAccepted)
    assert told.events[0].already
    assert owed(told)[0][0] == "probe"


# What is late, doubled, or about something else


LATE = {
    "reading": c.ReportReading(1, (c.ReadStep("tool.off", "ask"),)),
    "saved": c.ReportSaved(1, {"prompt.back": "v16"}),
    "accepted": c.ReportAccepted(1, 1, 1, "r-2", "200", "off"),
    "failed": c.ReportFailed(1, 1, 1, "503"),
    "unclear": c.ReportFailed(1, 1, 1, "no answer", unclear=True),
    "proof": c.ReportProof(1, 1, 1, effective=True, seen="20 of 20"),
    "not effective": c.ReportProof(1, 1, 1, effective=False, seen="0 of 20"),
    "held": c.ReportHeld(1, 1, 1, green=False, seen="errors 9 %"),
}
"""What a plane's adapter may tell a second time, or too late."""

TAKEN = {
    "reading": {"reading"},
    "asking": set(),
    "pulling": {"saved", "accepted", "failed", "unclear"},
    "saved": {"accepted", "failed", "unclear"},
    "accepted": {"proof", "not effective"},
    "effective": set(),
    "late": set(),
    "failed": set(),
    "unclear": {"accepted", "failed", "unclear"},
    "cancelled": set(),
}
"""State → the reports that are waited for; every other one changes nothing."""


def brought_to(state: str) -> Tale:
    """A pull of the tool in this state."""
    tale = at_work()
    tale.do(c.Pull("tool.off"))
    if state == "reading":
        return tale
    read(tale, "on")
    if state in ("asking", "cancelled"):
        if state == "cancelled":
            tale.do(c.CancelPull(1))
        return tale
    tale.do(c.Confirm(1))
    if state == "pulling":
        return tale
    tale.do(c.ReportSaved(1, {}), STANCH)
    if state in ("failed", "unclear"):
        failing(tale, unclear=state == "unclear")
    elif state != "saved":
        accepted(tale)
    if state in ("effective", "late"):
        seen(tale, effective=state == "effective")
    return tale


@pytest.mark.parametrize("report", LATE)
@pytest.mark.parametrize("state", TAKEN)
def test_what_nobody_waits_for_changes_nothing(state: str, report: str) -> None:
    """A report that comes late, twice or in the wrong state is no event and owes nothing."""
    tale = brought_to(state)
    told = tale.do(LATE[report], STANCH)
    assert bool(told.events) == (report in TAKEN[state])
    assert told.events or not told.effects


@pytest.mark.parametrize("report", LATE)
def test_a_report_about_a_pull_that_is_not_there_changes_nothing(report: str) -> None:
    """Also where no pull of that number is known at all."""
    assert at_work().do(LATE[report], STANCH).events == ()


@pytest.mark.parametrize("report", ["accepted", "failed", "proof"])
def test_another_step_or_turn_is_not_meant(report: str) -> None:
    """A report names pull, step and turn; one that is off is about something else."""
    tale = brought_to("saved" if report != "proof" else "accepted")
    for s, turn in ((2, 1), (1, 2), (1, 0)):
        named = {
            "accepted": c.ReportAccepted(1, s, turn, "r", "200", "off"), "failed": c.ReportFailed(1, s, turn, "503"),
            "proof": c.ReportProof(1, s, turn, effective=True, seen="x"),
        }[report]  # fmt: skip
        assert tale.do(named, STANCH).events == ()


# What a reading may say


def test_a_plane_that_does_not_answer_is_said_and_read_again() -> None:
    """Without a value before, nothing can be confirmed; a second look reads again."""
    tale = at_work()
    tale.do(c.Pull("tool.off"))
    told = tale.do(c.ReportReading(1, (c.ReadStep("tool.off", fault="503 from the gateway"),)), STANCH)
    assert told.events == (e.PullRead(1, fault="Tool: 503 from the gateway"),)
    assert refused(tale, c.Confirm(1)) == (
        "It could not be read: Tool: 503 from the gateway. Look again, or do it by hand."
    )
    tale.do(c.LookAgain(1))
    read(tale, "on")
    assert last(tale).state == "asking"


def test_what_stands_there_already_needs_no_pull() -> None:
    """Before and after are one value: nothing to confirm, and it says so."""
    tale = at_work()
    tale.do(c.Pull("variant.share", 5))
    told = read(tale, 5.0)
    assert told.events == (e.PullRead(1, same=True),)
    assert refused(tale, c.Confirm(1)) == "It stands there already: there is nothing to pull."


def test_without_a_value_somebody_chooses_one() -> None:
    """Neither the file nor a known-good set names a value: the person does, and the open question gives way."""
    tale = at_work()
    tale.do(c.Pull("prompt.back"))
    assert read(tale, "v18").events == (e.PullRead(1),)
    assert refused(tale, c.Confirm(1)) == "Which value? `/incident pull prompt.back VALUE`."
    named = tale.do(c.Pull("prompt.back", "v17"))
    assert named.events[0] == e.PullCancelled(1, "Prompt")
    assert [one.state for one in tale.incident.pulls] == ["cancelled", "reading"]


def test_the_known_good_value_is_suggested() -> None:
    """A control that puts back goes to its good value; where that stands already, to what the file says."""
    tale = at_work()
    tale.do(c.Pull("model.back"))
    read(tale, "latest", good=("dated",))
    assert (step(tale).to, step(tale).direction) == ("dated", "back")
    other = at_work()
    other.do(c.Pull("model.back"))
    read(other, "latest", good=("latest",))
    assert step(other).to == "dated"


@pytest.mark.parametrize("value", ["\ud800", "v\x0018", float("nan")])
def test_what_cannot_be_kept_is_not_moved(value: str | float) -> None:
    """A value before that no database holds could not be put back: it counts as unread."""
    tale = at_work()
    tale.do(c.Pull("prompt.back", "v17"))
    told = read(tale, value)
    assert told.events == (e.PullRead(1, fault="Prompt: what it answered cannot be kept, so it could not be put back"),)


# Asking twice, cancelling, asking where it cannot be


def test_one_pull_of_a_control_at_a_time() -> None:
    """Who asks again is told where it is; another control is free."""
    tale = at_work()
    tale.do(c.Pull("tool.off"))
    assert refused(tale, c.Pull("tool.off", "ask"), BOB) == (
        "Tool is asked for already, by <@U0ALICE>: pull 1 in the room."
    )
    tale.do(c.Pull("prompt.back", "v17"), BOB)
    tale.do(c.ReportReading(1, (c.ReadStep("tool.off", "on"),)), STANCH)
    tale.do(c.Confirm(1))
    assert refused(tale, c.Pull("tool.off", "ask"), BOB) == (
        "Tool is being pulled by <@U0ALICE>: look at pull 1 in the room."
    )


def test_a_question_that_nobody_answered_gives_way() -> None:
    """Another value of the same control takes the place of one that only waits to be confirmed."""
    tale = at_work()
    asking(tale, "tool.off", "on", "ask")
    tale.do(c.Pull("tool.off", "off"), BOB)
    assert [one.state for one in tale.incident.pulls] == ["cancelled", "reading"]
    assert refused(tale, c.Confirm(1)) == ("That was cancelled. Pull it anew from the runbook or `/incident controls`.")


def test_two_confirms_are_one_application() -> None:
    """The second click is told who was faster, and owes nothing; so is one after it is done."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    tale.do(c.Confirm(1), BOB)
    faster = f"<@U0BOB> was faster: pulled at <!date^{int(tale.now.timestamp())}^{{time_secs}}|{tale.now:%H:%M} UTC>."
    assert refused(tale, c.Confirm(1)) == faster
    tale.do(c.ReportSaved(1, {}), STANCH)
    accepted(tale)
    seen(tale)
    assert refused(tale, c.Confirm(1)) == faster
    assert sum(one.kind == "apply" for one in tale.effects) == 1


def test_cancelled_before_it_was_sent() -> None:
    """Nothing was sent, and it is no mitigation; once it is pulled, undo is the way."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    told = tale.do(c.CancelPull(1), BOB)
    assert (told.events, told.say) == ((e.PullCancelled(1, "Tool"),), "Cancelled; nothing was sent.")
    assert tale.do(c.CancelPull(1)).say == "It is cancelled already."
    assert (mitigations(tale), tale.incident.phase) == ([], "assess")
    other = at_work()
    pulling(other, "tool.off", "on")
    at = other.events[-2].at
    assert refused(other, c.CancelPull(1)) == (
        f"<@U0ALICE> was faster: pulled at <!date^{int(at.timestamp())}^{{time_secs}}|{at:%H:%M} UTC>."
        " To put it back: `/incident undo`."
    )


def test_what_is_not_there_is_told_with_the_nearest() -> None:
    """An unknown control, an unwired one, a value that the file does not allow, an unknown pull."""
    tale = at_work()
    assert refused(tale, c.Pull("tool.of")) == (
        "There is no control `tool.of`. Did you mean `tool.off`? `/incident controls` lists them."
    )
    assert refused(tale, c.Pull("reranker.off")) == (
        "Ranker is not wired for support-copilot. By hand: Ranker in the console\n"
        "Then record it: `/incident applied WHAT`."
    )
    assert refused(tale, c.Pull("variant.share", "101 %")) == (
        "That is no value of this control. It takes whole numbers from 0 to 100 %."
    )
    assert refused(tale, c.Confirm(3)) == "INC-7 has no pull 3. `/incident controls` lists what was pulled."


def test_a_control_that_this_class_forbids() -> None:
    """Never pulled in security, also when the class changed between the question and the click."""
    words = "Quiet alert is never pulled in security: its file says so."
    assert refused(at_work(klass="security"), c.Pull("alert.quiet", 30)) == words
    tale = at_work()
    asking(tale, "alert.quiet", 0, 30)
    tale.do(c.Change("klass", "security"))
    assert refused(tale, c.Confirm(1)) == words


@pytest.mark.parametrize("phase", ["assess", "mitigate", "diagnose", "resolve", "watching"])
def test_a_pull_leads_to_mitigate_from_every_open_phase(phase: str) -> None:
    """Confirming it is what moves the phase; judged answers and checks count anew from there."""
    tale = at_work(severity="SEV3")
    way = (
        ("mitigate", c.Mitigate()), ("diagnose", c.Contain("drill")), ("resolve", c.Explain("confirmed", "the prompt")),
        ("watching", c.Watch("drill")),
    )  # fmt: skip
    for reached, command in way:
        if tale.incident.phase == phase:
            break
        tale.do(command)
        assert tale.incident.phase == reached
    tale.do(c.Judge(16, 4))
    asking(tale, "tool.off", "on")
    assert tale.incident.phase == phase
    tale.do(c.Confirm(1))
    i = tale.incident
    assert (i.phase, i.judged, i.good_in_a_row, i.harm_was) == ("mitigate", (0, 0), 0, (16, 4))
    assert (i.anew_at, i.quiet_until) == (stamp(tale.now), None)


@pytest.mark.parametrize("phase", ["learn", "closed", "dismissed"])
def test_after_the_end_a_pull_offers_to_reopen(phase: str) -> None:
    """Nothing is pulled in what is over, also when it was asked before."""
    words = f"INC-7 is not open any more ({phase}). Reopen it first: `/incident reopen WHY`."
    assert refused(walked(phase), c.Pull("tool.off")) == words
    if phase == "dismissed":
        tale = at_work()
        asking(tale, "tool.off", "on")
        tale.do(c.Dismiss("false-alarm", "nothing was wrong"))
        assert refused(tale, c.Confirm(1)) == words


# Looking again where there is nothing to look at


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("reading", "There is nothing to look at again: it goes on by itself."),
        ("asking", "It waits to be confirmed, or cancelled."),
        ("pulling", "There is nothing to look at again: it goes on by itself."),
        ("accepted", "There is nothing to look at again: it goes on by itself."),
        ("effective", "There is nothing to look at again: it is in effect."),
        ("cancelled", "That was cancelled. Pull it anew from the runbook or `/incident controls`."),
    ],
)
def test_nothing_to_look_at(state: str, words: str) -> None:
    """A second look is for what is late, unclear, failed, changed or unread; else it says how things stand."""
    assert refused(brought_to(state), c.LookAgain(1)) == words


# The way back


def test_undo_restores_the_value_before_with_its_detail() -> None:
    """Not a guess: what was recorded, whatever else the plane said of it; then the mitigation is removed and answers
    are judged anew."""
    tale = at_work()
    asking(tale, "prompt.back", "v18", "v17")
    confirmed(tale, last(tale))
    accepted(tale)
    seen(tale)
    tale.do(c.Judge(20, 0))
    told = tale.do(c.Undo())
    assert told.events == (e.PullAsked(2, "prompt.back", "Prompt", "support-copilot", "v18", 1, ("prompt.back",)),)
    shown = read(tale, "v17", detail={"etag": "new"}).events[0]
    assert isinstance(shown, e.PullRead)
    assert shown.steps[0]["direction"] == "back"
    assert "note" not in shown.steps[0]
    assert tale.do(c.Confirm(2), BOB).say == (
        "Putting it back: Prompt: v17 → v18. What becomes of it stands in the room."
    )
    assert mitigations(tale) == [(1, "Prompt: v18 → v17", "effective")]
    tale.do(c.ReportSaved(2, {}), STANCH)
    accepted(tale)
    assert mitigations(tale)[0][2] == "effective"
    seen(tale)
    assert (mitigations(tale)[0][2], tale.incident.judged) == ("removed", (0, 0))
    assert tale.incident.anew_at == stamp(tale.now)


def test_the_detail_of_the_value_before_goes_with_it() -> None:
    """A map that was replaced whole is put back whole: the detail of the first reading is what is restored."""
    tale = at_work()
    tale.do(c.Pull("prompt.back", "v17"))
    read(tale, "v18", detail={"map": {"a": "v18", "b": "x"}})
    confirmed(tale, last(tale))
    accepted(tale)
    seen(tale)
    tale.do(c.Undo())
    read(tale, "v17", detail={"map": {"a": "v17", "b": "y"}})
    assert step(tale).restore == {"map": {"a": "v18", "b": "x"}}
    assert step(tale).detail == {"map": {"a": "v17", "b": "y"}}


def test_undo_says_when_somebody_changed_it_meanwhile() -> None:
    """It shows what stands there now, and asks."""
    tale = at_work()
    in_effect(tale, "prompt.back", "v18", "v17")
    undoing(tale, "v16")
    assert (step(tale).what, step(tale).note) == (
        "Prompt: v16 → v18", "Somebody changed it meanwhile: it is v16 now, not v17 as pulled.",
    )  # fmt: skip


def test_undoing_a_more_is_guarded_where_it_would_raise() -> None:
    """A more is undone by one; but where somebody set it lower meanwhile, putting it back does more, and takes two."""
    tale = at_work()
    in_effect(tale, "variant.share", 25, 50)
    assert undoing(tale, 50).direction == "less"
    other = at_work()
    in_effect(other, "variant.share", 25, 50)
    assert undoing(other, 0).direction == "more"


def test_what_stands_at_its_value_before_is_not_put_back() -> None:
    """Somebody put it back by hand: nothing is sent, the mitigation is removed, and that is told once."""
    tale = at_work()
    in_effect(tale, "tool.off", "on")
    tale.do(c.Undo())
    told = read(tale, "on")
    assert told.events == (
        e.PullRead(2, same=True),
        e.MitigationMoved(1, "removed", why="it stood there already", what="Tool: on → off"),
    )
    assert (mitigations(tale)[0][2], last(tale).state) == ("removed", "same")
    tale.do(c.LookAgain(2))
    assert read(tale, "on").events == (e.PullRead(2, same=True),)


def test_which_to_undo() -> None:
    """The only one is meant; of several, those from here are listed; one by hand and one in flight say so."""
    tale = at_work()
    assert refused(tale, c.Undo()) == "Undo which mitigation? `/incident undo K`. Pulled: none was pulled from here."
    tale.do(c.Applied("a human stands in"))
    assert refused(tale, c.Undo(1)) == (
        "Mitigation 1 was pulled by hand. Put it back by hand, then `/incident removed 1`."
    )
    in_effect(tale, "tool.off", "on")
    in_effect(tale, "prompt.back", "v18", "v17")
    assert refused(tale, c.Undo()) == (
        "Undo which mitigation? `/incident undo K`. Pulled: 2 Tool: on → off; 3 Prompt: v18 → v17."
    )
    tale.do(c.Undo(3))
    assert refused(tale, c.Undo(3)) == "Mitigation 3 is being undone already: pull 3 in the room."
    pulling(tale, "model.back", "latest")
    assert refused(tale, c.Undo(4)) == "Mitigation 4 is being pulled right now; wait for its answer, then undo."
    failing(tale)
    assert refused(tale, c.Undo(4)) == "Mitigation 4 is failed: there is nothing to undo."


def test_what_is_kept_on_purpose_can_be_undone() -> None:
    """Kept with an owner and a date, it is still put back from here, and then removed."""
    tale = at_work()
    in_effect(tale, "prompt.back", "v18", "v17")
    tale.do(c.MoveMitigation("kept", 1, BOB, LATER_DAY, "until v19"))
    confirmed(tale, undoing(tale, "v17"))
    accepted(tale)
    assert mitigations(tale)[0][2] == "kept"
    seen(tale)
    assert mitigations(tale)[0][2] == "removed"


def test_what_a_person_said_of_a_mitigation_stands() -> None:
    """Removed or kept by hand is not overwritten by a late look of another step or of its own."""
    tale = at_work()
    pulling(tale, "tool.off", "on")
    accepted(tale)
    tale.do(c.MoveMitigation("removed", 1))
    seen(tale)
    assert (step(tale).state, mitigations(tale)[0][2]) == ("effective", "removed")


# The known-good set


def the_set(tale: Tale) -> None:
    """Known-good is v17 and the dated model; v18 and the latest are live."""
    tale.do(c.Pull("known_good.set"))
    read(tale, "v18", "latest", good=("v17", "dated"))


def test_each_part_of_the_set_is_a_step_of_its_own() -> None:
    """One confirm, a mitigation and a lane each, each with its own end and its own undo."""
    tale = at_work()
    the_set(tale)
    assert [(one.what, one.direction) for one in last(tale).steps] == [
        ("Prompt: v18 → v17", "back"), ("Model: latest → dated", "back"),
    ]  # fmt: skip
    told = tale.do(c.Confirm(1))
    assert told.events == (e.PullConfirmed(1, "Prompt: v18 → v17; Model: latest → dated", (1, 2), None, "", None),)
    saved = tale.do(c.ReportSaved(1, {}), STANCH)
    assert owed(saved)[:2] == [
        ("apply", "inc-7/pull/1/1/apply/1", "inc-7/pull/1/1", None),
        ("apply", "inc-7/pull/1/2/apply/1", "inc-7/pull/1/2", None),
    ]
    accepted(tale, 2)
    failing(tale, 1, why="409")
    assert last(tale).state == "pulling"
    seen(tale, 2)
    assert last(tale).state == "done"
    assert mitigations(tale) == [(1, "Prompt: v18 → v17", "failed"), (2, "Model: latest → dated", "effective")]
    assert refused(tale, c.LookAgain(1)) == (
        "Parts of it moved. Pull what is missing by itself: `/incident controls`, or undo what moved."
    )
    tale.do(c.Undo(2))
    assert (last(tale).control, last(tale).to, last(tale).undoes) == ("model.back", "latest", 2)


def test_a_set_goes_on_without_what_could_not_be_read() -> None:
    """What is left out is said beside what will move."""
    tale = at_work()
    tale.do(c.Pull("known_good.set"))
    found = (c.ReadStep("prompt.back", "v18", good="v17"), c.ReadStep("model.back", fault="503"))
    tale.do(c.ReportReading(1, found), STANCH)
    assert (last(tale).state, last(tale).fault, [one.control for one in last(tale).steps]) == (
        "asking", "Model: 503", ["prompt.back"],
    )  # fmt: skip


def test_a_set_of_which_nothing_could_be_read() -> None:
    """Then it is unread, with each plane's own words."""
    tale = at_work()
    tale.do(c.Pull("known_good.set"))
    found = tuple(c.ReadStep(one, fault="503") for one in ("prompt.back", "model.back"))
    told = tale.do(c.ReportReading(1, found), STANCH)
    assert told.events == (e.PullRead(1, fault="Prompt: 503; Model: 503"),)
    assert last(tale).state == "unread"


def test_a_set_that_was_never_recorded() -> None:
    """Without a known-good set nothing is guessed."""
    tale = at_work()
    tale.do(c.Pull("known_good.set"))
    assert read(tale, "v18", "latest").events == (
        e.PullRead(1, fault="no known-good set is recorded for this service yet"),
    )


def test_a_set_that_stands_already() -> None:
    """All as it was while it was green: nothing to pull."""
    tale = at_work()
    tale.do(c.Pull("known_good.set"))
    assert read(tale, "v17", "dated", good=("v17", "dated")).events == (e.PullRead(1, same=True),)


def test_a_good_value_that_the_file_has_dropped_is_not_sent() -> None:
    """Nothing is sent but what the file allows, whatever was recorded once."""
    tale = at_work()
    tale.do(c.Pull("known_good.set"))
    read(tale, "v18", "latest", good=("v12", "dated"))
    assert last(tale).fault == "Prompt: its value v12 is none that its file allows"
    assert [one.control for one in last(tale).steps] == ["model.back"]


def test_what_was_said_by_hand_of_one_step_survives_the_others() -> None:
    """A person who saw one part take effect is not contradicted by news of another part."""
    tale = at_work()
    the_set(tale)
    tale.do(c.Confirm(1))
    tale.do(c.ReportSaved(1, {}), STANCH)
    accepted(tale, 1)
    seen(tale, 1, effective=False)
    tale.do(c.MoveMitigation("effective", 1))
    accepted(tale, 2)
    assert [state for _, _, state in mitigations(tale)] == ["effective", "applied"]


# Restoring in steps


def way_back() -> Tale:
    """The share was 100 % and was pulled to 0; the way back is asked for and agreed by two."""
    tale = at_work()
    in_effect(tale, "variant.share", 100)
    confirmed(tale, undoing(tale, 0))
    return tale


def rung(tale: Tale) -> Decision:
    """The step that is sent now is accepted and seen."""
    accepted(tale)
    return seen(tale)


def test_the_way_back_is_climbed_step_by_step() -> None:
    """5, 25, 50, 100: each is sent, seen and held before the next; that the last one held removes the mitigation."""
    tale = way_back()
    first = rung(tale)
    assert ("hold", "inc-7/pull/2/1/hold/1", "inc-7/pull/2/1", None) in owed(first)
    assert (step(tale).state, step(tale).what, last(tale).state) == ("holding", "New version: 0 → 5 %", "pulling")
    onward = held(tale, green=True)
    assert onward.events == (e.RungHeld(2, 1, 1, "New version: 0 → 5 %", True, "errors 0 %", 25),)
    assert ("apply", "inc-7/pull/2/1/apply/2", "inc-7/pull/2/1", None) in owed(onward)
    climbed = ["New version: 5 → 25 %", "New version: 25 → 50 %", "New version: 50 → 100 %"]
    for what in climbed:
        assert (step(tale).what, mitigations(tale)[0][2]) == (what, "effective")
        rung(tale)
        told = held(tale, green=True)
    assert told.events == (e.RungHeld(2, 1, 4, "New version: 50 → 100 %", True, "errors 0 %"),)
    assert [one.kind for one in told.effects if one.kind in ("apply", "hold")] == []
    assert views(told) == ["pull/2", "pull/1"]
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("effective", "done", "removed")
    probes = [one.key for one in tale.effects if one.kind == "probe" and "/pull/2/" in one.key]
    assert probes == [f"inc-7/pull/2/1/probe/{turn}" for turn in (1, 2, 3, 4)]


def test_red_goes_back_by_itself() -> None:
    """A red check while a step is held sends what was pulled, at once and without a click; the mitigation stays."""
    tale = way_back()
    rung(tale)
    held(tale, green=True)
    rung(tale)
    told = held(tale, green=False, words="errors 9 %")
    assert told.events == (e.RungHeld(2, 1, 2, "New version: 5 → 25 %", False, "errors 9 %", 0),)
    assert [one.kind for one in told.effects if one.kind == "apply"] == ["apply"]
    assert (step(tale).state, step(tale).what, step(tale).turn) == ("pulling", "New version: 25 → 0 %", 3)
    rung(tale)
    assert (step(tale).state, last(tale).state, mitigations(tale)[0][2]) == ("effective", "done", "effective")
    tale.do(c.Undo())
    assert last(tale).p == 3


def test_the_last_step_goes_back_too() -> None:
    """The goal itself is held and checked: red there sends what was pulled, and that is not held again."""
    tale = at_work()
    in_effect(tale, "variant.share", 5)
    confirmed(tale, undoing(tale, 0))
    rung(tale)
    assert (step(tale).what, step(tale).state) == ("New version: 0 → 5 %", "holding")
    held(tale, green=False, words="errors 9 %")
    told = rung(tale)
    assert [one.kind for one in told.effects if one.kind == "hold"] == []
    assert (step(tale).what, step(tale).state, mitigations(tale)[0][2]) == (
        "New version: 5 → 0 %", "effective", "effective",
    )  # fmt: skip


def test_undoing_what_did_more_is_not_waited_for() -> None:
    """Doing less is never held back by steps: a raise is undone at once."""
    tale = at_work()
    in_effect(tale, "variant.share", 0, 100)
    confirmed(tale, undoing(tale, 100))
    assert step(tale).what == "New version: 100 → 0 %"
    rung(tale)
    assert (step(tale).state, mitigations(tale)[0][2]) == ("effective", "removed")


def test_a_ladder_of_words_and_of_a_back() -> None:
    """Steps may be words, in the order of the file's values; and a back is climbed as well, by one person."""
    tale = at_work()
    known = tale.catalogue.controls
    words = replace(
        known["prompt.back"].aims[SERVICE], ladder=Ladder(("v17",), minutes(30)), values=Values(("v18", "v17", "v16")),
        good=("v16",),
    )  # fmt: skip
    prompt = replace(known["prompt.back"], aims={SERVICE: words})
    tale.catalogue = replace(tale.catalogue, controls={**known, "prompt.back": prompt})
    in_effect(tale, "prompt.back", "v18", "v16")
    pull = undoing(tale, "v16")
    assert (pull.direction, step(tale).what, step(tale).goal) == ("back", "Prompt: v16 → v17", "v18")
    confirmed(tale, pull)
    rung(tale)
    held(tale, green=True)
    assert step(tale).what == "Prompt: v17 → v18"


def test_a_late_step_of_the_way_back_is_looked_at_with_a_key_of_its_own() -> None:
    """The second look of the first step and the first look of the second are two things."""
    tale = way_back()
    accepted(tale)
    seen(tale, effective=False)
    tale.do(c.LookAgain(2))
    seen(tale)
    held(tale, green=True)
    accepted(tale)
    probes = [one.key for one in tale.effects if one.kind == "probe" and "/pull/2/" in one.key]
    assert probes == [f"inc-7/pull/2/1/probe/{key}" for key in ("1", "1-2", "2")]


def test_a_way_back_that_failed_half_way_goes_on_from_there() -> None:
    """The next reading shows where it stands, blames nobody, and climbs from there."""
    tale = way_back()
    rung(tale)
    held(tale, green=True)
    failing(tale, why="503")
    assert (last(tale).state, mitigations(tale)[0][2]) == ("done", "effective")
    tale.do(c.LookAgain(2))
    read(tale, 5)
    assert (step(tale).what, step(tale).goal, step(tale).turn) == ("New version: 5 → 25 %", 100, 3)
    assert step(tale).note == "Part of the way back is gone already: it is 5 now, not 0 as pulled."


def test_a_doubled_hold_climbs_once() -> None:
    """The same hold told twice, or an earlier one told late, moves nothing."""
    tale = way_back()
    rung(tale)
    held(tale, green=True)
    assert tale.do(c.ReportHeld(2, 1, 1, green=True, seen="x"), STANCH).events == ()
    rung(tale)
    assert tale.do(c.ReportHeld(2, 1, 1, green=False, seen="x"), STANCH).events == ()


def test_a_control_without_a_ladder_goes_back_at_once() -> None:
    """Where the file declares no steps, the value before is sent as it was."""
    tale = at_work()
    in_effect(tale, "tool.off", "on")
    confirmed(tale, undoing(tale, "off"))
    accepted(tale)
    told = seen(tale)
    assert [one.kind for one in told.effects if one.kind == "hold"] == []
    assert (step(tale).state, mitigations(tale)[0][2]) == ("effective", "removed")


# What else is owed


def test_the_runbook_shows_what_becomes_of_a_pull() -> None:
    """While a runbook is open, its message follows each news of a pull, beside the pull's own."""
    tale = at_work()
    tale.do(c.OpenRunbook())
    at = tale.incident.runbook_at
    asking(tale, "tool.off", "on")
    assert views(tale.do(c.Confirm(1))) == ["pull/1", f"runbook/{at}"]
    assert views(tale.do(c.ReportSaved(1, {}), STANCH)) == ["pull/1"]
    assert views(accepted(tale)) == ["pull/1"]
    assert views(seen(tale)) == ["pull/1", f"runbook/{at}"]


def test_numbers_go_on_after_an_erased_question() -> None:
    """An entry that was erased leaves its number unused: no two pulls share one."""
    tale = at_work()
    asking(tale, "tool.off", "on")
    asking(tale, "prompt.back", "v18", "v17")
    gone = next(one.seq for one in tale.events if one.kind == "pull_asked")
    tale.record(e.Redacted(gone, "a secret"))
    tale.erase(gone)
    again = Tale(tale.catalogue)
    again.now, again.events = tale.now, tale.events
    again.state = fold(tale.events)
    again.do(c.Pull("model.back", "dated"), ALICE)
    assert [one.p for one in again.incident.pulls] == [2, 3]


# What holds a control down


def test_in_security_a_pull_takes_no_less_back() -> None:
    """What does less there is only ever undone, with the guard of an undo: another pull of it, upwards, is unread."""
    tale = at_work(klass="security")
    in_effect(tale, "tool.off", "on")
    tale.do(c.Pull("tool.off", "on"))
    told = read(tale, "off")
    assert told.events == (e.PullRead(2, fault="Tool: mitigation 1 holds it at off: only `/incident undo 1` lifts it"),)
    assert last(tale).state == "unread"
    tale.do(c.Pull("variant.share", 0))
    read(tale, 100)
    assert last(tale).state == "asking"


def test_what_another_incident_holds_is_undone_there() -> None:
    """A control that does less on purpose in another incident of safety or security goes up in neither by accident."""
    tale = at_work()
    tale.do(c.Pull("tool.off", "on"))
    told = tale.do(c.ReportReading(1, (c.ReadStep("tool.off", "off", elsewhere=(5,)),)), STANCH)
    assert told.events == (e.PullRead(1, fault="Tool: INC-5 holds it where it is; it is undone there"),)
    tale.do(c.Pull("tool.off", "off"))
    tale.do(c.ReportReading(2, (c.ReadStep("tool.off", "ask", elsewhere=(5,)),)), STANCH)
    assert last(tale).state == "asking"


def test_what_was_contained_by_it_is_not_known_to_be_any_more() -> None:
    """Taken back while the cause is still looked for, bleeding is unknown again; later it stays as it is."""
    tale = at_work()
    in_effect(tale, "tool.off", "on")
    tale.do(c.Contain("drill"))
    assert tale.incident.bleeding == "contained"
    confirmed(tale, undoing(tale, "off"))
    accepted(tale)
    seen(tale)
    assert (tale.incident.phase, tale.incident.bleeding) == ("diagnose", "unknown")
    assert mitigations(tale)[0][2] == "removed"
