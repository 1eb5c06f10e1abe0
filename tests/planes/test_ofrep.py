"""A real OFREP server as what shows that a flag's move took effect: only what it evaluates to counts.

It asks for no token, so a wrong one cannot be tried here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.shown_by import proved
from tests.controls import scenes_ofrep as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_ofrep import FLAG, PAGE, SINCE, VARIANT, moved
from tests.planes.servers.process import Server

pytestmark = pytest.mark.planes


def to(url: str, **more: Any) -> Planes:
    return scenes.planes(url, **more)


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, server.url + path, json=body, trust_env=False)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def put(server: Server, flag: dict[str, Any] = FLAG) -> None:
    """The flag as it is given, made if it is not there."""
    keys = [one["key"] for one in ask(server, "GET", "/admin/api/flags")]
    known = flag["key"] in keys
    path = f"/admin/api/flags/{flag['key']}" if known else "/admin/api/flags"
    ask(server, "PUT" if known else "POST", path, {**flag, "state": "ENABLED"})


@pytest.fixture
def server(ofrep: Server) -> Server:
    """The flag stands at on."""
    put(ofrep)
    return ofrep


@pytest.fixture
async def driven(server: Server) -> AsyncIterator[Planes]:
    async with to(server.url) as made:
        yield made


@pytest.mark.parametrize("scene", [scenes.off_and_on, scenes.disabled, scenes.no_such_flag])
async def test_a_scene(server: Server, scene: Callable[[Planes], Any]) -> None:
    """Each scene of the contract test is what the real server does, and the whole flag is as it was before."""
    before = ask(server, "GET", PAGE)
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with recorded(server.url, path, source=scenes.SOURCE) as url, to(url) as made:
        await scene(made)
    assert ask(server, "GET", PAGE) == before


async def test_somebody_puts_it_back_in_between(server: Server, driven: Planes) -> None:
    """What was in effect is in effect no more, by the plane's own word already."""
    await driven.of(VARIANT).apply(VARIANT, "off", detail={}, request_id="r", by="U1")
    assert (await proved(driven, VARIANT, "off", since=SINCE)).effective is True
    put(server)
    told = Proof(False, "the plane itself still says on")
    assert await proved(driven, VARIANT, "off", since=SINCE) == told


async def test_what_somebody_else_changed_stays(server: Server, driven: Planes) -> None:
    """The whole flag is read, merged and sent: a variant that was added meanwhile is kept."""
    await driven.of(VARIANT).apply(VARIANT, "off", detail={}, request_id="r", by="U1")
    put(server, {**FLAG, "default_variant": "off", "variants": {**FLAG["variants"], "half": False}})
    await driven.of(VARIANT).apply(VARIANT, "on", detail={}, request_id="r", by="U1")
    found = ask(server, "GET", PAGE)
    assert (found["default_variant"], sorted(found["variants"])) == ("on", ["half", "off", "on"])


async def test_applications_follow_later(server: Server, driven: Planes) -> None:
    """What applications ask follows a second after what was moved: not yet, then in effect."""
    follower = {**FLAG, "key": "assistant-at-the-edge"}
    put(server, follower)
    aim = moved(dict(VARIANT.target), follower["key"])
    await driven.of(aim).apply(aim, "off", detail={}, request_id="r", by="U1")

    async def follow() -> None:
        await asyncio.sleep(1)
        put(server, {**follower, "default_variant": "off"})

    following = asyncio.create_task(follow())
    told = Proof(False, "assistant-at-the-edge evaluates to yes")
    assert await proved(driven, aim, "off", since=SINCE) == told
    await following
    assert (await proved(driven, aim, "off", since=SINCE)).effective is True


async def test_killed_and_back(server: Server, driven: Planes) -> None:
    """Away: nothing was sent, and nothing is shown; it forgets its flags, and a flag that is gone is no proof."""
    server.kill()
    with pytest.raises(PlaneFault, match="could not be reached") as caught:
        await driven.of(VARIANT).apply(VARIANT, "off", detail={}, request_id="r", by="U1")
    assert not caught.value.sent
    server.mend()
    with pytest.raises(PlaneFault, match="has no such thing"):
        await proved(driven, VARIANT, "on", since=SINCE)


async def test_slow(server: Server) -> None:
    """No answer in time shows nothing; once it answers, it does."""
    async with to(server.url, timeout=0.5) as quick:
        server.pause()
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s") as caught:
            await proved(quick, VARIANT, "on", since=SINCE)
        assert not caught.value.sent
        server.resume()
        assert (await proved(quick, VARIANT, "on", since=SINCE)).effective is True
