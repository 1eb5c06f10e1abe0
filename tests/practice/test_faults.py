"""Each kind of fault does to the call what it says, and to nothing else."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from practice.server import running
from practice.service import Service, Settings
from tests.practice.desk import Json, Person, client_of
from tests.practice.stage import TRIAGE


async def post(client: AsyncWebClient, text: str = "x") -> Any:
    return await client.chat_postMessage(channel=TRIAGE, text=text)


def posted(service: Service) -> list[str]:
    return [one["text"] for one in service.workspace.channels[TRIAGE].messages.values()]


async def ended(person: Person) -> Json:
    """The last call, once it is closed."""
    async with asyncio.timeout(5):
        while True:
            last: Json = (await person.sees("calls"))[-1]
            if last["ended"] is not None:
                return last
            await asyncio.sleep(0.01)


async def test_delay(person: Person, client: AsyncWebClient, service: Service) -> None:
    """delay keeps the call waiting so many milliseconds, then lets it through."""
    await person.faults({"method": "chat.postMessage", "kind": "delay", "ms": 200})
    started = time.perf_counter()
    await post(client)
    assert 0.2 <= time.perf_counter() - started < 1
    assert posted(service) == ["x"]


async def test_ratelimited(person: Person, client: AsyncWebClient, service: Service) -> None:
    """ratelimited is a 429 with Retry-After and Slack's body, and posts nothing."""
    await person.faults({"method": "chat.postMessage", "kind": "ratelimited", "retry_after": 7})
    with pytest.raises(SlackApiError) as refused:
        await post(client)
    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"], response["error"]) == (429, "7", "ratelimited")
    assert posted(service) == []


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize(
    ("kind", "status", "word"), [("http_500", 500, "internal_error"), ("error", 200, "fatal_error")]
)
async def test_errors_with_and_without_effect(
    person: Person, client: AsyncWebClient, service: Service, kind: str, status: int, word: str, effect: bool
) -> None:
    """http_500 and error refuse the call, whether or not it has taken effect."""
    await person.faults({"method": "*", "kind": kind, "effect": effect, "error": word})
    with pytest.raises(SlackApiError) as refused:
        await post(client)
    assert (refused.value.response.status_code, refused.value.response["error"]) == (status, word)
    assert posted(service) == (["x"] if effect else [])


async def test_reset(person: Person, client: AsyncWebClient, service: Service) -> None:
    """reset closes the connection before the effect: the client sees no answer at all, not a 500."""
    await person.faults({"method": "chat.postMessage", "kind": "reset", "nth": 1})
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)
    assert posted(service) == []
    await post(client, "again")
    assert posted(service) == ["again"]


async def test_lost_response(person: Person, client: AsyncWebClient, service: Service) -> None:
    """lost_response takes effect, and the answer never comes."""
    await person.faults({"method": "chat.postMessage", "kind": "lost_response"})
    client.timeout = 1
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(post(client), 0.3)
    assert posted(service) == ["x"]
    assert (await ended(person))["response"] is None


@pytest.mark.parametrize("when", ["before", "after"])
async def test_hold(person: Person, client: AsyncWebClient, service: Service, when: str) -> None:
    """hold parks the call on either side of its effect and answers when the fault is deleted."""
    await person.faults({"method": "chat.postMessage", "kind": "hold", "when": when})
    call = asyncio.create_task(post(client))
    await parked(person)
    assert posted(service) == ([] if when == "before" else ["x"])
    assert not call.done()
    await person.mends()
    assert (await call)["ok"]
    assert posted(service) == ["x"]


async def parked(person: Person) -> None:
    async with asyncio.timeout(5):
        while not (calls := await person.sees("calls")) or calls[-1]["ended"] is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("when", "texts"), [("before", []), ("after", ["x"])])
async def test_hold_and_the_client_dies(person: Person, service: Service, when: str, texts: list[str]) -> None:
    """A call whose client is gone when the hold ends takes no effect, unless it had taken it already."""
    await person.faults({"method": "chat.postMessage", "kind": "hold", "when": when})
    connection = service.connection()
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {connection['bot_token']}"}
        url = f"{connection['api']}chat.postMessage"
        call = asyncio.create_task(http.post(url, json={"channel": TRIAGE, "text": "x"}, headers=headers))
        await parked(person)
        call.cancel()
    await person.mends()
    await ended(person)
    assert posted(service) == texts


async def test_counting(person: Person, client: AsyncWebClient) -> None:
    """nth counts calls of its method from when the list was posted; every strikes each so many; lists replace."""

    async def outcomes(number: int) -> list[bool]:
        results = []
        for _ in range(number):
            try:
                await client.conversations_info(channel=TRIAGE)
                results.append(True)
            except SlackApiError:
                results.append(False)
            await client.auth_test()
        return results

    broken = {"kind": "error", "error": "fatal_error"}
    await client.conversations_info(channel=TRIAGE)
    await person.faults({"method": "conversations.info", "nth": 2, **broken})
    assert await outcomes(3) == [True, False, True]
    await person.faults({"method": "conversations.info", "every": 2, **broken})
    assert await outcomes(4) == [True, False, True, False]
    await person.faults({"method": "conversations.info", "nth": 1, **broken})
    assert await outcomes(2) == [False, True]
    await person.faults({"method": "*", "nth": 3, **broken})
    assert await outcomes(2) == [True, False]
    await person.mends()
    assert await outcomes(2) == [True, True]


@pytest.mark.parametrize(
    "listed",
    [{"kind": "delay"}, [{"kind": "explode"}], [{"kind": "delay", "after": 3}], [{"kind": "hold", "when": "x"}]],
)
async def test_unreadable_faults(service: Service, http: aiohttp.ClientSession, listed: Any) -> None:
    """A list of faults that cannot be read is refused, with the reason."""
    async with http.post(f"{service.base_url}/practice/faults", json=listed) as response:
        assert response.status == 400
        assert (await response.json())["error"]


async def test_the_journal(person: Person, client: AsyncWebClient) -> None:
    """Each call is kept in order with arguments, answer and times; the inspector has a refusal's block and limit."""
    await post(client)
    long = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=TRIAGE, text="x", blocks=long)
    calls = await person.sees("calls")
    assert [(one["method"], one["response"]["ok"]) for one in calls] == [
        ("chat.postMessage", True),
        ("chat.postMessage", False),
    ]
    assert calls[0]["args"]["text"] == "x"
    assert "token" not in calls[0]["args"]
    assert calls[0]["started"] <= calls[0]["ended"] <= time.time()
    traffic = await person.sees("traffic?since=0")
    refused = [one for one in traffic["entries"] if one["direction"] == "bot→slack"][-1]
    assert (refused["name"], refused["ok"], refused["error"]) == ("chat.postMessage", False, "invalid_blocks")
    assert refused["detail"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]
    later = (await person.sees(f"traffic?since={traffic['next']}"))["entries"]
    assert not [one for one in later if one["n"] <= traffic["next"]]


async def test_rate_limits(http: aiohttp.ClientSession) -> None:
    """When asked for: the 21st call of a tier 2 method must wait, and the sixth message at once in one channel."""
    async with running(Settings(rate_limits=True)) as service:
        client = client_of(service, http)
        for number in range(20):
            await client.conversations_create(name=f"room-{number}")
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_create(name="room-20")
        assert refused.value.response["error"] == "ratelimited"
        assert 1 <= int(refused.value.response.headers["Retry-After"]) <= 3
        for _ in range(5):
            await post(client)
        with pytest.raises(SlackApiError):
            await post(client)
        assert (await client.chat_postMessage(channel="C0INCIDENTS", text="x"))["ok"]
