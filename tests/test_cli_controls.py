"""`stanch controls`, as a person runs it: what is declared, and what a plane has, ready to paste."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from practice.ai.server import running as ai_service
from stanch.__main__ import main
from tests.acceptance.harness import clean_environment
from tests.fakes.plane import FakePlane

ROOT = Path(__file__).parents[1]
EVIL = "]: \n- evil: {x}"


class Said(NamedTuple):
    status: int
    output: str
    errors: str


Discover = Callable[[str], Awaitable[Said]]


async def stanch(home: Path, *arguments: str, **environment: str) -> Said:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stanch", *arguments,
        env=clean_environment() | {"STANCH_HOME": str(home)} | environment, cwd=home,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    return Said(process.returncode or 0, output.decode(), errors.decode())


@pytest.fixture
async def alerts() -> AsyncIterator[FakePlane]:
    """An Alertmanager in which two alerts fire."""
    async with FakePlane().up() as plane:
        fires = [{"labels": {"alertname": name}, "status": {"state": "active"}} for name in (EVIL, "Zero")]
        plane.routes["GET", "/api/v2/alerts"] = lambda _: (200, fires)
        yield plane


@pytest.fixture
def home(tmp_path: Path, alerts: FakePlane) -> Path:
    """What ships, and an Alertmanager beside the practice service."""
    for name in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    controls = tmp_path / "runbooks/catalogue/controls.yml"
    more = f"planes:\n  alerts:\n    kind: alertmanager\n    url: {alerts.url}\n"
    controls.write_text(controls.read_text(encoding="utf-8").replace("planes:\n", more, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.slow
async def test_what_is_printed_can_be_pasted(home: Path) -> None:
    """What `discover` prints, put in the place of the entries of this control, has no fault: an evil name is a text."""
    said = await stanch(home, "controls", "discover", "alerts")
    assert (said.status, said.errors) == (0, "")
    head, how, _, control, *entries = said.output.splitlines()
    assert how == "# Of a control that you have, paste only the services, below its `for:`; then run `stanch check`."
    assert head == "# What alerts (alertmanager) has. One choice a control and service; the others are comments."
    assert control == "  alert.quiet:"
    controls = home / "runbooks/catalogue/controls.yml"
    before, _, after = controls.read_text(encoding="utf-8").partition("  alert.quiet:\n")
    words, _, _ = after.partition("    for:\n")
    controls.write_text(f"{before}  alert.quiet:\n{words}" + "\n".join(entries) + "\n", encoding="utf-8")
    assert (await stanch(home, "check")).output.endswith("No faults.\n")
    listed = await stanch(home, "controls")
    assert "support-copilot  alert.quiet" in listed.output


@pytest.fixture
def discover(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Discover:
    """Run `stanch controls discover` in a thread: a process of its own would spend two seconds on imports."""
    monkeypatch.setenv("STANCH_HOME", str(home))
    monkeypatch.chdir(home)

    def run() -> int:
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    async def discover(plane: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["stanch", "controls", "discover", plane])
        return Said(await asyncio.to_thread(run), *capsys.readouterr())

    return discover


@pytest.mark.parametrize(
    ("plane", "said"),
    [
        ("alarms", Said(2, "", "stanch: There is no control plane alarms. Choose alerts, practice.\n")),
        ("practice", Said(1, "", "stanch: PRACTICE_AI_URL is not set: pull it by hand.\n")),
    ],
)
async def test_a_plane_that_cannot_be_asked(discover: Discover, plane: str, said: Said) -> None:
    """One that is not declared is unusable input; one that is not set up is a finding. Nothing is printed to paste."""
    assert await discover(plane) == said


async def test_a_plane_that_has_nothing_or_is_away(discover: Discover, alerts: FakePlane) -> None:
    """Both are told on the side where they spoil no file."""
    alerts.routes["GET", "/api/v2/alerts"] = lambda _: (200, [])
    told = "stanch: alerts has nothing that could be moved.\n"
    assert await discover("alerts") == Said(1, "", told)
    alerts.routes["GET", "/api/v2/alerts"] = lambda _: (503, {})
    told = "stanch: The control plane alerts is in trouble itself (503 Service Unavailable).\n"
    assert await discover("alerts") == Said(1, "", told)


@pytest.mark.slow
async def test_what_is_declared(home: Path) -> None:
    """Each control by service with what it stands at; 1 where something is missing, and the secret is never shown."""
    async with ai_service() as ai:
        at = {"PRACTICE_AI_URL": ai.url, "PRACTICE_AI_TOKEN": ai.token}
        said = await stanch(home, "controls", **at)
        assert said.output.endswith("45 declared, nothing is missing.\n")
        assert "search-answers   prompt.back        practice  now v1" in said.output
        assert (said.status, said.errors) == (0, "")
        said = await stanch(home, "controls", **at | {"PRACTICE_AI_TOKEN": "hunter2"})
    line = "The control plane practice does not accept us (401 Unauthorized): check PRACTICE_AI_TOKEN"
    assert said.output.splitlines()[0].endswith(line)
    assert said.output.endswith("45 declared, 45 of them not ready.\n")
    assert (said.status, said.errors) == (1, "")
    assert "hunter2" not in said.output
