"""Signals over HTTP: `POST /signals/{source}` with a bearer token. Committed before it is answered.

Whatever a stranger or a broken sender does is a 4xx that says what was expected. The one 5xx is the database's absence:
then the sender must send again.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stanch.core.signal import Signal, Unreadable
from stanch.errors import Unavailable
from stanch.flows.desk import Desk
from stanch.flows.signals import take_in

logger = logging.getLogger("stanch.signals")
LONGEST = 1_000_000
"""Bytes of a body that is read."""
PATIENCE = 10.0
"""Seconds for a body to arrive."""
SWALLOWED = 4 * LONGEST
"""Bytes that are read and dropped, so that whoever sends too much can read why it was refused."""

Parse = Callable[[Mapping[str, str], bytes], list[Signal]]


@dataclass(frozen=True, slots=True)
class Source:
    """Who may send and how it is read. `token` None: not set up; `setting` is the name of its variable."""

    parse: Parse
    token: str | None
    setting: str


def routes(desk: Desk, sources: Mapping[str, Source]) -> list[Route]:
    """`sources` by their name in the path."""
    receiver = Receiver(desk, sources)
    return [Route("/signals/{source:path}", receiver.receive, methods=["POST"])]


class Refused(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Receiver:
    def __init__(self, desk: Desk, sources: Mapping[str, Source]) -> None:
        self._desk = desk
        self._sources = sources

    async def receive(self, request: Request) -> Response:
        try:
            return await self._take(request)
        except Refused as refusal:
            # Words of a path that is none of ours are not logged: they may hold anything.
            source = _source(request) if _source(request) in self._sources else None
            logger.info("signal.refused", extra={"status": refusal.status, "source": source})
            headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
            return JSONResponse({"error": refusal.why}, refusal.status, headers)
        except Unavailable as away:
            logger.warning("signal.lost", extra={"error": str(away)})
            return JSONResponse({"error": str(away)}, 503, {"Retry-After": "5"})

    async def _take(self, request: Request) -> Response:
        body = await _body(request)
        name = _source(request)
        source = self._sources.get(name)
        if source is None:
            raise Refused(404, f"There is no such source. Known: {', '.join(self._sources)}.")
        _let_in(source, request.headers.get("authorization", ""))
        if body is None:
            raise Refused(413, f"The body is longer than {LONGEST} bytes; send fewer alerts at once (max_alerts).")
        try:
            heard = source.parse(request.headers, body)
        except Unreadable as unreadable:
            raise Refused(400, str(unreadable)) from unreadable
        news = await take_in(self._desk, heard)
        logger.info("signal.taken", extra={"source": name, "signals": [one.key for one in heard], "news": len(news)})
        return JSONResponse({"taken": len(heard), "news": len(news)})


def _source(request: Request) -> str:
    return str(request.path_params["source"]).rstrip("/")


def _let_in(source: Source, authorization: str) -> None:
    if source.token is None:
        raise Refused(403, f"Nobody may send yet: set {source.setting}, and send it as a bearer token.")
    scheme, _, given = authorization.partition(" ")
    # Headers arrive as Latin-1, whatever their bytes meant; what is compared is the bytes, in constant time.
    told = given.strip().encode("latin-1", "replace")
    if not hmac.compare_digest(told, source.token.encode()) or scheme.lower() != "bearer":
        raise Refused(401, "Send `Authorization: Bearer TOKEN` with the token that Stanch was given.")


async def _body(request: Request) -> bytes | None:
    """The body; None for one that is too long."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in request.stream():
                size += len(part)
                if size > SWALLOWED:
                    break
                if size <= LONGEST:
                    parts.append(part)
    except TimeoutError:
        raise Refused(408, f"The body did not arrive within {PATIENCE:.0f} seconds.") from None
    except ClientDisconnect:
        raise Refused(400, "The body broke off.") from None
    return b"".join(parts) if size <= LONGEST else None
