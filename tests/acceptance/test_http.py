"""Slack over HTTP: forged requests stay outside, and nothing else differs from Socket Mode."""

import hashlib
import hmac
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.incidents import ALICE, Incident, declared, newest

pytestmark = pytest.mark.asyncio(loop_scope="module")
TRANSPORTS = ("http", "socket")
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=TRANSPORTS)
async def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage of each transport in turn."""
    async with staged(tmp_path_factory.mktemp(request.param), transport=request.param) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("posted"), transport="http") as made:
        yield made


def signed(stage: Stage, body: bytes, kind: str, *, age: int = 0, secret: str | None = None) -> dict[str, str]:
    moment = str(int(time.time()) - age)
    key = (secret or stage.connection["signing_secret"]).encode()
    mark = "v0=" + hmac.new(key, b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": mark, "Content-Type": kind}


async def post(stage: Stage, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    return await stage.http.post(f"{stage.bot_url}/slack/events", content=body, headers=headers)


def command(text: str, channel: str, user: str = ALICE) -> bytes:
    """`/incident TEXT` as Slack writes it."""
    fields = {"command": "/incident", "text": text, "user_id": user, "channel_id": channel}
    return urlencode(fields | {"trigger_id": f"{time.time_ns()}.1", "team_id": "T0PRACTICE"}).encode()


async def test_forged_requests_stay_outside(posted: Stage) -> None:
    """Wrong, stale, truncated and missing signatures are refused with a 401, and none of them has written anything."""
    incident = await declared(posted, "somebody knocks")
    before = incident.events()
    body = command("note forged", incident.room)
    right = signed(posted, body, FORM)
    mark = right["X-Slack-Signature"]
    tried = [
        signed(posted, body, FORM, secret="guess"),
        signed(posted, body, FORM, age=600),
        signed(posted, body, FORM, age=-600),
        signed(posted, body + b"&x=1", FORM),
        right | {"X-Slack-Signature": mark[:-1]},
        right | {"X-Slack-Signature": mark[3:]},
        right | {"X-Slack-Signature": ""},
        right | {"X-Slack-Request-Timestamp": "soon"},
        {"Content-Type": FORM},
    ]
    assert [(await post(posted, body, headers)).status_code for headers in tried] == [401] * len(tried)
    await posted.settle()
    assert incident.events() == before


async def test_captured_request_is_worth_nothing(posted: Stage) -> None:
    """What Slack signed is answered once: sent again, it is refused, and neither shows nor writes anything."""
    incident = await declared(posted, "somebody listens")
    for text in ("note written once", "show"):
        body = command(text, incident.room)
        headers = signed(posted, body, FORM)
        first, second = [await post(posted, body, headers) for _ in range(2)]
        assert first.json()["response_type"] == "ephemeral"
        assert (second.status_code, second.json()) == (401, {"error": "replayed"})
    await posted.settle()
    assert [one["payload"]["text"] for one in incident.events() if one["kind"] == "noted"] == ["written once"]


async def test_event_that_comes_again_counts_once(posted: Stage) -> None:
    """Slack repeats an event that it thinks was lost, with its number: it is acknowledged, and taken in once."""
    incident = await declared(posted, "a room with a new name")
    event = {"type": "channel_rename", "channel": {"id": incident.room, "name": "renamed", "created": 1}}
    body = json.dumps({"type": "event_callback", "event_id": "Ev0AGAIN", "team_id": "T1", "event": event}).encode()
    for number in range(3):
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"} if number else {}
        answer = await post(posted, body, signed(posted, body, JSON, age=number) | again)
        assert (answer.status_code, answer.text) == (200, "")
    assert [one["kind"] for one in incident.events()].count("room_changed") == 1
    log = [json.loads(line) for line in (posted.data / "bot.log").read_text().splitlines()]
    retried = [(one["number"], one["reason"]) for one in log if one.get("event_id") == "Ev0AGAIN"]
    assert retried == [("1", "http_timeout"), ("2", "http_timeout")]


async def test_too_much_is_refused(posted: Stage) -> None:
    """More than a megabyte is a 413, whether it says so or not, and the bot goes on."""
    body = b"x" * 3_000_000

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    for content in (body, parts()):
        headers = signed(posted, body, FORM)
        answer = await posted.http.post(f"{posted.bot_url}/slack/events", content=content, headers=headers)
        assert answer.status_code == 413
    assert (await posted.health())["connected"]


@pytest.mark.slow
async def test_whatever_is_missing_or_odd_is_no_failure_of_ours(posted: Stage) -> None:
    """Rightly signed payloads with any one field taken away, or of another kind, are answered with less than 500."""
    incident = await declared(posted, "odd payloads")
    chance = random.Random(7)
    for kind, content in payloads(incident):
        for changed in broken(content, chance):
            body = json.dumps(changed).encode() if kind == JSON else written(changed)
            answer = await post(posted, body, signed(posted, body, kind))
            assert answer.status_code < 500, (changed, answer.text)
    await posted.settle()
    assert (await posted.health())["connected"]


def payloads(incident: Incident) -> list[tuple[str, Json]]:
    """One of each sort, as Slack sends them; the first key of a form says whether it is an interaction."""
    user, channel = {"id": ALICE, "name": "alice", "team_id": "T1"}, {"id": incident.room, "name": "x"}
    common: Json = {"user": user, "team": {"id": "T1", "domain": "x"}, "trigger_id": "1.2", "api_app_id": "A1"}
    message = {"type": "message", "ts": "1700000000.000100", "user": "U0BOB", "text": "it is slow"}
    click = {"action_id": "take_seat:scribe", "block_id": "b", "type": "button", "value": str(incident.number)}
    values = {"text": {"text": {"type": "plain_text_input", "value": "words"}}}
    about = json.dumps({"number": incident.number, "channel": incident.room})
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "add_note",
        "state": {"values": values},
        "private_metadata": about,
        "hash": "1",
    }
    event: Json = {"type": "event_callback", "event_id": "Ev0", "team_id": "T1"}
    here = {"channel": incident.room, "user": "U0BOB", "event_ts": "1.2"}
    events = [
        {"type": "member_joined_channel", **here},
        {"type": "message", "subtype": "message_deleted", "deleted_ts": "1.2", **here},
        {"type": "message", "subtype": "message_changed", "message": message, "previous_message": message, **here},
        {"type": "reaction_added", "reaction": "pushpin", "item": {"type": "message", "ts": "1.2", **here}, **here},
        {"type": "app_home_opened", "tab": "home", **here},
        {"type": "user_change", "user": {"id": "U0BOB", "name": "bob", "profile": {}}},
        {"type": "channel_rename", "channel": channel},
    ]
    return [
        (FORM, {"command": "/incident", "text": "list", "user_id": ALICE, "channel_id": "C1", "trigger_id": "1.2"}),
        (FORM, {"type": "block_actions", **common, "channel": channel, "actions": [click], "message": message}),
        (FORM, {"type": "view_submission", **common, "view": view}),
        (FORM, {"type": "message_action", **common, "channel": channel, "message": message, "callback_id": "x"}),
        (FORM, {"type": "message_action", **common, "channel": channel, "message": message, "callback_id": REPORT}),
        (FORM, {"type": "message_action", **common, "channel": channel, "message": message, "callback_id": ADD}),
        (FORM, {"type": "shortcut", **common, "callback_id": "declare"}),
        *((JSON, {**event, "event": one}) for one in events),
    ]


REPORT, ADD = "report_problem", "add_to_timeline"
ODD: tuple[Any, ...] = (None, 7, "", [], {}, [1], "odd")


def broken(content: Json, chance: random.Random) -> list[Json]:
    """The content with each field, at any depth, taken away once and once of another kind."""
    made = []
    for path in places(content):
        for odd in (KeyError, chance.choice(ODD), chance.choice(ODD)):
            copy = json.loads(json.dumps(content))
            parent = copy
            for step in path[:-1]:
                parent = parent[step]
            if odd is KeyError:
                del parent[path[-1]]
            else:
                parent[path[-1]] = odd
            made.append(copy)
    return made


def places(content: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [place for key, value in items for place in ((*so_far, key), *places(value, (*so_far, key)))]


def written(content: Json) -> bytes:
    if "command" in content or "user_id" in content:
        return urlencode({k: v for k, v in content.items() if v is not None}).encode()
    return urlencode({"payload": json.dumps(content)}).encode()


@pytest.mark.slow
async def test_three_deliveries_of_everything_have_one_effect(either: Stage) -> None:
    """Command, click, form, shortcut and pushpin, each delivered three times at once: each counts once, in the timeline
    and in Slack, and each delivery is acknowledged with the same words."""
    stage = either
    answer = await stage.types("alice", "declare everything comes three times", times=3)
    assert len(set(one["text"] for one in answer["ephemerals"] if "is opening" in one["text"])) == 1
    incident = await newest(stage)
    assert incident.number == 1
    await incident.types("alice", "role scribe none", times=3)
    await incident.clicks("dave", text="Take this role", times=3)
    await incident.types("bob", "note told three times", times=3)
    ts = (await stage.does("message", user="bob", channel=incident.room, text="it is slow since nine"))["ts"]
    other = (await stage.does("message", user="bob", channel=incident.room, text="and wrong"))["ts"]
    await stage.does("react", user="carol", channel=incident.room, ts=ts, name="pushpin", times=3)
    shortcut = {"callback_id": ADD, "channel": incident.room, "ts": other, "times": 3}
    assert (await stage.does("shortcut", user="alice", **shortcut))["ok"]
    await stage.settle()
    opened = await incident.clicks("bob", text="Record a mitigation…")
    values = {"what": "prompt v18 → v17"}
    sent = await stage.does("submit", user="bob", view_id=opened["view"]["id"], values=values, times=3)
    assert sent["ok"], sent
    await stage.settle()
    kinds = Counter(one["kind"] for one in incident.events())
    once = ("declared", "room_opened", "noted", "mitigation_applied")
    assert {kind: kinds[kind] for kind in once} == dict.fromkeys(once, 1), kinds
    assert kinds["captured"] == 2, kinds
    assert len([text for text in await incident.heard() if "told three times" in text]) == 1
    assert len(await stage.channels("inc-")) == 1


@pytest.mark.slow
async def test_nothing_secret_is_logged(either: Stage) -> None:
    """Through refusals, faults and outsiders' questions the log holds no token, no signing secret, and of a restricted
    incident neither the title nor a note; each line about an interaction or an effect names its incident."""
    stage = either
    await stage.faults({"method": "chat.postMessage", "every": 4, "kind": "http_500", "effect": False})
    view = (await stage.types("alice", "declare"))["view"]
    values = {"title": "Marzipan in the answers", "class": "security", "impact": "marzipan everywhere"}
    assert (await stage.does("submit", user="alice", view_id=view["id"], values=values))["ok"]
    await stage.settle()
    await stage.mends()
    incident = await newest(stage)
    assert "Marzipan" in said(await stage.types("alice", f"{incident.number} show", incident.room))
    await incident.types("alice", "note marzipan was eaten")
    await incident.types("alice", "role wizard @marzipan")
    await stage.types("erin", f"{incident.number} note marzipan?")
    message = await stage.does("message", user="alice", channel=incident.room, text="more marzipan")
    await stage.does("react", user="alice", channel=incident.room, ts=message["ts"], name="pushpin")
    if stage.transport == "http":
        body = b'{"type": "marzipan", "text": "marzipan'
        assert (await post(stage, body, signed(stage, body, JSON))).status_code == 400
        body = command("note marzipan", incident.room)
        assert (await post(stage, body, signed(stage, body, FORM, secret="guess"))).status_code == 401
    await stage.settle()
    assert "marzipan" in json.dumps(incident.events())
    log = (stage.data / "bot.log").read_text()
    secrets = [stage.connection[name] for name in ("bot_token", "app_token", "signing_secret")]
    assert [word for word in (*secrets, "arzipan") if word in log] == []
    lines = [json.loads(line) for line in log.splitlines()]
    about = [one for one in lines if one["event"].startswith(("effect.", "asked.done"))]
    assert {one["event"] for one in about} == {"effect.tried", "asked.done"}
    assert [one for one in about if not isinstance(one.get("incident"), int)] == []


@pytest.mark.slow
async def test_socket_mode_has_no_such_door(stage: Stage) -> None:
    """In Socket Mode nothing answers where Slack would post."""
    assert (await stage.http.post(f"{stage.bot_url}/slack/events", content=b"{}")).status_code == 404


async def test_only_posts_are_taken(posted: Stage) -> None:
    """A GET is a 405."""
    assert (await posted.http.get(f"{posted.bot_url}/slack/events")).status_code == 405
