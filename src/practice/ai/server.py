"""The process: a loopback socket, the ticker that moves the engine on, uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import uvicorn

from practice.ai.api import Api
from practice.ai.behind import Behind
from practice.ai.engine import WARM_S, Engine
from practice.ai.gateway import Gateway
from practice.ai.traffic import BATCH_S, INTERACTIVE_S
from practice.server import HOST, QuietServer, Transports

TICK_S = 0.2


@dataclass(frozen=True, slots=True)
class Options:
    """Port 0 is any free one; ``lag`` in seconds; without a token one is made; ``seed`` repeats the same traffic.

    ``provider_key`` opens the model provider, without one the token does. With ``gateway`` (a URL) the traffic asks it
    for ``gateway_model``, about ``rate`` times a second.
    """

    port: int = 0
    lag: float = 2.0
    token: str | None = None
    seed: int | None = None
    provider_key: str | None = None
    gateway: str | None = None
    gateway_key: str = field(default="", repr=False)
    gateway_model: str = "support-bot"
    rate: float = 2.0


@dataclass(frozen=True, slots=True)
class Service:
    """The running service."""

    url: str
    token: str
    engine: Engine
    api: Api

    def connection(self) -> dict[str, str]:
        return {"url": self.url, "token": self.token}


@asynccontextmanager
async def running(options: Options | None = None) -> AsyncIterator[Service]:
    """The service, on loopback, while the block runs. Raises ``OSError`` when the port is taken."""
    options = options or Options()
    # The protocol is named because asyncio switches off Nagle's algorithm only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, options.port))
    except OSError:
        listener.close()
        raise
    pace = options.rate / (INTERACTIVE_S + BATCH_S) if options.gateway else 1.0
    engine = Engine(Random(options.seed), time.time() - WARM_S, options.lag, pace)
    await asyncio.to_thread(engine.warm)
    transports = Transports()
    token = options.token or secrets.token_urlsafe(24)
    api = Api(engine, token, transports.abort, provider_key=options.provider_key)
    if options.gateway:
        # Before the ticker, so that no request of the traffic is answered without the gateway.
        api.behind = Behind(engine, Gateway(options.gateway, options.gateway_key, options.gateway_model))
        api.behind.start()
    config = uvicorn.Config(
        api.app(),
        http=transports.protocol,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,
    )
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    ticker = asyncio.create_task(ticking(api))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # uvicorn sets no event
        yield Service(f"http://{HOST}:{listener.getsockname()[1]}", api.token, engine, api)
    finally:
        ticker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ticker
        if api.behind is not None:
            await api.behind.close()
        api.faults.clear()
        server.end()
        await task


async def ticking(api: Api) -> None:
    while True:
        api.now()
        await asyncio.sleep(TICK_S)


async def serve(options: Options, *, announce: Callable[[Service], Awaitable[None]] | None = None) -> None:
    """Run until SIGINT or SIGTERM; ``announce`` is told once it listens. Raises ``OSError`` when the port is taken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    async with running(options) as service:
        if announce is not None:
            await announce(service)
        await stop.wait()
