"""The Events API: which events the app gets, their envelope, and Slack's retries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from practice import scopes
from practice.delivery import Ack, Attempt, Delivery
from practice.manifest import App
from practice.model import APP_ID, TEAM_ID, VERIFICATION_TOKEN, Channel, Json
from practice.workspace import Workspace

RETRY_AFTER_S = (1.0, 60.0, 300.0)
"""Slack repeats an event nearly at once, after a minute and after five; ``scale`` shortens that for tests."""


class Events:
    """Sends what the workspace reports to the app, if the manifest asks for it and the bot is there to see it."""

    def __init__(self, workspace: Workspace, app: App, delivery: Delivery, scale: float = 1.0) -> None:
        self.workspace = workspace
        self.app = app
        self.delivery = delivery
        self.scale = scale
        self.times = 1
        self.first_tries: list[asyncio.Future[Ack]] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    def emit(self, event: Json, channel: Channel | None) -> None:
        """Deliver in the background. Needs a running event loop."""
        if channel is not None and self.workspace.bot_user not in channel.members:
            return
        kinds = [self.name(event, channel)]
        if event["type"] == "message" and self._mentions_bot(event):
            kinds.append("app_mention")
        family = channel.family if channel else "channels"
        for kind in kinds:
            if self.app.listens_to(kind) and scopes.hears(self.app, kind, family):
                typed = {**event, "type": "app_mention"} if kind == "app_mention" else event
                self._send(typed)

    def name(self, event: Json, channel: Channel | None) -> str:
        """The event's name in a manifest: message events are split by the channel's type."""
        if event["type"] == "message" and channel is not None:
            return f"message.{channel.family}"
        return str(event["type"])

    def _mentions_bot(self, event: Json) -> bool:
        bot = self.workspace.bot_user
        return f"<@{bot}>" in event.get("text", "") and event.get("user") != bot and "subtype" not in event

    def _send(self, event: Json) -> None:
        payload = self.payload(event)
        loop = asyncio.get_running_loop()
        for _ in range(self.times):
            first: asyncio.Future[Ack] = loop.create_future()
            if self.first_tries is not None:
                self.first_tries.append(first)
            task = loop.create_task(self._deliver(event["type"], payload, first))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def payload(self, event: Json) -> Json:
        bot = self.workspace.bot_user
        authorization = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": bot, "is_bot": True}
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self.workspace.next_id("Ev"),
            "event_time": int(self.workspace.clock()),
            "authorizations": [{**authorization, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
        }

    async def _deliver(self, name: str, payload: Json, first: asyncio.Future[Ack]) -> None:
        attempt = Attempt()
        for number, pause in enumerate((*RETRY_AFTER_S, None), 1):
            ack = await self.delivery.deliver("events_api", name, payload, attempt)
            if not first.done():
                first.set_result(ack)
            if ack.error is None or ack.final or pause is None:
                return
            attempt = Attempt(number, ack.reason)
            await asyncio.sleep(pause * self.scale)

    @contextmanager
    def watched(self, times: int = 1) -> Iterator[list[asyncio.Future[Ack]]]:
        """Within (and without awaiting): events go out ``times`` times; their first acknowledgements are collected."""
        self.times, self.first_tries = times, []
        try:
            yield self.first_tries
        finally:
            self.times, self.first_tries = 1, None
