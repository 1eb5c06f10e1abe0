"""The switches of the service: what each may be set to, what it is set to, and what the traffic already meets."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from practice.ai.model import Json, Refused, Value

SLOW = ("prompt", "params", "index", "grounding")
"""Cached by those who use them: a change takes ``lag`` seconds to reach the traffic."""
QUICK_S = 0.3
MODELS = ("sunrise-latest", "sunrise-2026-09-01", "moonlight-mini")
KEPT_CHANGES = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these words, from what does most to what does least."""

    values: tuple[str, ...]
    default: str

    def taken(self, value: object) -> Value:
        if isinstance(value, str) and value in self.values:
            return value
        raise Refused(422, f"must be one of {', '.join(self.values)}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, whole unless ``parts``."""

    low: int
    high: int
    default: int
    parts: bool = False

    def taken(self, value: object) -> Value:
        refusal = Refused(422, f"must be a {'number' if self.parts else 'whole number'} from {self.low} to {self.high}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.low <= value <= self.high:
            raise refusal
        if value == int(value):
            return int(value)
        if not self.parts:
            raise refusal
        return value


def words(text: str, default: str = "") -> Choice:
    values = tuple(text.split())
    return Choice(values, default or values[0])


SETTINGS: dict[str, Choice | Number] = {
    "prompt": words("v16 v17 v18", "v17"),
    "model": Choice(MODELS, MODELS[0]),
    "params": words("default hot"),
    "index": words("2026-11-14 2026-11-21"),
    "variant_share": Number(0, 100, 0, parts=True),
    "feature": words("on off"),
    "answers": words("model fallback"),
    "grounding": words("normal strict"),
    "filter": words("normal strict"),
    "tool.refund": words("on ask off"),
    "tool.lookup": words("on ask off"),
    "agents": words("run stop"),
    "agent_steps": Number(1, 20, 12),
    "retrieval_depth": Number(1, 20, 8),
    "source.wiki": words("on off"),
    "source.manual": words("on off"),
    "reranker": words("on off"),
    "rate_limit.acme": Number(0, 1000, 1000),
    "rate_limit.globex": Number(0, 1000, 1000),
    "shed": words("none batch all-but-critical"),
    "queue_cap": Number(1, 200, 100),
    "retries": Number(0, 5, 1),
    "max_tokens": Number(50, 2000, 800),
    "tier": words("large small"),
    "budget_per_hour": Number(1, 1000, 200, parts=True),
    "provider_share": Number(0, 100, 0, parts=True),
    "key.acme": words("open blocked"),
    "key.globex": words("open blocked"),
    "egress": words("open named"),
    "memory": words("normal quarantined"),
    "capture": words("off on"),
    "evidence": words("normal held"),
    "secret": Number(1, 1_000_000, 1),
    "alerts": words("on quiet"),
}


class Values(dict[str, Value]):
    """One value a setting."""

    def text(self, name: str) -> str:
        return str(self[name])

    def number(self, name: str) -> float:
        return float(self[name])

    def whole(self, name: str) -> int:
        return int(self[name])


def defaults() -> Values:
    return Values({name: one.default for name, one in SETTINGS.items()})


@dataclass(frozen=True, slots=True)
class Change:
    """``at`` in epoch seconds."""

    at: float
    name: str
    before: Value
    after: Value
    by: str
    request_id: str

    def shown(self) -> Json:
        what = {"at": round(self.at, 3), "name": self.name, "from": self.before, "to": self.after}
        return {**what, "by": self.by, "request_id": self.request_id}


class Settings:
    """``values`` is what was set, ``served`` what the traffic meets: the same, some time later."""

    def __init__(self, lag: float) -> None:
        self.lag = lag
        self.values = defaults()
        self.served = defaults()
        self.changes: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self.last: dict[str, Change] = {}
        self.by_request: dict[str, Change] = {}
        self.pending: list[tuple[float, str, Value]] = []
        self.count = 0

    def known(self, name: str) -> Value:
        """Raises Refused (404) for a name that is no setting."""
        if name not in self.values:
            raise Refused(404, f"there is no setting {name}")
        return self.values[name]

    def put(self, name: str, value: object, by: str, request_id: str, now: float, *, at_once: bool = False) -> Change:
        """Set one value. The same request id again changes nothing and gives the change that it made.

        Raises Refused: 404 for an unknown setting, 422 for a value it cannot take, 409 for an id used already.
        """
        before = self.known(name)
        taken = SETTINGS[name].taken(value)
        if (made := self.by_request.get(request_id)) is not None:
            if (made.name, made.after) != (name, taken):
                raise Refused(409, f"request id {request_id} was used for another change")
            return made
        change = Change(now, name, before, taken, by, request_id)
        self.values[name] = taken
        self.last[name] = change
        self.changes.append(change)
        self.count += 1
        self.by_request[request_id] = change
        self.settle(now)
        if at_once:
            self.pending = [one for one in self.pending if one[1] != name]
            self.served[name] = taken
        else:
            self.pending.append((now + (self.lag if name in SLOW else QUICK_S), name, taken))
        return change

    def settle(self, now: float) -> None:
        """Let what is due reach the traffic."""
        if not self.pending:
            return
        due = [one for one in self.pending if one[0] <= now]
        self.pending = [one for one in self.pending if one[0] > now]
        for _, name, value in sorted(due, key=lambda one: one[0]):
            self.served[name] = value

    def differing(self) -> Mapping[str, Value]:
        """The settings that are not at their default."""
        return {name: value for name, value in self.values.items() if value != SETTINGS[name].default}
