"""A flag of LaunchDarkly in one environment: on or off (REST API 20240415, by semantic patch)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Plain, Request
from stanch.controls.same import said
from stanch.controls.shaped import by_offset, shaped
from stanch.controls.shapes import Shape
from stanch.controls.wire import in_path
from stanch.core.control import Aim, Value
from stanch.core.text import one_line

ON, OFF = "on", "off"
_VERSION: Final = {"LD-API-Version": "20240415"}
"""Asked for with each request, so that a token's own version changes nothing."""
_PATCH: Final = {"Content-Type": "application/json; domain-model=launchdarkly.semanticpatch", **_VERSION}
_SWITCHES: Final = {ON: "turnFlagOn", OFF: "turnFlagOff"}
_PAGE, _MOST = 100, 1000
"""Flags a page, and of one project."""


class FlagTarget(Shape):
    """Keys, not names."""

    project: str = Field(min_length=1)
    flag: str = Field(min_length=1)
    environment: str = Field(min_length=1)

    @property
    def path(self) -> str:
        return f"/api/v2/flags/{in_path(self.project)}/{in_path(self.flag)}"


class _Denied(BaseModel):
    action: str


class _Access(BaseModel):
    denied: list[_Denied] = Field(default_factory=list)


class _There(BaseModel):
    on: bool
    access: _Access = Field(default_factory=_Access, alias="_access")


class _Flag(BaseModel):
    key: str
    archived: bool = False
    environments: dict[str, _There] = Field(default_factory=dict)


class _Flags(BaseModel):
    items: list[_Flag]


class _Project(BaseModel):
    key: str


class _Projects(BaseModel):
    items: list[_Project]


class LaunchDarkly(Plain[FlagTarget]):
    scheme = ""
    shape = FlagTarget

    async def stands(self, target: FlagTarget, aim: Aim) -> Reading:
        return Reading(ON if (await self._there(target)).on else OFF)

    def request(self, target: FlagTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        if value not in (ON, OFF):
            raise self.no(f"takes {ON} or {OFF} for a flag")
        instructions = [{"kind": _SWITCHES[str(value)]}]
        body = {"environmentKey": target.environment, "comment": f"Stanch: {by}", "instructions": instructions}
        return Request("PATCH", target.path, body, _PATCH)

    async def sent(
        self, target: FlagTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        try:
            answer = await self.send(self.request(target, value, detail, f"{by}, {request_id}"), request_id)
        except PlaneFault as fault:
            # LaunchDarkly's own meaning of this status, of which HTTP knows nothing.
            if fault.status == 405:
                raise self.no(f"wants an approval in {target.environment}: request it there, or by hand") from fault
            raise
        there = shaped(answer, _Flag).environments.get(target.environment)
        if there is not None and there.on is not (value == ON):
            raise answer.fault(f"{self.wire.name} said yes, and left {target.flag} {OFF if value == ON else ON}.")
        return answer

    def caution(self, aim: Aim) -> str:
        return "clients that poll follow when they next ask; off serves the flag's off variation"

    async def lacks(self, aim: Aim) -> str:
        target = self.target(aim)
        if any(one.action == "updateOn" for one in (await self._there(target)).access.denied):
            return f"its token may not switch {target.flag} in {target.environment}: it needs the action updateOn"
        return ""

    async def found(self) -> Sequence[Found]:
        """The flags of each project, as they stand in the environment that is called production."""
        found = []
        projects = shaped(await self.wire.read(f"/api/v2/projects?limit={_PAGE}", headers=_VERSION), _Projects)
        for project in projects.items:
            for flag in await self._flags(project.key):
                there = flag.environments.get("production")
                note = f"{ON if there.on else OFF} in production now" if there else "which environment is meant?"
                where = {"project": project.key, "flag": flag.key, "environment": "production"}
                found.append(Found("feature.off", where, (ON, OFF), OFF, one_line(flag.key, 40), note))
        return found

    async def _flags(self, project: str) -> list[_Flag]:
        async def page(offset: int) -> list[_Flag]:
            path = f"/api/v2/flags/{in_path(project)}?env=production&limit={_PAGE}&offset={offset}&sort=key"
            return shaped(await self.wire.read(path, headers=_VERSION), _Flags).items

        return await by_offset(page, _PAGE, _MOST)

    async def _there(self, target: FlagTarget) -> _There:
        path = f"{target.path}?env={in_path(target.environment)}"
        flag = shaped(await self.wire.read(path, headers=_VERSION), _Flag)
        there = flag.environments.get(target.environment)
        if there is None:
            raise self.no(f"shows no environment {said(target.environment)} of {target.flag}")
        if flag.archived:
            raise self.no(f"has archived {target.flag}: it cannot be switched")
        return there
