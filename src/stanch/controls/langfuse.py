"""A label of a prompt in Langfuse (public API, prompts v2): which version is live."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, Field

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Reading
from stanch.controls.plain import Plain, Request
from stanch.controls.revisions import CACHED, listed, offered
from stanch.controls.same import said
from stanch.controls.shaped import shaped
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.control import NOTHING, Aim, Value

_API: Final = "/api/public/v2/prompts"
_LATEST: Final = "latest"
_PAGES: Final = 5
"""Pages of 100 prompts that are looked through for a catalogue."""


def _movable(label: str) -> str:
    if label == _LATEST:
        raise ValueError("Langfuse itself keeps the label latest on the newest version: it cannot be moved")
    return label


class LangfuseTarget(Shape):
    """The value is the number of the version as text."""

    prompt: str = Field(min_length=1)
    label: Annotated[str, Field(min_length=1), AfterValidator(_movable)]


class _Prompt(BaseModel):
    version: int
    labels: list[str]


class _Meta(BaseModel):
    name: str
    versions: list[int]
    labels: list[str]


class _Pages(BaseModel):
    totalPages: int


class _Listed(BaseModel):
    data: list[_Meta]
    meta: _Pages


class Langfuse(Plain[LangfuseTarget]):
    scheme = "Basic"
    shape = LangfuseTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._merging = asyncio.Lock()
        """Between reading the labels of a version and sending them back nothing else of ours may be sent."""

    async def stands(self, target: LangfuseTarget, aim: Aim) -> Reading:
        answer = await self._asked(target.prompt, label=target.label)
        if answer is None:
            none = f"has no prompt {target.prompt} with the label {target.label}"
            raise self.no(f"{none}: its API could not take the label away again")
        return Reading(listed(str(shaped(answer, _Prompt).version), aim))

    def request(self, target: LangfuseTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        return self._update(target, value, ["(those that the version has)", target.label])

    async def sent(
        self, target: LangfuseTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        """With all labels that the version has: whether those that are left out stay is documented nowhere."""
        async with self._merging:
            answer = None if value == NOTHING else await self._asked(target.prompt, version=said(value))
            if answer is None:
                raise self.no(f"has no version {said(value)} of {target.prompt}; nothing was sent")
            labels = [one for one in shaped(answer, _Prompt).labels if one not in (_LATEST, target.label)]
            return await self.send(self._update(target, value, [*labels, target.label]), request_id)

    def caution(self, aim: Aim) -> str:
        return CACHED

    async def lacks(self, aim: Aim) -> str:
        target = self.target(aim)
        asked = {said(one): await self._asked(target.prompt, version=said(one)) for one in aim.values.choices}
        absent = [one for one, answer in asked.items() if answer is None]
        return f"it has no version {', '.join(absent)} of {target.prompt}" if absent else ""

    async def found(self) -> Sequence[Found]:
        """Every label with the newest versions of its prompt."""
        found: list[Found | None] = []
        for one in await self._prompts():
            versions = [str(number) for number in sorted(one.versions)]
            for label in sorted({*one.labels} - {_LATEST}):
                answer = await self._asked(one.name, label=label)
                if answer is not None:
                    live, target = str(shaped(answer, _Prompt).version), {"prompt": one.name, "label": label}
                    found.append(offered("prompt.back", target, label, live, versions, one.name))
        return [one for one in found if one]

    async def _asked(self, prompt: str, **which: str) -> Answer | None:
        """None: there is no such version, or none with this label."""
        answer = await self.wire.read(f"{_API}/{in_path(prompt)}?{urlencode(which)}", accept={404})
        if answer.status != 404:
            return answer
        # A wrong address says 404 too, but not in Langfuse's words.
        if answer.html or b"LangfuseNotFoundError" not in answer.body:
            raise answer.refused(self.wire.plane.secret)
        return None

    async def _prompts(self) -> list[_Meta]:
        found = list[_Meta]()
        for page in range(1, _PAGES + 1):
            answer = shaped(await self.wire.read(f"{_API}?{urlencode({'page': page, 'limit': 100})}"), _Listed)
            found += answer.data
            if page >= answer.meta.totalPages:
                break
        return found

    def _update(self, target: LangfuseTarget, value: Value, labels: Sequence[str]) -> Request:
        path = f"{_API}/{in_path(target.prompt)}/versions/{in_path(said(value))}"
        return Request("PATCH", path, {"newLabels": list(labels)})
