"""Checks: each with the figure it saw; what cannot be read is unknown, and never fine."""

from datetime import timedelta
from typing import Any

import pytest

from stanch.controls.base import Planes
from stanch.controls.checks import Checks
from stanch.core.check import Check, Probe, Result, Verdict
from tests.controls.parts import at, planes
from tests.fakes.plane import TOKEN, Call, FakePlane, Fault

USUAL = {"requests": 100, "error_share": 0.004, "p95_ms": 700, "spend_per_hour": 21.0, "grounded_share": 0.9}
NOW = {
    "window": 10,
    "requests": 90,
    "error_share": 0.084,
    "timeout_share": 0.0,
    "p95_ms": 4200,
    "spend_per_hour": 170.0,
}


def check(kind: Any, how: dict[str, Any], held: float = 0, plane: str = "practice") -> Check:
    probes = {"support": Probe(kind, plane, how)}
    return Check("errors", "Errors", "at most 1 %", timedelta(seconds=held), by_hand="look at the graph", probes=probes)


async def measured(driven: Planes, one: Check, times: list[float] | None = None, now: float = 5_000) -> Result:
    clock = iter(times) if times is not None else None
    checks = Checks(driven, clock=lambda: at(now), timer=(lambda: next(clock)) if clock else lambda: 0.0)
    return await checks.measure(one, "support")


FIGURES: dict[str, tuple[dict[str, Any], dict[str, Any], Verdict, str]] = {
    "over": ({"stat": "error_share", "at_most": 0.01}, {}, "red", "errors 8.4 % (at most 1 %)"),
    "within": ({"stat": "error_share", "at_most": 0.01}, {"error_share": 0.01}, "green", "errors 1 % (at most 1 %)"),
    "the wider bound counts": (
        {"stat": "error_share", "at_most": 0.01, "over_usual": 0.008},
        {"error_share": 0.012},
        "green",
        "errors 1.2 % (at most 1.2 %, usually 0.4 %)",
    ),
    "times the usual": (
        {"stat": "spend_per_hour", "times_usual": 1.3},
        {},
        "red",
        "spend 170 USD an hour (at most 27.3 USD an hour, usually 21 USD an hour)",
    ),
    "under the usual": (
        {"stat": "grounded_share", "under_usual": 0.05},
        {"grounded_share": 0.8},
        "red",
        "grounded 80 % (at least 85 %, usually 90 %)",
    ),
    "to either side": (
        {"stat": "p95_ms", "within_usual": 0.2},
        {"p95_ms": 500},
        "red",
        "p95 500 ms (at most 840 ms, at least 560 ms, usually 700 ms)",
    ),
    "both must hold": (
        {"stat": "p95_ms", "times_usual": 1.2, "also": [{"stat": "timeout_share", "at_most": 0.01}]},
        {"p95_ms": 700, "timeout_share": 0.12},
        "red",
        "p95 700 ms (at most 840 ms, usually 700 ms); timeouts 12 % (at most 1 %)",
    ),
    "one unknown of two": (
        {"stat": "p95_ms", "at_most": 900, "also": [{"stat": "timeout_share", "at_most": 0.01}]},
        {"p95_ms": 700, "timeout_share": None},
        "unknown",
        "p95 700 ms (at most 900 ms); timeouts not known",
    ),
    "no usual": (
        {"stat": "spend_per_hour", "times_usual": 1.3},
        {"usual": None},
        "unknown",
        "spend 170 USD an hour (the usual is not known)",
    ),
    "no usual needed": (
        {"stat": "error_share", "at_most": 0.1, "over_usual": 0.01},
        {"usual": None},
        "green",
        "errors 8.4 % (at most 10 %, the usual is not known)",
    ),
    "nobody there": (
        {"stat": "error_share", "at_most": 0.01, "window": 10, "floor": 50},
        {"requests": 3, "error_share": 0.0},
        "unknown",
        "3 requests in 10 s: too few to tell (at least 50)",
    ),
    "fewer than usual": (
        {"stat": "error_share", "at_most": 0.01, "window": 10, "floor_usual": 0.7},
        {"requests": 69, "error_share": 0.0},
        "unknown",
        "69 requests in 10 s: too few to tell (usually 100)",
    ),
    "no such figure": ({"stat": "eror_share", "at_most": 1}, {}, "unknown", "eror not known"),
}


