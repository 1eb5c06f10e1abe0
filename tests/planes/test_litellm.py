"""LiteLLM with its database: shown by who serves and by what callers get, and exactly as before when it is undone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Shown
from tests.controls import scenes_litellm as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_litellm import ALIAS, FILTER, KEPT, RATE, SHUT, SINCE, TEAM_SHUT
from tests.planes.litellm_parts import ALIASES, ask, called, lighter, metrics, state, stock, until
from tests.planes.servers import litellm as install
from tests.planes.servers.process import Server, free_port, work_folder

pytestmark = pytest.mark.planes


@pytest.fixture(scope="module")
def stocked(litellm: Server) -> Server:
    stock(litellm)
    return litellm


@pytest.fixture
def server(stocked: Server, litellm: Server) -> Iterator[Server]:
    """After each test everything is as it was before."""
    before = state(stocked)
    yield stocked
    if stocked.running:
        stocked.resume()
        assert state(stocked) == before


@pytest.fixture
async def driven(server: Server) -> AsyncIterator[Planes]:
    async with to(server.url, server.token) as made:
        yield made


def to(url: str, token: str, **more: Any) -> Planes:
    return scenes.planes(url, token, **more)


@pytest.mark.parametrize("scene", scenes.WITH_DATABASE, ids=lambda scene: scene.__name__)
async def test_a_scene(server: Server, scene: Callable[[Planes], Any]) -> None:
    """Pulled, shown by who serves, undone, shown again: and the proxy is exactly as it was before."""
    tokens = {scenes.wrong_token: "no-such-key", scenes.viewer: server.tokens["viewer"]}
    tokens |= {scenes.nobodys_key: server.tokens["caller"], scenes.master_key: server.tokens["master"]}
    token = tokens.get(scene, server.token)
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with (
        recorded(server.url, path, source=scenes.SOURCE, mask=[token], keep=KEPT) as url,
        to(url, token) as driven,
    ):
        await scene(driven)
    lighter(path)


@pytest.fixture(scope="module")
def without_database() -> Iterator[Server]:
    """The same proxy with its file alone; it lets a failure be tried."""
    config = yaml.safe_load((install.SCRIPTS / "config.yaml").read_text(encoding="utf-8"))
    config["router_settings"] |= {"model_group_alias": ALIASES, "fallbacks": [{"chat-prod": ["chat-backup"]}]}
    allowed = {"master_key": install.MASTER, "dangerously_allow_mock_testing_request_params": True}
    config |= {"general_settings": allowed, "litellm_settings": {"telemetry": False}}
    program = str(install.install() / "venv/bin/litellm")
    with work_folder("litellm-file") as folder:
        file, port = Path(folder) / "config.yaml", free_port()
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        command = [program, "--config", str(file), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
        with Server(
            "litellm-file", install.VERSION, port=port, command=command, folder=folder, env=env,
            health="/health/liveliness", deadline_s=240,
        ) as server:  # fmt: skip
            yield server


async def test_a_proxy_without_a_database(without_database: Server) -> None:
    """It can be read, and what cannot be changed is said before anything is sent."""
    path = scenes.RECORDED / "without_database.json"
    source = "LiteLLM 1.106.2 of PyPI without a database"
    async with (
        recorded(without_database.url, path, source=source, mask=[install.MASTER], keep=KEPT) as url,
        to(url, install.MASTER) as driven,
    ):
        await scenes.without_database(driven)
    lighter(path)


async def test_callers_get_what_an_alias_is_pulled_to(server: Server, driven: Planes) -> None:
    """Before, in between and after: the header that callers get names who served them."""
    assert await called(server, "support-bot") == (200, "dep-primary")
    await scenes.moved(driven, ALIAS, "chat-backup", 1)
    assert await called(server, "support-bot") == (200, "dep-backup")
    await scenes.moved(driven, ALIAS, "chat-prod", 2)
    assert await called(server, "support-bot") == (200, "dep-primary")


@pytest.mark.parametrize(
    ("aim", "to", "refusal"),
    [(SHUT, "blocked", 401), (RATE, 1, 429), (scenes.BUDGET, 0.0000001, 422),
     (replace(scenes.MODELS, to="chat-backup"), "chat-backup", 403), (FILTER, "on", 400)],
    ids=["blocked", "rate", "budget", "models", "filter"],
)  # fmt: skip
async def test_callers_are_refused_and_served_again(
    server: Server, driven: Planes, aim: Aim, to: Any, refusal: int
) -> None:
    """The caller, and nobody else, feels the limit within seconds, and is served again when it is put back."""
    words = "try the DAN jailbreak"
    assert (await called(server, words=words))[0] == 200
    before = await driven.of(aim).read(aim)
    await scenes.moved(driven, aim, to, 1)

    async def felt() -> bool:
        return (await called(server, words=words))[0] == refusal

    async def served() -> bool:
        return (await called(server, words=words))[0] == 200

    await until(40, felt)
    assert (await called(server, token="bot"))[0] == 200
    assert before.value is not None
    await scenes.moved(driven, aim, before.value, 2, before)
    await until(40, served)


async def test_one_caller_gets_another_model(server: Server, driven: Planes) -> None:
    """The map of a key moves this caller alone."""
    await scenes.moved(driven, scenes.SERVES, "chat-backup", 1)
    assert await called(server) == (200, "dep-backup")
    assert await called(server, token="bot") == (200, "dep-primary")
    await scenes.moved(driven, scenes.SERVES, "none", 2)
    assert await called(server) == (200, "dep-primary")


async def test_somebody_else_changes_it_in_between(server: Server, driven: Planes) -> None:
    """What others set beside it survives; where they move the same alias, it is no longer said to be in effect."""
    await scenes.moved(driven, ALIAS, "chat-backup", 1)
    theirs = {**ALIASES, "support-bot": "chat-backup", "theirs": "chat-prod"}
    ask(server, "/config/update", {"router_settings": {"model_group_alias": theirs}})
    await scenes.moved(driven, ALIAS, "chat-prod", 2)
    assert state(server)["aliases"] == {**ALIASES, "theirs": "chat-prod"}
    ask(server, "/config/update", {"router_settings": {"model_group_alias": {**ALIASES, "support-bot": "chat-stored"}}})
    told = Proof(False, "the plane itself still says chat-stored")
    assert await driven.of(ALIAS).probe(ALIAS, "chat-prod", since=SINCE) == told
    ask(server, "/config/update", {"router_settings": {"model_group_alias": ALIASES}})


async def test_a_filter_that_somebody_has_extended_is_not_taken_away(server: Server, driven: Planes) -> None:
    """The undo of a filter of ours switches it off and leaves it there, once its words are somebody else's."""
    before = await driven.of(FILTER).read(FILTER)
    await scenes.moved(driven, FILTER, "on", 1)
    listed = ask(server, "/v2/guardrails/list")["guardrails"]
    id = next(one["guardrail_id"] for one in listed if one["guardrail_name"] == "inc-42")
    more = [{"keyword": word, "action": "BLOCK", "description": "incident"} for word in ("DAN jailbreak", "theirs")]
    ask(server, f"/guardrails/{id}", {"litellm_params": {"blocked_words": more}}, "PATCH")
    await driven.of(FILTER).apply(FILTER, "off", detail=before.detail, request_id="r", by="U1")
    assert await driven.of(FILTER).read(FILTER) == Reading("off")
    ask(server, f"/guardrails/{id}", method="DELETE")


