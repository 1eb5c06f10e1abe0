"""What survives: the workspace a SIGKILL, the page's child process its own; and the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from practice.__main__ import main
from practice.server import running
from practice.service import Service, Settings
from practice.supervise import Bot
from tests.practice.desk import Json, Person, actions, button, client_of, modal, refusal, text_field
from tests.practice.endpoint import Endpoint, Post, listening
from tests.practice.stage import ALICE, BOB, Stage

CHILD = "import json, os, time; print(json.dumps({'pid': os.getpid()}), flush=True); time.sleep(60)"


async def furnish(client: AsyncWebClient, service: Service | None, person: Person) -> str:
    """A room with everything that can be in one. Returns its id."""
    room = (await client.conversations_create(name="inc-1-drift"))["channel"]["id"]
    card = await client.chat_postMessage(
        channel=room,
        text="card",
        blocks=[actions(button())],
        metadata={"event_type": "card", "event_payload": {"key": "1"}},
    )
    await client.conversations_setTopic(channel=room, topic="SEV2")
    await client.conversations_invite(channel=room, users=ALICE)
    await client.pins_add(channel=room, timestamp=card["ts"])
    await client.bookmarks_add(channel_id=room, title="Card", type="link", link="https://example.com")
    await client.chat_update(channel=room, ts=card["ts"], text="card 2")
    await client.files_upload_v2(channel=room, filename="a.md", content="whole", initial_comment="export")
    gone = await client.chat_postMessage(channel=room, text="oops")
    await client.chat_delete(channel=room, ts=gone["ts"])
    await person.does("react", user="alice", channel=room, ts=card["ts"], name="eyes")
    await person.does("message", user="alice", channel=room, text="reply", thread_ts=card["ts"])
    await client.conversations_open(users=f"{ALICE},{BOB}")
    await client.views_publish(user_id=BOB, view={"type": "home", "blocks": [{"type": "divider"}]})
    return str(room)


async def picture(person: Person, room: str) -> Json:
    state = await person.sees("state")
    card = (await person.sees(f"messages/{room}"))[1]["ts"]
    async with person.http.get(f"{person.base_url}/practice/files/F000100005") as response:
        file = await response.read() if response.status == 200 else b""
    return {
        "state": state,
        "messages": plain_urls(await person.sees(f"messages/{room}")),
        "thread": await person.sees(f"messages/{room}?thread_ts={card}"),
        "file": file,
        "views": [await person.sees(f"views/{user}") for user in ("alice", "bob")],
    }


def plain_urls(messages: list[Json]) -> list[Json]:
    """Without the port, which is another one after a restart."""
    return [{name: value for name, value in one.items() if name != "files"} for one in messages]


async def test_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """Channels, groups, messages, pins, bookmarks, files, threads, forms and Home tabs are the same after a restart."""
    async with running(Settings(data=tmp_path)) as service:
        person, client = Person(service.base_url, http), client_of(service, http)
        room = await furnish(client, service, person)
        await client.views_open(trigger_id=Stage(service).trigger(), view=modal(text_field()))
        before = await picture(person, room)
        file_id = next(iter(service.workspace.files))
        content = service.workspace.contents[file_id]
    async with running(Settings(data=tmp_path)) as service:
        after = await picture(Person(service.base_url, http), room)
        assert after == before
        assert service.workspace.contents[file_id] == content == b"whole"
        client = client_of(service, http)
        assert (await client.conversations_open(users=f"{ALICE},{BOB}"))["already_open"]
        fresh = await client.conversations_create(name="inc-2")
        assert fresh["channel"]["id"] not in {one["id"] for one in before["state"]["channels"]}


@contextmanager
def started(*args: str) -> Iterator[tuple[subprocess.Popen[str], Json]]:
    """``python -m practice`` and the line it prints; gone after the block, whatever happens in it."""
    command = [sys.executable, "-m", "practice", "--port", "0", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str], sign: int) -> int:
    process.send_signal(sign)
    process.communicate(timeout=10)
    return process.returncode


async def test_sigkill(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """What is a moment old survives a SIGKILL of the workspace; SIGTERM loses nothing and ends with status 0."""
    with started("--data", str(tmp_path)) as (process, line):
        assert set(line) == {"workspace", "api", "bot_token", "app_token", "signing_secret"}
        client = AsyncWebClient(token=line["bot_token"], base_url=line["api"], session=http, retry_handlers=[])
        room = await furnish(client, None, Person(line["workspace"], http))
        await asyncio.sleep(0.3)
        before = await picture(Person(line["workspace"], http), room)
        assert end(process, signal.SIGKILL) == -signal.SIGKILL
    with started("--data", str(tmp_path)) as (process, line):
        person = Person(line["workspace"], http)
        assert await picture(person, room) == before
        await person.does("message", user="alice", channel=room, text="last word")
        assert end(process, signal.SIGTERM) == 0
    async with running(Settings(data=tmp_path)) as service:
        assert (await Person(service.base_url, http).sees(f"messages/{room}"))[-1]["text"] == "last word"


async def noted(post: Post) -> web.Response:
    return web.Response(text="noted")


async def test_http_from_the_command_line(http: aiohttp.ClientSession) -> None:
    """The options of HTTP delivery and of a smaller plan reach the workspace; the line it prints stays the same."""
    endpoint = Endpoint()
    endpoint.answer = noted  # an app that shows nothing would be waited for
    async with listening(endpoint) as url:
        with started("--mode", "http", "--request-url", url, "--without", "bookmarks") as (_, line):
            assert set(line) == {"workspace", "api", "bot_token", "app_token", "signing_secret"}
            await Person(line["workspace"], http).does("command", user="alice", channel="triage", command="/incident")
            assert endpoint.posts[0].form["command"] == "/incident"
            client = AsyncWebClient(token=line["bot_token"], base_url=line["api"], session=http, retry_handlers=[])
            assert (await refusal(client, "bookmarks.list", channel_id="C0TRIAGE"))["error"] == "not_implemented"


def test_unusable_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input ends with status 2 and one line that says what is wrong."""
    (tmp_path / "bad.yml").write_text("[]")
    command = [sys.executable, "-m", "practice", "--port", "0", "--mode", "http"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the mode http needs a request URL" in done.stderr
    for args, says in (
        (["--mode", "http", "--request-url", "/slack/events"], "the mode http needs a request URL"),
        (["--request-url", "http://127.0.0.1:1/"], "a request URL goes with the mode http"),
        (["--manifest", str(tmp_path / "none.yml")], "no such manifest"),
        (["--manifest", str(tmp_path / "bad.yml")], "no Slack app manifest"),
        (["--seed", str(tmp_path / "bad.yml")], "a seed has users, channels and bot"),
    ):
        monkeypatch.setattr(sys, "argv", ["practice", "--port", "0", *args])
        status, told = main(), capsys.readouterr()
        assert (status, told.out, told.err.count("\n")) == (2, "", 1)
        assert says in told.err


async def test_a_seed_of_ones_own(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """A seed file says who and what is there."""
    seed = tmp_path / "seed.yml"
    seed.write_text(
        "users: [{name: zoe, id: UZOE}]\nchannels: [{name: ops, private: true, members: [zoe], bot: false}]\n"
    )
    async with running(Settings(seed=seed)) as service:
        state = await Person(service.base_url, http).sees("state")
    assert [one["name"] for one in state["users"]] == ["stanch", "zoe"]
    assert [(one["name"], one["private"], one["members"]) for one in state["channels"]] == [("ops", True, ["UZOE"])]


async def test_the_bot_is_killed_and_comes_back(service: Service, person: Person) -> None:
    """The page's button ends the child with SIGKILL; another one starts, and the page is told."""
    assert (await person.sees("bot"))["managed"] is False
    assert (await person.does("bot/kill"))["status"] == 409
    bot = Bot([sys.executable, "-c", CHILD], dict(os.environ))
    service.attach(bot)
    await bot.start()
    first = await bot.ready()
    assert (await person.sees("bot"))["pid"] == first["pid"]
    assert (await person.does("bot/kill"))["status"] == 200
    second = await bot.ready()
    shown: Any = await person.sees("bot")
    assert second["pid"] != first["pid"]
    assert (shown["managed"], shown["pid"], shown["restarts"]) == (True, second["pid"], 1)
    await bot.stop()
    assert bot.pid is None


async def test_a_bot_that_dies_by_itself_is_started_again() -> None:
    """A child that ends is started again, each time a little later."""
    bot = Bot([sys.executable, "-c", "print('{}', flush=True)"], dict(os.environ))
    await bot.start()
    async with asyncio.timeout(10):
        while bot.restarts < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await bot.stop()


SERVE = """
import asyncio, os, sys
from practice.server import serve
from practice.service import Settings
from practice.supervise import Bot

async def announce(service):
    await service.bot.ready()
    print(service.bot.pid, flush=True)
    if sys.argv[1] == "fails":
        raise LookupError("no")
    if sys.argv[1] == "hangs":
        await asyncio.sleep(60)

child = lambda service: Bot([sys.executable, "-c", os.environ["CHILD"]], dict(os.environ))
try:
    asyncio.run(serve(Settings(), bot=child, announce=announce))
except LookupError:
    sys.exit(3)
"""


@pytest.mark.parametrize(("how", "status"), [("works", 0), ("hangs", 0), ("fails", 3)])
@pytest.mark.slow
def test_workspace_and_child_end_together(how: str, status: int) -> None:
    """SIGTERM ends both, also while the announcement still waits; an announcement that fails ends both too."""
    environment = {**os.environ, "CHILD": CHILD}
    command = [sys.executable, "-c", SERVE, how]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        if how != "fails":
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == status
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