@pytest.mark.parametrize("case", FIGURES)
async def test_figures_of_the_practice_service(plane: FakePlane, driven: Planes, case: str) -> None:
    """Red and green by the bound, with the figure; too little traffic or a missing figure is unknown."""
    how, more, verdict, seen = FIGURES[case]
    plane.stats = {**NOW, "usual": USUAL, **more}
    assert await measured(driven, check("practice_ai", how)) == Result("errors", verdict, seen)


@pytest.mark.parametrize(
    ("how", "answer", "verdict", "seen"),
    [
        (
            {"probe": "attack", "count": "through", "at_most": 0},
            {"tried": 60, "through": 2},
            "red",
            "attack: 2 of 60 through (at most 0)",
        ),
        (
            {"probe": "attack", "count": "through", "at_most": 0},
            {"tried": 0, "through": 0},
            "unknown",
            "attack: nothing was tried, or no count of through",
        ),
        (
            {"probe": "harmless", "count": "blocked", "share": True, "at_most": 0.02},
            {"tried": 100, "blocked": 2},
            "green",
            "harmless: 2 of 100 blocked (at most 2 %)",
        ),
        (
            {"probe": "golden", "count": "found", "share": True, "under_usual": 0.03},
            {"tried": 50, "found": 40, "usual": 47},
            "red",
            "golden: 40 of 50 found (at least 91 %, usually 94 %)",
        ),
    ],
)
async def test_probes_of_the_practice_service(
    plane: FakePlane, driven: Planes, how: dict[str, Any], answer: dict[str, Any], verdict: Verdict, seen: str
) -> None:
    """What was tried and what came of it is said; a probe of nothing is unknown."""
    plane.tried[how["probe"]] = answer
    assert await measured(driven, check("practice_ai", how)) == Result("errors", verdict, seen)


ASK = {"post": "/v1/ask", "body": {"question": "hello"}}
SMOKE: dict[str, tuple[dict[str, Any], tuple[Any, ...], Verdict, str]] = {
    "fine": ({"has": ["/answer"]}, (200, {"answer": "hi"}), "green", "200 in 84 ms"),
    "status": ({}, (503, {}), "red", "status 503 (expected 200)"),
    "one of several": ({"status": [200, 202]}, (202, {}), "green", "202 in 84 ms"),
    "a refusal that is wanted": ({"status": 403}, (403, {}), "green", "403 in 84 ms"),
    "slow": ({"within_ms": 80}, (200, {}), "red", "200 in 84 ms (at most 80 ms)"),
    "empty": ({"has": ["/answer"]}, (200, {"answer": ""}), "red", "nothing at /answer"),
    "missing": ({"has": ["/answer"]}, (200, {}), "red", "nothing at /answer"),
    "other value": (
        {"pointer": {"/language": "de"}},
        (200, {"language": "en"}),
        "red",
        "/language is en (expected de)",
    ),
    "header": ({"header": {"X-Model": "a"}}, (200, {}, {"x-model": "b"}), "red", "header X-Model is b (expected a)"),
    "no header": ({"header": {"X-Model": "a"}}, (200, {}), "red", "header X-Model is nothing (expected a)"),
    "text": ({"text": "Hello"}, (200, b"Bye"), "red", "the answer does not say “Hello”"),
    "a page": (
        {"has": ["/answer"]},
        (200, b"<html></html>"),
        "red",
        "The control plane practice answered with a web page, not with data: is there a login before it?",
    ),
    "our key": (
        {},
        (401, {}),
        "unknown",
        "The control plane practice does not accept us (401 Unauthorized): check PRACTICE_AI_TOKEN.",
    ),
}


@pytest.mark.parametrize("case", SMOKE)
async def test_smoke(plane: FakePlane, driven: Planes, case: str) -> None:
    """Everything that is expected is looked at, and the first thing that is wrong is said."""
    more, reply, verdict, seen = SMOKE[case]
    plane.routes["POST", "/v1/ask"] = lambda _: reply
    found = await measured(driven, check("http", {**ASK, **more}), times=[10.0, 10.084])
    assert found == Result("errors", verdict, seen)


