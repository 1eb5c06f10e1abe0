"""PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview).

`POST /v2/enqueue` answers 202 `{"status": "success", "message": …, "dedup_key": …}`; 400 `{"status": "invalid event",
"message": …, "errors": […]}` for what it will never take; 429 when it is asked too often. Events with the same
`dedup_key` belong to one alert: a second trigger wakes nobody again, acknowledge and resolve need no more than it.
"""

from typing import Any, Final

from stanch.outbound.address import address_fault
from stanch.paging.base import Call, CallFault
from stanch.paging.line import Line

EVENTS: Final = "https://events.pagerduty.com"
PATH: Final = "/v2/enqueue"
SEVERITIES: Final = {"SEV1": "critical", "SEV2": "error"}
SUMMARY: Final = 1_024
"""Characters of a summary, by PagerDuty's own word."""
MEND: Final = "is STANCH_PAGERDUTY_ROUTING_KEY the integration key of an Events API v2 integration?"


class PagerDuty:
    name = "PagerDuty"

    def __init__(self, routing_key: str, events: str = EVENTS) -> None:
        self._key = routing_key
        self._base = events.rstrip("/")
        wrong = address_fault(self._base, password=False)
        self.fault = f"STANCH_PAGERDUTY_EVENTS {wrong}" if wrong else ""
        """As `Webhook.fault`."""
        self._line = Line(self.name, self._base + PATH)

    async def send(self, call: Call) -> None:
        if self.fault:
            raise CallFault(self.fault, permanent=True)
        heard = await self._line.post(self.sheet(call))
        if heard.status != 202:
            raise heard.fault(self.name, MEND)
        if heard.sheet.get("status") not in ("success", None):
            raise CallFault(f"{self.name} did not take it", sent=True)

    def sheet(self, call: Call) -> dict[str, Any]:
        """The event, as it is sent."""
        event = {"routing_key": self._key, "event_action": call.action, "dedup_key": call.key}
        if call.action != "trigger":
            return event
        payload: dict[str, Any] = {
            "summary": call.summary[:SUMMARY],
            "source": "stanch",
            "severity": SEVERITIES.get(call.severity, "error"),
            "component": call.service or "unknown",
        }
        payload |= {"class": call.klass} if call.klass else {}
        payload["custom_details"] = {"severity": call.severity, "asked": list(call.people)}
        links = {"links": [{"href": call.url, "text": "The incident's room"}]} if call.url else {}
        return {**event, "payload": payload, "client": "Stanch", **links}

    def shown(self) -> str:
        return f"PagerDuty at {self._base}"

    async def close(self) -> None:
        await self._line.close()
