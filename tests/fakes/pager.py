"""What wakes people, on loopback: it answers as PagerDuty's Events API v2 does, and as a webhook of a team's own.

PagerDuty: 202 with the key for a valid event, 400 with what is wrong, 429 when told to be busy. One alert for each key,
however often it is triggered (https://developer.pagerduty.com/docs/events-api-v2-overview).
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROUTING_KEY = "R0UTING-K3Y-4711-not-for-logs"
Json = dict[str, Any]


class FakePager:
    def __init__(self) -> None:
        self.requests: list[Json] = []
        """Path, headers (in lower case) and body of each, in order."""
        self.alerts: dict[str, str] = {}
        """Key → triggered, acknowledged or resolved."""
        self.woken: list[str] = []
        """Keys, once for each alert that was opened."""
        self.faults: list[tuple[int, Json, dict[str, str]] | None] = []
        """What the next requests are answered instead; None: the connection ends, after it was taken."""
        self.url = ""

    @contextmanager
    def up(self) -> Iterator["FakePager"]:
        pager = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                pager.requests.append({"path": self.path, "headers": headers, "body": body})
                fault = pager.faults.pop(0) if pager.faults else (0, {}, {})
                if fault is None:
                    pager.take(self.path, body)
                    self.close_connection = True
                    self.connection.close()
                    return
                status, said, more = fault if fault[0] else (*pager.take(self.path, body), {})
                text = json.dumps(said).encode()
                self.send_response(status)
                for name, value in {
                    **more,
                    "content-type": "application/json",
                    "content-length": str(len(text)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        # It ends when it next looks whether it should: half a second later, unless it is told to look more often.
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def take(self, path: str, body: Json) -> tuple[int, Json]:
        if path != "/v2/enqueue":
            return 200, {}
        errors = _wrong(body)
        if errors:
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors}
        key, action = str(body["dedup_key"]), body["event_action"]
        if action == "trigger" and self.alerts.get(key) not in ("triggered", "acknowledged"):
            self.alerts[key] = "triggered"
            self.woken.append(key)
        elif action != "trigger" and key in self.alerts:
            self.alerts[key] = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}


def _wrong(body: Json) -> list[str]:
    found = []
    if body.get("routing_key") != ROUTING_KEY:
        found.append("'routing_key' is invalid")
    if body.get("event_action") not in ("trigger", "acknowledge", "resolve"):
        found.append("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
    if not body.get("dedup_key") or len(str(body.get("dedup_key"))) > 255:
        found.append("'dedup_key' is missing or too long")
    payload = body.get("payload") or {}
    if body.get("event_action") == "trigger":
        for name in ("summary", "source", "severity"):
            if not payload.get(name):
                found.append(f"'payload.{name}' is missing or blank")
        if payload.get("severity") not in ("critical", "error", "warning", "info"):
            found.append("'payload.severity' is invalid")
        if len(str(payload.get("summary") or "")) > 1024:
            found.append("'payload.summary' is too long")
    return found