@pytest.mark.parametrize(
    ("bound", "verdict", "seen"),
    [
        ({"within_ms": 250}, "red", "no answer in 300 ms (at most 250 ms)"),
        ({}, "unknown", "The control plane practice did not answer within 0.3 s."),
    ],
)
async def test_a_smoke_test_without_an_answer(
    plane: FakePlane, bound: dict[str, Any], verdict: Verdict, seen: str
) -> None:
    """Slower than the bound is red; else nothing is known."""
    plane.writes = Fault("slow")
    tired = planes(plane, timeout=0.3)
    found = await measured(tired, check("http", {**ASK, **bound}), times=[1.0, 1.3])
    assert found == Result("errors", verdict, seen)
    await tired.close()


@pytest.mark.parametrize(
    ("one", "seen"),
    [
        (Check("errors", "Errors", "at most 1 %", by_hand="look at the graph"), "a person looks: look at the graph"),
        (Check("errors", "Errors", "no complaints"), "a person looks: no complaints"),
        (check("practice_ai", {"sample": True}), "a person judges fresh answers"),
        (
            check("practice_ai", {"stat": "x"}),
            "how to measure it cannot be used as it stands in the catalogue",
        ),
        (check("http", ASK, plane="gone"), "There is no control plane gone in the catalogue."),
        (
            check("prometheus", {"query": "up", "at_least": 1}, plane="practice"),
            "The control plane practice has no such thing (404 Not Found): look at the catalogue, or do it by hand.",
        ),
    ],
)
async def test_what_cannot_be_measured_is_unknown(driven: Planes, one: Check, seen: str) -> None:
    """Nothing raises and nothing is fine: it says why, and who can look."""
    assert await measured(driven, one) == Result("errors", "unknown", seen)


@pytest.mark.parametrize("kind", ["status", "html", "nothing", "broken", "slow", "big", "away", "reset"])
@pytest.mark.parametrize("how", [{"stat": "error_share", "at_most": 0.01}, {"query": "up", "at_least": 1}])
async def test_whatever_goes_wrong_is_unknown(plane: FakePlane, driven: Planes, kind: str, how: dict[str, Any]) -> None:
    """No fault of a plane is green or red, and none shows the secret."""
    plane.reads = Fault(kind, to="http://127.0.0.2:9/")
    found = await measured(driven, check("prometheus" if "query" in how else "practice_ai", how))
    assert (found.verdict, TOKEN in found.seen, found.seen != "") == ("unknown", False, True)


async def test_without_an_address_it_is_unknown(plane: FakePlane) -> None:
    """A plane that is not set up on this machine names what is missing."""
    driven = planes(plane, PRACTICE_AI_URL="")
    found = await measured(driven, check("practice_ai", {"stat": "error_share", "at_most": 0.01}))
    assert found == Result("errors", "unknown", "PRACTICE_AI_URL is not set: look by hand.")


class Prometheus:
    """Answers in the words of Prometheus 2.42: values are strings, an empty vector is a success."""

    def __init__(self, plane: FakePlane) -> None:
        self.results: dict[str, Any] = {}
        """By query: `data` as it is answered."""
        self.asked: list[str] = []
        plane.routes["GET", "/api/v1/query"] = plane.routes["GET", "/api/v1/query_range"] = self.answer

    def answer(self, call: Call) -> tuple[int, Any]:
        self.asked.append(call.path)
        query = call.path.split("query=")[1].split("&")[0]
        if query not in self.results:
            return 400, {"status": "error", "errorType": "bad_data", "error": "invalid parameter: parse error"}
        return 200, {"status": "success", "data": self.results[query]}


def vector(*values: str) -> dict[str, Any]:
    return {"resultType": "vector", "result": [{"metric": {}, "value": [1795315694.574, value]} for value in values]}


def matrix(*values: str, first: float = 4_100, step: float = 15) -> dict[str, Any]:
    points = [[first + i * step, value] for i, value in enumerate(values)]
    return {"resultType": "matrix", "result": [{"metric": {"model": "a"}, "values": points}]}


