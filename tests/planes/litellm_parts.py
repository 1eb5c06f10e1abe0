"""What the tests of LiteLLM put into it, ask of it, and leave out of what they record."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.planes.servers.process import Server

ALIASES = {"support-bot": "chat-prod", "hidden-bot": {"model": "chat-backup", "hidden": True}}
CHANGING = ("updated_at", "settings_updated_at", "updated_by", "spend", "total_spend", "model_spend", "last_active")
"""What a key, a team or a filter shows of when it was touched and used."""


def stock(litellm: Server) -> None:
    """Two aliases, one of them an object; two deployments; a filter that is off; a team, and a key with an alias."""
    for name, id, more in (
        ("chat-stored", "dep-stored", {"mock_response": "from STORED"}),
        ("down/model", "dep-down", {"api_base": "http://127.0.0.1:9/v1"}),
    ):
        params = {"model": "openai/gpt-4o", "api_key": "fake", **more}
        ask(litellm, "/model/new", {"model_name": name, "litellm_params": params, "model_info": {"id": id}})
    ask(litellm, "/config/update", {"router_settings": {"model_group_alias": ALIASES, "fallbacks": [{"x": ["y"]}]}})
    words = [{"keyword": "tea", "action": "BLOCK", "description": "standing"}]
    own = {"guardrail": "litellm_content_filter", "mode": "pre_call", "default_on": False, "blocked_words": words}
    ask(litellm, "/guardrails", {"guardrail": {"guardrail_name": "standing", "litellm_params": own}})
    ask(litellm, "/team/new", {"team_id": "team-support", "team_alias": "support"})
    litellm.tokens["caller"] = ask(litellm, "/key/generate", {"key_alias": "svc-support"})["key"]
    litellm.tokens["viewer"] = ask(litellm, "/user/new", {"user_id": "eye", "user_role": "proxy_admin_viewer"})["key"]


def ask(server: Server, path: str, body: Any = None, method: str = "") -> Any:
    headers = {"Authorization": f"Bearer {server.tokens['master']}"}
    method = method or ("GET" if body is None else "POST")
    answer = httpx.request(method, server.url + path, json=body, headers=headers, timeout=120, trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def state(server: Server) -> dict[str, Any]:
    """All that a control of this plane can change."""
    router = ask(server, "/router/settings")["current_values"]
    models = ask(server, "/v1/model/info")["data"]
    kept = (ask(server, "/v2/guardrails/list")["guardrails"], ask(server, "/v2/team/list")["teams"])
    keys = ask(server, "/key/list?return_full_object=true&size=50")["keys"]
    return {
        "aliases": router["model_group_alias"],
        "fallbacks": router["fallbacks"],
        "models": sorted((one["model_info"]["id"], str(one["litellm_params"]), one["model_info"].get("blocked"))
                         for one in models),
        "rest": [{k: v for k, v in one.items() if k not in CHANGING} for part in (*kept, keys) for one in part],
    }  # fmt: skip


async def called(server: Server, model: str = "chat-prod", words: str = "hi", token: str = "caller") -> tuple[int, str]:
    """What a caller gets: the status, and which deployment served it."""
    headers = {"Authorization": f"Bearer {server.tokens[token]}"}
    body = {"model": model, "messages": [{"role": "user", "content": words}], "max_tokens": 1}
    async with httpx.AsyncClient(trust_env=False, timeout=120) as client:
        answer = await client.post(f"{server.url}/v1/chat/completions", json=body, headers=headers)
    return answer.status_code, answer.headers.get("x-litellm-model-id", "")


async def until(seconds: float, seen: Callable[[], Awaitable[bool]]) -> float:
    """Seconds that it took."""
    began = time.monotonic()
    while not await seen():
        assert time.monotonic() < began + seconds, "not within its time"
        await asyncio.sleep(0.25)
    return time.monotonic() - began


def lighter(path: Path) -> None:
    """Leave out of a recording what nobody reads: most of the router's settings, and the prices of models."""
    if not os.environ.get("RECORD_EXCHANGES"):
        return
    whole = json.loads(path.read_text(encoding="utf-8"))
    for one in whole["exchanges"]:
        body = one["response"].get("body")
        if one["request"]["path"] == "/router/settings" and "source" in body:
            both = ("model_group_alias", "fallbacks")
            one["response"]["body"] = {
                part: {name: body[part][name] for name in both} for part in ("current_values", "source")
            }
        if one["request"]["path"].startswith("/v1/model/info") and "data" in body:
            for model in body["data"]:
                model["model_info"] = {
                    k: v for k, v in model["model_info"].items() if k in ("id", "db_model", "blocked")
                }
        if one["request"]["path"].startswith(("/v2/guardrails", "/guardrails")):
            one["response"]["body"] = without_nothing(body)
    whole["source"] += "; left out: other settings of the router, prices of models, nulls of guardrails"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def without_nothing(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: without_nothing(part) for name, part in found.items() if part is not None}
    return [without_nothing(part) for part in found] if isinstance(found, list) else found


def metrics(server: Server) -> dict[str, Any]:
    """How Prometheus reads this proxy: its page wants a key, and the slash at the end of its path."""
    key = {"type": "Bearer", "credentials": server.token}
    target = [{"targets": [f"127.0.0.1:{server.port}"]}]
    job = {"job_name": "litellm", "metrics_path": "/metrics/", "authorization": key, "static_configs": target}
    return {"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}
