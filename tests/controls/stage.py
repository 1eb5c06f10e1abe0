"""The practice AI service running, and the planes that drive it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from practice.ai.server import Options, running
from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import Adapter, Planes, Proof
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Value


@dataclass
class Stage:
    """A running service, and the planes that drive it."""

    planes: Planes
    http: httpx.AsyncClient
    token: str

    def of(self, aim: Aim) -> Adapter:
        return self.planes.of(aim)

    async def pull(self, aim: Aim, value: Value, request_id: str = "r-1") -> datetime:
        """When it was accepted."""
        await self.of(aim).apply(aim, value, detail={}, request_id=request_id, by="ada")
        return datetime.now(UTC)

    async def until_effective(self, aim: Aim, value: Value, since: datetime, seconds: float) -> Proof:
        """The first proof that it is, or the last one before the time is up."""
        end = time.monotonic() + seconds
        while True:
            proof = await self.of(aim).probe(aim, value, since=since)
            if proof.effective or time.monotonic() > end:
                return proof
            await asyncio.sleep(0.2)

    async def admin(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.http.request(method, path, json=body, headers={"Authorization": f"Bearer {self.token}"})
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def applied(self) -> list[tuple[str, Any, str]]:
        """What really changed, oldest first."""
        changes = (await self.admin("GET", "/admin/audit?limit=100"))["changes"]
        return [(one["name"], one["to"], one["request_id"]) for one in reversed(changes)]


@asynccontextmanager
async def staged(patience: float = 10.0) -> AsyncIterator[Stage]:
    """`patience` in seconds: how long the planes wait for the service."""
    plane = Plane("practice", "practice_ai", url_env="URL", secret="TOKEN", timeout=timedelta(seconds=patience))
    async with running(Options(lag=0.3, seed=7)) as service, httpx.AsyncClient(base_url=service.url) as http:
        planes = Planes(Catalogue(planes={"practice": plane}), {"URL": service.url, "TOKEN": service.token}, ADAPTERS)
        yield Stage(planes, http, service.token)
        await planes.close()
