"""Rules of checks and samples: what is measured, what a person judges, and what it means when green turns red."""

from datetime import datetime, timedelta

from stanch.core import events as e, walk_commands as c, walk_events as w
from stanch.core.catalogue import Catalogue
from stanch.core.chain import stamp, unstamp
from stanch.core.check import Result
from stanch.core.control import Value
from stanch.core.effect import Effect
from stanch.core.guards import may_pull
from stanch.core.incident import Incident
from stanch.core.moving import same
from stanch.core.pulls import of_mitigation, spoken
from stanch.core.said import Said
from stanch.core.text import one_line, storable
from stanch.core.walking import standing
from stanch.core.walks import Checked, Sample
from stanch.core.words import escape
from stanch.errors import Refusal

FRESH = timedelta(minutes=15)
"""How old a result may be that opens a gate."""
BETWEEN = timedelta(seconds=30)
"""Between two measurements of a watch."""
LONGEST_WATCH = 24 * 60
MOST_ANSWERS = 150
VERDICTS = ("good", "bad", "unclear")


def measured(i: Incident, catalogue: Catalogue) -> tuple[str, ...]:
    """The class's closure checks that a machine measures for this service."""
    sheet = catalogue.klass(i.klass) if i.klass else None
    wanted = sheet.closure if sheet else ()
    return tuple(one for one in wanted if _is_measured(one, i, catalogue))


def _is_measured(check: str, i: Incident, catalogue: Catalogue) -> bool:
    found = catalogue.checks.get(check)
    return found is not None and found.is_measured(i.service)


def run(i: Incident, command: c.RunChecks, by: str, now: datetime, catalogue: Catalogue) -> Said:
    found = standing(i, catalogue)
    here = tuple(one for one in found[1].by if _is_measured(one, i, catalogue)) if found else ()
    ids = command.ids or here or measured(i, catalogue)
    unknown = [one for one in ids if one not in catalogue.checks]
    if unknown:
        listed = ", ".join(f"`{one}`" for one in catalogue.checks)
        raise Refusal(f"There is no check `{escape(unknown[0][:60])}`. There are {listed}.")
    if not any(_is_measured(one, i, catalogue) for one in ids):
        raise Refusal(
            f"No check is measured for {i.service or 'this service'}: people look. Judge fresh answers:"
            " `/incident judged GOOD BAD`.",
            "sample",
            "judged",
        )
    if not all((check := catalogue.checks.get(one)) and check.is_passive(i.service) for one in ids):
        # It sends attack or test prompts to production.
        may_pull(i, by, command.on_call)
    if not 0 <= command.watch <= LONGEST_WATCH:
        raise Refusal(f"Watch for 1 to {LONGEST_WATCH} minutes: `/incident check --watch 30`.")
    until = stamp(now + timedelta(minutes=command.watch)) if command.watch else ""
    names = ", ".join(escape(catalogue.checks[one].name) for one in ids)
    onward = f" for {command.watch} min; I call you if one turns red" if command.watch else ""
    return Said((w.ChecksAsked(tuple(ids), until),), f"Measuring {names}{onward}. The room shows what is seen.")


