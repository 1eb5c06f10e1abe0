"""A workspace on a free port for each test, in memory, everything allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Person, client_of
from tests.practice.line import Line, listening


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with running(Settings(retry_scale=0.01)) as service:
        yield service


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(service: Service, http: aiohttp.ClientSession) -> AsyncWebClient:
    return client_of(service, http)


@pytest.fixture
def person(service: Service, http: aiohttp.ClientSession) -> Person:
    return Person(service.base_url, http)


@pytest.fixture
async def line(service: Service, http: aiohttp.ClientSession) -> AsyncIterator[Line]:
    async with listening(service, http) as line:
        yield line


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For an app that shows nothing in return: nobody waits for it."""
    monkeypatch.setattr("practice.acting.CLICK_WAIT_S", 0)
    monkeypatch.setattr("practice.people.CLICK_WAIT_S", 0)
    monkeypatch.setattr("practice.acting.COMMAND_WAIT_S", 0)
