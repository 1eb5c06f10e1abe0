"""An engine under a clock that the test moves, and the figure in which each class shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from practice.ai.causes import COST, LATENCY, OUTAGE, QUALITY, RETRIEVAL, SAFETY, SECURITY
from practice.ai.engine import Engine
from practice.ai.model import Value

START = 1_795_000_000.0
LAG = 1.0
BACK_WITHIN_S = 3.0
LOOKED_AT_S = 6.0


@dataclass(frozen=True)
class Harm:
    """A figure over a window, from which value on it is broken, and up to which it is well."""

    figure: Callable[[Engine, float], float]
    broken: float
    well: float


def stat(name: str) -> Callable[[Engine, float], float]:
    def figure(engine: Engine, window: float) -> float:
        value = engine.stats.window(window, engine.now)[name]
        return 0.0 if value is None else float(value)

    return figure


HARM = {
    QUALITY: Harm(stat("bad_share"), 0.2, 0.1),
    SAFETY: Harm(stat("flagged_share"), 0.04, 0.03),
    RETRIEVAL: Harm(stat("bad_share"), 0.15, 0.1),
    LATENCY: Harm(stat("p95_ms"), 5000, 1600),
    COST: Harm(stat("spend_per_hour"), 120, 30),
    OUTAGE: Harm(stat("error_share"), 0.45, 0.03),
    SECURITY: Harm(stat("misused_share"), 0.06, 0.0),
}


def made(seed: int = 1, warm: float = 4) -> Engine:
    engine = Engine(Random(seed), START, LAG)
    engine.warm(warm)
    return engine


def broken(name: str, seed: int = 1) -> Engine:
    """An engine that has been broken in one way for long enough to show it."""
    engine = made(seed)
    engine.break_(name)
    run(engine, 9)
    return engine


def run(engine: Engine, seconds: float) -> None:
    end = engine.now + seconds
    while engine.now < end:
        engine.step(min(end, engine.now + 0.5))


def pull(engine: Engine, name: str, value: Value) -> str:
    """Set one setting under a request id of its own, which is given back."""
    request_id = f"pull-{engine.settings.count}"
    engine.settings.put(name, value, "alice", request_id, engine.now)
    return request_id


def after(engine: Engine, name: str, value: Value) -> None:
    """Pull a control, wait until it must have worked, and then look at the traffic for a while."""
    pull(engine, name, value)
    run(engine, LAG + BACK_WITHIN_S + LOOKED_AT_S)
