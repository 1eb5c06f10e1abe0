"""What the target of each LiteLLM control can do, and what the proxy is asked for them."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import AfterValidator, Field

from stanch.controls.answer import Answer
from stanch.controls.base import Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Request
from stanch.controls.same import said, scalar
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire
from stanch.core.control import NOTHING, Aim, Value

OPEN: Final = "open"
BLOCKED: Final = "blocked"
SLOW: Final = "where several proxies share a database, all of them follow within 30 s"
_SETTINGS: Final = {"model_group_alias": dict, "fallbacks": list}


def _no_key(name: str) -> str:
    if name.startswith("sk-"):
        raise ValueError("this is a key: its alias or its hash is expected")
    return name


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_key)]


class Part(Shape):
    """One family of targets. `now` is what the proxy says there, in its own words."""

    @abstractmethod
    async def now(self, wire: Wire) -> Any:
        """Raises `PlaneFault`."""

    @abstractmethod
    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        """Raises `PlaneFault` for what could not be put back."""

    @abstractmethod
    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        """What moves it. `now` is None where it is only shown to a person. Raises `PlaneFault`."""

    async def bars(self, wire: Wire, now: Any, values: Sequence[Value]) -> str:
        """What speaks against sending one of these; empty: nothing. Raises `PlaneFault`."""
        return ""

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        """None: there is only the proxy's own word."""
        return None

    def caution(self) -> str:
        return SLOW


async def deployments(wire: Wire, id: str = "") -> list[dict[str, Any]]:
    """All of them, or the one with this id. Raises `PlaneFault`."""
    path = f"/v1/model/info?litellm_model_id={quote(id, safe='')}" if id else "/v1/model/info"
    answer = await wire.read(path, accept={400} if id else ())
    if answer.status == 400:
        raise answer.fault(f"{wire.name} has no deployment {id}.", permanent=True)
    found = answer.object().get("data")
    if not isinstance(found, list) or not all(_whole(one) for one in found):
        raise odd(answer)
    if id and [one["model_info"]["id"] for one in found] != [id]:
        raise odd(answer)
    return found


def _whole(one: Any) -> bool:
    parts = (one.get("litellm_params"), one.get("model_info")) if isinstance(one, dict) else (None,)
    return all(isinstance(part, dict) for part in parts) and isinstance(one["model_info"].get("id"), str)


async def groups(wire: Wire) -> dict[str, list[str]]:
    """Each model group with the ids of its deployments. Raises `PlaneFault`."""
    found: dict[str, list[str]] = {}
    for one in await deployments(wire):
        found.setdefault(str(one.get("model_name")), []).append(one["model_info"]["id"])
    return found


async def served_names(wire: Wire) -> set[str]:
    """What callers can ask for: model groups, aliases, patterns. Raises `PlaneFault`."""
    return {str(one.get("id")) for one in (await listed(wire, "/v1/models", "data"))[1]}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the router. `source`: `config` is the proxy's own file."""

    value: Any
    source: str


async def router(wire: Wire, setting: str) -> Setting:
    """Raises `PlaneFault`."""
    answer = await wire.read("/router/settings")
    found = answer.object()
    current, source = found.get("current_values"), found.get("source")
    if not isinstance(current, dict) or not isinstance(current.get(setting, ""), _SETTINGS[setting] | None):
        raise answer.fault(f"{wire.name} shows no {setting}: sending some would wipe the rest.", permanent=True)
    return Setting(current[setting], str(source.get(setting, "")) if isinstance(source, dict) else "")


async def listed(wire: Wire, path: str, name: str) -> tuple[Answer, list[dict[str, Any]]]:
    """The objects that an answer lists under a name. Raises `PlaneFault`."""
    answer = await wire.read(path)
    found = answer.object().get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise odd(answer)
    return answer, found


def odd(answer: Answer) -> PlaneFault:
    return answer.fault(f"{answer.plane} answered in another shape than LiteLLM does.", permanent=True)


def read(wire: Wire, found: Any) -> Value:
    """A value that can be put back. Raises `PlaneFault`."""
    value = scalar(found)
    if value is None:
        raise _lost(wire)
    return value


def _lost(wire: Wire) -> PlaneFault:
    return PlaneFault(f"{wire.name} stands at something that could not be put back.", sent=False, permanent=True)


def named(wire: Wire, found: Any) -> Value:
    """A single model. Raises `PlaneFault`, also where it is called as the value that stands for no model."""
    if found == NOTHING:
        raise _lost(wire)
    return read(wire, found)


def names(value: Value) -> list[str]:
    """The models that a value names: with commas between them, or as `joined` says those that hold commas."""
    if value == NOTHING:
        return []
    try:
        found = json.loads(str(value))
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        return found
    return [part.strip() for part in str(value).split(",")]


def joined(found: Sequence[str]) -> str:
    """The text that names exactly these: JSON where commas would name others, or all."""
    if not found:
        return NOTHING
    text = ",".join(found)
    return text if text and names(text) == [*found] else json.dumps(found, ensure_ascii=False)


def listing(wire: Wire, found: Any, aim: Aim) -> Reading:
    """Models, as one of the choices where one names the same. Raises `PlaneFault` for what is no list of names."""
    if found is None:
        return Reading(NOTHING)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _lost(wire)
    known = (one for one in aim.values.choices if names(one) == found)
    return Reading(next(known, None) or read(wire, joined(found)), {"was": found})


def one_of(value: Value, *known: str) -> bool:
    """Whether it is the last of those. Raises `PlaneFault` where it is none of them."""
    if value not in known:
        words = f"LiteLLM does not know {said(value)} here, only {' and '.join(known)}: nothing was sent."
        raise PlaneFault(words, sent=False, permanent=True)
    return value == known[-1]
