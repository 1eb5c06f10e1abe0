"""`stanch pull`: with the bot dead and alive, shown only, undone, agreed to; what it prints, and its status."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.acceptance.harness import ROOT, Stage, staged
from tests.acceptance.incidents import Incident, declared
from tests.acceptance.production import Levers, Plant, plant, quick_home

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUT = "settings/prompt"


@dataclass
class Shell:
    """Somebody at a shell of the bot's machine."""

    stage: Stage
    ai: Plant

    async def pull(self, *arguments: object, who: str = "alice", typed: str = "") -> tuple[int, str]:
        """Exit status and everything that was printed, with the moments and ids that differ each time taken out."""
        command = [sys.executable, "-m", "stanch", "pull", *map(str, arguments)]
        command += ["--as", who] if who else []
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=self.stage.environment(), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate(typed.encode())
        assert process.returncode is not None
        text = re.sub(r"(inc-)\d+(-pull[\w-]*)-[0-9a-f]{8}\b", r"\1N\2-then", out.decode())
        return process.returncode, re.sub(r"\bat \S+ UTC|\d\d:\d\d:\d\d UTC", "at THEN", text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shell]:
    folder = tmp_path_factory.mktemp("shell")
    async with plant() as ai:
        env = {
            "STANCH_HOME": str(quick_home(folder / "home", **{"within: 15m": "within: 2s"})),
            **ai.environment,
            "STANCH_LEASE_S": "10",
        }
        async with staged(folder / "stage", env) as stage:
            yield Shell(stage, ai)


@pytest_asyncio.fixture(loop_scope="module")
async def shell(made: Shell) -> AsyncIterator[Shell]:
    """Somebody has put another prompt into production; the bot runs."""
    await made.ai.mend()
    made.ai.put("prompt", "v18")
    if made.stage.bot is None:
        await made.stage.start_bot()
    yield made
    await made.ai.mend()


async def incident(shell: Shell, title: str, *commands: str, dead: bool = True) -> tuple[Incident, Levers]:
    """One with a class; afterwards the bot is dead unless it is to live."""
    made = await declared(shell.stage, title)
    for text in commands:
        await made.types("alice", text)
    if dead:
        await shell.stage.kill_bot()
    return made, Levers(shell.stage, made.number, made.room)


def deeds(i: Incident) -> list[tuple[str, str, str]]:
    """What happened to controls: kind, who, from where."""
    about = ("pull", "settings", "rung")
    return [(one["kind"], one["by"], one["source"]) for one in i.events() if one["kind"].startswith(about)]


READ = "Previous prompt: now v18, will be v17 (back)\n"


@pytest.mark.slow
async def test_with_the_bot_dead_it_is_pulled_from_the_shell_alone(shell: Shell) -> None:
    """Read, shown, asked, sent, proved; status 0; the timeline has the same entries; the bot tells the room later."""
    i, levers = await incident(shell, "Slack is down")
    mark = shell.ai.mark()
    status, out = await shell.pull("prompt.back", "--incident", i.number, typed="y\n")
    assert status == 0
    assert out.startswith(READ + "Pull it? [y/N]: ")
    assert out.endswith(
        "Previous prompt: v18 → v17: in effect: last 6 answers carry v17 (request inc-N-pull-1-1-apply-1-then)\n"
    )
    assert shell.ai.arrived(mark) == [(PUT, "v17", 200)]
    assert deeds(i) == [
        ("pull_asked", "U0ALICE", "shell"), ("pull_read", "stanch", "worker"), ("pull_confirmed", "U0ALICE", "shell"),
        ("settings_saved", "stanch", "worker"), ("pull_accepted", "stanch", "worker"),
        ("pull_effective", "stanch", "worker"),
    ]  # fmt: skip
    await shell.stage.start_bot()
    await shell.stage.settle()
    assert "✔ in effect: last 6 answers carry v17" in await levers.says("pull/1")
    assert shell.ai.arrived(mark) == [(PUT, "v17", 200)]


@pytest.mark.slow
async def test_with_the_bot_alive_each_effect_is_performed_once(shell: Shell) -> None:
    """Shell and bot take from the same outbox: one change of production, whoever performs it, and both show it."""
    i, levers = await incident(shell, "both are up", dead=False)
    mark = shell.ai.mark()
    status, out = await shell.pull("prompt.back", "--incident", i.number, "--yes")
    await shell.stage.settle()
    assert (status, out.startswith(READ)) == (0, True)
    assert "in effect: last 6 answers carry v17" in out
    assert shell.ai.arrived(mark) == [(PUT, "v17", 200)]
    assert "✔ in effect" in await levers.says("pull/1")
    assert [kind for kind, _, _ in deeds(i)].count("pull_accepted") == 1


