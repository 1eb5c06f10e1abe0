"""Our own pages as files: each whole, drawn from everything that users were told, also what is not recorded yet."""

import asyncio
import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from stanch.core.public import Entry, Said
from stanch.errors import Unavailable
from stanch.pages import drawing, static
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.static import Static

SERVICES = {"support-copilot": "Support copilot"}
POST = Post(
    key="inc-9-1", number=9, service="support-copilot", n=1, id="", title="Support copilot: wrong answers",
    state="investigating", impact="major", body="Some answers may be wrong.", at=datetime.now(UTC),
)  # fmt: skip
OTHER = Entry(7, "support-copilot", "Slow", "minor", (Said("2026-11-22T13:00:00.000000Z", "investigating", "Slow."),))


class Told:
    """What the database holds; None while it is away."""

    def __init__(self, *entries: Entry) -> None:
        self.entries: list[Entry] | None = list(entries)

    async def __call__(self) -> list[Entry]:
        if self.entries is None:
            raise Unavailable("The database does not answer.")
        return self.entries


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def updates(folder: Path) -> dict[str, list[str]]:
    data: dict[str, Any] = json.loads((folder / "incidents.json").read_text())
    return {one["id"]: [update["body"] for update in one["updates"]] for one in data["incidents"]}


async def test_a_word_is_written_once_however_often_it_is_tried(tmp_path: Path) -> None:
    """After a crash between writing and recording, the same word is written again and stands there once."""
    page = Static(tmp_path / "status", SERVICES, Told(OTHER))
    for _ in range(2):
        assert await page.show(replace(POST, look=True)) == Shown("inc-9")
    assert updates(tmp_path / "status") == {"inc-9": ["Some answers may be wrong."], "inc-7": ["Slow."]}


async def test_incidents_that_speak_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Ten at once, none of them recorded yet: the index has them all."""
    page = Static(tmp_path, SERVICES, Told())
    await asyncio.gather(*(page.show(replace(POST, number=n)) for n in range(1, 11)))
    assert set(updates(tmp_path)) == {f"inc-{n}" for n in range(1, 11)}


async def test_the_files_say_since_when(tmp_path: Path) -> None:
    """When the incident began, not when the first word was shown."""
    await Static(tmp_path, SERVICES, Told()).show(replace(POST, since=datetime(2026, 11, 22, 10, 40, tzinfo=UTC)))
    assert json.loads((tmp_path / "incidents.json").read_text())["incidents"][0]["started_at"] == "2026-11-22T10:40:00Z"


async def test_replicas_on_one_folder_lose_nothing(tmp_path: Path) -> None:
    """Two that read before either has recorded, and write at the same time: the index has the words of both."""
    both = [Static(tmp_path, SERVICES, Told(OTHER)) for _ in range(2)]
    await asyncio.gather(*(page.show(replace(POST, number=n)) for n, page in zip((9, 10), both, strict=True)))
    assert updates(tmp_path) == {f"inc-{n}": ["Some answers may be wrong."] for n in (10, 9)} | {"inc-7": ["Slow."]}
    assert "inc-9.html" in (tmp_path / "index.html").read_text()
    assert "inc-10.html" in (tmp_path / "index.html").read_text()


async def test_what_another_replica_writes_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its view is read only when it has written; one that stands still holds up nobody for long."""
    told = Told(OTHER)
    held = static.Hold(tmp_path)
    held.take()
    showing = asyncio.create_task(Static(tmp_path, SERVICES, told).show(POST))
    await asyncio.sleep(0.05)
    assert not showing.done()
    told.entries = [replace(OTHER, title="Slower")]
    held.end()
    await showing
    assert "Slower" in (tmp_path / "index.html").read_text()
    monkeypatch.setattr(static, "HELD_UP", 0.05)
    held = static.Hold(tmp_path)
    held.take()
    assert await Static(tmp_path, SERVICES, told).show(replace(POST, number=10)) == Shown("inc-10")
    held.end()


async def test_who_ends_while_they_wait_holds_up_nobody(tmp_path: Path) -> None:
    """Cancelled while another replica writes: what the thread takes afterwards is given back at once."""
    held = static.Hold(tmp_path)
    held.take()
    page = Static(tmp_path, SERVICES, Told(OTHER))
    showing = asyncio.create_task(page.show(POST))
    await asyncio.sleep(0.05)
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing
    held.end()
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await page.show(POST)
    assert time.monotonic() - began < static.HELD_UP / 2


