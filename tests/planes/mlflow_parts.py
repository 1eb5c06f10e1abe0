"""What the tests of MLflow need around it: what it is asked and told by hand, a provider, and an application."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from tests.planes.servers import mlflow as registry
from tests.planes.servers.process import Server, free_port

API, GATEWAY = "/api/2.0/mlflow", "/api/3.0/mlflow/gateway"
BOT, READER, PASSWORD = "stanch", "reader", "password-of-a-test-user"
IS_PROMPT = {"key": "mlflow.prompt.is_prompt", "value": "true"}
PASSING = {"mapping_id", "created_at", "created_by", "last_updated_at", "last_updated_by", "last_updated_timestamp"}
"""What MLflow makes anew with every change, whatever is changed to."""
APP_CACHE_S = 3
APPLICATION = """
import http.server, json, sys, mlflow
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        version = mlflow.genai.load_prompt("prompts:/support-bot@production").version
        body = json.dumps({"prompt": str(version)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
"""What a team's application does: it loads the prompt by its alias for each answer."""


def admin(server: Server) -> str:
    return f"admin:{server.token}"


def ask(server: Server, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(method, server.url + path, json=body, headers=server.headers, trust_env=False, timeout=20)
    assert answer.is_success, answer.text
    return answer.json()


def alias(server: Server, version: str, name: str = "support-bot", called: str = "production") -> None:
    """Somebody moves it by hand."""
    ask(server, "POST", f"{API}/registered-models/alias", {"name": name, "alias": called, "version": version})


def endpoint(server: Server, how: str, models: list[Any], **more: Any) -> str:
    """Make one, or change one; its id."""
    made = ask(server, "POST", f"{GATEWAY}/endpoints/{how}", {"model_configs": models, **more})
    return str(made["endpoint"]["endpoint_id"])


def first(id: str, weight: float = 1.0) -> dict[str, Any]:
    return {"model_definition_id": id, "linkage_type": "PRIMARY", "weight": weight}


def after(id: str, order: int = 1) -> dict[str, Any]:
    return {"model_definition_id": id, "linkage_type": "FALLBACK", "weight": 1.0, "fallback_order": order}


def state(server: Server) -> Any:
    """The whole prompt, the whole model and the whole endpoint, but for what every change makes anew."""
    names = ("support-bot", "router")
    found = [ask(server, "GET", f"{API}/registered-models/get?name={name}") for name in names]
    return lasting([*found, one_endpoint(server)])


def one_endpoint(server: Server, name: str = "chat-prod") -> Any:
    return lasting(ask(server, "GET", f"{GATEWAY}/endpoints/get?name={name}")["endpoint"])


def lasting(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: lasting(value) for key, value in found.items() if key not in PASSING}
    return [lasting(one) for one in found] if isinstance(found, list) else found


def by_model(found: Any) -> Any:
    """An endpoint whose models stand in order, as MLflow lists them in any; to fall back in no way is no setting."""
    kept = {key: value for key, value in found.items() if value != {}}
    return {**kept, "model_mappings": sorted(found["model_mappings"], key=lambda one: str(one["model_definition_id"]))}


class Provider(BaseHTTPRequestHandler):
    """What the gateway calls: it answers as the model that it is asked for."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
        told = {"id": "a-1", "object": "chat.completion", "created": 1, "model": asked["model"]}
        body = json.dumps({**told, "choices": [answer], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def application(server: Server) -> Iterator[str]:
    """The address of a team's application that keeps its prompt for `APP_CACHE_S`, in MLflow's own environment."""
    port, python = free_port(), registry.install() / "venv/bin/python"
    user, _, password = admin(server).partition(":")
    env = {
        "MLFLOW_TRACKING_URI": server.url, "MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password,
        "MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS": str(APP_CACHE_S), "MLFLOW_DISABLE_TELEMETRY": "true",
    }  # fmt: skip
    told = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([str(python), "-c", APPLICATION, str(port)], env=env, **told) as running:
        url, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
        try:
            while time.monotonic() < end and running.poll() is None:
                with suppress(httpx.TransportError):
                    httpx.get(url, trust_env=False, timeout=20).raise_for_status()
                    break
                time.sleep(0.2)
            yield url
        finally:
            running.kill()
