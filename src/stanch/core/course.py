"""From diagnosis to the end: hypotheses, the cause, watching, action items, closing, dismissing, reopening.

Each rule answers what is to be recorded and said, or raises `Refusal` with what can be done now.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from stanch.core import commands as c, events as e, harm
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.checking import measured
from stanch.core.incident import Incident
from stanch.core.phases import NOW, leads
from stanch.core.policy import command_only, role_holder_only
from stanch.core.said import Said
from stanch.core.text import clean
from stanch.core.words import escape, when
from stanch.errors import Refusal

REOPEN_WITHIN = timedelta(hours=24)
REVIEWED = ("SEV1", "SEV2", "SEV3")
"""Severities that close with a review; until there are reviews, with its summary."""


def _suppose(i: Incident, command: c.Suppose, by: str, now: datetime, catalogue: Catalogue) -> Said:
    text = clean(command.text, 1_000)
    if not text:
        raise Refusal("What do you suppose? `/incident hypothesis the new prompt drops the region`.")
    k = len(i.ideas) + 1
    say = f"Hypothesis {k}. Later: `/incident supported {k} WHY` or `/incident refuted {k} WHY`."
    return Said((e.Hypothesis(k, text),), say)


def _judge_idea(i: Incident, command: c.JudgeIdea, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if command.k not in [idea.k for idea in i.ideas]:
        listed = "; ".join(f"{idea.k} {escape(idea.text)}" for idea in i.ideas)
        known = f"Recorded: {listed}." if listed else "None is recorded yet: `/incident hypothesis TEXT`."
        raise Refusal(f"There is no hypothesis {command.k}. {known}", "hypothesis")
    judged = e.HypothesisJudged(command.k, command.verdict, clean(command.text, 1_000))
    offers = ("explained",) if command.verdict == "supported" and i.phase == "diagnose" else ()
    return Said((judged,), f"Hypothesis {command.k}: {command.verdict}.", offers)


def _explain(i: Incident, command: c.Explain, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "explained")
    if i.phase == "mitigate" and i.bleeding != "contained":
        raise Refusal(
            f"First the harm, then the cause: {i.name} is not contained. Now: {NOW['mitigate']}.",
            "judged", "contained", "stopped",
        )  # fmt: skip
    text = clean(command.text, 2_000)
    if command.certainty not in ("confirmed", "probable", "unknown") or not text:
        raise Refusal(
            "Say how sure and what: `/incident explained confirmed|probable|unknown TEXT`"
            " (probable: the evidence; unknown: what was ruled out, and the detector to build).",
            "explained",
        )
    say = f"Cause {command.certainty}. Now: {NOW['resolve']}."
    return Said((e.Explained(command.certainty, text),), say, ("settle", "watch"))


def _watch(i: Incident, command: c.Watch, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "watch")
    quiet = catalogue.quiet(i.klass or "", i.severity) if i.severity else timedelta(hours=24)
    until = stamp(now + quiet)
    if command.override.strip():
        command_only(i, by, "override the checks")
        return Said((e.Watching(until, clean(command.override, 500)),), "Watching, with an override in your name.")
    if left := [m for m in i.mitigations if m.in_force]:
        names = "; ".join(f"{m.k} {escape(m.what)}" for m in left)
        raise Refusal(
            f"Still applied: {names}. `/incident removed K`, or `/incident kept K @who until DATE WHY`."
            ' As commander: `/incident watch --override "WHY"`.',
            "settle",
            "override",
        )
    harm.closed(i, now, catalogue)
    checks = measured(i, catalogue)
    watched = (e.ChecksAsked(checks, until),) if checks else ()
    say = "Watching. An alert that fires again, or a check that turns red, leads back to mitigate by itself."
    return Said((e.Watching(until), *watched), say)


def _resolve(i: Incident, command: c.Resolve, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "resolved")
    if i.quiet_until and now < unstamp(i.quiet_until):
        until = when(unstamp(i.quiet_until), "{date_short_pretty} {time}")
        raise Refusal(
            f"Quiet has to hold until {until}; then I say so in the room. Until then, promise the fix:"
            " `/incident action @who by DATE WHAT`; if it comes back: `/incident mitigate`.",
            "action",
            "came_back",
        )
    fixed = clean(command.fixed, 1_000)
    if not fixed and not i.actions:
        raise Refusal(
            "Name the permanent fix, `/incident resolved --fixed WHAT`,"
            " or promise it: `/incident action @who by DATE WHAT`.",
            "resolved",
            "action",
        )
    return Said((e.Resolved(fixed),), f"Resolved. Now: {NOW['learn']}.", ("action", "close"))


def _action(i: Incident, command: c.AddAction, by: str, now: datetime, catalogue: Catalogue) -> Said:
    what = clean(command.what, 500)
    if not what:
        raise Refusal("What will be done? `/incident action @who by 2026-12-01 WHAT`.")
    if command.by < now.date():
        raise Refusal(f"{command.by} is over. By when? `/incident action @who by DATE WHAT`.")
    k = len(i.actions) + 1
    added = e.ActionAdded(k, command.owner, command.by.isoformat(), what)
    return Said((added,), f"Action {k}: <@{command.owner}> by {command.by}.")


def _close(i: Incident, command: c.Close, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "close")
    role_holder_only(i, by, "close")
    summary = clean(command.summary)
    if not summary and i.severity in REVIEWED:
        raise Refusal(
            f"{i.severity} closes with what happened and what was learned: `/incident close SUMMARY`.", "close"
        )
    return Said((e.Closed(summary),), f"{i.name} is closed. Thank you.")


def _dismiss(i: Incident, command: c.Dismiss, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "dismiss")
    role_holder_only(i, by, "dismiss")
    if command.reason not in ("false-alarm", "near-miss", "duplicate-of") or not command.why.strip():
        raise Refusal(
            "Say why: `/incident dismiss false-alarm|near-miss WHY` or `/incident dismiss duplicate-of N WHY`.",
            "dismiss",
        )
    if command.reason == "duplicate-of" and command.duplicate_of in (None, i.number):
        raise Refusal("Of which incident? `/incident dismiss duplicate-of N WHY`.", "dismiss")
    if any(m.in_force for m in i.mitigations):
        raise Refusal("A mitigation is still applied. `/incident removed` or `/incident kept` first.", "settle")
    gone = e.Dismissed(command.reason, clean(command.why, 500), command.duplicate_of)
    return Said((gone,), f"{i.name} is dismissed.")


def ended_long_ago(i: Incident, now: datetime) -> bool:
    """Too long ago to be opened again: what comes back now is a new incident, or the figures lie."""
    return not i.is_open and i.ended_at is not None and now - i.ended_at > REOPEN_WITHIN


def again(i: Incident, number: int) -> c.Declare:
    """The new incident that recurs from this one."""
    return c.Declare(
        number, i.title, i.klass, i.severity, i.service, i.impact, private=i.restricted, drill=i.drill,
        signal=i.signals[-1][0] if i.signals else "", recurs_from=i.number,
    )  # fmt: skip


def _reopen(i: Incident, command: c.Reopen, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Within 24 hours; the desk makes a later one a new incident before it comes here."""
    leads(i, "reopen")
    if not command.why.strip():
        raise Refusal("Say why: `/incident reopen WHY`.", "reopen")
    if ended_long_ago(i, now):
        raise Refusal(f"{i.name} ended over 24 hours ago. Declare a new one and say that it recurs from {i.name}.")
    say = f"{i.name} is open again. Contain first."
    if i.room_state in ("archived", "deleted"):
        say += " Slack lets nobody but a person unarchive a room, so a new one opens, linked to the old."
    return Said((e.Reopened(clean(command.why, 500)),), say, ("first_move", "applied"))


Rule = Callable[[Incident, Any, str, datetime, Catalogue], Said]
COURSE: dict[type[c.Command], Rule] = {
    c.Mitigate: harm.mitigate,
    c.Applied: harm.applied,
    c.MoveMitigation: harm.move,
    c.Judge: harm.judge,
    c.Bleeding: harm.bleeding,
    c.Contain: harm.contain,
    c.ReportRedCheck: harm.red_check,
    c.Suppose: _suppose,
    c.JudgeIdea: _judge_idea,
    c.Explain: _explain,
    c.Watch: _watch,
    c.Resolve: _resolve,
    c.AddAction: _action,
    c.Close: _close,
    c.Dismiss: _dismiss,
    c.Reopen: _reopen,
}
