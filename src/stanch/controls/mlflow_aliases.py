"""Aliases of MLflow's registry: which version of a prompt or model is live."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, Field, RootModel, Tag

from stanch.controls.base import Found, Reading
from stanch.controls.mlflow_rights import Need, missing
from stanch.controls.plain import Plain, Request
from stanch.controls.revisions import CACHED, NEWEST, listed, offered
from stanch.controls.same import said
from stanch.controls.shaped import shaped
from stanch.controls.shapes import Shape, by_key
from stanch.core.control import NOTHING, Aim, Value

_API: Final = "/api/2.0/mlflow"
_IS_PROMPT: Final = "tags.`mlflow.prompt.is_prompt` = 'true'"
"""Without it no search shows a prompt."""
_PAGES: Final = 5
"""Pages of 100 names that are looked through for a catalogue."""


class AliasTarget(Shape):
    """The value is the version as text, `none` where the alias does not exist."""

    alias: str = Field(min_length=1)

    @property
    def name(self) -> str:
        raise NotImplementedError


class PromptTarget(AliasTarget):
    prompt: str = Field(min_length=1)

    @property
    def name(self) -> str:
        return self.prompt


class ModelTarget(AliasTarget):
    model: str = Field(min_length=1)

    @property
    def name(self) -> str:
        return self.model


class PromptOrModel(
    RootModel[
        Annotated[
            Annotated[PromptTarget, Tag("prompt")] | Annotated[ModelTarget, Tag("model")], by_key("prompt", "model")
        ]
    ]
):
    """An alias of either."""


class _Alias(BaseModel):
    alias: str
    version: str


class _Model(BaseModel):
    name: str
    aliases: list[_Alias] = []


class _Got(BaseModel):
    registered_model: _Model


class _Listed(BaseModel):
    """What is empty is left out."""

    registered_models: list[_Model] = []
    next_page_token: str = ""


class _Version(BaseModel):
    version: str


class _Versions(BaseModel):
    model_versions: list[_Version] = []


class Aliases(Plain[AliasTarget]):
    shape = PromptOrModel

    async def stands(self, target: AliasTarget, aim: Aim) -> Reading:
        answer = await self.wire.read(f"{_API}/registered-models/get?{urlencode({'name': target.name})}")
        aliases = shaped(answer, _Got).registered_model.aliases
        version = next((one.version for one in aliases if one.alias == target.alias), None)
        return Reading(NOTHING if version is None else listed(version, aim))

    def request(self, target: AliasTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        which = {"name": target.name, "alias": target.alias}
        if value == NOTHING:
            return Request("DELETE", f"{_API}/registered-models/alias", which)
        return Request("POST", f"{_API}/registered-models/alias", which | {"version": said(value)})

    def caution(self, aim: Aim) -> str:
        loaded = "applications keep the old model until they load it again"
        return loaded if isinstance(self.target(aim), ModelTarget) else CACHED

    async def lacks(self, aim: Aim) -> str:
        target = self.target(aim)
        # Taking an alias away, which putting "none" back is, needs more rights than moving it.
        removes = (await self.stands(target, aim)).value == NOTHING or NOTHING in aim.values.choices
        kind = "registered_model" if isinstance(target, ModelTarget) else "prompt"
        return await missing(self.wire, [Need("MANAGE" if removes else "EDIT", kind, target.name, target.name)])

    async def found(self) -> Sequence[Found]:
        """Every alias with the newest versions of its prompt or model."""
        return [*await self._found("prompt", _IS_PROMPT), *await self._found("model", "")]

    async def _found(self, kind: str, only: str) -> list[Found]:
        found: list[Found | None] = []
        for one in await self._models(only):
            versions = await self._versions(one.name, only) if one.aliases else []
            for it in one.aliases:
                target = {kind: one.name, "alias": it.alias}
                found.append(offered(f"{kind}.back", target, it.alias, it.version, versions, one.name))
        return [one for one in found if one]

    async def _models(self, only: str) -> list[_Model]:
        models, token = list[_Model](), ""
        for _ in range(_PAGES):
            query = urlencode({"filter": only, "max_results": 100, "page_token": token})
            page = shaped(await self.wire.read(f"{_API}/registered-models/search?{query}"), _Listed)
            models, token = [*models, *page.registered_models], page.next_page_token
            if not token:
                break
        return models

    async def _versions(self, name: str, only: str) -> list[str]:
        """The newest, the oldest of them first."""
        quote = '"' if "'" in name else "'"
        which = " AND ".join([f"name = {quote}{name}{quote}", *([only] if only else [])])
        query = urlencode({"filter": which, "max_results": NEWEST, "order_by": "version_number DESC"})
        versions = shaped(await self.wire.read(f"{_API}/model-versions/search?{query}"), _Versions).model_versions
        return [one.version for one in versions][::-1]
