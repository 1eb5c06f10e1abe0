"""Whatever a control plane does wrong: one fault, with exactly what may have happened, and never a secret."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

import pytest

from stanch.controls.base import PlaneFault, Planes, Proof, Reading
from stanch.core.control import Aim
from tests.controls.parts import PROMPT, SINCE, generic, planes
from tests.fakes.plane import TOKEN, FakePlane, Fault

AIMS = pytest.mark.parametrize("aim", [PROMPT, generic()], ids=["practice_ai", "http"])
READ_BACK = " It may have happened: read it back."


@dataclass(frozen=True)
class Told:
    """A fault as it reaches people: `practice` or `gateway` in place of {plane}."""

    message: str
    sent: bool
    permanent: bool = False
    retry_after: float | None = None


def status(code: int, message: str, **more: object) -> tuple[Fault, Told]:
    fault = Fault("status", code, {k: str(v) for k, v in more.items() if k == "retry-after"})
    rest = {k: v for k, v in more.items() if k != "retry-after"}
    return fault, Told(
        message.replace("#", f"{code} {HTTPStatus(code).phrase}"), **{"sent": False, "permanent": True, **rest}
    )  # type: ignore[arg-type]


P = "The control plane {plane}"
WHY = "it says: no, •••• may not"
TABLE: dict[str, tuple[Fault, Told]] = {
    "400": status(400, f"{P} refused it (#), {WHY}."),
    "401": status(401, f"{P} does not accept us (#): check PRACTICE_AI_TOKEN."),
    "403": status(403, f"{P} does not let us do this (#): ask its owner, or do it by hand."),
    "404": status(404, f"{P} has no such thing (#): look at the catalogue, or do it by hand."),
    "409": status(409, "Somebody else changed it meanwhile (#): look at it before you pull."),
    "422": status(422, f"{P} refused it (#), {WHY}."),
    "423": status(423, f"{P} refused it (#), {WHY}.", permanent=False),
    "429": status(429, f"{P} gets too many requests (#): again later.", permanent=False),
    "429 with a wait": status(
        429, f"{P} gets too many requests (#): again in 7 s.",
        permanent=False, retry_after=7.0, **{"retry-after": 7},
    ),
    "500": status(500, f"{P} is in trouble itself (#).", sent=True, permanent=False),
    "503": status(
        503, f"{P} is in trouble itself (#).",
        sent=True, permanent=False, retry_after=30.0, **{"retry-after": 30},
    ),
    "html": (Fault("html"), Told(f"{P} answered with a web page, not with data: is there a login before it?", True)),
    "nothing": (Fault("nothing"), Told(f"{P} answered with nothing.", True)),
    "broken": (Fault("broken"), Told(f"{P} answered with something that is no JSON.", True)),
    "slow": (Fault("slow"), Told(f"{P} did not answer within 0.3 s.", True)),
    "big": (Fault("big"), Told(f"{P} answered with more than 1 MB.", True)),
    "away": (
        Fault("away", to="http://127.0.0.2:9/elsewhere"),
        Told(f"{P} sends us to another address (302 Found); it was not followed.", True, permanent=True),
    ),
}  # fmt: skip
CASES = pytest.mark.parametrize("case", TABLE)


async def fault_of(call: object) -> PlaneFault:
    with pytest.raises(PlaneFault) as caught:
        await call  # type: ignore[misc]
    return caught.value


def told(fault: PlaneFault) -> tuple[str, bool, bool, float | None]:
    return str(fault), fault.sent, fault.permanent, fault.retry_after


@AIMS
@CASES
async def test_a_write_that_goes_wrong(plane: FakePlane, driven: Planes, aim: Aim, case: str) -> None:
    """Each fault of a write says in one sentence what it was, whether it may have happened, whether again can help."""
    plane.writes, expected = TABLE[case]
    fault = await fault_of(driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada"))
    message = expected.message.format(plane=aim.plane) + (READ_BACK if expected.sent else "")
    assert told(fault) == (message, expected.sent, expected.permanent, expected.retry_after)
    assert fault.request_id == "r-1"
    assert len(plane.calls) == 1, "a write is never repeated here"


@AIMS
@CASES
@pytest.mark.parametrize("what", ["read", "probe"])
async def test_a_read_that_goes_wrong(plane: FakePlane, driven: Planes, aim: Aim, case: str, what: str) -> None:
    """Reads and probes fail in the same words, and nothing can have happened."""
    plane.reads, expected = TABLE[case]
    adapter = driven.of(aim)
    fault = await fault_of(adapter.read(aim) if what == "read" else adapter.probe(aim, "v18", since=SINCE))
    message = expected.message.format(plane=aim.plane)
    assert told(fault) == (message, False, expected.permanent, expected.retry_after)


@AIMS
async def test_a_write_whose_answer_is_lost_may_have_happened(plane: FakePlane, driven: Planes, aim: Aim) -> None:
    """The plane did it and broke off: the fault says so, and reading back shows it."""
    plane.writes = Fault("lost")
    fault = await fault_of(driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada"))
    broke = f"The control plane {aim.plane} broke the connection off before it answered.{READ_BACK}"
    assert told(fault) == (broke, True, False, None)
    assert plane.done == [("prompt", "v17", "r-1")]
    assert await driven.of(aim).read(aim) == Reading("v17")


@AIMS
async def test_a_write_that_is_cut_off_looks_the_same_and_did_not_happen(
    plane: FakePlane, driven: Planes, aim: Aim
) -> None:
    """Closed before it was done: nobody can tell from here, so it counts as sent, and reading back tells."""
    plane.writes = Fault("reset")
    fault = await fault_of(driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada"))
    assert (fault.sent, fault.permanent) == (True, False)
    assert plane.done == []
    assert await driven.of(aim).read(aim) == Reading("v18")


@AIMS
async def test_a_plane_that_is_down_got_nothing(aim: Aim) -> None:
    """Nobody listens: the write was certainly not sent, and asking again may help."""
    down = FakePlane()
    async with down.up():
        pass
    driven = planes(down)
    for call in (
        driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada"),
        driven.of(aim).read(aim),
    ):
        fault = await fault_of(call)
        assert told(fault) == (f"The control plane {aim.plane} could not be reached: is it up?", False, False, None)
    await driven.close()


@AIMS
async def test_a_read_over_a_lost_connection_is_asked_once_more(plane: FakePlane, driven: Planes, aim: Aim) -> None:
    """One lost connection is nothing; two in a row are a fault."""
    plane.reads = Fault("reset", times=1)
    assert await driven.of(aim).read(aim) == Reading("v18")
    plane.reads = Fault("reset", times=2)
    fault = await fault_of(driven.of(aim).read(aim))
    assert str(fault) == f"The control plane {aim.plane} could not be reached: is it up?"
    assert len(plane.calls) == 4


@AIMS
async def test_a_plane_that_says_yes_and_does_nothing_is_never_effective(
    plane: FakePlane, driven: Planes, aim: Aim
) -> None:
    """The receipt is there, but neither reading back nor the probe believes it, however many answers come."""
    plane.writes = Fault("lies")
    adapter = driven.of(aim)
    receipt = await adapter.apply(aim, "v17", detail={}, request_id="r-1", by="ada")
    assert receipt.request_id == "r-1"
    assert plane.done == []
    plane.serve(50)
    assert await adapter.read(aim) == Reading("v18")
    assert (await adapter.probe(aim, "v17", since=SINCE)).effective is False


@AIMS
async def test_a_plane_that_shows_the_new_value_and_serves_the_old_is_not_effective(
    plane: FakePlane, driven: Planes, aim: Aim
) -> None:
    """Its setting says v17, its users still get v18: only the answers count."""
    await driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada")
    plane.serve(20, prompt="v18")
    proof = await driven.of(aim).probe(aim, "v17", since=SINCE)
    assert proof == Proof(False, "20 of 20 answers still carry v18")


@AIMS
@pytest.mark.parametrize("case", [*TABLE, "lost", "reset", "fine"])
async def test_the_secret_is_nowhere(
    plane: FakePlane, driven: Planes, aim: Aim, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No message, cause, repr, preview or log line at any level holds the token, though the plane echoes it."""
    caplog.set_level(logging.DEBUG)
    fault = TABLE[case][0] if case in TABLE else Fault(case) if case != "fine" else None
    plane.writes = plane.reads = fault
    adapter = driven.of(aim)
    seen = [adapter.preview(aim, "v17"), repr(adapter), repr(driven.wire(aim.plane)), repr(driven)]
    for call in (adapter.apply(aim, "v17", detail={}, request_id="r-1", by="ada"), adapter.read(aim)):
        try:
            seen.append(repr(await call))
        except PlaneFault as wrong:
            chain: BaseException | None = wrong
            while chain is not None:
                seen.append(f"{chain!r} {chain} {vars(chain)}")
                chain = chain.__cause__ or chain.__context__
    assert plane.calls, "something was sent"
    assert plane.calls[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert [text for text in [*seen, caplog.text] if TOKEN in text] == []


async def test_a_redirect_on_the_same_host_is_followed_for_reads_only(plane: FakePlane, driven: Planes) -> None:
    """A plane may move its pages about; a write stays where it was sent."""
    plane.reads = Fault("away", to="/admin/settings/prompt", times=1)
    assert await driven.of(PROMPT).read(PROMPT) == Reading("v18")
    plane.writes = Fault("away", to="/admin/settings/prompt", times=1)
    fault = await fault_of(driven.of(PROMPT).apply(PROMPT, "v17", detail={}, request_id="r-1", by="ada"))
    assert (fault.sent, fault.permanent, plane.done) == (True, True, [])


async def test_redirects_in_a_circle_end(plane: FakePlane, driven: Planes) -> None:
    """After three hops the redirect itself is the fault."""
    plane.reads = Fault("away", to="/admin/settings/prompt")
    fault = await fault_of(driven.of(PROMPT).read(PROMPT))
    assert (fault.permanent, len(plane.calls)) == (True, 4)
