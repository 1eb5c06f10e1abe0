"""What the fold keeps of runbooks, checks and samples, and how each event changes it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from stanch.core import walk_events as w
from stanch.core.chain import stamp
from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class Went:
    """A decision: at `node`, `said` was chosen."""

    node: str
    said: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Walk:
    """Where people stand in one class's tree. `step` counts every move in any tree of the incident, so that a late
    click is known for one; `by` and `did` are who moved last, and how."""

    klass: str
    node: str
    step: int = 1
    path: tuple[Went, ...] = ()
    tried: tuple[str, ...] = ()
    """Nodes that were left for the next: a list of targets leads to the first that is not here."""
    by: str = ""
    did: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check said last. `decided`: the last verdict that was not unknown."""

    check: str
    verdict: str
    seen: str
    at: str
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    s: int
    service: str
    n: int
    ids: tuple[str, ...] = ()
    verdicts: tuple[tuple[str, str], ...] = ()
    """Answer and verdict."""
    state: str = "drawing"
    """`drawing`, `judging`, `over`, `failed`."""
    fault: str = ""
    asked_at: str = ""
    judges: tuple[str, ...] = ()
    """Who judged, in the order in which they began."""

    def count(self, verdict: str) -> int:
        return sum(one == verdict for _, one in self.verdicts)


@dataclass(frozen=True, slots=True)
class Watch:
    """Checks that go on being measured, asked for by entry `asked`, until `until` (ISO, UTC)."""

    asked: int
    ids: tuple[str, ...]
    until: str


KINDS: Final = frozenset(
    kind.kind
    for kind in (
        w.RunbookOpened, w.RunbookChose, w.RunbookBack, w.ChecksAsked, w.Checked, w.CameBack, w.SampleAsked,
        w.SampleDrawn, w.AnswerJudged, w.Shown, w.Drifted,
    )
)  # fmt: skip


def walked(i: Any, payload: Payload, by: str, at: datetime) -> dict[str, Any]:
    """What changes in the incident `i` (it has walks, checks, watch, samples, shown, differs and bleeding)."""
    match payload:
        case w.RunbookOpened(klass, node):
            before = next((one for one in i.walks if one.klass == klass), Walk(klass, node))
            now = replace(before, node=node, step=_next(i), by=by, did=f"opened the runbook {klass}")
            return {"walks": (*(one for one in i.walks if one.klass != klass), now), "runbook_at": i.seq + 1}
        case w.RunbookChose(klass, node, said, to):
            went = Went(node, said, by, stamp(at))
            return {"walks": tuple(_onward(one, went, to, _next(i)) if one.klass == klass else one for one in i.walks)}
        case w.RunbookBack(klass, node, to):
            return {"walks": tuple(_back(one, to, _next(i), by) if one.klass == klass else one for one in i.walks)}
        case w.ChecksAsked(ids, until) if until:
            return {"watch": Watch(i.seq + 1, ids, until)}
        case w.Checked(asked, results, over):
            fresh = {one["check"]: _measured(i.checks, one, stamp(at)) for one in results}
            ended = {"watch": None} if over and i.watch and i.watch.asked == asked else {}
            return {"checks": (*(c for c in i.checks if c.check not in fresh), *fresh.values())} | ended
        case w.CameBack():
            return {"bleeding": "yes"}
        case w.SampleAsked(s, n, service):
            return {"samples": (*i.samples, Sample(s, service, n, asked_at=stamp(at)))}
        case w.SampleDrawn(s, ids, fault):
            return {"samples": tuple(_drawn(one, ids, fault) if one.s == s else one for one in i.samples)}
        case w.AnswerJudged(s, answer, verdict):
            return {"samples": tuple(_judged(one, answer, verdict, by) if one.s == s else one for one in i.samples)}
        case w.Shown(view, ts):
            return {"shown": {k: v for k, v in i.shown.items() if k != view} | ({view: ts} if ts else {})}
        case w.Drifted(differs, since):
            return {"differs": tuple((d["control"], d["good"], d["now"]) for d in differs), "good_since": since}
    return {}


def _next(i: Any) -> int:
    return 1 + max((walk.step for walk in i.walks), default=0)


def _onward(walk: Walk, went: Went, to: str, step: int) -> Walk:
    tried = (*(one for one in walk.tried if one != walk.node), walk.node)
    return replace(walk, node=to, step=step, path=(*walk.path, went), tried=tried, by=went.by, did=went.said)


def _back(walk: Walk, to: str, step: int, by: str) -> Walk:
    """One decision is taken back; what was tried stays tried."""
    return replace(walk, node=to, step=step, path=walk.path[:-1], by=by, did="Back")


def _measured(known: tuple[Checked, ...], one: dict[str, Any], at: str) -> Checked:
    before = next((old.decided for old in known if old.check == one["check"]), "")
    verdict = one["verdict"]
    return Checked(one["check"], verdict, one["seen"], at, before if verdict == "unknown" else verdict)


def _drawn(sample: Sample, ids: tuple[str, ...], fault: str) -> Sample:
    state = "failed" if fault or not ids else "over" if len(sample.verdicts) >= len(ids) else "judging"
    return replace(sample, ids=ids, fault=fault, state=state)


def _judged(sample: Sample, answer: str, verdict: str, by: str) -> Sample:
    verdicts = (*(one for one in sample.verdicts if one[0] != answer), (answer, verdict))
    judges = sample.judges if by in sample.judges else (*sample.judges, by)
    state = "over" if len(verdicts) >= len(sample.ids) else sample.state
    return replace(sample, verdicts=verdicts, judges=judges, state=state)
