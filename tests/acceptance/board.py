"""A status page beside a stage: what users read is looked at here, and its API is made to fail at the nth write."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from practice.ai import faults
from tests.acceptance.harness import Json
from tests.fakes.plane import Call, Fault
from tests.fakes.statuspage import KEY, PAGE, FakeStatuspage

Mark = tuple[int, int]


class Board(FakeStatuspage):
    """Fails as the admin API of the practice AI service does: `fault` is given what `POST /break/admin` takes."""

    def __init__(self) -> None:
        super().__init__()
        self.faulty: faults.Fault | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the bot needs to speak to it."""
        return {"STANCH_STATUSPAGE_TOKEN": KEY, "STANCH_STATUSPAGE_API": self.url}

    def mark(self) -> Mark:
        """How many incidents it has, and how many mails it has sent."""
        return len(self.incidents), self.sent

    def shown(self, mark: Mark) -> Json:
        """What users were told since then: each incident with its words, the oldest first."""
        since = self.incidents[: len(self.incidents) - mark[0]]
        said = [[(one["status"], one["body"]) for one in reversed(it["incident_updates"])] for it in reversed(since)]
        return {"incidents": said, "mails": self.sent - mark[1], "components": dict(self.components)}

    async def fault(self, **one: Any) -> None:
        """From now on; the one before ends."""
        await self.no_fault()
        self.faulty = faults.read(one)

    async def no_fault(self) -> None:
        if self.faulty is not None:
            self.faulty.released.set()
        self.faulty = None

    def _fault(self, write: bool) -> Fault | None:
        one = self.faulty
        if one is None or not one.strikes(write):
            return None
        return Fault(one.kind, one.status, {"retry-after": f"{one.retry_after:g}"} if one.retry_after else {})

    async def _misbehave(self, fault: Fault, call: Call, writer: asyncio.StreamWriter) -> bool:
        if fault.kind not in ("hold", "hold_after") or self.faulty is None:
            return await super()._misbehave(fault, call, writer)
        held = self.faulty
        if fault.kind == "hold_after":
            self._reply(call, lies=False)
        await held.released.wait()
        return False


@asynccontextmanager
async def board() -> AsyncIterator[Board]:
    made = Board()
    async with made.up():
        yield made


AT_STATUSPAGE = f"kind: statuspage, page: {PAGE}, components: {{Chat: cchat}}"


def with_page(home: Path, sheet: str = AT_STATUSPAGE) -> None:
    """The first service's users read at a page with this sheet, its stakeholders in #general."""
    file = home / "runbooks" / "catalogue" / "services.yml"
    text, pages = re.subn(r"status_page: \{kind: static\}", f"status_page: {{{sheet}}}", file.read_text(), count=1)
    text, places = re.subn(r"channels: \{stakeholders: \w+\}", "channels: {stakeholders: general}", text, count=1)
    assert pages == places == 1, "services.yml has no page or no channel any more"
    file.write_text(text)
