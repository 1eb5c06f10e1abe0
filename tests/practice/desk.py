"""Helpers for these tests: a person at the keyboard, and an app on the real slack_bolt that connects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.service import Service

Json = dict[str, Any]


class Person:
    """Drives ``/practice/...`` over HTTP, as a test of the app would."""

    def __init__(self, base_url: str, http: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self.http = http

    async def does(self, what: str, **body: Any) -> Json:
        async with self.http.post(f"{self.base_url}/practice/{what}", json=body) as response:
            answer: Json = await response.json()
            return {**answer, "status": response.status}

    async def sees(self, what: str) -> Any:
        async with self.http.get(f"{self.base_url}/practice/{what}") as response:
            return await response.json()

    async def channel(self, name: str) -> Json:
        state = await self.sees("state")
        return next(one for one in state["channels"] if one["name"] == name)

    async def faults(self, *listed: Json) -> None:
        async with self.http.post(f"{self.base_url}/practice/faults", json=list(listed)) as response:
            assert response.status == 200, await response.text()

    async def mends(self) -> None:
        await self.http.delete(f"{self.base_url}/practice/faults")


def client_of(service: Service, http: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """The real client, without its blind retry."""
    connection = service.connection()
    return AsyncWebClient(
        token=token or connection["bot_token"], base_url=connection["api"], session=http, retry_handlers=[], timeout=5
    )


async def refusal(client: AsyncWebClient, method: str, **args: Any) -> Json:
    """The body of a call that must be refused."""
    try:
        answer = await client.api_call(method, json=args)
    except SlackApiError as error:
        return dict(error.response.data)
    raise AssertionError(f"{method} was accepted: {answer.data!r}")


@asynccontextmanager
async def connected(service: Service, app: AsyncApp, sockets: int = 1) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """The app on this many Socket Mode connections."""
    connection = service.connection()
    handlers = []
    for _ in range(sockets):
        handler = AsyncSocketModeHandler(app, connection["app_token"])
        handler.client.web_client = AsyncWebClient(base_url=connection["api"])
        await handler.connect_async()
        handlers.append(handler)
    try:
        yield handlers
    finally:
        for handler in handlers:
            await handler.close_async()


def bolt(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, process_before_response=True)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks), **more}


def text_field(**more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **more.pop("element", {})}
    return {"type": "input", "block_id": "title", "label": plain("Title"), "element": element, **more}
