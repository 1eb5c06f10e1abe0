"""The practice AI service beside a stage: what is pulled there is looked at here, and its admin API is made to fail."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.harness import BEAT_S, Json, Process, clean_environment
from tests.acceptance.homes import home

LAG = "0.2"
SHORTER: Mapping[str, str] = {
    r"(?m)^( +within: )\d+s": r"\g<1>6s",
    r"timeout: 5s": "timeout: 2s",
    r"hold: 10s": "hold: 1s",
    r"of: (10|20)\b": "of: 6",
    r"none_for: 10": "none_for: 2",
}
"""What a test cannot wait for, in controls.yml, and what stands there instead."""


@dataclass
class Plant:
    """The practice AI service as a process of its own."""

    url: str
    token: str
    process: Process
    http: httpx.AsyncClient

    @property
    def environment(self) -> dict[str, str]:
        """What the bot needs to speak to it."""
        return {"PRACTICE_AI_URL": self.url, "PRACTICE_AI_TOKEN": self.token}

    async def get(self, path: str) -> Json:
        return await self.asks("GET", path)

    async def asks(self, method: str, path: str, body: Any = None) -> Json:
        answer = await self.http.request(method, self.url + path, json=body)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        found: Json = answer.json()
        return found

    async def value(self, setting: str) -> Any:
        return (await self.get("/state"))["settings"][setting]

    async def moves(self, setting: str, value: Any, by: str = "a deploy") -> None:
        await self.asks("PUT", f"/admin/settings/{setting}", {"value": value, "by": by})

    async def breaks(self, klass: str) -> None:
        await self.asks("POST", "/break", {"class": klass})

    async def mends(self) -> None:
        await self.asks("POST", "/mend", {})

    async def fault(self, **fault: Any) -> None:
        """As `POST /break/admin` takes it."""
        await self.asks("POST", "/break/admin", fault)

    async def no_fault(self) -> None:
        await self.asks("DELETE", "/break/admin")

    async def changes(self, setting: str = "") -> list[Json]:
        """Every change that was made, oldest first: `at`, `name`, `from`, `to`, `by`, `request_id`."""
        found = (await self.get("/admin/audit?limit=2000"))["changes"]
        return [one for one in reversed(found) if not setting or one["name"] == setting]

    async def moved(self, setting: str, since: int = 0) -> list[tuple[Any, Any]]:
        """From and to, of every change after the first `since`."""
        return [(one["from"], one["to"]) for one in (await self.changes(setting))[since:]]

    async def writes(self, setting: str = "") -> list[Json]:
        """Every write that arrived, done or not, oldest first."""
        found = (await self.get("/admin/calls"))["calls"]
        return [one for one in found if one["path"].endswith(f"/settings/{setting}" if setting else "")]

    async def stat(self, name: str, window: float = 3) -> float:
        found = (await self.get(f"/admin/stats?window={window}"))[name]
        return 0.0 if found is None else float(found)

    async def until(self, name: str, holds: Any, within_s: float = 30, window: float = 3) -> float:
        """Wait until a figure is so; what it is then."""
        value = 0.0
        try:
            async with asyncio.timeout(within_s):
                while not holds(value := await self.stat(name, window)):  # noqa: ASYNC110 - it is another process
                    await asyncio.sleep(5 * BEAT_S)
        except TimeoutError:
            raise AssertionError(f"{name} is {value} after {within_s:.0f} s") from None
        return value


@asynccontextmanager
async def plant(folder: Path, *, lag: str = LAG, seed: int = 7) -> AsyncIterator[Plant]:
    """The service with healthy traffic, gone afterwards."""
    command = [sys.executable, "-m", "practice.ai", "--port", "0", "--lag", lag, "--seed", str(seed)]
    process = Process(command, clean_environment(), folder / "ai.log")
    try:
        found = await process.announced()
        headers = {"Authorization": f"Bearer {found['token']}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as http:
            yield Plant(found["url"], found["token"], process, http)
    finally:
        await process.end()


def quick_home(folder: Path, **more: str) -> Path:
    """A house of its own whose controls need not be waited for: `more` are further patterns in controls.yml."""
    made = home(folder)
    file = made / "runbooks" / "catalogue" / "controls.yml"
    file.write_text(_replaced(file.read_text(), {**SHORTER, **more}))
    return made


def _replaced(text: str, patterns: Mapping[str, str]) -> str:
    for pattern, instead in patterns.items():
        text, count = re.subn(pattern, instead, text)
        assert count, f"controls.yml does not say {pattern} any more"
    return text


def step(timeline: list[Json], *kinds: str) -> Iterator[Json]:
    """The entries of these kinds, in order."""
    return (one for one in timeline if one["kind"] in kinds)
