"""Tags of prompts in a real Phoenix: shown by what an application reads, and exactly as before when put back."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Plane, Shown
from tests.controls import scenes_phoenix as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_phoenix import SINCE, aim
from tests.planes.servers.process import Server
from tests.planes.trouble import killed_between

pytestmark = pytest.mark.planes
PASSWORD = "Password-of-a-test-user-1"


@pytest.fixture(scope="module")
def ids(phoenix: Server) -> dict[str, str]:
    """The versions of support-bot, of which v3 has the tag; beside it stands a prompt without any."""
    found = {f"v{number}": made(phoenix, "support-bot", number) for number in (1, 2, 3)}
    made(phoenix, "search", 1)
    tag(phoenix, found["v3"])
    return found


@pytest.fixture(scope="module")
def viewer(phoenix: Server) -> str:
    """The key of somebody who may only look."""
    about = {"auth_method": "LOCAL", "username": "viewer", "email": "viewer@example.com", "role": "VIEWER"}
    ask(phoenix, "POST", "/v1/users", {"user": {**about, "password": PASSWORD}, "send_welcome_email": False})
    with httpx.Client(base_url=phoenix.url, trust_env=False) as client:
        client.post("/auth/login", json={"email": about["email"], "password": PASSWORD}).raise_for_status()
        answer = client.post("/v1/user/api_keys", json={"data": {"name": "a test"}})
    return str(answer.json()["data"]["key"])


@pytest.fixture
async def driven(phoenix: Server) -> AsyncIterator[Planes]:
    async with to(phoenix) as planes:
        yield planes


def to(server: Server, key: str = "", *, url: str = "", patience: float = 10.0) -> Planes:
    return scenes.planes(url or server.url, key or server.token, timeout=patience)


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, server.url + path, json=body, headers=server.headers, trust_env=False, timeout=20)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def made(server: Server, prompt: str, number: int) -> str:
    """Another version of a prompt, and its id."""
    version = {
        "model_provider": "OPENAI", "model_name": "gpt-4o", "template_type": "CHAT", "template_format": "MUSTACHE",
        "template": {"type": "chat", "messages": [{"role": "system", "content": f"You are v{number}"}]},
        "invocation_parameters": {"type": "openai", "openai": {}},
    }  # fmt: skip
    return str(ask(server, "POST", "/v1/prompts", {"prompt": {"name": prompt}, "version": version})["data"]["id"])


def tag(server: Server, id: str, name: str = "production", about: str = "live since Monday") -> None:
    ask(server, "POST", f"/v1/prompt_versions/{id}/tags", {"name": name, "description": about})


def state(server: Server) -> Any:
    """Every prompt with every version and every tag, but for the ids of tags: one that comes back gets another."""
    found = []
    for prompt in ask(server, "GET", "/v1/prompts")["data"]:
        for version in ask(server, "GET", f"/v1/prompts/{prompt['name']}/versions")["data"]:
            tags = ask(server, "GET", f"/v1/prompt_versions/{version['id']}/tags")["data"]
            found.append((prompt, version, sorted((one["name"], one.get("description")) for one in tags)))
    return found


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
async def test_a_scene(phoenix: Server, ids: dict[str, str], viewer: str, scene: Callable[..., Any]) -> None:
    """Each scene of the contract test is what the real server does, and leaves it exactly as it was."""
    before = state(phoenix)
    key = {scenes.wrong_key: "a-guess", scenes.as_a_viewer: viewer}.get(scene, phoenix.token)
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with (
        recorded(phoenix.url, path, source=scenes.SOURCE, mask=[key, phoenix.token]) as url,
        to(phoenix, key, url=url) as driven,
    ):
        await scene(driven, ids)
    assert state(phoenix) == before


async def test_what_an_application_reads(phoenix: Server, ids: dict[str, str]) -> None:
    """Asked as Phoenix's own client asks it, the prompt that it is given is the one that was pulled to."""
    shown = Shown("app", {"get": "/v1/prompts/support-bot/tags/production", "pointer": "/data/id", "map": ids})
    prompt, before = replace(aim(ids), shown_by=(shown,)), state(phoenix)
    wait = timedelta(seconds=10)
    known = {
        "traces": Plane("traces", "phoenix", url=phoenix.url, secret="KEY", timeout=wait),
        "app": Plane("app", "http", url=phoenix.url, secret="KEY", timeout=wait),
    }
    driven = Planes(Catalogue(planes=known), {"KEY": phoenix.token}, ADAPTERS)
    began = time.monotonic()
    await driven.of(prompt).apply(prompt, "v2", detail={}, request_id="r", by="U1")
    assert await proved(driven, prompt, "v2", since=SINCE) == Proof(True, f"the answer carries {ids['v2']}")
    assert time.monotonic() - began < 5
    await driven.of(prompt).apply(prompt, "v3", detail={}, request_id="r", by="U1")
    assert (await proved(driven, prompt, "v3", since=SINCE)).effective
    await driven.close()
    assert state(phoenix) == before


async def test_somebody_else_in_between(phoenix: Server, ids: dict[str, str], driven: Planes) -> None:
    """A tag that is moved by hand is seen, and put back with the description that stood before."""
    before, prompt = state(phoenix), aim(ids)
    reading = await driven.of(prompt).read(prompt)
    await driven.of(prompt).apply(prompt, "v2", detail={}, request_id="r", by="U1")
    tag(phoenix, ids["v1"], about="somebody's try")
    assert await driven.of(prompt).probe(prompt, "v2", since=SINCE) == Proof(False, "the plane itself still says v1")
    await driven.of(prompt).apply(prompt, "v3", detail=reading.detail, request_id="r", by="U1")
    assert state(phoenix) == before


async def test_slow(phoenix: Server, ids: dict[str, str]) -> None:
    """No answer in time: neither a read nor the look that goes before a write can have moved anything."""
    before, prompt = state(phoenix), aim(ids)
    async with to(phoenix, patience=0.5) as driven:
        phoenix.pause()
        for call in (
            driven.of(prompt).read(prompt),
            driven.of(prompt).apply(prompt, "v2", detail={}, request_id="r", by="U1"),
        ):
            with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s\.$") as caught:
                await call
            assert not caught.value.sent
        phoenix.resume()
    assert state(phoenix) == before


async def test_killed_and_started_again(phoenix: Server, ids: dict[str, str], driven: Planes) -> None:
    """Away, nothing was sent; when it is back, it is put back exactly."""
    before = state(phoenix)
    await killed_between(phoenix, driven, aim(ids), "v2", "v3")
    assert state(phoenix) == before
