"""The model provider: chat completions and the list of models as OpenAI's API has them, behind a key.

A model is as good and as slow as the simulation has it, and what is broken at the provider shows: a model moved under
its name (safety_violation), a bad model rolled out (quality_regression with ``model``), an outage. The outage is
northwind's, who is asked when nobody is named; ``southgate/MODEL`` asks the other one.
"""

from __future__ import annotations

import asyncio
import hmac
from random import Random

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from practice.ai.causes import OUTAGE, QUALITY
from practice.ai.copilot import said, tokens_read, tokens_written
from practice.ai.engine import OUTAGE_FAILS, PROVIDERS, TRANSIENT, Engine, model_ms
from practice.ai.messages import Understood, read
from practice.ai.model import Json, Refused
from practice.ai.settings import MODELS
from practice.ai.wire import body_of, request_id_of

FAILS_AFTER_S = 0.18
KINDS = {401: ("authentication_error", "invalid_api_key"), 404: ("invalid_request_error", "model_not_found")}


class Provider:
    """Both providers, over what is broken in one engine; its settings do not matter here. ``key``: the bearer token."""

    def __init__(self, engine: Engine, key: str) -> None:
        self.engine = engine
        self.key = key
        self.draw = Random(engine.draw.random())
        self.number = 0

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/models", self.models),
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
        ]

    async def models(self, request: Request) -> Response:
        if not self.allowed(request):
            return refusal(Refused(401, "Incorrect API key provided."))
        listed = [(name, PROVIDERS[0]) for name in MODELS] + [
            (f"{PROVIDERS[1]}/{name}", PROVIDERS[1]) for name in MODELS
        ]
        data = [{"id": id_, "object": "model", "created": 0, "owned_by": owner} for id_, owner in listed]
        return JSONResponse({"object": "list", "data": data})

    async def complete(self, request: Request) -> Response:
        headers = {"x-request-id": request_id_of(request)}
        try:
            if not self.allowed(request):
                raise Refused(401, "Incorrect API key provided.")
            body = await body_of(request)
            provider, model = self.model_of(body)
            if body.get("stream"):
                raise Refused(400, "stream is not supported here")
            understood = read(body, model, self.draw)
            await self.fail(provider)
        except Refused as refused:
            return refusal(refused, headers)
        answer, seconds = self.answered(understood, str(body["model"]))
        await asyncio.sleep(seconds)
        return JSONResponse(answer, 200, headers)

    def model_of(self, body: Json) -> tuple[str, str]:
        """Provider and model. Raises Refused (404)."""
        asked = body.get("model")
        provider, _, model = asked.rpartition("/") if isinstance(asked, str) else ("", "", "")
        if provider not in ("", *PROVIDERS) or model not in MODELS:
            raise Refused(404, f"The model {str(asked)[:100]!r} does not exist.")
        return provider or PROVIDERS[0], model

    async def fail(self, provider: str) -> None:
        """Raises Refused (500 or 503), always after a moment, when the provider cannot answer now."""
        down = OUTAGE in self.engine.causes.broken and provider == PROVIDERS[0] and self.draw.random() < OUTAGE_FAILS
        if down or self.draw.random() < TRANSIENT:
            await asyncio.sleep(FAILS_AFTER_S)
            raise Refused(self.draw.choice((500, 503, 503)), "The server is overloaded or not ready yet.")

    def answered(self, asked: Understood, named: str) -> tuple[Json, float]:
        """The completion, and how many seconds it takes."""
        served, draw = asked.served, self.draw
        # Whether a prompt is bad shows in its words alone: a model does not know what its customers broke.
        broken = self.engine.causes.broken - {QUALITY} | ({QUALITY} if asked.promising else set())
        text, _ = said(asked.asked, served, broken, asked.prompt, asked.found, draw)
        read, written = tokens_read(asked.passages), tokens_written(served, draw)
        self.number += 1
        completion: Json = {"id": f"chatcmpl-{self.number:07d}", "object": "chat.completion"}
        completion |= {"created": int(self.engine.now), "model": named, "system_fingerprint": None}
        ends = "length" if written >= served.whole("max_tokens") else "stop"
        message = {"role": "assistant", "content": text}
        completion["choices"] = [{"index": 0, "message": message, "finish_reason": ends, "logprobs": None}]
        usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        return completion | {"usage": usage}, model_ms(draw) / 1000

    def allowed(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {self.key}".encode())


def refusal(refused: Refused, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error in OpenAI's shape."""
    usual = ("server_error", None) if refused.status >= 500 else ("invalid_request_error", None)
    kind, code = KINDS.get(refused.status, usual)
    error = {"message": str(refused), "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, refused.status, headers)
