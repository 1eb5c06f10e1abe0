"""The process: a loopback socket, the guard before it, uvicorn, and what runs beside."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from practice.routes import routes
from practice.service import Service, Settings
from practice.supervise import Bot

HOST = "127.0.0.1"
TICK_S = 0.1
"""How often uvicorn looks after itself: the Date header, for one."""
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


class Transports:
    """The open client connections by address, so that one can be cut without an answer."""

    def __init__(self) -> None:
        self.by_client: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self, *args: Any, **kwargs: Any) -> H11Protocol:
        """Uvicorn's HTTP protocol, noting its transport here."""
        return NotedProtocol(self.by_client, *args, **kwargs)

    def abort(self, scope: Scope) -> None:
        transport = self.by_client.get(tuple(scope["client"]))
        if transport is not None:
            transport.abort()


class NotedProtocol(H11Protocol):
    def __init__(self, by_client: dict[tuple[str, int], asyncio.Transport], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_client = by_client

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is not None:
            self.by_client[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.client is not None:
            self.by_client.pop(self.client, None)


class Guard:
    """Refuses what did not come from this machine's own pages and programs: foreign Host and Origin headers.

    Without it any web page could drive the workspace, by a request to loopback or by rebinding a name to it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self.local(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await PlainTextResponse("this workspace answers to its own address only\n", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def local(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host.rpartition(":")[0] not in LOCAL_NAMES and host not in LOCAL_NAMES:
            return False
        # A page elsewhere can load an image from here without an Origin, and the token is no secret.
        across = headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none")
        if across and not (scope["path"] == "/" or scope["path"].startswith("/archives/")):
            return False
        origin = headers.get(b"origin")
        if origin is None:
            return True
        try:
            return bool(urlsplit(origin.decode("latin-1").lower()).netloc == host)
        except ValueError:
            return False


def build(settings: Settings, base_url: str | None = None, transports: Transports | None = None) -> Starlette:
    """The ASGI app; its parts are at ``app.state.service``. Raises ``ValueError`` for a bad manifest or seed."""
    known = transports or Transports()
    service = Service(settings, base_url or f"http://{HOST}:{settings.port}", known.abort)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        writer = asyncio.create_task(service.store.keep_writing(service.workspace)) if service.store else None
        await service.delivery.start()
        try:
            yield
        finally:
            for task in service.events.tasks:
                task.cancel()
            await service.delivery.close()
            if writer is not None:
                writer.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await writer

    app = Starlette(routes=routes(service), middleware=[Middleware(Guard)], lifespan=lifespan)
    app.state.service = service
    return app


class QuietServer(uvicorn.Server):
    """Leaves the signals to whoever runs it, and ends when it is told to, not at the next tenth of a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.told = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        self.told.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self.told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own, which pauses for a tenth of a second whether or not anything is left to wait for."""
        for one in (*self.servers, *(sockets or ())):
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 - it sets no event
                    await asyncio.sleep(0.005)
                for server in self.servers:
                    await server.wait_closed()
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """A workspace that listens on loopback while the block runs; ``service.connection()`` has its URLs and tokens.

    Raises ``OSError`` when the port is taken, ``ValueError`` for a bad manifest or seed.
    """
    # The protocol is named because asyncio switches off Nagle's algorithm only then: 1 ms a call instead of 44.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, settings.port))
        transports = Transports()
        app = build(settings, f"http://{HOST}:{listener.getsockname()[1]}", transports)
    except (OSError, ValueError):
        listener.close()
        raise
    service: Service = app.state.service
    config = uvicorn.Config(
        app,
        http=transports.protocol,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
        ws_max_size=16 * 1024 * 1024,
    )
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # uvicorn sets no event
        yield service
    finally:
        if service.bot is not None:
            await service.bot.stop()
        service.faults.clear()
        for one in list(service.traffic.listeners):
            one.close()
        server.end()
        await task


async def serve(
    settings: Settings,
    *,
    bot: Callable[[Service], Bot | None] | None = None,
    announce: Callable[[Service], Awaitable[None]] | None = None,
) -> None:
    """Run until SIGINT or SIGTERM. ``bot`` makes the child from the running workspace; ``announce`` comes after it.

    What ``announce`` raises ends the workspace and the child, and is raised from here.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    async with running(settings) as service:
        child = bot(service) if bot else None
        if child is not None:
            service.attach(child)
            await child.start()
        stopped = asyncio.create_task(stop.wait())
        announced = asyncio.ensure_future(announce(service)) if announce is not None else stopped
        await asyncio.wait({announced, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if announced.done():
            announced.result()
            await stopped
        announced.cancel()
