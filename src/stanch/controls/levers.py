"""Moving production: read, save, apply, probe, hold. A performer may assume that its intent is committed.

A crash at any point never applies twice and never forgets that it may have applied: whatever was begun before is read
before anything is sent.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from stanch.controls.base import PlaneFault, Planes
from stanch.controls.checks import Checks
from stanch.controls.shown_by import proved
from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.control import Aim, Control, Value
from stanch.core.guards import DANGEROUS
from stanch.core.incident import Incident
from stanch.core.levers import known_good_members
from stanch.core.moving import one_switch, same
from stanch.core.pulls import Pull, Step, find, going, of_mitigation, spoken
from stanch.flows.deliver import Cancelled, Done, Later, Outcome, Unclear
from stanch.flows.desk import Desk
from stanch.store import known_good
from stanch.store.outbox import Owed

SAVING = 10.0
"""Seconds at most for saving settings and holding evidence; then it is pulled all the same."""
HOLD = "evidence.hold"
TRIES = 4
"""How often a plane that gives no clear answer is asked, before a person is."""
GONE = "its control has left the catalogue meanwhile"
BETWEEN_PROBES = 1.0
"""Seconds between two looks at whether it took effect."""
MEASURES = 5
"""Looks at its checks while one step of a way back is held."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One step of a pull with what is needed to move it."""

    pull: Pull
    step: Step
    control: Control
    aim: Aim


