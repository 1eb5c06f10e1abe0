"""A flag as applications evaluate it, over the OpenFeature Remote Evaluation Protocol (0.3.0): it only shows."""

from typing import Any

from pydantic import Field

from stanch.controls.base import Proof
from stanch.controls.same import pick, said, same
from stanch.controls.shapes import Body, Scalar, Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Value


class FlagProof(Shape):
    """`map`: the control's value to what the flag evaluates to, where they differ: {on: true, off: false}.

    A flag that is disabled may still evaluate to its default, so `reason` proves nothing: only the value counts.
    """

    flag: str = Field(min_length=1)
    context: Body = Field(default_factory=lambda: {"targetingKey": "stanch"})
    map: dict[Scalar, Scalar] = Field(default_factory=dict)


async def evaluated(wire: Wire, how: FlagProof, value: Value) -> Proof:
    """Raises `PlaneFault`."""
    wanted = pick(how.map, value) if how.map else (value,)
    if not wanted:
        return Proof(None, f"the catalogue does not say what the flag evaluates to at {said(value)}")
    path = f"/ofrep/v1/evaluate/flags/{in_path(how.flag)}"
    answer = await wire.read(path, method="POST", body={"context": how.context})
    found: dict[str, Any] = answer.object()
    if found.get("errorCode") or found.get("key", how.flag) != how.flag:
        return Proof(None, f"{how.flag} could not be evaluated")
    if "value" not in found:
        return Proof(None, f"{how.flag} has no value here: applications use the one in their code")
    return Proof(same(found["value"], wanted[0]), wire.masked(f"{how.flag} evaluates to {said(found['value'])}"))
