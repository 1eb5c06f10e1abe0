"""The models as OpenAI's API offers them: who may ask, what comes back, and how what is broken shows in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Any

import httpx
import pytest

from practice.ai import phrases, provider, traffic
from practice.ai.copilot import begun
from practice.ai.messages import read, written
from practice.ai.settings import MODELS
from tests.practice.ai.bench import made
from tests.practice.ai.conftest import Wire

QUESTION = "Is the kettle still under warranty after 18 months?"
GOOD = phrases.GOOD["en"]["warranty"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that answer in no time; how long they take is measured in one test."""
    monkeypatch.setattr(provider, "model_ms", lambda draw: 0.0)
    monkeypatch.setattr(provider, "FAILS_AFTER_S", 0.0)


async def ask(wire: Wire, model: str = "sunrise-latest", text: str = QUESTION, **more: Any) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
    return await wire.client.post("/v1/chat/completions", json=body)


async def said(wire: Wire, model: str, times: int = 150, **more: Any) -> Counter[str]:
    """How often it says what; "" where it fails."""
    answers = [await ask(wire, model, **more) for _ in range(times)]
    return Counter(one.json()["choices"][0]["message"]["content"] if one.status_code == 200 else "" for one in answers)


async def test_a_completion(wire: Wire) -> None:
    """It has OpenAI's shape, the model's name as it was asked, and counts its tokens."""
    answer = (await ask(wire, "sunrise-2026-09-01")).json()
    (choice,) = answer["choices"]
    assert (choice["index"], choice["finish_reason"], choice["message"]["role"]) == (0, "stop", "assistant")
    assert (answer["object"], answer["model"]) == ("chat.completion", "sunrise-2026-09-01")
    usage = answer["usage"]
    assert usage["prompt_tokens"] == 250 + 110 * 8
    assert 120 <= usage["completion_tokens"] <= 240
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    short = (await ask(wire, max_tokens=60)).json()
    assert (short["usage"]["completion_tokens"], short["choices"][0]["finish_reason"]) == (60, "length")


async def test_the_list_of_models(wire: Wire) -> None:
    """Every model at both providers, each of which can be asked."""
    listed = (await wire.client.get("/v1/models")).json()
    assert listed["object"] == "list"
    names = {one["id"]: one["owned_by"] for one in listed["data"]}
    assert names == {name: "northwind" for name in MODELS} | {f"southgate/{name}": "southgate" for name in MODELS}
    for name in names:
        assert GOOD in await said(wire, name, 8)


@pytest.mark.parametrize(
    ("body", "status", "kind", "code", "words"),
    [
        ({"model": "gpt-4o"}, 404, "invalid_request_error", "model_not_found", "The model 'gpt-4o' does not exist."),
        ({"model": 7}, 404, "invalid_request_error", "model_not_found", "The model '7' does not exist."),
        ({"stream": True}, 400, "invalid_request_error", None, "stream is not supported here"),
        ({"messages": []}, 400, "invalid_request_error", None, "messages must be a list of messages"),
        ({"messages": [{"role": "system"}]}, 400, "invalid_request_error", None, "one message must be of role user"),
        ({"max_tokens": "ten"}, 400, "invalid_request_error", None, "max_tokens must be a number from 0 to 1000000"),
    ],
)
async def test_what_is_refused(wire: Wire, body: Any, status: int, kind: str, code: str | None, words: str) -> None:
    """A request that cannot be answered is refused in OpenAI's shape, in words."""
    answer = await ask(wire, **{"model": "sunrise-latest", **body})
    assert answer.status_code == status
    assert answer.json() == {"error": {"message": words, "type": kind, "param": None, "code": code}}


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "practice-token"}])
async def test_a_key_is_needed(wire: Wire, headers: dict[str, str]) -> None:
    """Without the key both are a 401 in OpenAI's shape."""
    async with wire.client_with(headers) as stranger:
        answers = [await stranger.get("/v1/models"), await stranger.post("/v1/chat/completions", json={})]
    assert [(one.status_code, one.json()["error"]["code"]) for one in answers] == [(401, "invalid_api_key")] * 2


async def test_its_own_key(wire: Wire) -> None:
    """A provider key takes the token's place at the models, and opens nothing else."""
    wire.api.provider.key = "provider-key"
    assert (await wire.client.get("/v1/models")).status_code == 401
    async with wire.client_with({"authorization": "Bearer provider-key"}) as gateway:
        assert (await gateway.get("/v1/models")).status_code == 200
        assert (await gateway.get("/admin/settings")).status_code == 401


