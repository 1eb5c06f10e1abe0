"""A tag of a prompt in Arize Phoenix: which version is live."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field, model_validator

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Plain, Request
from stanch.controls.revisions import offered
from stanch.controls.same import said
from stanch.controls.shaped import shaped
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.control import NOTHING, Aim, Value

_PAGE: Final = 20  # a version comes with its whole prompt, and an answer may hold 1 MB
_PAGES: Final = 25
_TAG: Final = "production"  # what is looked for when a catalogue is made


class PhoenixTarget(Shape):
    """The value is the id of the version, or what `versions` calls it; `none` where no version has the tag."""

    prompt: str = Field(min_length=1)
    tag: str = Field(min_length=1)
    versions: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({*self.versions.values()}) < len(self.versions):
            raise ValueError("versions: each id once is expected")
        return self

    def id(self, value: Value) -> str:
        return self.versions.get(said(value), said(value))

    def called(self, id: str) -> str:
        return next((name for name, one in self.versions.items() if one == id), id)


class _Named(BaseModel):
    id: str = ""
    name: str = ""
    description: str | None = None
    role: str = ""


class _One(BaseModel):
    data: _Named


class _Page(BaseModel):
    data: list[_Named] = []
    next_cursor: str | None = None


class Phoenix(Plain[PhoenixTarget]):
    shape = PhoenixTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._moving = asyncio.Lock()
        """From reading the tag's description until it is sent along."""

    async def stands(self, target: PhoenixTarget, aim: Aim) -> Reading:
        return await self._stands(target)

    async def _stands(self, target: PhoenixTarget) -> Reading:
        answer = await self.wire.read(f"/v1/prompts/{in_path(target.prompt)}/tags/{in_path(target.tag)}", accept={404})
        if answer.status == 404:
            if not await self._versions(target.prompt):
                raise answer.refused(self.wire.plane.secret)
            return Reading(NOTHING)
        id = shaped(answer, _One).data.id
        tags = shaped(await self.wire.read(f"/v1/prompt_versions/{in_path(id)}/tags"), _Page).data
        about = next((one.description for one in tags if one.name == target.tag), None)
        return Reading(target.called(id), {"id": id, "description": about})

    def request(self, target: PhoenixTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        if value == NOTHING:
            tagged = in_path(detail["id"]) if "id" in detail else "(the one that has it)"
            return Request("DELETE", f"/v1/prompt_versions/{tagged}/tags/{in_path(target.tag)}", answers=False)
        tag = {"name": target.tag, "description": detail.get("description")}
        return Request("POST", f"/v1/prompt_versions/{in_path(target.id(value))}/tags", tag, answers=False)

    async def sent(
        self, target: PhoenixTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        """Moving a tag wipes its description unless that is sent along."""
        async with self._moving:
            now = (await self._stands(target)).detail
            if value == NOTHING and not now:
                raise PlaneFault(f"No version of {target.prompt} has the tag any more; nothing was sent.", sent=False)
            if value != NOTHING and (absent := await self._absent(target, [value])):
                raise self.no(f"{absent}; nothing was sent")
            return await self.send(self.request(target, value, {**now, **detail}, by), request_id)

    def caution(self, aim: Aim) -> str:
        return "applications keep the old prompt until they next ask for it"

    async def lacks(self, aim: Aim) -> str:
        # Where nobody has to log in there is no user to ask about.
        answer = await self.wire.read("/v1/user", accept=(400, 403, 404, 405))
        if answer.status == 200 and shaped(answer, _One).data.role == "VIEWER":
            return "its key is a viewer's: make one as a member"
        target = self.target(aim)
        absent = await self._absent(target, [one for one in aim.values.choices if one != NOTHING])
        return f"it {absent}" if absent else ""

    async def found(self) -> Sequence[Found]:
        """Every prompt with a production tag, its versions called by their place: v1 is the oldest."""
        found = list[Found]()
        for prompt in await self._listed("/v1/prompts"):
            answer = await self.wire.read(f"/v1/prompts/{in_path(prompt.name)}/tags/{_TAG}", accept={404})
            if answer.status == 404:
                continue
            ids = (await self._versions(prompt.name))[::-1]
            names = {f"v{number}": id for number, id in enumerate(ids, 1)}
            live = next((name for name, id in names.items() if id == shaped(answer, _One).data.id), "")
            if live and (one := offered("prompt.back", {}, _TAG, live, list(names), prompt.name)):
                known = {str(name): names[str(name)] for name in one.values}
                found.append(replace(one, target={"prompt": prompt.name, "tag": _TAG, "versions": known}))
        return found

    async def _absent(self, target: PhoenixTarget, values: Sequence[Value]) -> str:
        """The id of another prompt's version would move that prompt's tag."""
        known = await self._versions(target.prompt)
        absent = [said(one) for one in values if target.id(one) not in known]
        return f"has no version {', '.join(absent)} of {target.prompt}" if absent else ""

    async def _versions(self, prompt: str) -> list[str]:
        """The newest first."""
        return [one.id for one in await self._listed(f"/v1/prompts/{in_path(prompt)}/versions")]

    async def _listed(self, path: str) -> list[_Named]:
        found, cursor = list[_Named](), ""
        for _ in range(_PAGES):
            query = urlencode({"limit": _PAGE, **({"cursor": cursor} if cursor else {})})
            page = shaped(await self.wire.read(f"{path}?{query}"), _Page)
            found, cursor = [*found, *page.data], page.next_cursor or ""
            if not cursor:
                break
        return found
