"""The practice AI service behind an OpenAI-compatible gateway, which asks the service's own models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from practice.ai import behind, copilot, gateway as gateways, phrases, provider
from practice.ai.__main__ import parser
from practice.ai.behind import Behind
from practice.ai.gateway import Gateway, Reply
from tests.practice.ai.bench import LAG
from tests.practice.ai.conftest import Wire
from tests.practice.ai.test_process import started

APP_KEY, PROVIDER_KEY = "app-key-not-for-logs", "provider-key"
DEPLOYMENTS = {
    "dep-latest": "sunrise-latest",
    "dep-pinned": "sunrise-2026-09-01",
    "dep-south": "southgate/sunrise-latest",
}

SENT = {"question": "Is the kettle under warranty?", "tenant": "acme", "key": "acme"}


class Fake:
    """A gateway as LiteLLM is: an alias for a deployment, which it names in a header; the body keeps the alias."""

    def __init__(self) -> None:
        self.upstream: httpx.AsyncClient
        self.serves = "dep-latest"
        self.fault: Response | None = None
        self.faults_left = 0
        self.asked: list[dict[str, Any]] = []
        self.held = asyncio.Event()
        self.held.set()

    async def complete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {APP_KEY}":
            return refused(401, "auth_error")
        body = await request.json()
        self.asked.append(body)
        await self.held.wait()
        if self.faults_left and self.fault:
            self.faults_left -= 1
            return self.fault
        if body["model"] != "support-bot":
            return refused(400, "invalid_request_error")
        deployment, model = self.serves, DEPLOYMENTS[self.serves]
        answer = await self.upstream.post("/v1/chat/completions", json=body | {"model": model})
        if answer.status_code != 200:
            return JSONResponse(answer.json(), answer.status_code)
        headers = {"x-litellm-model-id": deployment, "x-litellm-model-name": f"openai/{model}"}
        return JSONResponse(answer.json() | {"model": "support-bot"}, 200, headers)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/chat/completions", self.complete, methods=["POST"])])

    def breaks(self, fault: Response, times: int = 10_000) -> None:
        self.fault, self.faults_left = fault, times


def refused(status: int, kind: str, message: str = "no", code: str | None = None) -> Response:
    error = {"message": message, "type": kind, "param": None, "code": code or str(status)}
    return JSONResponse({"error": error}, status)


class House:
    """The service behind the fake, without sockets, on a clock that the test moves."""

    def __init__(self) -> None:
        self.fake = Fake()
        self.wire = Wire()
        self.wire.api.provider.key = PROVIDER_KEY
        self.fake.upstream = self.wire.client_with({"authorization": f"Bearer {PROVIDER_KEY}"})
        gateway = Gateway("http://127.0.0.1:4000", APP_KEY, "support-bot", httpx.ASGITransport(self.fake.app()))
        self.behind = self.wire.api.behind = Behind(self.wire.engine, gateway)
        self.behind.start()

    async def close(self) -> None:
        await self.behind.close()
        await self.fake.upstream.aclose()
        await self.wire.client.aclose()

    async def post(self, path: str, body: Any = None) -> Any:
        return (await self.wire.client.post(path, json=body)).json()

    async def set(self, name: str, value: object) -> None:
        """A setting that the traffic meets from now on."""
        answer = await self.wire.put(name, value, f"{name}={value}")
        assert answer.status_code == 200
        self.wire.now += LAG + 1
        self.wire.engine.next_at = self.wire.now
        self.wire.api.now()

    async def answers(self, seconds: int = 5) -> list[dict[str, Any]]:
        """To the requests of the next seconds, 16 in each."""
        since = self.wire.now
        for _ in range(2 * seconds):
            self.wire.now += 0.5
            self.wire.api.now()
            await asyncio.gather(*self.behind.tasks)
        found = await self.wire.client.get(f"/admin/answers?limit=1000&since={since}")
        return list(found.json()["answers"])


@pytest_asyncio.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(provider, "model_ms", lambda draw: 0.0)
    monkeypatch.setattr(provider, "FAILS_AFTER_S", 0.0)
    made = House()
    yield made
    await made.close()


def values(found: list[dict[str, Any]], *names: str) -> set[tuple[Any, ...]]:
    return {tuple(one[name] for name in names) for one in found}


def bad_share(found: list[dict[str, Any]]) -> float:
    return sum(one["bad"] for one in found) / len(found)


async def test_a_bad_model_is_rolled_out_and_the_alias_moved(house: House) -> None:
    """Answers turn bad with no setting moved; with the alias at another deployment each says so, and they are good."""
    well = await house.answers()
    assert values(well, "served_by", "model", "error", "status") == {("dep-latest", "sunrise-latest", "", 200)}
    assert bad_share(well) < 0.2
    await house.post("/break", {"class": "quality_regression", "model": "sunrise-latest"})
    assert bad_share(await house.answers()) > 0.25
    assert (await house.post("/admin/probe/canary"))["bad"] > 30
    house.fake.serves = "dep-pinned"
    moved = await house.answers()
    assert values(moved, "served_by", "model") == {("dep-pinned", "sunrise-2026-09-01")}
    assert bad_share(moved) < 0.2
    assert (await house.post("/admin/probe/canary"))["bad"] < 10
    assert (await house.wire.client.get("/admin/audit")).json() == {"changes": []}
    text = (await house.wire.client.get("/metrics")).text
    for served_by, model in (("dep-latest", "sunrise-latest"), ("dep-pinned", "sunrise-2026-09-01")):
        assert f'ai_requests_total{{model="{model}",provider="gateway",served_by="{served_by}",status="200"}}' in text
        assert f'gen_ai_evaluation_score_label="bad",gen_ai_response_model="{model}",served_by="{served_by}"' in text


async def test_what_goes_to_the_gateway(house: House) -> None:
    """Each request asks for the alias, with the copilot's prompt and limits and the customer's question."""
    await house.set("max_tokens", 300)
    house.fake.asked.clear()
    found = await house.answers()
    body = house.fake.asked[0]
    assert (body["model"], body["max_tokens"]) == ("support-bot", 300)
    system, user = body["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert system["content"].startswith("You are the support copilot of a shop. (prompt v17)\n")
    asked = {one["messages"][1]["content"] for one in house.fake.asked}
    assert {one["question"] for one in found} <= asked


async def test_a_bad_prompt_shows_through_the_gateway(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The prompt is the copilot's own: what it breaks and mends is the same as without a gateway."""
    monkeypatch.setattr(copilot, "BAD_PROMPT", 0.6)
    await house.post("/break", {"class": "quality_regression"})
    ill = await house.answers()
    assert values(ill, "prompt", "served_by") == {("v18", "dep-latest")}
    assert bad_share(ill) > 0.25
    await house.set("prompt", "v17")
    well = await house.answers()
    assert values(well, "prompt") == {("v17",)}
    assert bad_share(well) < 0.25


