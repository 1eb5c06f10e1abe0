"""The line to a plane: which headers go out, what is never kept or followed, and how long a plane asks us to wait."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Planes
from stanch.controls.wire import in_path
from stanch.core.catalogue import Catalogue
from stanch.core.control import Plane
from tests.controls.parts import PROMPT
from tests.fakes.plane import TOKEN, Call, FakePlane


def one(plane: FakePlane, prefix: str = "", **more: Any) -> Planes:
    found = Plane("p", "http", url=plane.url + prefix, secret="KEY", timeout=timedelta(seconds=10), **more)
    return Planes(Catalogue(planes={"p": found}), {"KEY": TOKEN}, {})


@pytest.mark.parametrize(
    ("more", "name", "sent"),
    [
        ({}, "authorization", f"Bearer {TOKEN}"),
        ({"scheme": ""}, "authorization", TOKEN),
        ({"header": "X-API-Key", "scheme": ""}, "x-api-key", TOKEN),
        ({"scheme": "Token"}, "authorization", f"Token {TOKEN}"),
    ],
)
async def test_how_the_secret_is_sent(plane: FakePlane, more: dict[str, str], name: str, sent: str) -> None:
    """Header and scheme as the plane wants them; an empty scheme sends it bare; a dry run masks it each time."""
    plane.routes["GET", "/x"] = lambda _: (200, {})
    planes = one(plane, **more)
    await planes.wire("p").read("/x")
    assert plane.calls[0].headers[name] == sent
    masked = sent.replace(TOKEN, "••••")
    assert f"{name}: {masked}" in planes.wire("p").shown("GET", "/x").lower().replace(masked.lower(), masked)
    await planes.close()


async def test_a_user_and_a_password_travel_encoded_and_are_masked_either_way(plane: FakePlane) -> None:
    """Basic: the pair is sent as RFC 7617 says; neither form of it is in what people see."""
    plane.routes["GET", "/x"] = lambda _: (200, {})
    found = Plane("p", "http", url=plane.url, secret="KEY", scheme="Basic")
    planes = Planes(Catalogue(planes={"p": found}), {"KEY": "pk-lf-1:sk-lf-2"}, {})
    wire = planes.wire("p")
    await wire.read("/x")
    encoded = "cGstbGYtMTpzay1sZi0y"
    assert plane.calls[0].headers["authorization"] == f"Basic {encoded}"
    assert wire.masked(f"{encoded} and pk-lf-1:sk-lf-2") == "•••• and ••••"
    assert encoded not in wire.shown("GET", f"/x?{encoded}")
    for echoed in (encoded, "pk-lf-1:sk-lf-2", "sk-lf-2"):
        plane.routes["GET", "/x"] = lambda _, echoed=echoed: (400, {"message": f"cannot parse {echoed}"})
        with pytest.raises(PlaneFault, match="it says: cannot parse ••••"):
            await wire.read("/x")
    await planes.close()


def test_any_name_makes_a_path() -> None:
    """Half a character, as JSON may hold, is no crash; dots and slashes lead nowhere."""
    assert [in_path(name) for name in ("\ud800", "..", "a/b?c#d")] == ["%3F", "%2E%2E", "a%2Fb%3Fc%23d"]


async def test_a_control_cannot_replace_the_secret_or_the_host(plane: FakePlane) -> None:
    """What a control adds never overrules the plane's own headers, and a path never leads to another host."""
    plane.routes["GET", "/api/x"] = lambda _: (200, {})
    planes = one(plane, "/api/")
    wire = planes.wire("p")
    await wire.read("/x", headers={"Authorization": "Bearer other"})
    assert plane.calls[0].path == "/api/x"
    assert plane.calls[0].headers["authorization"] == f"Bearer {TOKEN}"
    for path in ("x", "@evil.example/x", ".evil.example/x", ":80/x"):
        with pytest.raises(PlaneFault) as caught:
            await wire.read(path)
        told = "The path of this control leads away from p; nothing was sent."
        assert (str(caught.value), caught.value.permanent) == (told, True)
    assert len(plane.calls) == 1
    await planes.close()


@pytest.mark.parametrize(
    "to", ["/other", "/apiary", "//127.0.0.2:9/api/x", "http://127.0.0.1:9/api/x", "http://[half/api/"]
)
async def test_a_redirect_out_of_the_planes_own_address_is_not_followed(plane: FakePlane, to: str) -> None:
    """Below the same address a read may be sent on, elsewhere never: the secret would go along."""
    plane.routes["GET", "/api/x"] = lambda _: (302, b"", {"location": to})
    plane.routes["GET", "/other"] = plane.routes["GET", "/apiary"] = lambda _: (200, {})
    planes = one(plane, "/api")
    with pytest.raises(PlaneFault, match=r"sends us to another address \(302 Found\); it was not followed\.$"):
        await planes.wire("p").read("/x")
    assert [call.path for call in plane.calls] == ["/api/x"]
    await planes.close()


async def test_no_cookie_and_no_proxy(plane: FakePlane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cookies are not sent back, and the proxy of somebody's shell does not see our secrets."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    plane.routes["GET", "/x"] = lambda _: (200, {}, {"set-cookie": "session=1; Path=/"})
    planes = one(plane)
    for _ in range(2):
        await planes.wire("p").read("/x")
    assert [call.headers.get("cookie") for call in plane.calls] == [None, None]
    await planes.close()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:30 GMT", "date": "Sun, 22 Nov 2026 11:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:00 GMT", "date": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "99999999999"}, None),
        ({}, None),
    ],
)
async def test_how_long_a_plane_asks_us_to_wait(plane: FakePlane, headers: dict[str, str], wait: float | None) -> None:
    """Seconds, or a date against the plane's own clock; what cannot be read is nothing."""
    plane.routes["GET", "/x"] = lambda _: (429, {}, headers)
    planes = one(plane)
    with pytest.raises(PlaneFault) as caught:
        await planes.wire("p").read("/x")
    assert caught.value.retry_after == wait
    await planes.close()


async def test_words_of_a_refusal_are_short_and_one_line(plane: FakePlane) -> None:
    """A reason is shown where everybody puts one, redacted and cut; a body is never dumped."""
    planes = one(plane)

    async def told(body: Any) -> str:
        plane.routes["GET", "/x"] = lambda _: (400, body)
        with pytest.raises(PlaneFault) as caught:
            await planes.wire("p").read("/x")
        return str(caught.value).removeprefix("The control plane p refused it (400 Bad Request)")

    assert await told({"error": {"message": "no\nsuch model"}}) == ", it says: no such model."
    assert await told({"detail": "x" * 500}) == f", it says: {'x' * 79}…."
    assert await told({"error": "password: hunter22secret"}) == ", it says: password: [redacted: password]."
    for body in (b"<html>", {"error": {"code": 1}}, [1], b"\xff", {"stack": "at line 1"}, b""):
        assert await told(body) == "."
    await planes.close()


async def test_who_asks_is_said(plane: FakePlane, driven: Planes) -> None:
    """A plane's log can tell our requests from others'."""
    await driven.of(PROMPT).read(PROMPT)
    call: Call = plane.calls[0]
    assert (call.headers["user-agent"], call.headers["accept-encoding"]) == ("stanch", "identity")


def test_http_is_imported_with_the_first_request() -> None:
    """A start that never speaks to a plane does not pay for it."""
    code = "import sys, stanch.controls.adapters, stanch.controls.checks; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
