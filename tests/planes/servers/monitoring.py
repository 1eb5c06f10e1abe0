"""Prometheus and Alertmanager, as the system has them: Debian packages prometheus and prometheus-alertmanager."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.planes.servers.cache import CannotBeHad
from tests.planes.servers.process import Server, free_port, work_folder

PROMETHEUS = ("prometheus",)
ALERTMANAGER = ("prometheus-alertmanager", "alertmanager")
PASSWORD = "monitoring-bot-password"
HASH = "$2b$04$dn7k9FpxfsXzI9jnm8xrR.bJpIb.LS4AzEMScO18sbBH64Csm/Hsu"  # bcrypt, as the servers want it


def install(programs: tuple[str, ...]) -> tuple[str, str]:
    """The program and its version. Raises `CannotBeHad`: a system's packages are not ours to install."""
    for program in programs:
        if found := shutil.which(program):
            told = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
            version = re.search(r"version (\d+\.\d+\.\d+)", told.stdout + told.stderr)
            return found, version[1] if version else "of unknown version"
    raise CannotBeHad(f"{programs[-1]}: not installed (apt-get install {programs[0]})")


@contextmanager
def prometheus(
    config: Mapping[str, Any], *, files: Mapping[str, str] | None = None, locked: bool = False
) -> Iterator[Server]:
    """Prometheus with this configuration and, beside it, these files by name (rules).

    `locked`: it asks for a user and password; `headers` has them, `token` is the password of user `bot`.
    """
    with _monitor("prometheus", PROMETHEUS, config, files or {}, locked, "--web.enable-lifecycle") as server:
        yield server


@contextmanager
def alertmanager(config: Mapping[str, Any], *, locked: bool = False) -> Iterator[Server]:
    """Alertmanager with this configuration, without peers. `locked` as for Prometheus."""
    with _monitor("alertmanager", ALERTMANAGER, config, {}, locked, "--cluster.listen-address=") as server:
        yield server


def reload(server: Server, config: Mapping[str, Any]) -> None:
    """Have a running Prometheus or Alertmanager take another configuration. Raises httpx's errors."""
    _write(server.folder, config)
    httpx.post(f"{server.url}/-/reload", headers=server.headers, trust_env=False).raise_for_status()


@contextmanager
def _monitor(
    name: str, programs: tuple[str, ...], config: Mapping[str, Any], files: Mapping[str, str], locked: bool, option: str
) -> Iterator[Server]:
    program, version = install(programs)
    with work_folder(name) as folder:
        _write(folder, config)
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
        port = free_port()
        storage = "--storage.tsdb.path" if name == "prometheus" else "--storage.path"
        command = [
            program, f"--config.file={folder / 'config.yml'}", f"{storage}={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", option,
        ]  # fmt: skip
        if locked:
            users = yaml.safe_dump({"basic_auth_users": {"bot": HASH}})
            (folder / "web.yml").write_text(users, encoding="utf-8")
            command.append(f"--web.config.file={folder / 'web.yml'}")
        server = Server(
            name, version, port=port, command=command, folder=folder, env={}, health="/-/ready", deadline_s=30
        )
        if locked:
            server.token = PASSWORD
            basic = base64.b64encode(f"bot:{PASSWORD}".encode()).decode()
            server.headers = {"Authorization": f"Basic {basic}"}
        with server:
            yield server


def _write(folder: Path, config: Mapping[str, Any]) -> None:
    (folder / "config.yml").write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