class Levers:
    def __init__(
        self, desk: Desk, planes: Planes, checks: Checks, between: float = BETWEEN_PROBES, lease: float = 30.0
    ) -> None:
        """In seconds: `between` two looks at whether it took effect; `lease`, within which an effect must end."""
        self._desk = desk
        self._planes = planes
        self._checks = checks
        self._between = between
        self._lease = lease

    @property
    def _catalogue(self) -> Catalogue:
        return self._desk.catalogue

    async def read(self, owed: Owed, i: Incident) -> Outcome:
        """What stands there now, for each control of the pull."""
        pull = find(i.pulls, owed.payload["p"])
        if pull is None or pull.state != "reading":
            return Cancelled("it is not waited for any more")
        good = await self._desk.database(lambda db: known_good.load(db, pull.service))
        values = good.values if good else {}
        others = [one for one in await self._desk.with_mitigations() if one.number != i.number]
        read = await asyncio.gather(*(self._read(one, pull.service, values.get(one)) for one in pull.controls))
        steps = (replace(one, elsewhere=self._held_by(others, one.control, pull.service)) for one in read)
        return Done(reports=(c.ReportReading(pull.p, tuple(steps)),))

    async def _read(self, control: str, service: str, good: Value | None) -> c.ReadStep:
        aim = self._aim(control, service)
        if aim is None:
            return c.ReadStep(control, fault="it is not in the catalogue any more")
        try:
            found = await self._planes.of(aim).read(aim)
        except PlaneFault as fault:
            return c.ReadStep(control, fault=str(fault))
        return c.ReadStep(control, found.value, dict(found.detail), good, caution=self._planes.of(aim).caution(aim))

    async def save(self, owed: Owed, i: Incident) -> Outcome:
        """The service's settings before and, in safety and security, a hold on the evidence; neither blocks it."""
        pull = find(i.pulls, owed.payload["p"])
        if pull is None or pull.saved:
            return Cancelled("it is saved already")
        members = known_good_members(pull.service, self._catalogue)
        holds = i.klass in DANGEROUS and pull.undoes is None
        work = {one: asyncio.create_task(self._read(one, pull.service, None)) for one in members}
        hold = asyncio.create_task(self._hold(pull, owed)) if holds else None
        waited = [*work.values(), *([hold] if hold else [])]
        if waited:
            await asyncio.wait(waited, timeout=SAVING)
        read = {one: task.result() for one, task in work.items() if task.done()}
        missing = [one for one in members if one not in read or read[one].fault]
        values = {one: found.value for one, found in read.items() if not found.fault}
        held: tuple[str, ...] = ()
        if hold is not None:
            words = hold.result() if hold.done() else "evidence: no answer within 10 s"
            held, missing = ((words,), missing) if words.startswith("held") else ((), [*missing, words])
        for task in waited:
            task.cancel()
        return Done(reports=(c.ReportSaved(pull.p, values, tuple(missing), held),))

    async def _hold(self, pull: Pull, owed: Owed) -> str:
        aim = self._aim(HOLD, pull.service)
        if aim is None:
            return "evidence: no hold is wired for this service"
        if any(step.control == HOLD for step in pull.steps):
            return "held by the pull itself"
        try:
            value = aim.to if aim.to is not None else "held"
            if same((await self._planes.of(aim).read(aim)).value, value):
                return "held already"
            receipt = await self._planes.of(aim).apply(
                aim, value, detail={}, request_id=_request(owed), by=pull.confirmed_by
            )
        except PlaneFault as fault:
            return f"evidence: {fault}"
        return f"held, request {receipt.request_id}: {receipt.said}"

    async def apply(self, owed: Owed, i: Incident) -> Outcome:
        """Look, send, read back. What may have been sent before is looked for first."""
        moved = self._moved(owed, i, ("pulling", "unclear"))
        if moved is None:
            return self._without(owed, i, ("pulling", "unclear"), lambda p, s, n: _failed(p, s, n, GONE))
        p, s, turn = moved.pull.p, moved.step.s, moved.step.turn
        try:
            plane = self._planes.of(moved.aim)
            stands = await plane.read(moved.aim)
        except PlaneFault as fault:
            if owed.ambiguous and owed.attempts < TRIES:
                return Later(str(fault), 1.0, unclear=True)
            words = (
                f"it cannot be read whether it was applied: {fault}" if owed.ambiguous else f"nothing was sent: {fault}"
            )
            return _failed(p, s, turn, words, fault.request_id, unclear=owed.ambiguous)
        goal, request = moved.step.to, _request(owed)
        if same(stands.value, goal):
            already = not owed.ambiguous and not owed.payload.get("look")
            said = "it stands there already" if already else "found applied when it was looked at"
            return Done(reports=(c.ReportAccepted(p, s, turn, request, said, stands.value, already),))
        if owed.payload.get("look"):
            return _failed(p, s, turn, f"it was not applied: it stands at {spoken(stands.value)}", request)
        if not same(stands.value, moved.step.before):
            words = (
                f"it stands at {spoken(stands.value)} now, no longer at {spoken(moved.step.before)}; nothing was sent"
            )
            return Done(reports=(c.ReportFailed(p, s, turn, words, changed=True, found=stands.value),))
        return await self._send(owed, moved, request)

    async def _send(self, owed: Owed, moved: Moved, request: str) -> Outcome:
        step, pull = moved.step, moved.pull
        plane = self._planes.of(moved.aim)
        margin = min(moved_timeout(self._catalogue, moved.aim), self._lease / 2)
        if time.time() >= owed.lease_until - margin:
            return Later("too late to begin before its lease ends", 0.0, unclear=owed.ambiguous)
        try:
            assert step.to is not None
            receipt = await plane.apply(
                moved.aim, step.to, detail=step.restore, request_id=request, by=pull.confirmed_by
            )
        except PlaneFault as fault:
            return self._refused(owed, moved, fault, request)
        try:
            found = (await plane.read(moved.aim)).value
        except PlaneFault:
            found = None
        said = receipt.said
        if found is not None and not same(found, step.to):
            said = f"it said yes ({receipt.said}) and still reads {spoken(found)}"
        report = c.ReportAccepted(pull.p, step.s, step.turn, receipt.request_id, said, found)
        return Done({"request_id": receipt.request_id}, (report,))

    def _refused(self, owed: Owed, moved: Moved, fault: PlaneFault, request: str) -> Outcome:
        p, s, turn = moved.pull.p, moved.step.s, moved.step.turn
        if fault.sent:
            if owed.attempts < TRIES:
                return Unclear(str(fault))
            return _failed(p, s, turn, f"no clear answer: {fault}", fault.request_id or request, unclear=True)
        if not fault.permanent and owed.attempts < TRIES:
            return Later(str(fault), min(30.0, fault.retry_after or 1.0), unclear=owed.ambiguous)
        return _failed(p, s, turn, str(fault), fault.request_id or request, unclear=owed.ambiguous)

    async def probe(self, owed: Owed, i: Incident) -> Outcome:
        """Looked at until it is seen, or its time is over."""
        moved = self._moved(owed, i, ("accepted",))
        if moved is None:
            return self._without(
                owed, i, ("accepted",), lambda p, s, n: Done(reports=(c.ReportProof(p, s, n, False, GONE),))
            )
        step = moved.step
        assert step.to is not None
        try:
            proof = await proved(self._planes, moved.aim, step.to, since=unstamp(step.accepted_at))
            effective, seen, final = proof.effective, proof.seen, proof.final
        except PlaneFault as fault:
            effective, seen, final = None, f"it could not be looked at: {fault}", False
        if effective or final or self._desk.clock() >= unstamp(step.until):
            unseen = effective is None and final
            return Done(reports=(c.ReportProof(moved.pull.p, step.s, step.turn, bool(effective), seen, unseen),))
        return Later(seen, self._between)

    async def hold(self, owed: Owed, i: Incident) -> Outcome:
        """One step of the way back: its checks are measured until its time is over. What cannot be measured is not
        green: it is held twice as long, then goes back."""
        moved = self._moved(owed, i, ("holding",))
        if moved is None or moved.aim.ladder is None:
            return self._without(
                owed, i, ("holding",), lambda p, s, n: Done(reports=(c.ReportHeld(p, s, n, False, GONE),))
            )
        ladder, step = moved.aim.ladder, moved.step
        checks = [self._catalogue.checks[one] for one in ladder.checks if one in self._catalogue.checks]
        results = await asyncio.gather(*(self._checks.measure(one, moved.pull.service) for one in checks))
        seen = "; ".join(one.seen for one in results) or "no check is declared for it"
        over = self._desk.clock() - unstamp(step.effective_at or step.accepted_at)
        red = any(one.verdict == "red" for one in results)
        green = all(one.verdict == "green" for one in results)
        if red or (over >= ladder.hold and green) or over >= 2 * ladder.hold:
            return Done(reports=(c.ReportHeld(moved.pull.p, step.s, step.turn, green, seen),))
        left = max(timedelta(seconds=0.2), ladder.hold - over) if over < ladder.hold else ladder.hold
        return Later(seen, min(left.total_seconds(), max(0.5, ladder.hold.total_seconds() / MEASURES)))

    def _held_by(self, others: Sequence[Incident], control: str, service: str) -> tuple[int, ...]:
        """Open incidents of safety or security in which this switch does less on purpose."""
        aim = self._aim(control, service)
        found = []
        for i in others:
            pulled = (of_mitigation(i.pulls, m.k) for m in i.mitigations if m.in_force) if i.is_open else ()
            less = [one for one in pulled if one and one[1].direction == "less"] if i.dangerous else []
            aims = (self._aim(step.control, pull.service) for pull, step in less)
            if aim and any(other and one_switch(aim, other) for other in aims):
                found.append(i.number)
        return tuple(found)

    def _moved(self, owed: Owed, i: Incident, states: Sequence[str]) -> Moved | None:
        waited = _going(owed, i, states)
        if waited is None:
            return None
        pull, step = waited
        control, aim = self._catalogue.controls.get(step.control), self._aim(step.control, pull.service)
        return Moved(pull, step, control, aim) if control and aim else None

    def _without(
        self, owed: Owed, i: Incident, states: Sequence[str], report: Callable[[int, int, int], Outcome]
    ) -> Outcome:
        """Where the control, its aim or its ladder has left the catalogue meanwhile: nothing may wait for ever."""
        waited = _going(owed, i, states)
        if waited is None:
            return Cancelled("it is not waited for any more")
        pull, step = waited
        return report(pull.p, step.s, step.turn)

    def _aim(self, control: str, service: str) -> Aim | None:
        found = self._catalogue.controls.get(control)
        return found.aim(service) if found else None


def moved_timeout(catalogue: Catalogue, aim: Aim) -> float:
    """Seconds that one request to this plane may take."""
    plane = catalogue.planes.get(aim.plane)
    return plane.timeout.total_seconds() if plane else 5.0


def _going(owed: Owed, i: Incident, states: Sequence[str]) -> tuple[Pull, Step] | None:
    """What the effect is about, while it is still waited for."""
    about = owed.payload
    return going(i.pulls, about["p"], int(about["s"]), about["turn"], states)


def _request(owed: Owed) -> str:
    """One id for all tries of one effect, so that a plane which knows it applies it once; in every log and timeline."""
    return f"{owed.key.replace('/', '-')}-{int(owed.intent_at):x}"


def _failed(p: int, s: int, turn: int, why: str, request: str = "", *, unclear: bool = False) -> Done:
    return Done(reports=(c.ReportFailed(p, s, turn, why, request, unclear),))
