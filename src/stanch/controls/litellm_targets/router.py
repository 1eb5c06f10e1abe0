"""Aliases and fallbacks of LiteLLM: settings of its router."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from stanch.controls.base import Proof, Reading
from stanch.controls.litellm_targets.part import (
    SLOW,
    Name,
    Part,
    groups,
    listing,
    named,
    names,
    router,
    served_names,
)
from stanch.controls.litellm_targets.served import Asked
from stanch.controls.plain import Request
from stanch.controls.wire import Wire
from stanch.core.control import NOTHING, Aim, Value

_OTHERS: Final = "(all others as they are then)"


class Routed(Part):
    """One entry of a router setting. The proxy takes only the whole setting, so all of it is read and sent back."""

    setting: ClassVar[str]
    proof: Asked | None = None

    async def now(self, wire: Wire) -> Any:
        return await router(wire, self.setting)

    async def bars(self, wire: Wire, now: Any, values: Sequence[Value]) -> str:
        if now.source == "config":
            return f"its {self.setting} stands in the proxy's own file, which the API cannot change"
        wanted = [name for value in values for name in names(value)]
        known = await served_names(wire) if wanted else set()
        takes_any = any("*" in one for one in known)
        return "" if takes_any else next((f"it serves no model {one}" for one in wanted if one not in known), "")

    def caution(self) -> str:
        return f"{SLOW}; what others change in its {self.setting} meanwhile is lost"

    def _all(self, changed: Any) -> Request:
        return Request("POST", "/config/update", {"router_settings": {self.setting: changed}})


class Alias(Routed):
    """What an alias serves: a model group, or nothing."""

    setting = "model_group_alias"
    alias: Name

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        entry = (now.value or {}).get(self.alias)
        if isinstance(entry, dict):
            return Reading(named(wire, entry.get("model")), {"was": entry})
        return Reading(NOTHING if entry is None else named(wire, entry))

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        all = {_OTHERS: ""} if now is None else now.value or {}
        if value == NOTHING:
            return self._all({name: entry for name, entry in all.items() if name != self.alias})
        entry, was = all.get(self.alias), detail.get("was")
        if isinstance(was, dict) and was.get("model") == value:
            return self._all({**all, self.alias: was})
        return self._all({**all, self.alias: {**entry, "model": value} if isinstance(entry, dict) else value})

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        if self.proof is None:
            return None
        asked, wanted = self.proof.ask or self.alias, self.proof.ids(value)
        if wanted or value != NOTHING:
            return await self.proof.prove(wire, asked, wanted or (await groups(wire)).get(str(value), []))
        one = await self.proof.once(wire, asked)
        gone = one.status == 400 and "invalid model name" in one.text
        seen = f"is answered with {one.status}" if one.refused else f"is still served by {one.id}"
        return Proof(gone or (None if one.refused else False), f"{asked} {seen}")


class Fallbacks(Routed):
    """The model groups that answer when this one fails: in their order, with commas between them; or nothing."""

    setting = "fallbacks"
    fallbacks: Name

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        entry = next((one[self.fallbacks] for one in now.value or () if self._ours(one)), None)
        return listing(wire, entry, aim)

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        wanted = names(value)
        ours = [{self.fallbacks: wanted}] if wanted or detail.get("was") == wanted else []
        all: list[Any] = [_OTHERS] if now is None else now.value or []
        at = next((at for at, one in enumerate(all) if self._ours(one)), len(all))
        rest = [{name: entry for name, entry in one.items() if name != self.fallbacks} for one in all[at : at + 1]]
        return self._all([*all[:at], *ours, *(one for one in rest if one), *all[at + 1 :]])

    def _ours(self, one: Any) -> bool:
        return isinstance(one, dict) and self.fallbacks in one

    def caution(self) -> str:
        return f"{super().caution()}; an alias falls back only where it has fallbacks of its own"

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        if self.proof is None:
            return None
        asked = self.proof.ask or self.fallbacks
        one = await self.proof.once(wire, asked)
        if one.status == 400 and "mock testing" in one.text:
            return Proof(None, "the proxy does not allow that a failure is tried (mock)", final=True)
        if one.refused and not one.failed:
            return Proof(None, f"asked for {asked}, the proxy answers {one.status}", final=one.status in (400, 403))
        if one.refused and value == NOTHING and "also failed" in one.text:
            return Proof(False, f"{asked} still falls back, to what fails too")
        if one.refused:
            return Proof(value == NOTHING, f"{asked} fails with {one.status}, and nobody answers in its place")
        if not one.fell:
            return Proof(None, f"{asked} answers itself: fallbacks show only when it fails", final=True)
        if value == NOTHING:
            return Proof(False, f"{one.id} still answers in its place")
        known = {} if self.proof.ids(value) else await groups(wire)
        wanted = self.proof.ids(value) or [id for name in names(value) for id in known.get(name, [])]
        return await self.proof.prove(wire, asked, wanted)
