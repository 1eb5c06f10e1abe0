"""A content filter of LiteLLM that blocks words, in the proxy itself."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from stanch.controls.base import Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.litellm_targets.part import SLOW, Name, Part, listed, odd, one_of
from stanch.controls.litellm_targets.served import Asked
from stanch.controls.plain import Request
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value

_KIND: Final = "litellm_content_filter"
_MORE: Final = ("patterns", "categories", "blocked_words_file", "competitor_intent_config")
"""What makes such a filter refuse or change other things than words."""


def words_of(params: Mapping[str, Any]) -> tuple[set[str], bool]:
    """The words that a filter blocks, and whether it does something else, too."""
    entries = params.get("blocked_words")
    all = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    words = {str(one.get("keyword")) for one in all if one.get("action") == "BLOCK"}
    more = params.get("guardrail") != _KIND or len(words) != len(all) or any(params.get(one) for one in _MORE)
    return words, more


class Guardrail(Part):
    """On for everybody, or off. Made when it is not there, and taken away by the undo if its words are still ours.

    It is not moved where it is another filter of that name, which would block what nobody has agreed to.
    `proof.ask`: the model that is asked with the first of the words.
    """

    guardrail: Name
    blocked_words: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(min_length=1, max_length=100)
    proof: Asked | None = None

    async def now(self, wire: Wire) -> Any:
        answer, all = await listed(wire, "/v2/guardrails/list", "guardrails")
        found: dict[str, Any] = next((one for one in all if one.get("guardrail_name") == self.guardrail), {})
        if found and not (isinstance(found.get("litellm_params"), dict) and isinstance(found.get("guardrail_id"), str)):
            raise odd(answer)
        return found

    def reading(self, now: Any, aim: Aim, wire: Wire) -> Reading:
        if not now:
            return Reading("off", {"absent": True})
        is_on = now["litellm_params"].get("default_on") is True
        if is_on and (why := self._foreign(now, "on")):
            raise PlaneFault(f"{wire.name}: {why}.", sent=False, permanent=True)
        return Reading("on" if is_on else "off")

    async def bars(self, wire: Wire, now: Any, values: Sequence[Value]) -> str:
        if not now and list(values) == ["off"]:
            return f"there is no {self.guardrail} any more"
        in_file = now and now.get("guardrail_definition_location") == "config"
        if in_file:
            return f"{self.guardrail} stands in the proxy's own file, which the API cannot change"
        return next((why for value in values if now and (why := self._foreign(now, value))), "")

    def _foreign(self, now: Any, value: Value) -> str:
        """Why it is not ours to move. While it is on, somebody may have added words."""
        ours, (theirs, more) = set(self.blocked_words), words_of(now["litellm_params"])
        if now["litellm_params"].get("default_on") is True:
            fits = ours <= theirs
        else:
            fits = value == "off" or (ours == theirs and not more)
        return "" if fits else f"{self.guardrail} is there and has other words or rules than the catalogue says"

    def request(self, value: Value, detail: Mapping[str, Any], now: Any) -> Request:
        is_on = one_of(value, "off", "on")
        words = [{"keyword": one, "action": "BLOCK", "description": "incident"} for one in self.blocked_words]
        if not now and is_on:
            own = {"guardrail": _KIND, "mode": "pre_call"}
            made = {
                "guardrail_name": self.guardrail,
                "litellm_params": {**own, "default_on": True, "blocked_words": words},
            }
            return Request("POST", "/guardrails", {"guardrail": made})
        path = f"/guardrails/{in_path(now['guardrail_id']) if now else '(its id)'}"
        if now and not is_on and detail.get("absent") and now["litellm_params"].get("blocked_words") == words:
            return Request("DELETE", path)
        return Request("PATCH", path, {"litellm_params": {"default_on": is_on}})

    def caution(self) -> str:
        return f"it blocks these words in good questions too; {SLOW}"

    async def shows(self, wire: Wire, value: Value) -> Proof | None:
        if self.proof is None or not self.proof.ask:
            return None
        asks = "a question with the first of the words is"
        for _ in range(self.proof.of):
            one = await self.proof.once(wire, self.proof.ask, self.blocked_words[0])
            is_shut = one.status == 400 and "content blocked" in one.text
            if one.refused and not is_shut:
                return Proof(None, f"asked for {self.proof.ask}, the proxy answers {one.status}")
            if is_shut != (value == "on"):
                return Proof(False, f"{asks} {'refused' if is_shut else 'answered'} still")
        seen = "refused" if value == "on" else "answered"
        return Proof(True, f"{asks} {seen}, {self.proof.of} of {self.proof.of} times")
