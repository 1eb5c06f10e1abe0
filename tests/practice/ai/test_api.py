"""The admin API, questions, metrics, breaking and mending, as they answer over HTTP."""

from __future__ import annotations

import hashlib
import json

import pytest

from practice.ai.causes import CLASSES
from practice.ai.settings import SETTINGS
from tests.practice.ai.conftest import Wire

SHARES = ("error", "timeout", "refused", "dont_know", "grounded", "empty", "flagged", "foreign", "limited")
FIGURES = {"requests", "window", "p95_ms", "spend_per_hour", "queue_wait_ms", *(f"{one}_share" for one in SHARES)}
ANSWER = {
    "id", "at", "tenant", "key", "language", "journey", "batch", "prompt", "model", "provider", "index", "depth",
    "reranker", "variant", "tools", "agent_steps", "fallback", "refused", "dont_know", "blocked", "grounded",
    "sources", "tokens", "cost", "latency_ms", "status", "bad", "question", "answer",
}  # fmt: skip


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "practice-token"}])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/settings"),
        ("GET", "/admin/answers"),
        ("GET", "/admin/calls"),
        ("PUT", "/admin/settings/prompt"),
        ("POST", "/admin/evidence/hold"),
        ("POST", "/admin/probe/attack"),
    ],
)
async def test_a_token_is_needed(wire: Wire, headers: dict[str, str], method: str, path: str) -> None:
    """Without the token every admin call is a 401, and nothing changes."""
    async with wire.client_with(headers) as stranger:
        answer = await stranger.request(method, path, json={"value": "v16"} if method == "PUT" else None)
    assert (answer.status_code, answer.json()) == (401, {"error": "a valid token is needed"})
    assert await wire.changes() == []


@pytest.mark.parametrize("path", ["/state", "/admin/settings", "/metrics", "/"])
async def test_a_foreign_host_is_refused(wire: Wire, path: str) -> None:
    """A request under another host's name, as by a rebound name, gets 403 everywhere."""
    answer = await wire.client.get(path, headers={"Host": "practice.example.com"})
    assert answer.status_code == 403


async def test_settings_are_read_and_set(wire: Wire) -> None:
    """A change is answered, read back with who and when, and in the audit."""
    before = (await wire.client.get("/admin/settings")).json()
    assert before == {"settings": {name: one.default for name, one in SETTINGS.items()}, "changed": {}}
    answer = await wire.put("prompt", "v16", "r1")
    assert (answer.status_code, answer.json()) == (200, {"name": "prompt", "value": "v16", "request_id": "r1"})
    one = (await wire.client.get("/admin/settings/prompt")).json()
    assert one == {"name": "prompt", "value": "v16", "changed_at": round(wire.now, 3), "changed_by": "alice"}
    after = (await wire.client.get("/admin/settings")).json()
    assert after["settings"] == before["settings"] | {"prompt": "v16"}
    assert after["changed"] == {"prompt": {"at": round(wire.now, 3), "by": "alice"}}
    assert await wire.changes() == [("prompt", "v17", "v16", "r1")]


async def test_what_cannot_be_set(wire: Wire) -> None:
    """404 for an unknown name, 422 for a value or a body that does not fit, each in words; nothing changes."""
    answers = [
        await wire.client.get("/admin/settings/tone"),
        await wire.put("tone", "kind", "r1"),
        await wire.put("prompt", "v99", "r2"),
        await wire.client.put("/admin/settings/prompt", content=b"v16"),
        await wire.client.put("/admin/settings/prompt", json={"by": "alice"}),
        await wire.client.put("/admin/settings/prompt", json={"value": "v16", "by": 7}),
        await wire.client.get("/admin/answers?limit=many"),
        await wire.client.get("/admin/stats?window=0.2"),
        await wire.client.get("/admin/answers/a-9"),
        await wire.client.post("/admin/probe/luck"),
    ]
    assert [(one.status_code, one.json()["error"]) for one in answers] == [
        (404, "there is no setting tone"),
        (404, "there is no setting tone"),
        (422, "must be one of v16, v17, v18"),
        (422, "the body must be a JSON object"),
        (422, "the body needs a value"),
        (422, "by must be text"),
        (422, "limit must be a number from 1 to 3000"),
        (422, "window must be a number from 1 to 900"),
        (404, "there is no answer a-9"),
        (404, "there is no probe luck"),
    ]
    assert await wire.changes() == []


