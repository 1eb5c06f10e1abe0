"""Two Socket Mode connections, so that one refreshes while the other listens (Slack's facts, section 5)."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from stanch.slack.client import Slack, SlackFault
from stanch.slack.directory import Directory

logger = logging.getLogger("stanch.slack")
SOCKETS = 2
AGAIN = 2.0
"""Seconds between two tries to reach Slack at the start."""


def bolt(slack: Slack, directory: Directory, token: str, signing_secret: str) -> AsyncApp:
    """A Bolt app that commits before it acknowledges, and asks Slack who it is once and not for each request."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_token=token, bot_user_id=directory.me, bot_id=directory.me
        )

    quiet = logging.getLogger("stanch.bolt")
    # Bolt warns that it finds a token in the environment beside the client: that is how it is meant.
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
    quiet.setLevel(logging.WARNING)
    return app


class Sockets:
    def __init__(self, app: AsyncApp, slack: Slack, app_token: str) -> None:
        # Its own client: Bolt's must never send the app's token, nor this one the bot's.
        web = AsyncWebClient(base_url=slack.web.base_url, session=slack.web.session, retry_handlers=[])
        self._handlers = [AsyncSocketModeHandler(app, app_token, web_client=web) for _ in range(SOCKETS)]

    async def connect(self) -> None:
        """Returns when the first connection stands; the other follows."""
        first, *others = self._handlers
        await first.client.connect()
        for other in others:
            await other.client.connect()

    async def connected(self) -> bool:
        return any([await handler.client.is_connected() for handler in self._handlers])

    async def close(self) -> None:
        for handler in self._handlers:
            await handler.client.close()


async def meet(directory: Directory) -> None:
    """Learn who we are; patiently, as Slack may be away when we start."""
    while True:
        try:
            await directory.meet()
        except SlackFault as fault:
            logger.warning("slack.not_met", extra={"error": str(fault)})
            await asyncio.sleep(AGAIN)
        else:
            return