@pytest.mark.slow
async def test_a_dry_run_sends_nothing_and_leaves_nothing_open(shell: Shell) -> None:
    """The request is shown with its secret masked; status 1, as nothing was pulled; the pull is cancelled."""
    i, _ = await incident(shell, "what would it send?")
    mark = shell.ai.mark()
    status, out = await shell.pull("prompt.back", "--incident", i.number, "--dry-run")
    assert (status, out) == (
        1,
        READ + f"PUT {shell.ai.service.url}/admin/settings/prompt\nAuthorization: Bearer ••••\n"
        "Content-Type: application/json\nX-Request-Id: (made when it is pulled)\n\n"
        '{\n "value": "v17",\n "by": "(you)"\n}\nNothing was sent.\n',
    )
    assert shell.ai.arrived(mark) == []
    assert [kind for kind, _, _ in deeds(i)] == ["pull_asked", "pull_read", "pull_cancelled"]


@pytest.mark.slow
async def test_undo_from_the_shell(shell: Shell) -> None:
    """What the shell pulled it puts back, from the recorded value."""
    i, _ = await incident(shell, "there and back")
    mark = shell.ai.mark()
    assert (await shell.pull("prompt.back", "--incident", i.number, "--yes"))[0] == 0
    status, out = await shell.pull("--undo", 1, "--incident", i.number, "--yes", who="bob")
    assert status == 0
    assert out.startswith("Previous prompt: now v17, will be v18 (back)\n")
    assert "in effect: last 6 answers carry v18" in out
    assert shell.ai.arrived(mark) == [(PUT, "v17", 200), (PUT, "v18", 200)]


@pytest.mark.slow
async def test_two_people_at_two_shells(shell: Shell) -> None:
    """*More* waits: the first is told how a second agrees, too early the glass holds, the second's word moves it."""
    i, _ = await incident(shell, "a secret is known", "severity SEV1")
    mark = shell.ai.mark()
    status, out = await shell.pull("secret.rotate", "--incident", i.number, "--yes")
    assert status == 1
    assert out.endswith(f"A second person agrees with: stanch pull --agree 1 --incident {i.number} --as NAME\n")
    early = await shell.pull("--agree", 1, "--incident", i.number, "--yes", "--break-glass", "nobody is awake")
    assert early[0] == 2
    assert "A second person has to agree: " in early[1]
    assert "If nobody answers, you may break the glass at " in early[1]
    assert shell.ai.arrived(mark) == []
    status, out = await shell.pull("--agree", 1, "--incident", i.number, "--yes", who="bob")
    assert shell.ai.arrived(mark) == [("settings/secret", 2, 200)]
    # Nothing that is served shows a new secret: a person has to look, and the status says that nobody has.
    assert (status, "accepted; whether it is in effect cannot be seen from here" in out) == (1, True), out
    confirmed = [one for one in i.events() if one["kind"] == "pull_confirmed"]
    assert [(one["by"], one["payload"]["first"]) for one in confirmed] == [("U0BOB", "U0ALICE")]


@pytest.mark.slow
async def test_what_cannot_be_is_refused_with_status_2(shell: Shell) -> None:
    """An unknown control, incident, value or person, and nothing named: each is said in a line, and nothing moves."""
    i, _ = await incident(shell, "typing in a hurry")
    mark = shell.ai.mark()
    n = i.number
    told = {
        ("prompt.bak", "--incident", n): "There is no control prompt.bak. Did you mean prompt.back? /incident controls"
        " lists them.",
        ("prompt.back", "--incident", 999): "There is no INC-999.",
        ("prompt.back", "v19", "--incident", n): "That is no value of this control. It takes v16, v17 or v18.",
        ("--incident", n): "Name one: a CONTROL, --undo K, or --agree P.",
        ("--undo", 1, "--incident", n): "Undo which mitigation? /incident undo K. Pulled: none was pulled from here.",
        ("--agree", 1, "--incident", n): f"INC-{n} has no pull 1.",
    }
    for arguments, said in told.items():
        status, out = await shell.pull(*arguments)
        assert (status, said in out.replace("\n", " ")) == (2, True), (arguments, out)
    status, out = await shell.pull("prompt.back", "--incident", n, who="erin")
    assert status == 2
    assert "Controls are pulled by the people on call for support-copilot" in out
    assert shell.ai.arrived(mark) == []
