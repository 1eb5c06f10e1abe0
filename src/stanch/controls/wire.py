"""The line to one control plane, over the client that all share.

Reads are asked once more when the connection is lost, and follow the plane's own redirects; writes go out once.
"""

import asyncio
import json
import re
import ssl
from collections.abc import Collection, Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final, Literal
from urllib.parse import quote

import httpx

from stanch.controls.answer import MASK, Answer, masked
from stanch.controls.fault import PlaneFault
from stanch.core.control import Plane, Value
from stanch.core.redact import redact

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
MOST: Final = 1_000_000
"""Bytes of an answer."""
_HOPS: Final = 3
_PLAIN: Final = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")


@cache
def _certificates() -> ssl.SSLContext:
    """Once a process: they take 50 ms to load."""
    return httpx.create_ssl_context(trust_env=False)


class Shared:
    """The client of all planes, made with the first request.

    Nothing from the environment (no proxy, no .netrc), no cookies, no redirects by itself.
    """

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=_certificates(),
                trust_env=False,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                headers={"User-Agent": "stanch", "Accept-Encoding": "identity"},
                # A connection that the plane has closed meanwhile would make a write unclear.
                limits=httpx.Limits(max_connections=20, keepalive_expiry=2.0),
            )
        return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


def in_path(value: Value) -> str:
    """One piece of a path: everything that has a meaning there is percent-encoded."""
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def wire(plane: Plane, environment: Mapping[str, str], shared: Shared, otherwise: str) -> "Wire":
    """Raises `PlaneFault` for what is not set, or cannot be used as it is; the value is never in the message.

    `otherwise`: what a person can do then.
    """

    def known(name: str) -> str:
        if not environment.get(name, "").strip():
            raise _unusable(f"{name or f'The address of {plane.id}'} is not set: {otherwise}.")
        return environment[name].strip()

    url = (plane.url or known(plane.url_env)).strip().rstrip("/")
    where = plane.url_env or f"The url of {plane.id}"
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise _unusable(f"{where} is no address: {otherwise}.") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo or parsed.query or parsed.fragment:
        raise _unusable(f"{where} must be an http or https address without a password or a query: {otherwise}.")
    secret = known(plane.secret) if plane.secret else ""
    if secret and not _PLAIN.fullmatch(secret):
        raise _unusable(f"{plane.secret} holds a character that no header can carry: {otherwise}.")
    return Wire(plane, url, secret, shared)


def _unusable(message: str) -> PlaneFault:
    return PlaneFault(message, sent=False, permanent=True)


