"""Real servers as fixtures, one each a session and worker, and the list of which ran.

A test that takes one is marked `planes`. It is skipped, with the reason, where the server cannot be had.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import pytest

from tests.planes.servers import (
    fast_feature,
    litellm as proxy,
    mlflow as registry,
    monitoring,
    phoenix as traces,
    unleash as flags,
)
from tests.planes.servers.cache import CannotBeHad
from tests.planes.servers.postgres import postgres
from tests.planes.servers.process import Server

TOLD = pytest.StashKey[dict[str, str]]()
"""A line about each server that was asked for: by worker and name, so that none is told twice."""

RUNNING = pytest.StashKey[dict[str, Server]]()
"""The servers of this process by the name of their fixture."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TOLD] = {}
    config.stash[RUNNING] = {}


@pytest.fixture(scope="session")
def plane_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server for the control planes of this process."""
    try:
        with postgres() as url:
            yield url
    except CannotBeHad as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def litellm(request: pytest.FixtureRequest, plane_postgres: str) -> Iterator[Server]:
    """LiteLLM with its database; `token` is a proxy admin's, `tokens["master"]` the master key."""
    with _one(request, proxy.start(plane_postgres)) as server:
        yield server


@pytest.fixture(scope="session")
def unleash(request: pytest.FixtureRequest, plane_postgres: str) -> Iterator[Server]:
    """Unleash; `token` is an admin's, `tokens["backend"]` is what an application reads with."""
    with _one(request, flags.start(plane_postgres)) as server:
        yield server


@pytest.fixture(scope="session")
def mlflow(request: pytest.FixtureRequest) -> Iterator[Server]:
    """MLflow; `headers` name its user and password."""
    with _one(request, registry.start()) as server:
        yield server


@pytest.fixture(scope="session")
def phoenix(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Phoenix; `token` is its admin secret."""
    with _one(request, traces.start()) as server:
        yield server


@pytest.fixture(scope="session")
def ofrep(request: pytest.FixtureRequest) -> Iterator[Server]:
    """fast-feature, without flags."""
    with _one(request, fast_feature.start()) as server:
        yield server


@pytest.fixture(scope="session")
def prometheus(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Starts a Prometheus; called like `monitoring.prometheus`."""
    with _several(request, monitoring.prometheus) as start:
        yield start


@pytest.fixture(scope="session")
def alertmanager(request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """Starts an Alertmanager; called like `monitoring.alertmanager`."""
    with _several(request, monitoring.alertmanager) as start:
        yield start


@pytest.fixture(autouse=True)
def mended(request: pytest.FixtureRequest) -> None:
    """Each test finds the server it takes running and answering, whatever the one before did to it."""
    for name, server in request.config.stash[RUNNING].items():
        if name in request.fixturenames:
            server.mend()


@contextmanager
def _one(request: pytest.FixtureRequest, started: AbstractContextManager[Server]) -> Iterator[Server]:
    with ExitStack() as stack:
        server = _enter(request.config, stack, started)
        assert request.fixturename is not None
        request.config.stash[RUNNING][request.fixturename] = server
        yield server
        del request.config.stash[RUNNING][request.fixturename]


@contextmanager
def _several(
    request: pytest.FixtureRequest, start: Callable[..., AbstractContextManager[Server]]
) -> Iterator[Callable[..., Server]]:
    with ExitStack() as stack:
        yield lambda *args, **options: _enter(request.config, stack, start(*args, **options))


def _enter(config: pytest.Config, stack: ExitStack, started: AbstractContextManager[Server]) -> Server:
    try:
        server = stack.enter_context(started)
    except CannotBeHad as reason:
        config.stash[TOLD][str(reason)] = f"skipped  {reason}"
        pytest.skip(str(reason))
    name = f"{server.name} {server.version}"
    config.stash[TOLD].setdefault(name, f"ran      {name}, ready in {server.seconds:.1f} s")
    return server


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its lines to the process that prints."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["planes"] = session.config.stash[TOLD]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take them over; a worker that crashed has none."""
    for name, line in getattr(node, "workeroutput", {}).get("planes", {}).items():
        node.config.stash[TOLD].setdefault(name, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash[TOLD].values():
        terminalreporter.section("real servers")
        for line in sorted(lines):
            terminalreporter.line(line)
