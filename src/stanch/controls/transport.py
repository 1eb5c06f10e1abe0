"""HTTP itself, over one client. Only this module knows httpx; it is imported with the first request (90 ms)."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from stanch.controls.exchange import Late, Lost, Raw, Unreadable, Unusable

MOST: Final = 1_000_000
"""Bytes of an answer."""


@cache
def _certificates() -> ssl.SSLContext:
    """Once a process: they take 50 ms to load."""
    return httpx.create_ssl_context(trust_env=False)


class Transport:
    """Nothing from the environment (no proxy, no .netrc), no cookies, no redirects, nothing sent twice."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            verify=_certificates(),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers={"User-Agent": "stanch", "Accept-Encoding": "identity"},
            # A connection that the plane has closed meanwhile would make a write unclear.
            limits=httpx.Limits(max_connections=20, keepalive_expiry=2.0),
        )

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, limit: float) -> Raw:
        """One request, answered whole within `limit` seconds. Raises what `stanch.controls.exchange` names."""
        went = False

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal went
            went = went or event.endswith(".send_request_headers.started")

        try:
            request = self._client.build_request(
                method, url, content=content, headers=dict(headers), timeout=limit, extensions={"trace": trace}
            )
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise Unusable from None
        try:
            async with asyncio.timeout(limit):
                response = await self._client.send(request, stream=True)
                try:
                    # Packed, a few kilobytes can stand for gigabytes; we have asked for nothing packed.
                    packed = response.headers.get("content-encoding", "identity").strip().lower() not in (
                        "",
                        "identity",
                    )
                    body = b"" if packed else await _body(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as late:
            raise Late(went) from late
        except httpx.TransportError as lost:
            raise Lost(went) from lost
        if packed:
            raise Unreadable("something packed, which was not asked for")
        if body is None:
            raise Unreadable(f"more than {MOST // 1_000_000} MB")
        return Raw(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)

    async def close(self) -> None:
        await self._client.aclose()


async def _body(response: httpx.Response) -> bytes | None:
    """None: more than we read."""
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > MOST:
            return None
        parts.append(part)
    return b"".join(parts)
