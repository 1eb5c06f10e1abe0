"""An endpoint of MLflow's AI gateway: which model it calls first. Its fallbacks stay as they are."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.mlflow_endpoint import Definition, Definitions, Endpoint, Endpoints, EndpointTarget, Got, Served
from stanch.controls.mlflow_rights import Need, missing
from stanch.controls.plain import Plain, Request
from stanch.controls.same import pick, said, scalar
from stanch.controls.shaped import shaped
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value

_API: Final = "/api/3.0/mlflow/gateway"
_DATED: Final = r"(-\d{4}-?\d{2}-?\d{2})?"
"""Providers answer with the dated name of the model that was asked for."""


class Gateway(Plain[EndpointTarget]):
    shape = EndpointTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._merging = asyncio.Lock()
        """Between reading all models of an endpoint and sending them back nothing else of ours may be sent."""

    async def stands(self, target: EndpointTarget, aim: Aim) -> Reading:
        endpoint = await self._endpoint(target)
        value = scalar(endpoint.value)
        if not value:
            odd = f"The endpoint {target.endpoint} stands at something that could not be put back."
            raise PlaneFault(odd, sent=False, permanent=True)
        return Reading(value, {"first": [one.config() for one in endpoint.first]})

    def request(self, target: EndpointTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        return _update(f"(that of {target.endpoint})", [f"(first {said(value)}, then its fallbacks as they are)"], by)

    async def sent(
        self, target: EndpointTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        """All its models are replaced, and how it falls back too: what is left out is deleted."""
        async with self._merging:
            endpoint = await self._endpoint(target)
            first = detail.get("first") or [await self._config(value)]
            rest = [one.config() for one in endpoint.model_mappings if one.linkage_type != "PRIMARY"]
            update = _update(endpoint.endpoint_id, [*first, *rest], by, endpoint.fallback_config)
            return await self.send(update, request_id)

    async def shows(self, target: EndpointTarget, aim: Aim, value: Value, since: datetime) -> Proof:
        """Who answers. One answer of another model is enough to know that it is not in effect everywhere."""
        if not target.proof.answers:
            return await super().shows(target, aim, value, since)
        known = await self._definitions()
        if value not in known:
            return Proof(None, f"{said(value)}: a few answers cannot show shares; look for yourself", final=True)
        wanted = known.pop(str(value))
        alike = [o.name for o in known.values() if (o.provider, o.model_name) == (wanted.provider, wanted.model_name)]
        if alike:
            return Proof(None, f"{alike[0]} calls the same model: answers cannot tell them apart", final=True)
        named = pick(target.proof.map, value)
        model = re.escape(str(named[0])) if named else re.escape(wanted.model_name) + _DATED
        for _ in range(target.proof.answers):
            served = await self._served(target)
            if served.provider not in ("", wanted.provider) or not re.fullmatch(model, served.model):
                return Proof(False, self.wire.masked(f"an answer still comes from {served.model} {served.provider}"))
        return Proof(True, f"{target.proof.answers} of {target.proof.answers} answers come from {wanted.model_name}")

    def caution(self, aim: Aim) -> str:
        return "the gateway keeps the old model for up to 60 s, each of its workers for itself"

    async def lacks(self, aim: Aim) -> str:
        endpoint, known = await self._endpoint(self.target(aim)), await self._definitions()
        wanted = [str(one) for one in aim.values.choices]
        if absent := [one for one in wanted if one not in known]:
            return f"it shows no model definition {', '.join(absent)}"
        used = [known[one] for one in wanted]
        needs = [Need("EDIT", "gateway_endpoint", endpoint.endpoint_id, endpoint.name)]
        needs += [Need("USE", "gateway_model_definition", one.model_definition_id, one.name) for one in used]
        return await missing(self.wire, needs)

    async def found(self) -> Sequence[Found]:
        """Every endpoint with all models that are defined."""
        # Servers without the gateway, or with it switched off, have no endpoints.
        answer = await self.wire.read(f"{_API}/endpoints/list", accept=(400, 403, 404, 501))
        endpoints = shaped(answer, Endpoints).endpoints if answer.status == 200 else []
        names = list(await self._definitions()) if endpoints else []
        note = "stands at {} now; keep only models that were tested with its prompts"
        offers = [
            Found("model.back", {"endpoint": o.name}, names, None, o.name, note.format(o.value)) for o in endpoints
        ]
        return offers if len(names) > 1 else []

    async def _endpoint(self, target: EndpointTarget) -> Endpoint:
        answer = await self.wire.read(f"{_API}/endpoints/get?{urlencode({'name': target.endpoint})}")
        return shaped(answer, Got).endpoint

    async def _definitions(self) -> dict[str, Definition]:
        answer = await self.wire.read(f"{_API}/model-definitions/list")
        return {one.name: one for one in shaped(answer, Definitions).model_definitions}

    async def _config(self, value: Value) -> dict[str, Any]:
        found = (await self._definitions()).get(str(value))
        if found is None:
            raise self.no(f"shows no model definition {said(value)}; nothing was sent")
        return {"model_definition_id": found.model_definition_id, "linkage_type": "PRIMARY", "weight": 1.0}

    async def _served(self, target: EndpointTarget) -> Served:
        question = [{"role": "user", "content": "Answer with the one word: yes"}]
        asked = {"model": target.endpoint, "messages": question}
        return shaped(await self.wire.read("/gateway/mlflow/v1/chat/completions", method="POST", body=asked), Served)


def _update(id: str, models: Sequence[Any], by: str, fallback: Mapping[str, Any] | None = None) -> Request:
    kept = {"fallback_config": fallback} if fallback else {}
    body = {"endpoint_id": id, "model_configs": list(models), "updated_by": f"stanch, for {by}", **kept}
    return Request("POST", f"{_API}/endpoints/update", body)
