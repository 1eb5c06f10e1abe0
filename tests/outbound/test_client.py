"""One request to somebody else's system: what is not sent at all, and what is made of an odd answer."""

from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import web

from stanch.outbound.client import JsonLine
from stanch.outbound.exchange import Lost, Unusable

ODD: Mapping[str, web.Response] = {
    "/long": web.Response(body=b'"' + b"x" * 2_000 + b'"'),
    "/deep": web.Response(body=b"[" * 900),
    "/html": web.Response(status=503, text="<html>", headers={"Retry-After": "900"}),
    "/away": web.Response(status=302, headers={"Location": "http:foo"}),
    "/packed": web.Response(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
}


@pytest.fixture
async def odd() -> AsyncIterator[str]:
    """The address of a server that answers so."""

    async def answer(request: web.Request) -> web.Response:
        return ODD[request.path]

    app = web.Application()
    app.router.add_route("*", "/{any}", answer)
    runner = web.AppRunner(app, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield site.name
    await runner.cleanup()


@pytest.mark.parametrize("path", ODD)
async def test_an_answer_that_cannot_be_read_keeps_its_status(odd: str, path: str) -> None:
    """Long, deep, packed, no JSON, or a redirect to nowhere: nothing is read, and whether it came through is known."""
    line = JsonLine(odd, {}, 5, most=1_000)
    heard = await line.ask("POST", path, {})
    assert (heard.status, heard.body) == ({"/html": 503, "/away": 302}.get(path, 200), None)
    assert heard.retry_after(60) == (60 if path == "/html" else None)
    await line.close()


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("ftp://127.0.0.1:9", "t"), ("no address", "t"), ("http://", "t"), ("http://[::1", "t"),
        ("http://127.0.0.1:99999", "t"), ("http://a..b", "t"), ("http://127.0.0.1:9", "t "),
        ("http://127.0.0.1:9", "t\u00f6ken"), ("http://127.0.0.1:9", "a\r\nX-Other: b"),
    ],
)  # fmt: skip
async def test_what_cannot_be_sent_is_known_before_anything_is(url: str, token: str) -> None:
    """An address that is none, a secret that would break the header: refused, and the secret is in no repr."""
    line = JsonLine(url, {"Authorization": token}, 5)
    with pytest.raises(Unusable) as refused:
        await line.ask("POST", "/x", {})
    assert token not in repr(refused.value) + repr(line) or token.strip() == "t"
    await line.close()


async def test_nobody_there_means_nothing_went() -> None:
    """A refused connection is certain: it may be tried again."""
    line = JsonLine("http://127.0.0.1:9", {}, 5)
    with pytest.raises(Lost) as lost:
        await line.ask("POST", "/x", {})
    assert not lost.value.went
    await line.close()
