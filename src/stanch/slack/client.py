"""One shared connection to Slack's Web API, and its errors turned into ours.

No call is repeated here: retries belong to the effect's row (design, section 5).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse


class Kind(Enum):
    """What an error means for the effect that met it (Slack's facts, section 2)."""

    REFUSED = "it did not happen, and will not as it is"
    PAUSED = "it did not happen; Slack says when to come again"
    NOT_SENT = "it did not happen: no connection"
    UNCLEAR = "it may have happened"
    APP = "it did not happen, and nothing will until somebody mends the app"


APP_WIDE = frozenset(
    "token_revoked token_expired account_inactive invalid_auth not_authed missing_scope not_allowed_token_type"
    " org_login_required team_access_not_granted ekm_access_denied accesslimited app_access_restricted".split()
)
MAY_HAVE_HAPPENED = frozenset("fatal_error internal_error service_unavailable request_timeout".split())


@dataclass
class SlackFault(Exception):
    """`error` is Slack's word. `after` is in seconds, for `PAUSED`. `detail` is safe to log."""

    kind: Kind
    error: str
    after: float = 0.0
    detail: str = ""
    answer: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.error} ({self.detail})" if self.detail else self.error


class Slack:
    """`timeout` is in seconds, for a whole call. `base` ends in `/api/`."""

    def __init__(self, token: str, base: str, timeout: float) -> None:
        self._token = token
        self._base = base
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._web: AsyncWebClient | None = None

    @property
    def web(self) -> AsyncWebClient:
        """slack_sdk's client on the shared session; needs a running event loop."""
        if self._web is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                # An idle connection is given up before a server may close it: a post that meets the closing is unclear.
                connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=4),
                trust_env=True,
            )
            self._web = AsyncWebClient(
                token=self._token, base_url=self._base, timeout=int(self._timeout) or 1, session=self._session,
                retry_handlers=[],
            )  # fmt: skip
        return self._web

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        """Slack's answer as a plain mapping. Raises `SlackFault`. Arguments that are None are left out."""
        answer = await self._call(method, read, {k: v for k, v in args.items() if v is not None})
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def scopes(self) -> frozenset[str]:
        """What our token may do, as Slack says beside each answer. Raises `SlackFault`."""
        answer = await self._call("auth.test", False, {})
        said = next((v for k, v in dict(answer.headers).items() if k.lower() == "x-oauth-scopes"), "")
        return frozenset(scope.strip() for scope in str(said).split(",") if scope.strip())

    async def _call(self, method: str, read: bool, given: dict[str, Any]) -> AsyncSlackResponse:
        try:
            if read:
                return await self.web.api_call(method, http_verb="GET", params=given)
            return await self.web.api_call(method, json=given)
        except SlackApiError as refusal:
            raise _fault(refusal) from refusal
        except aiohttp.ClientConnectorError as away:
            raise SlackFault(Kind.NOT_SENT, "no_connection") from away
        except TimeoutError as late:
            raise SlackFault(Kind.UNCLEAR, "timeout") from late
        except (aiohttp.ClientError, ValueError) as broken:
            raise SlackFault(Kind.UNCLEAR, "connection_broken", detail=type(broken).__name__) from broken

    async def pages(self, method: str, field: str, **args: Any) -> AsyncIterator[dict[str, Any]]:
        """Every item of a paged list, page after page."""
        cursor: str | None = None
        while True:
            answer = await self.call(method, read=True, cursor=cursor, limit=200, **args)
            for item in answer.get(field) or ():
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def send_bytes(self, url: str, content: bytes) -> None:
        """The second step of a file upload. Raises `SlackFault`."""
        await self._post(url, Kind.UNCLEAR, "upload_broken", data=content)

    async def answer(self, response_url: str, **message: Any) -> None:
        """Tell one person something by the URL that came with what they did. At most once; raises `SlackFault`."""
        await self._post(response_url, Kind.REFUSED, "answer_lost", json=message)

    async def _post(self, url: str, refused: Kind, broken: str, **body: Any) -> None:
        """To a URL that Slack gave us: no redirect is followed, and our token does not go along."""
        session = self.web.session
        assert session is not None
        try:
            async with session.post(url, allow_redirects=False, **body) as answer:
                if answer.status != 200:
                    raise SlackFault(refused, f"http_{answer.status}")
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise SlackFault(Kind.UNCLEAR, broken, detail=type(lost).__name__) from lost

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _fault(refusal: SlackApiError) -> SlackFault:
    answer: Any = refusal.response
    data = getattr(answer, "data", None)
    data = data if isinstance(data, dict) else {}
    # A body that is no JSON comes as aiohttp's own response, which says `status`.
    status = int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
    error = str(data.get("error") or f"http_{status}")
    if status == 429 or error in ("ratelimited", "rate_limited"):
        return SlackFault(Kind.PAUSED, "ratelimited", after=_seconds(answer.headers))
    if status >= 500 or error in MAY_HAVE_HAPPENED or not data:
        return SlackFault(Kind.UNCLEAR, error)
    messages = (data.get("response_metadata") or {}).get("messages") or []
    detail = str(data.get("needed") or "; ".join(map(str, messages)))[:300]
    return SlackFault(Kind.APP if error in APP_WIDE else Kind.REFUSED, error, detail=detail, answer=data)


def _seconds(headers: Any) -> float:
    raw = next((v for k, v in dict(headers or {}).items() if k.lower() == "retry-after"), "1")
    try:
        return max(0.0, float(raw))
    except ValueError:
        return 1.0
