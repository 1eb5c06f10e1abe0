"""What users read, from a real bot: Statuspage and our own pages, begun, updated, ended; and a page that misbehaves."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.harness import Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import Incident, buttons, declared, words
from tests.fakes.plane import Fault
from tests.fakes.statuspage import KEY, PAGE, FakeStatuspage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
FIRST = "Some answers may be wrong since 13:51 UTC. We are working on it. Next update by 14:20 UTC."
SECOND = "Answers are checked before you see them. Next update by 14:50 UTC."


def at_statuspage(folder: Path) -> Path:
    made = home(folder)
    file = made / "runbooks/catalogue/services.yml"
    sheet = f"status_page: {{kind: statuspage, page: {PAGE}, components: {{Chat: cchat}}}}"
    file.write_text(file.read_text().replace("status_page: {kind: static}", sheet, 1))
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def page() -> AsyncIterator[FakeStatuspage]:
    fake = FakeStatuspage()
    async with fake.up():
        yield fake


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, page: FakeStatuspage) -> AsyncIterator[Stage]:
    env = {"STANCH_STATUSPAGE_TOKEN": KEY, "STANCH_STATUSPAGE_API": page.url}
    async with staged(tmp_path / "stage", env | {"STANCH_HOME": str(at_statuspage(tmp_path / "home"))}) as up:
        yield up
        log = "".join(one.read_text() for one in (tmp_path / "stage").glob("*.log"))
        assert KEY not in log


async def until(what: Callable[[], Any], within_s: float = 15.0) -> None:
    async with asyncio.timeout(within_s):
        while not what():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def users_hear(i: Incident, text: str) -> None:
    """Carol drafts it for users alone, and approves it: she has the seat."""
    view = (await i.clicks("carol", text="Draft update"))["view"]
    values = {"audiences": ["users"], "text": text}
    answer = await i.stage.does("submit", user="carol", view_id=view["id"], values=values)
    assert answer["ok"], answer
    await until_posted(i, "Approve and send", text)
    draft = [one for one in await i.stage.messages(i.room) if "Approve and send" in str(one.get("blocks"))][-1]
    await i.stage.does("click", user="carol", channel=i.room, ts=draft["ts"], text="Approve and send")


async def until_posted(i: Incident, *listed: str) -> None:
    async with asyncio.timeout(15):
        while not any(all(x in words(one) for x in listed) for one in await i.stage.messages(i.room)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def ends(i: Incident) -> None:
    for text in (
        "severity SEV3",
        "applied the switch",
        'contained --waive "drill"',
        "explained confirmed it was a test",
    ):
        await i.types("alice", text)
    await i.types("alice", "removed 1")
    await i.types("alice", 'watch --override "drill"')
    assert "Resolved" in said(await i.stage.types("alice", "resolved --fixed a test", i.room))


async def test_each_word_stands_there_once_however_the_page_misbehaves(stage: Stage, page: FakeStatuspage) -> None:
    """The first word comes through and its answer is lost; the second meets a 500, then the bot is killed: there is one
    incident with each update once, and the end ends it and its components."""
    i = await declared(stage, "answers cite the wrong policy")
    await i.types("alice", "class quality_regression")
    await i.types("alice", "severity SEV3")
    page.writes = Fault("lost", times=1)
    await users_hear(i, FIRST)
    await until(lambda: any(one["kind"] == "page_shown" for one in i.events()))
    assert page.said == [("investigating", FIRST)]
    assert page.components == {"cchat": "degraded_performance", "csearch": "operational"}
    assert "policy" not in page.incidents[0]["name"]

    page.writes = Fault("status", 500, times=2)
    await users_hear(i, SECOND)
    await stage.restart_bot()
    await until(lambda: len(page.said) == 2)
    await stage.settle()
    assert page.said == [("investigating", FIRST), ("investigating", SECOND)]

    await ends(i)
    await until(lambda: page.incidents[0]["status"] == "resolved")
    await stage.settle()
    assert [state for state, _ in page.said] == ["investigating", "investigating", "resolved"]
    assert page.components["cchat"] == "operational"
    assert (await stage.health())["buried"] == 0
    assert [x for x in await i.heard() if "resolved" in x and "status page" in x]
    assert [one["payload"]["n"] for one in i.events() if one["kind"] == "page_shown"] == [1, 2, 3]


async def test_a_page_that_cannot_be_reached_is_said_once_and_caught_up(stage: Stage, page: FakeStatuspage) -> None:
    """Every request fails for a while: the room hears it once; then the word is shown once, and the room hears that."""
    i = await declared(stage, "answers cite the wrong policy")
    page.writes = page.reads = Fault("reset")
    await users_hear(i, FIRST)
    await until_posted(i, "cannot be reached")
    await asyncio.sleep(4)
    page.writes = page.reads = None
    await until(lambda: page.incidents, within_s=70)
    await stage.settle()
    assert page.said == [("investigating", FIRST)]
    told = [x for x in await i.heard() if "status page" in x.lower()]
    assert len([x for x in told if "cannot be reached" in x]) == 1
    assert len([x for x in told if "shows it" in x]) == 1


async def test_what_the_page_refuses_is_said_and_tried_again_with_one_click(stage: Stage, page: FakeStatuspage) -> None:
    """A component is gone: the room hears what to mend, nothing is sent on and on; mended, one click shows it."""
    i = await declared(stage, "answers cite the wrong policy")
    del page.components["cchat"]
    await users_hear(i, FIRST)
    await until_posted(i, "The status page does not show it", "Components are unknown")
    count = len(page.calls)
    await asyncio.sleep(2)
    assert len(page.calls) == count
    page.components["cchat"] = "operational"
    message = next(one for one in await stage.messages(i.room) if "Try again" in str(one.get("blocks")))
    assert buttons(message) == ["Try again"]
    answer = await stage.does("click", user="erin", channel=i.room, ts=message["ts"], text="Try again")
    assert "is for the communications lead" in said(answer)
    answer = await stage.does("click", user="carol", channel=i.room, ts=message["ts"], text="Try again")
    assert "I try again" in said(answer)
    await until(lambda: page.incidents)
    await stage.settle()
    assert page.said == [("investigating", FIRST)]
    assert (await stage.health())["buried"] == 0


async def test_nothing_of_a_drill_reaches_the_page(stage: Stage, page: FakeStatuspage) -> None:
    """Whatever is approved in a drill, no request goes out."""
    answer = await stage.types("alice", "declare --drill answers cite the wrong policy")
    assert "opening" in said(answer)
    await stage.settle()
    assert page.calls == []


async def test_our_own_page_shows_each_word_and_keeps_what_is_over(tmp_path: Path) -> None:
    """Without any page of the team's own: `/status` and the files show what users were told, escaped, and no more."""
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(home(tmp_path / "home"))}) as stage:
        i = await declared(stage, "answers cite the wrong <policy>")
        await users_hear(i, "<b>Some answers</b> may be wrong since 13:51 UTC. Next update by 14:20 UTC.")
        await until(lambda: any(one["kind"] == "page_shown" for one in i.events()))
        shown = (await stage.http.get(f"{stage.bot_url}/status")).text
        assert "&lt;b&gt;Some answers&lt;/b&gt;" in shown
        assert "policy" not in shown
        assert "One incident is under way." in shown
        await ends(i)
        await until(lambda: sum(one["kind"] == "page_shown" for one in i.events()) == 2)
        # What was drawn is shown again for two seconds.
        await asyncio.sleep(2.1)
        one = await stage.http.get(f"{stage.bot_url}/status/inc-{i.number}")
        assert one.status_code == 200
        assert "Resolved" in one.text
        files = {path.name for path in (stage.data / "status").iterdir()}
        assert files == {"index.html", "incidents.json", f"inc-{i.number}.html"}
        data = json.loads((stage.data / "status/incidents.json").read_text())
        assert [x["status"] for x in data["incidents"][0]["updates"]] == ["resolved", "investigating"]
        assert "Everything works as usual." in (stage.data / "status/index.html").read_text()


async def test_without_a_page_users_are_not_offered_and_nothing_breaks(tmp_path: Path) -> None:
    """A service without `status_page`: the form has no *Users*, and resolving owes nothing."""
    made = home(tmp_path / "home")
    file = made / "runbooks/catalogue/services.yml"
    file.write_text(re.sub(r"(?m)^ *status_page: .*\n", "", file.read_text()))
    async with staged(tmp_path / "stage", {"STANCH_HOME": str(made)}) as stage:
        i = await declared(stage, "answers cite the wrong policy")
        view = (await i.clicks("carol", text="Draft update"))["view"]
        offered = [block for block in view["blocks"] if block.get("block_id") == "audiences"]
        assert "users" not in str([x["value"] for block in offered for x in block["element"]["options"]])
        await ends(i)
        await stage.settle()
        assert not [one for one in i.events() if one["kind"].startswith("page_")]
        assert (await stage.http.get(f"{stage.bot_url}/status")).status_code == 404
