"""An app's Request URL: a server on loopback that keeps what is posted to it and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json

Answer = Callable[["Post"], Awaitable[web.Response]]


@dataclass(frozen=True)
class Post:
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def json(self) -> Json:
        """The payload of an event or an interaction."""
        found: Json = json.loads(self.form["payload"] if "form" in self.headers["content-type"] else self.body)
        return found


async def nothing(post: Post) -> web.Response:
    return web.Response()


async def the_challenge(post: Post) -> web.Response:
    return web.json_response({"challenge": post.json["challenge"]})


class Endpoint:
    """``posts`` are those that are no challenge; a challenge is answered by ``verifies``."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.challenges = 0
        self.answer: Answer = nothing
        self.verifies: Answer = the_challenge

    async def take(self, request: web.Request) -> web.Response:
        post = Post({name.lower(): value for name, value in request.headers.items()}, await request.read())
        if b'"url_verification"' in post.body:
            self.challenges += 1
            return await self.verifies(post)
        self.posts.append(post)
        return await self.answer(post)

    async def until(self, number: int) -> None:
        """Wait for so many posts. Raises TimeoutError after 5 s."""
        async with asyncio.timeout(5):
            while len(self.posts) < number:  # noqa: ASYNC110 - they come by themselves
                await asyncio.sleep(0.005)


@asynccontextmanager
async def listening(endpoint: Endpoint, port: int = 0) -> AsyncIterator[str]:
    """The URL at which it listens."""
    app = web.Application()
    app.router.add_post("/slack/events", endpoint.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def posted_to(url: str, **more: object) -> AsyncIterator[Service]:
    """A workspace that delivers to the URL, which it has found there."""
    async with running(Settings(mode="http", request_url=url, retry_scale=0.01, **more)) as service:
        await until_connected(service)
        yield service


async def until_connected(service: Service) -> None:
    async with asyncio.timeout(5):
        while not service.delivery.connected:  # noqa: ASYNC110 - a challenge is under way
            await asyncio.sleep(0.005)


def bolt_answers(app: AsyncApp) -> Answer:
    """What slack_bolt answers, signature check and all."""

    async def answer(post: Post) -> web.Response:
        request = AsyncBoltRequest(body=post.body.decode(), headers={name: [one] for name, one in post.headers.items()})
        response = await app.async_dispatch(request)
        headers = {name: values[0] for name, values in response.headers.items() if name != "content-type"}
        kind = response.first_headers().get("content-type", "text/plain").split(";")[0]
        return web.Response(status=response.status, text=response.body, headers=headers, content_type=kind)

    return answer
