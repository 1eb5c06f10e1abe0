"""Two who send alerts to the bot: the recorded deliveries of an Alertmanager, and an Alertmanager of one's own."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx

from tests.acceptance.harness import Stage, free_port

TOKEN = "s3cret-for-alerts"
PATH = "/signals/alertmanager"
RECORDED = Path(__file__).parents[1] / "fixtures/payloads/alertmanager-0.25-webhook.jsonl"
BINARY = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
UP_WITHIN_S = 20.0


class Sender(Protocol):
    """Returns when the bot has answered, or will soon."""

    async def fires(self) -> None: ...

    async def ends(self) -> None: ...


@dataclass
class Recorded:
    """Sends what Alertmanager 0.25 sent: the same bodies, byte by byte."""

    stage: Stage

    async def fires(self) -> None:
        await self.send(0)

    async def ends(self) -> None:
        await self.send(1)

    async def send(self, line: int) -> None:
        body = json.loads(RECORDED.read_text(encoding="utf-8").splitlines()[line])["body"]
        answer = await deliver(self.stage, body)
        assert answer.status_code == 200, answer.text


async def deliver(stage: Stage, body: str, token: str = TOKEN) -> httpx.Response:
    """One delivery of a webhook, as Alertmanager makes it."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return await stage.http.post(f"{stage.bot_url}{PATH}", content=body, headers=headers)


CONFIG = """
route:
  receiver: stanch
  group_by: [alertname, model]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: stanch
    webhook_configs:
      - url: {url}
        http_config: {{authorization: {{type: Bearer, credentials: {token}}}}}
"""
LABELS = {
    "alertname": "LLMErrorRateHigh", "model": "gpt-4o", "service": "support-copilot", "severity": "critical",
}  # fmt: skip
ANNOTATIONS = {"summary": "Error ratio 37% for gpt-4o", "description": "Model gpt-4o on chat failing"}


@dataclass
class Alertmanager:
    """A real one, told of alerts through its own API as Prometheus does."""

    url: str
    http: httpx.AsyncClient

    async def fires(self) -> None:
        self.since = datetime.now(UTC)
        await self._tell(self.since + timedelta(hours=1))

    async def ends(self) -> None:
        await self._tell(datetime.now(UTC))

    async def _tell(self, until: datetime) -> None:
        alert = {
            "labels": LABELS, "annotations": ANNOTATIONS, "generatorURL": "http://prometheus.example/graph",
            "startsAt": self.since.isoformat(), "endsAt": until.isoformat(),
        }  # fmt: skip
        answer = await self.http.post(f"{self.url}/api/v2/alerts", json=[alert])
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def alertmanager(stage: Stage, folder: Path) -> AsyncIterator[Alertmanager]:
    """An Alertmanager that sends to this bot, on a free port and without a cluster; gone afterwards."""
    assert BINARY is not None
    config = folder / "alertmanager.yml"
    config.write_text(CONFIG.format(url=f"{stage.bot_url}{PATH}", token=TOKEN), encoding="utf-8")
    listen = f"127.0.0.1:{free_port()}"
    command = [
        BINARY, f"--config.file={config}", f"--storage.path={folder / 'data'}", f"--web.listen-address={listen}",
        "--cluster.listen-address=",
    ]  # fmt: skip
    with (folder / "alertmanager.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        made = Alertmanager(f"http://{listen}", stage.http)
        await _until_ready(made, folder / "alertmanager.log")
        yield made
    finally:
        process.terminate()
        await process.wait()


async def _until_ready(made: Alertmanager, log: Path) -> None:
    try:
        async with asyncio.timeout(UP_WITHIN_S):
            while not await _ready(made):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        said = await asyncio.to_thread(log.read_text)
        raise AssertionError(f"Alertmanager did not come up:\n{said[-3000:]}") from None


async def _ready(made: Alertmanager) -> bool:
    try:
        return (await made.http.get(f"{made.url}/-/ready")).status_code == 200
    except httpx.HTTPError:
        return False
