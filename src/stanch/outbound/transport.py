"""HTTP itself, over one client. Only this module knows httpx; it is imported with the first request (90 ms)."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import httpx

from stanch.outbound.address import address_fault, header_fault
from stanch.outbound.exchange import MOST, Late, Lost, Raw, Unreadable, Unusable

_OURS: Final = {"User-Agent": "stanch", "Accept": "*/*", "Accept-Encoding": "identity"}


@cache
def _certificates() -> ssl.SSLContext:
    """Once a process: they take 50 ms to load."""
    return httpx.create_ssl_context(trust_env=False)


class Transport:
    """One request, one answer: nothing from the environment (no proxy, no .netrc), no cookies, no redirects, nothing
    sent twice. It speaks below httpx's client, which reads a redirect even where it does not follow it."""

    def __init__(self) -> None:
        # A connection that the other side has closed meanwhile would make a write unclear.
        limits = httpx.Limits(max_connections=20, keepalive_expiry=2.0)
        self._line = httpx.AsyncHTTPTransport(verify=_certificates(), trust_env=False, limits=limits)

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        limit: float,
        most: int = MOST,
    ) -> Raw:
        """Answered whole within `limit` seconds and `most` bytes. Raises what `exchange` names."""
        went = False

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal went
            went = went or event.endswith(".send_request_headers.started")

        request = _request(method, url, headers, content)
        request.extensions = {"trace": trace, "timeout": httpx.Timeout(limit).as_dict()}
        try:
            async with asyncio.timeout(limit):
                response = await self._line.handle_async_request(request)
                try:
                    # Packed, a few kilobytes can stand for gigabytes; we have asked for nothing packed.
                    coding = response.headers.get("content-encoding", "").strip().lower()
                    packed = coding not in ("", "identity")
                    body = b"" if packed else await _body(response, most)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as late:
            raise Late(went) from late
        except httpx.LocalProtocolError as wrong:
            # Refused on our side, before its first byte left.
            raise Unusable from wrong
        except (httpx.TransportError, UnicodeError) as lost:
            raise Lost(went) from lost
        raw = Raw(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body or b"")
        if packed:
            raise Unreadable("something packed, which was not asked for", raw)
        if body is None:
            raise Unreadable(f"more than {most / 1_000_000:g} MB", raw)
        return raw

    async def close(self) -> None:
        await self._line.aclose()


def _request(method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Request:
    """Raises `Unusable` for what cannot be sent as it is."""
    if fault := address_fault(url) or next(filter(None, map(header_fault, headers.values())), ""):
        raise Unusable(fault)
    try:
        ours = httpx.Headers(_OURS)
        ours.update(headers)
        return httpx.Request(method, url, headers=ours, content=content)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Unusable from None


async def _body(response: httpx.Response, most: int) -> bytes | None:
    """None: more than we read."""
    parts, size = [], 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