async def test_a_filter_of_somebody_else_is_not_switched_on(server: Server, driven: Planes) -> None:
    """Another filter of that name stays off, and callers are answered as before."""
    theirs = replace(FILTER, target={**FILTER.target, "guardrail": "standing"})
    why = "standing is there and has other words or rules than the catalogue says"
    assert await driven.of(theirs).lacks(theirs) == why
    told = f"The control plane gateway: {why}; nothing was sent."
    await scenes.refused(driven.of(theirs).apply(theirs, "on", detail={}, request_id="r", by="U1"), told)
    assert await called(server, words="a cup of tea") == (200, "dep-primary")


@pytest.mark.parametrize("models", [["none"], ["chat-prod, eu", "chat-prod"], ["chat-prod"]], ids=str)
async def test_a_key_gets_its_very_models_back(server: Server, driven: Planes, models: list[str]) -> None:
    """Never all models in place of a few, whatever these are called."""
    ask(server, "/key/generate", {"key_alias": "svc-odd", "models": models})
    aim = replace(scenes.MODELS, target={"key": "svc-odd", "field": "models"})
    try:
        before = await driven.of(aim).read(aim)
        assert before.value is not None
        await scenes.moved(driven, aim, "chat-backup, chat-prod", 1)
        await scenes.moved(driven, aim, before.value, 2, before)
        shown = ask(server, "/key/list?key_alias=svc-odd&return_full_object=true")["keys"]
        assert [one["models"] for one in shown] == [models]
    finally:
        ask(server, "/key/delete", {"key_aliases": ["svc-odd"]})


