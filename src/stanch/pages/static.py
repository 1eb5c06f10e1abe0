"""Pages that we write ourselves: each file whole, drawn anew from everything that users were told."""

import asyncio
import fcntl
import json
import os
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from stanch.core.chain import stamp
from stanch.core.public import Entry, Said
from stanch.errors import Unavailable
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.drawing import DATA, INDEX, page, pages

Read = Callable[[], Awaitable[Sequence[Entry]]]
"""What users were told, of all incidents; raises `Unavailable`."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

STANDS: Final = 2.0
"""Seconds for which what was drawn is shown again."""
UNRECORDED: Final = timedelta(minutes=10)
"""How long words that stand in the files and not in the database are taken for those of a replica that is about to
record them."""
HELD_UP: Final = 5.0
"""Seconds that another replica may take to write; after that users' news come first."""
LATELY: Final = 3_600
"""Seconds for which a file that we know nothing of is left alone."""

WRITTEN: Final = (INDEX, DATA, "inc-*.html")
"""All that we write, as patterns of names."""


class Static:
    """One for a process: `folder` is where the files go, `services` those whose page this is (id → name)."""

    def __init__(self, folder: Path, services: Mapping[str, str], read: Read) -> None:
        self._folder = folder
        self._services = services
        self._read = read
        self._one_at_a_time = asyncio.Lock()

    async def show(self, post: Post) -> Shown | None:
        """Writing twice is writing once: every file is drawn from the same words."""
        if post.only_if_there:
            return None
        async with self._one_at_a_time:
            hold = Hold(self._folder)
            try:
                await asyncio.to_thread(hold.take)
                await self._draw(post)
            except OSError as trouble:
                raise PageFault(f"{self._folder} cannot be written: {trouble.strerror}") from trouble
            finally:
                hold.end()
        return Shown(post.public_id)

    async def _draw(self, post: Post) -> None:
        """Nobody else writes meanwhile: what is read here is not older than what stands there."""
        try:
            known = {one.number: one for one in await self._read()}
        except Unavailable as away:
            raise PageFault(str(away)) from away
        now = datetime.now(UTC)
        before = known.get(post.number)
        said = (*(before.said if before else ()), Said(stamp(now), post.state, post.body))
        since = stamp(post.since) if post.since else ""
        # What another incident showed a moment ago, here or by another replica, may not be recorded yet.
        for one in await asyncio.to_thread(_standing, self._folder):
            recorded = known.get(one.number)
            if now - one.changed < UNRECORDED and len(one.said) > (len(recorded.said) if recorded else 0):
                known[one.number] = one
        known[post.number] = Entry(post.number, post.service, post.title, post.impact, said, since)
        files = pages(list(known.values()), self._services, now)
        await asyncio.to_thread(_write, self._folder, files)

    async def reached(self) -> str:
        """Nothing is made: the folder is looked at, or the one in which it will be."""
        if not await asyncio.to_thread(_writable, self._folder):
            raise PageFault(f"{self._folder} cannot be written", permanent=True)
        return "the pages that Stanch writes, at /status"


def _writable(folder: Path) -> bool:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return there.is_dir() and os.access(there, os.W_OK)


class Hold:
    """Keeps other replicas from writing to the folder, from `take`, which blocks, to `end`. One that stands still holds
    up nobody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._held: int | None = None
        self._ended = False

    def take(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        held = os.open(self._folder, os.O_RDONLY)
        until = time.monotonic() + HELD_UP
        while not self._ended and not _locked(held) and time.monotonic() < until:
            time.sleep(0.02)
        with self._guard:
            self._held = held
        # Whoever waited for it may be gone: a cancelled wait leaves its thread behind.
        if self._ended:
            self.end()

    def end(self) -> None:
        """Also while `take` still waits in its thread, and twice."""
        with self._guard:
            self._ended = True
            if self._held is not None:
                os.close(self._held)
                self._held = None


def _locked(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _standing(folder: Path) -> list[Entry]:
    """What the files say now."""
    try:
        data = json.loads((folder / DATA).read_text(encoding="utf-8"))
        return [_entry(one) for one in data["incidents"] if one["updates"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _entry(facts: Mapping[str, Any]) -> Entry:
    said = tuple(Said(_exact(one["at"]), one["status"], one["body"]) for one in reversed(facts["updates"]))
    number, since = int(facts["id"].removeprefix("inc-")), _exact(facts["started_at"])
    return Entry(number, facts["service"], facts["title"], facts["impact"], said, since)


def _exact(moment: str) -> str:
    return stamp(datetime.fromisoformat(moment))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Each file is there whole, or as it was; pages of what is long over go."""
    for name, content in files.items():
        with NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".", delete=False) as new:
            try:
                new.write(content)
                new.flush()
                os.fsync(new.fileno())
                os.chmod(new.name, 0o644)
                os.replace(new.name, folder / name)
            except OSError:
                os.unlink(new.name)
                raise
    for old in folder.glob(WRITTEN[-1]):
        # Another replica may have written it a moment ago, of what we have not read yet.
        if old.name not in files and time.time() - old.stat().st_mtime > LATELY:
            old.unlink(missing_ok=True)


class Kiosk:
    """The pages as anybody may ask for them, and everybody does when all is down: read once in some seconds, and drawn
    one at a time beside the loop. `clock` gives seconds."""

    def __init__(self, services: Mapping[str, str], read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._read = read
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._told: Sequence[Entry] = ()
        self._drawn: dict[str, str] = {}
        self._until = -inf

    async def page(self, name: str) -> str | None:
        """The page's text; None where there is none. Raises `Unavailable`."""
        if self._clock() >= self._until or name not in self._drawn:
            async with self._one_at_a_time:
                if self._clock() >= self._until:
                    self._told = await self._read()
                    self._drawn = {}
                    self._until = self._clock() + STANDS
                if name not in self._drawn:
                    content = await asyncio.to_thread(self._draw, name)
                    if content is None:
                        return None
                    self._drawn[name] = content
        return self._drawn[name]

    def _draw(self, name: str) -> str | None:
        # Links hold whatever path a proxy puts before ours: they are relative, and /status has no slash at its end.
        return page(name, self._told, self._services, datetime.now(UTC), home="../status", folder="status/")


def routes(services: Mapping[str, str], read: Read) -> list[Route]:
    """`GET /status` and `GET /status/NAME`, drawn from the database: every replica shows the same. None where no
    service has such a page."""
    kiosk = Kiosk(services, read)

    async def answer(request: Request) -> Response:
        name = str(request.path_params.get("name", INDEX))
        try:
            content = await kiosk.page(name)
        except Unavailable:
            return HTMLResponse("The status cannot be shown at this moment.", status_code=503, headers=HEADERS)
        if content is None:
            return HTMLResponse("There is no such page.", status_code=404, headers=HEADERS)
        if name == DATA:
            return Response(content, media_type=JSONResponse.media_type, headers=HEADERS)
        return HTMLResponse(content, headers=HEADERS)

    return (
        [Route("/status", answer, methods=["GET"]), Route("/status/{name}", answer, methods=["GET"])]
        if services
        else []
    )
