"""The recorder and the replay that contract tests rest on."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.controls.exchanges import HERE, MASKED, recorded, replayed
from tests.fakes.plane import TOKEN, FakePlane

PAGE = "/admin/settings/prompt"


async def scene(url: str, token: str, *, value: str = "v17", more: str = "") -> list[Any]:
    """Read, write, read, as somebody who may."""
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": f"r-{value}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        before = (await client.get(PAGE + more)).json()
        await client.put(PAGE, json={"value": value, "by": "ada"})
        after = (await client.get(PAGE)).json()
    return [before["value"], after["value"]]


async def record(plane: FakePlane, path: Path, **more: Any) -> None:
    async with recorded(plane.url, path, source="the fake plane", mask=[TOKEN], write=True, **more) as url:
        assert await scene(url, TOKEN) == ["v18", "v17"]


async def test_a_replay_answers_as_the_real_one_did(plane: FakePlane, tmp_path: Path) -> None:
    """The same scene sees the same without the server, and the recording names where it is from."""
    await record(plane, tmp_path / "x.json")
    async with replayed(tmp_path / "x.json") as url:
        assert await scene(url, MASKED) == ["v18", "v17"]
    whole = json.loads((tmp_path / "x.json").read_text())
    assert whole["source"] == "the fake plane"
    assert [one["request"]["method"] for one in whole["exchanges"]] == ["GET", "PUT", "GET"]


async def test_no_secret_and_no_address_is_recorded(plane: FakePlane, tmp_path: Path) -> None:
    """Secrets are masked wherever they stand, the server's address too; a replay puts its own there."""
    plane.routes["GET", "/echo"] = lambda call: (200, {"you": call.headers["authorization"], "at": plane.url})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with recorded(plane.url, tmp_path / "x.json", source="x", mask=[TOKEN], write=True) as url:
        httpx_answer = await _get(f"{url}/echo?key={TOKEN}", headers)
        assert httpx_answer == {"you": f"Bearer {TOKEN}", "at": plane.url}
    text = (tmp_path / "x.json").read_text()
    assert TOKEN not in text
    assert plane.url not in text
    assert HERE in text
    async with replayed(tmp_path / "x.json") as url:
        found = await _get(f"{url}/echo?key={MASKED}", {"Authorization": f"Bearer {MASKED}"})
        assert found == {"you": f"Bearer {MASKED}", "at": url}


async def test_another_request_is_told_with_its_difference(plane: FakePlane, tmp_path: Path) -> None:
    """A body that differs fails, and the message shows both values and which request it was."""
    await record(plane, tmp_path / "x.json")
    with pytest.raises(AssertionError) as caught:
        async with replayed(tmp_path / "x.json") as url:
            await scene(url, MASKED, value="v16")
    assert "request 1 of x.json" in str(caught.value)
    assert '-  "x-request-id": "r-v17"' in str(caught.value)
    assert '+  "x-request-id": "r-v16"' in str(caught.value)


async def test_what_is_volatile_is_not_compared(plane: FakePlane, tmp_path: Path) -> None:
    """Body keys, headers and query parameters that are named may differ, and nothing else."""
    await record(plane, tmp_path / "x.json", volatile=["x-request-id", "value"])
    async with replayed(tmp_path / "x.json") as url:
        assert await scene(url, MASKED, value="v16") == ["v18", "v17"]
    with pytest.raises(AssertionError, match="other=1"):
        async with replayed(tmp_path / "x.json") as url:
            await scene(url, MASKED, more="?other=1")


async def test_what_was_never_asked_is_told(plane: FakePlane, tmp_path: Path) -> None:
    """A scene that stops early fails, as does one that goes on after the last exchange."""
    await record(plane, tmp_path / "x.json")
    with pytest.raises(AssertionError, match=r"3 more requests are in x.json: GET /admin/settings/prompt"):
        async with replayed(tmp_path / "x.json"):
            pass
    with pytest.raises(AssertionError, match=r"request 4 of x.json"):
        await scenes(tmp_path / "x.json")


async def scenes(path: Path) -> None:
    async with replayed(path) as url:
        await scene(url, MASKED)
        await scene(url, MASKED)


async def _get(url: str, headers: dict[str, str]) -> Any:
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        return (await client.get(url)).json()
