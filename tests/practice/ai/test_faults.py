"""Each fault of the admin API does what it says, to the calls it names and to no others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from practice.ai.server import Service
from tests.practice.ai.conftest import TOKEN, Wire

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Desk:
    """A client of the real service, which is left as it was found."""

    def __init__(self, service: Service, client: httpx.AsyncClient) -> None:
        self.service = service
        self.client = client

    async def fault(self, **fault: object) -> None:
        assert (await self.client.post("/break/admin", json=fault)).status_code == 200

    async def put(self, value: object, request_id: str) -> httpx.Response:
        headers = {"X-Request-Id": request_id}
        return await self.client.put("/admin/settings/filter", json={"value": value, "by": "bob"}, headers=headers)

    def value(self) -> object:
        return self.service.engine.settings.values["filter"]

    async def calls(self) -> list[tuple[str, str, object]]:
        listed = (await self.client.get("/admin/calls")).json()["calls"]
        return [(one["method"], one["request_id"], one["status"]) for one in listed]


@pytest_asyncio.fixture(loop_scope="module")
async def desk(service: Service) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(
        verify=False, base_url=service.url, headers={"authorization": f"Bearer {TOKEN}"}
    ) as client:
        yield Desk(service, client)
        await client.delete("/break/admin")
        await client.post("/mend")
    service.api.admin.calls.clear()
    service.engine.settings.by_request.clear()


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500])
async def test_status(desk: Desk, status: int) -> None:
    """The call is answered with that status and does nothing; Retry-After is as asked."""
    await desk.fault(kind="status", status=status, retry_after=7)
    answer = await desk.put("strict", "r1")
    assert (answer.status_code, answer.headers["retry-after"], set(answer.json())) == (status, "7", {"error"})
    assert (desk.value(), await desk.calls()) == ("normal", [("PUT", "r1", status)])


@pytest.mark.parametrize(("kind", "start"), [("html", "<!doctype html>"), ("nothing", "")])
async def test_answers_that_are_no_json(desk: Desk, kind: str, start: str) -> None:
    """200 with a page to sign in, or with nothing at all, and nothing is done."""
    await desk.fault(kind=kind)
    answer = await desk.put("strict", "r1")
    assert (answer.status_code, answer.text[:15], desk.value()) == (200, start, "normal")


async def test_lies(desk: Desk) -> None:
    """The answer is what success looks like, and neither the value nor the audit moves."""
    await desk.fault(kind="lies")
    answer = await desk.put("strict", "r1")
    assert (answer.status_code, answer.json()) == (200, {"name": "filter", "value": "strict", "request_id": "r1"})
    assert (await desk.client.get("/admin/settings/filter")).json()["value"] == "normal"
    assert (await desk.client.get("/admin/audit?limit=1")).json()["changes"][0:1] != [{"request_id": "r1"}]
    held = await desk.client.post("/admin/evidence/hold")
    assert (held.json(), desk.service.engine.settings.values["evidence"]) == ({"held": [], "missing": []}, "normal")


async def test_slow(desk: Desk) -> None:
    """The call waits so long, then does its work and answers."""
    await desk.fault(kind="slow", ms=150)
    started = time.perf_counter()
    answer = await desk.put("strict", "r1")
    assert 0.15 <= time.perf_counter() - started < 2
    assert (answer.status_code, desk.value()) == (200, "strict")


@pytest.mark.parametrize(("kind", "value"), [("lost", "strict"), ("reset", "normal")])
async def test_no_answer(desk: Desk, kind: str, value: str) -> None:
    """lost does it and closes the connection without a word; reset closes it before anything is done."""
    await desk.fault(kind=kind)
    with pytest.raises(httpx.TransportError):
        await desk.put("strict", "r1")
    assert (desk.value(), await desk.calls()) == (value, [("PUT", "r1", None)])


@pytest.mark.parametrize(("kind", "value"), [("hold", "normal"), ("hold_after", "strict")])
async def test_hold(desk: Desk, kind: str, value: str) -> None:
    """The call is held on either side of its work until the fault is taken away, and is then answered."""
    await desk.fault(kind=kind)
    call = asyncio.create_task(desk.put("strict", "r1"))
    await arrived(desk, 1)
    assert (desk.value(), call.done()) == (value, False)
    await desk.client.delete("/break/admin")
    assert ((await call).status_code, desk.value()) == (200, "strict")


async def test_hold_and_the_caller_is_gone(desk: Desk) -> None:
    """A held call whose caller gave up is not done when it is let go."""
    await desk.fault(kind="hold")
    async with httpx.AsyncClient(verify=False, base_url=desk.service.url, headers=desk.client.headers) as gone:
        call = asyncio.create_task(gone.put("/admin/settings/filter", json={"value": "strict"}))
        await arrived(desk, 1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    await asyncio.sleep(0.05)
    await desk.client.delete("/break/admin")
    await asyncio.sleep(0.05)
    assert desk.value() == "normal"


async def arrived(desk: Desk, number: int) -> None:
    async with asyncio.timeout(5):
        while len(await desk.calls()) < number:  # noqa: ASYNC110 - the calls can only be asked for
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)


async def test_counting(desk: Desk) -> None:
    """nth strikes that write alone, counted from the fault; reads are let through, and so are questions."""
    await desk.fault(kind="status", status=500, nth=2)
    statuses = [(await desk.put(value, f"r{n}")).status_code for n, value in enumerate(("strict", "normal", "strict"))]
    assert statuses == [200, 500, 200]
    await desk.fault(kind="status", status=503)
    assert (await desk.client.get("/admin/settings")).status_code == 200
    assert (await desk.client.get("/state")).status_code == 200


async def test_reads(desk: Desk) -> None:
    """With reads the fault strikes what is read, probes too, and neither writes nor the list of calls."""
    await desk.fault(kind="status", status=500, reads=True)
    reads = [
        await desk.client.get(f"/admin/{one}") for one in ("settings", "settings/prompt", "answers", "stats", "jobs")
    ]
    reads.append(await desk.client.post("/admin/probe/attack"))
    assert {one.status_code for one in reads} == {500}
    assert (await desk.put("strict", "r1")).status_code == 200
    assert await desk.calls() == [("PUT", "r1", 200)]
    await desk.fault(kind="lies", reads=True)
    assert (await desk.client.get("/admin/settings/filter")).json()["value"] == "strict"


async def test_the_calls_that_arrived(wire: Wire) -> None:
    """Every write is listed as it came, refused ones too, with what it was answered."""
    await wire.put("filter", "strict", "r1")
    await wire.client.put("/admin/settings/tone", content=b"no json", headers={"X-Request-Id": "r2"})
    async with wire.client_with({"X-Request-Id": "r3"}) as stranger:
        await stranger.put("/admin/settings/filter", json={"value": "normal"})
    at = round(wire.now, 3)
    said = {"value": "strict", "by": "alice"}
    path, tone = "/admin/settings/filter", "/admin/settings/tone"
    assert (await wire.client.get("/admin/calls")).json()["calls"] == [
        {"at": at, "method": "PUT", "path": path, "body": said, "status": 200, "request_id": "r1"},
        {"at": at, "method": "PUT", "path": tone, "body": "no json", "status": 422, "request_id": "r2"},
        {"at": at, "method": "PUT", "path": path, "body": {"value": "normal"}, "status": 401, "request_id": "r3"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [{}, {"kind": "explode"}, {"kind": "lies", "when": 3}, {"kind": "status"}, {"kind": "status", "status": 99},
     {"kind": "lies", "nth": 0}, {"kind": "lies", "reads": "yes"}, {"kind": "slow", "ms": -1}],
)  # fmt: skip
async def test_unreadable_faults(wire: Wire, fault: dict[str, object]) -> None:
    """A fault that cannot be read is refused with the reason, and strikes nothing."""
    refused = await wire.client.post("/break/admin", json=fault)
    assert (refused.status_code, set(refused.json())) == (422, {"error"})
    assert (await wire.put("filter", "strict", "r1")).status_code == 200
