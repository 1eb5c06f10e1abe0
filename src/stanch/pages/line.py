"""HTTP to one status page: one request, one answer, and what the lack of one means for a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stanch.core.text import one_line
from stanch.outbound.client import Heard, JsonLine
from stanch.outbound.exchange import Late, Lost, Unusable
from stanch.pages.base import PageFault

LIMIT: Final = 10.0
"""Seconds for one answer."""
MOST: Final = 2_000_000
"""Bytes of an answer: a hundred incidents with all their words."""
LONGEST_WAIT: Final = 300.0


@dataclass(frozen=True, slots=True)
class Answer(Heard):
    @property
    def said(self) -> str:
        """Its own words for what is wrong, on one line; empty where it has none."""
        told = self.body.get("error") or self.body.get("message") if isinstance(self.body, dict) else None
        words = told if isinstance(told, list) else [told]
        return one_line("; ".join(str(one) for one in words if one), 200)

    @property
    def after(self) -> float | None:
        return self.retry_after(LONGEST_WAIT)


class Line:
    """To one host."""

    def __init__(self, url: str, headers: Mapping[str, str], limit: float = LIMIT) -> None:
        self._line = JsonLine(url, headers, limit, MOST)
        self._limit = limit

    async def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises `PageFault` where there is no answer; `sent` if a write may have come through."""
        write = method != "GET"
        try:
            heard = await self._line.ask(method, path, body, headers)
        except Late as late:
            raise PageFault(f"no answer within {self._limit:g} s", sent=write and late.went) from late
        except Lost as lost:
            how = "the connection broke" if lost.went else "no connection"
            raise PageFault(how, sent=write and lost.went) from lost
        except (Unusable, UnicodeError) as wrong:
            raise PageFault("its address or its token cannot be sent", permanent=True) from wrong
        return Answer(heard.status, heard.headers, heard.body)

    async def close(self) -> None:
        await self._line.close()
