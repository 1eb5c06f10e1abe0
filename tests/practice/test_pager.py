"""The pager of the practice workspace: what rings, what ends it, and what it refuses."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from practice.__main__ import parser
from practice.pager import KEPT
from practice.server import running
from practice.service import Service, Settings
from tests.acceptance.shoot import child
from tests.practice.desk import Json, Person

BOB = {"user": "U0BOB", "name": "bob"}
PAGE: Json = {
    "action": "trigger",
    "key": "p-1",
    "summary": "SEV1 INC-1: it leaks",
    "severity": "SEV1",
    "service": "Support copilot",
    "people": ["bob@example.com"],
    "url": "http://127.0.0.1/archives/C1/p1",
    "drill": False,
}


class Line:
    """What a bot sends to the pager, and what stands there."""

    def __init__(self, service: Service, http: aiohttp.ClientSession) -> None:
        self.connection, self.http, self.person = service.connection(), http, Person(service.base_url, http)

    async def sends(self, once: str = "", token: str = "", **more: Any) -> tuple[int, Json]:
        headers = {"authorization": f"Bearer {token or self.connection['pager_token']}"}
        headers |= {"idempotency-key": once} if once else {}
        async with self.http.post(self.connection["pager"], json=PAGE | more, headers=headers) as answer:
            return answer.status, await answer.json()

    async def shown(self) -> list[Json]:
        found: list[Json] = await self.person.sees("pages")
        return found

    async def first(self) -> tuple[str, int]:
        page = (await self.shown())[0]
        return page["state"], page["rang"]


@pytest.fixture
async def line(http: aiohttp.ClientSession) -> AsyncIterator[Line]:
    async with running(Settings(pager=True)) as service:
        yield Line(service, http)


async def test_it_rings_until_somebody_answers_and_the_incident_ends(line: Line) -> None:
    """Ringing, acknowledged, resolved; who is here is shown by name; what comes late changes no end."""
    assert (await line.person.sees("app"))["pager"] is True
    assert await line.sends("a", people=["bob@example.com", "carol", "far@example.org"]) == (
        200,
        {"ok": True, "state": "ringing"},
    )
    (page,) = await line.shown()
    far = {"user": None, "name": "far@example.org"}
    assert page["people"] == [BOB, {"user": "U0CAROL", "name": "carol"}, far]
    assert [page[name] for name in ("summary", "service", "url")] == [PAGE["summary"], PAGE["service"], PAGE["url"]]
    states = []
    for once, action in (("b", "acknowledge"), ("c", "resolve"), ("d", "acknowledge")):
        await line.sends(once, action=action)
        states.append(await line.first())
    assert states == [("acknowledged", 1), ("resolved", 1), ("resolved", 1)]


async def test_the_same_key_rings_once(line: Line) -> None:
    """A repetition with its Idempotency-Key does nothing, also after the answer; without one it rings again."""
    for _ in range(3):
        await line.sends("a")
    assert await line.first() == ("ringing", 1)
    await line.sends("b", action="acknowledge")
    assert await line.sends("a") == (200, {"ok": True, "state": "acknowledged"})
    await line.sends()
    assert await line.first() == ("ringing", 2)


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"token": "another"}, 401, "this is not the pager's token"),
        ({"action": "shout"}, 400, "action must be trigger, acknowledge, resolve"),
        ({"action": []}, 400, "action must be trigger, acknowledge, resolve"),
        ({"key": ""}, 400, "key must be text"),
        ({"people": ["bob", 7]}, 400, "people must be a list of texts"),
    ],
)
async def test_what_it_refuses(line: Line, wrong: dict[str, Any], status: int, error: str) -> None:
    """Another token, and what is no page: said in one sentence, and nothing rings."""
    answered, body = await line.sends("a", **wrong)
    assert (answered, body["error"]) == (status, error)
    assert await line.shown() == []


async def test_what_never_rang_here(line: Line) -> None:
    """The end of a page of which nothing is known is taken, and shows nothing."""
    assert await line.sends("a", action="resolve") == (200, {"ok": True, "state": None})
    assert await line.shown() == []


async def test_it_keeps_the_newest(line: Line) -> None:
    """After very many, the oldest is forgotten; the newest stands first."""
    for n in range(KEPT + 1):
        await line.sends(key=f"k-{n}")
    found = await line.shown()
    assert [len(found), found[0]["key"], found[-1]["key"]] == [KEPT, f"k-{KEPT}", "k-1"]


async def test_a_restart_forgets_no_page(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    """What rang before the workspace was ended stands there afterwards, and does not ring for the same key."""
    for _ in range(2):
        async with running(Settings(pager=True, data=tmp_path)) as service:
            line = Line(service, http)
            await line.sends("a")
            assert await line.first() == ("ringing", 1)


async def test_a_workspace_without_one(person: Person) -> None:
    """There is none unless it was asked for: nothing is printed of it, taken by it, or shown."""
    assert (await person.sees("app"))["pager"] is False
    assert await person.sees("pages") == []
    refused = await person.does("pages", **PAGE)
    assert (refused["status"], refused["error"]) == (404, "this workspace has no pager")


def test_the_option_of_the_command_line() -> None:
    """``--pager`` prints where pages go and by which token. (What the line says without it: ``test_keeping.py``.)"""
    assert not parser().parse_args([]).pager
    with child([sys.executable, "-m", "practice", "--port", "0", "--pager"]) as connection:
        assert {name for name in connection if name.startswith("pager")} == {"pager", "pager_token"}
