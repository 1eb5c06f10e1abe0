"""Slack over HTTP: `POST /slack/events`, for commands, interactions and events alike.

Before Bolt sees a request it is small, rightly signed, fresh, not a replay, and readable (Slack's facts, section 5).
Then it goes the way that Socket Mode's envelopes go: the same app, the same listeners.
"""

import asyncio
import hmac
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.slack import shapes
from stanch.slack.busy import Busy
from stanch.slack.directory import Directory
from stanch.slack.shapes import UNREADABLE, Malformed

logger = logging.getLogger("stanch.slack")
PATH = "/slack/events"
MOST = 1_000_000
"""Bytes of a body; Slack's own stay far below."""
PATIENCE = 10.0
"""Seconds for a body to arrive."""
WINDOW = 300
"""Seconds by which a timestamp may be off, as Slack advises."""


class Door:
    """Who is let in: what Slack signed with our secret, within the window, once. `clock` gives epoch seconds.

    Replicas remember apart: what a captured request would change is held once by its key in the database.
    """

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._verifier = SignatureVerifier(secret)
        self._clock = clock
        self._seen: dict[str, float] = {}

    def refusal(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Why this request is not Slack's, or None. Reads `x-slack-request-timestamp` and `x-slack-signature`."""
        moment, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not signature or not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            return "unsigned"
        if abs(self._clock() - int(moment)) > WINDOW:
            return "stale"
        try:
            right = self._verifier.generate_signature(timestamp=moment, body=body) or ""
        except UnicodeDecodeError:
            return "not UTF-8"
        return None if hmac.compare_digest(right.encode(), signature.encode()) else "wrong signature"

    def take(self, signature: str) -> bool:
        """Note a signature that is answered now; False when it was seen before."""
        now = self._clock()
        # In order of arrival, so the old ones stand first; each is forgotten once it is stale for certain.
        while self._seen and now - self._seen[oldest := next(iter(self._seen))] > 2 * WINDOW:
            del self._seen[oldest]
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True

    def forget(self, signature: str) -> None:
        """It was not taken in after all: Slack may send it again as it is."""
        self._seen.pop(signature, None)


class Requests:
    """The HTTP transport. Until `connect` returns, and once `rest` was called, it answers 503: Slack comes again."""

    def __init__(self, app: AsyncApp, directory: Directory, secret: str) -> None:
        self._app = app
        self._directory = directory
        self._door = Door(secret)
        self._open = False
        self._busy = Busy()

    @property
    def routes(self) -> Sequence[Route]:
        return [Route(PATH, self.receive, methods=["POST"])]

    async def connect(self) -> None:
        """Called once Slack has said who we are."""
        self._open = True

    async def connected(self) -> bool:
        return self._open and bool(self._directory.me)

    async def rest(self, patience: float) -> None:
        """Take nothing more; returns when what was taken is answered, at the latest after `patience` seconds."""
        self._open = False
        await self._busy.over(patience)

    async def close(self) -> None:
        self._open = False

    async def receive(self, request: Request) -> Response:
        """Each answer but Bolt's own is JSON: `{"error": …}`."""
        try:
            body = await _body(request)
        except TimeoutError:
            return _refused(408, "the body did not arrive")
        except ClientDisconnect:
            return _refused(400, "the body did not arrive")
        if body is None:
            return _refused(413, f"more than {MOST} bytes")
        if why := self._door.refusal(request.headers, body):
            return _refused(401, why)
        try:
            content = shapes.read(body, request.headers.get("content-type", ""))
        except Malformed as wrong:
            return _refused(wrong.status, wrong.what)
        if not self._open:
            return Response(status_code=503, headers={"retry-after": "1"})
        signature = request.headers["x-slack-signature"]
        # An event is taken in once by its id and its answer is empty; any other answer is for one person only.
        if not self._door.take(signature) and not shapes.is_event(content):
            return _refused(401, "replayed")
        answer = await self._answer(request, content)
        if answer.status_code >= 300:
            self._door.forget(signature)
        return answer

    async def _answer(self, request: Request, content: shapes.Json) -> Response:
        if content.get("type") == "app_rate_limited":
            logger.warning("slack.events_limited")
            return Response()
        with self._busy:
            try:
                # Bolt is given what was read here, as from a socket: by itself it takes a command whose text holds the
                # word "payload" for an interaction without one.
                asked = AsyncBoltRequest(body=content, headers=dict(request.headers), mode="socket_mode")
                return to_starlette_response(await self._app.async_dispatch(asked))
            except UNREADABLE:
                # It looks for teams, users and types wherever they may stand, and trusts that they do.
                return _refused(400, "a field of another kind than Slack's")


def _refused(status: int, why: str) -> Response:
    logger.warning("slack.refused", extra={"status": status, "why": why})
    # What is left of a body that is too long would be read as the next request.
    headers = {"connection": "close"} if status in (408, 413) else {}
    return JSONResponse({"error": why}, status, headers)


async def _body(request: Request) -> bytes | None:
    """The body, counted as it arrives, or None when it is too long. Raises `TimeoutError` and `ClientDisconnect`."""
    parts: list[bytes] = []
    length = 0
    async with asyncio.timeout(PATIENCE):
        async for part in request.stream():
            length += len(part)
            # Some more is read and dropped: whoever is still sending would not read our answer.
            if length > 16 * MOST:
                break
            if length <= MOST:
                parts.append(part)
    return b"".join(parts) if length <= MOST else None
