"""Delivery over HTTP: what is posted, how it is signed, what its answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from practice.server import running
from practice.service import Service, Settings
from practice.signing import SPREAD_S, Signer
from tests.practice.desk import Json, Person, actions, button, client_of, modal, text_field
from tests.practice.endpoint import Endpoint, Post, bolt_answers, listening, posted_to, until_connected
from tests.practice.stage import ALICE, TRIAGE, Stage

SECRET = Settings().signing_secret
pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
async def service(endpoint: Endpoint) -> AsyncIterator[Service]:
    async with listening(endpoint) as url, posted_to(url) as service:
        yield service


def valid(post: Post) -> bool:
    verifier = SignatureVerifier(SECRET)
    return verifier.is_valid_request(post.body, {name: value for name, value in post.headers.items()})


def says(status: int = 200, text: str = "", **headers: str) -> Any:
    async def answer(post: Post) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return answer


async def test_how_each_kind_is_written(person: Person, endpoint: Endpoint, service: Service) -> None:
    """Commands are forms, interactions JSON in a form's payload, events JSON; each is signed as Slack signs."""
    ts = Stage(service).message(user=ALICE)
    await endpoint.until(1)
    endpoint.posts.clear()
    await person.does("command", user="alice", channel="triage", command="/incident", text="note a & b")
    await person.does("shortcut", user="alice", callback_id="declare")
    await person.does("react", user="alice", channel="triage", ts=ts, name="eyes")
    command, shortcut, event = endpoint.posts
    assert command.headers["content-type"] == shortcut.headers["content-type"] == "application/x-www-form-urlencoded"
    assert event.headers["content-type"] == "application/json"
    assert (command.form["command"], command.form["text"]) == ("/incident", "note a &amp; b")
    assert (shortcut.json["type"], set(shortcut.form)) == ("shortcut", {"payload"})
    assert (event.json["type"], event.json["event"]["type"]) == ("event_callback", "reaction_added")
    assert "x-slack-retry-num" not in event.headers
    assert [valid(post) for post in endpoint.posts] == [True] * 3
    assert endpoint.challenges == 1


ANSWERS: list[tuple[str, web.Response, Json]] = [
    ("plain text", web.Response(text="noted"), {"text": "noted"}),
    ("a message", web.json_response({"text": "both", "response_type": "in_channel"}), {"text": "both"}),
    ("nothing", web.Response(), {}),
    ("JSON that is no object", web.json_response([1]), {}),
]