QUERIES: dict[str, tuple[dict[str, Any], dict[str, Any], float, Verdict, str]] = {
    "over": ({"at_most": 0.01, "unit": "%"}, {"q": vector("0.37")}, 0, "red", "37 % (at most 1 %)"),
    "within": ({"at_most": 0.01, "unit": "%"}, {"q": vector("0.004")}, 0, "green", "0.4 % (at most 1 %)"),
    "the worst of several": ({"at_most": 2, "unit": "s"}, {"q": vector("1", "3", "2")}, 0, "red", "3 s (at most 2 s)"),
    "the worst is the lowest": ({"at_least": 2}, {"q": vector("1", "3", "2")}, 0, "red", "1 (at least 2)"),
    "a scalar": ({"at_most": 2}, {"q": {"resultType": "scalar", "result": [1.0, "2"]}}, 0, "green", "2 (at most 2)"),
    "endless": ({"at_most": 2}, {"q": vector("+Inf")}, 0, "red", "inf (at most 2)"),
    "no series": ({"at_most": 2}, {"q": vector()}, 0, "unknown", "no figure: nothing was measured"),
    "nothing by nothing": ({"at_most": 2}, {"q": vector("NaN")}, 0, "unknown", "no figure: nothing was measured"),
    "bad query": (
        {"at_most": 2},
        {},
        0,
        "unknown",
        "The control plane metrics refused it (400 Bad Request), it says: invalid parameter: parse error.",
    ),
    "words": (
        {"at_most": 2},
        {"q": {"resultType": "string", "result": [1.0, "x"]}},
        0,
        "unknown",
        "The control plane metrics answered in another shape than Prometheus does.",
    ),
    "held": (
        {"at_most": 0.01, "unit": "%"},
        {"q": matrix(*["0.004"] * 61)},
        900,
        "green",
        "0.4 % (at most 1 %) for 15 min",
    ),
    "broken once": (
        {"at_most": 0.01, "unit": "%"},
        {"q": matrix(*["0.004"] * 30, "0.02", *["0.004"] * 30)},
        900,
        "red",
        "2 % (at most 1 %) for 15 min",
    ),
    "exactly half is there": ({"at_most": 2}, {"q": matrix(*["1"] * 30)}, 885, "green", "1 (at most 2) for 14.8 min"),
    "half is there": ({"at_most": 2}, {"q": matrix(*["1"] * 31)}, 900, "green", "1 (at most 2) for 15 min"),
    "too few points": (
        {"at_most": 2},
        {"q": matrix(*["1"] * 30)},
        900,
        "unknown",
        "30 of 61 points in 15 min: too few to tell",
    ),
    "too few, and one broke it": ({"at_most": 2}, {"q": matrix("3")}, 900, "red", "3 (at most 2) for 15 min"),
    "NaN points do not count": (
        {"at_most": 2},
        {"q": matrix(*["1"] * 30, *["NaN"] * 31)},
        900,
        "unknown",
        "30 of 61 points in 15 min: too few to tell",
    ),
    "nobody there": (
        {"at_most": 2, "floor": {"query": "rps", "at_least": 0.5}},
        {"q": vector("0"), "rps": vector("0.1")},
        0,
        "unknown",
        "traffic 0.1: too little to tell (at least 0.5)",
    ),
    "no traffic figure": (
        {"at_most": 2, "floor": {"query": "rps", "at_least": 0.5}},
        {"q": vector("0"), "rps": vector()},
        0,
        "unknown",
        "traffic none: too little to tell (at least 0.5)",
    ),
    "enough there": (
        {"at_most": 2, "floor": {"query": "rps", "at_least": 0.5}},
        {"q": vector("0"), "rps": vector("7")},
        0,
        "green",
        "0 (at most 2)",
    ),
}


@pytest.mark.parametrize("case", QUERIES)
async def test_queries(plane: FakePlane, driven: Planes, case: str) -> None:
    """Now or held for a time: one broken point is red, fewer than half the points or no traffic is unknown."""
    how, results, held, verdict, seen = QUERIES[case]
    Prometheus(plane).results = results
    found = await measured(driven, check("prometheus", {"query": "q", **how}, held, "metrics"))
    assert found == Result("errors", verdict, seen)


async def test_what_prometheus_is_asked(plane: FakePlane, driven: Planes) -> None:
    """The held time up to now, in steps that keep the answer small, with the expression encoded."""
    prometheus = Prometheus(plane)
    prometheus.results = {"rate%28x%5B5m%5D%29+%3E+0": matrix("1")}
    how = {"query": "rate(x[5m]) > 0", "at_most": 2}
    await measured(driven, check("prometheus", how, 86_400, "metrics"), now=100_000)
    wanted = "/api/v1/query_range?query=rate%28x%5B5m%5D%29+%3E+0&start=13600.000&end=100000.000&step=172.800"
    assert prometheus.asked == [wanted]
