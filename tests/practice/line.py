"""A bare socket of the app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from practice.service import Service
from tests.practice.desk import Json, client_of


class Line:
    """Acknowledges what it is told to, keeps everything."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.envelopes: list[Json] = []
        self.silent = 0

    async def listen(self) -> None:
        async for message in self.socket:
            envelope = message.json()
            if "envelope_id" not in envelope:
                continue
            self.envelopes.append(envelope)
            if self.silent:
                self.silent -= 1
                continue
            await self.socket.send_json({"envelope_id": envelope["envelope_id"]})

    def events(self) -> list[Json]:
        return [one["payload"]["event"] for one in self.envelopes]

    def kinds(self) -> list[str]:
        return [f"{event['type']} {event.get('subtype', '')}".strip() for event in self.events()]


@asynccontextmanager
async def listening(service: Service, http: aiohttp.ClientSession) -> AsyncIterator[Line]:
    """A connected socket that listens while the block runs."""
    opened = await client_of(service, http).apps_connections_open(app_token=service.settings.app_token)
    async with http.ws_connect(opened["url"]) as socket:
        await socket.receive_json()
        line = Line(socket)
        task = asyncio.create_task(line.listen())
        yield line
        task.cancel()
