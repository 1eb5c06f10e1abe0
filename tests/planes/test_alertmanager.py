"""Silences in a real Alertmanager: shown by the alerts that it hides, and exactly as before when they are ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from stanch.controls.base import PlaneFault, Planes, Proof
from tests.controls import scenes_alertmanager as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_alertmanager import MATCHERS, QUIET, SINCE
from tests.planes.servers.process import Server

pytestmark = pytest.mark.planes
CONFIG = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
FIRING = [
    {**MATCHERS, "severity": "critical"},
    {**MATCHERS, "service": "search-answers"},
    {"alertname": "Disk", "host": "a"},
    {"alertname": "Disk", "host": "b"},
]


@pytest.fixture(scope="module")
def started(alertmanager: Callable[..., Server]) -> Server:
    return alertmanager(CONFIG, locked=True)


@pytest.fixture
def server(started: Server) -> Iterator[Server]:
    """It runs, three alerts fire, and nothing is silenced: before and after each test."""
    started.mend()
    fire(started, FIRING[0], *FIRING[2:])
    assert state(started)[0] == []
    yield started
    started.mend()
    for silence in state(started)[0]:
        ask(started, "DELETE", f"/api/v2/silence/{silence['id']}")
    fire(started, *(one["labels"] for one in ask(started, "GET", "/api/v2/alerts")), minutes=0)


@pytest.fixture
async def driven(server: Server) -> AsyncIterator[Planes]:
    async with to(server) as made:
        yield made


def to(server: Server, login: str = "", **more: Any) -> Planes:
    return scenes.planes(more.pop("url", server.url), login or f"bot:{server.token}", **more)


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, server.url + path, json=body, headers=server.headers, trust_env=False)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def fire(server: Server, *labels: dict[str, str], minutes: int = 10) -> None:
    now = datetime.now(UTC)
    times = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(minutes=minutes)).isoformat()}
    ask(server, "POST", "/api/v2/alerts", [{"labels": one, **times} for one in labels])


def state(server: Server) -> tuple[list[Any], list[Any]]:
    """The silences that hide something or will, and which alerts are hidden: all that a silence can change."""
    silences = [one for one in ask(server, "GET", "/api/v2/silences") if one["status"]["state"] != "expired"]
    alerts = sorted((one["fingerprint"], one["status"]) for one in ask(server, "GET", "/api/v2/alerts"))
    return silences, alerts


def somebody(server: Server, matchers: dict[str, str], hours: int = 8, author: str = "carol") -> str:
    """A silence by hand, and its id."""
    now = datetime.now(UTC)
    made = {
        "matchers": [{"name": name, "value": value, "isRegex": False} for name, value in matchers.items()],
        "startsAt": now.isoformat(), "endsAt": (now + timedelta(hours=hours)).isoformat(),
        "createdBy": author, "comment": "planned work",
    }  # fmt: skip
    return str(ask(server, "POST", "/api/v2/silences", made)["silenceID"])


@pytest.mark.parametrize("scene", [scenes.quiet_and_back, scenes.nothing_fires, scenes.what_fires, scenes.wrong_login])
async def test_a_scene(server: Server, scene: Callable[[Planes], Any]) -> None:
    """Each scene of the contract test is what the real server does, and leaves it exactly as it was."""
    before, login = state(server), f"bot:{server.token}"
    path = scenes.RECORDED / f"{scene.__name__}.json"
    guess = "bot:guess" if scene is scenes.wrong_login else login
    async with (
        recorded(server.url, path, source=scenes.SOURCE, mask=[guess, login], volatile=scenes.VOLATILE) as url,
        to(server, guess, url=url) as driven,
    ):
        await scene(driven)
    assert state(server) == before


async def test_who_did_it_stands_in_the_silence(server: Server, driven: Planes) -> None:
    """It is exactly ours: these matchers, one hour, by stanch, with the person and the request; and it begins now."""
    await driven.of(QUIET).apply(QUIET, "on", detail={}, request_id="INC-7-apply-1", by="U1")
    [silence], _ = state(server)
    assert (silence["createdBy"], silence["comment"]) == ("stanch", "by U1, INC-7-apply-1")
    assert {one["name"]: one["value"] for one in silence["matchers"]} == MATCHERS
    starts, ends = (datetime.fromisoformat(silence[key]) for key in ("startsAt", "endsAt"))
    assert timedelta(minutes=59) < ends - starts <= timedelta(minutes=60)
    assert silence["status"]["state"] == "active"


async def test_a_silence_of_somebody_else_counts_as_on(server: Server, driven: Planes) -> None:
    """Whoever silenced exactly this: it is on already, and shown by the alert that it hides."""
    id = somebody(server, MATCHERS)
    reading = await driven.of(QUIET).read(QUIET)
    assert (reading.value, [one["id"] for one in reading.detail["silences"]]) == ("on", [id])
    assert (await driven.of(QUIET).probe(QUIET, "on", since=SINCE)).effective


async def test_a_wider_silence_is_not_ours_to_end(server: Server, driven: Planes) -> None:
    """It was made in between: after the undo it still hides the alert, which is told, and it stands as it was."""
    await driven.of(QUIET).apply(QUIET, "on", detail={}, request_id="r", by="U1")
    wider = somebody(server, {"alertname": MATCHERS["alertname"]})
    await driven.of(QUIET).apply(QUIET, "off", detail={}, request_id="r", by="U1")
    told = f"hidden by a wider silence still, which is not ours to end: {wider}"
    assert await driven.of(QUIET).probe(QUIET, "off", since=SINCE) == Proof(False, told)
    assert [one["id"] for one in state(server)[0]] == [wider]
    ask(server, "DELETE", f"/api/v2/silence/{wider}")
    assert (await driven.of(QUIET).probe(QUIET, "off", since=SINCE)).effective


async def test_somebody_ends_ours_in_between(server: Server, driven: Planes) -> None:
    """The proof says that it stands at off, and an undo finds that nothing is left to end."""
    alerts = driven.of(QUIET)
    await alerts.apply(QUIET, "on", detail={}, request_id="r", by="U1")
    ask(server, "DELETE", f"/api/v2/silence/{state(server)[0][0]['id']}")
    assert await alerts.probe(QUIET, "on", since=SINCE) == Proof(False, "the plane itself still says off")
    with pytest.raises(PlaneFault, match="ended meanwhile: nothing was sent") as caught:
        await alerts.apply(QUIET, "off", detail={}, request_id="r", by="U1")
    assert not caught.value.sent


async def test_what_was_ended_is_put_back_until_the_same_time(server: Server, driven: Planes) -> None:
    """The undo of `off`: of two people's silences each is there again, with its author, its comment and its end."""
    for author, hours in (("erin", 2), ("fred", 5)):
        somebody(server, MATCHERS, hours, author)
    alerts = driven.of(QUIET)
    before = await alerts.read(QUIET)
    await alerts.apply(QUIET, "off", detail={}, request_id="r", by="U1")
    assert state(server)[0] == []
    await alerts.apply(QUIET, "on", detail=before.detail, request_id="r", by="U1")

    def whose(silences: Any) -> Any:
        return sorted((one["createdBy"], one["comment"], one["endsAt"]) for one in silences)

    assert whose(state(server)[0]) == whose(before.detail["silences"])
    assert [one[0] for one in whose(state(server)[0])] == ["erin", "fred"]


