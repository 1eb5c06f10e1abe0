"""What breaks a whole app or workspace: each test has a stage of its own."""

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from tests.acceptance.harness import ROOT, said, staged
from tests.acceptance.incidents import BOB, alone_with, declared
from tests.acceptance.test_timeline import stanch

pytestmark = [pytest.mark.asyncio(loop_scope="function"), pytest.mark.slow]


async def test_error_of_the_whole_app_holds_and_then_goes_on(tmp_path: Path) -> None:
    """With a revoked token nothing is set aside: it is held, shown in health and `outbox list`, and goes out later."""
    async with staged(tmp_path / "stage") as stage:
        incident = await declared(stage, "the token is revoked")
        await stage.faults({"method": "*", "every": 1, "kind": "error", "error": "invalid_auth"})
        answer = await stage.types("bob", "note said while the token is bad", incident.room)
        assert said(answer).startswith("Noted as entry")
        health = await stage.settle()
        assert health["held"] >= 1
        assert health["buried"] == 0
        status, listed = stanch(stage, "outbox", "list")
        assert (status, "held  inc-1/said/" in listed, "invalid_auth" in listed) == (0, True, True)
        await stage.mends()
        # It goes on by itself within a quarter of a minute; nobody needs to wait for that.
        assert stanch(stage, "outbox", "retry")[1].endswith("owed again.\n")
        while (await stage.settle())["held"]:
            pass
        assert len([text for text in await incident.heard() if "while the token is bad" in text]) == 1
        assert not [text for text in await incident.heard() if "⚠" in text]


async def test_deactivated_owner_is_told_and_the_rest_stands(tmp_path: Path) -> None:
    """An owner who is gone leaves an empty seat and one word about it; nobody can be given a role who is gone."""
    async with staged(tmp_path / "stage") as stage:
        await stage.does("deactivate", user="erin")
        incident = await declared(stage, "an owner is gone")
        card = await incident.card_words()
        assert "*Scribe*  Stanch" in card
        said_so = [*await incident.heard(), *await alone_with(stage, "alice")]
        assert len([text for text in said_so if "I could not find the owners erin of support-copilot" in text]) == 1
        assert (await incident.types("alice", "role scribe erin")).startswith("I know nobody here called `@erin`")
        await stage.does("deactivate", user="bob")
        await stage.settle()
        assert f"<@{BOB}> (technical lead) has left the room" in (await incident.heard())[-1]


async def test_class_that_is_gone_from_the_catalogue(tmp_path: Path) -> None:
    """After a restart without the class its incidents go on; the card says that it is no class any more."""
    home = tmp_path / "home"
    for folder in ("runbooks", "message_templates"):
        shutil.copytree(ROOT / folder, home / folder)
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(home)}) as stage:
        incident = await declared(stage, "the class goes")
        await incident.types("alice", "class cost_runaway")
        (home / "runbooks" / "cost_runaway.yml").unlink()
        await stage.restart_bot()
        assert (await incident.types("bob", "note still here")).startswith("Noted as entry")
        assert await incident.types("alice", "severity SEV2")
        assert "cost_runaway (no longer a class)" in await incident.card_words()
        view = (await incident.clicks("alice", action_id="fill_in"))["view"]
        answer = await stage.does("submit", user="alice", view_id=view["id"], values={"scope": "EU"})
        assert answer["ok"], answer
        await stage.settle()
        assert "*Scope*  EU" in await incident.card_words()
        told = await incident.types("alice", "class cost_runaway")
        assert told == "The class is cost_runaway already." or told.startswith("There is no class `cost_runaway`.")


async def test_slack_away_when_the_bot_starts(tmp_path: Path) -> None:
    """The bot waits for Slack, then does what it owes."""
    async with staged(tmp_path / "stage") as stage:
        await stage.kill_bot()
        await stage.faults({"method": "*", "every": 1, "kind": "http_500"})
        await stage.start_bot(connected=False)
        assert (await stage.health())["connected"] is False
        await stage.mends()
        await stage.until_connected()
        incident = await declared(stage, "after the outage")
        assert len(await incident.announcements()) == 1


async def test_nothing_is_lost_when_the_bot_dies_with_work_in_hand(tmp_path: Path) -> None:
    """What was acknowledged before a SIGKILL is done after the restart, once, by the data alone."""
    async with staged(tmp_path / "stage") as stage:
        incident = await declared(stage, "killed at work")
        await stage.faults({"method": "chat.postMessage", "every": 1, "kind": "hold", "when": "before"})
        for number in range(4):
            answer = await stage.types("bob", f"note number {number}", incident.room)
            assert answer["ok"]
        await stage.kill_bot()
        await stage.mends()
        await stage.start_bot()
        await stage.settle()
        numbers = [text.split("number ")[1][0] for text in await incident.heard() if "number" in text]
        assert numbers == ["0", "1", "2", "3"]


async def test_notes_survive_kills_at_any_instant(tmp_path: Path) -> None:
    """Five people write while the bot dies twice; who hears nothing looks and repeats; each is there once."""
    dice = random.Random(20261122)
    async with staged(tmp_path / "stage") as stage:
        incident = await declared(stage, "killed at any instant")
        done = asyncio.Event()

        async def write(user: str) -> None:
            for number in range(8):
                text = f"{user} says {number}"
                while not (await stage.types(user, f"note {text}", incident.room))["ok"]:
                    await stage.settle()
                    if any(text in one for one in await incident.heard()):
                        break

        async def kill() -> None:
            for _ in range(2):
                await asyncio.sleep(dice.uniform(0.02, 0.25))
                if done.is_set():
                    return
                await stage.restart_bot()

        killing = asyncio.create_task(kill())
        await asyncio.gather(*map(write, ("alice", "bob", "carol", "dave", "erin")))
        done.set()
        await killing
        await stage.settle()
        heard = [text.split(": ")[1].split("  ")[0] for text in await incident.heard() if text.startswith("📝")]
        noted = [one["payload"]["text"] for one in incident.events() if one["kind"] == "noted"]
    assert sorted(noted) == sorted(f"{user} says {n}" for user in PEOPLE for n in range(8))
    assert heard == noted


PEOPLE = ("alice", "bob", "carol", "dave", "erin")
