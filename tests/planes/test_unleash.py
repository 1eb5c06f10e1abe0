"""Flags in a real Unleash: shown by what applications get, and exactly as before when they are put back."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.shown_by import proved
from stanch.core.control import Aim, Shown, Value
from tests.controls import scenes_unleash as scenes
from tests.controls.exchanges import recorded
from tests.controls.scenes_unleash import CHAT, PROMPT, SINCE, UNTOUCHED, flag, move, share
from tests.planes.servers import unleash as flags
from tests.planes.servers.process import Server, free_port, work_folder

pytestmark = pytest.mark.planes
FEATURES = "/api/admin/projects/default/features"
HERE = "/environments/development"
PASSWORD = "Password-of-a-test-4711"
POLL_S = 2
APPLICATION = """
const { initialize } = require(process.env.CLIENT), http = require('http')
const unleash = initialize({
  url: process.env.UNLEASH + '/api', appName: 'chat', customHeaders: { Authorization: process.env.TOKEN },
  refreshInterval: 1000 * process.env.POLL_S, disableMetrics: true, backupPath: process.env.HOME })
unleash.on('error', () => {})
const users = Array.from({ length: 200 }, (_, i) => ({ userId: 'user-' + i, properties: { country: 'de' } }))
const got = name => users.filter(user => unleash.isEnabled(name, user)).length / 2
unleash.on('synchronized', () => http.createServer((_, answer) => {
  answer.setHeader('Content-Type', 'application/json')
  answer.end(JSON.stringify({ chat: got('ai-chat') > 0, share: got('new-prompt') }))
}).listen(process.env.PORT, '127.0.0.1'))
"""
"""What a team's application does, with Unleash's own client: whether 200 users get it, and how many in 100 do."""


@pytest.fixture(scope="module")
def tokens(unleash: Server) -> dict[str, str]:
    """Personal ones of somebody who may change flags, and of somebody who may look."""
    return {name: _personal(unleash, name, role) for name, role in (("editor", 2), ("viewer", 3))}


def _personal(server: Server, name: str, role: int) -> str:
    ask(server, "POST", "/api/admin/user-admin", {"username": name, "password": PASSWORD, "rootRole": role})
    with httpx.Client(base_url=server.url, trust_env=False) as person:
        person.post("/auth/simple/login", json={"username": name, "password": PASSWORD}).raise_for_status()
        made = {"description": "stanch", "expiresAt": "2099-01-01T00:00:00.000Z"}
        return str(person.post("/api/admin/user/tokens", json=made).json()["secret"])


@pytest.fixture
def server(unleash: Server) -> Iterator[Server]:
    """With the three flags as the scenes want them, and no other; they are gone after the test."""
    clear(unleash)
    for name, kind in {"ai-chat": "kill-switch", "new-prompt": "release", "untouched": "kill-switch"}.items():
        ask(unleash, "POST", FEATURES, {"name": name, "type": kind})
    rollout(unleash, "ai-chat", "100")
    germans = [{"contextName": "country", "operator": "IN", "values": ["de"], "inverted": False}]
    variants = [{"name": "v19", "weight": 1000, "weightType": "variable", "stickiness": "default"}]
    rollout(unleash, "new-prompt", "25", title="beta", constraints=germans, variants=variants)
    for name in ("ai-chat", "new-prompt"):
        ask(unleash, "POST", f"{FEATURES}/{name}{HERE}/on")
    yield unleash
    unleash.mend()
    clear(unleash)


@pytest.fixture
async def driven(server: Server, tokens: dict[str, str]) -> AsyncIterator[Planes]:
    async with to(server, tokens["editor"]) as made:
        yield made


@pytest.fixture(scope="module")
def application(unleash: Server) -> Iterator[Server]:
    """It is there before the flags are, and hears of each change at its next turn."""
    code = flags.install()
    with work_folder("application") as folder:
        (folder / "app.js").write_text(APPLICATION, encoding="utf-8")
        port = free_port()
        env = {"CLIENT": str(code / "node_modules/unleash-client"), "UNLEASH": unleash.url, "POLL_S": str(POLL_S),
               "TOKEN": unleash.tokens["backend"], "PORT": str(port)}  # fmt: skip
        command = ["node", str(folder / "app.js")]
        with Server("application", "", port=port, command=command, folder=folder, env=env, health="/") as up:
            yield up


def to(server: Server, token: str, **more: Any) -> Planes:
    return scenes.planes(more.pop("url", server.url), token, server.tokens["backend"], **more)


def clear(server: Server) -> None:
    """Unleash notes a little later that a flag is archived, and ends itself where the flag is gone by then."""
    for one in ask(server, "GET", FEATURES)["features"]:
        ask(server, "DELETE", f"{FEATURES}/{one['name']}")
        end = time.monotonic() + 30
        while "archived" not in [stage["stage"] for stage in ask(server, "GET", f"{FEATURES}/{one['name']}/lifecycle")]:
            assert time.monotonic() < end, f"{one['name']} is not noted as archived"
            time.sleep(0.05)
        ask(server, "DELETE", f"/api/admin/archive/{one['name']}")


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, server.url + path, json=body, headers=server.headers, trust_env=False, timeout=30)
    answer.raise_for_status()
    return answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None


def rollout(server: Server, name: str, percent: str, **more: Any) -> str:
    """Another strategy of the flag, and its id."""
    parameters = {"rollout": percent, "stickiness": "default", "groupId": name}
    made = {"name": "flexibleRollout", "parameters": parameters, "constraints": [], **more}
    return str(ask(server, "POST", f"{FEATURES}/{name}{HERE}/strategies", made)["id"])


def state(server: Server) -> dict[str, Any]:
    """All that Unleash knows of each flag, in every environment, but what it notes of it a while later by itself."""
    names = [one["name"] for one in ask(server, "GET", FEATURES)["features"]]
    whole = {name: ask(server, "GET", f"{FEATURES}/{name}") for name in names}
    for one in whole.values():
        for noted in ("collaborators", "lifecycle"):
            one.pop(noted, None)
        for there in one["environments"]:
            there.pop("lastSeenAt")
    return whole


def strategies(server: Server, name: str) -> list[Any]:
    found: list[Any] = ask(server, "GET", f"{FEATURES}/{name}{HERE}")["strategies"]
    return found


@pytest.mark.parametrize("scene", scenes.SCENES)
async def test_a_scene(server: Server, tokens: dict[str, str], scene: Callable[[Planes], Any]) -> None:
    """Each scene of the contract test is what the real server does, and leaves it exactly as it was."""
    before, apps = state(server), server.tokens["backend"]
    others = {"may_only_look": tokens["viewer"], "token_of_applications": apps, "wrong_token": "user:guess"}
    token = others.get(scene.__name__, tokens["editor"])
    path = scenes.RECORDED / f"{scene.__name__}.json"
    async with (
        recorded(server.url, path, source=scenes.SOURCE, mask=[token, apps]) as url,
        to(server, token, url=url) as driven,
    ):
        await scene(driven)
    assert state(server) == before


async def until(driven: Planes, aim: Aim, value: Value) -> tuple[list[str], float]:
    """What was seen while it was not in effect, and the seconds until it was."""
    began, seen = time.monotonic(), list[str]()
    while True:
        proof = await proved(driven, aim, value, since=SINCE)
        if proof.effective:
            return seen, time.monotonic() - began
        seen.append(proof.seen)
        assert time.monotonic() - began < 20, seen
        await asyncio.sleep(0.1)


async def test_applications_follow_when_they_ask_again(
    server: Server, tokens: dict[str, str], application: Server
) -> None:
    """With Unleash's own client: not yet, while the application has the old flag; then in effect. And back."""
    how = {"get": "/", "pointer": "/chat", "map": {"on": True, "off": False}}
    aim = replace(CHAT, shown_by=(Shown("applications", how),))
    async with to(server, tokens["editor"], apps_url=application.url) as driven:
        await until(driven, aim, "on")
        before, whole = await driven.of(aim).read(aim), state(server)
        await move(driven, aim, "off")
        seen, seconds = await until(driven, aim, "off")
        assert set(seen) <= {"1 of 1 answers still carry yes"}
        assert seconds < POLL_S + 5
        await move(driven, aim, "on", before.detail)
        seen, _ = await until(driven, aim, "on")
        assert set(seen) <= {"1 of 1 answers still carry no"}
        assert seen, "the application never lagged: this shows nothing of waiting"
        assert state(server) == whole


