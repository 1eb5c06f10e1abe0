"""Who is on call by PagerDuty, from a real bot: shown, seated; and nobody waits for it, whatever it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from tests.acceptance.harness import Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import DAVE, declared
from tests.fakes.oncalls import FakeOncalls, entry

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
TOKEN = "u-read-only-key-of-pagerduty"
PEOPLE = """\
people: {bob: {skills: [ai]}, dave: {skills: [ai]}}
rotas:
  paged: {pagerduty: PABC}
  group: {user_group: assistants}
escalation:
  support-copilot:
    - {ask: [paged, group, owners]}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def pagerduty() -> AsyncIterator[FakeOncalls]:
    async with FakeOncalls(entry("dave@example.com", "2026-01-05T08:00:00Z", None)).up() as up:
        yield up


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path, pagerduty: FakeOncalls) -> AsyncIterator[Stage]:
    made = home(tmp_path / "home")
    (made / "runbooks/catalogue/people.yml").write_text(PEOPLE, encoding="utf-8")
    env = {"STANCH_PAGERDUTY_TOKEN": TOKEN, "STANCH_PAGERDUTY_API": pagerduty.url, "STANCH_HOME": str(made)}
    async with staged(tmp_path / "stage", env) as up:
        yield up
        assert TOKEN not in "".join(one.read_text() for one in (tmp_path / "stage").glob("*.log"))


async def listed(stage: Stage, words: str) -> str:
    """What bob is told of `/incident oncall`, once the answer with these words has come; Slack waits under a second."""
    answer = await stage.types("bob", "oncall support-copilot", "general")
    assert max(answer["ack_ms"]) < 1_000, answer
    async with asyncio.timeout(10):
        while not (found := [one for one in await stage.messages("general", "bob") if words in one["text"]]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return str(found[-1]["text"])


async def test_who_is_on_call_is_shown_and_seated(stage: Stage, pagerduty: FakeOncalls) -> None:
    """PagerDuty takes its time, and no acknowledgement waits; dave is on call, so he gets the first seat,
    before alice who owns it, and the next goes to bob. The practice Slack's plan has no user groups: that is said."""
    pagerduty.seconds = 1.5
    text = await listed(stage, "`paged`")
    assert "@dave (`paged`) ·" in text
    assert "`group` *unknown*: this Slack plan has no user groups" in text
    assert "technical lead @bob, @dave" in text
    i = await declared(stage, "answers cite the wrong policy")
    await stage.settle()
    shown = said(await stage.types("bob", "show", i.room))
    assert "Commander: @dave · Technical lead: @bob" in shown.replace(" (asked)", "")
    assert DAVE in (await i.look())["members"]


async def test_a_pagerduty_that_is_down_holds_up_nothing(stage: Stage, pagerduty: FakeOncalls) -> None:
    """It refuses from the start: a room opens as ever, with the owners in their seats, and the list says unknown."""
    pagerduty.instead = web.Response(status=503)
    i = await declared(stage, "answers cite the wrong policy")
    await stage.settle()
    shown = said(await stage.types("bob", "show", i.room))
    assert "Commander: @alice · Technical lead: @bob" in shown.replace(" (asked)", "")
    assert "`paged` *unknown*: PagerDuty answered 503 ·" in await listed(stage, "`paged`")
