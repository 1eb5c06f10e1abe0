"""The practice AI service: its settings, and what its answers show of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stanch.controls.base import Found, Proof, Reading, Receipt
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Aimed
from stanch.controls.practice_proof import Service, prove
from stanch.controls.same import said, same, scalar
from stanch.controls.targets import PracticeTarget, SettingProof
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value
from stanch.core.text import one_line

HELD = "held"


class PracticeAi(Aimed[PracticeTarget]):
    """`clock` gives the time (UTC); what was accepted, and when answers began, are compared with it."""

    shape = PracticeTarget

    def __init__(self, wire: Wire, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(wire)
        self._clock = clock

    async def read(self, aim: Aim) -> Reading:
        answer = await self.wire.read(_path(self.target(aim)))
        found = answer.object()
        value = scalar(found.get("value"))
        if value is None:
            raise answer.fault(f"{self.wire.name} does not say what the setting stands at.")
        return Reading(value)

    async def apply(self, aim: Aim, value: Value, *, detail: Mapping[str, Any], request_id: str, by: str) -> Receipt:
        target = self.target(aim)
        headers = {"X-Request-Id": request_id}
        if target.hold and value == HELD:
            return await self._hold(headers, request_id)
        answer = await self.wire.write(
            "PUT", _path(target), body={"value": value, "by": by}, headers=headers, request_id=request_id
        )
        echoed = answer.object().get("value")
        if not same(echoed, value):
            raise answer.fault(f"{self.wire.name} said yes to {said(echoed)} instead of {said(value)}.")
        shown = self.wire.masked(f"{answer.status}, {target.setting}={said(value)}")
        return Receipt(request_id, one_line(shown))

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        target, stands = self.target(aim), await self.read(aim)
        if not same(stands.value, value):
            return Proof(False, f"the setting still says {said(stands.value)}")
        if isinstance(target.proof, SettingProof):
            # What only the plane itself says is no proof: a person has to look.
            seen = f"the setting says {said(value)}, and nothing that is served shows it"
            return Proof(None, seen, final=True)
        return await prove(Service(self.wire, since, self._clock()), target.proof, aim, value)

    def preview(self, aim: Aim, value: Value) -> str:
        target = self.target(aim)
        headers = {"X-Request-Id": "(made when it is pulled)"}
        if target.hold and value == HELD:
            return self.wire.shown("POST", "/admin/evidence/hold", headers=headers)
        return self.wire.shown("PUT", _path(target), body={"value": value, "by": "(you)"}, headers=headers)

    async def found(self) -> Sequence[Found]:
        raise PlaneFault(f"{self.wire.name} is in the catalogue already, whole.", sent=False)

    async def _hold(self, headers: Mapping[str, str], request_id: str) -> Receipt:
        """Copies and hashes before the setting says so; what is missing is normal, and named."""
        answer = await self.wire.write("POST", "/admin/evidence/hold", headers=headers, request_id=request_id)
        found = answer.object()
        held, missing = found.get("held"), found.get("missing", [])
        if not isinstance(held, list) or not isinstance(missing, list):
            raise answer.fault(f"{self.wire.name} does not say what it holds.")
        lacking = f", missing: {', '.join(map(str, missing))}" if missing else ""
        return Receipt(request_id, one_line(self.wire.masked(f"{answer.status}, copies held: {len(held)}{lacking}")))


def _path(target: PracticeTarget) -> str:
    return f"/admin/settings/{in_path(target.setting)}"
