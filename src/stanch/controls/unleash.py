"""A flag of Unleash in one environment (admin API, 8.2): on or off, or the percentage of its gradual rollout.

Unleash adds a strategy for everybody when a flag without an active one is switched on, and keeps it when the flag is
switched off. It is left none to add: one that is needed is added here, marked, and taken away by the undo unless
somebody has changed it since.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading
from stanch.controls.plain import Plain, Request
from stanch.controls.same import same
from stanch.controls.shaped import shaped
from stanch.controls.unleash_flags import ADDED, GRADUAL, OFF, ON, Flag, FlagTarget, Strategy, discovered, for_all
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value


class _Right(BaseModel):
    permission: str
    project: str | None = None
    environment: str | None = None


class _Me(BaseModel):
    permissions: list[_Right]


class Unleash(Plain[FlagTarget]):
    scheme = ""
    shape = FlagTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._moving = asyncio.Lock()
        """Between looking at a flag's strategies and sending nothing else of ours may be sent."""

    async def stands(self, target: FlagTarget, aim: Aim) -> Reading:
        flag = await self._flag(target)
        if not target.rollout:
            return Reading(ON if flag.enabled else OFF, {"strategies": flag.prints})
        one = self._rollout(target, flag)
        if one.percent is None:
            raise self.no(f"has no percentage from 0 to 100 at the rollout of {target.feature}")
        return Reading(one.percent, {"strategy": one.id, "rollout": one.parameters["rollout"]})

    def request(self, target: FlagTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        if not target.rollout:
            if value not in (ON, OFF):
                raise self.no(f"takes {ON} or {OFF} for a flag")
            return Request("POST", f"{target.path}/{value}", answers=False)
        if isinstance(value, bool | str) or not 0 <= value <= 100:
            raise self.no("takes a percentage from 0 to 100 for a rollout")
        # What was there is put back letter by letter: to Unleash 50 and 50.0 are two texts.
        kept = Strategy(id="", name="", parameters={"rollout": str(detail.get("rollout"))})
        sent = kept.parameters["rollout"] if same(kept.percent, value) else f"{value:.10g}"
        where = f"{target.path}/strategies/{in_path(detail['strategy']) if detail else '(that of the rollout)'}"
        return Request("PATCH", where, [{"op": "replace", "path": "/parameters/rollout", "value": sent}])

    async def sent(
        self, target: FlagTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        async with self._moving:
            flag = await self._flag(target)
            if target.rollout:
                known = detail or {"strategy": self._rollout(target, flag).id}
                return await self.send(self.request(target, value, known, by), request_id)
            request = self.request(target, value, detail, by)
            for one in self._beside(target, flag, value, detail, f"{by}, {request_id}"):
                await self.send(one, request_id)
            return await self.send(request, request_id)

    def _beside(
        self, target: FlagTarget, flag: Flag, value: Value, detail: Mapping[str, Any], whose: str
    ) -> list[Request]:
        """What is sent before the switch itself. `detail` of a reading: then exactly that is to be put back."""
        path, before = f"{target.path}/strategies", detail.get("strategies")
        if value == OFF:
            added = flag.added(before) if before is not None else []
            if not all(one.everybody(target.feature) for one in added):
                raise self.no(
                    f"has a strategy of {target.feature} that Stanch added and somebody changed since: "
                    "give it another title there to keep it, or delete it, and undo again"
                )
            return [Request("DELETE", f"{path}/{in_path(one.id)}", answers=False) for one in added]
        if before is not None and (before != flag.prints or not flag.active):
            raise self.no(f"has other strategies for {target.feature} than when it was on: look who would get it")
        if flag.active:
            return []
        return [self._adding(target, whose)]

    def _adding(self, target: FlagTarget, whose: str) -> Request:
        everybody = {"name": GRADUAL, "title": ADDED + whose, "parameters": for_all(target.feature)}
        return Request("POST", f"{target.path}/strategies", everybody)

    def preview(self, aim: Aim, value: Value) -> str:
        """With the strategy that a flag without one gets before it goes on."""
        target, shown = self.target(aim), super().preview(aim, value)
        if target.rollout or value != ON:
            return shown
        added = self._adding(target, "(you, the request)")
        return (
            f"{shown}\n\nBefore it, if no strategy is active:\n{self.wire.shown('POST', added.path, body=added.body)}"
        )

    async def shows(self, target: FlagTarget, aim: Aim, value: Value, since: datetime) -> Proof:
        """What applications get is told to them alone, so it takes `shown_by` with a token of theirs."""
        if target.rollout and value and not (await self._flag(target)).enabled:
            return Proof(False, f"{target.feature} is off there, so its rollout reaches nobody")
        return await super().shows(target, aim, value, since)

    def caution(self, aim: Aim) -> str:
        late = "applications ask for their flags every 15 s"
        if self.target(aim).rollout or ON not in (aim.to, *aim.values.choices):
            return late
        return f"{late}; switched {ON} without an active strategy it gets one for everybody (100 %)"

    async def lacks(self, aim: Aim) -> str:
        target = self.target(aim)
        answer = await self.wire.read("/api/admin/user", accept=[403])
        if answer.status == 403:
            return "its token is one that applications read with: make a personal one"
        need = "UPDATE_FEATURE_STRATEGY" if target.rollout else "UPDATE_FEATURE_ENVIRONMENT"
        for one in shaped(answer, _Me).permissions:
            here = one.project in (None, "*", target.project) and one.environment in (None, "*", target.environment)
            if one.permission == "ADMIN" or (one.permission == need and here):
                return ""
        return f"its token lacks the permission {need} in {target.project}, {target.environment}"

    async def found(self) -> Sequence[Found]:
        return await discovered(self.wire)

    async def _flag(self, target: FlagTarget) -> Flag:
        return shaped(await self.wire.read(target.path), Flag)

    def _rollout(self, target: FlagTarget, flag: Flag) -> Strategy:
        among = [one for one in flag.gradual if target.strategy in ("", one.id, one.title)]
        if len(among) == 1:
            return among[0]
        if not among:
            which = f" called {target.strategy}" if target.strategy else ""
            raise self.no(f"has no gradual rollout{which} for {target.feature} in {target.environment}")
        raise self.no(f"has {len(among)} such rollouts for {target.feature}: name one in `strategy`, by title or id")