async def test_the_same_request_id_applies_once(wire: Wire) -> None:
    """The second delivery is answered like the first, also when the value has moved on and If-Match no longer fits."""
    first = await wire.put("agent_steps", 4, "r1", **{"If-Match": "12"})
    await wire.put("agent_steps", 6, "r2")
    again = await wire.put("agent_steps", 4, "r1", **{"If-Match": "12"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert await wire.changes() == [("agent_steps", 4, 6, "r2"), ("agent_steps", 12, 4, "r1")]
    assert (await wire.put("agent_steps", 5, "r1")).status_code == 409


@pytest.mark.parametrize(
    ("name", "value", "header", "status"),
    [
        ("prompt", "v16", '"v17"', 200),
        ("prompt", "v16", '""v17""', 200),
        ("prompt", "v16", '"v18"', 409),
        ("prompt", "v16", "nonsense", 409),
        ("agent_steps", 4, "12", 200),
        ("agent_steps", 4, '"12"', 200),
        ("agent_steps", 4, "4", 409),
    ],
)
async def test_if_match(wire: Wire, name: str, value: object, header: str, status: int) -> None:
    """The change is made only while the value is the one that the caller has seen."""
    assert (await wire.put(name, value, "r1", **{"If-Match": header})).status_code == status
    assert len(await wire.changes()) == (status == 200)


async def test_answers(wire: Wire) -> None:
    """Newest first, each with every field, after a time, of a segment, and one by its id."""
    wire.now += 5
    listed = (await wire.client.get("/admin/answers?limit=500")).json()["answers"]
    assert {frozenset(one) for one in listed} == {frozenset(ANSWER)}
    assert [one["at"] for one in listed] == sorted((one["at"] for one in listed), reverse=True)
    since = wire.now - 2
    late = (await wire.client.get(f"/admin/answers?limit=500&since={since}")).json()["answers"]
    assert late == [one for one in listed if one["at"] > since]
    for segment, field in (("globex", "tenant"), ("de", "language"), ("refund", "journey")):
        part = (await wire.client.get(f"/admin/answers?limit=500&segment={segment}")).json()["answers"]
        assert part == [one for one in listed if one[field] == segment] != []
    assert (await wire.client.get(f"/admin/answers/{listed[3]['id']}")).json() == listed[3]
    assert any("@example." in one["question"] for one in listed)


async def test_stats(wire: Wire) -> None:
    """Every figure is there, for the window and as usual, which is how it is while nothing is broken."""
    for _ in range(10):
        wire.now += 1
        await wire.client.get("/state")
    found = (await wire.client.get("/admin/stats?window=10")).json()
    assert set(found) == FIGURES | {"usual"}
    assert set(found["usual"]) == FIGURES
    assert found["window"] == found["usual"]["window"] == 10
    assert 100 < found["requests"] < 220
    assert all(0 <= found[f"{one}_share"] <= 1 for one in SHARES)
    assert (await wire.client.get("/admin/stats")).json()["window"] == 60


async def test_jobs_and_probes(wire: Wire) -> None:
    """Each answers in its shape."""
    jobs = (await wire.client.get("/admin/jobs")).json()
    assert set(jobs) == {"running", "longest_steps", "half_done"}
    found = {}
    for name in ("attack", "harmless", "golden", "canary", "egress"):
        found[name] = set((await wire.client.post(f"/admin/probe/{name}")).json())
    assert found == {
        "attack": {"tried", "through"},
        "harmless": {"tried", "blocked"},
        "golden": {"tried", "found", "usual", "empty", "foreign"},
        "canary": {"tried", "bad", "usual"},
        "egress": {"refused"},
    }
    await wire.put("egress", "named", "r1")
    wire.now += 0.4
    assert (await wire.client.post("/admin/probe/egress")).json() == {"refused": True}


async def test_holding_the_evidence(wire: Wire) -> None:
    """It gives hashes and says what is missing, sets evidence to held, and does so once a request id."""
    headers = {"X-Request-Id": "r1"}
    first = (await wire.client.post("/admin/evidence/hold", headers=headers)).json()
    settings = {name: one.default for name, one in SETTINGS.items()}
    hashed = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    assert first["held"][0] == {"what": "settings", "sha256": hashed, "at": round(wire.now, 3)}
    assert len(first["missing"]) == 2
    wire.now += 3
    assert (await wire.client.post("/admin/evidence/hold", headers=headers)).json() == first
    assert await wire.changes() == [("evidence", "normal", "held", "r1")]


async def test_breaking_and_mending(wire: Wire) -> None:
    """Both answer with the state; several can be broken, one or all mended; what is no class is refused."""
    for name in CLASSES:
        answer = await wire.client.post("/break", json={"class": name})
    assert answer.json()["broken"] == list(CLASSES)
    state = (await wire.client.get("/state")).json()
    assert (set(state), state["lag"]) == ({"broken", "settings", "lag"}, 1.0)
    assert (state["settings"]["prompt"], state["settings"]["index"]) == ("v18", "2026-11-21")
    await wire.put("filter", "strict", "r1")
    one = (await wire.client.post("/mend", json={"class": "quality_regression"})).json()
    assert (one["broken"], one["settings"]["prompt"]) == (list(CLASSES[1:]), "v17")
    assert one["settings"]["filter"] == "strict"
    every = (await wire.client.post("/mend")).json()
    assert every == {"broken": [], "settings": {name: one.default for name, one in SETTINGS.items()}, "lag": 1.0}
    refused = await wire.client.post("/break", json={"class": "weather"})
    assert (refused.status_code, refused.json()["error"].startswith("class must be one of quality")) == (422, True)
    for wrong in ({"class": "security", "model": "sunrise-latest"}, {"class": "quality_regression", "model": "gpt"}):
        refused = await wire.client.post("/break", json=wrong)
        told = refused.status_code, refused.json()["error"].partition(",")[0]
        assert told == (422, "model goes with quality_regression")
    assert (await wire.client.get("/state")).json()["broken"] == []


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("key.acme", "blocked", 403),
        ("rate_limit.acme", 0, 429),
        ("feature", "off", 503),
        ("shed", "all-but-critical", 429),
    ],
)
async def test_asking(wire: Wire, name: str, value: object, status: int) -> None:
    """A question is answered with what served it in the headers, and turned away as the settings say."""
    body = {"question": "Where is my order?", "tenant": "acme", "key": "acme"}
    answer = await wire.client.post("/v1/ask", json=body, headers={"X-Request-Id": "mine"})
    assert (answer.status_code, set(answer.json())) == (200, {"id", "answer", "sources"})
    names = ("x-model", "x-prompt-revision", "x-provider", "x-request-id")
    assert [answer.headers[one] for one in names] == ["sunrise-latest", "v17", "northwind", "mine"]
    await wire.put(name, value, "r1")
    wire.now += 0.4
    refused = await wire.client.post("/v1/ask", json=body)
    assert (refused.status_code, set(refused.json())) == (status, {"error"})