async def test_a_rollout_reaches_so_many_users(server: Server, tokens: dict[str, str], application: Server) -> None:
    """Of 200 users as many get it as the percentage says, within what a hash scatters; and back."""
    aim = PROMPT
    async with to(server, tokens["editor"], apps_url=application.url) as driven, httpx.AsyncClient() as client:
        before, whole = await driven.of(aim).read(aim), state(server)
        for value, detail in ((0, {}), (50, {}), (100, {}), (25, before.detail)):
            await move(driven, aim, value, detail)
            got, end = -1.0, time.monotonic() + 20
            while got != value if value in (0, 100) else abs(got - value) > 10:
                assert time.monotonic() < end, f"{got} of 100 users get it at {value} %"
                await asyncio.sleep(0.2)
                got = (await client.get(application.url)).json()["share"]
        assert state(server) == whole


async def test_who_did_it_stands_in_the_added_strategy(server: Server, driven: Planes) -> None:
    """Unleash's own log knows the bot only; the strategy that was added names the person and the request."""
    await move(driven, UNTOUCHED, "on")
    assert [one["title"] for one in strategies(server, "untouched")] == ["Added by Stanch: U1, INC-7-apply-1"]
    events = ask(server, "GET", "/api/admin/search/events?feature=IS:untouched&limit=3")["events"]
    assert {one["createdBy"] for one in events if one["type"] == "feature-environment-enabled"} == {"editor"}