async def test_a_bad_model_shows_under_its_name_alone(wire: Wire) -> None:
    """Half of its answers are wrong while the other model's are as ever, and mending brings it back."""
    await wire.client.post("/break", json={"class": "quality_regression", "model": "sunrise-latest"})
    wrong = phrases.WRONG["en"].partition("{")[0]

    async def bad(model: str) -> int:
        return sum(count for text, count in (await said(wire, model)).items() if text.startswith(wrong))

    assert await bad("sunrise-latest") > 45
    assert await bad("sunrise-2026-09-01") < 15
    await wire.client.post("/mend", json={"class": "quality_regression"})
    assert await bad("sunrise-latest") < 15


async def test_a_model_moved_under_its_alias_is_unsafe(wire: Wire) -> None:
    """Under the safety violation the alias gives harmful advice, also to an attack; the pinned model does not."""
    await wire.client.post("/break", json={"class": "safety_violation"})
    harmful = phrases.HARMFUL["en"]
    attack = phrases.ATTACKS["harm"].format(n=1)
    assert (await said(wire, "sunrise-latest"))[harmful] > 4
    assert (await said(wire, "sunrise-latest", 20, text=attack))[harmful] > 4
    assert (await said(wire, "sunrise-2026-09-01"))[harmful] < 4
    assert await said(wire, "sunrise-2026-09-01", 20, text=attack) == {phrases.REFUSAL["en"]: 20}


async def test_an_outage_hits_one_provider(wire: Wire) -> None:
    """Most requests to northwind fail with a server error, few to southgate."""
    await wire.client.post("/break", json={"class": "provider_outage"})
    answers = [await ask(wire) for _ in range(100)]
    failed = [one for one in answers if one.status_code != 200]
    assert 40 < len(failed) < 80
    assert {one.status_code for one in failed} == {500, 503}
    assert {one.json()["error"]["type"] for one in failed} == {"server_error"}
    assert (await said(wire, "southgate/sunrise-latest", 100))[""] < 8


async def test_no_setting_of_the_copilot_matters_to_a_model(wire: Wire) -> None:
    """Switched off, blocked, or on prepared answers: who asks the model still gets its words."""
    for name, value in (("feature", "off"), ("answers", "fallback"), ("key.acme", "blocked"), ("retrieval_depth", 1)):
        await wire.put(name, value, f"r-{name}")
    wire.now += 5
    assert (await said(wire, "sunrise-latest", 30))[GOOD] > 20
    assert (await ask(wire, "sunrise-2026-09-01")).json()["usage"]["prompt_tokens"] == 1130


async def test_a_model_takes_its_time(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer takes as long as the simulation of the model says, and others are not held up by it."""
    monkeypatch.setattr(provider, "model_ms", lambda draw: 200.0)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(ask(wire) for _ in range(5)))
    assert 0.2 <= loop.time() - began < 0.9


@pytest.mark.parametrize("prompt", ["v17", "v18"])
def test_a_model_reads_what_the_copilot_writes(prompt: str) -> None:
    """Language, topic, order, sources, limits and a bad prompt arrive, for each question in each language."""
    engine, draw = made(), Random(3)
    engine.settings.served |= {"prompt": prompt, "grounding": "strict", "params": "hot", "max_tokens": 120}
    served, broken = engine.settings.served, {"quality_regression"}
    seen = set()
    for _ in range(400):
        asked = traffic.question("interactive", draw)
        work = begun(asked, served, broken, draw)
        found = read(written(asked, engine.met(), work, served, broken), "moonlight-mini", draw)
        assert (found.asked.language, found.asked.topic, found.asked.order) == (
            asked.language,
            asked.topic,
            asked.order,
        )
        assert (found.found, found.prompt, found.passages) == (work.found, prompt, 8)
        kept = {name: found.served[name] for name in ("model", "grounding", "params", "max_tokens")}
        assert kept == {"model": "moonlight-mini", "grounding": "strict", "params": "hot", "max_tokens": 120}
        assert found.promising == (prompt == "v18")
        seen.add((asked.language, asked.topic))
    assert len(seen) == 18


def test_a_question_in_parts() -> None:
    """Content may come as a list of parts, and a system message from anybody is only words."""
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    found = read({"messages": said}, "sunrise-latest", Random(1))
    assert (found.asked.text, found.asked.topic, found.asked.language) == (QUESTION, "warranty", "en")
