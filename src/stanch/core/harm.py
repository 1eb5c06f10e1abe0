"""Stopping the harm: mitigations by hand, answers that were judged, bleeding, and when it counts as contained.

Three things that are never one word: a mitigation took effect, the harm went down, the cause is known.
"""

from datetime import UTC, datetime, time

from stanch.core import commands as c, events as e
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp
from stanch.core.checking import green, measured, red, red_now
from stanch.core.incident import Incident, Mitigation, advance
from stanch.core.phases import NEXT, NOW, leads
from stanch.core.policy import command_only, commands, role_holder_only
from stanch.core.pulls import of_mitigation
from stanch.core.said import Said
from stanch.core.sample import WORTH_JUDGING, at_least, at_most, percent
from stanch.core.text import clean
from stanch.core.words import escape
from stanch.errors import Refusal


def mitigate(i: Incident, command: c.Mitigate, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "mitigate")
    if i.phase == "mitigate":
        return Said(say=f"{i.name} is in mitigate already. Now: {NOW['mitigate']}.")
    return Said((e.Mitigating(),), "Mitigating. Contain first; class, severity and names can follow.", ("applied",))


def applied(i: Incident, command: c.Applied, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "applied")
    k = len(i.mitigations) + 1
    what = clean(command.what, 300)
    if not what:
        raise Refusal("Say what was pulled: `/incident applied prompt back to v17`.")
    say = f"Mitigation {k} is recorded as applied. In effect? `/incident effective {k}`."
    return Said((e.MitigationApplied(k, what),), say, ("took_effect",))


def move(i: Incident, command: c.MoveMitigation, by: str, now: datetime, catalogue: Catalogue) -> Said:
    mitigation = _which(i, command)
    if command.state == "kept" and (not command.owner or not command.until or not command.why.strip()):
        raise Refusal("To keep a mitigation on purpose: `/incident kept 1 @who until 2026-12-01 WHY`.")
    if command.until and command.until < now.date():
        raise Refusal(f"{command.until} is over. Until when does it stay? `/incident kept K @who until DATE WHY`.")
    if command.state == mitigation.state != "kept":
        return Said(say=f"Mitigation {mitigation.k} is {mitigation.state} already: {escape(mitigation.what)}")
    _by_word_alone(i, mitigation, command.state, by)
    until = stamp(datetime.combine(command.until, time(), UTC)) if command.until else None
    k, what, why = mitigation.k, mitigation.what, clean(command.why, 500)
    moved = e.MitigationMoved(k, command.state, command.owner, until, why, what)
    say = f"Mitigation {k} {'took effect' if command.state == 'effective' else f'is {command.state}'}: {escape(what)}"
    if command.state == "effective" and i.phase == "mitigate":
        say += "\nIn effect is not contained: are users better off?"
        return Said((moved,), say, ("judged", "contained"))
    return Said((moved,), say)


def _by_word_alone(i: Incident, mitigation: Mitigation, state: str, by: str) -> None:
    """What was pulled from here is not what somebody says it is, but what its plane shows. Raises `Refusal`."""
    found = of_mitigation(i.pulls, mitigation.k)
    k = mitigation.k
    if found is None or state == "kept" or (state == "removed" and commands(i, by)):
        return
    if state == "effective" and found[1].state in ("late", "unseen"):
        role_holder_only(i, by, "say that it took effect")  # Nothing shows it to a machine; a person has looked.
        return
    if state == "removed":
        raise Refusal(
            f"Mitigation {k} was pulled from here: `/incident undo {k}` puts it back, and sees it if somebody has done"
            f" so by hand. Where its plane cannot be read, the commander, <@{i.commander}>, may record it.",
            "undo",
        )
    raise Refusal(
        f"Mitigation {k} was pulled from here: what shows that it took effect stands at its pull, in the room."
    )


def _which(i: Incident, command: c.MoveMitigation) -> Mitigation:
    candidates = [m for m in i.mitigations if (m.k == command.k if command.k else m.in_force)]
    if len(candidates) == 1 and candidates[0].state not in ("removed", "failed"):
        return candidates[0]
    listed = "; ".join(f"{m.k} {escape(m.what)} ({m.state})" for m in i.mitigations) or "none is recorded"
    raise Refusal(f"Which mitigation? `/incident {command.state} K`. Recorded: {listed}.")


