"""The practice workspace and the bot as processes of their own, and a person who works in it.

A `Stage` is one workspace with one bot. The bot can be killed with SIGKILL and started again on the same data.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
STANCH = (sys.executable, "-m", "stanch")
READY_WITHIN_S = 30.0
BEAT_S = 0.02
"""Between two looks at whether everything has come to rest."""
PACE = {"STANCH_GRACE_S": "0.3", "STANCH_LEASE_S": "5", "STANCH_SLACK_TIMEOUT_S": "1"}


class Process:
    """A child whose first line on stdout is a JSON object: it is up. What it says else goes to `log`."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._popen = subprocess.Popen(
                list(command), env=dict(env), cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL
            )
        self._log = log

    async def announced(self) -> Json:
        """Raises AssertionError with the end of the log when it ends or says nothing in time."""
        assert self._popen.stdout is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                line = await asyncio.to_thread(self._popen.stdout.readline)
        except TimeoutError:
            line = b""
        if not line:
            raise AssertionError(f"it did not come up:\n{self._log.read_text()[-3000:]}")
        answer: Json = json.loads(line)
        return answer

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    async def end(self, *, at_once: bool = True) -> int:
        """SIGKILL, or SIGTERM; waits until it is gone. The exit status."""
        if self.alive:
            (self._popen.kill if at_once else self._popen.terminate)()
        status = await asyncio.to_thread(self._popen.wait)
        if self._popen.stdout is not None:
            self._popen.stdout.close()
        return status