@pytest.mark.parametrize(("answer", "shown"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
async def test_what_a_command_is_answered(
    person: Person, endpoint: Endpoint, service: Service, answer: web.Response, shown: Json
) -> None:
    """The body of the answer is the acknowledgement: text is for one person, JSON a message, nothing is nothing."""

    async def given(post: Post) -> web.Response:
        return web.Response(body=answer.body, content_type=answer.content_type)

    endpoint.answer = given
    done = await person.does("command", user="alice", channel="triage", command="/incident")
    assert (done["ok"], len(done["ack_ms"])) == (True, 1)
    seen = await person.sees("messages/triage?user=alice")
    assert [one["text"] for one in seen] == [text for text in shown.values()]
    assert [one["text"] for one in done["ephemerals"]] == [one["text"] for one in seen if one.get("is_ephemeral")]


@pytest.mark.parametrize("status", [301, 404, 503])
async def test_an_http_error(person: Person, endpoint: Endpoint, service: Service, status: int) -> None:
    """Any status but 2xx leaves the person with dispatch_failed, and the traffic says which it was."""
    endpoint.answer = says(status, "gone fishing")
    done = await person.does("command", user="alice", channel="triage", command="/incident")
    assert done["error"] == "dispatch_failed"
    line = (await person.sees("traffic"))["entries"][-1]
    assert line["detail"]["reason"] == f"HTTP {status}: gone fishing"


async def test_three_seconds(
    person: Person, endpoint: Endpoint, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that is late, or cut off, leaves the person with operation_timeout."""
    monkeypatch.setattr("practice.delivery.ACK_S", 0.1)
    hung = asyncio.Event()

    async def hangs(post: Post) -> web.Response:
        await hung.wait()
        return web.Response()

    endpoint.answer = hangs
    late = await person.does("command", user="alice", channel="triage", command="/incident")
    hung.set()
    assert late["error"] == "operation_timeout"
    assert 100 <= late["ack_ms"][0] < 2000

    async def dies(post: Post) -> web.Response:
        raise ConnectionResetError

    endpoint.answer = dies
    cut = await person.does("command", user="alice", channel="triage", command="/incident")
    assert cut["error"] in ("operation_timeout", "dispatch_failed")


async def test_copies_differ_in_their_signature(person: Person, endpoint: Endpoint, service: Service) -> None:
    """``times`` posts one payload again and again, and each copy is signed by itself, none of them stale."""
    await person.does("command", user="alice", channel="triage", command="/incident", text="x", times=3)
    await person.does("message", user="alice", channel="triage", text="x", times=250)
    assert len(endpoint.posts) == 253
    assert len({post.headers["x-slack-signature"] for post in endpoint.posts}) == 253
    assert all(valid(post) for post in endpoint.posts)
    assert len({post.form["trigger_id"] for post in endpoint.posts[:3]}) == 1
    assert len({post.json["event_id"] for post in endpoint.posts[3:]}) == 1


def test_timestamps() -> None:
    """The first copy is dated now, each further one a second earlier; a later second starts from itself again."""
    now = [1_700_000_000.5]
    signer = Signer("secret", lambda: now[0])

    def stamp(body: bytes = b"a") -> tuple[bytes, int]:
        sent, headers = signer.sign(body, b" ")
        return sent, int(headers["X-Slack-Request-Timestamp"]) - 1_700_000_000

    assert [stamp() for _ in range(3)] == [(b"a", 0), (b"a", -1), (b"a", -2)]
    assert stamp(b"b") == (b"b", 0)
    now[0] += 1
    assert [stamp(), stamp()] == [(b"a", 1), (b"a", -3)]
    given = [stamp() for _ in range(SPREAD_S)]
    assert given[-1][0] == b"a "
    assert min(one[1] for one in given) > -SPREAD_S
    now[0] += 400
    stamp(b"c")
    assert len(signer.stamps) == 1


async def test_retries(person: Person, endpoint: Endpoint, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that is not acknowledged comes again three times, with number and reason in its headers."""
    monkeypatch.setattr("practice.delivery.ACK_S", 0.5)
    monkeypatch.setattr("practice.events.RETRY_AFTER_S", (1.0, 1.0, 1.0))

    async def worse(post: Post) -> web.Response:
        if len(endpoint.posts) == 2:
            await asyncio.sleep(1)
        return web.Response(status=500)

    endpoint.answer = worse
    await person.does("message", user="alice", channel="triage", text="hi")
    await endpoint.until(4)
    await asyncio.sleep(0.1)
    headers = [
        (one.headers.get("x-slack-retry-num"), one.headers.get("x-slack-retry-reason")) for one in endpoint.posts
    ]
    assert headers == [(None, None), ("1", "http_error"), ("2", "http_timeout"), ("3", "http_error")]
    assert len({post.json["event_id"] for post in endpoint.posts}) == 1
    assert len({post.headers["x-slack-signature"] for post in endpoint.posts}) == 4


@pytest.mark.parametrize(("header", "posts"), [({}, 2), ({"x_slack_no_retry": "1"}, 1)])
async def test_no_retry(
    person: Person,
    endpoint: Endpoint,
    service: Service,
    header: dict[str, str],
    posts: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An app that answers an error with x-slack-no-retry is not asked again."""
    monkeypatch.setattr("practice.events.RETRY_AFTER_S", (1.0,))
    endpoint.answer = says(500, **header)
    await person.does("message", user="alice", channel="triage", text="hi")
    await endpoint.until(posts)
    await asyncio.sleep(0.1)
    assert len(endpoint.posts) == posts


async def test_an_app_that_comes_and_goes(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    """The app is connected once its URL answers a challenge, not while nobody listens, and again when it is back."""
    async with listening(endpoint) as url:
        pass
    port = int(url.split(":")[2].split("/")[0])
    async with running(Settings(mode="http", request_url=url, retry_scale=0.01)) as service:
        person = Person(service.base_url, http)
        refused = await person.does("command", user="alice", channel="triage", command="/incident")
        assert (refused["error"], await person.sees("bot")) == (
            "dispatch_failed",
            {"mode": "http", "connected": False, "sockets": 0, "managed": False, "pid": None, "restarts": 0},
        )
        async with listening(endpoint, port):
            await until_connected(service)
            assert (await person.does("command", user="alice", channel="triage", command="/incident"))["ok"]
            assert (await person.sees("bot"))["connected"] is True
        await person.does("command", user="alice", channel="triage", command="/incident")
        assert (await person.sees("bot"))["connected"] is False


async def test_an_event_waits_for_the_app(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    """An event that nobody takes comes again, with connection_failed as the reason."""
    async with listening(endpoint) as url:
        pass
    port = int(url.split(":")[2].split("/")[0])
    async with running(Settings(mode="http", request_url=url, retry_scale=0.05)) as service:
        person = Person(service.base_url, http)
        await person.does("message", user="alice", channel="triage", text="hi")
        async with listening(endpoint, port):
            await endpoint.until(1)
        headers = endpoint.posts[0].headers
        assert headers["x-slack-retry-reason"] == "connection_failed"


async def test_sockets_in_http_mode(person: Person, service: Service, http: aiohttp.ClientSession) -> None:
    """Socket Mode is off: a socket opens with a warning and nothing comes through it; to disconnect does nothing."""
    client = client_of(service, http)
    opened = await client.apps_connections_open(app_token=service.settings.app_token)
    assert opened["response_metadata"]["messages"] == ["[WARN] Socket Mode is not turned on."]
    async with http.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        assert (await person.does("command", user="alice", channel="triage", command="/incident"))["ok"]
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.05)
    assert await person.does("disconnect") == {
        "ok": True,
        "sockets": 0,
        "note": "payloads go out over HTTP, so there is no socket to disconnect",
        "status": 200,
    }


async def test_a_real_app(person: Person, endpoint: Endpoint, service: Service, http: aiohttp.ClientSession) -> None:
    """slack_bolt answers the challenge, takes what is posted, and its answers do what they do over a socket."""
    client = client_of(service, http)
    app = AsyncApp(client=client, signing_secret=SECRET, process_before_response=True)
    endpoint.answer = endpoint.verifies = bolt_answers(app)
    service.delivery.look_again()
    assert not service.delivery.connected
    await until_connected(service)
    seen: list[Json] = []

    @app.command("/incident")
    async def command(ack: Any, body: Json) -> None:
        await ack(f"heard {body['text']}")
        await client.views_open(trigger_id=body["trigger_id"], view=modal(text_field(), callback_id="form"))

    @app.view("form")
    async def submitted(ack: Any, body: Json) -> None:
        await ack(response_action="errors", errors={"title": "Taken."})

    @app.action("go")
    async def clicked(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    @app.event("reaction_added")
    async def reacted(body: Json) -> None:
        seen.append(body["event"])

    answer = await person.does("command", user="alice", channel="triage", command="/incident", text="me")
    assert [one["text"] for one in answer["ephemerals"]] == ["heard me"]
    form = (await person.sees("views/alice"))["modals"][0]
    done = await person.does("submit", user="alice", view_id=form["id"], values={"title": "x"})
    assert done["errors"] == {"title": "Taken."}
    posted = await client.chat_postMessage(channel=TRIAGE, text="card", blocks=[actions(button())])
    assert (await person.does("click", user="bob", channel="triage", ts=posted["ts"], text="Go"))["ok"]
    assert (await person.does("react", user="bob", channel="triage", ts=posted["ts"], name="eyes"))["ok"]
    assert [seen[0]["message"]["ts"], seen[1]["item"]["ts"]] == [posted["ts"]] * 2
