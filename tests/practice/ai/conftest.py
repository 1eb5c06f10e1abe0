"""The service over ASGI, on a clock that the test moves; and the real process part, once a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from starlette.types import Scope

from practice.ai.api import Api
from practice.ai.server import Options, Service, running
from tests.practice.ai.bench import made

TOKEN = "practice-token"


class Wire:
    """A client with the token, the engine behind it, and the connections that the service cut."""

    def __init__(self) -> None:
        self.engine = made()
        self.now = self.engine.now
        self.cuts: list[str] = []
        self.api = Api(self.engine, TOKEN, self.cut, lambda: self.now)
        self.client = self.client_with({"authorization": f"Bearer {TOKEN}"})

    def cut(self, scope: Scope) -> None:
        self.cuts.append(str(scope["path"]))

    def client_with(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.api.app())
        return httpx.AsyncClient(
            verify=False, trust_env=False, transport=transport, base_url="http://127.0.0.1", headers=headers
        )

    async def put(self, name: str, value: object, request_id: str, **headers: str) -> httpx.Response:
        sent = {"X-Request-Id": request_id, **headers}
        return await self.client.put(f"/admin/settings/{name}", json={"value": value, "by": "alice"}, headers=sent)

    async def changes(self) -> list[tuple[str, object, object, str]]:
        """The audit, newest first: name, from, to, request id."""
        listed = (await self.client.get("/admin/audit")).json()["changes"]
        return [(one["name"], one["from"], one["to"], one["request_id"]) for one in listed]


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    async with made.client:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service() -> AsyncIterator[Service]:
    async with running(Options(token=TOKEN, seed=1)) as made:
        yield made
