"""One POST of JSON to one address: nothing from the environment, no cookies, no redirects, nothing sent twice."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stanch.paging.base import CallFault, Heard

if TYPE_CHECKING:
    import httpx

SECONDS: Final = 10.0
"""For one answer."""


class Line:
    def __init__(self, who: str, url: str) -> None:
        """`who` is what a person calls it; `url` stands in no message: a webhook's may be a secret itself."""
        self._who = who
        self._url = url
        self._used = False

    def __repr__(self) -> str:
        return f"Line({self._who!r})"

    @cached_property
    def _client(self) -> "httpx.AsyncClient":
        # With the first page: it takes 90 ms to import, and most days nobody is woken.
        import httpx

        self._used = True
        return httpx.AsyncClient(
            headers={"User-Agent": "stanch"}, trust_env=False, follow_redirects=False, timeout=SECONDS
        )

    async def post(self, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Heard:
        """Raises `CallFault` where there is no answer."""
        import httpx

        try:
            answer = await self._client.post(self._url, json=dict(body), headers=dict(headers or {}))
        except (httpx.ConnectError, httpx.ConnectTimeout) as lost:
            raise CallFault(f"{self._who} cannot be reached ({type(lost).__name__})") from None
        except httpx.InvalidURL:
            raise CallFault(f"the address of {self._who} is none", permanent=True) from None
        except httpx.HTTPError as lost:
            raise CallFault(f"{self._who} did not answer ({type(lost).__name__})", sent=True) from None
        try:
            said = json.loads(answer.content)
        except ValueError:
            said = {}
        return Heard(answer.status_code, dict(answer.headers), said if isinstance(said, dict) else {})

    async def close(self) -> None:
        if self._used:
            await self._client.aclose()
