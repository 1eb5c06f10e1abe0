"""What every control plane can do, and where the adapters come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from pydantic import BaseModel

from stanch.controls.fault import PlaneFault
from stanch.controls.wire import Wire, wire
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Value
from stanch.outbound.client import Client

__all__ = ["Adapter", "Found", "Kind", "PlaneFault", "Planes", "Proof", "Reading", "Receipt", "Sampled"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands there now; None: nothing, or nothing that is a value. `detail` is JSON and is stored: what else is
    needed to put exactly this back."""

    value: Value | None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The plane said yes, which proves nothing yet. `said` is one short redacted line: `200, prompt=v17`."""

    request_id: str
    said: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether users get the value. None: cannot tell, for example from too few answers.

    `seen` is what it rests on: `20 of 20 answers carry v17`, `7 of 20 answers still carry v18`.
    """

    effective: bool | None
    seen: str
    final: bool = False
    """Looking again will show no more: there is nothing but the plane's own word."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One answer for a person to judge: already redacted and cut. `meta` is one line: language, model, sources."""

    id: str
    question: str
    answer: str
    meta: str


@dataclass(frozen=True, slots=True)
class Found:
    """Something on a plane that a control could move: what `stanch controls discover` writes as YAML.

    `control`: the id of the shipped control that it fits, such as `model.back`; `values` as in the file, those that the
    plane has now; `note`: what a person has to decide.
    """

    control: str
    target: Mapping[str, Any]
    values: Sequence[Value] | Mapping[str, Any]
    to: Value | None = None
    on: str = ""
    note: str = ""


class Adapter(Protocol):
    """One kind of control plane. Every method that asks it raises `PlaneFault`, and nothing else."""

    async def read(self, aim: Aim) -> Reading: ...

    async def apply(self, aim: Aim, value: Value, *, detail: Mapping[str, Any], request_id: str, by: str) -> Receipt:
        """Send it once; never repeated here. `detail`: that of the reading which is put back, {} for a pull."""
        ...

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        """`since` (UTC): when the plane accepted it. Never effective while the plane itself still shows another."""
        ...

    def preview(self, aim: Aim, value: Value) -> str:
        """The request that would be sent: method, address, headers, body; secrets as ••••. Raises `PlaneFault`."""
        ...

    def caution(self, aim: Aim) -> str:
        """What this plane cannot promise here, for the person who is about to confirm: `applications cache it for up
        to 60 s`. Empty: nothing. No end mark."""
        ...

    async def lacks(self, aim: Aim) -> str:
        """What is missing to pull this, as far as can be seen without moving anything: `its key is no proxy admin`.
        Empty: nothing that can be seen."""
        ...

    async def found(self) -> Sequence[Found]:
        """What it has that could be moved."""
        ...


class Kind(Protocol):
    """Makes the adapter of one plane. `scheme`: how it wants its secret; `shape`: what a control's target may say."""

    @property
    def scheme(self) -> str: ...

    @property
    def shape(self) -> type[BaseModel]: ...

    def __call__(self, wire: Wire) -> Adapter: ...


class Planes:
    """The control planes of a catalogue. `environment` holds their secrets and addresses, by the names given there.

    One client for all; nothing is opened before the first call. `close` it on the loop that used it, or use it with
    `async with`.
    """

    def __init__(self, catalogue: Catalogue, environment: Mapping[str, str], kinds: Mapping[str, Kind]) -> None:
        self._planes = catalogue.planes
        self._environment = environment
        self._kinds = kinds
        self._client = Client()
        self._wires: dict[str, Wire] = {}
        self._adapters: dict[str, Adapter] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def of(self, aim: Aim) -> Adapter:
        """Raises `PlaneFault` when it cannot be spoken to: `PRACTICE_AI_URL is not set: pull it by hand`."""
        if aim.plane not in self._adapters:
            found = self._plane(aim.plane)
            kind = self._kinds.get(found.kind)
            if kind is None:
                raise PlaneFault(
                    f"The control plane {found.id} is of kind {found.kind}, which pulls nothing: pull it by hand.",
                    sent=False,
                    permanent=True,
                )
            self._adapters[aim.plane] = kind(self.wire(aim.plane))
        return self._adapters[aim.plane]

    def wire(self, plane: str, otherwise: str = "pull it by hand") -> Wire:
        """The line to one plane by id, for what reads from it. Raises `PlaneFault` as `of` does.

        `otherwise`: what a person can do when it is not set up.
        """
        if plane not in self._wires:
            found = self._plane(plane)
            kind = self._kinds.get(found.kind)
            scheme = kind.scheme if kind else "Bearer"
            self._wires[plane] = wire(found, self._environment, self._client, otherwise, scheme)
        return self._wires[plane]

    async def close(self) -> None:
        await self._client.close()

    def _plane(self, id: str) -> Plane:
        found = self._planes.get(id)
        if found is None:
            raise PlaneFault(f"There is no control plane {id} in the catalogue.", sent=False, permanent=True)
        return found
