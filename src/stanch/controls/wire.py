"""The line to one control plane, over the client that all share.

Reads are asked once more when the connection is lost, and follow the plane's own redirects; writes go out once.
"""

import json
import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote, urljoin, urlsplit

from stanch.controls.answer import MASK, Answer, masked
from stanch.controls.fault import PlaneFault
from stanch.core.control import Plane, Value
from stanch.core.redact import redact
from stanch.outbound.client import Client
from stanch.outbound.exchange import Late, Lost, Unreadable, Unusable

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
_HOPS: Final = 3
_PLAIN: Final = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")


def in_path(value: Value) -> str:
    """One piece of a path: everything that has a meaning there is percent-encoded."""
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text, safe="", errors="replace") if text.strip(".") else text.replace(".", "%2E")


def wire(
    plane: Plane, environment: Mapping[str, str], client: Client, otherwise: str, scheme: str = "Bearer"
) -> "Wire":
    """Raises `PlaneFault` for what is not set, or cannot be used as it is; the value is never in the message.

    `otherwise`: what a person can do then; `scheme`: how the plane's kind wants its secret where the file is silent.
    """

    def known(name: str) -> str:
        if not environment.get(name, "").strip():
            raise _unusable(f"{name or f'The address of {plane.id}'} is not set: {otherwise}.")
        return environment[name].strip()

    url = (plane.url or known(plane.url_env)).strip().rstrip("/")
    where = plane.url_env or f"The url of {plane.id}"
    try:
        parsed = urlsplit(url)
        usable = parsed.port != 0 and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        usable = False
    if not usable:
        raise _unusable(f"{where} is no address: {otherwise}.")
    if (
        parsed.scheme not in ("http", "https")
        or not parsed.hostname
        or "@" in parsed.netloc
        or "?" in url
        or "#" in url
    ):
        raise _unusable(f"{where} must be an http or https address without a password or a query: {otherwise}.")
    secret = known(plane.secret) if plane.secret else ""
    if secret and not _PLAIN.fullmatch(secret):
        raise _unusable(f"{plane.secret} holds a character that no header can carry: {otherwise}.")
    return Wire(plane, url, secret, client, scheme if plane.scheme is None else plane.scheme)


def _unusable(message: str) -> PlaneFault:
    return PlaneFault(message, sent=False, permanent=True)


class Wire:
    """Sends to one plane, and to no other host. Its secret is in no message and no repr."""

    def __init__(self, plane: Plane, url: str, secret: str, client: Client, scheme: str = "Bearer") -> None:
        self.plane = plane
        self._url = url
        self._secret = secret
        self._client = client
        self._scheme = scheme
        self._forms = _forms(scheme, secret)

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
            except Lost:
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
        except Lost as lost:
            raise PlaneFault(
                f"{self.name} could not be reached: is it up?", sent=False, request_id=request_id
            ) from lost

    def shown(self, method: Method, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None) -> str:
        """The request as it would be sent, one line a header, secrets as ••••."""
        own = self._own(MASK if self._secret else "", body, headers or {})
        lines = [f"{method} {self._url}{path}"]
        lines += [f"{name}: {value}" for name, value in {**own, **(headers or {})}.items()]
        lines += ["", json.dumps(body, ensure_ascii=False, indent=1)] if body is not None else []
        return self.masked("\n".join(lines))

    def masked(self, text: str) -> str:
        """`text` without secrets: this plane's own, as it is and as it is sent, and what looks like one."""
        return redact(masked(text, self._forms))

    @property
    def name(self) -> str:
        return f"The control plane {self.plane.id}"

    async def _again(self, method: Method, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        try:
            return await self._once(method, path, body, headers, write=False)
        except Lost as lost:
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
        """Raises `PlaneFault`; for a lost connection `Lost`, of a write only if nothing was sent."""

        def unclear(what: str, sent: bool) -> PlaneFault:
            after = " It may have happened: read it back." if sent else ""
            return PlaneFault(f"{self.name} {what}.{after}", sent=sent, request_id=request_id)

        if not path.startswith("/") or _origin(self._url + path) != _origin(self._url):
            raise _unusable(f"The path of this control leads away from {self.plane.id}; nothing was sent.")
        limit = self.plane.timeout.total_seconds()
        try:
            content = json.dumps(body, allow_nan=False).encode() if body is not None else None
        except ValueError:
            raise _unusable(
                f"What would be sent to {self.plane.id} cannot be written as JSON; nothing was sent."
            ) from None
        try:
            found = await self._client.transport.send(
                method, self._url + path, {**headers, **self._own(self._secret, body, headers)}, content, limit
            )
        except Unusable:
            raise _unusable(f"The path of this control at {self.plane.id} is no address.") from None
        except Late as late:
            raise unclear(f"did not answer within {limit:g} s", write and late.went) from late
        except Lost as lost:
            if write and lost.went:
                raise unclear("broke the connection off before it answered", True) from lost
            raise
        except Unreadable as wrong:
            raise unclear(f"answered with {wrong}", write) from wrong
        return Answer(self.name, found.status, found.headers, found.body, write, request_id, self._forms)

    def _own(self, secret: str, body: Any, given: Mapping[str, str]) -> dict[str, str]:
        """The headers that come from the plane, not the control; which JSON it is, a control may say more closely."""
        auth = {self.plane.header: f"{self._scheme} {_carried(self._scheme, secret)}".strip()} if secret else {}
        plain = body is not None and "content-type" not in map(str.lower, given)
        return {**auth, **({"Content-Type": "application/json"} if plain else {})}

    def _onward(self, path: str, answer: Answer) -> str | None:
        """The path that a redirect of the plane names on its own host, below its own address."""
        if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
            return None
        try:
            target = urljoin(self._url + path, answer.headers["location"])
        except ValueError:
            return None
        near = target.startswith(self._url + "/")
        return target[len(self._url) :].partition("#")[0] if near else None

    def _good(self, answer: Answer, accept: Collection[int] = ()) -> Answer:
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise answer.refused(self.plane.secret)


def _carried(scheme: str, secret: str) -> str:
    """A pair `USER:PASSWORD` travels encoded (RFC 7617)."""
    is_pair = scheme.lower() == "basic" and ":" in secret
    return b64encode(secret.encode()).decode() if is_pair else secret


def _forms(scheme: str, secret: str) -> tuple[str, ...]:
    """The longest first: the secret as it is and as it is sent, and the password of a pair alone."""
    carried = _carried(scheme, secret)
    alone = secret.partition(":")[2] if carried != secret else ""
    return tuple(sorted({one for one in (secret, carried, alone if len(alone) >= 6 else "") if one}, key=len))[::-1]


def _origin(url: str) -> tuple[str, str | None, int | None]:
    found = urlsplit(url)
    return found.scheme, found.hostname, found.port or {"http": 80, "https": 443}.get(found.scheme)
