"""A webhook of the team's own: one POST of JSON for each trigger, acknowledge and resolve."""

from typing import Any
from urllib.parse import urlsplit

from stanch.outbound.address import address_fault, header_fault
from stanch.paging.base import Call, CallFault
from stanch.paging.line import Line


class Webhook:
    name = "the webhook"

    def __init__(self, url: str, token: str = "") -> None:
        """`token` goes out as a bearer; empty: none."""
        self.fault = ""
        """Why it cannot be spoken to as it is set, in words for who set it; empty where it can."""
        if wrong := address_fault(url, password=False):
            self.fault = f"STANCH_PAGE_WEBHOOK_URL {wrong}"
        elif wrong := header_fault(token):
            self.fault = f"STANCH_PAGE_WEBHOOK_TOKEN {wrong}"
        self._host = "" if self.fault else urlsplit(url).hostname
        self._line = Line(self.name, url, {"Authorization": f"Bearer {token}"} if token else {})

    async def send(self, call: Call) -> None:
        if self.fault:
            raise CallFault(self.fault, permanent=True)
        heard = await self._line.post(sheet(call), {"Idempotency-Key": f"{call.key}/{call.action}"})
        if not 200 <= heard.status < 300:
            mend = "STANCH_PAGE_WEBHOOK_TOKEN" if heard.status in (401, 403) else "STANCH_PAGE_WEBHOOK_URL"
            raise heard.fault(self.name, f"look at {mend}")

    def shown(self) -> str:
        return f"the webhook at {self._host}"

    async def close(self) -> None:
        await self._line.close()


def sheet(call: Call) -> dict[str, Any]:
    """What is sent. `key` is the same for one page from its trigger to its resolve."""
    return {
        "action": call.action,
        "key": call.key,
        "summary": call.summary,
        "severity": call.severity,
        "service": call.service,
        "people": list(call.people),
        "url": call.url,
        "drill": call.drill,
    }
