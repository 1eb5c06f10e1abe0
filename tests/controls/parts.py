"""Aims and planes as the tests need them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stanch.controls.base import Kind, Planes
from stanch.controls.http import Http
from stanch.controls.practice_ai import PracticeAi
from stanch.controls.wire import Wire
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Value, Values
from tests.fakes.plane import TOKEN, FakePlane

PROMPTS = Values(choices=("v16", "v17", "v18"))
SINCE = datetime.fromtimestamp(1_000, UTC)
"""When things are accepted, by the fake plane's first clock."""


def planes(plane: FakePlane, url: str | None = None, timeout: float = 10.0, **environment: str) -> Planes:
    """One plane of each kind, all at the same address; the clock is the plane's."""
    wait = timedelta(seconds=timeout)
    kinds = {"practice": "practice_ai", "gateway": "http", "metrics": "prometheus"}
    catalogue = Catalogue(
        planes={
            id: Plane(id, kind, url_env="PRACTICE_AI_URL", secret="PRACTICE_AI_TOKEN", timeout=wait)
            for id, kind in kinds.items()
        }
    )
    known = {"PRACTICE_AI_URL": url or plane.url, "PRACTICE_AI_TOKEN": TOKEN} | environment

    class Clocked(PracticeAi):
        def __init__(self, wire: Wire) -> None:
            super().__init__(wire, clock=lambda: at(plane.now))

    adapters: dict[str, Kind] = {"http": Http, "practice_ai": Clocked}
    return Planes(catalogue, known, adapters)


def at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def setting(
    proof: Mapping[str, Any], name: str = "prompt", values: Values = PROMPTS, to: Value | None = "v17", **more: Any
) -> Aim:
    """A setting of the practice AI service."""
    return Aim("practice", {"setting": name, "proof": dict(proof), **more}, values, to)


PROMPT = setting({"field": "prompt", "of": 20})


def http_target(**more: Any) -> dict[str, Any]:
    """The same setting, described for any HTTP API."""
    page = "/admin/settings/prompt"
    return {
        "read": {"get": page, "pointer": "/value"},
        "apply": {
            "method": "PUT",
            "path": page,
            "body": {"value": "{value}", "by": "{by}"},
            "headers": {"X-Request-Id": "{request_id}"},
        },
        "probe": {"get": "/admin/answers?since={since}&limit={of}", "each": "/answers", "pointer": "/prompt", "of": 20},
        **more,
    }


def generic(values: Values = PROMPTS, to: Value | None = "v17", **more: Any) -> Aim:
    return Aim("gateway", http_target(**more), values, to)