class Wire:
    """Sends to one plane, and to no other host. Its secret is in no message and no repr."""

    def __init__(self, plane: Plane, url: str, secret: str, shared: Shared) -> None:
        self.plane = plane
        self._url = url
        self._secret = secret
        self._shared = shared

    def __repr__(self) -> str:
        return f"Wire({self.plane.id!r})"

    async def read(
        self,
        path: str,
        *,
        method: Method = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """`accept`: statuses beside 200 to 299 that are an answer too. Raises `PlaneFault`, never `sent`."""
        for hop in range(_HOPS + 1):
            try:
                answer = await self._once(method, path, body, headers or {}, write=False)
            except httpx.TransportError:
                answer = await self._again(method, path, body, headers or {})
            onward = self._onward(path, answer) if method == "GET" and hop < _HOPS else None
            if onward is None:
                return self._good(answer, accept)
            path = onward
        raise AssertionError("the last hop returns or raises")

    async def write(
        self,
        method: Method,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        request_id: str = "",
    ) -> Answer:
        """Once. Raises `PlaneFault`, `sent` unless it is certain that the plane did not do it."""
        try:
            return self._good(await self._once(method, path, body, headers or {}, write=True, request_id=request_id))
        except httpx.TransportError as lost:
            raise PlaneFault(
                f"{self.name} could not be reached: is it up?", sent=False, request_id=request_id
            ) from lost

    def shown(self, method: Method, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None) -> str:
        """The request as it would be sent, one line a header, secrets as ••••."""
        auth = {self.plane.header: f"{self.plane.scheme} {MASK}".strip()} if self._secret else {}
        kind = {"Content-Type": "application/json"} if body is not None else {}
        lines = [f"{method} {self._url}{path}"]
        lines += [f"{name}: {value}" for name, value in {**auth, **kind, **(headers or {})}.items()]
        lines += ["", json.dumps(body, ensure_ascii=False, indent=1)] if body is not None else []
        return redact(masked("\n".join(lines), self._secret))

    def masked(self, text: str) -> str:
        """`text` without secrets: this plane's own, and what looks like one."""
        return redact(masked(text, self._secret))

    @property
    def name(self) -> str:
        return f"The control plane {self.plane.id}"

    async def _again(self, method: Method, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        try:
            return await self._once(method, path, body, headers, write=False)
        except httpx.TransportError as lost:
            raise PlaneFault(f"{self.name} could not be reached: is it up?", sent=False) from lost

    async def _once(
        self,
        method: Method,
        path: str,
        body: Any,
        headers: Mapping[str, str],
        *,
        write: bool,
        request_id: str = "",
    ) -> Answer:
        """Raises `PlaneFault`; for a lost connection `httpx.TransportError`, of a write only if nothing was sent."""
        went = False

        async def trace(event: str, _: Mapping[str, Any]) -> None:
            nonlocal went
            went = went or event.endswith(".send_request_headers.started")

        def unclear(what: str) -> PlaneFault:
            sent = write and went
            after = " It may have happened: read it back." if sent else ""
            return PlaneFault(f"{self.name} {what}.{after}", sent=sent, request_id=request_id)

        limit = self.plane.timeout.total_seconds()
        request = self._request(method, path, body, headers, limit, trace)
        try:
            async with asyncio.timeout(limit):
                response = await self._shared.client.send(request, stream=True)
                try:
                    content = await _body(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as late:
            raise unclear(f"did not answer within {limit:g} s") from late
        except httpx.TransportError as lost:
            if write and went:
                raise unclear("broke the connection off before it answered") from lost
            raise
        except httpx.DecodingError as wrong:
            raise unclear("answered with something unreadable") from wrong
        if content is None:
            raise unclear(f"answered with more than {MOST // 1_000_000} MB")
        found = {name.lower(): value for name, value in response.headers.items()}
        return Answer(self.name, response.status_code, found, content, write, request_id, self._secret)

    def _request(
        self, method: Method, path: str, body: Any, headers: Mapping[str, str], limit: float, trace: Any
    ) -> httpx.Request:
        auth = {self.plane.header: f"{self.plane.scheme} {self._secret}".strip()} if self._secret else {}
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            request = self._shared.client.build_request(
                method,
                self._url + path,
                content=json.dumps(body, ensure_ascii=False).encode() if body is not None else None,
                headers={**headers, **kind, **auth},
                timeout=limit,
                extensions={"trace": trace},
            )
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise _unusable(f"The path of this control at {self.plane.id} is no address.") from None
        if not path.startswith("/") or _origin(request.url) != _origin(httpx.URL(self._url)):
            raise _unusable(f"The path of this control leads away from {self.plane.id}; nothing was sent.")
        return request

    def _onward(self, path: str, answer: Answer) -> str | None:
        """The path that a redirect of the plane names on its own host, below its own address."""
        if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
            return None
        try:
            target = httpx.URL(self._url + path).join(answer.headers["location"])
        except (httpx.InvalidURL, UnicodeError):
            return None
        base = httpx.URL(self._url)
        whole, prefix = target.raw_path.decode(), base.raw_path.decode().rstrip("/")
        return whole[len(prefix) :] if _origin(target) == _origin(base) and whole.startswith(prefix + "/") else None

    def _good(self, answer: Answer, accept: Collection[int] = ()) -> Answer:
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise answer.refused(self.plane.secret)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _body(response: httpx.Response) -> bytes | None:
    """None: more than we read."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MOST:
            return None
        parts.append(part)
    return b"".join(parts)