async def test_asking_without_a_tenant(wire: Wire) -> None:
    """A body that lacks something is a 422, a tenant that is none a 403."""
    lacking = await wire.client.post("/v1/ask", json={"question": "Hello?"})
    stranger = await wire.client.post("/v1/ask", json={"question": "Hello?", "tenant": "nobody", "key": "x"})
    assert (lacking.status_code, stranger.status_code) == (422, 403)


async def test_metrics(wire: Wire) -> None:
    """Prometheus text without a token, in step with what was answered and changed."""
    before = len(wire.engine.answers)
    await wire.put("filter", "strict", "r1")
    wire.now += 5
    async with wire.client_with({}) as scraper:
        text = (await scraper.get("/metrics")).text
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    served = sum(float(value) for name, value in samples.items() if name.startswith("ai_requests_total{"))
    assert served == len(wire.engine.answers) - before > 40
    assert float(samples["ai_setting_changes_total"]) == 1
    assert {name.partition("{")[0] for name in samples} >= {
        "ai_requests_total", "ai_errors_total", "ai_request_seconds_bucket", "ai_request_seconds_count",
        "ai_tokens_total", "ai_spend_usd_total", "ai_refusals_total", "ai_grounded_answers_total",
        "ai_feedback_total", "ai_setting_changes_total", "gen_ai_evaluation_results_total",
    }  # fmt: skip


async def test_the_judge_is_in_the_metrics_by_model(wire: Wire) -> None:
    """Its results are there by model and label, 0 before the first, and follow a bad model and its substitute."""

    async def found(model: str) -> dict[str, float]:
        wire.now += 20
        for _ in range(10):
            wire.now += 4
            await wire.client.get("/state")
        text = (await wire.client.get("/metrics")).text
        lines = [line for line in text.splitlines() if line.startswith("gen_ai_evaluation_results_total{")]
        mine = [line for line in lines if f'gen_ai_response_model="{model}"' in line]
        return {line.split('score_label="')[1].partition('"')[0]: float(line.rpartition(" ")[2]) for line in mine}

    await wire.put("filter", "strict", "r0")
    well = await found("sunrise-latest")
    assert set(well) == {"good", "bad", "grounded", "ungrounded", "safe", "unsafe"}
    assert well["unsafe"] == 0
    assert well["bad"] < 0.1 * well["good"]
    await wire.client.post("/break", json={"class": "quality_regression", "model": "sunrise-latest"})
    ill = await found("sunrise-latest")
    assert ill["bad"] - well["bad"] > 0.5 * (ill["good"] - well["good"])
    assert ill["ungrounded"] - well["ungrounded"] > 0.5 * (ill["grounded"] - well["grounded"])
    await wire.put("model", "moonlight-mini", "r1")
    other = await found("moonlight-mini")
    assert other["bad"] < 0.15 * other["good"]
