"""The parts of a running practice workspace, put together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from starlette.types import Scope

from practice import manifest, seed
from practice.acting import Acting
from practice.delivery import Delivery
from practice.events import Events
from practice.faults import Faults
from practice.http_delivery import HttpDelivery
from practice.integrations import Integrations
from practice.interactions import Interactions
from practice.pager import TOKEN, Pager
from practice.people import People
from practice.sockets import Sockets
from practice.store import Store
from practice.supervise import Bot
from practice.tiers import Tiers
from practice.traffic import Traffic
from practice.web_api import WebApi
from practice.workspace import Workspace


@dataclass(frozen=True)
class Settings:
    """How to run a workspace. Tokens are fixed, so that they survive a restart: this Slack listens on loopback only.

    ``port`` 0 takes a free one. Without ``data`` everything is kept in memory. Without ``manifest`` all is allowed.
    ``mode`` says how the app gets its payloads: over its sockets, or all posted to ``request_url``.
    ``without`` names families of methods that the workspace's plan lacks, such as ``bookmarks``.
    ``retry_scale`` shortens the pauses between event retries (1 s, 1 min, 5 min). ``rate_limits`` enforces the tiers.
    """

    port: int = 0
    mode: Literal["socket", "http"] = "socket"
    request_url: str | None = None
    data: Path | None = None
    seed: Path | None = None
    manifest: Path | None = None
    retry_scale: float = 1.0
    rate_limits: bool = False
    without: tuple[str, ...] = ()
    bot_token: str = "xoxb-practice-bot"
    app_token: str = "xapp-practice-app"
    signing_secret: str = field(default="practice-signing-secret", repr=False)
    ai_url: str = ""
    """Where the practice AI service is, if it runs beside this workspace: the page has a link to it."""
    pager: bool = False
    """Whether this workspace has a pager, for whoever wakes people by a webhook; the page shows it."""


class Service:
    """One workspace with everything around it.

    Raises ``ValueError`` for a manifest or seed that cannot be read, and for a mode and request URL that do not fit.
    """

    def __init__(self, settings: Settings, base_url: str, abort: Callable[[Scope], None]) -> None:
        self.settings = settings
        self.base_url = base_url
        self.app = manifest.read(settings.manifest)
        self.workspace = Workspace(base_url)
        self.store = Store(settings.data) if settings.data else None
        if not (self.store and self.store.load(self.workspace)):
            seed.plant(self.workspace, seed.read(settings.seed))
        self.traffic = Traffic()
        self.faults = Faults()
        self.sockets = Sockets(self.traffic.line, lambda: self.traffic.publish("bot"))
        self.delivery = self._delivery()
        self.events = Events(self.workspace, self.app, self.delivery, settings.retry_scale)
        self.interactions = Interactions(self.workspace, self.delivery, self.traffic.line)
        self.acting = Acting(self.workspace, self.app, self.interactions, self.events)
        self.people = People(self.acting)
        self.integrations = Integrations(self.people)
        self.pager = Pager(self.workspace) if settings.pager else None
        self.workspace.on_event = self.events.emit
        self.workspace.on_change = self.traffic.publish
        self.bot: Bot | None = None
        self.web_api = WebApi(
            self.workspace,
            self.app,
            self.sockets,
            self.faults,
            self.traffic,
            settings.bot_token,
            settings.app_token,
            abort,
            Tiers(time.monotonic) if settings.rate_limits else None,
            socket_mode=settings.mode == "socket",
            without=settings.without,
        )

    def _delivery(self) -> Delivery:
        url = self.settings.request_url
        if self.settings.mode == "socket":
            if url:
                raise ValueError("a request URL goes with the mode http")
            return self.sockets
        if not url or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise ValueError(
                f"the mode http needs a request URL such as http://127.0.0.1:8766/slack/events, not {url!r}"
            )
        secret, clock = self.settings.signing_secret, self.workspace.clock
        return HttpDelivery(url, secret, clock, self.traffic.line, lambda: self.traffic.publish("bot"))

    def connection(self) -> dict[str, str]:
        """What an app needs to connect: the line that ``python -m practice`` prints."""
        pager = {"pager": f"{self.base_url}/practice/pages", "pager_token": TOKEN} if self.pager else {}
        return {
            "workspace": self.base_url,
            "api": f"{self.base_url}/api/",
            "bot_token": self.settings.bot_token,
            "app_token": self.settings.app_token,
            "signing_secret": self.settings.signing_secret,
            **pager,
        }

    def attach(self, bot: Bot) -> None:
        """Let the page show this child process and kill it."""

        def changed() -> None:
            self.delivery.look_again()
            self.traffic.publish("bot")

        self.bot = bot
        bot.on_change = changed
