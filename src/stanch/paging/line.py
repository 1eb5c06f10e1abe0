"""One POST of JSON to one address: nothing from the environment, no cookies, no redirects, nothing sent twice; the
answer whole and in time."""

import asyncio
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stanch.paging.base import CallFault, Heard

if TYPE_CHECKING:
    import httpx

SECONDS: Final = 10.0
"""For one answer, from the first byte that is sent to the last that is read: much less than a lease."""
MOST: Final = 200_000
"""Bytes of an answer."""


class Line:
    def __init__(self, who: str, url: str, headers: Mapping[str, str] | None = None, seconds: float = SECONDS) -> None:
        """`who` is what a person calls it; `url` stands in no message: a webhook's may be a secret itself."""
        self._who = who
        self._url = url
        self._headers = dict(headers or {})
        self._seconds = seconds
        self._used = False

    def __repr__(self) -> str:
        return f"Line({self._who!r})"

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        # With the first page: it takes 90 ms to import, and most days nobody is woken.
        import httpx

        self._used = True
        return httpx.AsyncClient(
            headers={"User-Agent": "stanch"}, trust_env=False, follow_redirects=False, timeout=self._seconds
        )

    async def post(self, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Heard:
        """Raises `CallFault` where there is no answer."""
        import httpx

        given = {**self._headers, **(headers or {})}
        try:
            request = self._client.build_request("POST", self._url, json=dict(body), headers=given)
        except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
            raise CallFault(f"the address or the token of {self._who} cannot be sent", permanent=True) from None
        if not all(value.isprintable() for value in given.values()):
            raise CallFault(f"the address or the token of {self._who} cannot be sent", permanent=True)
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise CallFault(f"the address of {self._who} is none", permanent=True)
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.send(request, stream=True)
                try:
                    raw = await _body(answer)
                finally:
                    await answer.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout) as lost:
            raise CallFault(f"{self._who} cannot be reached ({type(lost).__name__})") from None
        except httpx.LocalProtocolError:
            raise CallFault(f"the address or the token of {self._who} cannot be sent", permanent=True) from None
        except (TimeoutError, httpx.HTTPError) as lost:
            raise CallFault(f"{self._who} did not answer ({type(lost).__name__})", sent=True) from None
        return Heard(answer.status_code, dict(answer.headers), _json(raw))

    async def close(self) -> None:
        if self._used:
            await self._client.aclose()


async def _body(answer: "httpx.Response") -> bytes:
    """Empty where it is longer than anybody wants to read."""
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > MOST:
            return b""
        parts.append(part)
    return b"".join(parts)


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
