"""Aliases and endpoints in a real MLflow: shown by what applications get, and exactly as before when put back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Plane, Shown
from tests.controls import scenes_mlflow as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_mlflow import ENDPOINT, PROMPT, SINCE, UNSET
from tests.planes.mlflow_parts import (
    API,
    APP_CACHE_S,
    BOT,
    GATEWAY,
    IS_PROMPT,
    PASSWORD,
    READER,
    Provider,
    admin,
    after,
    alias,
    application,
    ask,
    by_model,
    endpoint,
    first,
    one_endpoint,
    state,
)  # fmt: skip
from tests.planes.servers.mlflow import GATEWAY_CACHE_S
from tests.planes.servers.process import Server
from tests.planes.trouble import killed_between

pytestmark = pytest.mark.planes


@pytest.fixture(scope="module")
def started(mlflow: Server) -> Server:
    """With a prompt of three versions, a model of two, and three users: an administrator, a bot, a reader."""
    for name, count, is_prompt in (("support-bot", 3, [IS_PROMPT]), ("router", 2, [])):
        ask(mlflow, "POST", f"{API}/registered-models/create", {"name": name, "tags": is_prompt})
        for number in range(1, count + 1):
            text = [{"key": "mlflow.prompt.text", "value": f"You are v{number}"}] if is_prompt else []
            source = "prompt-template" if is_prompt else "s3://models/router"
            made = {"name": name, "source": source, "tags": [*is_prompt, *text]}
            ask(mlflow, "POST", f"{API}/model-versions/create", made)
    alias(mlflow, "3")
    alias(mlflow, "2", "router", "champion")
    for user in (BOT, READER):
        ask(mlflow, "POST", f"{API}/users/create", {"username": user, "password": PASSWORD})
    return mlflow


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as up:
        Thread(target=up.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{up.server_port}/v1"
        up.shutdown()


@pytest.fixture(scope="module")
def models(started: Server, provider: str) -> dict[str, str]:
    """Three models that the gateway may call, by name, and the endpoint chat-prod: gpt-new, then gpt-spare."""
    secret = {
        "secret_name": "provider", "secret_value": {"api_key": "a key of a test"}, "provider": "openai",
        "auth_config": {"api_base": provider},
    }  # fmt: skip
    secret_id = ask(started, "POST", f"{GATEWAY}/secrets/create", secret)["secret"]["secret_id"]
    ids = {}
    for name in ("new", "old", "spare"):
        about = {"name": f"gpt-{name}", "secret_id": secret_id, "provider": "openai", "model_name": f"gpt-4o-{name}"}
        made = ask(started, "POST", f"{GATEWAY}/model-definitions/create", about)
        ids[f"gpt-{name}"] = made["model_definition"]["model_definition_id"]
    falls = {"fallback_config": {"strategy": "SEQUENTIAL", "max_attempts": 2}}
    endpoint(started, "create", [first(ids["gpt-new"]), after(ids["gpt-spare"])], name="chat-prod", **falls)
    return ids


@pytest.fixture
def server(started: Server, models: dict[str, str]) -> Server:
    return started


@pytest.fixture
async def driven(server: Server) -> AsyncIterator[Planes]:
    async with to(server) as made:
        yield made


def to(server: Server, login: str = "", *, url: str = "", patience: float = 10.0) -> Planes:
    return scenes.planes(url or server.url, login or admin(server), timeout=patience)


async def a_second() -> None:
    await asyncio.sleep(1)


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
async def test_a_scene(server: Server, scene: Callable[..., Any]) -> None:
    """Each scene of the contract test is what the real server does, and leaves it exactly as it was."""
    before, right = state(server), admin(server)
    others = {scenes.wrong_login: "admin:a guess", scenes.without_rights: f"{READER}:{PASSWORD}"}
    login = others.get(scene, right)
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with (
        recorded(server.url, path, source=scenes.SOURCE, mask=[login, right]) as url,
        to(server, login, url=url) as driven,
    ):
        await scene(driven, a_second)
    assert state(server) == before


async def test_what_an_application_gets(server: Server) -> None:
    """It keeps the prompt for some seconds: not in effect until then, in effect afterwards, and so with the undo."""
    shown = replace(PROMPT, shown_by=(Shown("app", {"get": "/", "pointer": "/prompt"}),))
    with application(server) as url:
        async with beside(server, url) as driven:

            def look(value: str) -> Callable[[], Awaitable[Proof]]:
                return lambda: proved(driven, shown, value, since=SINCE)

            assert await look("3")() == Proof(True, "the answer carries 3")
            before = state(server)  # an application that loads a prompt leaves a tag of its own on it
            for value, other in (("2", "3"), ("3", "2")):
                await driven.of(shown).apply(shown, value, detail={}, request_id="r", by="U1")
                assert await look(value)() == Proof(False, f"1 of 1 answers still carry {other}")
                assert await until(look(value), APP_CACHE_S + 10)
    assert state(server) == before


async def test_gateway_later_than_the_deadline(server: Server, driven: Planes) -> None:
    """A deadline of 2 s ends with "not yet", though MLflow shows the new model; when its cache ends, it is."""
    gateway, before = driven.of(ENDPOINT), state(server)
    reading = await gateway.read(ENDPOINT)
    assert await until(lambda: gateway.probe(ENDPOINT, "gpt-new", since=SINCE), GATEWAY_CACHE_S + 10)
    await gateway.apply(ENDPOINT, "gpt-old", detail={}, request_id="r", by="U1")
    sent = time.monotonic()
    assert not await until(lambda: gateway.probe(ENDPOINT, "gpt-old", since=SINCE), 2)
    assert await until(lambda: gateway.probe(ENDPOINT, "gpt-old", since=SINCE), GATEWAY_CACHE_S + 10)
    print(f"in effect {time.monotonic() - sent:.1f} s after it was accepted")
    await gateway.apply(ENDPOINT, "gpt-new", detail=reading.detail, request_id="r", by="U1")
    assert state(server) == before


async def test_shared_traffic(server: Server, driven: Planes, models: dict[str, str]) -> None:
    """A split is told with its weights, pulled to one model, and put back as it was: shares and all."""
    shares = [first(models["gpt-old"], 0.9), first(models["gpt-new"], 0.1)]
    endpoint(server, "create", shares, name="shared", usage_tracking=False)
    shared = replace(ENDPOINT, target={"endpoint": "shared"})
    gateway, before = driven.of(shared), one_endpoint(server, "shared")
    reading = await gateway.read(shared)
    assert reading.value == "gpt-old 0.9 + gpt-new 0.1"
    await gateway.apply(shared, "gpt-old", detail={}, request_id="r", by="U1")
    assert (await gateway.read(shared)).value == "gpt-old"
    await gateway.apply(shared, str(reading.value), detail=reading.detail, request_id="r", by="U1")
    proof = await gateway.probe(shared, str(reading.value), since=SINCE)
    assert (proof.effective, proof.final) == (None, True)
    assert by_model(one_endpoint(server, "shared")) == by_model(before)


async def test_somebody_else_in_between(server: Server, driven: Planes, models: dict[str, str]) -> None:
    """An alias that is moved by hand is seen; a fallback that is added meanwhile outlives the undo."""
    before = state(server)
    await driven.of(PROMPT).apply(PROMPT, "2", detail={}, request_id="r", by="U1")
    alias(server, "1")
    assert await driven.of(PROMPT).probe(PROMPT, "2", since=SINCE) == Proof(False, "the plane itself still says 1")
    alias(server, "3")
    reading = await driven.of(ENDPOINT).read(ENDPOINT)
    await driven.of(ENDPOINT).apply(ENDPOINT, "gpt-old", detail={}, request_id="r", by="U1")
    id, falls = one_endpoint(server)["endpoint_id"], one_endpoint(server)["fallback_config"]
    theirs = [first(models["gpt-old"]), after(models["gpt-spare"]), after(models["gpt-old"], 2)]
    endpoint(server, "update", theirs, endpoint_id=id, fallback_config=falls)
    await driven.of(ENDPOINT).apply(ENDPOINT, "gpt-new", detail=reading.detail, request_id="r", by="U1")
    told = [(one["linkage_type"], one["model_definition"]["name"]) for one in one_endpoint(server)["model_mappings"]]
    assert sorted(told) == [("FALLBACK", "gpt-old"), ("FALLBACK", "gpt-spare"), ("PRIMARY", "gpt-new")]
    ours = [first(models["gpt-new"]), after(models["gpt-spare"])]
    endpoint(server, "update", ours, endpoint_id=id, fallback_config=falls)
    assert state(server) == before


async def test_least_rights(server: Server, models: dict[str, str]) -> None:
    """With the grants of the page a user may pull and put back, and without MANAGE it may not take an alias away."""
    needs = [
        ("prompt", "support-bot", "EDIT"), ("gateway_endpoint", one_endpoint(server)["endpoint_id"], "EDIT"),
        *(("gateway_model_definition", id, "USE") for id in models.values()),
    ]  # fmt: skip
    for kind, id, right in needs:
        grant = {"username": BOT, "resource_type": kind, "resource_id": id, "permission": right}
        ask(server, "POST", "/api/3.0/mlflow/users/permissions/grant", grant)
    before = state(server)
    async with to(server, f"{BOT}:{PASSWORD}") as driven:
        for aim, value in ((PROMPT, "2"), (ENDPOINT, "gpt-old")):
            assert await driven.of(aim).lacks(aim) == ""
            reading = await driven.of(aim).read(aim)
            await driven.of(aim).apply(aim, value, detail={}, request_id="r", by="U1")
            assert (await driven.of(aim).read(aim)).value == value
            await driven.of(aim).apply(aim, reading.value or "", detail=reading.detail, request_id="r", by="U1")
        assert await driven.of(UNSET).lacks(UNSET) == "its user lacks MANAGE on prompt support-bot"
    assert state(server) == before


async def test_who_did_it(server: Server, driven: Planes) -> None:
    """An endpoint carries whom it was changed for; an alias has no place for that."""
    gateway = driven.of(ENDPOINT)
    reading = await gateway.read(ENDPOINT)
    await gateway.apply(ENDPOINT, "gpt-old", detail={}, request_id="r", by="U1")
    whole = ask(server, "GET", f"{GATEWAY}/endpoints/get?name=chat-prod")["endpoint"]
    await gateway.apply(ENDPOINT, "gpt-new", detail=reading.detail, request_id="r", by="U1")
    assert whole["last_updated_by"] == "stanch, for U1"


async def test_slow(server: Server) -> None:
    """No answer in time: a read cannot have moved anything; a write may have, and reading back tells."""
    before = state(server)
    async with to(server, patience=0.5) as driven:
        server.pause()
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s\.$") as caught:
            await driven.of(PROMPT).read(PROMPT)
        assert not caught.value.sent
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s\. It may have happened") as caught:
            await driven.of(PROMPT).apply(PROMPT, "2", detail={}, request_id="r", by="U1")
        assert caught.value.sent
        server.resume()
    async with to(server) as driven:
        assert (await driven.of(PROMPT).read(PROMPT)).value in ("2", "3")
        await driven.of(PROMPT).apply(PROMPT, "3", detail={}, request_id="r", by="U1")
    assert state(server) == before


async def test_killed_and_started_again(server: Server, driven: Planes) -> None:
    """Away, nothing was sent; when it is back, it is put back exactly."""
    before = state(server)
    await killed_between(server, driven, ENDPOINT, "gpt-old", "gpt-new")
    assert state(server) == before


async def until(look: Callable[[], Awaitable[Proof]], seconds: float) -> bool:
    """Whether it is in effect within that time."""
    end = time.monotonic() + seconds
    while True:
        proof = await look()
        if proof.effective or time.monotonic() > end:
            return bool(proof.effective)
        await a_second()


def beside(server: Server, url: str) -> Planes:
    """MLflow, and the application that is asked what it got."""
    known = {
        "registry": Plane("registry", "mlflow", url=server.url, secret="LOGIN", timeout=timedelta(seconds=10)),
        "app": Plane("app", "http", url=url, timeout=timedelta(seconds=10)),
    }
    return Planes(Catalogue(planes=known), {"LOGIN": admin(server)}, ADAPTERS)