async def test_an_outage_and_the_other_provider(house: House) -> None:
    """Errors of the provider are errors of the app; a deployment at the other provider brings it back."""
    await house.post("/break", {"class": "provider_outage"})
    ill = await house.answers()
    failed = [one for one in ill if one["status"] != 200]
    assert len(failed) > 3
    assert values(failed, "served_by", "model") == {("", "support-bot")}
    assert values(failed, "error") <= {("500 server_error",), ("503 server_error",)}
    house.fake.serves = "dep-south"
    assert sum(one["status"] != 200 for one in await house.answers()) <= 1


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        (refused(401, "auth_error", f"key {APP_KEY} of mara@example.org"), 500, "401 auth_error"),
        (refused(422, "budget_exceeded"), 500, "422 budget_exceeded"),
        (refused(429, "throttling_error"), 429, "429 throttling_error"),
        (refused(503, "None", code="None"), 503, "503"),
        (HTMLResponse("<h1>sign in</h1>"), 500, "200 without a completion"),
        (JSONResponse({"choices": []}), 500, "200 without a completion"),
        (JSONResponse({"choices": [{"message": {"content": None}}]}), 500, "200 without a completion"),
        (Response(b"", 307, {"location": "http://127.0.0.1:9/"}), 500, "307"),
    ],
)
async def test_what_the_gateway_refuses(house: House, fault: Response, status: int, error: str) -> None:
    """Each failure is an answer that failed and says how in a few words, without what the gateway's message holds."""
    house.fake.breaks(fault)
    found = await house.answers()
    assert values(found, "status", "error", "served_by", "model") == {(status, error, "", "support-bot")}
    assert APP_KEY not in str(found)
    assert "mara@" not in str(found[0]["answer"]) + found[0]["error"]