@pytest.mark.parametrize(
    ("limit", "status"), [({"models": ["chat-backup"]}, 403), ({"rpm_limit": 0}, 429)], ids=["models", "rate"]
)
async def test_our_own_key_that_is_refused_shows_nothing(server: Server, limit: Any, status: int) -> None:
    """It is no fallback's turn where the proxy refuses by itself, so that their absence is not seen either."""
    ask(server, "/user/new", {"user_id": "short", "user_role": "proxy_admin", "auto_create_key": False})
    token = ask(server, "/key/generate", {"user_id": "short", **limit})["key"]
    calm = scenes.CALM
    try:
        async with to(server.url, token) as driven:
            proof = await driven.of(calm).probe(calm, "none", since=SINCE)
        assert proof == Proof(None, f"asked for chat-prod, the proxy answers {status}", final=status == 403)
    finally:
        ask(server, "/user/delete", {"user_ids": ["short"]})


async def test_a_slow_proxy(server: Server, driven: Planes) -> None:
    """It is read before anything is sent: where it does not answer, nothing was sent, and it stands as before."""
    before = await driven.of(SHUT).read(SHUT)
    server.pause()
    async with to(server.url, server.token, timeout=1.0) as impatient:
        for call in (
            impatient.of(SHUT).read(SHUT),
            impatient.of(SHUT).apply(SHUT, "blocked", detail={}, request_id="r", by="U1"),
        ):
            with pytest.raises(PlaneFault) as caught:
                await call
            told = "The control plane gateway did not answer within 1 s."
            assert (str(caught.value), caught.value.sent) == (told, False)
    server.resume()
    assert await driven.of(SHUT).read(SHUT) == before


async def test_a_blocked_team_is_not_in_effect_before_the_cache_is_over(
    server: Server, prometheus: Callable[..., Server]
) -> None:
    """The proxy says blocked at once and serves for up to 60 s more: Prometheus says no until callers are refused."""
    shown = Shown("metrics", example()["shown_by"][0]["how"] | {"window": 15})
    shown.how["query"] = shown.how["query"].replace("[30s]", "[15s]")
    aim = replace(TEAM_SHUT, shown_by=(shown,))
    monitor = prometheus(metrics(server))
    both = {"gateway": Plane("gateway", "litellm", url=server.url, secret="KEY"),
            "metrics": Plane("metrics", "prometheus", url=monitor.url)}  # fmt: skip
    made = Planes(Catalogue(planes=both), {"KEY": server.token}, scenes.ADAPTERS)
    server.tokens["member"] = ask(server, "/key/generate", {"team_id": "team-support", "key_alias": "svc-member"})[
        "key"
    ]
    calls = asyncio.create_task(keep_calling(server, "member"))
    try:
        await asyncio.sleep(2)
        before = await made.of(aim).read(aim)
        await made.of(aim).apply(aim, "blocked", detail={}, request_id="r", by="U1")
        since, verdicts = datetime.now(UTC), list[bool | None]()
        served_until = since

        async def effective() -> bool:
            nonlocal served_until
            is_served = (await called(server, token="member"))[0] == 200
            served_until = datetime.now(UTC) if is_served else served_until
            verdicts.append((await proved(made, aim, "blocked", since=since)).effective)
            assert verdicts[-1] is not True or not is_served, "called blocked while it was served"
            return verdicts[-1] is True

        await until(120, effective)
        # The proxy's cache may have been nearly over: then there was too little to be seen.
        if served_until - since > timedelta(seconds=2 * shown.how["window"]):
            assert False in verdicts, "it was not seen to be served still"
        assert (await called(server, token="member"))[0] == 401
        await made.of(aim).apply(aim, "open", detail=before.detail, request_id="r", by="U1")
    finally:
        calls.cancel()
        await made.close()
        ask(server, "/key/delete", {"key_aliases": ["svc-member"]})


async def keep_calling(server: Server, token: str) -> None:
    while True:
        await called(server, token=token)
        await asyncio.sleep(0.3)


def example() -> Any:
    """The control of the catalogue's page that is shown by Prometheus."""
    page = Path(__file__).parents[2] / "runbooks/catalogue/planes/litellm.yml"
    return yaml.safe_load(page.read_text(encoding="utf-8"))["controls"]["key.block"]["for"]["support-copilot"]


async def test_a_killed_proxy(server: Server) -> None:
    """Nobody listens: nothing was sent, and asking again may help. (The last test: the next would start it again.)"""
    server.kill()
    async with to(server.url, server.token) as driven:
        for call in (
            driven.of(ALIAS).read(ALIAS),
            driven.of(ALIAS).probe(ALIAS, "chat-backup", since=SINCE),
            driven.of(ALIAS).apply(ALIAS, "chat-backup", detail={}, request_id="r", by="U1"),
        ):
            with pytest.raises(PlaneFault) as caught:
                await call
            told = "The control plane gateway could not be reached: is it up?"
            assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, False)
