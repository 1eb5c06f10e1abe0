"""A threshold on a PromQL expression: now, held for a time, or as what shows that a control took effect."""

import re
from collections.abc import Callable
from datetime import datetime
from math import isfinite, isnan
from typing import Any, Self
from urllib.parse import urlencode

from pydantic import Field, model_validator

from stanch.controls.amounts import number, percent
from stanch.controls.answer import Answer
from stanch.controls.base import Proof
from stanch.controls.hows import QueryHow
from stanch.controls.same import pick, pulled, said
from stanch.controls.shapes import Scalar, Shape
from stanch.controls.wire import Wire
from stanch.core.check import Check, Verdict
from stanch.core.control import Aim, Value

_POINTS = 500
"""Points of a range at most, so that an answer stays small."""


class Bound(Shape):
    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("either at_most or at_least is expected")
        return self


class QueryProof(Bound):
    """A query with `{value}` in it asks for the value itself, and its bound holds for every value: a prompt's or a
    model's name. Without it the bound holds at `to` and beyond, and `back` on the way back; without `back` nothing
    shows that way.

    `window` in seconds: how far the query looks back. Before it has passed since the pull, nothing is told.
    """

    query: str
    map: dict[Scalar, Scalar] = Field(default_factory=dict)
    """The control's value to what stands for `{value}`, where they differ."""
    window: float = Field(default=30.0, ge=0, le=3600)
    back: Bound | None = None

    @model_validator(mode="after")
    def _value_is_a_whole_label(self) -> Self:
        if "{value}" in re.sub(r'!?="\{value\}"', "", self.query):
            raise ValueError(
                '{value} may stand in ="{value}" or !="{value}" only: anywhere else it could ask another thing'
            )
        return self


async def counted(wire: Wire, how: QueryProof, aim: Aim, value: Value, since: datetime, now: datetime) -> Proof:
    """No series at all: nothing was measured, which is neither yes nor no. Raises `PlaneFault`."""
    bound = how if "{value}" in how.query or pulled(aim, value) else how.back
    if bound is None:
        return Proof(None, f"nothing in the catalogue shows {said(value)} in Prometheus", final=True)
    passed = (now - since).total_seconds()
    if passed < how.window:
        return Proof(None, f"{max(0.0, passed):.0f} of {how.window:.0f} s seen since then; too few to tell")
    word = said(next(iter(pick(how.map, value)), value)).replace("\\", r"\\").replace('"', r"\"")
    query = how.query.replace("{value}", word)
    found = [one for _, one in await _points(wire, "query", query=query, time=_epoch(now.timestamp()))]
    if not found:
        return Proof(None, "Prometheus has no figure for it")
    if bound.at_most is not None:
        return Proof(max(found) <= bound.at_most, f"{number(max(found))} (wanted at most {number(bound.at_most)})")
    low = bound.at_least or 0.0
    return Proof(min(found) >= low, f"{number(min(found))} (wanted at least {number(low)})")


async def answers(wire: Wire) -> None:
    """One query that any Prometheus answers, to see whether it lets us ask. Raises `PlaneFault`."""
    await _points(wire, "query", query="1")


async def queried(wire: Wire, how: QueryHow, check: Check, now: datetime) -> tuple[Verdict, str]:
    """Held: red when one point broke it, unknown when fewer than half the points are there. `now` in UTC."""
    if how.floor is not None:
        traffic = [value for _, value in await _points(wire, "query", query=how.floor.query)]
        if not traffic or max(traffic) < how.floor.at_least:
            seen = number(max(traffic)) if traffic else "none"
            return "unknown", f"traffic {seen}: too little to tell (at least {number(how.floor.at_least)})"
    held = how.held if how.held is not None else check.held.total_seconds()
    worst, wanted, show = _words(how)
    if held <= 0:
        found = [value for _, value in await _points(wire, "query", query=how.query, time=_epoch(now.timestamp()))]
        if not found:
            return "unknown", "no figure: nothing was measured"
        return _verdict(how, worst(found)), f"{show(worst(found))} ({wanted})"
    step = max(how.step, held / _POINTS)
    end = now.timestamp()
    points = await _points(
        wire, "query_range", query=how.query, start=_epoch(end - held), end=_epoch(end), step=f"{step:.3f}"
    )
    expected, there = int(held / step) + 1, len({moment for moment, _ in points})
    seen = f"{show(worst([value for _, value in points]))} ({wanted}) for {_span(held)}" if points else ""
    if points and _verdict(how, worst([value for _, value in points])) == "red":
        return "red", seen
    if 2 * there < expected:
        return "unknown", f"{there} of {expected} points in {_span(held)}: too few to tell"
    return "green", seen


def _words(how: QueryHow) -> tuple[Callable[[list[float]], float], str, Callable[[float], str]]:
    """The worst of several, the bound in words, and how a figure is shown."""

    def show(value: float) -> str:
        if how.unit == "%":
            return percent(value)
        return f"{number(value)} {how.unit}".rstrip()

    if how.at_most is not None:
        return max, f"at most {show(how.at_most)}", show
    return min, f"at least {show(how.at_least or 0.0)}", show


def _verdict(how: QueryHow, value: float) -> Verdict:
    broken = value > how.at_most if how.at_most is not None else value < (how.at_least or 0.0)
    return "red" if broken else "green"


async def _points(wire: Wire, what: str, **asked: str) -> list[tuple[float, float]]:
    """Every sample of every series, as (epoch seconds, value); NaN is no figure. Raises `PlaneFault`."""
    answer = await wire.read(f"/api/v1/{what}?{urlencode(asked)}")
    data = answer.object().get("data")
    result = data.get("result") if isinstance(data, dict) else None
    kind = data.get("resultType") if isinstance(data, dict) else None
    try:
        if kind == "scalar":
            samples: list[Any] = [result]
        elif kind == "vector":
            samples = [series["value"] for series in result or ()]
        elif kind == "matrix":
            samples = [sample for series in result or () for sample in series["values"]]
        else:
            raise _odd(answer)
        points = [(float(moment), float(value)) for moment, value in samples]
    except (TypeError, ValueError, KeyError):
        raise _odd(answer) from None
    return [(moment, value) for moment, value in points if isfinite(moment) and not isnan(value)]


def _odd(answer: Answer) -> Exception:
    return answer.fault(f"{answer.plane} answered in another shape than Prometheus does.", permanent=True)


def _epoch(seconds: float) -> str:
    return f"{seconds:.3f}"


def _span(seconds: float) -> str:
    return f"{number(seconds / 60)} min" if seconds >= 120 else f"{number(seconds)} s"
