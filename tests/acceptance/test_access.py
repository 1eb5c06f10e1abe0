"""Who goes on call is asked by a real bot what they can open; who looks after a service hears what is missing."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.harness import ROOT, STANCH, Json, Stage, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import alone_with, buttons

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
LINKS = "    links: {monitoring: https://metrics.example/copilot, logs: https://logs.example/copilot}\n"


def with_links(folder: Path) -> Path:
    made = home(folder)
    file = made / "runbooks/catalogue/services.yml"
    file.write_text(
        file.read_text().replace("    journeys: [ask-a-question", LINKS + "    journeys: [ask-a-question", 1)
    )
    return made


def check(stage: Stage, *more: str) -> subprocess.CompletedProcess[str]:
    """`stanch access-check` beside the running bot."""
    command = [*STANCH, "access-check", *more]
    return subprocess.run(command, env=stage.environment(), cwd=ROOT, capture_output=True, text=True, check=False)


async def asked(stage: Stage, user: str) -> Json:
    """The message with the question to this person, once it is there."""
    async with asyncio.timeout(20):
        while True:
            state = await stage.state()
            person = next(one["id"] for one in state["users"] if one["name"] == user)
            for one in state["channels"]:
                if one["is_im"] and one["user"] == person:
                    for message in await stage.messages(one["id"]):
                        if "can_open" in str(message.get("blocks")):
                            return {**message, "channel": one["id"]}
            await asyncio.sleep(0.1)


async def test_people_are_asked_once_and_owners_hear_what_is_missing(tmp_path: Path) -> None:
    """`--ask` sends each one message with a button for each link; bob can open the logs; a day later alice, an owner,
    hears of the rest and of the plane that is not set up. A killed bot asks nobody twice."""
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(with_links(tmp_path / "home"))}) as stage:
        told = await asyncio.to_thread(check, stage, "--ask")
        assert told.returncode == 1
        assert "PRACTICE_AI_URL is not set" in told.stdout
        question = await asked(stage, "bob")
        assert buttons(question) == ["I can open monitoring", "I can open logs"]
        assert "https://logs.example/copilot" in json.dumps(question)
        click = {"user": "bob", "channel": question["channel"], "ts": question["ts"], "text": "I can open logs"}
        assert (await stage.does("click", **click))["ok"]
        await stage.settle()
        assert buttons(await asked(stage, "bob")) == ["I can open monitoring"]
        await stage.kill_bot()
        with sqlite3.connect(stage.data / "stanch.sqlite3") as db:
            due = db.execute(
                "select due_at - (select max(tried_at) from effect) from effect where kind = 'access_list'"
            )
            assert all(85_000 < one < 86_500 for (one,) in due)
            db.execute("update effect set due_at = 0 where kind = 'access_list'")
        await stage.start_bot()
        await stage.settle()
        (listed,) = [one for one in await alone_with(stage, "alice") if "what is missing" in one]
        whole = json.dumps(await stage.messages(await channel_with(stage, "alice")))
        assert "Support copilot" in listed
        assert "I cannot reach practice: PRACTICE_AI_URL is not set" in whole
        assert "logs: not confirmed by" in whole
        assert "@bob" not in whole[whole.index("logs: not confirmed by") :].partition("\\n")[0].partition('"')[0]
        assert len([one for one in await alone_with(stage, "bob") if "Once a week" in one]) == 1
        assert (await stage.health())["buried"] == 0


async def channel_with(stage: Stage, user: str) -> str:
    state = await stage.state()
    person = next(one["id"] for one in state["users"] if one["name"] == user)
    return str(next(one["id"] for one in state["channels"] if one["is_im"] and one["user"] == person))
