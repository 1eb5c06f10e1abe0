"""PagerDuty's `GET /oncalls` on loopback, as its API describes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from aiohttp import web

Json = dict[str, Any]


class FakeOncalls:
    """Answers with the entries that it holds, a hundred a page, after `seconds`; or with what a test says instead."""

    def __init__(self, *entries: Json) -> None:
        self.entries = list(entries)
        self.instead: web.Response | None = None
        self.seconds = 0.0
        self.seen: list[tuple[Json, Json]] = []
        self.url = ""

    @asynccontextmanager
    async def up(self) -> AsyncIterator[Self]:
        app = web.Application()
        app.router.add_get("/oncalls", self._oncalls)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _oncalls(self, request: web.Request) -> web.Response:
        self.seen.append((dict(request.query), dict(request.headers)))
        await asyncio.sleep(self.seconds)
        if self.instead is not None:
            return web.Response(status=self.instead.status, headers=self.instead.headers, body=self.instead.body)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        page = self.entries[offset : offset + limit]
        more = len(self.entries) > offset + limit
        return web.json_response({"oncalls": page, "limit": limit, "offset": offset, "more": more, "total": None})


def entry(
    email: str | None, start: str | None, end: str | None, policy: str = "PPOLICY", schedule: str = "PABC"
) -> Json:
    return {
        "escalation_policy": {"id": policy, "type": "escalation_policy_reference"},
        "escalation_level": 1,
        "schedule": {"id": schedule, "type": "schedule_reference"},
        "user": {"id": "PUSER", "type": "user", "name": "Somebody", **({"email": email} if email else {})},
        "start": start,
        "end": end,
    }
