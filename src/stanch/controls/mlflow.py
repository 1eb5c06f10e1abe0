"""MLflow 3: which version an alias of a prompt or model stands for; which model an endpoint of its AI gateway calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import RootModel, Tag

from stanch.controls.base import Found, Proof, Reading, Receipt
from stanch.controls.mlflow_aliases import Aliases, ModelTarget, PromptTarget
from stanch.controls.mlflow_endpoint import EndpointTarget
from stanch.controls.mlflow_gateway import Gateway
from stanch.controls.shapes import by_key
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value


class MlflowTarget(
    RootModel[
        Annotated[
            Annotated[PromptTarget, Tag("prompt")]
            | Annotated[ModelTarget, Tag("model")]
            | Annotated[EndpointTarget, Tag("endpoint")],
            by_key("prompt", "model", "endpoint"),
        ]
    ]
):
    """An alias, or an endpoint of the gateway."""


class Mlflow:
    """The registry and the gateway are one server with one user; each control is about one of them."""

    scheme = "Basic"
    shape = MlflowTarget

    def __init__(self, wire: Wire) -> None:
        self._aliases = Aliases(wire)
        self._gateway = Gateway(wire)

    def _of(self, aim: Aim) -> Aliases | Gateway:
        return self._gateway if "endpoint" in aim.target else self._aliases

    async def read(self, aim: Aim) -> Reading:
        return await self._of(aim).read(aim)

    async def apply(self, aim: Aim, value: Value, *, detail: Mapping[str, Any], request_id: str, by: str) -> Receipt:
        return await self._of(aim).apply(aim, value, detail=detail, request_id=request_id, by=by)

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        return await self._of(aim).probe(aim, value, since=since)

    def preview(self, aim: Aim, value: Value) -> str:
        return self._of(aim).preview(aim, value)

    def caution(self, aim: Aim) -> str:
        return self._of(aim).caution(aim)

    async def lacks(self, aim: Aim) -> str:
        return await self._of(aim).lacks(aim)

    async def found(self) -> Sequence[Found]:
        return [*await self._aliases.found(), *await self._gateway.found()]
