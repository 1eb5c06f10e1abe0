"""Socket Mode: tickets, connections, deliveries and their acknowledgements."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from practice import delivery
from practice.delivery import Ack, Attempt, Kind, Line, ms_since
from practice.errors import SlackError
from practice.model import APP_ID, Json

SOCKETS_MAX = 10
TICKET_LIFE_S = 30.0
CONNECTION_TIME_S = 3600


@dataclass(eq=False)
class Connection:
    """One socket of the app; ``waiting`` are the deliveries it has not acknowledged."""

    websocket: WebSocket
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)
    refreshed: bool = False


class Sockets:
    """The app's open sockets. Each delivery goes to exactly one, in turn."""

    def __init__(self, line: Line, changed: Callable[[], None]) -> None:
        self.line = line
        self.changed = changed
        self.tickets: dict[str, float] = {}
        self.connections: list[Connection] = []
        self.turn = 0

    @property
    def connected(self) -> bool:
        return bool(self.connections)

    async def start(self) -> None:
        """Nothing to do: the app connects."""

    async def close(self) -> None:
        """Nothing to do: the server closes the sockets."""

    def look_again(self) -> None:
        """Nothing to do: a socket that is gone is noticed."""

    def ticket(self) -> str:
        """A ticket for one connection, good for half a minute. Raises ``too_many_websockets`` when ten are open."""
        if len(self.connections) >= SOCKETS_MAX:
            raise SlackError("too_many_websockets")
        ticket = secrets.token_urlsafe(16)
        self.tickets[ticket] = time.monotonic()
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """Talk with one socket of the app until it goes away."""
        issued = self.tickets.pop(websocket.query_params.get("ticket", ""), None)
        if issued is None or time.monotonic() - issued > TICKET_LIFE_S or len(self.connections) >= SOCKETS_MAX:
            await websocket.close(4001)
            return
        await websocket.accept()
        connection = Connection(websocket)
        self.connections.append(connection)
        self.changed()
        try:
            await websocket.send_json(self._hello())
            while True:
                self._read(connection, await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError, KeyError):
            # Starlette raises RuntimeError for a send after the close, KeyError for a binary frame in receive_text.
            pass
        finally:
            self.connections.remove(connection)
            for future in connection.waiting.values():
                if not future.done():
                    future.set_exception(ConnectionResetError())
            self.changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "practice", "approximate_connection_time": CONNECTION_TIME_S},
            "connection_info": {"app_id": APP_ID},
        }

    def _read(self, connection: Connection, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        future = connection.waiting.get(message.get("envelope_id", "")) if isinstance(message, dict) else None
        if future is not None and not future.done():
            payload = message.get("payload")
            future.set_result(payload if isinstance(payload, dict) else None)

    async def deliver(self, kind: Kind, name: str, payload: Json, attempt: Attempt | None = None) -> Ack:
        """Send the payload to one socket and wait up to 3 s."""
        open_ones = [one for one in self.connections if not one.refreshed] or self.connections
        if not open_ones:
            self.line("slack→bot", name, "dispatch_failed", {"reason": "no socket is connected"})
            return Ack(0.0, error="dispatch_failed", reason="connection_failed")
        self.turn += 1
        connection = open_ones[self.turn % len(open_ones)]
        envelope_id = str(uuid.uuid4())
        future: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        started = time.perf_counter()
        message: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        if attempt is not None:
            message |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        message["accepts_response_payload"] = kind != "events_api"
        ack = Ack(0.0)
        try:
            await connection.websocket.send_text(json.dumps(message))
            async with asyncio.timeout(delivery.ACK_S):
                answer = await future
            ack = Ack(ms_since(started), answer)
        except (TimeoutError, ConnectionResetError, WebSocketDisconnect, RuntimeError):
            ack = Ack(ms_since(started), error="operation_timeout", reason="timeout")
        finally:
            connection.waiting.pop(envelope_id, None)
        self.line("slack→bot", name, ack.error, {"payload": payload, "ack": ack.payload, "ms": ack.ms})
        return ack

    async def refresh(self, reason: str = "refresh_requested") -> int:
        """Ask every socket to reconnect, as Slack does every few hours; newer ones are preferred from then on."""
        asked = list(self.connections)
        for connection in asked:
            connection.refreshed = True
            await connection.websocket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "practice"}}
            )
        return len(asked)