async def test_what_somebody_silences_in_between_stays(server: Server, driven: Planes) -> None:
    """Theirs, of exactly this alert, outlives the undo of ours, and is named as what hides it now."""
    alerts = driven.of(QUIET)
    before = await alerts.read(QUIET)
    await alerts.apply(QUIET, "on", detail={}, request_id="r", by="U1")
    theirs = somebody(server, MATCHERS, 72, "dana")
    await alerts.apply(QUIET, "off", detail=before.detail, request_id="r", by="U1")
    [left], _ = state(server)
    assert left["id"] == theirs
    told = f"dana's silence until {left['endsAt']} still hides it"
    assert await alerts.probe(QUIET, "off", since=SINCE) == Proof(False, told)
    with pytest.raises(PlaneFault, match="and nothing of ours: ask them"):
        await alerts.apply(QUIET, "off", detail=before.detail, request_id="r", by="U1")
    assert [one["id"] for one in state(server)[0]] == [theirs]


async def test_a_clock_that_is_ahead_silences_at_once(server: Server) -> None:
    """Two minutes ahead of Alertmanager: the silence does not wait for its start."""
    async with to(server, clock=lambda: datetime.now(UTC) + timedelta(minutes=2)) as driven:
        await driven.of(QUIET).apply(QUIET, "on", detail={}, request_id="r", by="U1")
        assert (await driven.of(QUIET).probe(QUIET, "on", since=SINCE)).effective


