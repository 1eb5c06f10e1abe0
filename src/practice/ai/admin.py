"""What the admin API can do, without the wire: settings in and out, answers, figures, probes, evidence."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from practice.ai.engine import Engine
from practice.ai.model import Json, Refused
from practice.ai.probes import PROBES
from practice.ai.stats import KEPT_S

MOST = 3000
KEPT_CALLS = 5000
NOT_KEPT = ["conversation memory older than an hour: it was deleted before the hold", "the provider's own logs"]


class Admin:
    """Speaks for one engine. Every method raises ``Refused`` for what cannot be done."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls: deque[Json] = deque(maxlen=KEPT_CALLS)
        self.holds: dict[str, Json] = {}

    def settings(self) -> Json:
        state = self.engine.settings
        changed = {name: {"at": round(one.at, 3), "by": one.by} for name, one in state.last.items()}
        return {"settings": dict(state.values), "changed": changed}

    def setting(self, name: str) -> Json:
        value = self.engine.settings.known(name)
        last = self.engine.settings.last.get(name)
        at, by = (round(last.at, 3), last.by) if last else (None, None)
        return {"name": name, "value": value, "changed_at": at, "changed_by": by}

    def put(self, name: str, body: Json, request_id: str, if_match: str | None) -> Json:
        """Set a value, once a request id; 409 when the value is not the one the caller expected."""
        state = self.engine.settings
        value, by = wanted(body)
        current = state.known(name)
        if if_match is not None and request_id not in state.by_request and not matches(if_match, current):
            raise Refused(409, f"{name} is {json.dumps(current)}, not what If-Match says")
        change = state.put(name, value, by, request_id, self.engine.now)
        return {"name": name, "value": change.after, "request_id": request_id}

    def believed(self, name: str, body: Json, request_id: str) -> Json:
        """What ``put`` would answer, with nothing done."""
        value, _ = wanted(body)
        self.engine.settings.known(name)
        return {"name": name, "value": value, "request_id": request_id}

    def hold(self, by: str, request_id: str) -> Json:
        """Stop deletion, and give hashes of what is kept. The same request id again gives the same hashes."""
        if request_id in self.holds:
            return self.holds[request_id]
        engine = self.engine
        parts: dict[str, object] = {
            "settings": dict(engine.settings.values),
            "changes of settings": [one.shown() for one in engine.settings.changes],
            "answers": [one.shown() for one in engine.answers],
            f"index {engine.settings.values['index']}": ["wiki", "manual", "orders"],
        }
        if engine.settings.values["evidence"] != "held":
            engine.settings.put("evidence", "held", by, request_id, engine.now)
        at = round(engine.now, 3)
        held = [{"what": what, "sha256": digest(part), "at": at} for what, part in parts.items()]
        self.holds[request_id] = {"held": held, "missing": NOT_KEPT}
        return self.holds[request_id]

    def answers(self, query: Mapping[str, str]) -> Json:
        limit = int(number(query, "limit", 20, 1, MOST))
        found = self.engine.listed(limit, number(query, "since", 0, 0, 1e12), query.get("segment", ""))
        return {"answers": [one.shown() for one in found]}

    def answer(self, id_: str) -> Json:
        for one in self.engine.answers:
            if one.id == id_:
                return one.shown()
        raise Refused(404, f"there is no answer {id_}")

    def audit(self, query: Mapping[str, str]) -> Json:
        limit = int(number(query, "limit", 100, 1, MOST))
        newest = list(reversed(self.engine.settings.changes))[:limit]
        return {"changes": [one.shown() for one in newest]}

    def stats(self, query: Mapping[str, str]) -> Json:
        return self.engine.figures(number(query, "window", 60, 1, KEPT_S))

    def probe(self, name: str) -> Json:
        if name not in PROBES:
            raise Refused(404, f"there is no probe {name}")
        return PROBES[name](self.engine.in_force(), self.engine.causes.broken)


def wanted(body: Json) -> tuple[Any, str]:
    if "value" not in body:
        raise Refused(422, "the body needs a value")
    by = body.get("by", "")
    if not isinstance(by, str):
        raise Refused(422, "by must be text")
    return body["value"], by[:200]


def matches(header: str, current: object) -> bool:
    """If-Match holds the JSON of a value, with or without the quotes of an entity tag around it."""
    text = header.strip()
    tries = [text, text[1:-1]] if len(text) > 1 and text[0] == text[-1] == '"' else [text]
    return text == "*" or any(same(one, current) for one in tries)


def same(text: str, current: object) -> bool:
    try:
        return bool(json.loads(text) == current)
    except (ValueError, RecursionError):
        return False


def number(query: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    try:
        value = float(query.get(name) or default)
    except ValueError:
        value = -1.0
    if not low <= value <= high:
        raise Refused(422, f"{name} must be a number from {low:g} to {high:g}")
    return int(value) if value == int(value) else value


def digest(part: object) -> str:
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
