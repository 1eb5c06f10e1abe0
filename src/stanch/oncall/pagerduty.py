"""PagerDuty's schedules: who is on call, by e-mail address. Read only; `GET /oncalls` of its REST API v2.

A schedule shows there only while an escalation policy uses it, which is when it means anything.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from stanch.core.rota import Shift
from stanch.flows.on_call import Away
from stanch.outbound.client import JsonLine
from stanch.outbound.exchange import Late, Lost, Unusable

API: Final = "https://api.pagerduty.com"
SECONDS: Final = 3.0
"""For one answer."""
PAGE: Final = 100
MOST: Final = 10
"""Pages of an answer, and that is far more than two weeks of any schedule."""


class PagerDuty:
    """`token`: a REST API key, read-only is enough. `base`: accounts in the EU have https://api.eu.pagerduty.com."""

    def __init__(self, token: str, base: str = API) -> None:
        headers = {"Authorization": f"Token token={token}", "Accept": "application/vnd.pagerduty+json;version=2"}
        self._line = JsonLine(base.rstrip("/"), headers, SECONDS)

    async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
        """Who is on call by the schedule `id`, by e-mail address, cut to `start` and `end` (aware). Raises `Away`."""
        found: dict[tuple[str, datetime, datetime], Shift] = {}
        for page in range(MOST):
            answer = await self._page(id, start, end, page * PAGE)
            for entry in _list(answer.get("oncalls")):
                if shift := _shift(entry, id, start, end):
                    # Each escalation policy that uses the schedule shows it once more.
                    found.setdefault((shift.who, shift.start, shift.end), shift)
            if answer.get("more") is not True:
                break
        return sorted(found.values(), key=lambda one: one.start)

    async def close(self) -> None:
        await self._line.close()

    async def _page(self, id: str, start: datetime, end: datetime, offset: int) -> Mapping[str, Any]:
        query = {
            "schedule_ids[]": id,
            "include[]": "users",
            "since": _stamp(start),
            "until": _stamp(end),
            "limit": str(PAGE),
            "offset": str(offset),
        }
        try:
            answer = await self._line.ask("GET", f"/oncalls?{urlencode(query)}")
        except Late:
            raise Away(f"PagerDuty did not answer within {SECONDS:g} s") from None
        except Lost:
            raise Away("PagerDuty cannot be reached") from None
        except Unusable:
            raise Away("STANCH_PAGERDUTY_API or STANCH_PAGERDUTY_TOKEN cannot be sent as it is") from None
        if answer.status != 200:
            raise Away(_REFUSED.get(answer.status, f"PagerDuty answered {answer.status}"))
        if not isinstance(answer.body, dict):
            raise Away("PagerDuty answered with something unreadable")
        return answer.body


_REFUSED: Final = {
    401: "PagerDuty does not accept STANCH_PAGERDUTY_TOKEN",
    403: "STANCH_PAGERDUTY_TOKEN may not read who is on call",
    404: "PagerDuty knows no such schedule",
    429: "PagerDuty says that it is asked too often",
}


def _shift(entry: Mapping[str, Any], schedule: str, start: datetime, end: datetime) -> Shift | None:
    """One entry; None: of another schedule, of a user without an address, or outside."""
    user = entry.get("user")
    email = user.get("email") if isinstance(user, dict) else None
    of = entry.get("schedule")
    if not isinstance(email, str) or not email or not isinstance(of, dict) or of.get("id") != schedule:
        return None
    # Without an end somebody is always on call.
    begins, ends = max(_moment(entry.get("start"), start), start), min(_moment(entry.get("end"), end), end)
    return Shift(email, begins, ends) if begins < ends else None


def _moment(value: Any, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else otherwise
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