@dataclass
class Stage:
    """One workspace with one bot. `data` is the bot's folder; `env` goes on top of its environment.

    `transport` is how the workspace reaches the bot, `socket` or `http`.
    """

    data: Path
    env: dict[str, str] = field(default_factory=dict)
    command: Sequence[str] = STANCH
    transport: str = "socket"
    port: int = 0
    """The bot's; over HTTP it stays the same when the bot is started again."""
    limits: bool = False
    """Whether the workspace refuses what Slack's rate limits would."""
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30))
    connection: Json = field(default_factory=dict)
    bot_url: str = ""
    practice: Process | None = None
    bot: Process | None = None

    # processes

    async def open(self) -> None:
        """Start the workspace; the bot is started by `start_bot`."""
        self.data.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "practice", "--port", "0", "--manifest", str(ROOT / "manifest.yml")]
        # Short pauses between Slack's repetitions of an event that the bot did not acknowledge.
        command += ["--retry-scale", "0.2", "--data", str(self.data / "practice")]
        command += ["--rate-limits"] if self.limits else []
        if self.transport == "http":
            self.port = free_port()
            command += ["--mode", "http", "--request-url", f"http://127.0.0.1:{self.port}/slack/events"]
        self.practice = Process(command, clean_environment(), self.data / "practice.log")
        self.connection = await self.practice.announced()

    @property
    def database_url(self) -> str:
        return self.env.get("DATABASE_URL") or f"sqlite:///{self.data / 'stanch.sqlite3'}"

    def environment(self) -> dict[str, str]:
        """What the bot runs with: no setting or token of the machine's own."""
        return clean_environment() | {
            "SLACK_BOT_TOKEN": self.connection["bot_token"],
            "SLACK_APP_TOKEN": self.connection["app_token"],
            "SLACK_SIGNING_SECRET": self.connection["signing_secret"],
            "SLACK_API_URL": self.connection["api"],
            "STANCH_DATA": str(self.data),
            "STANCH_ANNOUNCE_CHANNEL": "incidents",
            "STANCH_TRIAGE_CHANNEL": "triage",
            "STANCH_HOME": str(ROOT),
            **PACE,
            **self.env,
        }

    async def start_bot(self, *, connected: bool = True) -> None:
        command = [*self.command, "serve", "--port", str(self.port), "--transport", self.transport]
        self.bot = Process(command, self.environment(), self.data / "bot.log")
        self.bot_url = (await self.bot.announced())["bot"]
        if connected:
            await self.until_connected()

    async def until_connected(self) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while not (await self.health()).get("connected"):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(BEAT_S)

    async def kill_bot(self) -> None:
        if self.bot is not None:
            await self.bot.end()
            self.bot = None

    async def restart_bot(self) -> None:
        await self.kill_bot()
        await self.start_bot()

    async def close(self) -> None:
        await self.kill_bot()
        if self.practice is not None:
            await self.practice.end()
        await self.http.aclose()

    # looking

    async def health(self) -> Json:
        """Empty while the bot does not answer."""
        try:
            answer: Json = (await self.http.get(f"{self.bot_url}/health")).json()
        except httpx.HTTPError:
            return {}
        return answer

    async def sees(self, what: str, **query: Any) -> Any:
        answer = await self.http.get(f"{self.connection['workspace']}/practice/{what}", params=query)
        assert answer.status_code == 200, f"{what}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    async def calls(self, since: int = 0) -> list[Json]:
        found: list[Json] = await self.sees("calls", since=since)
        return found

    async def state(self) -> Json:
        found: Json = await self.sees("state")
        return found

    async def channels(self, start: str) -> list[Json]:
        """Every channel whose name starts so."""
        return [one for one in (await self.state())["channels"] if one["name"].startswith(start)]

    async def channel(self, start: str) -> Json:
        """The one channel whose name starts so."""
        found = await self.channels(start)
        assert len(found) == 1, f"{len(found)} channels start with {start}"
        return found[0]

    async def room(self, number: int) -> Json:
        return await self.channel(f"inc-{number}-")

    async def messages(self, channel: str, user: str | None = None) -> list[Json]:
        query = {"user": user} if user else {}
        found: list[Json] = await self.sees(f"messages/{channel}", **query)
        return found

    # doing

    async def does(self, what: str, **body: Any) -> Json:
        answer = await self.http.post(f"{self.connection['workspace']}/practice/{what}", json=body)
        found: Json = answer.json()
        return found

    async def types(self, user: str, text: str, channel: str = "general", **more: Any) -> Json:
        """`/incident TEXT`"""
        return await self.does("command", user=user, channel=channel, command="/incident", text=text, **more)

    async def faults(self, *listed: Json) -> None:
        answer = await self.http.post(f"{self.connection['workspace']}/practice/faults", json=list(listed))
        assert answer.status_code == 200, answer.text

    async def mends(self) -> None:
        await self.http.delete(f"{self.connection['workspace']}/practice/faults")

    async def wire(self) -> Json:
        """`calls` made and `open` so far, and `next`, the number of everything that went over the wire."""
        found: Json = await self.sees("traffic", since=10**9)
        return found

    async def settle(self, within_s: float = 60.0) -> Json:
        """Wait until no call is open, nothing is owed or being tried, and nothing went over the wire for a moment.

        The health at rest; held and buried effects may remain.
        """
        before: Json = {}
        health: Json = {}
        async with asyncio.timeout(within_s):
            while True:
                wire = await self.wire()
                still = wire == before and not wire["open"]
                if still and at_rest(health):
                    return health
                # Asked between two looks at the wire: what it owes shows here before it shows there.
                health = await self.health() if still else {}
                before = wire
                await asyncio.sleep(BEAT_S)


def at_rest(health: Json) -> bool:
    return bool(health) and health["connected"] and not health["owed"] + health["trying"]


@asynccontextmanager
async def staged(
    data: Path, env: Mapping[str, str] | None = None, command: Sequence[str] = STANCH, transport: str = "socket"
) -> AsyncIterator[Stage]:
    """A stage with the bot connected; both processes are gone afterwards."""
    stage = Stage(data, dict(env or {}), command, transport)
    try:
        await stage.open()
        await stage.start_bot()
        yield stage
    finally:
        await stage.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """This process's environment without settings of Stanch's, Slack's tokens or a database; whatever it says, many
    processes one after the other compile everything once."""
    dropped = ("STANCH_", "SLACK_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(dropped)}


def said(answer: Json) -> str:
    """What the person was told for what they did."""
    return "\n".join(one["text"] for one in answer["ephemerals"])
