"""What a control plane and an adapter say to each other, recorded on the way to a real server and replayed without it.

A recording is JSON: `source` (which server and version, or whose documentation), `volatile`, and `exchanges` in order.
It is made with `RECORD_EXCHANGES=1`; otherwise `recorded` leads straight to the server and writes nothing.
"""

import asyncio
import itertools
import json
import os
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import httpx

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "exchanges"
MASKED: Final = "masked-token-1"
"""What the first masked token is called in a recording, so what a plane of a replay must send; then -2, …"""
HERE: Final = "http://plane.example"
"""What the plane's own address is called in a recording."""
_TRANSPORT: Final = frozenset(("accept", "accept-encoding", "connection", "content-length", "host", "user-agent"))
_KEPT: Final = ("content-type", "etag", "link", "location", "retry-after", "www-authenticate")
Json = dict[str, Any]


@asynccontextmanager
async def recorded(
    real_url: str,
    path: Path,
    *,
    source: str,
    mask: Sequence[str] = (),
    volatile: Sequence[str] = (),
    keep: Iterable[str] = (),
    write: bool | None = None,
) -> AsyncIterator[str]:
    """The address of a proxy before `real_url`; what passed is written to `path` when the block ends well.

    `mask`: the secrets; `volatile`: names of body keys (at any depth), query parameters and headers of requests that
    differ from run to run; `keep`: names of further headers of answers.
    """
    if write is None and not os.environ.get("RECORD_EXCHANGES"):
        yield real_url
        return
    exchanges: list[Json] = []

    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def passed(asked: Asked) -> Told:
            headers = {name: value for name, value in asked.headers.items() if name not in ("host", "connection")}
            got = await client.request(asked.method, real_url + asked.path, headers=headers, content=asked.content)
            told = {name: got.headers[name] for name in (*_KEPT, *keep) if name in got.headers}
            response = {"status": got.status_code, "headers": told, **_body(got.content)}
            exchanges.append({"request": asked.json(), "response": response})
            return Told(got.status_code, told, got.content)

        async with _serving(passed) as url:
            yield url
    text = json.dumps(exchanges, ensure_ascii=False, indent=1)
    for real, fake in [(real_url, HERE), *_masks(mask)]:
        text = text.replace(real, fake)
    whole = {"source": source, "volatile": list(volatile), "exchanges": json.loads(text)}
    _write(path, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")


@asynccontextmanager
async def replayed(path: Path) -> AsyncIterator[str]:
    """The address of a server that answers as recorded, and demands the same requests in the same order.

    Raises AssertionError when the block ends: with the difference, or with what was never asked.
    """
    known = _known(path)
    left, wrong, url = list(known["exchanges"]), list[str](), ""
    asks = itertools.count(1)

    async def answered(asked: Asked) -> Told:
        number, expected = next(asks), left.pop(0) if left and not wrong else None
        said = expected["request"] if expected else {}
        difference = _difference(said, asked.json(), known["volatile"], url)
        if difference or expected is None:
            wrong.append(f"request {number} of {path.name}:\n{difference}")
            return Told(599, {}, b"")
        response = json.loads(json.dumps(expected["response"]).replace(HERE, url))
        return Told(response["status"], response["headers"], _content(response))

    done = False
    try:
        async with _serving(answered) as url:
            yield url
        done = True
    finally:
        if wrong:
            raise AssertionError(wrong[0])
        if done and left:
            first = left[0]["request"]
            raise AssertionError(f"{len(left)} more requests are in {path.name}: {first['method']} {first['path']} …")


@dataclass(frozen=True)
class Asked:
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes = field(default=b"", repr=False)

    def json(self) -> Json:
        headers = {name: value for name, value in sorted(self.headers.items()) if name not in _TRANSPORT}
        return {"method": self.method, "path": self.path, "headers": headers, **_body(self.content)}


@dataclass(frozen=True)
class Told:
    status: int
    headers: dict[str, str]
    content: bytes = field(repr=False)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _known(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def _difference(expected: Json, asked: Json, volatile: Sequence[str], url: str) -> str:
    """Nothing when they are the same, apart from what is volatile."""
    before, now = (
        json.dumps(_steady(one, volatile), ensure_ascii=False, indent=1, sort_keys=True).replace(url, HERE).splitlines()
        for one in (expected, asked)
    )
    return "\n".join(unified_diff(before, now, "recorded", "asked now", lineterm="", n=99))


def _steady(found: Any, volatile: Sequence[str], name: str = "") -> Any:
    if name and name in volatile:
        return "(volatile)"
    if isinstance(found, dict):
        return {key: _steady(value, volatile, key) for key, value in found.items()}
    if isinstance(found, list):
        return [_steady(value, volatile) for value in found]
    if name == "path" and "?" in str(found) and volatile:
        page, _, query = found.partition("?")
        pairs = [(key, _steady(value, volatile, key)) for key, value in parse_qsl(query, keep_blank_values=True)]
        return f"{page}?{urlencode(pairs)}"
    return found


def _body(content: bytes) -> Json:
    if not content:
        return {}
    try:
        return {"body": json.loads(content)}
    except ValueError:
        return {"text": content.decode("utf-8", "replace")}


def _content(said: Json) -> bytes:
    if "body" not in said:
        return str(said.get("text", "")).encode()
    # Without spaces, as servers write it: a proof may look for words.
    return json.dumps(said["body"], ensure_ascii=False, separators=(",", ":")).encode()


def _masks(secrets: Sequence[str]) -> list[tuple[str, str]]:
    """Each secret as it is, as a path has it, and as Basic authentication has it; the longest first."""
    found = []
    for number, secret in enumerate(secrets, 1):
        fake = f"masked-token-{number}"
        found += [(secret, fake), (quote(secret, safe=""), fake)]
        found.append((b64encode(secret.encode()).decode(), b64encode(fake.encode()).decode()))
    return sorted(found, key=lambda one: -len(one[0]))


@asynccontextmanager
async def _serving(answer: Callable[[Asked], Awaitable[Told]]) -> AsyncIterator[str]:
    open = dict[asyncio.Task[None], asyncio.StreamWriter]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open[task] = writer
        try:
            while True:
                await _one(reader, writer, answer)
        except (asyncio.IncompleteReadError, ConnectionError, httpx.TransportError):
            pass  # whoever asked has gone, or the real server has: the connection ends as theirs did
        finally:
            writer.close()
            del open[task]

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in open.values():
            writer.close()
        _, slow = await asyncio.wait([*open], timeout=1) if open else ((), ())
        for task in slow:
            task.cancel()
        await server.wait_closed()


async def _one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Callable[[Asked], Awaitable[Told]]
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    told = await answer(Asked(method, path, headers, content))
    given = {**told.headers, **({"content-length": str(len(told.content))} if told.status != 204 else {})}
    lines = [f"HTTP/1.1 {told.status} Said", *(f"{name}: {value}" for name, value in given.items())]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (told.content if told.status != 204 else b""))
    await writer.drain()