@pytest.mark.parametrize(
    "fault",
    [
        refused(400, "invalid_request_error", "Content blocked: keyword 'order' detected (x)"),
        refused(400, "invalid_request_error", code="content_filter"),
    ],
)
async def test_what_a_filter_of_the_gateway_blocks(house: House, fault: Response) -> None:
    """It is an answer that was blocked, and no error."""
    house.fake.breaks(fault)
    assert values(await house.answers(), "status", "blocked", "bad", "tokens") == {(200, True, False, 0)}


async def test_it_tries_as_often_as_it_may(house: House) -> None:
    """One more try by default, and the answer is the second's; none when the setting says so."""
    house.fake.breaks(refused(503, "server_error"), 1)
    await house.wire.client.post("/v1/ask", json=SENT)
    first, second = house.fake.asked
    assert first == second
    (found,) = (await house.wire.client.get("/admin/answers")).json()["answers"]
    assert (found["status"], found["served_by"], found["error"]) == (200, "dep-latest", "")
    await house.set("retries", 0)
    house.fake.asked.clear()
    house.fake.breaks(refused(503, "server_error"), 1)
    assert (await house.wire.client.post("/v1/ask", json=SENT)).status_code == 503
    assert len(house.fake.asked) == 1


async def test_a_question_that_is_sent_in(house: House) -> None:
    """It goes the same way, and its headers say which model and deployment answered."""
    house.fake.serves = "dep-pinned"
    answer = await house.wire.client.post("/v1/ask", json=SENT)
    named = [answer.headers[one] for one in ("x-model", "x-served-by", "x-provider")]
    assert (answer.status_code, named) == (200, ["sunrise-2026-09-01", "dep-pinned", "gateway"])
    await house.set("feature", "off")
    off = await house.wire.client.post("/v1/ask", json=SENT)
    assert (off.status_code, "switched off" in off.json()["error"]) == (503, True)


async def test_who_is_turned_away_costs_nothing(house: House) -> None:
    """Prepared answers and blocked keys do not ask the gateway."""
    await house.set("answers", "fallback")
    house.fake.asked.clear()
    assert values(await house.answers(), "fallback", "served_by", "cost") == {(True, "", 0.0)}
    await house.set("key.acme", "blocked")
    found = await house.answers()
    assert {one["status"] for one in found if one["tenant"] == "acme"} == {403}
    assert house.fake.asked == []


async def test_a_filter_of_its_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Harmful words of a model reach customers until the copilot's strict filter stands before them."""
    monkeypatch.setattr(copilot, "HARMFUL_UPDATE", 0.6)
    await house.post("/break", {"class": "safety_violation"})
    harmful = set(phrases.HARMFUL.values())
    assert len([one for one in await house.answers() if one["answer"] in harmful and one["bad"]]) > 3
    await house.set("filter", "strict")
    safe = await house.answers()
    assert len([one for one in safe if one["blocked"] and not one["bad"]]) > 3
    assert not [one for one in safe if one["answer"] in harmful]


