"""Delivery over HTTP: everything is posted to the app's Request URL, signed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from practice import delivery
from practice.delivery import Ack, Attempt, Kind, Line, ms_since
from practice.model import VERIFICATION_TOKEN, Json
from practice.signing import Signer

KEEP_ALIVE_S = 2.0
"""Idle connections are given up before the app's server closes them (uvicorn: 5 s), or a post meets the close."""
ASK_AGAIN_S = (0.05, 0.5)
"""Pauses between two challenges while the app does not answer: the first, and the longest."""
ANSWER_MAX = 1_000_000
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What the app answered; ``body`` is the first megabyte of it."""

    status: int
    content_type: str
    no_retry: bool
    body: str

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


class HttpDelivery:
    """Posts to ``url``. It is connected once the URL has answered, until a post does not get through."""

    def __init__(
        self, url: str, secret: str, clock: Callable[[], float], line: Line, changed: Callable[[], None]
    ) -> None:
        self.url = url
        self.signer = Signer(secret, clock)
        self.line = line
        self.changed = changed
        self.up = False
        self.session: aiohttp.ClientSession | None = None
        self.asking: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self.up

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
        self.session = aiohttp.ClientSession(connector=connector, headers={"User-Agent": AGENT, "Accept": "*/*"})
        self.look_again()

    async def close(self) -> None:
        if self.asking is not None:
            self.asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.asking
        if self.session is not None:
            await self.session.close()

    async def deliver(self, kind: Kind, name: str, payload: Json, attempt: Attempt | None = None) -> Ack:
        """Post the payload and wait up to 3 s for the answer, whose body is what the acknowledgement carries."""
        started = time.perf_counter()
        body, headers = written(kind, payload)
        if attempt is not None and attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
        more: Json = {"payload": payload}
        try:
            async with asyncio.timeout(delivery.ACK_S):
                answer = await self._post(body, headers)
        except TimeoutError:
            ack = Ack(ms_since(started), error="operation_timeout", reason="http_timeout")
        except aiohttp.ClientConnectorError as error:
            ack = Ack(ms_since(started), error="dispatch_failed", reason="connection_failed")
            more["reason"] = str(error)
        except (aiohttp.ClientError, OSError) as error:
            # It was connected: what became of the payload is unknown.
            ack = Ack(ms_since(started), error="operation_timeout", reason="connection_failed")
            more["reason"] = str(error)
        else:
            ack = acknowledged(kind, answer, ms_since(started))
            if answer.good:
                self._reached()
            else:
                more["reason"] = f"HTTP {answer.status}: {answer.body[:300]}"
        if ack.reason == "connection_failed":
            self.look_again()
        self.line("slack→bot", name, ack.error, {**more, "ack": ack.payload, "ms": ack.ms})
        return ack

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        """Raises what aiohttp raises."""
        assert self.session is not None, "not started"
        filler = b" " if headers["Content-Type"] == JSON_TYPE else b"&"
        body, signed = self.signer.sign(body, filler)
        async with self.session.post(
            self.url, data=body, headers={**headers, **signed}, allow_redirects=False
        ) as response:
            content = (await response.read())[:ANSWER_MAX]
            no_retry = response.headers.get("x-slack-no-retry") == "1"
            return Answer(response.status, response.content_type, no_retry, content.decode("utf-8", "replace"))

    async def refresh(self) -> int:
        """There is no connection to ask anything of."""
        return 0

    def look_again(self) -> None:
        """Not connected, until the URL answers a challenge."""
        if self.up:
            self.up = False
            self.changed()
        if self.session is not None and (self.asking is None or self.asking.done()):
            self.asking = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        """Send challenges until one comes back, as Slack does when a Request URL is saved."""
        pause, longest = ASK_AGAIN_S
        while not await self._challenge():
            await asyncio.sleep(pause)
            pause = min(pause * 2, longest)
        self.line("slack→bot", "url_verification", None, {"url": self.url})
        self._reached()

    def _reached(self) -> None:
        if not self.up:
            self.up = True
            self.changed()

    async def _challenge(self) -> bool:
        challenge = secrets.token_urlsafe(32)
        body: Json = {"token": VERIFICATION_TOKEN, "challenge": challenge, "type": "url_verification"}
        try:
            async with asyncio.timeout(delivery.ACK_S):
                answer = await self._post(json.dumps(body).encode(), {"Content-Type": JSON_TYPE})
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False
        return answer.good and challenge in answer.body


def written(kind: Kind, payload: Json) -> tuple[bytes, dict[str, str]]:
    """The body as Slack writes it: events as JSON, commands as a form, the rest as JSON in a form's ``payload``."""
    match kind:
        case "events_api":
            return json.dumps(payload).encode(), {"Content-Type": JSON_TYPE}
        case "slash_commands":
            return urlencode(payload).encode(), {"Content-Type": FORM_TYPE}
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}).encode(), {"Content-Type": FORM_TYPE}


def acknowledged(kind: Kind, answer: Answer, ms: float) -> Ack:
    if not answer.good:
        return Ack(ms, error="dispatch_failed", reason="http_error", final=answer.no_retry)
    return Ack(ms, None if kind == "events_api" else payload_of(answer, plain=kind == "slash_commands"))


def payload_of(answer: Answer, *, plain: bool) -> Json | None:
    """What came with the acknowledgement: a JSON object, or (``plain``, for commands) text to show to the person."""
    if answer.content_type == JSON_TYPE:
        with contextlib.suppress(ValueError, RecursionError):
            parsed = json.loads(answer.body)
            return parsed if isinstance(parsed, dict) else None
    return {"text": answer.body} if plain and answer.body else None
