"""Every error word of the methods: beside each call that is refused stands one that differs in one thing and is not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

import practice
from practice.server import running
from practice.service import Settings
from tests.practice.cases import Args, fixed
from tests.practice.cases_messages import MESSAGES
from tests.practice.cases_rest import REST
from tests.practice.cases_rooms import ROOMS
from tests.practice.desk import client_of, refusal
from tests.practice.stage import ALICE, BOB, CAROL, TRIAGE, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [*ROOMS, *MESSAGES, *REST]

# No argument makes these succeed; each is refused whoever asks.
ALWAYS: list[tuple[str, str, Args]] = [
    ("conversations.unarchive", "not_in_channel", lambda s: {"channel": s.archived()}),
    ("conversations.unarchive", "not_archived", lambda s: {"channel": s.room()}),
    ("usergroups.list", "plan_upgrade_required", fixed()),
    ("usergroups.users.list", "plan_upgrade_required", fixed(usergroup="S0HELPERS")),
    ("chat.unfurl", "unknown_method", fixed()),
]

ELSEWHERE = {
    "insecure_request", "invalid_auth", "missing_scope", "not_allowed_token_type", "not_authed",  # test_access
    "not_enabled", "not_in_channel", "too_many_websockets",  # test_access
    "not_implemented",  # test_plan
    "expired_url", "invalid_url", "used_url",  # test_interactions
    "view_too_large",  # test_limits
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[tuple[Stage, AsyncWebClient]]:
    async with running(Settings()) as service, aiohttp.ClientSession() as http:
        yield Stage(service), client_of(service, http)


@pytest.mark.parametrize(
    ("method", "word", "good", "bad"), CASES, ids=[f"{row[0]} {row[1]} {index}" for index, row in enumerate(CASES)]
)
async def test_refusals(house: tuple[Stage, AsyncWebClient], method: str, word: str, good: Args, bad: Args) -> None:
    """The good call is accepted; the bad one is refused with Slack's word."""
    stage, client = house
    assert (await client.api_call(method, json=good(stage)))["ok"]
    assert (await refusal(client, method, **bad(stage)))["error"] == word


@pytest.mark.parametrize(("method", "word", "args"), ALWAYS, ids=[row[1] for row in ALWAYS])
async def test_what_is_always_refused(house: tuple[Stage, AsyncWebClient], method: str, word: str, args: Args) -> None:
    """Slack has no way for this app to do it, and says so."""
    stage, client = house
    assert (await refusal(client, method, **args(stage)))["error"] == word


async def test_no_word_is_untested() -> None:
    """Every error word in the source of the methods stands in one of these tables, or in a test that is named."""
    source = "".join(path.read_text() for path in Path(practice.__file__).parent.rglob("*.py"))
    words = set(re.findall(r'SlackError\(\s*f?"([a-z_]+)"', source))
    tabled = {row[1] for row in CASES} | {row[1] for row in ALWAYS}
    assert words - tabled - ELSEWHERE == set()


@pytest.mark.parametrize("force", [True, False])
async def test_mixed_invitations(house: tuple[Stage, AsyncWebClient], force: bool) -> None:
    """Who is there already does not stop the others; a user who cannot come does, unless forced."""
    stage, client = house
    room, gone = stage.room(ALICE), stage.deactivated()
    answer = await client.conversations_invite(channel=room, users=f"{ALICE},{BOB}")
    assert answer["errors"] == [{"user": ALICE, "ok": False, "error": "already_in_channel"}]
    assert BOB in stage.workspace.channels[room].members
    mixed = {"channel": room, "users": f"{CAROL},{gone}", "force": force}
    errors = [{"user": gone, "ok": False, "error": "cant_invite"}]
    if force:
        assert (await client.api_call("conversations.invite", json=mixed))["errors"] == errors
    else:
        assert (await refusal(client, "conversations.invite", **mixed)) == {
            "ok": False,
            "error": "cant_invite",
            "errors": errors,
        }
    assert (CAROL in stage.workspace.channels[room].members) is force


async def test_long_text_is_cut(house: tuple[Stage, AsyncWebClient]) -> None:
    """chat.postMessage keeps 40,000 characters whole and cuts what is longer, with a warning."""
    _, client = house
    whole = await client.chat_postMessage(channel=TRIAGE, text="x" * 40_000)
    cut = await client.chat_postMessage(channel=TRIAGE, text="x" * 40_001)
    assert (len(whole["message"]["text"]), whole.get("warning")) == (40_000, None)
    assert (len(cut["message"]["text"]), cut["warning"]) == (40_000, "message_truncated")


async def test_joining_twice_warns(house: tuple[Stage, AsyncWebClient]) -> None:
    """Joining a channel the bot is in succeeds with a warning and posts nothing."""
    stage, client = house
    before = len(stage.workspace.channels[TRIAGE].messages)
    assert (await client.conversations_join(channel=TRIAGE))["warning"] == "already_in_channel"
    assert len(stage.workspace.channels[TRIAGE].messages) == before


async def test_leaving_where_one_is_not(house: tuple[Stage, AsyncWebClient]) -> None:
    """Leaving a channel the bot is not in is no error; the answer says so."""
    stage, client = house
    assert (await client.conversations_leave(channel=stage.foreign()))["not_in_channel"] is True
