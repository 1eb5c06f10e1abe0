"""What went over the wire: every Web API call, every delivery, and a stream of changes for the page."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from practice.model import Json

KEPT = 2_000
CALLS_KEPT = 20_000
BEAT_S = 0.05
KEEP_ALIVE_S = 15.0


class Traffic:
    """At least the newest 10,000 calls whole, in order (``forgotten``: how many came before), and 2,000 lines."""

    def __init__(self) -> None:
        self.calls: list[Json] = []
        self.forgotten = 0
        self.open = 0
        self.lines: deque[Json] = deque(maxlen=KEPT)
        self.count = 0
        self.listeners: set[Listener] = set()

    def begin(self, method: str, args: Json) -> Json:
        """A call has come in. The entry stays open (``ended`` null) until :meth:`end`."""
        entry: Json = {"method": method, "args": args, "response": None, "started": time.time(), "ended": None}
        self.calls.append(entry)
        self.open += 1
        if len(self.calls) > CALLS_KEPT:
            self.forgotten += CALLS_KEPT // 2
            del self.calls[: CALLS_KEPT // 2]
        return entry

    def end(self, entry: Json, response: Json | None, note: str = "") -> None:
        self.open -= 1
        entry["response"] = response
        entry["ended"] = time.time()
        error = note or (response or {}).get("error")
        detail: Any = (response or {}).get("response_metadata", {}).get("messages") or {}
        took = round((entry["ended"] - entry["started"]) * 1000, 1)
        self.line("bot→slack", entry["method"], error, {"args": entry["args"], "messages": detail, "ms": took})
        self.publish("call")

    def line(self, direction: str, name: str, error: str | None, detail: Any) -> None:
        self.count += 1
        line: Json = {"n": self.count, "at": time.time(), "direction": direction, "name": name}
        self.lines.append({**line, "ok": not error, "error": error or None, "detail": detail})

    def since(self, number: int) -> Json:
        """The lines after number ``number``, and the number to ask with next; the calls made, and how many are open."""
        lines = [line for line in self.lines if line["n"] > number] if number < self.count else []
        made = self.forgotten + len(self.calls)
        return {"next": self.count, "calls": made, "open": self.open, "entries": lines}

    def publish(self, kind: str, channel: str | None = None, user: str | None = None, ts: str | None = None) -> None:
        """Tell the pages that something changed: which message (``ts``), seen by ``user`` alone when one is named."""
        if not self.listeners:
            return
        note: Json = {"kind": kind}
        if channel:
            note["channel"] = channel
        if user:
            note["user"] = user
        if ts:
            note["ts"] = ts
        for listener in self.listeners:
            listener.add(note)


class Listener:
    """One page that watches: changes of the same thing within a twentieth of a second are told once."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.pending: dict[tuple[Any, ...], Json] = {}
        self.ready = asyncio.Event()
        self.closed = False

    def add(self, note: Json) -> None:
        self.pending[tuple(note.items())] = note
        self.ready.set()

    def close(self) -> None:
        self.closed = True
        self.ready.set()

    async def notes(self) -> AsyncIterator[list[Json]]:
        """The changes, a list each beat at most; an empty list now and then keeps the connection alive."""
        self.traffic.listeners.add(self)
        try:
            while not self.closed:
                try:
                    await asyncio.wait_for(self.ready.wait(), KEEP_ALIVE_S)
                except TimeoutError:
                    yield []
                    continue
                await asyncio.sleep(BEAT_S)
                self.ready.clear()
                notes, self.pending = list(self.pending.values()), {}
                yield notes
        finally:
            self.traffic.listeners.discard(self)
