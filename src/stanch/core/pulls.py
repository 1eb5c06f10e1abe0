"""The controls that were pulled in an incident, as the fold keeps them, and how each event changes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from stanch.core import pull_events as p
from stanch.core.chain import stamp
from stanch.core.control import Value
from stanch.core.moving import same as equal
from stanch.core.parts import Mitigation
from stanch.core.payload import Payload

SETTLED: Final = ("effective", "late", "unseen", "failed", "unclear", "changed", "same")
"""States of a step in which nothing goes on by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One control of a pull. `turn` counts what was sent for it: the pull itself, then each step of a way back."""

    s: int
    control: str
    name: str
    before: Value | None
    to: Value | None
    direction: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What else the plane said of the value before; needed to put exactly that back."""
    restore: Mapping[str, Any] = field(default_factory=dict)
    """The same of the value that is put back, when this takes a pull back."""
    unit: str = ""
    note: str = ""
    """What the person should know before confirming: somebody else changed it meanwhile."""
    state: str = "read"
    """`read`, `pulling`, `accepted`, `effective`, `late` (not effective in time), `holding` (a step of the way back),
    `failed`, `unclear`, `changed` (by somebody else), `same` (nothing to do)."""
    turn: int = 1
    goal: Value | None = None
    """Where a way back in steps ends; `to` is the step that it is at."""
    k: int | None = None
    request_id: str = ""
    seen: str = ""
    found: Value | None = None
    accepted_at: str = ""
    until: str = ""
    effective_at: str = ""

    @property
    def what(self) -> str:
        unit = f" {self.unit}" if self.unit and not isinstance(self.to, str) else ""
        return f"{self.name}: {spoken(self.before)} → {spoken(self.to)}{unit}"


@dataclass(frozen=True, slots=True)
class Pull:
    """State: `reading`, `unread` (a plane did not say), `choosing` (no value is named), `same`, `asking`, `seconding`,
    `pulling`, `done`, `cancelled`."""

    p: int
    control: str
    name: str
    by: str
    asked_at: str
    service: str
    state: str = "reading"
    to: Value | None = None
    undoes: int | None = None
    controls: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    fault: str = ""
    first: str | None = None
    """Who wanted it first, where two are needed."""
    first_at: str = ""
    first_on_call: bool = False
    with_commander: bool = False
    confirmed_by: str = ""
    confirmed_at: str = ""
    glass: str = ""
    saved: bool = False
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    looks: int = 0
    """How often it was read or looked at again: each look has an effect of its own."""
    turn: int = 1
    """The turn that its steps begin with: after a new reading it goes on from the last, so that what is told late of
    an earlier one is known for it."""

    @property
    def direction(self) -> str:
        """That of its most guarded step."""
        found = {step.direction for step in self.steps}
        return next((one for one in ("more", "back", "less") if one in found), "less")

    def step(self, s: int) -> Step | None:
        return next((one for one in self.steps if one.s == s), None)


IN_WORDS: Final = {
    "pulling": "pulling", "accepted": "applied", "holding": "applied", "late": "applied", "unseen": "applied",
    "unclear": "applied",
    "effective": "effective", "same": "effective", "failed": "failed", "changed": "failed",
}  # fmt: skip
"""State of a step → state of its mitigation."""


def mitigated(
    mitigations: tuple[Mitigation, ...], before: tuple[Pull, ...], pulls: tuple[Pull, ...], payload: Payload
) -> tuple[Mitigation, ...]:
    """The mitigations after this event, which `pulls` has taken in already and `before` has not."""
    pull = find(pulls, getattr(payload, "p", None))
    if pull is None:
        return mitigations
    if isinstance(payload, p.PullConfirmed) and pull.undoes is None:
        new = tuple(Mitigation(step.k, step.what, "pulling") for step in pull.steps if step.k is not None)
        return (*mitigations, *new)
    if pull.undoes is not None:
        # What goes back shows on its plane; not everything shows in what is served.
        back = any(equal(step.to, pull.to) and _is_back(step) for step in pull.steps)
        return tuple(replace(m, state="removed") if back and m.k == pull.undoes else m for m in mitigations)
    was = {step.k: step.state for one in before for step in one.steps}
    # Only what this event changed: of another step of the set somebody may have said more by hand since.
    now = {s.k: IN_WORDS[s.state] for s in pull.steps if s.state in IN_WORDS and s.state != was.get(s.k)}
    return tuple(
        replace(m, state=now[m.k]) if m.k in now and m.state not in ("removed", "kept") else m for m in mitigations
    )


def _is_back(step: Step) -> bool:
    return step.state == "effective" or (step.state in ("late", "unseen") and equal(step.found, step.to))


def find(pulls: tuple[Pull, ...], p: Any) -> Pull | None:
    """The pull of that number; `p` is what an event or a button says, whatever it is."""
    return next((one for one in pulls if one.p == p), None)


def going(pulls: tuple[Pull, ...], p: Any, s: int, turn: int, states: Collection[str]) -> tuple[Pull, Step] | None:
    """The pull and the step that are meant, while the step is at this turn and in one of these states."""
    pull = find(pulls, p)
    step = pull.step(s) if pull else None
    if pull is None or step is None or step.turn != turn or step.state not in states:
        return None
    return pull, step


