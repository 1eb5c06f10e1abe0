"""A control plane whose controls are each one setting, moved with one request: what most adapters are made of."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ValidationError

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading, Receipt
from stanch.controls.fault import PlaneFault, unusable
from stanch.controls.same import said, same, scalar
from stanch.controls.shapes import Shape
from stanch.controls.wire import Method, Wire
from stanch.core.control import Aim, Value
from stanch.core.text import one_line

Target = TypeVar("Target", bound=Shape)


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` beside those of the plane. `answers`: its yes is JSON; false: it says yes with nothing."""

    method: Method
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    answers: bool = True


class Aimed(Generic[Target]):
    """What all adapters share: a line, a shape of what a control's target says, and nothing special to tell.

    `shape` is the model of the target; where it is a union of shapes in a `RootModel`, `Target` is that union's base.
    """

    scheme: ClassVar[str] = "Bearer"
    shape: ClassVar[type[Any]]

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def target(self, aim: Aim) -> Target:
        try:
            found = self.shape.model_validate(aim.target)
        except ValidationError as wrong:
            raise unusable(wrong) from None
        target: Target = getattr(found, "root", found)
        return target

    def caution(self, aim: Aim) -> str:
        return ""

    async def lacks(self, aim: Aim) -> str:
        return ""

    async def found(self) -> Sequence[Found]:
        raise self.no("cannot be asked what it has")

    def no(self, what: str) -> PlaneFault:
        """Nothing was sent, and asking again cannot help. `what` follows the plane's name."""
        return PlaneFault(f"{self.wire.name} {what}.", sent=False, permanent=True)


class Plain(Aimed[Target], ABC):
    """An adapter says how to read, which request moves, and what proves it; the rest is the same for all."""

    @abstractmethod
    async def stands(self, target: Target, aim: Aim) -> Reading:
        """What stands there now; `NOTHING` where nothing is set and that can be put back."""

    @abstractmethod
    def request(self, target: Target, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        """What moves it. `detail`: that of the reading which is put back, {} for a pull. `by`: a Slack id."""

    async def shows(self, target: Target, aim: Aim, value: Value, since: datetime) -> Proof:
        """What shows it, where the plane already reads `value`. Without a better one: only its own word."""
        word = f"the plane says {said(value)}, and nothing that is served shows it"
        return Proof(None, word, final=True)

    async def sent(self, target: Target, value: Value, detail: Mapping[str, Any], by: str, request_id: str) -> Answer:
        """Sends it once. Overridden where a whole map has to be read and merged first."""
        return await self.send(self.request(target, value, detail, by), request_id)

    async def send(self, request: Request, request_id: str) -> Answer:
        answer = await self.wire.write(
            request.method, request.path, body=request.body, headers=request.headers, request_id=request_id
        )
        if answer.html or (request.answers and answer.status != 204):
            answer.json()
        return answer

    async def read(self, aim: Aim) -> Reading:
        found = await self.stands(self.target(aim), aim)
        if found.value is not None and scalar(found.value) is None:
            raise self.no("stands at something too long or too odd to be put back")
        return found

    async def apply(self, aim: Aim, value: Value, *, detail: Mapping[str, Any], request_id: str, by: str) -> Receipt:
        answer = await self.sent(self.target(aim), value, detail, by, request_id)
        return Receipt(request_id, one_line(self.wire.masked(f"{answer.status}, {said(value)}")))

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        target = self.target(aim)
        stands = await self.stands(target, aim)
        if not same(stands.value, value):
            return Proof(False, f"the plane itself still says {said(stands.value)}")
        return await self.shows(target, aim, value, since)

    def preview(self, aim: Aim, value: Value) -> str:
        request = self.request(self.target(aim), value, {}, "(you)")
        return self.wire.shown(request.method, request.path, body=request.body, headers=request.headers)