async def test_a_gateway_that_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked no more than so often at once; others get a busy at once, and those that wait end in time."""
    monkeypatch.setattr(behind, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(gateways, "TIMEOUT_MS", 300.0)
    house.fake.held.clear()
    found = await house.answers(1)
    assert {status for (status,) in values(found, "status")} == {503, 504}
    late = [one for one in found if one["status"] == 504]
    assert (len(late), len(house.fake.asked)) == (8, 8), "four in each of two half seconds"
    assert values(late, "error", "model") == {("no answer in time", "support-bot")}


async def test_answers_stand_in_the_order_in_which_they_began(house: House) -> None:
    """One that takes longer is among those that began with it, in the list and in the figures."""
    house.fake.held.clear()
    slow = asyncio.create_task(house.wire.client.post("/v1/ask", json=SENT))
    while not house.fake.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)  # until it is under way
    began = house.wire.now
    house.wire.now += 5
    await house.wire.client.get("/state")
    house.fake.held.set()
    await slow
    await asyncio.gather(*house.behind.tasks)
    found = (await house.wire.client.get("/admin/answers?limit=1000")).json()["answers"]
    assert found[-1]["at"] == round(began, 3)
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    counted = (await house.wire.client.get("/admin/stats?window=4")).json()["requests"]
    assert counted == sum(one["at"] > house.wire.now - 4 for one in found)


async def test_it_ends_while_the_gateway_hangs(house: House) -> None:
    """Closing waits for nobody, and nothing is asked after it."""
    house.fake.held.clear()
    house.wire.now += 0.5
    house.wire.api.now()
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        await house.behind.close()
    asked = len(house.fake.asked)
    house.wire.now += 2
    house.wire.api.now()
    assert (asked > 0, len(house.fake.asked), house.behind.tasks) == (True, asked, set())


async def test_nobody_there() -> None:
    """No connection is an error like another, and no exception."""

    def closed(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    gateway = Gateway("http://127.0.0.1:9/v1/", APP_KEY, "support-bot", httpx.MockTransport(closed))
    reply = await gateway.ask({"messages": []})
    await gateway.close()
    assert (reply.status, reply.error, reply.served_by) == (500, "no connection (ConnectError)", "")


@pytest.mark.parametrize("url", ["http://g:1", "http://g:1/", "http://g:1/v1", "http://g:1/v1/"])
async def test_the_address_with_or_without_v1(url: str) -> None:
    """Either way it is the same place; a gateway that is no LiteLLM names the model in the body."""

    def answered(request: httpx.Request) -> httpx.Response:
        assert (str(request.url), request.headers["authorization"]) == ("http://g:1/v1/chat/completions", "Bearer k")
        usage = {"prompt_tokens": 5, "completion_tokens": 2}
        return httpx.Response(200, json={"model": "m-1", "choices": [{"message": {"content": "Hi"}}], "usage": usage})

    gateway = Gateway(url, "k", "support-bot", httpx.MockTransport(answered))
    reply = await gateway.ask({"messages": []})
    await gateway.close()
    assert reply == Reply(200, reply.took_ms, "Hi", "m-1", "", 5, 2)


def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the environment and is not shown; what no gateway answered is not among the answers."""
    monkeypatch.setenv("PRACTICE_AI_GATEWAY_KEY", APP_KEY)
    with started("--token", "mine", "--gateway", "http://127.0.0.1:9", "--rate", "8") as (process, connection):
        assert set(connection) == {"url", "token"}
        headers = {"authorization": "Bearer mine"}
        end, found = time.monotonic() + 5, []
        while not found and time.monotonic() < end:
            time.sleep(0.1)
            found = httpx.get(f"{connection['url']}/admin/answers?limit=1000", headers=headers).json()["answers"]
        usual = httpx.get(f"{connection['url']}/admin/stats?window=10", headers=headers).json()["usual"]
        assert values(found, "error", "status", "model") == {("no connection (ConnectError)", 500, "support-bot")}
        assert 60 < usual["requests"] < 100
        text = httpx.get(f"{connection['url']}/metrics").text
        counted = [line for line in text.splitlines() if line.startswith("ai_requests_total{")]
        assert counted
        assert all('provider="gateway"' in line for line in counted)
        with open(f"/proc/{process.pid}/cmdline", "rb") as line:
            assert APP_KEY.encode() not in line.read()


@pytest.mark.parametrize("more", ["--gateway=127.0.0.1:4000", "--rate=0", "--rate=17", "--rate=nan"])
def test_options_that_cannot_be(more: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it needs and ends with 2."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([more])
    assert ended.value.code == 2
    assert "must be" in capsys.readouterr().err


def test_help_tells_how() -> None:
    """The help names the environment variable, both endpoints and how a bad model is rolled out."""
    told = parser().format_help()
    for said in ("PRACTICE_AI_GATEWAY_KEY", "/v1/chat/completions", "/v1/models", '"model": "sunrise-latest"'):
        assert said in told
