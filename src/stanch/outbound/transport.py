"""HTTP itself, over one client. Only this module knows httpx; it is imported with the first request (90 ms)."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from stanch.outbound.exchange import MOST, Late, Lost, Raw, Unreadable, Unusable

_SCHEMES: Final = ("http", "https")


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
            # A connection that the other side has closed meanwhile would make a write unclear.
            limits=httpx.Limits(max_connections=20, keepalive_expiry=2.0),
        )

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        limit: float,
        most: int = MOST,
    ) -> Raw:
        """One request, answered whole within `limit` seconds and `most` bytes. Raises what `exchange` names."""
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
        if (
            request.url.scheme not in _SCHEMES
            or not request.url.host
            or not all(map(str.isprintable, headers.values()))
        ):
            raise Unusable
        try:
            async with asyncio.timeout(limit):
                response = await self._client.send(request, stream=True)
                try:
                    # Packed, a few kilobytes can stand for gigabytes; we have asked for nothing packed.
                    packed = response.headers.get("content-encoding", "identity").strip().lower() not in (
                        "",
                        "identity",
                    )
                    body = b"" if packed else await _body(response, most)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as late:
            raise Late(went) from late
        except httpx.TransportError as lost:
            raise Lost(went) from lost
        raw = Raw(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body or b"")
        if packed:
            raise Unreadable("something packed, which was not asked for", raw)
        if body is None:
            raise Unreadable(f"more than {most / 1_000_000:g} MB", raw)
        return raw

    async def close(self) -> None:
        await self._client.aclose()


async def _body(response: httpx.Response, most: int) -> bytes | None:
    """None: more than we read."""
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