def judge(i: Incident, command: c.Judge, by: str, now: datetime, catalogue: Catalogue) -> Said:
    n = command.good + command.bad
    if command.good < 0 or command.bad < 0 or not 0 < n <= 100_000:
        raise Refusal("Count the answers that you judged: `/incident judged 19 1`.")
    low, high = at_least(n, command.bad), at_most(n, command.bad)
    words = f"{command.bad} of {n} bad: between {percent(low)} and {percent(high)} of all answers may be bad."
    judged = (i.judged[0] + command.good, i.judged[1] + command.bad)
    if sum(judged) > n:
        words += f" Since the last mitigation: {judged[1]} of {sum(judged)}, {_range(*judged)}."
    told = e.Judged(command.good, command.bad, clean(command.note, 500))
    if way_is_free(advance(i, i.number, told, by, now)):
        onward = "contained" if i.phase == "mitigate" else "watch"
        return Said((told,), f"{words} That is enough for `/incident {onward}`.", (onward,))
    return Said((told,), words)


def _range(good: int, bad: int) -> str:
    return f"{percent(at_least(good + bad, bad))} to {percent(at_most(good + bad, bad))}"


def better(i: Incident, good: int, bad: int) -> bool:
    """At least 20 fresh answers, and the upper 95 % bound below the harm's share; share unknown: at most 1 bad."""
    n = good + bad
    if n < WORTH_JUDGING:
        return False
    harm = i.harm_was
    return at_most(n, bad) < harm[1] / sum(harm) if harm and harm[1] else bad <= 1


CLOSING_SAMPLE = {"SEV1": 150}
"""Good answers in a row that a person must have judged where no check is declared: 60, at SEV1 150."""


def closing_sample(i: Incident) -> int:
    return CLOSING_SAMPLE.get(i.severity or "", 60)


def closes(i: Incident, in_a_row: int) -> bool:
    """Enough fresh answers were judged to close the harm, one after the other and none bad."""
    return in_a_row >= closing_sample(i)


def way_is_free(i: Incident) -> bool:
    """Nothing stands in the way to the next phase: judged answers suffice, and where it matters nothing is in force."""
    match i.phase:
        case "mitigate":
            return better(i, *i.judged) and not red_now(i, tuple(one.check for one in i.checks))
        case "resolve":
            return closes(i, i.good_in_a_row) and not any(m.in_force for m in i.mitigations)
    return False


def steps(i: Incident) -> str:
    """What can be done now, in words; the way on, when nothing stands in it any more."""
    if not way_is_free(i):
        return NOW[i.phase]
    if i.phase == "mitigate":
        return "judged answers show that users are better off: `/incident contained`"
    return "nothing stands in the way: `/incident watch`"


def next_step(i: Incident) -> str:
    """The same in a few words without commands, for the card: its buttons stand right below."""
    if way_is_free(i):
        return "Users are better off, as judged answers show." if i.phase == "mitigate" else "Nothing is in the way."
    if i.phase in ("diagnose", "resolve") and i.bleeding != "contained":
        return "It is not contained any more: pull again, then verify."
    if i.phase == "mitigate" and red_now(i, tuple(one.check for one in i.checks)):
        return "A check is red since the last pull: open the runbook, pull the next control."
    if i.phase == "mitigate" and any(m.state == "effective" for m in i.mitigations):
        return "In effect. Are users better off? Verify, or judge 20 fresh answers."
    return NEXT[i.phase]


def bleeding(i: Incident, command: c.Bleeding, by: str, now: datetime, catalogue: Catalogue) -> Said:
    usage = "`/incident bleeding yes|contained|unknown WHY`"
    if command.bleeding not in ("yes", "contained", "unknown"):
        raise Refusal(f"Is harm still being done: yes, contained, or unknown? {usage}.", "bleeding")
    if not command.why.strip():
        raise Refusal(f"Say what shows it: {usage}.", "bleeding")
    why = clean(command.why, 500)
    said: e.Payload = e.BleedingChanged(command.bleeding, why)
    if command.bleeding == "contained" and i.phase == "mitigate":
        say = "Contained, as reported. Now diagnose."
        return Said((said, e.Contained("stopped", why)), say, ("hypothesis", "explained"))
    return Said((said,), f"Bleeding: {command.bleeding}.")


