"""Silences in Alertmanager: the exchanges recorded of a real one, and what is odd or goes wrong."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.core.control import Aim
from tests.controls import scenes_alertmanager as scenes
from tests.controls.exchanges import MASKED, replayed
from tests.controls.scenes_alertmanager import MATCHERS, QUIET, SINCE
from tests.fakes.plane import FakePlane, Fault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXACT = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in MATCHERS.items()]
ODD = "The control plane alerts answered in another shape than Alertmanager does."


@pytest.mark.parametrize("scene", [scenes.quiet_and_back, scenes.nothing_fires, scenes.what_fires, scenes.wrong_login])
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly the one that the real server took, and its answers are understood."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url:
        # What has no colon is sent as it is: the recording holds the pair masked whole.
        made = scenes.planes(url, b64encode(MASKED.encode()).decode())
        try:
            await scene(made)
        finally:
            await made.close()


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    made = scenes.planes(plane.url, "bot:password", clock=lambda: NOW)
    yield made
    await made.close()


def silence(id: str = "s1", state: str = "active", ends: str = "2026-11-22T14:00:00.000Z", **more: Any) -> Any:
    return {"id": id, "endsAt": ends, "status": {"state": state}, "matchers": EXACT, **more}


def alert(*by: str, **more: str) -> Any:
    return {"labels": {**MATCHERS, **more}, "status": {"state": "suppressed" if by else "active", "silencedBy": [*by]}}


def has(plane: FakePlane, silences: Any = (), alerts: Any = ()) -> None:
    plane.routes["GET", "/api/v2/silences"] = lambda _: (200, silences)
    plane.routes["GET", "/api/v2/alerts"] = lambda _: (200, alerts)


WIDER = EXACT[:1]
NARROWER = [*EXACT, {"name": "model", "value": "m1", "isRegex": False, "isEqual": True}]
REGEX = [EXACT[0], {**EXACT[1], "isRegex": True}]
UNEQUAL = [EXACT[0], {**EXACT[1], "isEqual": False}]


@pytest.mark.parametrize(
    "other",
    [
        silence(state="expired"), silence(state="pending"), silence(matchers=WIDER), silence(matchers=NARROWER),
        silence(matchers=REGEX), silence(matchers=UNEQUAL),
    ],
    ids=["expired", "pending", "wider", "narrower", "regex", "unequal"],
)  # fmt: skip
async def test_another_silence_is_not_this_one(plane: FakePlane, driven: Planes, other: Any) -> None:
    """Only one that stands now, with exactly these matchers, makes it on."""
    has(plane, [other])
    assert await driven.of(QUIET).read(QUIET) == Reading("off")


async def test_matchers_in_another_order_are_the_same(plane: FakePlane, driven: Planes) -> None:
    """The order is Alertmanager's own; of several the latest end is kept."""
    has(plane, [silence(matchers=EXACT[::-1]), silence("s2", ends="2026-11-22T16:00:00.000+01:00")])
    kept = {"ids": ["s1", "s2"], "ends": "2026-11-22T15:00:00.000Z"}
    assert await driven.of(QUIET).read(QUIET) == Reading("on", kept)


@pytest.mark.parametrize(
    ("alerts", "proof"),
    [
        ([alert("s1"), alert("s1", "w")], Proof(True, "2 of 2 firing alerts are hidden by it")),
        ([alert("s1"), alert(pod="b")], Proof(False, "1 of 2 firing alerts are hidden by it")),
        ([alert("w")], Proof(False, "0 of 1 firing alerts are hidden by it")),
        ([], Proof(None, "no such alert fires now: the silence is on until 2026-11-22T14:00:00.000Z", final=True)),
    ],
    ids=["all", "not yet all", "by another only", "none fires"],
)
async def test_what_shows_it(plane: FakePlane, driven: Planes, alerts: Any, proof: Proof) -> None:
    """Every firing alert must be hidden by this silence; its own word alone is neither yes nor no."""
    has(plane, [silence()], alerts)
    assert await driven.of(QUIET).probe(QUIET, "on", since=SINCE) == proof


@pytest.mark.parametrize(
    "silences",
    [{"error": "no"}, ["s1"], [{"id": "s1"}], [silence(matchers="x")], [silence(ends="soon")], 7],
    ids=["object", "texts", "less", "matchers", "end", "number"],
)
async def test_an_answer_of_another_shape(plane: FakePlane, driven: Planes, silences: Any) -> None:
    """It is one fault in our words, and no read of it ever means that nothing stands there."""
    has(plane, silences)
    with pytest.raises(PlaneFault) as caught:
        await driven.of(QUIET).read(QUIET)
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (ODD, False, True)


async def test_one_that_has_ended_is_not_put_back(plane: FakePlane, driven: Planes) -> None:
    """Its time is over: nothing is sent, and the reason is told."""
    detail = {"ids": ["s1"], "ends": "2026-11-22T11:59:00.000Z"}
    with pytest.raises(PlaneFault, match=r"ended by itself at 2026-11-22T11:59:00\.000Z") as caught:
        await driven.of(QUIET).apply(QUIET, "on", detail=detail, request_id="r", by="U1")
    assert (caught.value.sent, plane.calls) == (False, [])


async def test_a_lost_answer_may_have_silenced(plane: FakePlane, driven: Planes) -> None:
    """The fault says to read it back."""
    plane.writes = Fault("lost")
    with pytest.raises(PlaneFault, match="It may have happened: read it back") as caught:
        await driven.of(QUIET).apply(QUIET, "on", detail={}, request_id="r", by="U1")
    assert caught.value.sent


def test_what_is_shown_before(driven: Planes) -> None:
    """The request with its times, the login masked; and for the way back what is ended."""
    shown = driven.of(QUIET).preview(QUIET, "on")
    assert "/api/v2/silences\nAuthorization: Basic ••••" in shown
    assert '"endsAt": "2026-11-22T13:00:00.000Z"' in shown
    assert "(each with exactly these matchers)" in driven.of(QUIET).preview(QUIET, "off")


def test_what_it_cannot_promise(driven: Planes) -> None:
    """The person who confirms reads that nothing is healed, and when it ends."""
    assert driven.of(QUIET).caution(QUIET) == "it hides the alert and heals nothing; it ends by itself after 1h"


@pytest.mark.parametrize(
    "target",
    [
        {"matchers": {"service": "a"}}, {"matchers": {"alertname": ""}}, {"matchers": MATCHERS, "for": "2d"},
        {"matchers": MATCHERS, "for": "10s"}, {"matchers": MATCHERS, "for": 60}, {"matchers": MATCHERS, "until": "x"},
    ],
)  # fmt: skip
async def test_a_target_that_hides_too_much(driven: Planes, target: Any) -> None:
    """Not without an alert's name, and for a minute to a day: else nothing is asked."""
    wrong = Aim("alerts", target, QUIET.values, "on")
    with pytest.raises(PlaneFault, match="cannot be used as it stands in the catalogue"):
        await driven.of(wrong).read(wrong)
