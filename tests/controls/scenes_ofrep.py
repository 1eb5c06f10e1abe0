"""A flag that is moved over a flag service's own API, and shown by what it evaluates to over OFREP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Shown, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "ofrep"
SOURCE = "fast-feature 0.0.2, which speaks OFREP and asks for no token"
FLAG: dict[str, Any] = {"key": "assistant", "variants": {"on": True, "off": False}, "default_variant": "on"}
PAGE = "/admin/api/flags/assistant"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)
VALUES = Values(("on", "off"))


def shown_by(flag: str) -> tuple[Shown, ...]:
    return (Shown("evaluated", {"flag": flag, "map": {"on": True, "off": False}}),)


def moved(target: dict[str, Any], flag: str = "assistant") -> Aim:
    """A control at the flag service, shown by `flag`."""
    return Aim("flags", target, VALUES, "off", shown_by=shown_by(flag))


VARIANT = moved(
    {
        "read": {"get": PAGE, "pointer": "/default_variant"},
        "merge": "",
        "apply": {"method": "PUT", "path": PAGE, "body": "{map}"},
        "probe": {"get": PAGE, "pointer": "/default_variant"},
    }
)
"""As it is right: what it evaluates to is moved."""
STATE = moved(
    {
        "read": {"get": PAGE, "pointer": "/state"},
        "map": {"on": "ENABLED", "off": "DISABLED"},
        "apply": {"method": "PATCH", "path": PAGE, "body": {"enabled": "{value}"}, "map": {"on": True, "off": False}},
        "probe": {"get": PAGE, "pointer": "/state"},
    }
)
"""The trap: a disabled flag still evaluates to its default."""


def planes(url: str, timeout: float = 10.0) -> Planes:
    """The flag service twice: where it is moved, and where applications ask."""
    kinds = {"flags": "http", "evaluated": "ofrep"}
    known = {id: Plane(id, kind, url=url, timeout=timedelta(seconds=timeout)) for id, kind in kinds.items()}
    return Planes(Catalogue(planes=known), {}, ADAPTERS)


async def off_and_on(driven: Planes) -> None:
    """The flag's variant is moved, evaluates to false, and is put back."""
    flags = driven.of(VARIANT)
    before = await flags.read(VARIANT)
    assert before == Reading("on")
    assert (await proved(driven, VARIANT, "off", since=SINCE)).effective is False
    await flags.apply(VARIANT, "off", detail={}, request_id="r-1", by="U1")
    told = "assistant evaluates to no; the answer carries off"
    assert await proved(driven, VARIANT, "off", since=SINCE) == Proof(True, told)
    await flags.apply(VARIANT, "on", detail=before.detail, request_id="r-2", by="U1")
    told = "assistant evaluates to yes; the answer carries on"
    assert await proved(driven, VARIANT, "on", since=SINCE) == Proof(True, told)


async def disabled(driven: Planes) -> None:
    """The service says that it is off, and applications still get true: never in effect."""
    flags = driven.of(STATE)
    await flags.apply(STATE, "off", detail={}, request_id="r-1", by="U1")
    assert await flags.read(STATE) == Reading("off")
    assert (await flags.probe(STATE, "off", since=SINCE)).effective is True
    assert await proved(driven, STATE, "off", since=SINCE) == Proof(False, "assistant evaluates to yes")
    await flags.apply(STATE, "on", detail={}, request_id="r-2", by="U1")
    assert (await proved(driven, STATE, "on", since=SINCE)).effective is True


async def no_such_flag(driven: Planes) -> None:
    """A flag that is not there shows nothing, and says so."""
    aim = moved(dict(VARIANT.target), "asistant")
    with pytest.raises(PlaneFault, match="The control plane evaluated has no such thing"):
        await proved(driven, aim, "on", since=SINCE)
