"""What the bot answers over HTTP: is it well?"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

Health = Callable[[], Awaitable[Mapping[str, Any] | None]]


def build(health: Health, further: Sequence[BaseRoute] = ()) -> Starlette:
    """`health` gives `connected`, `owed`, `trying`, `held` and `buried`, or None when the database does not answer.

    `further` is what other adapters answer on the same listener: Slack's requests, signals.
    """

    async def answer(request: Request) -> Response:
        found = await health()
        if found is None:
            return JSONResponse({"error": "the database does not answer"}, status_code=503)
        return JSONResponse(dict(found))

    return Starlette(routes=[Route("/health", answer, methods=["GET"]), *further])
