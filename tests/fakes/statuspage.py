"""A Statuspage and a webhook on loopback: they keep what they are told, and can be made to misbehave like any plane.

Creating is not idempotent, as in earnest: two requests make two incidents. The webhook knows a repetition by its key.
"""

import itertools
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.plane import Call, FakePlane

KEY = "statuspage-key-4711-not-for-logs"
PAGE = "kctbh9vrtdwd"
COMPONENTS = ("cchat", "csearch")
STATES = ("investigating", "identified", "monitoring", "resolved", "scheduled", "in_progress", "verifying", "completed")
IMPACTS = ("none", "maintenance", "minor", "major", "critical")


class FakeStatuspage(FakePlane):
    """`incidents`: the newest first. `sent` counts the mails that its subscribers got."""

    def __init__(self) -> None:
        super().__init__()
        self.incidents: list[dict[str, Any]] = []
        self.components = dict.fromkeys(COMPONENTS, "operational")
        self.sent = 0
        self._ids = itertools.count(1)

    def _reply(self, call: Call, *, lies: bool) -> Any:
        if call.headers.get("authorization") != f"OAuth {KEY}":
            return 401, {"error": "Could not authenticate"}
        where = urlsplit(call.path)
        parts = where.path.strip("/").split("/")
        if parts[:2] != ["pages", PAGE]:
            return 404, {"error": "Page not found"}
        match call.method, parts[2:]:
            case "GET", []:
                return 200, {"id": PAGE, "name": "Example"}
            case "GET", ["incidents", "unresolved"]:
                return 200, [one for one in self.incidents if one["status"] not in ("resolved", "completed")]
            case "GET", ["incidents"]:
                return 200, self.incidents[:100]
            case "POST", ["incidents"]:
                return self._write(call.body, None)
            case method, ["incidents", id]:
                found = next((one for one in self.incidents if one["id"] == id), None)
                if found is None:
                    return 404, {"error": "Incident not found"}
                return (200, found) if method == "GET" else self._write(call.body, found)
        return 404, {"error": "no such place"}

    def _write(self, body: Any, found: dict[str, Any] | None) -> tuple[int, Any]:
        sheet = body.get("incident") if isinstance(body, dict) else None
        if not isinstance(sheet, dict):
            return 400, {"error": "incident is missing"}
        wrong = [
            what
            for what, bad in (
                ("Name can't be blank", found is None and not sheet.get("name")),
                ("Status is not included in the list", sheet.get("status") not in STATES),
                ("Impact override is not included in the list", sheet.get("impact_override") not in IMPACTS),
                ("Components are unknown", not set(sheet.get("components", ())) <= set(self.components)),
                ("Metadata values must be objects", not all(isinstance(v, dict) for v in sheet["metadata"].values())),
            )
            if bad
        ]
        if wrong:
            return 422, {"error": wrong}
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if found is None:
            id = f"inc{next(self._ids)}"
            found = {"id": id, "name": sheet["name"], "created_at": now, "incident_updates": [], "metadata": {},
                     "shortlink": f"https://stspg.example/{id}"}  # fmt: skip
            self.incidents.insert(0, found)
            created = 201
        else:
            created = 200
        found |= {"status": sheet["status"], "impact": sheet["impact_override"], "metadata": sheet["metadata"]}
        update = {"status": sheet["status"], "body": sheet.get("body"), "created_at": now}
        found["incident_updates"].insert(0, update)
        self.components |= sheet.get("components", {})
        self.sent += bool(sheet.get("deliver_notifications"))
        return created, found

    @property
    def said(self) -> list[tuple[str, str | None]]:
        """State and text of every update of its only incident, the oldest first."""
        assert len(self.incidents) == 1, self.incidents
        return [(one["status"], one["body"]) for one in reversed(self.incidents[0]["incident_updates"])]


class FakeHook(FakePlane):
    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, dict[str, Any]] = {}
        """By their keys, in their order."""

    def _reply(self, call: Call, *, lies: bool) -> Any:
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return 403, {"error": "no"}
        if call.method == "POST":
            self.told.setdefault(call.headers["idempotency-key"], call.body)
        return 200, {"ok": True}