def standing(mitigations: tuple[Mitigation, ...], pulls: tuple[Pull, ...]) -> dict[int, tuple[Pull, Step]]:
    """What was pulled from here and stands now, by mitigation."""
    stand = (m.k for m in mitigations if m.state in ("applied", "effective", "kept"))
    return {k: found for k in stand if (found := of_mitigation(pulls, k))}


def of_mitigation(pulls: tuple[Pull, ...], k: int) -> tuple[Pull, Step] | None:
    """The pull and the step that made mitigation `k`; None for one that was pulled by hand."""
    return next(((pull, step) for pull in reversed(pulls) for step in pull.steps if step.k == k), None)


def spoken(value: Value | None) -> str:
    """A value as people read it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def moved(pulls: tuple[Pull, ...], payload: Payload | None, by: str, at: datetime) -> tuple[Pull, ...] | None:
    """The pulls after this event; None when it is about none of them."""
    if isinstance(payload, p.PullAsked):
        asked = Pull(
            payload.p, payload.control, payload.name, by, stamp(at), payload.service, to=payload.to,
            undoes=payload.undoes, controls=payload.controls, looks=1,
        )  # fmt: skip
        return (*pulls, asked)
    number = getattr(payload, "p", None)
    if payload is None or number is None or payload.kind not in KINDS:
        return None
    return tuple(_pull(one, payload, by, at) if one.p == number else one for one in pulls)


def _pull(pull: Pull, payload: Payload, by: str, at: datetime) -> Pull:
    match payload:
        case p.PullRead(_, steps, fault, same):
            read = tuple(_read(place, one, pull.turn) for place, one in enumerate(steps, 1))
            # A set goes on without what could not be read, and says so.
            state = "asking" if read else "unread" if fault else "same" if same else "choosing"
            return replace(pull, steps=read, fault=fault, state=state)
        case p.PullSeconded(_, _, commander, on_call):
            return replace(
                pull, state="seconding", first=by, first_at=stamp(at), with_commander=commander, first_on_call=on_call
            )
        case p.PullConfirmed(_, _, ks, first, glass):
            numbered = zip(pull.steps, ks or (None,) * len(pull.steps), strict=False)
            steps_now = tuple(
                replace(step, state="same" if equal(step.before, step.to) else "pulling", k=k) for step, k in numbered
            )
            return replace(
                pull,
                state="pulling",
                steps=steps_now,
                first=first,
                glass=glass,
                confirmed_by=by,
                confirmed_at=stamp(at),
            )
        case p.PullCancelled():
            return replace(pull, state="cancelled")
        case p.SettingsSaved(_, _, missing, held):
            return replace(pull, saved=True, missing=missing, held=held)
        case p.PullAgain(_, "read", _):
            turn = max((step.turn + 1 for step in pull.steps), default=pull.turn)
            return replace(
                pull, state="reading", steps=(), turn=turn, looks=pull.looks + 1, fault="", first=None, first_at="",
                with_commander=False, glass="", saved=False, missing=(), held=(),
            )  # fmt: skip
        case p.PullAgain(_, how, numbers):
            # Unclear: whether it was applied is asked of the plane. Late: it was, and only the effect is looked for.
            state = "pulling" if how == "look" else "accepted"
            again = tuple(replace(s, state=state) if s.s in numbers else s for s in pull.steps)
            return replace(pull, state="pulling", steps=again, looks=pull.looks + 1)
    steps_then = tuple(_step(s, payload, at) if s.s == getattr(payload, "s", 0) else s for s in pull.steps)
    over = all(step.state in SETTLED for step in steps_then)
    return replace(pull, steps=steps_then, state="done" if over else pull.state)


def _read(place: int, one: Mapping[str, Any], turn: int) -> Step:
    return Step(
        place, one["control"], one["name"], one.get("before"), one["to"], one["direction"], one.get("detail") or {},
        one.get("restore") or {}, one.get("unit") or "", one.get("note") or "", turn=turn, goal=one.get("goal"),
    )  # fmt: skip


def _step(step: Step, payload: Payload, at: datetime) -> Step:
    match payload:
        case p.PullAccepted(request_id=request, said=said, until=until, found=found):
            return replace(
                step, state="accepted", request_id=request, seen=said, found=found, accepted_at=stamp(at), until=until
            )
        case p.PullEffective(seen=seen):
            state = "effective" if step.goal is None else "holding"
            return replace(step, state=state, seen=seen, effective_at=stamp(at))
        case p.PullLate(seen=seen, unseen=unseen):
            return replace(step, state="unseen" if unseen else "late", seen=seen)
        case p.PullFailed(why=why, request_id=request, unclear=unclear, changed=changed, found=found):
            state = "changed" if changed else "unclear" if unclear else "failed"
            return replace(step, state=state, seen=why, request_id=request or step.request_id, found=found)
        case p.RungHeld(green=green, seen=seen, to=to) if to is not None:
            # Back to where it was when it turned red: then the way ends there, and is not held.
            goal = step.goal if green else None
            return replace(step, state="pulling", turn=step.turn + 1, to=to, goal=goal, seen=seen, before=step.to)
        case p.RungHeld(seen=seen):
            return replace(step, state="effective", seen=seen)
    return step


KINDS: Final = frozenset(
    kind.kind
    for kind in (
        p.PullAsked, p.PullRead, p.PullSeconded, p.PullConfirmed, p.PullCancelled, p.SettingsSaved, p.PullAccepted,
        p.PullEffective, p.PullLate, p.PullFailed, p.RungHeld, p.PullAgain,
    )
)  # fmt: skip
