"""What is asked of a Prometheus in the tests: of a real one that scrapes an application, and of what was recorded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.checks import Checks
from stanch.controls.prometheus import QueryProof, counted
from stanch.core.catalogue import Catalogue
from stanch.core.check import Check, Probe, Result
from stanch.core.control import Aim, Plane, Value, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "prometheus"
SOURCE = "Prometheus 2.42.0 of Debian 12, locked with a user and password, which scrapes an application each second"
VOLATILE = ("time", "start", "end")
MODEL = Aim("gateway", {}, Values(("sunrise", "moonlight")), "moonlight")
SHARE = 'sum(rate(served_total{model="{value}"}[4s])) / sum(rate(served_total[4s]))'
SERVED = QueryProof(query=SHARE, at_least=0.95, window=5)
ERRORS = {"query": "error_share", "at_most": 0.05, "unit": "%"}


def planes(url: str, login: str, *, timeout: float = 10.0) -> Planes:
    known = Plane("metrics", "prometheus", url=url, secret="LOGIN", scheme="Basic", timeout=timedelta(seconds=timeout))
    return Planes(Catalogue(planes={"metrics": known}), {"LOGIN": login}, {})


async def measured(driven: Planes, held: float = 0.0, **how: object) -> Result:
    probes = {"support-copilot": Probe("prometheus", "metrics", {**ERRORS, **how})}
    check = Check("errors", "Errors", "few fail", timedelta(seconds=held), probes=probes)
    return await Checks(driven).measure(check, "support-copilot")


async def shown(driven: Planes, value: Value, seconds: float = 60.0, how: QueryProof = SERVED) -> Proof:
    """What is shown of a pull that was accepted so many seconds ago."""
    now = datetime.now(UTC)
    since = now - timedelta(seconds=seconds)
    return await counted(driven.wire("metrics", "look by hand"), how, MODEL, value, since, now)


async def calm(driven: Planes) -> None:
    """2 % fail and sunrise serves everything: green, held, and shown for it alone."""
    assert await measured(driven) == Result("errors", "green", "2 % (at most 5 %)")
    assert await measured(driven, 3.0, step=1) == Result("errors", "green", "2 % (at most 5 %) for 3 s")
    assert await shown(driven, "sunrise") == Proof(True, "1 (wanted at least 0.95)")
    assert (await shown(driven, "moonlight")).effective is not True


async def nothing_measured(driven: Planes) -> None:
    """No series: neither yes nor no, as a check and as a proof."""
    assert await measured(driven, query="no_such_metric") == Result(
        "errors", "unknown", "no figure: nothing was measured"
    )
    nobody = QueryProof(query="no_such_metric", at_most=0, window=0)
    assert await shown(driven, "moonlight", how=nobody) == Proof(None, "Prometheus has no figure for it")


async def wrong_query(driven: Planes) -> None:
    """What Prometheus says of it stands in the fault; a check is unknown, never green."""
    result = await measured(driven, query="sum(")
    assert result.verdict == "unknown"
    assert result.seen.startswith("The control plane metrics refused it (400 Bad Request), it says: ")
    fault = await fault_of(lambda: shown(driven, "moonlight", how=QueryProof(query="sum(", at_most=0)))
    assert (fault.sent, fault.permanent) == (False, True)


async def wrong_login(driven: Planes) -> None:
    """It does not let us in: unknown, and the secret's name is told."""
    result = await measured(driven)
    told = "The control plane metrics does not accept us (401 Unauthorized): check LOGIN."
    assert result == Result("errors", "unknown", told)


async def fault_of(call: Callable[[], object]) -> PlaneFault:
    try:
        await call()  # type: ignore[misc]
    except PlaneFault as fault:
        return fault
    raise AssertionError("no fault")
