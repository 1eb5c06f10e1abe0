"""`stanch try`: a practice workspace and the bot, two processes, one command."""

import asyncio
import json
import os
import socket
import sys
import webbrowser
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from practice.ai.server import Options, Service as AiService, running as ai_service
from practice.server import serve
from practice.service import Service, Settings as Workspace
from practice.supervise import Bot
from stanch import manifest
from stanch.errors import StanchError
from stanch.lock import alone
from stanch.pages.static import WRITTEN
from stanch.settings import OURS, SECRETS, read

KEPT = (
    "STANCH_HOME",
    "STANCH_KNOWN_GOOD_S",
    "STANCH_ALERTMANAGER_TOKEN",
    "STANCH_SLACK_TIMEOUT_S",
    "STANCH_LEASE_S",
    "STANCH_GRACE_S",
)
"""Settings of ours that the bot of a trial takes over; Slack's tokens and the database never are."""
READY_WITHIN = 60.0
AI_LAG = 2.0
"""Seconds until the practice AI service serves a new prompt or index; a real one may take 60."""
GREEN_FOR = "20"
"""Seconds for which its checks must be green to call what stands there good; in earnest ten minutes."""


class Delivery(TypedDict):
    """Settings of the practice workspace."""

    mode: Literal["socket", "http"]
    request_url: NotRequired[str]


async def run(port: int, data: Path | None, *, browser: bool, fresh: bool, transport: str = "socket") -> None:
    """Until Ctrl-C or SIGTERM. Raises `StanchError` for a port, a folder or a transport that cannot be used."""
    if transport not in SECRETS:
        raise StanchError(f"There is no transport {transport}; choose {' or '.join(SECRETS)}.")
    settings = read({k: v for k, v in os.environ.items() if k in (*KEPT, "STANCH_DATA")}, Path(os.devnull))
    folder = (data or settings.stanch_data).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "stanch.sqlite3").exists() and not (folder / "practice.sqlite3").exists():
        raise StanchError(f"{folder} holds incidents of a real Slack. Name another folder with --data.")
    _port_is_free(port)
    # Held by this try, and looked at by the bot's own lock: whoever runs on the folder keeps what is in it.
    with alone(folder / "try.lock"):
        with alone(folder / "stanch.lock"):
            if fresh:
                _empty(folder)
        await _both(folder, port, browser, transport)


async def _both(folder: Path, port: int, browser: bool, transport: str) -> None:
    """The AI service that can be broken runs beside the workspace, in its process."""
    async with ai_service(Options(port=0, lag=AI_LAG)) as ai:
        await _with(ai, folder, port, browser, transport)


async def _with(ai: AiService, folder: Path, port: int, browser: bool, transport: str) -> None:
    bot_port = _free_port()

    def bot(service: Service) -> Bot:
        serve = [sys.executable, "-m", "stanch", "serve", "--port", str(bot_port), "--log-level", "warning"]
        return Bot([*serve, "--transport", transport], environment(service, ai, folder))

    async def announce(service: Service) -> None:
        await _ready(service)
        print(json.dumps({"workspace": service.base_url, "bot": f"http://127.0.0.1:{bot_port}"}), flush=True)
        if browser:
            webbrowser.open(service.base_url)
            print(f"The practice Slack is at {service.base_url} (Ctrl-C ends it).", file=sys.stderr)
        print(f"The practice AI service is at {ai.url}: break it there, mend it from Slack.", file=sys.stderr)
        print(f"For `stanch pull`: export PRACTICE_AI_URL={ai.url} PRACTICE_AI_TOKEN={ai.token}", file=sys.stderr)

    delivery = _delivery(transport, bot_port)
    known = manifest.path()
    workspace = Workspace(port=port, data=folder, manifest=known, ai_url=ai.url, pager=_pager_wanted(), **delivery)
    try:
        await serve(workspace, bot=bot, announce=announce)
    except OSError as taken:
        raise StanchError(f"Port {port} cannot be used: {taken.strerror}. Choose another with --port.") from taken


def _delivery(transport: str, bot_port: int) -> Delivery:
    """How the workspace reaches the bot: by its sockets, or by posting to it."""
    if transport == "http":
        return {"mode": "http", "request_url": f"http://127.0.0.1:{bot_port}/slack/events"}
    return {"mode": "socket"}


def environment(service: Service, ai: AiService, folder: Path) -> dict[str, str]:
    """What the bot of a trial runs with."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or not k.upper().startswith(OURS)}
    at = service.connection()
    return kept | {
        "SLACK_BOT_TOKEN": service.settings.bot_token,
        "SLACK_APP_TOKEN": service.settings.app_token,
        "SLACK_SIGNING_SECRET": service.settings.signing_secret,
        "SLACK_API_URL": f"{service.base_url}/api/",
        "STANCH_DATA": str(folder),
        "STANCH_TRIAGE_CHANNEL": "triage",
        "STANCH_ANNOUNCE_CHANNEL": "incidents",
        "STANCH_KNOWN_GOOD_S": os.environ.get("STANCH_KNOWN_GOOD_S", GREEN_FOR),
        "PRACTICE_AI_URL": ai.url,
        "PRACTICE_AI_TOKEN": ai.token,
        "STANCH_PAGE_WEBHOOK_URL": at.get("pager", ""),
        "STANCH_PAGE_WEBHOOK_TOKEN": at.get("pager_token", ""),
        # Empty is stronger than what a .env may say: a trial has its own database, wakes nobody and tells no users.
        "DATABASE_URL": "",
        "STANCH_PAGERDUTY_ROUTING_KEY": "",
        "STANCH_STATUSPAGE_TOKEN": "",
        "STANCH_STATUS_WEBHOOK_URL": "",
    }


def _pager_wanted() -> bool:
    """Unless the setting is there and empty."""
    return os.environ.get("STANCH_PAGE_WEBHOOK_URL") != ""


async def _ready(service: Service) -> None:
    """The bot listens and is connected."""
    assert service.bot is not None
    try:
        async with asyncio.timeout(READY_WITHIN):
            await service.bot.ready(READY_WITHIN)
            while not service.delivery.connected:  # noqa: ASYNC110 - the workspace offers nothing to wait on
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise StanchError("The bot did not come up; what it said stands above.") from None


def _empty(folder: Path) -> None:
    # The pages too: what they say of incidents with the same numbers would be taken for words of this trial.
    for pattern in ("stanch.sqlite3*", "practice.sqlite3*", *(f"status/{one}" for one in WRITTEN)):
        for path in folder.glob(pattern):
            if path.is_file():
                path.unlink()


def _port_is_free(port: int) -> None:
    """Raises `StanchError` before anything is touched; 0 is any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise StanchError(f"Port {port} cannot be used: {taken.strerror}. Choose another with --port.") from taken


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
