"""`GET /metrics`: Prometheus can read it, the figures are those of the rows, and no label tells what an incident is."""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from starlette.applications import Starlette

import stanch
from stanch.core import commands as c
from stanch.errors import Unavailable
from stanch.flows.desk import Asked, Desk
from stanch.store import tables as t
from stanch.store.figures import Figures, figures
from stanch.web import metrics
from tests.fakes.databases import clock, database, desk, upgraded_url
from tests.fakes.world import ALICE

__all__ = ["clock", "database", "desk", "upgraded_url"]


async def scraped(connected: bool, found: Figures | None) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Name of a sample → labels → value."""

    async def read() -> tuple[bool, Figures | None]:
        return connected, found

    transport = httpx.ASGITransport(Starlette(routes=[metrics.route(read)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    samples: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            samples.setdefault(one.name, {})[tuple(sorted(one.labels.items()))] = one.value
    return samples


async def test_figures_of_the_rows(desk: Desk) -> None:
    """Open incidents by severity and phase, totals, and what is owed; a restricted one is counted without either."""

    async def ask(command: c.Command, number: int | None = None) -> None:
        answer = await desk.ask(Asked(command, ALICE, "slash", number))
        assert not answer.refused, answer

    await ask(c.Declare(0, "answers cite the wrong policy", severity="SEV2"))
    await ask(c.Declare(0, "slow", severity="SEV2"))
    await ask(c.Declare(0, "nobody knows"))
    await ask(c.Declare(0, "a leak of names", klass="security", severity="SEV1"))
    await ask(c.Declare(0, "it was nothing", severity="SEV3"))
    await ask(c.Mitigate(), 2)
    await ask(c.Dismiss("false-alarm", "nothing was wrong"), 5)
    now = time.time() + 3600
    found = await desk.database(lambda db: figures(db, now))
    samples = await scraped(True, found)
    assert samples["stanch_incidents_open"] == {
        (("phase", "assess"), ("severity", "SEV2")): 1,
        (("phase", "mitigate"), ("severity", "SEV2")): 1,
        (("phase", "assess"), ("severity", "none")): 1,
        (("phase", "restricted"), ("severity", "restricted")): 1,
    }
    assert samples["stanch_incidents_total"] == {(): 5}
    assert samples["stanch_events_total"][()] >= 7
    assert samples["stanch_effects"][(("state", "owed"),)] == found.effects["owed"] > 0
    assert samples["stanch_effect_oldest_due_seconds"][()] > 0
    assert samples["stanch_connected"] == {(): 1}
    assert samples["stanch_database_up"] == {(): 1}


async def test_an_empty_database(desk: Desk) -> None:
    """Before the first incident every figure is there and is nought."""
    samples = await scraped(False, await desk.database(lambda db: figures(db, time.time())))
    for name in ("incidents_total", "events_total", "effect_oldest_due_seconds", "connected"):
        assert samples[f"stanch_{name}"] == {(): 0}
    assert samples["stanch_effects"] == {(("state", one),): 0 for one in ("owed", "trying", "held", "buried")}


async def test_without_its_database() -> None:
    """While the database is away the scrape works, says so, and shows no figure that it cannot know."""
    samples = await scraped(True, None)
    ours = {name for name in samples if name.startswith("stanch_") and not name.startswith("stanch_process_")}
    assert ours == {"stanch_connected", "stanch_database_up"}
    assert samples["stanch_database_up"] == {(): 0}


async def test_ten_thousand_open_incidents(desk: Desk) -> None:
    """A scrape stays cheap: all figures of 10,000 open incidents within a tenth of a second."""
    row: dict[str, Any] = {
        "seq": 20, "head": "h", "title": "t", "phase": "mitigate", "restricted": False, "drill": False,
        "declared_by": ALICE, "declared_at": "2026-11-22T03:00:00.000000Z", "room_state": "open", "severity": "SEV3",
    }  # fmt: skip
    rows = [row | {"number": number, "rank": 3} for number in range(1, 10_001)]
    await desk.database(lambda db: db.execute(insert(t.incident), rows))
    await desk.database(lambda db: figures(db, time.time()))
    began = time.perf_counter()
    found = await desk.database(lambda db: figures(db, time.time()))
    assert time.perf_counter() - began < 0.1
    assert (found.incidents, found.events, found.open) == (10_000, 200_000, {("SEV3", "mitigate"): 10_000})


def test_no_module_imports_prometheus_when_it_is_imported() -> None:
    """The library is imported at the first scrape: no module of ours has it among its own imports."""
    files = {path: path.read_text(encoding="utf-8") for path in Path(stanch.__file__).parent.rglob("*.py")}
    naming = {path.name: text for path, text in files.items() if "prometheus_client" in text}
    assert set(naming) == {"metrics.py"}
    assert not re.search(r"(?m)^(import|from) prometheus_client", naming["metrics.py"])


@pytest.mark.slow
def test_starting_imports_no_prometheus() -> None:
    """The whole bot's start, in a process of its own, brings in nothing that does."""
    code = "import stanch.app, sys; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_reading(method: str) -> None:
    """Whatever is not a look is a 405."""

    async def read() -> tuple[bool, Figures | None]:
        raise Unavailable("never asked")

    transport = httpx.ASGITransport(Starlette(routes=[metrics.route(read)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        assert (await http.request(method, "/metrics")).status_code == 405
