"""Controls pulled in Slack, from the command to the proof: once, whoever clicks how often, and said as it is."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.harness import ROOT, Stage, clean_environment, said, staged
from tests.acceptance.incidents import Incident, buttons, declared, words
from tests.acceptance.production import Levers, Plant, plant, quick_home

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUT = "settings/prompt"


@dataclass
class Scene:
    """A workspace with the bot, and the practice AI service beside it."""

    stage: Stage
    ai: Plant

    async def incident(self, title: str, *commands: str) -> tuple[Incident, Levers]:
        made = await declared(self.stage, title)
        for text in commands:
            await made.types("alice", text)
        return made, Levers(self.stage, made.number, made.room)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("pulls")
    async with plant() as ai:
        impatient = {r"(?s)(model\.back:.*?within: )15s": r"\g<1>3s"}
        env = {"STANCH_HOME": str(quick_home(folder / "home", **impatient)), **ai.environment}
        async with staged(folder / "stage", env) as stage:
            yield Scene(stage, ai)


@pytest_asyncio.fixture(loop_scope="module")
async def scene(made: Scene) -> AsyncIterator[Scene]:
    """Somebody has put another prompt into production."""
    await made.ai.mend()
    made.ai.put("prompt", "v18")
    yield made
    await made.ai.mend()


def kinds(i: Incident) -> list[str]:
    """What happened to controls, in order."""
    return [one["kind"] for one in i.events() if one["kind"].startswith(("pull", "settings", "rung"))]


ONE_PULL = ["pull_asked", "pull_read", "pull_confirmed", "settings_saved", "pull_accepted", "pull_effective"]


async def asked_what_stands(i: Incident, holds: str) -> tuple[float, str]:
    """`/incident controls`: how long its acknowledgement took (ms), and the answer, which holds these words."""
    answer = await i.stage.types("bob", "controls", i.room)
    assert answer["ok"], answer
    async with asyncio.timeout(10):
        while True:
            shown = [words(one) for one in await i.stage.messages(i.room, "bob")]
            if found := next((one for one in reversed(shown) if "*Controls of" in one and holds in one), ""):
                return max(answer["ack_ms"]), found
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_controls_says_what_each_stands_at_and_never_waits_for_its_plane(scene: Scene) -> None:
    """The present values; with a plane that does not answer, the same list in time, and the acknowledgement at once."""
    i, _ = await scene.incident("what can be pulled", "class quality_regression")
    _, shown = await asked_what_stands(i, "now *v18*")
    assert "`prompt.back` Previous prompt: v16, v17 or v18, to v17 · now *v18*" in shown
    await scene.ai.fault(kind="slow", ms=20_000, reads=True)
    ack_ms, shown = await asked_what_stands(i, "✗")
    assert ack_ms < 1_500
    assert "to v17 · ✗ The control plane practice did not answer within 2 s" in shown
    assert "✗ no answer within 2.5 s" in shown


async def test_from_the_command_to_the_proof_and_back(scene: Scene) -> None:
    """One message goes from before and after to in effect; the card says what is pulled; *Undo* leads back."""
    i, levers = await scene.incident("answers are wrong", "class quality_regression")
    mark = scene.ai.mark()
    told = await i.types("alice", "pull prompt.back")
    assert told == "Reading Previous prompt: before and after are shown in the room, then you confirm."
    assert buttons(await levers.view("pull/1")) == ["Pull it", "Dry run", "Another value…", "Cancel"]
    assert "Now *v18*   →   will be *v17*" in await levers.says("pull/1")
    assert scene.ai.arrived(mark) == []
    await levers.presses("alice", "pull/1", "Pull it")
    assert "v18 → *v17*\n✔ in effect: last 6 answers carry v17" in await levers.says("pull/1")
    assert "*Applied*  ✔ 1 Previous prompt: v18 → v17" in await i.card_words()
    assert await i.phase() == "mitigate"
    assert scene.ai.arrived(mark) == [(PUT, "v17", 200)]
    await levers.presses("bob", "pull/1", "Undo")
    await levers.presses("bob", "pull/2", "Put it back")
    assert "v17 → *v18*\n✔ in effect: last 6 answers carry v18" in await levers.says("pull/2")
    assert scene.ai.arrived(mark) == [(PUT, "v17", 200), (PUT, "v18", 200)]
    assert kinds(i) == ONE_PULL * 2
    assert "↩ 1 Previous prompt: v18 → v17 (removed)" in await i.card_words()


@pytest.mark.slow
async def test_every_click_that_is_delivered_three_times_counts_once(scene: Scene) -> None:
    """The command, *Pull it*, *Undo* and *Put it back*, three times each: two changes, and one message a pull."""
    i, levers = await scene.incident("everything comes three times", "class quality_regression")
    mark = scene.ai.mark()
    await i.types("alice", "pull prompt.back", times=3)
    assert (await levers.clicks("alice", "pull/1", "Pull it", times=3))["ok"]
    await scene.stage.settle()
    assert (await levers.clicks("bob", "pull/1", "Undo", times=3))["ok"]
    await scene.stage.settle()
    assert (await levers.clicks("bob", "pull/2", "Put it back", times=3))["ok"]
    await scene.stage.settle()
    assert scene.ai.arrived(mark) == [(PUT, "v17", 200), (PUT, "v18", 200)]
    assert kinds(i) == ONE_PULL * 2
    assert [len(await levers.views(f"pull/{p}")) for p in (1, 2, 3)] == [1, 1, 0]


async def test_two_people_click_at_once(scene: Scene) -> None:
    """One of the two pulls it, the other is told who was faster; production is changed once."""
    i, levers = await scene.incident("two of us at the same button", "class quality_regression")
    await i.types("alice", "pull prompt.back")
    mark = scene.ai.mark()
    answers = await asyncio.gather(*(levers.clicks(user, "pull/1", "Pull it") for user in ("alice", "bob")))
    await scene.stage.settle()
    assert scene.ai.arrived(mark) == [(PUT, "v17", 200)]
    [confirmed] = [one for one in i.events() if one["kind"] == "pull_confirmed"]
    told = [said(one) for one in answers]
    assert sorted(bool(one) for one in told) == [False, True]
    assert "".join(told).startswith(f"<@{confirmed['by']}> was faster: pulled at ")


async def test_a_dry_run_shows_the_request_and_sends_nothing(scene: Scene) -> None:
    """The person alone sees the request with its secret masked; nothing arrives, and it can still be pulled."""
    i, levers = await scene.incident("what would it send?")
    await i.types("alice", "pull prompt.back")
    mark = scene.ai.mark()
    told = await levers.presses("alice", "pull/1", "Dry run")
    url = scene.ai.service.url
    assert told == (
        "*Dry run*: nothing was sent. Previous prompt would send\n"
        f"```PUT {url}/admin/settings/prompt\nAuthorization: Bearer ••••\nContent-Type: application/json\n"
        'X-Request-Id: (made when it is pulled)\n\n{\n "value": "v17",\n "by": "(you)"\n}```'
    )
    assert scene.ai.arrived(mark) == []
    await levers.presses("alice", "pull/1", "Cancel")
    assert "Cancelled; nothing was sent." in await levers.says("pull/1")


@pytest.mark.slow
async def test_who_may_not_is_told_who_can(scene: Scene) -> None:
    """Erin has no part in it: she is refused with the names of those who can, and nothing moves."""
    i, levers = await scene.incident("erin helps")
    await i.types("alice", "pull prompt.back")
    mark = scene.ai.mark()
    told = await levers.presses("erin", "pull/1", "Pull it")
    assert told.startswith("Controls are pulled by the people on call for support-copilot and by who has a role here: ")
    assert told.endswith(" To take a role: `/incident role technical me`.")
    assert scene.ai.arrived(mark) == []
    assert "Pull it" in buttons(await levers.view("pull/1"))


@pytest.mark.slow
async def test_what_does_more_waits_for_a_second_person(scene: Scene) -> None:
    """The first click asks the room, the same person again is told when the glass may be broken; another one agrees."""
    i, levers = await scene.incident("a limit to lift", "severity SEV1")
    await i.types("alice", "pull rate.limit 250")
    await levers.presses("alice", "pull/1", "Pull it")
    mark = scene.ai.mark()
    await levers.presses("alice", "pull/1", "Undo")
    shown = await levers.says("pull/2")
    assert "Now *250 a minute*   →   will be *600 a minute*, then step by step to *1000 a minute*" in shown
    await levers.presses("alice", "pull/2", "Ask a second person")
    assert buttons(await levers.view("pull/2")) == ["Agree", "Dry run", "Cancel"]
    told = await levers.presses("alice", "pull/2", "Agree")
    assert "A second person has to agree" in told
    assert "you may break the glass at " in told
    assert scene.ai.arrived(mark) == []
    await levers.presses("bob", "pull/2", "Agree")
    assert [value for _, value, _ in scene.ai.arrived(mark)] == [600, 750, 1000]
    assert "✔ in effect" in await levers.says("pull/2")


@pytest.mark.slow
async def test_a_plane_that_says_yes_and_does_nothing_is_never_in_effect(scene: Scene) -> None:
    """Accepted, not in effect in its time, with what was seen: in the message, on the card and in the room."""
    i, levers = await scene.incident("it says yes")
    await i.types("alice", "pull model.back sunrise-2026-09-01")
    await scene.ai.fault(kind="lies")
    await levers.presses("alice", "pull/1", "Pull it")
    shown = await levers.says("pull/1")
    assert "⚠ accepted, but not in effect in its time: the setting still says sunrise-latest" in shown
    assert "in effect:" not in shown.replace("not in effect", "")
    assert not [one for one in i.events() if one["kind"] == "pull_effective"]
    assert scene.ai.stands("model") == "sunrise-latest"
    await scene.ai.no_fault()
    assert buttons(await levers.view("pull/1")) == ["Check again", "Undo"]


@pytest.mark.parametrize(
    ("fault", "shown", "button"),
    [
        ({"status": 403}, "✗ failed: The control plane practice does not let us do this (403 Forbidden)", "Read again"),
        ({"status": 409}, "✗ failed: Somebody else changed it meanwhile (409 Conflict)", "Read again"),
    ],
)
@pytest.mark.slow
async def test_a_refusal_is_said_with_the_way_on(fault: dict[str, Any], shown: str, button: str, scene: Scene) -> None:
    """What the plane said stands in the message with the next button; after it the pull goes through."""
    i, levers = await scene.incident(f"it says no, {fault['status']}")
    await i.types("alice", "pull prompt.back")
    await scene.ai.fault(kind="status", **fault)
    await levers.presses("alice", "pull/1", "Pull it")
    assert shown in await levers.says("pull/1")
    await scene.ai.no_fault()
    await levers.presses("alice", "pull/1", button)
    await levers.presses("alice", "pull/1", "Pull it")
    assert "✔ in effect" in await levers.says("pull/1")


@pytest.mark.slow
async def test_somebody_else_changed_it_meanwhile(scene: Scene) -> None:
    """Nothing is sent; the message says what it stands at now, and asks to read again."""
    i, levers = await scene.incident("somebody else is at it")
    await i.types("alice", "pull prompt.back")
    mark = scene.ai.mark()
    scene.ai.put("prompt", "v16", "erin")
    await levers.presses("alice", "pull/1", "Pull it")
    assert "⚠ somebody else set it to v16 meanwhile, so nothing was sent." in await levers.says("pull/1")
    assert scene.ai.arrived(mark) == []
    assert words(await levers.view("pull/1")).endswith("Read again")


@pytest.mark.slow
async def test_the_home_tab_lists_what_is_pulled_anywhere(scene: Scene) -> None:
    """A mitigation stands on Home until it is taken back."""
    i, levers = await scene.incident("is it still pulled?")
    await i.types("alice", "pull prompt.back")
    await levers.presses("alice", "pull/1", "Pull it")

    async def home() -> list[str]:
        await scene.stage.does("home", user="bob")
        await scene.stage.settle()
        shown = words((await scene.stage.sees("views/bob"))["home"])
        return [line for line in shown.split("\n") if f"INC-{i.number}" in line and "Previous prompt" in line]

    assert len(await home()) == 1
    await levers.presses("alice", "pull/1", "Undo")
    await levers.presses("alice", "pull/2", "Put it back")
    assert await home() == []


@pytest.mark.slow
@pytest.mark.postgres
async def test_a_replica_that_freezes_over_its_lease_while_it_sends(postgres_url: str, tmp_path: Path) -> None:
    """Another one takes over and sends it; the first wakes up with its request still open: it is changed once."""
    upgrade = [sys.executable, "-m", "stanch", "db", "upgrade"]
    env = clean_environment() | {"DATABASE_URL": postgres_url}
    assert await (await asyncio.create_subprocess_exec(*upgrade, env=env, cwd=ROOT)).wait() == 0
    async with plant() as ai:
        home = {"STANCH_HOME": str(quick_home(tmp_path / "home")), **ai.environment}
        async with staged(tmp_path / "stage", {"DATABASE_URL": postgres_url, **home}) as stage:
            i, levers = await Scene(stage, ai).incident("one of us freezes", "class quality_regression")
            ai.put("prompt", "v18")
            await i.types("alice", "pull prompt.back")
            mark = ai.mark()
            await ai.fault(kind="hold", nth=1)
            await levers.clicks("alice", "pull/1", "Pull it")
            async with asyncio.timeout(20):
                while not ai.arrived(mark):  # noqa: ASYNC110 - it is another process
                    await asyncio.sleep(0.05)
            assert stage.bot is not None
            frozen = stage.bot
            os.kill(frozen.pid, signal.SIGSTOP)
            try:
                await stage.start_bot()
                async with asyncio.timeout(60):
                    while "✔ in effect" not in await levers.says("pull/1"):  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
            finally:
                os.kill(frozen.pid, signal.SIGCONT)
            await ai.no_fault()
            await asyncio.sleep(2)
            await stage.settle()
            await frozen.end()
            assert ai.changed(mark) == [("prompt", "v18", "v17")]
            assert kinds(i) == ONE_PULL
            assert len(await levers.views("pull/1")) == 1
