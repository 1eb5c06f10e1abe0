"""Pages that we write ourselves: each file whole, drawn anew from everything that users were told."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

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
LATELY: Final = 3_600
"""Seconds for which a file that we know nothing of is left alone."""


class Static:
    """One for a process: `folder` is where the files go, `services` those whose page this is (id → name)."""

    def __init__(self, folder: Path, services: Mapping[str, str], read: Read) -> None:
        self._folder = folder
        self._services = services
        self._read = read
        self._one_at_a_time = asyncio.Lock()
        self._fresh: dict[int, Entry] = {}

    async def show(self, post: Post) -> Shown | None:
        """Writing twice is writing once: every file is drawn from the same words."""
        if post.only_if_there:
            return None
        async with self._one_at_a_time:
            try:
                known = {one.number: one for one in await self._read()}
            except Unavailable as away:
                raise PageFault(str(away)) from away
            before = known.get(post.number)
            said = (*(before.said if before else ()), Said(stamp(datetime.now(UTC)), post.state, post.body))
            # What another incident showed a moment ago may not be recorded yet.
            waits = {n: one for n, one in self._fresh.items() if n not in known or len(one.said) > len(known[n].said)}
            now = Entry(post.number, post.service, post.title, post.impact, said)
            fresh = waits | {post.number: now}
            known |= fresh
            files = pages(list(known.values()), self._services, datetime.now(UTC))
            try:
                await asyncio.to_thread(_write, self._folder, files)
            except OSError as trouble:
                raise PageFault(f"{self._folder} cannot be written: {trouble.strerror}") from trouble
            # Not before: what could not be written may be dropped, and must not stand there with another's words.
            self._fresh = fresh
        return Shown(post.public_id)

    async def reached(self) -> str:
        """Nothing is made: the folder is looked at, or the one in which it will be."""
        if not await asyncio.to_thread(_writable, self._folder):
            raise PageFault(f"{self._folder} cannot be written", permanent=True)
        return "the pages that Stanch writes, at /status"


def _writable(folder: Path) -> bool:
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return there.is_dir() and os.access(there, os.W_OK)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Each file is there whole, or as it was; pages of what is long over go."""
    folder.mkdir(parents=True, exist_ok=True)
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
    for old in folder.glob("inc-*.html"):
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
