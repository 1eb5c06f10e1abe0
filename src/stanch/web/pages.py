"""What the bot answers over HTTP: is it well?"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Health = Callable[[], Awaitable[Mapping[str, Any] | None]]


def build(health: Health) -> Starlette:
    """`health` gives `connected`, `owed`, `trying`, `held` and `buried`, or None when the database does not answer."""

    async def answer(request: Request) -> Response:
        found = await health()
        if found is None:
            return JSONResponse({"error": "the database does not answer"}, status_code=503)
        return JSONResponse(dict(found))

    return Starlette(routes=[Route("/health", answer, methods=["GET"])])
