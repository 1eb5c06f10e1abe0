"""Each class walked from broken to verified on the practice AI service, with the buttons that its runbook shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.incidents import Incident, buttons, declared
from tests.acceptance.production import Levers, Plant, plant, quick_home
from tests.practice.ai.bench import HARM, LOOKED_AT_S

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
GREEN_WITHIN_S = 60.0
TRIES_EVERY_S = 2.0


@dataclass(frozen=True)
class Way:
    """How a class is contained: choices of its runbook up to the control, what is pulled, and the choices after it.

    `moved`: setting, before, after. `checks` are those that the step *Verify recovery* measures. `undone`: the cause is
    mended and the control put back, the values on the way; else it is kept with an owner and a date.
    """

    klass: str
    before: tuple[str, ...]
    control: str
    moved: tuple[str, Any, Any]
    after: tuple[str, ...]
    checks: tuple[str, ...]
    closure: str
    path: tuple[str, ...]
    undone: tuple[Any, ...] = ()
    two: bool = False


WAYS = (
    Way(
        "quality_regression", ("Wrong or made up", "Prompt, model or settings"), "Previous prompt",
        ("prompt", "v18", "v17"), ("Go on",), ("Grounded answers",), "canary refusals grounded",
        ("q1", "q2", "c1", "k1"),
    ),
    Way(
        "safety_violation", ("Harmful or unfair text",), "Stricter filter", ("filter", "normal", "strict"),
        ("Go on", "Nobody that we know of"), ("Attack replay", "Harmless set"), "attack_replay harmless_set",
        ("q1", "c1", "q2", "k1"), undone=("normal",), two=True,
    ),
    Way(
        "retrieval_failure", ("Old or irrelevant",), "Last good index", ("index", "2026-11-21", "2026-11-14"),
        ("Go on",), ("Golden questions", "Permission probe"), "golden_retrieval permission_probe grounded",
        ("q1", "c1", "k1"),
    ),
    Way(
        "latency_saturation", ("Waiting in our queue",), "Shed load", ("shed", "none", "batch"),
        ("Go on",), ("Latency",), "latency errors", ("q1", "c1", "k1"), undone=("none",), two=True,
    ),
    Way(
        "cost_runaway", ("One key, tenant or user",), "Limit a caller (acme)", ("rate_limit.acme", 1000, 500),
        ("Go on", "No"), ("Spend", "Refusals"), "spend refusals", ("q1", "c1", "q2", "k1"),
    ),
    Way(
        "provider_outage", ("Provider errors or timeouts",), "Second provider", ("provider_share", 0, 100),
        ("Go on",), ("Errors", "Latency"), "errors latency smoke", ("q1", "c1", "k1"),
    ),
    Way(
        "security", ("Poisoned source or memory",), "Leave a source out (wiki)", ("source.wiki", "on", "off"),
        ("Go on", "Nothing that matters"), ("Attack replay", "Harmless set"), "attack_replay",
        ("q1", "c2", "q2", "k1"),
    ),
)  # fmt: skip


@dataclass
class Scene:
    stage: Stage
    ai: Plant


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("classes")
    async with plant() as ai:
        env = {"STANCH_HOME": str(quick_home(folder / "home")), **ai.environment, "STANCH_LEASE_S": "10"}
        async with staged(folder / "stage", env) as stage:
            yield Scene(stage, ai)


class Walk:
    """One incident, led by its runbook."""

    def __init__(self, scene: Scene, way: Way, i: Incident) -> None:
        self.scene, self.way, self.i = scene, way, i
        self.levers = Levers(scene.stage, i.number, i.room)

    def figure(self) -> float:
        return HARM[self.way.klass].figure(self.scene.ai.service.engine, LOOKED_AT_S)

    async def until(self, holds: Any, within_s: float = 40.0) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not holds(self.figure()):  # noqa: ASYNC110 - it is in another thread
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"the harm stands at {self.figure()} after {within_s:.0f} s") from None

    async def presses(self, label: str, user: str = "alice") -> str:
        """A button of the runbook where it stands now."""
        view = await self.levers.last("runbook")
        click = {"user": user, "channel": self.i.room, "ts": view["ts"], "text": label}
        answer = await self.scene.stage.does("click", **click)
        assert answer["ok"], (answer, buttons(view))
        await self.scene.stage.settle()
        return said(answer)

    async def measured(self, again: Any) -> None:
        """Measure until nothing is red any more: a figure of the last ten seconds still holds what was before."""
        async with asyncio.timeout(GREEN_WITHIN_S):
            while True:
                await again()
                if all(one["verdict"] == "green" for one in self.results()):
                    return
                await asyncio.sleep(TRIES_EVERY_S)

    def results(self) -> list[Json]:
        """What was measured last because somebody asked."""
        asked = [one["payload"] for one in self.i.events() if one["kind"] == "checked"]
        found: list[Json] = [one for one in asked if not one.get("quiet")][-1]["results"]
        return found

    def told(self, kind: str) -> list[Json]:
        return [one["payload"] for one in self.i.events() if one["kind"] == kind]

    def nodes(self) -> tuple[str, ...]:
        """The steps of the tree that were left, in order, and where it stands."""
        chosen = [one["payload"] for one in self.i.events() if one["kind"] == "runbook_chose"]
        return tuple(one["node"] for one in chosen)


@pytest.mark.parametrize("way", WAYS, ids=[one.klass for one in WAYS])
async def test_from_broken_to_verified(way: Way, scene: Scene) -> None:
    """Its runbook leads to its control, the harm really goes, the checks show it, and the incident ends well."""
    ai = scene.ai
    await ai.mend()
    setting, before, after = way.moved
    await ai.breaks(way.klass)
    i = await declared(scene.stage, f"something is wrong with {way.klass.replace('_', ' ')}")
    await i.types("alice", f"class {way.klass}")
    await i.types("alice", "severity SEV3")
    if way.klass == "security":
        [i.room] = [one["id"] for one in await scene.stage.channels(f"inc-{i.number}-") if one["private"]]
    walk = Walk(scene, way, i)
    await walk.until(lambda harm: harm >= HARM[way.klass].broken)
    mark = ai.mark()

    await i.types("alice", "runbook")
    for label in way.before:
        await walk.presses(label)
    await walk.presses(f"Pull: {way.control}")
    await walk.levers.presses("alice", "pull/1", "Pull it")
    assert "✔ in effect: " in await walk.levers.says("pull/1")
    assert [one for one in ai.changed(mark) if one[0] != "evidence"] == [(setting, before, after)]
    await walk.until(lambda harm: harm <= HARM[way.klass].well)

    for label in way.after:
        await walk.presses(label)
    await walk.measured(lambda: walk.presses("Verify recovery"))
    assert tuple(one["name"] for one in walk.results()) == way.checks
    await walk.presses("Better")
    assert walk.nodes() == way.path
    await walk.measured(lambda: i.types("alice", f"check {way.closure}"))
    assert await i.types("alice", "contained") == "Contained: its checks are green. Now diagnose."
    assert "Now: take each mitigation back" in await i.types("alice", "explained confirmed it was broken on purpose")

    if way.undone:
        await put_back(walk)
        assert [to for _, _, to in ai.changed(mark)][-len(way.undone) :] == list(way.undone), walk.told("rung_held")
    else:
        await i.types("alice", "kept 1 @bob until 2030-12-01 the next version has to pass first")
    await i.types("carol", "judged 60 0")
    await walk.measured(lambda: i.types("alice", f"check {way.closure}"))
    assert "Watching." in await i.types("alice", "watch")
    assert "Resolved" in await i.types("alice", "resolved --fixed a test for it"), walk.told("red_check")
    assert await i.phase() == "learn"
    assert (await scene.stage.health())["buried"] == 0


async def put_back(walk: Walk) -> None:
    """The cause is mended; then the control goes back, by two people where that makes the system do more."""
    ai, levers = walk.scene.ai, walk.levers
    await ai.http.post("/mend", json={"class": walk.way.klass})
    await walk.measured(lambda: walk.i.types("alice", f"check {walk.way.closure}"))
    await levers.presses("alice", "pull/1", "Undo")
    await levers.presses("alice", "pull/2", "Ask a second person" if walk.way.two else "Put it back")
    if walk.way.two:
        await levers.presses("bob", "pull/2", "Agree")
    assert "✔ in effect: " in await levers.says("pull/2")
