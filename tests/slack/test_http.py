"""The door of the HTTP transport: who is let in, what is answered to the rest, and what nobody finds in the log."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from stanch.errors import Unavailable
from stanch.slack.connection import bolt, tell_failures
from stanch.slack.directory import Directory
from stanch.slack.http import MOST, PATH, WINDOW, Door, Requests
from tests.fakes.slack import FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {"command": "/incident", "text": "show", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2"}
EVENT = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message", "text": "hunter2", "user": "U1"}}


def signature(body: bytes, moment: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()


def signed(body: bytes, kind: str, moment: str | None = None) -> dict[str, str]:
    moment = moment or str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": signature(body, moment)}
    return headers | {"Content-Type": kind}


@dataclass
class Bot:
    """The transport with a Bolt app behind it whose listeners note what they got."""

    http: httpx.AsyncClient
    way: Requests
    heard: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    """What the next listener raises."""

    async def command(self, ack: Any, body: Mapping[str, Any]) -> None:
        self._note(str(body["text"]))
        await ack(text="INC-7, for your eyes only", response_type="ephemeral")

    async def event(self, body: Mapping[str, Any]) -> None:
        self._note(str(body["event_id"]))

    def _note(self, what: str) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.heard.append(what)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        return await self.http.post(PATH, content=body, headers=headers)

    async def says(self, content: Mapping[str, Any]) -> httpx.Response:
        body = urlencode(content).encode()
        return await self.post(body, signed(body, FORM))

    async def tells(self, content: Any, **more: str) -> httpx.Response:
        body = json.dumps(content).encode()
        return await self.post(body, signed(body, JSON) | more)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    slack = FakeSlack(time.time)
    directory = Directory(slack)
    await directory.meet()
    app = bolt(slack, directory, "xoxb-not-a-token", SECRET)
    way = Requests(app, directory, SECRET)
    await way.connect()
    transport = httpx.ASGITransport(Starlette(routes=way.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        made = Bot(http, way)
        app.event("message")(made.event)
        app.command("/incident")(made.command)

        async def tell(error: Exception, body: Mapping[str, Any]) -> None:
            logging.getLogger("test").error("told %s", type(error).__name__)

        tell_failures(app, tell)
        yield made
    await slack.close()


async def test_what_slack_signed_is_answered(bot: Bot) -> None:
    """A command gets the listener's answer, an event an empty one."""
    answer = await bot.says(COMMAND)
    assert (answer.status_code, answer.json()["text"]) == (200, "INC-7, for your eyes only")
    event = await bot.tells(EVENT)
    assert (event.status_code, event.text) == (200, "")
    assert bot.heard == ["show", "Ev1"]


async def test_command_may_speak_of_payloads(bot: Bot) -> None:
    """A text with the word by which Slack marks interactions is a text like any other."""
    for text in ("note the payload= is odd", "payload"):
        assert (await bot.says({**COMMAND, "text": text})).status_code == 200
    assert bot.heard == ["note the payload= is odd", "payload"]


