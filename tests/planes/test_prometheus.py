"""A real Prometheus, which scrapes an application each second, as a check and as what shows that a pull took effect."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from stanch.controls.base import Planes, Proof
from stanch.core.check import Result
from tests.controls import scenes_prometheus as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_prometheus import fault_of, measured, shown
from tests.planes.servers.process import Server

pytestmark = pytest.mark.planes


class App(ThreadingHTTPServer):
    """An application with metrics: `model` serves 10 requests a second, and of them `errors` fail."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Metrics)
        self.model, self.errors = "sunrise", 0.02
        self.served = {"sunrise": 0.0, "moonlight": 0.0}
        self._last = time.monotonic()

    def text(self) -> str:
        now = time.monotonic()
        self.served[self.model] += 10 * (now - self._last)
        self._last = now
        lines = [f'served_total{{model="{name}"}} {count}' for name, count in self.served.items()]
        return "\n".join(["# TYPE served_total counter", *lines, f"error_share {self.errors}", ""])


class _Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, App)
        body = self.server.text().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with App() as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(prometheus: Callable[..., Server], app: App) -> Server:
    targets = [{"targets": [f"127.0.0.1:{app.server_port}"]}]
    scrapes = [{"job_name": "app", "scrape_interval": "1s", "static_configs": targets}]
    return prometheus({"scrape_configs": scrapes}, locked=True)


@pytest.fixture
async def driven(server: Server, app: App) -> AsyncIterator[Planes]:
    """It runs and is quick, the application is calm, and Prometheus has seen as much."""
    server.mend()
    app.model, app.errors = "sunrise", 0.02
    async with to(server) as made:
        await until(lambda: calm(made))
        yield made
    server.mend()


def to(server: Server, login: str = "", **more: Any) -> Planes:
    return scenes.planes(more.pop("url", server.url), login or f"bot:{server.token}", **more)


async def calm(driven: Planes) -> bool:
    green = (await measured(driven, 4.0, step=1)).verdict == "green"
    return green and (await shown(driven, "sunrise")) == Proof(True, "1 (wanted at least 0.95)")


async def until(holds: Callable[[], Any], seconds: float = 20.0) -> float:
    """How long it took."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < seconds, "it never came to hold"
        await asyncio.sleep(0.2)
    return time.monotonic() - began


@pytest.mark.parametrize("scene", [scenes.calm, scenes.nothing_measured, scenes.wrong_query, scenes.wrong_login])
async def test_a_scene(server: Server, driven: Planes, scene: Callable[[Planes], Any]) -> None:
    """Each scene of the contract test is what the real server does."""
    login = f"bot:{server.token}"
    guess = "bot:guess" if scene is scenes.wrong_login else login
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with (
        recorded(server.url, path, source=scenes.SOURCE, mask=[guess, login], volatile=scenes.VOLATILE) as url,
        to(server, guess, url=url) as made,
    ):
        await scene(made)


async def test_a_check_turns_red_and_green_again(app: App, driven: Planes) -> None:
    """Within two scrapes of the change; held over a time it stays red until the bad points are past."""
    app.errors = 0.5

    async def red() -> bool:
        return await measured(driven) == Result("errors", "red", "50 % (at most 5 %)")

    assert await until(red) < 4
    assert (await measured(driven, 4.0, step=1)).verdict == "red"
    app.errors = 0.01

    async def green() -> bool:
        return await measured(driven) == Result("errors", "green", "1 % (at most 5 %)")

    assert await until(green) < 4
    held = await measured(driven, 4.0, step=1)
    assert held == Result("errors", "red", "50 % (at most 5 %) for 4 s")

    async def held_green() -> bool:
        return (await measured(driven, 4.0, step=1)).verdict == "green"

    await until(held_green)


async def test_a_pull_is_shown_once_it_is_served_and_not_before(app: App, driven: Planes) -> None:
    """Too early to tell; then not yet, as the application still serves the old one; then in effect; then back."""
    assert await shown(driven, "moonlight", 1.0) == Proof(None, "1 of 5 s seen since then; too few to tell")
    assert (await shown(driven, "moonlight", 6.0)).effective is False
    app.model = "moonlight"

    async def served() -> bool:
        return (await shown(driven, "moonlight")) == Proof(True, "1 (wanted at least 0.95)")

    assert await until(served) < 10
    assert (await shown(driven, "sunrise")).effective is False
    app.model = "sunrise"

    async def back() -> bool:
        return (await shown(driven, "sunrise")).effective is True

    assert await until(back) < 10


async def test_an_application_that_is_gone_is_no_proof(server: Server, app: App, driven: Planes) -> None:
    """Nobody is served: no figure at all is neither yes nor no, also where nothing was to be served."""
    none = scenes.QueryProof(query='sum(rate(served_total{model="{value}",job="gone"}[4s]))', at_most=0, window=0)
    assert await shown(driven, "sunrise", how=none) == Proof(None, "Prometheus has no figure for it")


async def test_killed_and_back(server: Server, driven: Planes) -> None:
    """Away: a check is unknown and a proof a fault; back, both tell again."""
    server.kill()
    told = "The control plane metrics could not be reached: is it up?"
    assert await measured(driven) == Result("errors", "unknown", told)
    fault = await fault_of(lambda: shown(driven, "sunrise"))
    assert (str(fault), fault.sent, fault.permanent) == (told, False, False)
    server.mend()
    await until(lambda: calm(driven))


async def test_slow(server: Server, driven: Planes) -> None:
    """No answer in time is unknown, never green."""
    async with to(server, timeout=0.5) as quick:
        server.pause()
        told = "The control plane metrics did not answer within 0.5 s."
        assert await measured(quick) == Result("errors", "unknown", told)
        assert str(await fault_of(lambda: shown(quick, "sunrise"))) == told
        server.resume()
        assert (await measured(quick)).verdict == "green"
