"""The practice AI service beside a stage: what is pulled there is looked at here, and its admin API is made to fail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from practice.ai.faults import Fault
from practice.ai.server import Options, Service, running
from practice.ai.settings import SETTINGS
from tests.acceptance.harness import BEAT_S, Json, Stage, said
from tests.acceptance.homes import home
from tests.acceptance.incidents import words

LAG_S = 0.05
SHORTER: Mapping[str, str] = {
    r"(?m)^( +within: )\d+s": r"\g<1>15s",
    r"timeout: 5s": "timeout: 2s",
    r"hold: 10s": "hold: 1s",
    r"of: (10|20)\b": "of: 6",
    r"none_for: 10": "none_for: 2",
}
"""What a test cannot wait for, in controls.yml, and what stands there instead."""
Mark = tuple[int, int]


@dataclass
class Plant:
    """The practice AI service, in this process so that it can be looked into; to a bot it is one on the network."""

    service: Service
    http: httpx.AsyncClient

    @property
    def environment(self) -> dict[str, str]:
        """What the bot needs to speak to it."""
        return {"PRACTICE_AI_URL": self.service.url, "PRACTICE_AI_TOKEN": self.service.token}

    # looking

    def stands(self, setting: str) -> Any:
        return self.service.engine.settings.values[setting]

    def stat(self, name: str, window: float = 3) -> float:
        found = self.service.engine.figures(window)[name]
        return 0.0 if found is None else float(found)

    def mark(self) -> Mark:
        """How many writes have arrived, and how many changes were made so far."""
        return len(self.service.api.admin.calls), self.service.engine.settings.count

    def arrived(self, mark: Mark) -> list[tuple[str, Any, int | None]]:
        """Writes that came in since then: path after /admin, value, status (None: no answer)."""
        return [
            (one["path"].removeprefix("/admin/"), (one["body"] or {}).get("value"), one["status"])
            for one in list(self.service.api.admin.calls)[mark[0] :]
        ]

    def changed(self, mark: Mark) -> list[tuple[str, Any, Any]]:
        """What really changed since then: setting, from, to."""
        settings = self.service.engine.settings
        new = settings.count - mark[1]
        return [(one.name, one.before, one.after) for one in list(settings.changes)[-new:]] if new else []

    async def until(self, name: str, holds: Callable[[float], bool], within_s: float = 30, window: float = 3) -> float:
        """Wait until a figure is so; what it is then."""
        value = self.stat(name, window)
        try:
            async with asyncio.timeout(within_s):
                while not holds(value):
                    await asyncio.sleep(2 * BEAT_S)
                    value = self.stat(name, window)
        except TimeoutError:
            raise AssertionError(f"{name} is {value} after {within_s:.0f} s") from None
        return value

    # doing

    async def fault(self, **fault: Any) -> None:
        """As `POST /break/admin` takes it, from now on; the one before ends."""
        await self._posts("/break/admin", fault)

    async def no_fault(self) -> None:
        await self.http.delete("/break/admin")

    @property
    def faulty(self) -> Fault | None:
        """The fault in force, with how many calls it has `seen`."""
        return self.service.api.faults.active

    async def breaks(self, klass: str) -> None:
        await self._posts("/break", {"class": klass})

    async def mend(self) -> None:
        """No fault, nothing broken, every setting as it is at first, on the spot."""
        await self.no_fault()
        await self._posts("/mend", {})
        for name, one in SETTINGS.items():
            if self.stands(name) != one.default:
                self.put(name, one.default, "the test")

    def put(self, setting: str, value: Any, by: str = "a deploy") -> None:
        """Somebody else changes it, and it is served at once."""
        engine = self.service.engine
        engine.settings.put(setting, value, by, f"{by}-{engine.settings.count}", engine.now, at_once=True)

    async def _posts(self, path: str, body: Json) -> None:
        answer = await self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def plant(lag: float = LAG_S) -> AsyncIterator[Plant]:
    """The service with healthy traffic; `lag` in seconds until a prompt or an index is served."""
    async with running(Options(lag=lag, seed=11)) as service:
        headers = {"Authorization": f"Bearer {service.token}"}
        async with httpx.AsyncClient(base_url=service.url, headers=headers, timeout=30) as http:
            yield Plant(service, http)


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


# A pull in its room


def key_of(message: Json) -> str:
    return str(((message.get("metadata") or {}).get("event_payload") or {}).get("key") or "")


@dataclass
class Levers:
    """The controls of one incident, as people pull them in its room."""

    stage: Stage
    number: int
    room: str

    async def views(self, name: str) -> list[Json]:
        """The messages that show `pull/P`, `runbook/ENTRY` or `sample/S`; one, if all is well."""
        key = f"inc-{self.number}/view/{name}"
        return [one for one in await self.stage.messages(self.room) if key_of(one) == key]

    async def view(self, name: str) -> Json:
        found = await self.views(name)
        assert len(found) == 1, f"{len(found)} messages show {name}"
        return found[0]

    async def says(self, name: str) -> str:
        """All words of it."""
        return words(await self.view(name))

    async def last(self, kind: str) -> Json:
        """The newest of `pull`, `runbook` or `sample`."""
        start = f"inc-{self.number}/view/{kind}/"
        found = [one for one in await self.stage.messages(self.room) if key_of(one).startswith(start)]
        assert found, f"nothing shows a {kind}"
        return max(found, key=lambda one: float(one["ts"]))

    async def clicks(self, user: str, name: str, label: str, **more: Any) -> Json:
        """A button of such a message, by its words; what came back at once."""
        ts = (await self.view(name))["ts"]
        return await self.stage.does("click", user=user, channel=self.room, ts=ts, text=label, **more)

    async def presses(self, user: str, name: str, label: str) -> str:
        """The same, brought to its end; what the person alone was told."""
        answer = await self.clicks(user, name, label)
        assert answer["ok"], answer
        await self.stage.settle()
        return said(answer)
