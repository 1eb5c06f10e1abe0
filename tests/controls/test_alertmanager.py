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
from tests.controls.scenes_alertmanager import LOUD, MATCHERS, QUIET, SINCE
from tests.fakes.plane import FakePlane, Fault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXACT = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in MATCHERS.items()]
ODD = "The control plane alerts answered in another shape than Alertmanager does."


@pytest.mark.parametrize("scene", [scenes.quiet_and_back, scenes.nothing_fires, scenes.what_fires, scenes.wrong_login])
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly the one that the real server took, and its answers are understood."""
    # What has no colon is sent as it is: the recording holds the pair masked whole.
    async with (
        replayed(scenes.RECORDED / f"{scene.__name__}.json") as url,
        scenes.planes(url, b64encode(MASKED.encode()).decode()) as driven,
    ):
        await scene(driven)


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    async with scenes.planes(plane.url, "bot:password", clock=lambda: NOW) as made:
        yield made


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
    assert await driven.of(QUIET).read(QUIET) == LOUD


async def test_matchers_in_another_order_are_the_same(plane: FakePlane, driven: Planes) -> None:
    """The order is Alertmanager's own; of each is kept what makes it anew, and the dialog can say whose they are."""
    erin = silence("s2", ends="2026-11-22T16:00:00.000+01:00", createdBy="erin", comment="CHG-77")
    has(plane, [silence(matchers=EXACT[::-1], createdBy="stanch", comment="by U1"), erin])
    kept = [
        {"id": "s1", "endsAt": "2026-11-22T14:00:00.000Z", "createdBy": "stanch", "comment": "by U1"},
        {"id": "s2", "endsAt": "2026-11-22T15:00:00.000Z", "createdBy": "erin", "comment": "CHG-77"},
    ]
    assert await driven.of(QUIET).read(QUIET) == Reading("on", {"silences": kept, "changed_by": "erin, stanch"})


def takes(plane: FakePlane, *ids: str) -> None:
    plane.routes["POST", "/api/v2/silences"] = lambda _: (200, {"silenceID": "new"})
    for id in ids:
        plane.routes["DELETE", f"/api/v2/silence/{id}"] = lambda _: (200, b"")


def sent(plane: FakePlane) -> list[tuple[str, str]]:
    return [(one.method, one.path) for one in plane.calls if one.method != "GET"]


async def move(driven: Planes, value: str, detail: Any) -> Any:
    return await driven.of(QUIET).apply(QUIET, value, detail=detail, request_id="r", by="U1")


DANA = {"createdBy": "dana", "comment": "planned migration, CHG-77", "ends": "2026-11-25T10:00:00.000Z"}
OURS = {"createdBy": "stanch", "comment": "by U1, INC-7-apply-1"}


async def test_an_undo_ends_only_what_was_made_here_since(plane: FakePlane, driven: Planes) -> None:
    """Another's silence stays, and one of ours that stood before; what still hides the alert is named."""
    older = silence("older", **OURS)
    has(plane, [older])
    before = await driven.of(QUIET).read(QUIET)
    has(plane, [older, silence("ours", **OURS), silence("theirs", **DANA)])
    takes(plane, "older", "ours", "theirs")
    await move(driven, "off", before.detail)
    assert sent(plane) == [("DELETE", "/api/v2/silence/ours")]
    has(plane, [older, silence("theirs", **DANA)])
    told = "dana's silence until 2026-11-25T10:00:00.000Z and 1 more still hide it"
    assert await driven.of(QUIET).probe(QUIET, "off", since=SINCE) == Proof(False, told)


async def test_a_pull_to_off_ends_them_all(plane: FakePlane, driven: Planes) -> None:
    """It was asked to be loud: whoever made the silence."""
    has(plane, [silence("ours", **OURS), silence("theirs", **DANA)])
    takes(plane, "ours", "theirs")
    await move(driven, "off", {})
    assert sent(plane) == [("DELETE", "/api/v2/silence/ours"), ("DELETE", "/api/v2/silence/theirs")]


async def test_an_undo_with_nothing_of_ours_left(plane: FakePlane, driven: Planes) -> None:
    """Nothing is sent, and whose silence it is and what to do is told; a name from outside stays on one line."""
    has(plane, [silence("theirs", **DANA | {"createdBy": "dana\n\x1b[2J" + "x" * 99})])
    with pytest.raises(PlaneFault) as caught:
        await move(driven, "off", LOUD.detail)
    told = str(caught.value)
    assert told.startswith("dana")
    assert told.isprintable()
    assert "x" * 40 not in told
    assert told.endswith("'s silence until 2026-11-25T10:00:00.000Z still hides it, and nothing of ours: ask them, or "
                         "end it in Alertmanager.")  # fmt: skip
    assert (caught.value.sent, caught.value.permanent, sent(plane)) == (False, True, [])


async def test_each_that_was_ended_is_made_anew(plane: FakePlane, driven: Planes) -> None:
    """With its own end, author and comment; not the one whose time is over."""
    over = silence("over", ends="2026-11-22T11:00:00.000Z", createdBy="fred")
    has(plane, [silence("ours", **OURS), silence("theirs", **DANA), over])
    before = await driven.of(QUIET).read(QUIET)
    takes(plane)
    await move(driven, "on", before.detail)
    made = [(one.body["endsAt"], one.body["createdBy"], one.body["comment"]) for one in plane.calls if one.body]
    assert made == [
        ("2026-11-25T10:00:00.000Z", "dana", "planned migration, CHG-77"),
        ("2026-11-22T14:00:00.000Z", "stanch", "by U1, INC-7-apply-1"),
    ]


async def test_some_done_and_then_refused(plane: FakePlane, driven: Planes) -> None:
    """Once one of several was moved it is never told as if nothing had been sent."""
    has(plane, [silence("a"), silence("b")])
    takes(plane, "a")
    plane.routes["DELETE", "/api/v2/silence/b"] = lambda _: (403, {})
    with pytest.raises(PlaneFault, match="1 of 2 silences are done, then: The control plane alerts does not") as caught:
        await move(driven, "off", {})
    assert caught.value.sent


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
    over = {"id": "s1", "endsAt": "2026-11-22T11:59:00.000Z", "createdBy": "erin", "comment": "x"}
    detail = {"silences": [over]}
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
    assert "(each with exactly these matchers; an undo: only those that Stanch made)" in driven.of(QUIET).preview(
        QUIET, "off"
    )


def test_what_it_cannot_promise(driven: Planes) -> None:
    """The person who confirms reads that nothing is healed, when it ends, and whose silences are ended."""
    heals = "it hides the alert and heals nothing; it ends by itself after 1h"
    whose = "pulled to off it ends others' silences of this alert too, an undo ends ours alone"
    assert driven.of(QUIET).caution(QUIET) == f"{heals}; {whose}"
    assert len(f"{heals}; {whose}") <= 200


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
