"""What each answer of Slack's means for the effect that met it: no error is lost, repeated blindly, or told twice."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from stanch.core import commands as c
from stanch.errors import StanchError
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.slack.client import APP_WIDE, MAY_HAVE_HAPPENED, Kind, Slack, SlackFault
from stanch.slack.gateway import HELD_FOR, Gateway, outcome_of
from stanch.store.outbox import Owed
from tests.fakes.bot import Bot
from tests.fakes.slack import Fault, refused
from tests.fakes.world import opened

INCIDENT = opened().incident
OWED = Owed(1, "inc-7/said/9", 7, "post", "inc-7/room", {"entry": 9}, 1, 99.0, False, 1.0, "w")


def outcome(fault: SlackFault, kind: str = "post", *, ambiguous: bool = False, attempts: int = 1) -> Outcome:
    return outcome_of(fault, replace(OWED, kind=kind, ambiguous=ambiguous, attempts=attempts), INCIDENT)


@pytest.mark.parametrize("ambiguous", [False, True])
def test_what_certainly_did_not_happen_is_tried_again(ambiguous: bool) -> None:
    """A pause waits for as long as Slack says; an earlier unclear try stays unclear."""
    assert outcome(SlackFault(Kind.PAUSED, "ratelimited", after=7), ambiguous=ambiguous) == Later(
        "ratelimited", 7, unclear=ambiguous
    )
    assert outcome(SlackFault(Kind.APP, "missing_scope", detail="pins:write"), ambiguous=ambiguous) == Later(
        "missing_scope (pins:write)", HELD_FOR, held=True, unclear=ambiguous
    )


@pytest.mark.parametrize(("attempts", "after"), [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (50, 30.0)])
def test_without_a_connection_the_tries_get_rarer(attempts: int, after: float) -> None:
    """Doubled each time, and every half minute at the most."""
    assert outcome(SlackFault(Kind.NOT_SENT, "no_connection"), attempts=attempts) == Later("no_connection", after)


def test_what_may_have_happened_is_unclear() -> None:
    """It is not repeated before somebody has looked."""
    assert outcome(SlackFault(Kind.UNCLEAR, "timeout")) == Unclear("timeout")


@pytest.mark.parametrize(
    ("error", "state"),
    [("is_archived", "archived"), ("is_inactive", "archived"), ("channel_not_found", "deleted"),
     ("not_in_channel", "bot_removed")],
)  # fmt: skip
def test_a_room_that_is_the_trouble_is_reported_as_such(error: str, state: str) -> None:
    """Slack's words about the room change the room; the same words about the announcement channel are plain trouble."""
    assert outcome(refused(error)) == Buried(error, "post a message", (c.ReportRoomChange(state),))
    assert outcome(refused(error), "announce") == Buried(error, "announce the incident")


@pytest.mark.parametrize(
    "kind", ["open_room", "invite", "topic", "card", "pin", "bookmark", "upload", "tell", "seat_owners"]
)
def test_every_kind_of_effect_has_its_words(kind: str) -> None:
    """A refusal for good says what could not be done."""
    buried = outcome(refused("restricted_action"), kind)
    assert isinstance(buried, Buried)
    assert (buried.error, buried.reports) == ("restricted_action", ())
    assert buried.what.split()[0] in ("open", "invite", "set", "post", "pin", "add", "upload", "tell", "find")


async def test_what_has_no_place_any_more_is_cancelled(bot: Bot) -> None:
    """Without its incident or its room there is nothing to do, and nothing to complain of."""
    gateway = Gateway(bot.kit, {})
    assert await gateway.perform(OWED, None) == Cancelled("its incident is gone")
    assert await gateway.perform(OWED, replace(INCIDENT, room=None)) == Cancelled("the incident has no room")


async def test_a_mistake_in_a_file_is_buried_with_its_words(bot: Bot) -> None:
    """A template that names what it is not given is the team's to mend: the words say which."""

    async def broken(*_: Any) -> Done:
        raise StanchError("noted.j2 names the unknown variable 'txet'.")

    assert await Gateway(bot.kit, {"post": broken}).perform(OWED, INCIDENT) == Buried(
        "noted.j2 names the unknown variable 'txet'.", "post a message"
    )


async def test_a_pause_sends_nothing_while_it_lasts(bot: Bot) -> None:
    """A 429 on posting pauses that channel, on another method that method; nothing else waits."""
    room, other = bot.slack.channel("room"), bot.slack.channel("other")
    paused = SlackFault(Kind.PAUSED, "ratelimited", after=30)
    bot.slack.faults = [Fault("chat.postMessage", paused), Fault("conversations.setTopic", paused)]
    for method, args in (("chat.postMessage", {"text": "x"}), ("conversations.setTopic", {"topic": "x"})):
        for _ in range(2):
            with pytest.raises(SlackFault) as fault:
                await bot.kit.call(method, channel=room.id, **args)
            assert fault.value.kind is Kind.PAUSED
            assert 29 < fault.value.after <= 30
        assert bot.slack.count(method) == 1
    await bot.kit.call("chat.postMessage", channel=other.id, text="x")
    with pytest.raises(SlackFault):
        await bot.kit.call("conversations.setTopic", channel=other.id, topic="x")
    bot.kit.pauses = {scope: time.time() - 1 for scope in bot.kit.pauses}
    await bot.kit.call("chat.postMessage", channel=room.id, text="x")