async def test_what_somebody_adds_in_between_stays(server: Server, driven: Planes) -> None:
    """The undo takes away what the pull added, and nothing of anybody else."""
    before = await driven.of(UNTOUCHED).read(UNTOUCHED)
    await move(driven, UNTOUCHED, "on")
    theirs = rollout(server, "untouched", "5")
    await move(driven, UNTOUCHED, "off", before.detail)
    assert [one["id"] for one in strategies(server, "untouched")] == [theirs]
    assert (await driven.of(UNTOUCHED).read(UNTOUCHED)).value == "off"


async def test_what_somebody_narrows_in_between_stays(server: Server, driven: Planes) -> None:
    """The strategy that the pull added serves two pilots now: the undo refuses, until it has a title of its own."""
    before = await driven.of(UNTOUCHED).read(UNTOUCHED)
    await move(driven, UNTOUCHED, "on")
    one = strategies(server, "untouched")[0]
    pilots = {"contextName": "userId", "operator": "IN", "values": ["pilot-1", "pilot-2"], "inverted": False}
    theirs = {key: one[key] for key in ("name", "title", "parameters")} | {"constraints": [pilots]}
    path = f"{FEATURES}/untouched{HERE}/strategies/{one['id']}"
    ask(server, "PUT", path, theirs)
    whole = state(server)
    with pytest.raises(
        PlaneFault, match="that Stanch added and somebody changed since: give it another title"
    ) as caught:
        await move(driven, UNTOUCHED, "off", before.detail)
    assert not caught.value.sent
    assert state(server) == whole
    ask(server, "PUT", path, theirs | {"title": "pilots"})
    await move(driven, UNTOUCHED, "off", before.detail)
    assert [left["constraints"] for left in strategies(server, "untouched")] == [[pilots]]
    assert (await driven.of(UNTOUCHED).read(UNTOUCHED)).value == "off"


