"""The client, made with the first request: most starts of Stanch speak to nobody but Slack."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stanch.outbound.exchange import MOST, Unreadable

if TYPE_CHECKING:
    from stanch.outbound.transport import Transport


class Client:
    """`close` it on the loop that used it."""

    @cached_property
    def transport(self) -> "Transport":
        # Here and not above: httpx takes 90 ms to import.
        from stanch.outbound.transport import Transport

        return Transport()

    async def close(self) -> None:
        if "transport" in self.__dict__:
            await self.transport.close()


@dataclass(frozen=True, slots=True)
class Heard:
    """Header names are in lower case; `body` is None where it was no JSON, or more than we read."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    def retry_after(self, most: float) -> float | None:
        """Seconds, where it names them."""
        value = self.headers.get("retry-after", "")
        return min(float(value), most) if value.isascii() and value.isdigit() else None


class JsonLine:
    """JSON to one address and below it. `headers` hold its secret: it is in no message and no repr."""

    def __init__(self, url: str, headers: Mapping[str, str], limit: float, most: int = MOST) -> None:
        """`limit`: seconds for one answer, whole; `most`: bytes of it."""
        self._url = url
        self._headers = dict(headers)
        self._limit = limit
        self._most = most
        self._client = Client()

    async def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Heard:
        """One request, never repeated here. Raises `Late`, `Lost` and `Unusable`."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {} if content is None else {"Content-Type": "application/json"}
        given = {**self._headers, **kind, **(headers or {})}
        try:
            raw = await self._client.transport.send(method, self._url + path, given, content, self._limit, self._most)
        except Unreadable as wrong:
            raw = wrong.raw
        return Heard(raw.status, raw.headers, _json(raw.body))

    async def close(self) -> None:
        await self._client.close()


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
