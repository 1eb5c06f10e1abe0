"""What a control says about an endpoint of MLflow's AI gateway, and what the gateway says about itself."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from stanch.controls.shapes import Scalar, Shape


class ServedProof(Shape):
    """So many tiny questions are asked through the gateway, and every answer must come from the model; 0 asks none.

    `map`: the name of the model definition to the model that its answers name, where that is not the one it asks for.
    """

    answers: int = Field(default=5, ge=0, le=50)
    map: dict[Scalar, str] = Field(default_factory=dict)


class EndpointTarget(Shape):
    """The value is the name of the model definition; where traffic is split, all of them with their weights."""

    endpoint: str = Field(min_length=1)
    proof: ServedProof = ServedProof()


class Told(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class Definition(Told):
    model_definition_id: str
    name: str
    provider: str
    model_name: str


class Linked(Told):
    model_definition_id: str
    model_definition: Definition
    linkage_type: str
    weight: float | None = None
    fallback_order: int | None = None

    def config(self) -> dict[str, Any]:
        return self.model_dump(exclude={"model_definition"}, exclude_none=True)


class Endpoint(Told):
    endpoint_id: str
    name: str
    model_mappings: list[Linked] = []
    fallback_config: dict[str, Any] = {}

    @property
    def first(self) -> list[Linked]:
        """Those that share the traffic, the heaviest first."""
        primary = [one for one in self.model_mappings if one.linkage_type == "PRIMARY"]
        return sorted(primary, key=lambda one: (-(one.weight or 0), one.model_definition.name))

    @property
    def value(self) -> str:
        told = [f"{one.model_definition.name} {one.weight or 0:g}" for one in self.first]
        return " + ".join(told) if len(told) > 1 else "".join(one.model_definition.name for one in self.first)


class Got(Told):
    endpoint: Endpoint


class Endpoints(Told):
    endpoints: list[Endpoint] = []


class Definitions(Told):
    model_definitions: list[Definition] = []


class Served(Told):
    model: str
    provider: str = ""
