"""Bolt as we use it, and its first transport: two Socket Mode connections, so that one refreshes while the other
listens (Slack's facts, section 5). The second transport is `stanch.slack.http`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

from stanch.errors import Unavailable
from stanch.slack.busy import Busy
from stanch.slack.client import Kind, Slack, SlackFault
from stanch.slack.directory import Directory
from stanch.slack.shapes import UNREADABLE

logger = logging.getLogger("stanch.slack")
SOCKETS = 2
AGAIN = 2.0
"""Seconds between two tries to reach Slack at the start."""
LINGER = 1.0
"""Seconds for which an old connection is still listened to beside the new one."""


class Transport(Protocol):
    """How Slack reaches the bot; nothing else differs between the ways."""

    @property
    def routes(self) -> Sequence[Route]:
        """What it answers on the bot's HTTP side."""

    async def connect(self) -> None: ...

    async def connected(self) -> bool: ...

    async def rest(self, patience: float) -> None:
        """Take nothing more; what was taken is answered within `patience` seconds."""

    async def close(self) -> None: ...


def bolt(slack: Slack, directory: Directory, token: str, signing_secret: str) -> AsyncApp:
    """A Bolt app that commits before it acknowledges, and asks Slack who it is once and not for each request."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_token=token, bot_user_id=directory.me, bot_id=directory.me
        )

    quiet = logging.getLogger("stanch.bolt")
    # Bolt warns that it finds a token in the environment beside the client: that is how it is meant. Of a request that
    # nobody listens to it prints the body; ours prints the error.
    quiet.setLevel(logging.ERROR)
    app = AsyncApp(
        client=slack.web,
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,
        # Its own deleted message looks like an event of its own; that is how a lost card is noticed.
        ignoring_self_events_enabled=False,
        logger=quiet,
    )
    app.middleware(_recognise)
    return app


async def _recognise(req: AsyncBoltRequest, next: Callable[[], Awaitable[Any]]) -> None:
    """Slack's repetitions, in either transport: they get what the first delivery got, and a line in the log."""
    [number], [reason] = (req.headers.get(f"x-slack-retry-{part}") or [""] for part in ("num", "reason"))
    # An envelope of Socket Mode says 0 when it comes for the first time.
    if number not in ("", "0"):
        facts = {"number": number, "reason": reason, "event_id": req.body.get("event_id")}
        logger.info("slack.retried", extra=facts)
    await next()


def tell_failures(app: AsyncApp, tell: Callable[[Exception, Mapping[str, Any]], Awaitable[None]]) -> None:
    """What Slack is answered when a listener raises, after `tell` has told the person and the log: 503 when it should
    come again, 400 for what nobody can read, 500 for the rest. In Socket Mode each of them is no acknowledgement."""

    async def failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        await tell(error, body)
        return BoltResponse(status=_status(error), body="")

    app.error(failed)


def _status(error: Exception) -> int:
    if isinstance(error, Unavailable):
        return 503
    return 400 if isinstance(error, UNREADABLE) else 500


class _Handler(AsyncSocketModeHandler):
    """One connection. It knows what it has taken in and not answered yet."""

    def __init__(
        self, app: AsyncApp, app_token: str, web: AsyncWebClient, refresh: Callable[["_Handler"], Awaitable[None]]
    ) -> None:
        self.app = app
        self.busy = Busy()
        client = _Client(app_token, logger=app.logger, web_client=web)
        client.refresh = lambda: refresh(self)
        self.client = client
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        with self.busy:
            await super().handle(client, req)

    async def end(self, patience: float) -> None:
        """Close it once what came by it is answered, at the latest after `patience` seconds."""
        await self.busy.over(patience)
        await self.client.close()


class _Client(SocketModeClient):
    """Asked to connect anew it leaves that to whoever made it: the library closes before it opens again."""

    refresh: Callable[[], Awaitable[None]]

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        if message.get("type") == "disconnect" and message.get("reason") in ("warning", "refresh_requested"):
            await self.refresh()
        else:
            await super().run_message_listeners(message, raw_message)


class Sockets:
    routes: Sequence[Route] = ()

    def __init__(self, app: AsyncApp, slack: Slack, app_token: str) -> None:
        # Its own client: Bolt's must never send the app's token, nor this one the bot's.
        self._web = AsyncWebClient(base_url=slack.web.base_url, session=slack.web.session, retry_handlers=[])
        self._app, self._token = app, app_token
        self._handlers = [self._make() for _ in range(SOCKETS)]
        self._leaving: list[_Handler] = []

    def _make(self) -> _Handler:
        return _Handler(self._app, self._token, self._web, self._refresh)

    async def connect(self) -> None:
        """Returns when the first connection stands; the other follows."""
        first, *others = self._handlers
        await first.client.connect()
        for other in others:
            await other.client.connect()

    async def connected(self) -> bool:
        return any([await handler.client.is_connected() for handler in (*self._handlers, *self._leaving)])

    async def _refresh(self, old: _Handler) -> None:
        """Open another connection, and only then let the old one go, which still gets what Slack has sent by it."""
        if old not in self._handlers:
            return
        new = self._make()
        self._handlers[self._handlers.index(old)] = new
        self._leaving.append(old)
        await new.client.connect()
        old.client.auto_reconnect_enabled = False
        await asyncio.sleep(LINGER)
        await old.end(AGAIN)
        self._leaving.remove(old)

    async def rest(self, patience: float) -> None:
        await asyncio.gather(*(handler.end(patience) for handler in (*self._handlers, *self._leaving)))

    async def close(self) -> None:
        await self.rest(0)


async def meet(directory: Directory) -> None:
    """Learn who we are; patiently, as Slack may be away when we start."""
    told = ""
    while True:
        try:
            await directory.meet()
        except SlackFault as fault:
            if str(fault) != told:
                told = str(fault)
                mend = (
                    "Slack refuses SLACK_BOT_TOKEN; `stanch doctor` says what to do" if fault.kind is Kind.APP else None
                )
                logger.warning("slack.not_met", extra={"error": told, "mend": mend})
            await asyncio.sleep(AGAIN)
        else:
            return
