"""What the story needs: a real gateway before the practice AI service, real metrics and alerts, the bot, its house."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from practice.ai.server import Options, Service, running
from tests.acceptance.alerts import PATH, TOKEN
from tests.acceptance.harness import Json, Stage, free_port, staged
from tests.acceptance.homes import home
from tests.planes.servers import litellm, monitoring
from tests.planes.servers.process import Server

ALIAS, DATED, LATEST = "support-bot", "chat-dated", "chat-latest"
MODELS = {DATED: "sunrise-2026-09-01", LATEST: "sunrise-latest"}
SERVED_BY = {DATED: "dep-dated", LATEST: "dep-latest"}
PROVIDER_KEY = "provider-key-for-the-story"
RATE = 10.0
"""Questions a second."""
BAD = """\
sum(rate(gen_ai_evaluation_results_total{gen_ai_evaluation_name="quality",gen_ai_evaluation_score_label="bad"}[15s]))
/ sum(rate(gen_ai_evaluation_results_total{gen_ai_evaluation_name="quality"}[15s]))
"""
"""The share of bad answers of the last fifteen seconds: about 5 % when all is well, and 45 % of a bad model's."""
RULES = {
    "groups": [
        {
            "name": "answers",
            "rules": [
                {
                    "alert": "AnswersGotWorse",
                    "expr": f"({BAD}) > 0.25",
                    "for": "2s",
                    "labels": {"service": "support-copilot", "severity": "critical"},
                    "annotations": {"summary": "{{ $value | humanizePercentage }} of answers are wrong"},
                }
            ],
        }
    ]
}


@dataclass
class Scene:
    """Everything that runs."""

    service: Service
    gateway: Server
    stage: Stage
    http: httpx.AsyncClient
    answers_key: str
    steps: list[tuple[float, str]] = field(default_factory=list)

    async def who_serves(self) -> str:
        """The header of an answer that a user would get now: which deployment gave it."""
        asked = {"model": ALIAS, "messages": [{"role": "user", "content": "May I return a gift?"}], "max_tokens": 20}
        answer = await self.http.post(
            f"{self.gateway.url}/v1/chat/completions",
            json=asked,
            headers={"Authorization": f"Bearer {self.answers_key}"},
        )
        answer.raise_for_status()
        return answer.headers["x-litellm-model-id"]


@asynccontextmanager
async def scene(folder: Path, database: str) -> AsyncIterator[Scene]:
    """`database`: a PostgreSQL server for LiteLLM. Raises `CannotBeHad` for a server that cannot be installed."""
    async with AsyncExitStack() as stack:
        port = free_port()
        gateway = stack.enter_context(litellm.start(database, config=_gateway_config(folder, port)))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False))
        await moved_by_hand(http, gateway, DATED)
        made = await http.post(
            f"{gateway.url}/key/generate", headers=gateway.headers, json={"key_alias": "svc-support"}
        )
        made.raise_for_status()
        key = made.json()["key"]
        options = Options(
            port,
            provider_key=PROVIDER_KEY,
            gateway=gateway.url,
            gateway_key=key,
            gateway_model=ALIAS,
            rate=RATE,
            seed=5,
        )
        service = await stack.enter_async_context(running(options))
        alerts = stack.enter_context(monitoring.alertmanager(_alerts_config()))
        metrics = stack.enter_context(monitoring.prometheus(_metrics_config(service, alerts), files=_rules()))
        env = {
            "STANCH_HOME": str(_home(folder / "home")),
            "STANCH_ALERTMANAGER_TOKEN": TOKEN,
            "STANCH_KNOWN_GOOD_S": "4",
            "STANCH_LEASE_S": "10",
            "PRACTICE_AI_URL": service.url,
            "PRACTICE_AI_TOKEN": service.token,
            "LITELLM_URL": gateway.url,
            "LITELLM_BOT_KEY": gateway.token,
            "PROMETHEUS_URL": metrics.url,
        }
        stage = await stack.enter_async_context(staged(folder / "stage", env))
        hook = {"url": f"{stage.bot_url}{PATH}", "http_config": {"authorization": {"credentials": TOKEN}}}
        monitoring.reload(alerts, _alerts_config(hook))
        yield Scene(service, gateway, stage, http, key)


