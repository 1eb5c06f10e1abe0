"""The page's files, and what it draws: a point a second, the settings that differ, who changed what."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from practice.ai.engine import POINT_S, Engine
from practice.ai.model import Json
from practice.ai.settings import SETTINGS

FILES = Path(__file__).with_name("static")
KINDS = {"css": "text/css", "html": "text/html", "js": "text/javascript", "svg": "image/svg+xml"}
POLICY = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
SHOWN_S = 180


class Page:
    """Files that lie in the page's own folder, read at each request; a 404 for every other name."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self.name or scope["path_params"]["path"]
        known = name in {one.name for one in FILES.iterdir()} and scope["method"] in ("GET", "HEAD")
        kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
        found = Response((FILES / name).read_bytes(), media_type=kind, headers=POLICY) if known else None
        await (found or Response("not found", 404, headers=POLICY))(scope, receive, send)


def series(engine: Engine, since: float) -> Json:
    """What the page shows. Times in epoch seconds; a point holds the stats of the ``over`` seconds before it.

    ``points`` are those after ``since``.
    """
    settings = engine.settings
    return {
        "now": round(engine.now, 3),
        "points": [one for one in engine.points if one["t"] > since],
        "over": POINT_S,
        "usual": engine.usual,
        "broken": engine.causes.listed(),
        "settings": dict(settings.values),
        "defaults": {name: one.default for name, one in SETTINGS.items()},
        "events": [one.shown() for one in settings.changes if one.at > engine.now - SHOWN_S],
        "jobs": engine.jobs.shown()["running"],
    }