def report(i: Incident, command: c.ReportChecks, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """Of a watch only what changed is told: it would fill the room."""
    known = {one.check: one for one in i.checks}
    watching = i.watch is not None and i.watch.asked == command.asked
    news = any(one.check not in known or known[one.check].verdict != one.verdict for one in command.results)
    if not command.over and not (watching and news):
        # Nothing new; or another watch has taken its place, and this one ends.
        return Said(effects=(measuring(i, command.asked, now + BETWEEN),) if watching else ())
    results = tuple(
        {
            "check": one.check,
            "name": _name(one.check, catalogue),
            "verdict": one.verdict,
            "seen": one_line(one.seen, 200),
        }
        for one in command.results
    )
    events: list[e.Payload] = [w.Checked(command.asked, results, command.over, command.quiet)]
    if turned := _alarm(i, command.results, watching, measured(i, catalogue)):
        what = one_line("; ".join(f"{_name(one.check, catalogue)}: {one.seen}" for one in turned), 400)
        events.append(e.RedCheck(what) if i.phase == "watching" else w.CameBack(what))
    onward = () if command.over or not watching else (measuring(i, command.asked, now + BETWEEN),)
    return Said(tuple(events), effects=onward)


def _alarm(i: Incident, results: tuple[Result, ...], watched: bool, closing: tuple[str, ...]) -> list[Result]:
    """What has turned red since it was decided last; an unknown in between does not make it fine.

    In watching any red counts, of what is watched or closes it; before that only what was green and is watched.
    """
    before = {one.check: one.decided for one in i.checks}
    turned = [one for one in results if one.verdict == "red" and before.get(one.check) != "red"]
    if i.phase == "watching":
        return [one for one in turned if watched or one.check in closing]
    if i.phase in ("diagnose", "resolve") and i.bleeding != "yes":
        # It was called contained, and is not: whoever looked, people are told.
        return [one for one in turned if one.check in closing]
    return [one for one in turned if watched and i.is_open and before.get(one.check) == "green"]


def measuring(i: Incident, asked: int, due: datetime) -> Effect:
    """The next measurement for entry `asked`."""
    lane = f"inc-{i.number}/check/{asked}"
    return Effect(
        f"{lane}/{i.seq}-{int(due.timestamp())}", "check", lane=lane, payload={"asked": asked, "entry": asked}, due=due
    )


def _name(check: str, catalogue: Catalogue) -> str:
    found = catalogue.checks.get(check)
    return found.name if found else check


def green(i: Incident, ids: tuple[str, ...], now: datetime) -> bool:
    """Every one of them was measured a moment ago, after the last control was moved, and is green."""
    since = max(now - FRESH, _moved_at(i) or now - FRESH)
    last = {one.check: one for one in i.checks if unstamp(one.at) >= since}
    return bool(ids) and all(one in last and last[one].verdict == "green" for one in ids)


def red(i: Incident, ids: tuple[str, ...]) -> list[Checked]:
    """Those of them that were red when they were measured last, however long ago: a watch tells only what changes."""
    return [one for one in i.checks if one.check in ids and one.verdict == "red"]


def red_now(i: Incident, ids: tuple[str, ...]) -> list[Checked]:
    """Those of them that were red after something was moved last: they speak against what was pulled."""
    since = _moved_at(i)
    return [one for one in red(i, ids) if since is not None and unstamp(one.at) >= since]


def _moved_at(i: Incident) -> datetime | None:
    """When something was moved last, from here or by hand."""
    stamps = (*(one.confirmed_at for one in i.pulls), i.anew_at)
    return max((unstamp(one) for one in stamps if one), default=None)


def draw(i: Incident, command: c.DrawSample, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """What users asked and were told is shown to those who work on it, and to nobody else."""
    may_pull(i, by, command.on_call)
    if not 1 <= command.n <= MOST_ANSWERS:
        raise Refusal(f"Judge 1 to {MOST_ANSWERS} answers: 20 show big harm, 60 close SEV2 and below, 150 a SEV1.")
    if going := next((one for one in i.samples if one.state in ("drawing", "judging")), None):
        return Said(say=f"Sample {going.s} is open: judge on where it stands.", offers=("judge_on",))
    s = len(i.samples) + 1
    asked = w.SampleAsked(s, command.n, i.service or "")
    return Said((asked,), f"Drawing {command.n} fresh answers. Judge them one by one, alone or together.")


def drawn(i: Incident, command: c.ReportSample, by: str, now: datetime, catalogue: Catalogue) -> Said:
    sample = _find(i, command.s)
    if sample is None or sample.state != "drawing":
        return Said()
    ids = tuple(dict.fromkeys(one for one in command.ids if storable(one)))
    return Said((w.SampleDrawn(sample.s, ids, one_line(command.fault, 300)),))


def judge(i: Incident, command: c.JudgeAnswer, by: str, now: datetime, catalogue: Catalogue) -> Said:
    """The last answer closes the sample: its tally counts as judged answers."""
    may_pull(i, by, command.on_call)
    sample = _find(i, command.s)
    if sample is None or sample.state != "judging":
        return Said(say="This sample is counted already.")
    if command.verdict not in VERDICTS or command.answer not in sample.ids:
        raise Refusal("That answer is not in this sample.")
    if dict(sample.verdicts).get(command.answer):
        return Said()
    told = w.AnswerJudged(sample.s, command.answer, command.verdict)
    if len(sample.verdicts) + 1 < len(sample.ids):
        return Said((told,))
    counts = {one: sample.count(one) + (one == command.verdict) for one in VERDICTS}
    tally, say = _tally(i, sample, counts)
    return Said((told, *tally), f"That was the last one. {say}", ("contained",) if tally else ("sample",))


def end(i: Incident, command: c.EndSample, by: str, now: datetime, catalogue: Catalogue) -> Said:
    may_pull(i, by, command.on_call)
    sample = _find(i, command.s)
    if sample is None or sample.state != "judging":
        return Said(say="This sample is counted already.")
    counts = {one: sample.count(one) for one in VERDICTS}
    if not counts["good"] + counts["bad"]:
        raise Refusal("Nothing is judged yet: there is nothing to count.")
    # The rest is left unjudged on purpose; the sample is over.
    tally, say = _tally(i, sample, counts)
    return Said((w.SampleDrawn(sample.s, tuple(one for one, _ in sample.verdicts), ""), *tally), say)


def _tally(i: Incident, sample: Sample, counts: dict[str, int]) -> tuple[tuple[e.Payload, ...], str]:
    """What the sample counts for: nothing, if what was answered then is not what is answered now."""
    good, bad, unclear = (counts[one] for one in VERDICTS)
    if not good + bad:
        return (), "None of them could be told, so nothing is counted."
    if i.anew_at and sample.asked_at < i.anew_at:
        return (), "A control was moved since it was drawn, so it shows nothing about now. Draw a fresh one."
    rest = f", {unclear} could not be told" if unclear else ""
    told = e.Judged(good, bad, f"sample {sample.s}, judged one by one{rest}")
    return (told,), f"The sample is counted: {bad} of {good + bad} bad."


def _find(i: Incident, s: int) -> Sample | None:
    return next((one for one in i.samples if one.s == s), None)


def shown(i: Incident, command: c.ReportShown, by: str, now: datetime, catalogue: Catalogue) -> Said:
    known = i.shown.get(command.view)
    if command.lost:
        return Said((w.Shown(command.view, ""),) if known == command.ts else ())
    return Said(() if known == command.ts else (w.Shown(command.view, command.ts),))


def drift(i: Incident, command: c.ReportDrift, by: str, now: datetime, catalogue: Catalogue) -> Said:
    told = tuple((control, one_line(good), one_line(value)) for control, good, value in command.differs)
    events: list[e.Payload] = []
    if i.differs != told or i.good_since != command.good_since:
        differs = tuple({"control": control, "good": good, "now": value} for control, good, value in told)
        events.append(w.Drifted(differs, command.good_since))
    return Said((*events, *_undone_elsewhere(i, dict(command.stands), command.at)))


def _undone_elsewhere(i: Incident, stands: dict[int, Value], at: str) -> list[e.Payload]:
    """What was pulled, and somebody has moved since: it is not in force, whatever it was."""
    events: list[e.Payload] = []
    # Of several pulls of one control only the last says where it should stand.
    last = {found[1].control: m.k for m in i.mitigations if (found := of_mitigation(i.pulls, m.k))}
    for m in i.mitigations:
        found = of_mitigation(i.pulls, m.k)
        if (
            found is None
            or last[found[1].control] != m.k
            or m.state not in ("applied", "effective", "kept")
            or m.k not in stands
            or _busy(i, at)
        ):
            continue
        if not same(stands[m.k], found[1].to):
            why = f"it stands at {one_line(spoken(stands[m.k]))} now, moved by somebody else"
            events.append(e.MitigationMoved(m.k, "failed", why=why, what=m.what))
    if events and i.phase == "watching":
        events.append(e.RedCheck("what was pulled was moved by somebody else"))
    elif events and i.bleeding == "contained":
        events.append(e.BleedingChanged("unknown", "what contained it was moved by somebody else"))
    return events


def _busy(i: Incident, at: str) -> bool:
    """Something is being moved from here, or was since it was looked at: what was read then tells nothing."""
    return any(one.state == "pulling" or one.confirmed_at >= at for one in i.pulls)