async def moved_by_hand(http: httpx.AsyncClient, gateway: Server, model: str) -> None:
    """Somebody's deploy: the alias leads to this group of models from now on."""
    body = {"router_settings": {"model_group_alias": {ALIAS: model, "search-bot": DATED}}}
    answer = await http.post(
        f"{gateway.url}/config/update", json=body, headers={"Authorization": f"Bearer {gateway.tokens['master']}"}
    )
    answer.raise_for_status()


def _gateway_config(folder: Path, port: int) -> Path:
    """Two groups of one deployment each, at the practice AI service's provider side."""
    groups = [
        {
            "model_name": group,
            "litellm_params": {
                "model": f"openai/{model}",
                "api_base": f"http://127.0.0.1:{port}/v1",
                "api_key": PROVIDER_KEY,
            },
            "model_info": {"id": SERVED_BY[group]},
        }
        for group, model in MODELS.items()
    ]
    settings = {"master_key": litellm.MASTER, "store_model_in_db": True, "proxy_batch_write_at": 2}
    file = folder / "litellm.yaml"
    file.write_text(
        yaml.safe_dump({"model_list": groups, "router_settings": {"num_retries": 0}, "general_settings": settings})
    )
    return file


def _alerts_config(*hooks: Json) -> Json:
    route = {"receiver": "stanch", "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"}
    return {"route": route, "receivers": [{"name": "stanch", "webhook_configs": list(hooks)}]}


def _metrics_config(service: Service, alerts: Server) -> Json:
    target = [{"targets": [service.url.removeprefix("http://")]}]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "copilot", "static_configs": target}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alerts.url.removeprefix("http://")]}]}]},
    }


def _rules() -> dict[str, str]:
    return {"rules.yml": yaml.safe_dump(RULES)}


def _home(folder: Path) -> Path:
    """The starter catalogue, with the model behind LiteLLM and grounded answers measured in Prometheus."""
    made = home(folder, quiet="1s")
    _edit(made / "runbooks/quality_regression.yml", _first_the_model)
    _edit(made / "runbooks/catalogue/controls.yml", _behind_the_gateway)
    _edit(made / "runbooks/catalogue/checks.yml", _in_prometheus)
    return made


class _Words(yaml.SafeLoader):
    """Takes `on` for a word, as Stanch does."""


_Words.yaml_implicit_resolvers = {
    first: [one for one in found if first not in "oOyYnN" or not one[0].endswith(":bool")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _edit(file: Path, change: Callable[[Any], None]) -> None:
    document = yaml.load(file.read_text(encoding="utf-8"), _Words)
    change(document)
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")


def _first_the_model(sheet: Any) -> None:
    sheet["lever"] = "model.back"
    sheet["first_move"] = "Point the alias back at the dated model."
    sheet["closure"] = ["grounded"]


def _behind_the_gateway(file: Any) -> None:
    file["planes"]["litellm"] = {"kind": "litellm", "url_env": "LITELLM_URL", "secret": "LITELLM_BOT_KEY"}
    file["planes"]["metrics"] = {"kind": "prometheus", "url_env": "PROMETHEUS_URL"}
    for control in file["controls"].values():
        control.get("for", {}).pop("support-copilot", None)
    file["controls"]["model.back"]["for"]["support-copilot"] = {
        "plane": "litellm",
        "target": {"alias": ALIAS, "proof": {"ask": ALIAS, "served_by": SERVED_BY, "of": 3}},
        "values": [LATEST, DATED],
        "to": DATED,
        "good": [DATED],
    }


def _in_prometheus(file: Any) -> None:
    how = {"query": BAD, "at_most": 0.12, "unit": "%", "held": 5, "step": 1}
    for check in file["checks"].values():
        check.get("for", {}).pop("support-copilot", None)
    file["checks"]["grounded"] |= {"name": "Wrong answers", "passes": "At most 12 % of the judged answers are wrong."}
    file["checks"]["grounded"]["for"]["support-copilot"] = {"kind": "prometheus", "plane": "metrics", "how": how}
