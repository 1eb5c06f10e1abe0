"""`POST /signals/alertmanager`: who may send, what is refused and with which words, and what is committed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from stanch.errors import Unavailable
from stanch.flows.desk import Desk
from stanch.signals import alertmanager
from stanch.signals.receiver import LONGEST, Source, routes
from stanch.store import tables as t
from tests.signals.test_alertmanager import FIRING, body, recorded

TOKEN = "s3cret-ü"
PATH = "/signals/alertmanager"
RIGHT = {"Authorization": f"Bearer {TOKEN}".encode()}


def client(desk: Desk, token: str | None = TOKEN) -> httpx.AsyncClient:
    source = Source(alertmanager.parse, token, "STANCH_ALERTMANAGER_TOKEN")
    app = Starlette(routes=routes(desk, {"alertmanager": source}))
    # What escapes a route is a 500 here as it is in a server, and not the test's own exception.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://bot")


@pytest.fixture
async def bot(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with client(desk) as made:
        yield made


def kept(desk: Desk) -> list[tuple[str, str, int]]:
    """Key, status and version of each signal."""
    rows = select(t.signal.c.key, t.signal.c.status, t.signal.c.version)
    return [tuple(row) for row in desk.database.run(lambda db: db.execute(rows).all())]


async def test_a_recorded_delivery_is_committed_before_it_is_answered(bot: httpx.AsyncClient, desk: Desk) -> None:
    """After the 200 the signal stands in the database; the same delivery again brings no news."""
    _, sent = recorded()[0]
    first = await bot.post(PATH, content=sent, headers=RIGHT)
    assert (first.status_code, first.json()) == (200, {"taken": 1, "news": 1})
    assert kept(desk) == [(FIRING.key, "firing", 1)]
    again = await bot.post(PATH, content=sent, headers=RIGHT)
    assert (again.status_code, again.json()) == (200, {"taken": 1, "news": 0})
    assert kept(desk) == [(FIRING.key, "firing", 1)]


@pytest.mark.parametrize(
    "authorization",
    [None, b"", b"Bearer", b"Bearer ", b"Bearer wrong", f"Basic {TOKEN}".encode(), TOKEN.encode(), b"Bearer \xff\xfe"],
)
async def test_a_stranger_is_refused(bot: httpx.AsyncClient, desk: Desk, authorization: bytes | None) -> None:
    """Without the token in the right form nothing is read or kept, and the answer is a 401 that says the form."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = await bot.post(PATH, content=body(), headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {"error": "Send `Authorization: Bearer TOKEN` with the token that Stanch was given."}
    assert kept(desk) == []


async def test_without_a_token_nobody_may_send(desk: Desk) -> None:
    """A source that is not set up refuses everybody, an empty token too, and names what to set."""
    async with client(desk, None) as bot:
        answer = await bot.post(PATH, content=body(), headers={"Authorization": "Bearer "})
    assert answer.status_code == 403
    assert answer.json()["error"] == (
        "Nobody may send yet: set STANCH_ALERTMANAGER_TOKEN, and send it as a bearer token."
    )


async def test_what_cannot_be_read_is_a_400(bot: httpx.AsyncClient, desk: Desk) -> None:
    """A wrong shape is refused in one line, and nothing is kept."""
    answer = await bot.post(PATH, content=b'{"version": "3"}', headers=RIGHT)
    expected = "expected an Alertmanager webhook of version 4; version: Input should be '4'"
    assert (answer.status_code, answer.json()) == (400, {"error": expected})
    assert kept(desk) == []


@pytest.mark.parametrize("in_pieces", [False, True])
async def test_what_is_too_long_is_a_413(bot: httpx.AsyncClient, desk: Desk, in_pieces: bool) -> None:
    """Over 1 MB is refused, whether the length is said before or not; a body of just 1 MB is read."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * (LONGEST // 10)

    content: Any = pieces() if in_pieces else b" " * (LONGEST + 1)
    answer = await bot.post(PATH, content=content, headers=RIGHT)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("The body is longer than 1000000 bytes")
    whole = body()
    answer = await bot.post(PATH, content=whole + b" " * (LONGEST - len(whole)), headers=RIGHT)
    assert answer.status_code == 200


async def test_an_unknown_source_is_a_404(bot: httpx.AsyncClient) -> None:
    """The answer names the sources that there are; the method of a known one must be POST."""
    for path in ("nagios", "", "alertmanager/more", "%2e%2e/health"):
        answer = await bot.post(f"/signals/{path}", content=body(), headers=RIGHT)
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no such source. Known: alertmanager."})
    assert (await bot.post(f"{PATH}/", content=body(), headers=RIGHT)).status_code == 200
    assert (await bot.get(PATH)).status_code == 405
    assert (await bot.put(PATH)).status_code == 405


async def test_a_database_that_is_away_makes_the_sender_repeat(
    bot: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one 5xx: nothing was recorded, so Alertmanager must send it again."""

    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("The database does not answer. Nothing was recorded; try again.")

    monkeypatch.setattr(desk, "database", away)
    answer = await bot.post(PATH, content=body(), headers=RIGHT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == {"error": "The database does not answer. Nothing was recorded; try again."}


async def test_replicas_that_get_the_same_at_once_keep_one(desk: Desk) -> None:
    """A pair of Alertmanagers tells a pair of replicas at the same moment, five times: one signal, one effect."""
    other = Desk(desk.database, desk.catalogue, clock=desk.clock)
    async with client(desk) as one, client(other) as two:
        answers = await asyncio.gather(*(
            bot.post(PATH, content=body(externalURL=f"http://am-{i}:9093"), headers=RIGHT)
            for i in range(5) for bot in (one, two)
        ))  # fmt: skip
    assert [answer.status_code for answer in answers] == [200] * 10
    assert sum(answer.json()["news"] for answer in answers) == 1
    assert kept(desk) == [(FIRING.key, "firing", 1)]
    effects = select(t.effect.c.key).where(t.effect.c.kind == "signal")
    assert [row.key for row in desk.database.run(lambda db: db.execute(effects).all())] == [f"signal/{FIRING.key}/1"]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level("DEBUG", "stanch"):
        yield caplog


async def test_the_log_says_what_came_and_nothing_of_what_it_said(
    bot: httpx.AsyncClient, said: pytest.LogCaptureFixture
) -> None:
    """Neither the token nor a word of an alert is logged: it may become a restricted incident."""
    await bot.post(PATH, content=body(), headers=RIGHT)
    await bot.post(PATH, content=body(), headers={"Authorization": "Bearer guessed-wrong"})
    await bot.post(PATH, content=body(status="odd"), headers=RIGHT)
    lines = json.dumps([vars(record) for record in said.records if record.name.startswith("stanch")], default=str)
    assert FIRING.key in lines
    for secret in (TOKEN, "guessed-wrong", "gpt-4o", "odd"):
        assert secret not in lines
