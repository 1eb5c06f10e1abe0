"""What is done to an Alertmanager in the tests: driven against the real one, and against what was recorded of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.alertmanager import Alertmanager
from stanch.controls.base import Found, PlaneFault, Planes, Proof, Reading
from stanch.controls.wire import Wire
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "alertmanager"
SOURCE = "Alertmanager 0.25.0 of Debian 12, locked with a user and password"
VOLATILE = ("startsAt", "endsAt")
MATCHERS = {"alertname": "LLMErrorRateHigh", "service": "support-copilot"}
LOUD = Reading("off", {"silences": []})
QUIET = Aim("alerts", {"matchers": MATCHERS, "for": "1h"}, Values(("off", "on")), "on")
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def replace_matchers(matchers: Mapping[str, str]) -> Aim:
    """The same control for another alert."""
    return replace(QUIET, target={"matchers": matchers, "for": "1h"})


def planes(url: str, login: str, *, timeout: float = 10.0, clock: Callable[[], datetime] | None = None) -> Planes:
    """One Alertmanager, by the kinds that ship; `clock`: another than the machine's."""

    class Clocked(Alertmanager):
        def __init__(self, wire: Wire) -> None:
            super().__init__(wire, clock or (lambda: datetime.now(UTC)))

    known = {"alerts": Plane("alerts", "alertmanager", url=url, secret="LOGIN", timeout=timedelta(seconds=timeout))}
    return Planes(Catalogue(planes=known), {"LOGIN": login}, {**ADAPTERS, "alertmanager": Clocked})


async def quiet_and_back(driven: Planes) -> None:
    """Two alerts fire, of which one is meant: it is silenced, shown to be, and loud again."""
    alerts = driven.of(QUIET)
    before = await alerts.read(QUIET)
    assert before == LOUD
    assert await alerts.probe(QUIET, "on", since=SINCE) == Proof(False, "the plane itself still says off")
    receipt = await alerts.apply(QUIET, "on", detail={}, request_id="INC-7-apply-1", by="U1")
    assert (receipt.request_id, receipt.said) == ("INC-7-apply-1", "200, on")
    silenced = await alerts.read(QUIET)
    assert (silenced.value, [one["comment"] for one in silenced.detail["silences"]]) == ("on", ["by U1, INC-7-apply-1"])
    assert await alerts.probe(QUIET, "on", since=SINCE) == Proof(True, "1 of 1 firing alerts are hidden by it")
    await alerts.apply(QUIET, "off", detail=before.detail, request_id="INC-7-apply-2", by="U1")
    assert await alerts.read(QUIET) == LOUD
    assert await alerts.probe(QUIET, "off", since=SINCE) == Proof(True, "0 of 1 firing alerts are hidden by it")


async def nothing_fires(driven: Planes) -> None:
    """Where no such alert fires, a silence can be made and ended, and nothing shows it."""
    calm = Aim("alerts", {"matchers": {"alertname": "Calm"}, "for": "30m"}, QUIET.values, "on")
    alerts = driven.of(calm)
    await alerts.apply(calm, "on", detail={}, request_id="INC-7-apply-3", by="U1")
    proof = await alerts.probe(calm, "on", since=SINCE)
    assert (proof.effective, proof.final) == (None, True)
    assert proof.seen.startswith("no such alert fires now: the silence is on until 20")
    await alerts.apply(calm, "off", detail={}, request_id="INC-7-apply-4", by="U1")
    told = "no such alert fires now: the silence is off"
    assert await alerts.probe(calm, "off", since=SINCE) == Proof(None, told, final=True)


async def what_fires(driven: Planes) -> None:
    """The alerts that fire, ready to be picked; one that is silenced is among them."""
    assert await driven.of(QUIET).found() == [
        Found("alert.quiet", {"matchers": {"alertname": "Disk"}, "for": "1h"}, ("off", "on"), "on", "Disk",
              "fires 2 times now"),
        Found("alert.quiet", {"matchers": MATCHERS, "for": "1h"}, ("off", "on"), "on", "LLMErrorRateHigh",
              "fires 1 times now"),
    ]  # fmt: skip


async def wrong_login(driven: Planes) -> None:
    """What it answers to a login that it does not know."""
    alerts = driven.of(QUIET)
    for call in (
        alerts.read(QUIET),
        alerts.apply(QUIET, "on", detail={}, request_id="INC-7-apply-5", by="U1"),
        alerts.found(),
    ):
        with pytest.raises(PlaneFault) as caught:
            await call
        told = "The control plane alerts does not accept us (401 Unauthorized): check LOGIN."
        assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, True)