@pytest.mark.parametrize("how", ["changed", "added", "removed"])
async def test_it_is_not_put_back_for_others_than_had_it(server: Server, driven: Planes, how: str) -> None:
    """Its strategies are others now: switching it on would reach other people, so nothing is sent."""
    before = await driven.of(CHAT).read(CHAT)
    await move(driven, CHAT, "off")
    one = f"{FEATURES}/ai-chat{HERE}/strategies/{strategies(server, 'ai-chat')[0]['id']}"
    if how == "changed":
        ask(server, "PATCH", one, [{"op": "replace", "path": "/parameters/rollout", "value": "99"}])
    elif how == "added":
        rollout(server, "ai-chat", "1")
    else:
        ask(server, "DELETE", one)
    with pytest.raises(PlaneFault) as caught:
        await move(driven, CHAT, "on", before.detail)
    told = "The control plane flags has other strategies for ai-chat than when it was on: look who would get it."
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, True)
    assert (await driven.of(CHAT).read(CHAT)).value == "off"


async def test_somebody_moves_the_rollout_in_between(server: Server, driven: Planes) -> None:
    """It is seen at the next look, and not taken for ours."""
    await move(driven, PROMPT, 0)
    one = strategies(server, "new-prompt")[0]["id"]
    change = [{"op": "replace", "path": "/parameters/rollout", "value": "10"}]
    ask(server, "PATCH", f"{FEATURES}/new-prompt{HERE}/strategies/{one}", change)
    assert await proved(driven, PROMPT, 0, since=SINCE) == Proof(False, "the plane itself still says 10")


async def test_two_rollouts(server: Server, driven: Planes) -> None:
    """Without a name it is not guessed which is meant; by title or by id only that one moves, and comes back."""
    other = rollout(server, "new-prompt", "33.50", title="partners")
    with pytest.raises(PlaneFault, match="has 2 such rollouts for new-prompt: name one in `strategy`"):
        await driven.of(PROMPT).read(PROMPT)
    before = state(server)
    for named in ("partners", other):
        aim = share("new-prompt", strategy=named)
        reading = await driven.of(aim).read(aim)
        assert (reading.value, reading.detail) == (33.5, {"strategy": other, "rollout": "33.50"})
        await move(driven, aim, 0)
        assert [one["parameters"]["rollout"] for one in strategies(server, "new-prompt")] == ["25", "0"]
        await move(driven, aim, 33.5, reading.detail)
        assert state(server) == before


async def test_a_rollout_of_a_flag_that_is_off(server: Server, driven: Planes) -> None:
    """The percentage stands, and reaches nobody: that is no proof of effect."""
    await move(driven, flag("new-prompt"), "off")
    told = "new-prompt is off there, so its rollout reaches nobody"
    assert await proved(driven, PROMPT, 25, since=SINCE) == Proof(False, told)


async def test_killed_and_started_again(server: Server, driven: Planes) -> None:
    """Away, nothing was sent; when it is back, what was moved stands."""
    await move(driven, CHAT, "off")
    server.kill()
    with pytest.raises(PlaneFault, match="could not be reached") as caught:
        await move(driven, CHAT, "on")
    assert not caught.value.sent
    server.mend()
    assert (await driven.of(CHAT).read(CHAT)).value == "off"


async def test_slow(server: Server, driven: Planes, tokens: dict[str, str]) -> None:
    """No answer in time: it is looked at before anything is sent, so nothing can have been moved."""
    async with to(server, tokens["editor"], timeout=0.5) as hasty:
        server.pause()
        with pytest.raises(PlaneFault, match=r"did not answer within 0\.5 s\.$") as caught:
            await move(hasty, CHAT, "off")
        assert not caught.value.sent
    server.resume()
    assert (await driven.of(CHAT).read(CHAT)).value == "on"