# The client, against a server that answers as it is told


class Server:
    """A Web API on loopback whose next answer is set by the test."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, '{"ok": true, "n": 1}', {}
        self.kind = "application/json"
        self.closes = False
        self.waits = 0.0
        self.url = ""
        self.seen: list[tuple[str, str, bytes]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.method, request.path_qs, await request.read()))
        if self.closes:
            assert request.transport is not None
            request.transport.abort()
        if self.waits:
            await asyncio.sleep(self.waits)
        return web.Response(status=self.status, text=self.body, headers=self.headers, content_type=self.kind)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def slack(server: Server) -> AsyncIterator[Slack]:
    slack = Slack("xoxb-not-a-token", f"{server.url}/api/", 0.3)
    yield slack
    await slack.close()


async def fault_of(slack: Slack) -> SlackFault:
    with pytest.raises(SlackFault) as fault:
        await slack.call("chat.postMessage", channel="C1", text="x")
    return fault.value


async def test_an_answer_is_a_mapping(slack: Slack, server: Server) -> None:
    """Reads go as GET, writes as JSON, and what is None is not sent."""
    assert await slack.call("conversations.info", read=True, channel="C1", cursor=None) == {"ok": True, "n": 1}
    await slack.call("chat.postMessage", channel="C1", text="é", blocks=None)
    (get, path, _), (post, _, body) = server.seen
    assert (get, path, post) == ("GET", "/api/conversations.info?channel=C1", "POST")
    assert b"blocks" not in body


ERRORS = (
    [(200, error, Kind.APP) for error in sorted(APP_WIDE)]
    + [(200, error, Kind.UNCLEAR) for error in sorted(MAY_HAVE_HAPPENED)]
    + [(200, error, Kind.PAUSED) for error in ("ratelimited", "rate_limited")]
    + [(200, error, Kind.REFUSED) for error in ("name_taken", "is_archived", "already_pinned", "new_word")]
    + [(status, "", Kind.UNCLEAR) for status in (500, 502, 503)] + [(429, "ratelimited", Kind.PAUSED)]
)  # fmt: skip


@pytest.mark.parametrize(("status", "error", "kind"), ERRORS)
async def test_every_class_of_error(slack: Slack, server: Server, status: int, error: str, kind: Kind) -> None:
    """Slack's words fall into five classes; a word that nobody knows yet is a refusal."""
    server.status = status
    server.body = f'{{"ok": false, "error": "{error}"}}' if error else "<html>upstream error"
    server.kind = "application/json" if error else "text/html"
    server.headers = {"Retry-After": "7"} if kind is Kind.PAUSED else {}
    fault = await fault_of(slack)
    assert fault.kind is kind
    assert fault.after == (7.0 if kind is Kind.PAUSED else 0.0)
    assert len(server.seen) == 1


async def test_what_never_arrives(slack: Slack, server: Server) -> None:
    """A closed connection, a late answer and one that is no JSON may have happened; no repetition is made here."""
    server.body = "<html>"
    assert (await fault_of(slack)).kind is Kind.UNCLEAR
    server.waits = 1.0
    assert (await fault_of(slack)).kind is Kind.UNCLEAR
    server.waits, server.closes = 0.0, True
    assert (await fault_of(slack)).kind is Kind.UNCLEAR
    assert len(server.seen) == 3


async def test_without_a_connection_nothing_was_sent() -> None:
    """Nobody listens: it certainly did not happen."""
    slack = Slack("xoxb-not-a-token", "http://127.0.0.1:1/api/", 0.3)
    fault = await fault_of(slack)
    await slack.close()
    assert (fault.kind, fault.error) == (Kind.NOT_SENT, "no_connection")


async def test_a_refusal_says_what_slack_said(slack: Slack, server: Server) -> None:
    """The scope that is needed, or which block breaks which limit, is kept for the log; the token is not in it."""
    server.body = '{"ok": false, "error": "missing_scope", "needed": "pins:write", "provided": "chat:write"}'
    assert str(await fault_of(slack)) == "missing_scope (pins:write)"
    server.body = '{"ok": false, "error": "invalid_blocks", "response_metadata": {"messages": ["[ERROR] too long"]}}'
    assert str(await fault_of(slack)) == "invalid_blocks ([ERROR] too long)"
    assert "xoxb" not in repr(await fault_of(slack))


async def test_files_and_answers_by_url(slack: Slack, server: Server) -> None:
    """Bytes and words for one person go to the URL that Slack gave; what it answers decides whether it happened."""
    url = f"{server.url}/upload/1"
    await slack.send_bytes(url, b"\x00timeline")
    await slack.answer(url, text="x")
    assert server.seen[0][2] == b"\x00timeline"
    server.status = 503
    with pytest.raises(SlackFault) as fault:
        await slack.send_bytes(url, b"x")
    assert fault.value.kind is Kind.UNCLEAR
    with pytest.raises(SlackFault) as fault:
        await slack.answer(url, text="x")
    assert fault.value.kind is Kind.REFUSED
