"""How long a control takes: `python -m tests.benchmarks.levers`.

From the click on *Pull it*, as it leaves the workspace, to the first request and to the write at the control plane,
beside a bare round trip of the same kind; and from an alert to *in effect*, by script, on the practice AI service.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from practice.ai.faults import Fault, Faults
from tests.acceptance.alerts import PATH, TOKEN
from tests.acceptance.harness import Stage
from tests.acceptance.incidents import buttons, declared, newest
from tests.acceptance.production import Levers, Plant, plant, quick_home
from tests.benchmarks.table import Row, main, share, show

PULLS = 40
STARTS = 5
PACE = {"STANCH_GRACE_S": "5", "STANCH_LEASE_S": "30", "STANCH_SLACK_TIMEOUT_S": "10"}


class Watched(Faults):
    """No fault at all: it notes when each request to the admin API came in, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[float] = []
        self.writes: list[float] = []

    def take(self, write: bool) -> Fault | None:
        (self.writes if write else self.reads).append(time.monotonic() * 1000)
        return super().take(write)


async def measure(stage: Stage, ai: Plant) -> dict[str, list[float]]:
    """Milliseconds from the click to the first read, to the write, and to the acknowledgement."""
    watched = Watched()
    ai.service.api.faults = watched
    found: dict[str, list[float]] = {"first": [], "write": [], "ack": [], "trip": []}
    i = await declared(stage, "the prompt is wrong")
    await i.types("alice", "class quality_regression")
    levers = Levers(stage, i.number, i.room)
    async with httpx.AsyncClient(headers=ai.http.headers) as bare:
        for number in range(1, PULLS + 1):
            ai.put("prompt", "v18")
            await i.types("alice", "pull prompt.back")
            ts = (await levers.view(f"pull/{number}"))["ts"]
            watched.reads.clear()
            watched.writes.clear()
            clicked = time.monotonic() * 1000
            answer = await stage.does("click", user="alice", channel=i.room, ts=ts, text="Pull it")
            while not watched.writes:  # noqa: ASYNC110 - it is another process; nobody asks the bot meanwhile
                await asyncio.sleep(0.002)
            await stage.settle()
            found["ack"].append(float(answer["ack_ms"][0]))
            found["first"].append(watched.reads[0] - clicked)
            found["write"].append(watched.writes[0] - clicked)
            found["trip"].append(await trip(bare, ai, watched))
    return found


async def trip(bare: httpx.AsyncClient, ai: Plant, watched: Watched) -> float:
    """From leaving a client to coming in, for a write that changes nothing."""
    watched.writes.clear()
    began = time.monotonic() * 1000
    await bare.put(f"{ai.service.url}/admin/settings/prompt", json={"value": "v17", "by": "the benchmark"})
    return watched.writes[0] - began


async def alert_to_effect(stage: Stage, ai: Plant, number: int) -> float:
    """Seconds: an alert comes in, somebody takes it as an incident, pulls what the class says, and it is in effect."""
    await ai.mend()
    await ai.breaks("quality_regression")
    summary = f"answers got worse {number}"
    alert = {
        "status": "firing", "labels": {"alertname": f"BadAnswers{number}", "service": "support-copilot"},
        "annotations": {"summary": summary}, "startsAt": "2026-11-22T03:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "", "fingerprint": f"f{number}",
    }  # fmt: skip
    body = {
        "version": "4", "groupKey": f"g{number}", "truncatedAlerts": 0, "status": "firing", "receiver": "stanch",
        "groupLabels": alert["labels"], "commonLabels": alert["labels"], "commonAnnotations": {}, "externalURL": "",
        "alerts": [alert],
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {TOKEN}"}
    began = time.monotonic()
    sent = await stage.http.post(f"{stage.bot_url}{PATH}", json=body, headers=headers)
    assert sent.status_code < 300, sent.text
    async with asyncio.timeout(60):
        while not (shown := [one for one in await stage.messages("triage") if summary in str(one)]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        click = {"user": "alice", "channel": "triage", "ts": shown[-1]["ts"], "text": "Declare"}
        view = (await stage.does("click", **click))["view"]
        facts = {"class": "quality_regression"}
        await stage.does("submit", user="alice", view_id=view["id"], values=facts)
        i = await newest(stage)
        levers = Levers(stage, i.number, i.room)
        await stage.types("alice", "pull prompt.back", i.room)
        while not (found := await levers.views("pull/1")) or "Pull it" not in buttons(found[0]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await levers.clicks("alice", "pull/1", "Pull it")
        while "in effect:" not in await levers.says("pull/1"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return time.monotonic() - began


@asynccontextmanager
async def planted(lag: float) -> AsyncIterator[tuple[Stage, Plant]]:
    """A stage with production's pace, beside the practice AI service."""
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as folder:
        async with plant(lag) as ai:
            home = quick_home(Path(folder) / "home")
            env = PACE | {"STANCH_HOME": str(home), "STANCH_ALERTMANAGER_TOKEN": TOKEN} | ai.environment
            stage = Stage(Path(folder), env)
            await stage.open()
            try:
                await stage.start_bot()
                await stage.settle()
                yield stage, ai
            finally:
                await stage.close()


def row(name: str, values: list[float]) -> Row:
    return (name, len(values), share(values, 0.5), share(values, 0.99), max(values))


async def bench() -> None:
    async with planted(0.05) as (stage, ai):
        found = await measure(stage, ai)
    trip_p50 = share(found["trip"], 0.5)
    rows = [
        row("acknowledgement of the click", found["ack"]),
        row("click → first request at the plane", found["first"]),
        row("click → write at the plane", found["write"]),
        row("a bare round trip's way there", found["trip"]),
        row("added before the first request", [one - trip_p50 for one in found["first"]]),
        row("added before the write", [one - trip_p50 for one in found["write"]]),
    ]
    head = ("from the click on Pull it", "how many", "p50 ms", "p99 ms", "slowest ms")
    show("From the click to the control request; goal: at most 25 ms added at p50", head, rows)
    async with planted(2.0) as (stage, ai):
        took = [await alert_to_effect(stage, ai, number) for number in range(1, STARTS + 1)]
    head = ("by script, on the practice AI service", "how many", "p50 s", "p99 s", "slowest s")
    rows = [row("from an alert to in effect", took)]
    show("From an alert to in effect; the service serves another prompt after 2 s", head, rows)


if __name__ == "__main__":
    main(bench)