async def test_an_incident_of_the_files_without_words_is_passed_over(tmp_path: Path) -> None:
    """Somebody has edited the file: the next word is written all the same."""
    page = Static(tmp_path, SERVICES, Told(OTHER))
    await page.show(POST)
    data = json.loads((tmp_path / "incidents.json").read_text())
    data["incidents"][0]["updates"] = []
    (tmp_path / "incidents.json").write_text(json.dumps(data))
    await page.show(replace(POST, number=10))
    assert updates(tmp_path) == {"inc-10": ["Some answers may be wrong."], "inc-7": ["Slow."]}


async def test_what_was_never_recorded_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was written and then dropped: after some minutes another's words no longer bring it along."""
    page = Static(tmp_path, SERVICES, Told(OTHER))
    await page.show(POST)
    monkeypatch.setattr(static, "UNRECORDED", timedelta())
    await page.show(replace(POST, number=10))
    assert set(updates(tmp_path)) == {"inc-10", "inc-7"}


async def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    """While it is written again and again, each look finds a whole file, and nothing is left over."""
    page = Static(tmp_path, SERVICES, Told(OTHER))
    await page.show(POST)

    async def write() -> None:
        for n in range(2, 12):
            await page.show(replace(POST, number=n, body="x" * 20_000))

    writing = asyncio.create_task(write())
    looks = 0
    while not writing.done():
        assert json.loads(await asyncio.to_thread((tmp_path / "incidents.json").read_text))
        looks += 1
    await writing
    assert looks > 10
    assert not [name for name in names(tmp_path) if name.startswith(".")]


async def test_a_page_of_what_is_long_over_goes(tmp_path: Path) -> None:
    """Its file is taken away with it; other files are left alone, and what another replica has just written too."""
    (tmp_path / "inc-1.html").write_text("old")
    os.utime(tmp_path / "inc-1.html", (0, 0))
    (tmp_path / "inc-2.html").write_text("another's")
    (tmp_path / "logo.svg").write_text("<svg/>")
    await Static(tmp_path, SERVICES, Told()).show(POST)
    assert names(tmp_path) == {"index.html", "incidents.json", "inc-9.html", "inc-2.html", "logo.svg"}


async def test_what_could_not_be_written_stands_nowhere(tmp_path: Path) -> None:
    """It may be dropped since: the next incident's words do not bring it along, and no half file stays behind."""
    page = Static(tmp_path, SERVICES, Told(OTHER))
    (tmp_path / "inc-9.html").mkdir()
    with pytest.raises(PageFault):
        await page.show(POST)
    assert not [name for name in names(tmp_path) if name.startswith(".")]
    (tmp_path / "inc-9.html").rmdir()
    await page.show(replace(POST, number=10, body="It is slow."))
    assert updates(tmp_path) == {"inc-10": ["It is slow."], "inc-7": ["Slow."]}


async def test_however_many_ask_it_is_read_and_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred readers at once cost one look at the database and one page each; two seconds later it is read anew."""
    now, told, drawn = [0.0], Told(OTHER), []
    reads = []

    async def read() -> list[Entry]:
        reads.append(now[0])
        return await told()

    def count(name: str, *given: Any, **more: Any) -> str | None:
        drawn.append(name)
        return drawing.page(name, *given, **more)

    monkeypatch.setattr(static, "page", count)
    kiosk = static.Kiosk(SERVICES, read, lambda: now[0])
    pages = await asyncio.gather(*(kiosk.page(("index.html", "inc-7")[n % 2]) for n in range(100)))
    assert len(set(pages)) == 2
    assert (reads, sorted(drawn)) == ([0.0], ["inc-7", "index.html"])
    told.entries = [replace(OTHER, title="Slower")]
    assert "Slower" not in str(await kiosk.page("inc-7"))
    now[0] = 2.0
    assert "Slower" in str(await kiosk.page("inc-7"))
    assert await kiosk.page("inc-8") is None


async def test_what_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """A folder that is a file, a database that is away: nothing was sent, and it says what is wrong."""
    (tmp_path / "status").write_text("in the way")
    blocked, told = Static(tmp_path / "status", SERVICES, Told()), Told()
    told.entries = None
    for page, words in ((blocked, "cannot be written"), (Static(tmp_path, SERVICES, told), "does not answer")):
        with pytest.raises(PageFault, match=words) as fault:
            await page.show(POST)
        assert (fault.value.sent, fault.value.permanent) == (False, False)
    with pytest.raises(PageFault, match="cannot be written"):
        await blocked.reached()
    assert await Static(tmp_path / "new", SERVICES, Told()).reached() == "the pages that Stanch writes, at /status"
