"""HTTP to one status page: one request, one answer, whole and in time. Nothing is repeated here."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stanch.core.text import one_line
from stanch.pages.base import PageFault

if TYPE_CHECKING:
    import httpx

LIMIT: Final = 10.0
"""Seconds for one answer."""
MOST: Final = 2_000_000
"""Bytes of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are in lower case; `body` is None where it was no JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """Its own words for what is wrong, on one line; empty where it has none."""
        told = self.body.get("error") or self.body.get("message") if isinstance(self.body, dict) else None
        words = told if isinstance(told, list) else [told]
        return one_line("; ".join(str(one) for one in words if one), 200)

    @property
    def retry_after(self) -> float | None:
        value = self.headers.get("retry-after", "")
        return min(float(value), 300.0) if value.isascii() and value.isdigit() else None


class Line:
    """To one host. `headers` hold its secret, which is in no message and no repr."""

    def __init__(self, url: str, headers: Mapping[str, str], limit: float = LIMIT) -> None:
        self._url = url
        self._headers = dict(headers)
        self._limit = limit
        self._used = False

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        # With the first request: httpx takes 90 ms to import, and most starts never speak to a page.
        import httpx

        self._used = True
        return httpx.AsyncClient(trust_env=False, follow_redirects=False, headers={"User-Agent": "stanch"})

    async def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises `PageFault` where there is no answer; `sent` if a write may have come through."""
        import httpx

        client, write, went = self._client, method != "GET", False

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal went
            went = went or event.endswith(".send_request_headers.started")

        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json"} if content else {}
        try:
            async with asyncio.timeout(self._limit):
                request = client.build_request(
                    method, self._url + path, content=content, timeout=self._limit,
                    headers={**self._headers, **kind, **(headers or {})}, extensions={"trace": trace},
                )  # fmt: skip
                response = await client.send(request, stream=True)
                try:
                    raw = await _body(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as late:
            raise PageFault(f"no answer within {self._limit:g} s", sent=write and went) from late
        except httpx.TransportError as lost:
            how = "the connection broke" if went else "no connection"
            raise PageFault(how, sent=write and went) from lost
        except (httpx.InvalidURL, UnicodeError, ValueError) as wrong:
            raise PageFault("its address or its token cannot be sent", permanent=True) from wrong
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, found, _json(raw))

    async def close(self) -> None:
        if self._used:
            await self._client.aclose()


async def _body(response: "httpx.Response") -> bytes:
    """Cut at what we read: then it is no JSON."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MOST:
            return b""
        parts.append(part)
    return b"".join(parts)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
