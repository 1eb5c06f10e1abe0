"""One POST of JSON to one address, and what an answer that is no yes comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stanch.core.text import one_line
from stanch.outbound.client import Heard, JsonLine
from stanch.outbound.exchange import Late, Lost, NoAnswer, Unusable
from stanch.paging.base import CallFault

SECONDS: Final = 10.0
"""For one answer, from the first byte that is sent to the last that is read: much less than a lease."""
MOST: Final = 200_000
"""Bytes of an answer."""
LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answer(Heard):
    @property
    def sheet(self) -> Mapping[str, Any]:
        """Its JSON; empty for anything else."""
        return self.body if isinstance(self.body, dict) else {}

    def fault(self, who: str, mend: str) -> CallFault:
        """What an answer that is no yes comes to."""
        if self.status in (408, 425, 429):
            return CallFault(f"{who} asks us to wait", after=self.retry_after(LONGEST_WAIT))
        if self.status >= 500:
            return CallFault(f"{who} has trouble of its own ({self.status})", sent=True)
        return CallFault(f"{who} refuses it ({self.status}){self._why()}; {mend}", permanent=True)

    def _why(self) -> str:
        errors = self.sheet.get("errors")
        said = errors[0] if isinstance(errors, list) and errors else self.sheet.get("message")
        words = one_line(said, 200).rstrip(" .") if isinstance(said, str) else ""
        return f": {words}" if words else ""


class Line:
    def __init__(self, who: str, url: str, headers: Mapping[str, str] | None = None, seconds: float = SECONDS) -> None:
        """`who` is what a person calls it; `url` stands in no message: a webhook's may be a secret itself."""
        self._who = who
        self._line = JsonLine(url, headers or {}, seconds, MOST)

    def __repr__(self) -> str:
        return f"Line({self._who!r})"

    async def post(self, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Answer:
        """Raises `CallFault` where there is no answer."""
        try:
            heard = await self._line.ask("POST", "", dict(body), headers)
        except (Unusable, UnicodeError):
            raise CallFault(f"the address or the token of {self._who} cannot be sent", permanent=True) from None
        except (Late, Lost) as none:
            raise self._silent(none) from None
        return Answer(heard.status, heard.headers, heard.body)

    def _silent(self, none: NoAnswer) -> CallFault:
        if none.went:
            return CallFault(f"{self._who} did not answer", sent=True)
        return CallFault(f"{self._who} cannot be reached")

    async def close(self) -> None:
        await self._line.close()