def closed(i: Incident, now: datetime, catalogue: Catalogue) -> None:
    """Raises `Refusal` unless the closure checks pass now: those that are measured, and the sample that people judge.

    People's word stands where nothing can be measured; against a red check it does not.
    """
    checks = measured(i, catalogue)
    override = 'or as commander `/incident watch --override "WHY"`.'
    if bad := red(i, checks):
        listed = "; ".join(f"{one.check} ({escape(one.seen)})" for one in bad)
        raise Refusal(
            f"Red when it was measured last: {listed}. `/incident check` measures again; {override}",
            "check",
            "override",
        )
    sheet = catalogue.klass(i.klass) if i.klass else None
    by_people = not checks or (sheet is not None and "sample" in sheet.closure)
    if closes(i, i.good_in_a_row) or (not by_people and green(i, checks, now)):
        return
    if not by_people:
        raise Refusal(
            f"Its closure checks have to be green: {', '.join(checks)}. `/incident check` measures them; {override}",
            "check", "judged", "override",
        )  # fmt: skip
    raise Refusal(
        f"People judge whether it is over: {closing_sample(i)} fresh answers in a row, none bad (now {i.good_in_a_row}"
        f" in a row since a mitigation was last applied or removed). `/incident judged GOOD BAD`, {override}",
        *(("check",) if checks else ()), "sample", "judged", "override",
    )  # fmt: skip


def contain(i: Incident, command: c.Contain, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "contained")
    after = ("hypothesis", "explained")
    if command.waive.strip():
        command_only(i, by, "waive the proof")
        waived = e.Contained("waived", clean(command.waive, 500))
        return Said((waived,), "Waived and recorded with your name. Now diagnose.", after)
    checks = measured(i, catalogue)
    if turned := red_now(i, checks):
        listed = "; ".join(escape(one.seen) for one in turned)
        raise Refusal(
            f"Not yet: red since the last pull: {listed}. Pull the next control, `/incident runbook`; measure again,"
            ' `/incident check`; or as commander waive it: `/incident contained --waive "REASON"`.',
            "runbook",
            "check",
            "waive",
        )
    good, bad = i.judged
    if better(i, good, bad):
        proof = e.Contained("judged", f"{bad} of {good + bad} bad")
        return Said((proof,), f"Contained: at most {percent(at_most(good + bad, bad))} bad. Now diagnose.", after)
    if checks and green(i, checks, now):
        seen = "; ".join(one.seen for one in i.checks if one.check in checks)
        return Said(
            (e.Contained("checked", clean(seen, 500)),), "Contained: its checks are green. Now diagnose.", after
        )
    raise Refusal(
        f"Not yet: {_what_is_known(i)} nobody has shown that users are better off ({_count(i)}).\n"
        f"Do one of: {'measure, `/incident check` · ' if checks else ''}judge {WORTH_JUDGING} fresh answers,"
        " `/incident judged GOOD BAD` · it stopped by itself:"
        " `/incident bleeding contained WHAT SHOWS IT` · waive it as commander:"
        ' `/incident contained --waive "REASON"`',
        *(("check",) if checks else ()),
        "sample",
        "judged",
        "stopped",
        "waive",
    )


def _what_is_known(i: Incident) -> str:
    """What stands between the incident and its containment: pulled, and in effect, are two things."""
    effective = [m for m in i.mitigations if m.state == "effective"]
    if effective:
        return f"`{escape(effective[-1].what)}` is in effect, but"
    applied = [m for m in i.mitigations if m.state == "applied"]
    if applied:
        return f"`{escape(applied[-1].what)}` is applied, not yet seen to take effect, and"
    return "nothing is in force, and"


def _count(i: Incident) -> str:
    good, bad = i.judged
    if not good + bad:
        return "none judged since the last mitigation"
    known = f"{bad} bad of {good + bad} judged, so {_range(good, bad)}"
    if i.harm_was and i.harm_was[1]:
        return f"{known}; before it was {percent(i.harm_was[1] / sum(i.harm_was))}"
    return known


def red_check(i: Incident, command: c.ReportRedCheck, by: str, now: datetime, catalogue: Catalogue) -> Said:
    leads(i, "red check")
    return Said((e.RedCheck(clean(command.what, 500)),), "Back to mitigate.")