BODY = urlencode(COMMAND).encode()
FORGED: Mapping[str, tuple[Callable[[int], tuple[str | None, str | None]], str]] = {
    "no headers": (lambda now: (None, None), "unsigned"),
    "no timestamp": (lambda now: (None, signature(BODY, str(now))), "unsigned"),
    "no signature": (lambda now: (str(now), None), "unsigned"),
    "empty signature": (lambda now: (str(now), ""), "unsigned"),
    "no number": (lambda now: ("soon", signature(BODY, "soon")), "unsigned"),
    "a fraction": (lambda now: (f"{now}.5", signature(BODY, f"{now}.5")), "unsigned"),
    "a sign": (lambda now: (f"+{now}", signature(BODY, f"+{now}")), "unsigned"),
    "not a number": (lambda now: ("nan", signature(BODY, "nan")), "unsigned"),
    "endless": (lambda now: ("9" * 5000, signature(BODY, "9" * 5000)), "unsigned"),
    "stale": (lambda now: (str(now - WINDOW - 2), signature(BODY, str(now - WINDOW - 2))), "stale"),
    "of tomorrow": (lambda now: (str(now + WINDOW + 5), signature(BODY, str(now + WINDOW + 5))), "stale"),
    "another secret": (lambda now: (str(now), signature(BODY, str(now), "guess")), "wrong signature"),
    "another body": (lambda now: (str(now), signature(BODY + b"&", str(now))), "wrong signature"),
    "another moment": (lambda now: (str(now), signature(BODY, str(now - 1))), "wrong signature"),
    "truncated": (lambda now: (str(now), signature(BODY, str(now))[:-1]), "wrong signature"),
    "only the version": (lambda now: (str(now), "v0="), "wrong signature"),
    "another version": (lambda now: (str(now), signature(BODY, str(now)).replace("v0", "v1")), "wrong signature"),
    "capitals": (lambda now: (str(now), signature(BODY, str(now)).upper()), "wrong signature"),
    "no ASCII": (lambda now: (str(now), "v0=é"), "wrong signature"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_what_slack_did_not_sign_is_refused(bot: Bot, name: str) -> None:
    """401 with the reason, and no listener has heard of it."""
    make, why = FORGED[name]
    moment, mark = make(int(time.time()))
    given = {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": mark, "Content-Type": FORM}
    headers = {k: v.encode() for k, v in given.items() if v is not None}
    answer = await bot.http.post(PATH, content=BODY, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"error": why})
    assert bot.heard == []


async def test_timestamp_in_other_digits_is_no_number() -> None:
    """Python reads ٣ as 3; the header must be ASCII."""
    assert Door(SECRET).refusal({"x-slack-request-timestamp": "١٧٠٠", "x-slack-signature": "v0=x"}, b"") == "unsigned"


async def test_replayed_command_gets_no_answer(bot: Bot) -> None:
    """A captured `/incident show` would give the answer to whoever sends it again: the second time is refused."""
    headers = signed(BODY, FORM)
    answers = [await bot.post(BODY, headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 401]
    assert answers[1].json() == {"error": "replayed"}
    assert bot.heard == ["show"]


async def test_replay_at_the_same_time_gets_no_answer(bot: Bot) -> None:
    """Of three copies that arrive together one is answered."""
    headers = signed(BODY, FORM)
    answers = await asyncio.gather(*(bot.post(BODY, headers) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401]


async def test_event_may_come_again_as_it_is(bot: Bot) -> None:
    """Its answer is empty, and what it changes is held once by its id: Slack's repetition is acknowledged."""
    body = json.dumps(EVENT).encode()
    headers = signed(body, JSON)
    answers = [await bot.post(body, headers) for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [(200, ""), (200, "")]


@pytest.mark.parametrize(
    ("trouble", "status"), [(Unavailable("away"), 503), (KeyError("user"), 400), (RuntimeError("a mistake"), 500)]
)
async def test_failed_request_may_come_again(bot: Bot, trouble: Exception, status: int) -> None:
    """503 when the database is away, 400 for what nobody can read; the same request is taken once all is well."""
    bot.trouble.append(trouble)
    headers = signed(BODY, FORM)
    assert (await bot.post(BODY, headers)).status_code == status
    assert (await bot.post(BODY, headers)).status_code == 200
    assert bot.heard == ["show"]


def test_door_forgets_what_is_stale() -> None:
    """What is remembered is bounded by the window: a signature that is stale for certain is dropped."""
    moment = 1_000.0
    door = Door(SECRET, lambda: moment)
    for number in range(100):
        assert door.take(f"v0={number}")
    moment += 2 * WINDOW + 1
    assert door.take("v0=new")
    assert len(door._seen) == 1


async def test_long_body_is_refused(bot: Bot) -> None:
    """413 for one byte too many, with and without a Content-Length; one byte less is read."""
    for content in (b"x" * (MOST + 1), _parts(MOST + 1)):
        answer = await bot.http.post(PATH, content=content, headers=signed(b"", FORM))
        assert answer.status_code == 413
    body = b"payload=" + b"x" * (MOST - 8)
    assert (await bot.post(body, signed(body, FORM))).json() == {"error": "no JSON that can be read"}


async def _parts(length: int) -> AsyncIterator[bytes]:
    for start in range(0, length, 65_536):
        yield b"x" * min(65_536, length - start)


def interaction(**fields: Any) -> bytes:
    return urlencode({"payload": json.dumps(fields)}).encode()


MALFORMED: Mapping[str, tuple[bytes, str, int]] = {
    "nothing": (b"", JSON, 400),
    "no content type": (b"{}", "", 415),
    "another content type": (b"<x/>", "text/xml", 415),
    "no JSON": (b'{"type": "event_callback", hunter2', JSON, 400),
    "not UTF-8": (b'{"type": "\xff hunter2"}', JSON, 401),
    "an array": (b'["hunter2"]', JSON, 400),
    "a text": (b'"hunter2"', JSON, 400),
    "null": (b"null", JSON, 400),
    "deep": (b"[" * 100_000, JSON, 400),
    "a number without end": (b'{"type": ' + b"9" * 10_000 + b"}", JSON, 400),
    "half a character": (b'{"type": "event_callback", "event_id": "\\ud800", "event": {"type": "message"}}', JSON, 400),
    "an object": (b"{}", JSON, 400),
    "an unknown event": (b'{"type": "hunter2"}', JSON, 400),
    "an event without id": (json.dumps({**EVENT, "event_id": ""}).encode(), JSON, 400),
    "an event without event": (b'{"type": "event_callback", "event_id": "E"}', JSON, 400),
    "an event that is a list": (json.dumps({**EVENT, "event": ["hunter2"]}).encode(), JSON, 400),
    "a team that is a number": (json.dumps({**EVENT, "team": 7}).encode(), JSON, 400),
    "authorizations that are none": (json.dumps({**EVENT, "authorizations": ["hunter2"]}).encode(), JSON, 400),
    "a challenge without one": (b'{"type": "url_verification"}', JSON, 400),
    "an empty form": (b"", FORM, 400),
    "a form without anything known": (b"hunter2=1", FORM, 400),
    "an empty payload": (b"payload=", FORM, 400),
    "a payload that is a list": (b"payload=%5B%5D", FORM, 400),
    "a payload without type": (interaction(user={"id": "U1"}), FORM, 400),
    "a payload of an unknown type": (interaction(type="hunter2"), FORM, 400),
    "a click on nothing": (interaction(type="block_actions", user={"id": "U1"}, trigger_id="1", actions=[]), FORM, 400),
    "a click by nobody": (interaction(type="block_actions", trigger_id="1", actions=[{"action_id": "a"}]), FORM, 400),
    "a form without values": (
        interaction(type="view_submission", user={"id": "U1"}, view={"id": "V", "callback_id": "declare"}),
        FORM,
        400,
    ),
    **{
        f"a command without {field}": (urlencode({k: v for k, v in COMMAND.items() if k != field}).encode(), FORM, 400)
        for field in ("command", "user_id", "channel_id", "trigger_id")
    },
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_body_is_refused(bot: Bot, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Signed, and yet nobody can read it: a 4xx, no listener is called, and nothing of the body is in the log."""
    body, kind, status = MALFORMED[name]
    answer = await bot.post(body, signed(body, kind))
    assert answer.status_code == status
    assert bot.heard == []
    assert "hunter2" not in caplog.text + answer.text
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == ["slack.refused"]


async def test_nobody_listens_and_nothing_is_logged_of_it(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A command that is not ours is a 404, and what somebody typed is not in the log."""
    assert (await bot.says({**COMMAND, "command": "/other", "text": "hunter2"})).status_code == 404
    assert "hunter2" not in caplog.text


async def test_slack_asks_whether_we_are_there(bot: Bot) -> None:
    """The challenge of `url_verification` comes back, a look at the certificate is answered, a warning noted."""
    assert (await bot.tells({"type": "url_verification", "challenge": "3eZbrw"})).json() == {"challenge": "3eZbrw"}
    assert (await bot.says({"ssl_check": "1", "token": "x"})).status_code == 200
    assert (await bot.tells({"type": "app_rate_limited", "minute_rate_limited": 1})).status_code == 200


async def test_nothing_but_post(bot: Bot) -> None:
    """A GET is a 405."""
    assert (await bot.http.get(PATH)).status_code == 405


async def test_nothing_is_taken_before_and_after(bot: Bot) -> None:
    """503 once it rests, and before it is connected: a proxy may ask another replica, Slack comes again."""
    await bot.way.rest(0.1)
    assert not await bot.way.connected()
    assert (await bot.says(COMMAND)).status_code == 503
    await bot.way.connect()
    assert (await bot.says(COMMAND)).status_code == 200


async def test_rest_waits_for_what_was_taken(bot: Bot) -> None:
    """A request that is being answered gets its answer before `rest` returns."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(ack: Any) -> None:
        begun.set()
        await go.wait()
        await ack()

    bot.way._app.command("/slow")(slow)
    answer = asyncio.create_task(bot.says({**COMMAND, "command": "/slow"}))
    await begun.wait()
    rest = asyncio.create_task(bot.way.rest(5))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(rest), 0.05)
    assert not rest.done()
    go.set()
    await rest
    assert (await answer).status_code == 200


async def test_repetitions_are_recognised(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """Slack's retry is logged with its number and reason; a first delivery, and an envelope's 0, is not."""
    caplog.set_level(logging.INFO)
    await bot.tells(EVENT)
    await bot.tells({**EVENT, "event_id": "Ev2"}, **{"X-Slack-Retry-Num": "0"})
    again = {"X-Slack-Retry-Num": "2", "X-Slack-Retry-Reason": "http_timeout"}
    await bot.tells({**EVENT, "event_id": "Ev3"}, **again)
    told = [vars(record) for record in caplog.records if record.getMessage() == "slack.retried"]
    assert [(one["number"], one["reason"], one["event_id"]) for one in told] == [("2", "http_timeout", "Ev3")]
