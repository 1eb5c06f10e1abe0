"""Controls, runbooks, checks and samples in one line of plain words; what touched production has its request id."""

from collections.abc import Callable

from stanch.core import events as e
from stanch.core.hearing import AUDIENCES
from stanch.core.pulls import spoken


def told(payload: e.Payload, name: Callable[[str], str]) -> str:
    match payload:
        case e.PullAsked(p, _, control, _, _, undoes):
            return f"pull {p}: asked to " + (f"undo mitigation {undoes} ({control})" if undoes else f"pull {control}")
        case e.PullRead(p, steps, fault, same):
            shown = "; ".join(f"{one['name']}: {spoken(one['before'])} → {spoken(one['to'])}" for one in steps)
            rest = f"could not be read: {fault}" if fault else ""
            if not shown and not rest:
                rest = "everything stands there already" if same else "no value is named yet"
            return f"pull {p}: " + "; ".join(one for one in (f"read; {shown}" if shown else "", rest) if one)
        case e.PullSeconded(p, what):
            return f"pull {p}: asked for a second person ({what})"
        case e.PullConfirmed(p, what, _, first, glass):
            agreed = f", as {name(first)} asked" if first else ""
            return f"pull {p}: pulled {what}{agreed}" + (f"; broke the glass: {glass}" if glass else "")
        case e.PullCancelled(p):
            return f"pull {p}: cancelled, nothing was sent"
        case e.SettingsSaved(p, values, missing, held):
            saved = ", ".join(f"{key}={spoken(value)}" for key, value in sorted(values.items()))
            lost = f"; not saved: {', '.join(missing)}" if missing else ""
            return f"pull {p}: settings before: {saved or 'none'}{lost}" + (
                f"; held: {', '.join(held)}" if held else ""
            )
        case e.PullAccepted(p, _, _, what, request, said, _, _, already):
            words = "stood there already" if already else f"accepted ({said})"
            return f"pull {p}: {what} {words}" + (f", request {request}" if request else "")
        case e.PullEffective(p, _, _, what, seen):
            return f"pull {p}: {what} is in effect: {seen}"
        case e.PullLate(p, _, _, what, seen, True):
            return f"pull {p}: {what} was accepted; whether it is in effect cannot be seen: {seen}"
        case e.PullLate(p, _, _, what, seen):
            return f"pull {p}: {what} was accepted and is not in effect: {seen}"
        case e.PullFailed(p, _, _, what, why, request, unclear, changed):
            words = "was not sent, somebody else changed it" if changed else "is unclear" if unclear else "failed"
            return f"pull {p}: {what} {words}: {why}" + (f", request {request}" if request else "")
        case e.RungHeld(p, _, _, what, green, seen, to):
            way = "there" if to is None else f"on to {spoken(to)}" if green else f"back to {spoken(to)} by itself"
            return f"pull {p}: {what} was held, {'green' if green else 'red'} ({seen}): {way}"
        case e.PullAgain(p, how):
            return f"pull {p}: looked again ({how})"
        case _:
            return _spoken(payload, name)


def _walked(payload: e.Payload) -> str:
    match payload:
        case e.RunbookOpened(klass, node):
            return f"opened the runbook {klass} at {node}"
        case e.RunbookChose(klass, node, said, to):
            return f"runbook {klass}, {node}: “{said}”" + (f", on to {to}" if to != node else "")
        case e.RunbookBack(klass, node, to):
            return f"runbook {klass}: back from {node} to {to}"
        case e.ChecksAsked(ids, until):
            return f"asked for checks: {', '.join(ids)}" + (
                f", until {until[:16].replace('T', ' ')} UTC" if until else ""
            )
        case e.Checked(_, results):
            return "checked: " + "; ".join(f"{one['check']} {one['verdict']} ({one['seen']})" for one in results)
        case e.CameBack(what):
            return f"it came back: {what}"
        case e.SampleAsked(s, n):
            return f"sample {s}: asked for {n} fresh answers"
        case e.SampleDrawn(s, ids, fault):
            return f"sample {s}: could not be drawn: {fault}" if fault else f"sample {s}: {', '.join(ids)}"
        case e.AnswerJudged(s, answer, verdict):
            return f"sample {s}: {answer} is {'unclear' if verdict == 'unclear' else verdict}"
        case e.Shown(view, ts):
            return f"showed {view}" if ts else f"noticed that the message of {view} was deleted"
        case e.Drifted(differs, _):
            listed = ", ".join(f"{one['control']} {one['good']} → {one['now']}" for one in differs)
            return f"differs from the known-good set: {listed}" if listed else "nothing differs from the known-good set"
    return payload.kind


def _spoken(payload: e.Payload, name: Callable[[str], str]) -> str:
    match payload:
        case e.Reminded(about, _, to, due, missed):
            whom = name(to) if to else "the room"
            of = f"words to {about.replace('_', ' ')} are due at {due[11:16]} UTC"
            of = of.replace("words to room are", "an update is") if about in AUDIENCES else about.replace("_", " ")
            return f"could not remind {whom}: {of}" if missed else f"reminded {whom}: {of}"
        case e.Snoozed(until):
            return f"put the reminder off until {until[11:16]} UTC"
        case e.Paced(doubled):
            return "updates come half as often" if doubled else "updates come as often as the severity says"
    return _walked(payload)
