"""What moves an incident along: the transition table of the design's section 4 and its gates.

Each rule answers (events, words), or raises `Refusal` with what can be done now.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from stanch.core import commands as c
from stanch.core import events as e
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.incident import OPEN, Incident, Mitigation
from stanch.core.policy import command_only, role_holder_only
from stanch.core.sample import WORTH_JUDGING, at_least, at_most
from stanch.core.text import clean
from stanch.core.words import escape
from stanch.errors import Refusal

Told = tuple[tuple[e.Payload, ...], str]

ALLOWED: dict[str, tuple[str, ...]] = {
    "mitigate": OPEN,
    "applied": OPEN,
    "contained": ("mitigate",),
    "explained": ("diagnose", "mitigate"),
    "watch": ("resolve",),
    "red check": ("watching",),
    "resolved": ("watching",),
    "close": ("learn",),
    "dismiss": ("assess", "mitigate", "diagnose"),
    "reopen": ("learn", "closed", "dismissed"),
}
"""From which phases each command is taken; the phase that it leads to is what its event folds to."""

NOW: dict[str, str] = {
    "assess": "pull a control or record one: `/incident applied WHAT`; start: `/incident mitigate`",
    "mitigate": "`/incident judged GOOD BAD` with 20 fresh answers, `/incident contained`,"
    " `/incident bleeding contained WHY` if it stopped by itself",
    "diagnose": "`/incident hypothesis TEXT`, `/incident explained confirmed|probable|unknown TEXT`",
    "resolve": "`/incident removed`, `/incident kept`, `/incident watch`",
    "watching": "`/incident resolved`, once quiet has held",
    "learn": "`/incident action @who by DATE WHAT`, `/incident close SUMMARY`, `/incident reopen WHY`",
    "closed": "`/incident reopen WHY` within 24 hours",
    "dismissed": "`/incident reopen WHY` within 24 hours",
}
REOPEN_WITHIN = timedelta(hours=24)
CLOSING_SAMPLE = {"SEV1": 150}
"""Good answers in a row that a person must have judged where no check is declared: 60, at SEV1 150."""


def _from(incident: Incident, command: str) -> None:
    if incident.phase not in ALLOWED[command]:
        raise Refusal(
            f"{incident.name} is in {incident.phase}; `{command}` goes from {' or '.join(ALLOWED[command])}."
            f" Now: {NOW[incident.phase]}."
        )


def _mitigate(i: Incident, command: c.Mitigate, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "mitigate")
    if i.phase == "mitigate":
        return (), f"{i.name} is in mitigate already. Now: {NOW['mitigate']}."
    return (e.Mitigating(),), "Mitigating. Contain first; class, severity and names can follow."


def _applied(i: Incident, command: c.Applied, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "applied")
    k = len(i.mitigations) + 1
    what = clean(command.what, 300)
    if not what:
        raise Refusal("Say what was pulled: `/incident applied prompt back to v17`.")
    return (
        e.MitigationApplied(k, what),
    ), f"Mitigation {k} is recorded as applied. In effect? `/incident effective {k}`."


def _move(i: Incident, command: c.MoveMitigation, by: str, now: datetime, catalogue: Catalogue) -> Told:
    mitigation = _which(i, command)
    if command.state == "kept" and (not command.owner or not command.until or not command.why.strip()):
        raise Refusal("To keep a mitigation on purpose: `/incident kept 1 @who until 2026-12-01 WHY`.")
    until = stamp(datetime.combine(command.until, time(), UTC)) if command.until else None
    moved = e.MitigationMoved(mitigation.k, command.state, command.owner, until, clean(command.why, 500))
    return (moved,), f"Mitigation {mitigation.k} is {command.state}: {escape(mitigation.what)}"


def _which(i: Incident, command: c.MoveMitigation) -> Mitigation:
    candidates = [m for m in i.mitigations if (m.k == command.k if command.k else m.in_force)]
    if len(candidates) == 1 and candidates[0].state not in ("removed", "failed"):
        return candidates[0]
    listed = "; ".join(f"{m.k} {escape(m.what)} ({m.state})" for m in i.mitigations) or "none is recorded"
    raise Refusal(f"Which mitigation? `/incident {command.state} K`. Recorded: {listed}.")


def _judge(i: Incident, command: c.Judge, by: str, now: datetime, catalogue: Catalogue) -> Told:
    n = command.good + command.bad
    if command.good < 0 or command.bad < 0 or not 0 < n <= 100_000:
        raise Refusal("Count the answers that you judged: `/incident judged 19 1`.")
    low, high = at_least(n, command.bad), at_most(n, command.bad)
    words = f"{command.bad} of {n} bad: between {low:.0%} and {high:.0%} of all answers may be."
    return (e.Judged(command.good, command.bad, clean(command.note, 500)),), words


def _bleeding(i: Incident, command: c.Bleeding, by: str, now: datetime, catalogue: Catalogue) -> Told:
    if command.bleeding not in ("yes", "contained", "unknown") or not command.why.strip():
        raise Refusal("Say what shows it: `/incident bleeding yes|contained|unknown WHY`.")
    why = clean(command.why, 500)
    said: e.Payload = e.BleedingChanged(command.bleeding, why)
    if command.bleeding == "contained" and i.phase == "mitigate":
        return (said, e.Contained("stopped", why)), "Contained, as reported. Now diagnose."
    return (said,), f"Bleeding: {command.bleeding}."


def _contain(i: Incident, command: c.Contain, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "contained")
    if command.waive.strip():
        command_only(i, by, "waive the proof")
        return (e.Contained("waived", clean(command.waive, 500)),), "Waived and recorded with your name. Now diagnose."
    good, bad = i.judged
    n = good + bad
    share = at_most(n, bad)
    before = sum(i.harm_was) if i.harm_was else 0
    better = share < i.harm_was[1] / before if i.harm_was and i.harm_was[1] else bad <= 1
    if n >= WORTH_JUDGING and better:
        return (e.Contained("judged", f"{bad} of {n} bad"),), f"Contained: at most {share:.0%} bad. Now diagnose."
    raise Refusal(
        f"Not yet: nobody has shown that users are better off ({bad} bad of {n} judged since the last mitigation).\n"
        f"Do one of: judge {WORTH_JUDGING} fresh answers, `/incident judged GOOD BAD` · it stopped by itself:"
        " `/incident bleeding contained WHAT SHOWS IT` · waive it as commander:"
        ' `/incident contained --waive "REASON"`'
    )


def _suppose(i: Incident, command: c.Suppose, by: str, now: datetime, catalogue: Catalogue) -> Told:
    text = clean(command.text, 1_000)
    if not text:
        raise Refusal("What do you suppose? `/incident hypothesis the new prompt drops the region`.")
    k = len(i.ideas) + 1
    return (
        e.Hypothesis(k, text),
    ), f"Hypothesis {k}. Later: `/incident supported {k} WHY` or `/incident refuted {k} WHY`."


def _judge_idea(i: Incident, command: c.JudgeIdea, by: str, now: datetime, catalogue: Catalogue) -> Told:
    if command.k not in [idea.k for idea in i.ideas]:
        listed = "; ".join(f"{idea.k} {escape(idea.text)}" for idea in i.ideas) or "none is recorded"
        raise Refusal(f"There is no hypothesis {command.k}. Recorded: {listed}.")
    return (
        e.HypothesisJudged(command.k, command.verdict, clean(command.text, 1_000)),
    ), f"Hypothesis {command.k}: {command.verdict}."


def _explain(i: Incident, command: c.Explain, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "explained")
    if i.phase == "mitigate" and i.bleeding != "contained":
        raise Refusal(f"First the harm, then the cause: {i.name} is not contained. Now: {NOW['mitigate']}.")
    text = clean(command.text, 2_000)
    if command.certainty not in ("confirmed", "probable", "unknown") or not text:
        raise Refusal(
            "Say how sure and what: `/incident explained confirmed|probable|unknown TEXT`"
            " (unknown: what was ruled out, and the detector to build)."
        )
    return (e.Explained(command.certainty, text),), f"Cause {command.certainty}. Now: {NOW['resolve']}."


def _watch(i: Incident, command: c.Watch, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "watch")
    quiet = catalogue.quiet(i.klass or "", i.severity) if i.severity else timedelta(hours=24)
    until = stamp(now + quiet)
    if command.override.strip():
        command_only(i, by, "override the checks")
        return (e.Watching(until, clean(command.override, 500)),), "Watching, with an override in your name."
    if left := [m for m in i.mitigations if m.in_force]:
        names = "; ".join(f"{m.k} {escape(m.what)}" for m in left)
        raise Refusal(f"Still applied: {names}. `/incident removed K`, or `/incident kept K @who until DATE WHY`.")
    wanted = CLOSING_SAMPLE.get(i.severity or "", 60)
    if i.judged[1] or i.judged[0] < wanted:
        raise Refusal(
            f"No check is declared, so people judge: {wanted} fresh answers, none bad (now {i.judged[1]} bad of"
            f' {sum(i.judged)}). `/incident judged GOOD BAD`, or as commander `/incident watch --override "WHY"`.'
        )
    return (e.Watching(until),), "Watching. A red check leads back to mitigate by itself."


def _red_check(i: Incident, command: c.ReportRedCheck, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "red check")
    return (e.RedCheck(clean(command.what, 500)),), "Back to mitigate."


def _resolve(i: Incident, command: c.Resolve, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "resolved")
    if i.quiet_until and now < unstamp(i.quiet_until):
        raise Refusal(
            f"Quiet has to hold until {i.quiet_until[:16].replace('T', ' ')} UTC. Until then: {NOW['watching']}."
        )
    fixed = clean(command.fixed, 1_000)
    if not fixed and not i.actions:
        raise Refusal(
            "Name the permanent fix, `/incident resolved --fixed WHAT`,"
            " or promise it: `/incident action @who by DATE WHAT`."
        )
    return (e.Resolved(fixed),), f"Resolved. Now: {NOW['learn']}."


def _action(i: Incident, command: c.AddAction, by: str, now: datetime, catalogue: Catalogue) -> Told:
    what = clean(command.what, 500)
    if not what:
        raise Refusal("What will be done? `/incident action @who by 2026-12-01 WHAT`.")
    k = len(i.actions) + 1
    return (
        e.ActionAdded(k, command.owner, command.by.isoformat(), what),
    ), f"Action {k}: <@{command.owner}> by {command.by}."


def _close(i: Incident, command: c.Close, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "close")
    role_holder_only(i, by, "close")
    summary = clean(command.summary)
    if not summary and i.severity in ("SEV1", "SEV2", "SEV3"):
        raise Refusal(f"{i.severity} closes with what happened and what was learned: `/incident close SUMMARY`.")
    return (e.Closed(summary),), f"{i.name} is closed. Thank you."


def _dismiss(i: Incident, command: c.Dismiss, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "dismiss")
    role_holder_only(i, by, "dismiss")
    if command.reason not in ("false-alarm", "near-miss", "duplicate-of") or not command.why.strip():
        raise Refusal(
            "Say why: `/incident dismiss false-alarm|near-miss WHY` or `/incident dismiss duplicate-of N WHY`."
        )
    if command.reason == "duplicate-of" and command.duplicate_of in (None, i.number):
        raise Refusal("Of which incident? `/incident dismiss duplicate-of N WHY`.")
    if any(m.in_force for m in i.mitigations):
        raise Refusal("A mitigation is still applied. `/incident removed` or `/incident kept` first.")
    return (e.Dismissed(command.reason, clean(command.why, 500), command.duplicate_of),), f"{i.name} is dismissed."


def _reopen(i: Incident, command: c.Reopen, by: str, now: datetime, catalogue: Catalogue) -> Told:
    _from(i, "reopen")
    if not command.why.strip():
        raise Refusal("Say why: `/incident reopen WHY`.")
    if i.ended_at and now - i.ended_at > REOPEN_WITHIN:
        raise Refusal(f"{i.name} ended over 24 hours ago. Declare a new one and say that it recurs from {i.name}.")
    return (e.Reopened(clean(command.why, 500)),), f"{i.name} is open again. Contain first."


Rule = Callable[[Incident, Any, str, datetime, Catalogue], Told]
COURSE: dict[type[c.Command], Rule] = {
    c.Mitigate: _mitigate,
    c.Applied: _applied,
    c.MoveMitigation: _move,
    c.Judge: _judge,
    c.Bleeding: _bleeding,
    c.Contain: _contain,
    c.Suppose: _suppose,
    c.JudgeIdea: _judge_idea,
    c.Explain: _explain,
    c.Watch: _watch,
    c.ReportRedCheck: _red_check,
    c.Resolve: _resolve,
    c.AddAction: _action,
    c.Close: _close,
    c.Dismiss: _dismiss,
    c.Reopen: _reopen,
}
