"""The LiteLLM proxy, by its admin API: what it serves for a model, and what its callers may use.

It must have a database: without one it is read only. What its file says, its API cannot change.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import ConfigDict, RootModel, Tag

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.litellm_targets.deployed import Block, Deployment
from stanch.controls.litellm_targets.found import discovered
from stanch.controls.litellm_targets.guardrail import Guardrail
from stanch.controls.litellm_targets.limits import Key, Team
from stanch.controls.litellm_targets.part import Part, odd
from stanch.controls.litellm_targets.router import Alias, Fallbacks
from stanch.controls.plain import Plain, Request
from stanch.controls.shapes import by_key
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value


class LitellmTarget(
    RootModel[
        Annotated[
            Annotated[Alias, Tag("alias")]
            | Annotated[Deployment, Tag("deployment")]
            | Annotated[Block, Tag("block")]
            | Annotated[Fallbacks, Tag("fallbacks")]
            | Annotated[Key, Tag("key")]
            | Annotated[Team, Tag("team")]
            | Annotated[Guardrail, Tag("guardrail")],
            by_key("alias", "deployment", "block", "fallbacks", "key", "team", "guardrail"),
        ]
    ]
):
    """Its first key says what it moves."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Litellm(Plain[Part]):
    scheme = "Bearer"
    shape = LitellmTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._moving = asyncio.Lock()
        """Between reading a whole map and sending it back nothing else of ours may be sent."""

    async def stands(self, target: Part, aim: Aim) -> Reading:
        return target.reading(await target.now(self.wire), aim, self.wire)

    def request(self, target: Part, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        return _signed(target.request(value, detail, None), by)

    async def sent(self, target: Part, value: Value, detail: Mapping[str, Any], by: str, request_id: str) -> Answer:
        async with self._moving:
            now = await target.now(self.wire)
            if why := await target.bars(self.wire, now, [value]):
                raise PlaneFault(f"{self.wire.name}: {why}; nothing was sent.", sent=False, permanent=True)
            return await self.send(_signed(target.request(value, detail, now), by), request_id)

    async def shows(self, target: Part, aim: Aim, value: Value, since: datetime) -> Proof:
        return await target.shows(self.wire, value) or await super().shows(target, aim, value, since)

    def caution(self, aim: Aim) -> str:
        return self.target(aim).caution()

    async def lacks(self, aim: Aim) -> str:
        target = self.target(aim)
        if why := await self._rights():
            return why
        values = aim.values.choices or (() if aim.to is None else (aim.to,))
        now = await target.now(self.wire)
        for value in values:
            target.request(value, {}, now)
        return await target.bars(self.wire, now, values)

    async def _rights(self) -> str:
        """What our own key lacks. The master key is in no table and may do everything."""
        own = await self.wire.read("/key/info", accept=(404, 500))
        if own.status == 500:
            if b"not connected" in own.body.lower() or b"no db" in own.body.lower():
                return "it has no database, so nothing can be changed: give the proxy a DATABASE_URL"
            raise own.refused(self.wire.plane.secret)
        if own.status == 404:
            return ""
        user = _part(own, "info").get("user_id")
        make = "create one of a user with the role proxy_admin"
        if not isinstance(user, str):
            return f"its key belongs to no user: {make}"
        role = _part(await self.wire.read(f"/user/info?user_id={quote(user, safe='')}"), "user_info").get("user_role")
        return "" if role == "proxy_admin" else f"its key is no proxy admin's ({role}): {make}"

    async def found(self) -> Sequence[Found]:
        """Aliases, fallbacks, deployments, content filters, keys by alias, and teams, in this order."""
        return await discovered(self.wire)


def _signed(request: Request, by: str) -> Request:
    who = "".join(c for c in by if " " <= c <= "~").strip()
    return Request(request.method, request.path, request.body, {"litellm-changed-by": who} if who else {})


def _part(answer: Answer, name: str) -> dict[str, Any]:
    found = answer.object().get(name)
    if not isinstance(found, dict):
        raise odd(answer)
    return found
