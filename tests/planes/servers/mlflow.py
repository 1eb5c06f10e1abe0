"""MLflow, from PyPI, with SQLite: its prompt and model registry, and its AI gateway."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.planes.servers.cache import PINS, installed, venv
from tests.planes.servers.process import Server, free_port, work_folder

NAME, VERSION = "mlflow", "3.17.2"
PASSWORD = "mlflow-admin-password"
FERNET = base64.urlsafe_b64encode(b"no secret; 32 bytes for a test..").decode()
GATEWAY_CACHE_S = 10  # the least it takes; its default is 60
USERS = """[mlflow]
default_permission = READ
database_uri = sqlite:///{folder}/users.db
auth_cache_ttl_seconds = 600
"""
"""Without the cache each request costs a password hash, 0.4 s."""


def install() -> Path:
    """The folder it is installed in. Raises `CannotBeHad`."""
    pins = "mlflow.txt"
    recipe = (PINS / pins).read_text(encoding="utf-8")
    return installed(NAME, VERSION, recipe, lambda folder: venv(folder, "mlflow[auth]", pins=pins))


@contextmanager
def start() -> Iterator[Server]:
    """MLflow that asks for a user and password (`headers`; `token` is the password of user `admin`).

    The gateway may call loopback addresses, and sees a re-pointed endpoint up to `GATEWAY_CACHE_S` later. Clients keep
    what an alias stands for for 60 s of their own accord (MLFLOW_ALIAS_PROMPT_CACHE_TTL_SECONDS where they run).
    """
    code = install()
    with work_folder(NAME) as folder:
        port = free_port()
        (folder / "users.ini").write_text(USERS.format(folder=folder), encoding="utf-8")
        env = {
            "MLFLOW_AUTH_CONFIG_PATH": str(folder / "users.ini"),
            # Else it starts eight more processes of 235 MB each.
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
            "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "mlflow-session-secret",
            "MLFLOW_CRYPTO_KEK_PASSPHRASE": "mlflow-gateway-secret-of-32-letters",
            "MLFLOW_GATEWAY_BUDGET_REFRESH_INTERVAL": "1",
            "MLFLOW_GATEWAY_API_BASE_ALLOWED_SCHEMES": "http,https",
            "MLFLOW_GATEWAY_API_BASE_ALLOW_PRIVATE_IPS": "true",
            "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
            "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
            "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": FERNET,
        }
        command = [
            str(code / "venv/bin/mlflow"), "server", "--app-name", "basic-auth",
            "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
            "--default-artifact-root", str(folder / "artifacts"),
            "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
            # Its environment variable is overwritten by this option's default.
            "--secrets-cache-ttl", str(GATEWAY_CACHE_S),
        ]  # fmt: skip
        server = Server(NAME, VERSION, port=port, command=command, folder=folder, env=env, health="/health")
        basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        server.token, server.headers = PASSWORD, {"Authorization": f"Basic {basic}"}
        with server:
            yield server
