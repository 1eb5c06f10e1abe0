"""Single deployments of LiteLLM: re-pointed, or blocked."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from stanch.controls.base import Proof, Reading
from stanch.controls.litellm_targets.part import BLOCKED, OPEN, SLOW, Name, Part, deployments, one_of, read
from stanch.controls.litellm_targets.served import Asked
from stanch.controls.plain import Request
from stanch.controls.same import said
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value


class Deployed(Part):
    """One deployment, by the id in its `model_info`. It is proved by asking for this one and no other of its group."""

    proof: Asked | None = None

    @property
    @abstractmethod
    def id(self) -> str: ...

    async def now(self, wire: Wire) -> Any:
        return (await deployments(wire, self.id))[0]

    async def bars(self, wire: Wire, now: Any, values: Sequence[Value]) -> str:
        is_stored = now["model_info"].get("db_model") is True
        return "" if is_stored else f"{self.id} stands in the proxy's own file, which the API cannot change"


class Deployment(Deployed):
    """The provider's model that a deployment calls."""

    deployment: Name

    @property
    def id(self) -> str:
        return self.deployment

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        return Reading(read(wire, now["litellm_params"].get("model")))

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        return Request("PATCH", f"/model/{in_path(self.id)}/update", {"litellm_params": {"model": value}})

    def caution(self) -> str:
        return f"{SLOW}; its address and its provider's key stay as they are"

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        if self.proof is None:
            return None
        for number in range(1, self.proof.of + 1):
            one = await self.proof.once(wire, self.id)
            if one.refused or one.id != self.id:
                return Proof(None, f"it is answered with {one.status} by {one.id or 'nobody'}")
            if one.model != value:
                return Proof(False, f"answer {number} of {self.proof.of} still comes from {one.model}")
        return Proof(True, f"{self.proof.of} of {self.proof.of} answers come from {said(value)}")


class Block(Deployed):
    """Whether a deployment is open or blocked."""

    block: Name

    @property
    def id(self) -> str:
        return self.block

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        return Reading(BLOCKED if now["model_info"].get("blocked") is True else OPEN)

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        verb = "block" if one_of(value, OPEN, BLOCKED) else "unblock"
        return Request("POST", f"/model/{verb}", {"model_id": self.id})

    def caution(self) -> str:
        return f"where it is the last of its group, callers get 403 and no fallback answers; {SLOW}"

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        if self.proof is None:
            return None
        for _ in range(self.proof.of):
            one = await self.proof.once(wire, self.id)
            shut = one.refused and ("paused" in one.text or "is blocked" in one.text)
            if not shut and (one.refused or one.id != self.id):
                return Proof(None, f"asked for it, the proxy answers {one.status}")
            if shut != (value == BLOCKED):
                return Proof(False, f"it {'refuses' if shut else 'answers'} still")
        return Proof(True, f"asked {self.proof.of} times, it {'refuses' if value == BLOCKED else 'answers'} each time")
