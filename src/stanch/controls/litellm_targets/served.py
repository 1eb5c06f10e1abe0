"""Who serves a model of LiteLLM: a chat of one word, and the header that names the deployment."""

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import Field

from stanch.controls.answer import Answer
from stanch.controls.base import Proof
from stanch.controls.same import pick
from stanch.controls.shapes import Scalar, Shape
from stanch.controls.wire import Wire
from stanch.core.control import Value

_ANSWERS: Final = frozenset(range(400, 600)) - {401}
"""Refusals tell, too; 401 is about our own key."""
_RAISED: Final = re.compile(r"\blitellm\.\w+error\b")
_ROUTED: Final = "failed with the error above"
"""The words of its router, whatever the status: this model group failed, and what came of its fallbacks."""


class Served:
    """One answer. `id`, `model`: the deployment that gave it; `fell`: another one failed before it.

    `failed`: the model failed, so that its fallbacks were due; what the proxy refuses by itself is not sent to any.
    """

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.refused = answer.status >= 400
        self.text = answer.body.decode("utf-8", "replace").lower()
        self.failed = _ROUTED in self.text or (self.status >= 500 and _RAISED.search(self.text) is not None)
        self.id = answer.headers.get("x-litellm-model-id", "")
        self.model = answer.headers.get("x-litellm-model-name", "")
        self.fell = answer.headers.get("x-litellm-attempted-fallbacks", "0") != "0"


class Asked(Shape):
    """The last `of` chats with the plane's own key must be served as the value says. Each costs `max_tokens` at most.

    `ask`: the model to ask for, where it is not the one that is moved; `served_by`: the value to the id of the
    deployment that serves it, or several, where those are not the ones of the group of that name.
    """

    ask: str = Field(default="", max_length=200)
    served_by: dict[Scalar, str | list[str]] = Field(default_factory=dict)
    of: int = Field(default=3, ge=1, le=20)
    max_tokens: int = Field(default=1, ge=1, le=1000)
    mock: bool = False
    """Where the proxy allows `mock_testing_fallbacks`: a failure is tried, so that fallbacks show while all is well."""

    def ids(self, value: Value) -> list[str]:
        found: str | list[str] = next(iter(pick(self.served_by, value)), [])
        return [found] if isinstance(found, str) else list(found)

    async def once(self, wire: Wire, model: str, words: str = "Say yes.") -> Served:
        """Raises `PlaneFault`."""
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": words}]}
        body |= {"max_tokens": self.max_tokens} | ({"mock_testing_fallbacks": True} if self.mock else {})
        return Served(await wire.read("/v1/chat/completions", method="POST", body=body, accept=_ANSWERS))

    async def prove(self, wire: Wire, model: str, wanted: Sequence[str]) -> Proof:
        """Whether every answer comes from one of `wanted`. Raises `PlaneFault`."""
        if not wanted:
            return Proof(None, "the proxy has no deployment that could serve it, and served_by names none")
        for number in range(1, self.of + 1):
            one = await self.once(wire, model)
            if one.refused:
                return Proof(None, f"asked for {model}, the proxy answers {one.status}: nobody serves it")
            if one.id not in wanted:
                return Proof(False, f"answer {number} of {self.of} is still served by {one.id or 'one without a name'}")
        return Proof(True, f"{self.of} of {self.of} answers are served by {' or '.join(wanted)}")
