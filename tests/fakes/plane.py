"""A control plane on loopback: it keeps settings, serves answers with them, and can be made to misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "practice-token-4711-not-for-logs"
HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
Reply = tuple[int, Any]


@dataclass(frozen=True)
class Fault:
    """What happens to each request of a kind instead of the answer. `kind`: status, html, nothing, slow, lies, lost
    (done, then no answer), reset (closed before it is done), big, away (a redirect to `to`), broken (no JSON)."""

    kind: str
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    to: str = ""
    times: int = 1_000


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class FakePlane:
    """`now` is its clock (epoch seconds). A write is one that may change something: PUT, PATCH, DELETE, or a POST
    that is no probe. What it serves follows the settings when `served` is told to, and never while it lies."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now
        self.settings: dict[str, Any] = {"prompt": "v18", "depth": 8, "answers": "model", "evidence": "normal"}
        self.answers: list[dict[str, Any]] = []
        self.stats: dict[str, Any] = {}
        self.jobs: dict[str, Any] = {"running": 0, "longest_steps": 0, "half_done": []}
        self.tried: dict[str, dict[str, Any]] = {}
        self.calls: list[Call] = []
        self.done: list[tuple[str, Any, str]] = []
        """What really changed: name, value, request id."""
        self.routes: dict[tuple[str, str], Callable[[Call], Reply | tuple[int, Any, dict[str, str]]]] = {}
        """More places, by method and path."""
        self.reads: Fault | None = None
        self.writes: Fault | None = None
        self.url = ""

    def serve(self, count: int, **more: Any) -> None:
        """Answer `count` questions now, with what the settings say now; `more` overrides fields."""
        for _ in range(count):
            self.now = round(self.now + 0.1, 3)
            carried = {"prompt": self.settings["prompt"], "depth": self.settings["depth"], "tools": [], "sources": []}
            carried |= {"fallback": self.settings["answers"] == "fallback", "status": 200, "variant": "old"}
            self.answers.append({"id": f"a{len(self.answers)}", "at": self.now, **carried, **more})

    @asynccontextmanager
    async def up(self) -> AsyncIterator["FakePlane"]:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tasks = self._tasks = set[asyncio.Task[None]]()
        try:
            yield self
        finally:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        call = Call(method, path, headers, json.loads(body) if body else None)
        self.calls.append(call)
        write = method in ("PUT", "PATCH", "DELETE") or (method == "POST" and "/probe/" not in path)
        fault = self._fault(write)
        if fault is None or fault.kind == "lost":
            reply = self._reply(call, lies=False)
            if fault is not None:
                return False
            return await self._send(writer, reply)
        return await self._misbehave(fault, call, writer)

    def _fault(self, write: bool) -> Fault | None:
        fault = self.writes if write else self.reads
        if fault is None:
            return None
        left = Fault(fault.kind, fault.status, fault.headers, fault.to, fault.times - 1) if fault.times > 1 else None
        if write:
            self.writes = left
        else:
            self.reads = left
        return fault

    async def _misbehave(self, fault: Fault, call: Call, writer: asyncio.StreamWriter) -> bool:
        if fault.kind == "reset":
            return False
        if fault.kind == "slow":
            await asyncio.sleep(3600)
        raw: dict[str, tuple[int, Any, dict[str, str]]] = {
            "status": (fault.status, {"error": f"no, {TOKEN} may not"}, dict(fault.headers)),
            "html": (200, HTML, {"content-type": "text/html"}),
            "nothing": (200, b"", {}),
            "broken": (200, b'{"value": ', {}),
            "big": (200, b"[" + b" " * 2_000_000 + b"]", {}),
            "away": (302, b"", {"location": fault.to}),
        }
        return await self._send(writer, raw[fault.kind] if fault.kind in raw else self._reply(call, lies=True))

    def _reply(self, call: Call, *, lies: bool) -> Any:
        where = urlsplit(call.path)
        known = self.routes.get((call.method, where.path))
        if known is not None:
            return known(call)
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "who are you?"}
        asked = {name: values[-1] for name, values in parse_qs(where.query).items()}
        parts = [unquote(part) for part in where.path.split("/")[1:]]
        if parts[:2] == ["admin", "settings"] and len(parts) == 3:
            return self._setting(call, parts[2], lies)
        if parts[:2] == ["admin", "probe"]:
            return 200, self.tried[parts[2]]
        if parts == ["admin", "evidence", "hold"]:
            self.settings["evidence"] = "held"
            return 200, {"held": [{"what": "log", "sha256": "00", "at": self.now}], "missing": ["memory"]}
        pages = {
            "answers": lambda: {"answers": self._answers(asked)},
            "stats": lambda: self.stats,
            "jobs": lambda: self.jobs,
        }
        return (200, pages[parts[1]]()) if len(parts) == 2 and parts[1] in pages else (404, {"error": "no such page"})

    def _setting(self, call: Call, name: str, lies: bool) -> Reply:
        if name not in self.settings:
            return 404, {"error": f"no setting {name}"}
        if call.method == "PUT":
            value, request_id = call.body["value"], call.headers.get("x-request-id", "")
            if not lies and not any(done == (name, value, request_id) for done in self.done):
                self.settings[name] = value
                self.done.append((name, value, request_id))
            return 200, {"name": name, "value": value, "request_id": request_id}
        return 200, {"name": name, "value": self.settings[name], "changed_at": self.now, "changed_by": "tests"}

    def _answers(self, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        since, segment = float(asked.get("since", 0)), asked.get("segment")
        fresh = [one for one in self.answers if one["at"] > since and (segment is None or one.get("tenant") == segment)]
        return fresh[::-1][: int(asked.get("limit", 20))]

    async def _send(self, writer: asyncio.StreamWriter, reply: Any) -> bool:
        status, body, headers = reply if len(reply) == 3 else (*reply, {})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", "content-length": str(len(content)), **headers}
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in given.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()
        return True