async def test_an_alert_that_comes_later_is_hidden_too(server: Server, driven: Planes) -> None:
    """Not shown while none fires; once it fires, hidden from the first moment."""
    other = scenes.replace_matchers({**MATCHERS, "service": "search-answers"})
    await driven.of(other).apply(other, "on", detail={}, request_id="r", by="U1")
    assert (await driven.of(other).probe(other, "on", since=SINCE)).effective is None
    fire(server, FIRING[1])
    assert (await driven.of(other).probe(other, "on", since=SINCE)).effective


async def test_names_with_quotes_and_backslashes(server: Server, driven: Planes) -> None:
    """An alert with an odd name is silenced, shown and found again like any other."""
    odd = scenes.replace_matchers({"alertname": 'We"ird\\ Größe, {x="y"}'})
    fire(server, dict(odd.target["matchers"]))
    await driven.of(odd).apply(odd, "on", detail={}, request_id="r", by="U1")
    assert (await driven.of(odd).probe(odd, "on", since=SINCE)).effective
    await driven.of(odd).apply(odd, "off", detail={}, request_id="r", by="U1")
    assert state(server)[0] == []


async def test_killed_and_started_again(server: Server, driven: Planes) -> None:
    """Away, nothing was sent; when it is back, what it had written down stands."""
    alerts = driven.of(QUIET)
    server.kill()
    with pytest.raises(PlaneFault, match="could not be reached") as caught:
        await alerts.apply(QUIET, "on", detail={}, request_id="r", by="U1")
    assert not caught.value.sent
    server.mend()
    await alerts.apply(QUIET, "on", detail={}, request_id="r", by="U1")
    server.restart()
    assert (await alerts.read(QUIET)).value == "on"


async def test_slow(server: Server) -> None:
    """No answer in time: a read cannot have moved anything; a write may have, and reading back tells."""
    async with to(server, timeout=0.5) as driven:
        alerts = driven.of(QUIET)
        server.pause()
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s") as caught:
            await alerts.read(QUIET)
        assert not caught.value.sent
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s\. It may have happened") as caught:
            await alerts.apply(QUIET, "on", detail={}, request_id="r", by="U1")
        assert caught.value.sent
        server.resume()
        for _ in range(50):
            if (await alerts.read(QUIET)).value == "on":
                return
            await asyncio.sleep(0.1)
    raise AssertionError("what it took before it was paused never happened")


async def test_seconds_to_effect(server: Server, driven: Planes) -> None:
    """The alert is hidden within a second of the answer."""
    began = time.monotonic()
    await driven.of(QUIET).apply(QUIET, "on", detail={}, request_id="r", by="U1")
    assert (await driven.of(QUIET).probe(QUIET, "on", since=SINCE)).effective
    assert time.monotonic() - began < 1
