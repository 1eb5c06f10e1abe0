"""An OpenAI-compatible gateway, asked for the copilot's words: one request, and what became of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from practice.ai.engine import TIMEOUT_MS
from practice.ai.model import Json

SERVED_BY = "x-litellm-model-id"
"""The header in which LiteLLM names the deployment."""
MODEL = "x-litellm-model-name"
LONGEST = 200
TOLD = {402: 402, 408: 504, 429: 429, 503: 503, 504: 504}
"""What a customer is told for a gateway's status; 500 for every other."""

FILTERED = ("content_filter", "content_policy_violation")


@dataclass(frozen=True, slots=True)
class Reply:
    """``status`` is for the customer, ``error`` one line of what the gateway said; ``read`` and ``written``: tokens.

    ``served_by`` is the gateway's name for the deployment, "" when it names none. ``blocked``: by the gateway's filter.
    """

    status: int
    took_ms: float
    text: str = ""
    model: str = ""
    served_by: str = ""
    read: int = 0
    written: int = 0
    error: str = ""
    blocked: bool = False


class Gateway:
    """Asks for ``model`` at ``url`` (with or without /v1), with ``key`` as the bearer token."""

    def __init__(self, url: str, key: str, model: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url.rstrip("/").removesuffix("/v1") + "/v1/chat/completions"
        self.model = model
        headers = {"authorization": f"Bearer {key}"} if key else {}
        seconds = TIMEOUT_MS / 1000
        self.client = httpx.AsyncClient(headers=headers, timeout=seconds, trust_env=False, transport=transport)

    async def close(self) -> None:
        await self.client.aclose()

    async def ask(self, body: Json) -> Reply:
        """Once; every failure is a reply."""
        began = time.monotonic()
        if self.client.is_closed:
            return Reply(503, 0, error="this service is ending")
        try:
            async with asyncio.timeout(TIMEOUT_MS / 1000):
                answer = await self.client.post(self.url, json={"model": self.model, **body})
        except (TimeoutError, httpx.TimeoutException):
            return Reply(504, TIMEOUT_MS, error="no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(500, passed_ms(began), error=f"no connection ({type(error).__name__})")
        return read(answer, passed_ms(began))


def passed_ms(since: float) -> float:
    return (time.monotonic() - since) * 1000


def read(answer: httpx.Response, took_ms: float) -> Reply:
    """The reply in an answer, whatever it is."""
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        body = None
    served_by = answer.headers.get(SERVED_BY, "")[:LONGEST]
    if answer.status_code != 200:
        return refused(answer.status_code, body, took_ms, served_by)
    try:
        text, usage = body["choices"][0]["message"]["content"], body.get("usage") or {}
        named = (answer.headers.get(MODEL) or body.get("model") or "").rpartition("/")[2]
        tokens = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        if not isinstance(text, str):
            raise TypeError
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return Reply(500, took_ms, served_by=served_by, error="200 without a completion")
    return Reply(200, took_ms, text, named[:LONGEST], served_by, *tokens)


def refused(status: int, body: Any, took_ms: float, served_by: str) -> Reply:
    """Only kind and code are kept: the message may hold what customers wrote, or parts of a key."""
    error = body.get("error") if isinstance(body, dict) else None
    known = error if isinstance(error, dict) else {}
    said = [str(status)] + [str(known[name])[:80] for name in ("type", "code") if known.get(name) not in (None, "None")]
    blocked = known.get("code") in FILTERED or "content blocked" in str(known.get("message")).lower()
    words = " ".join(dict.fromkeys(said))
    told = 200 if blocked and status == 400 else TOLD.get(status, 500)
    return Reply(told, took_ms, served_by=served_by, error=words, blocked=told == 200)
