"""Flags of LaunchDarkly, which cannot be run here: as its documentation has it, and what is odd or goes wrong."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import Found, PlaneFault, Planes, Reading
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Values
from tests.controls.exchanges import FOLDER, MASKED, replayed
from tests.fakes.plane import FakePlane, Fault

PAGE = "/api/v2/flags/support/ai-chat"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def flag(key: str = "ai-chat", environment: str = "production", project: str = "support") -> Aim:
    target = {"project": project, "flag": key, "environment": environment}
    return Aim("flags", target, Values(("on", "off")), "off")


CHAT = flag()


def planes(url: str, token: str) -> Planes:
    known = {"flags": Plane("flags", "launchdarkly", url=url, secret="LAUNCHDARKLY_TOKEN")}
    return Planes(Catalogue(planes=known), {"LAUNCHDARKLY_TOKEN": token}, ADAPTERS)


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    async with planes(plane.url, "api-token") as made:
        yield made


async def move(driven: Planes, value: Any, aim: Aim = CHAT) -> str:
    return (await driven.of(aim).apply(aim, value, detail={}, request_id="INC-7-apply-1", by="U1")).said


async def fault(call: Any) -> PlaneFault:
    with pytest.raises(PlaneFault) as caught:
        await call
    return caught.value


async def off_and_on(driven: Planes) -> None:
    """It is switched off with who and why in the comment, reads off, and is put back; nothing served shows it."""
    assert await driven.of(CHAT).read(CHAT) == Reading("on")
    assert await driven.of(CHAT).lacks(CHAT) == ""
    assert await move(driven, "off") == "200, off"
    assert await driven.of(CHAT).read(CHAT) == Reading("off")
    proof = await driven.of(CHAT).probe(CHAT, "off", since=SINCE)
    assert (proof.effective, proof.final) == (None, True)
    await move(driven, "on")
    assert await driven.of(CHAT).read(CHAT) == Reading("on")


async def approval_is_required(driven: Planes) -> None:
    """It says that people must approve there; nothing was moved, and again cannot help."""
    found = await fault(move(driven, "off"))
    told = "The control plane flags wants an approval in production: request it there, or by hand."
    assert (str(found), found.sent, found.permanent) == (told, False, True)


async def a_change_is_scheduled(driven: Planes) -> None:
    """A change that somebody has scheduled or requested is not overruled; LaunchDarkly's words say so."""
    found = await fault(move(driven, "off"))
    why = "This change conflicts with a pending scheduled change"
    assert str(found) == f"The control plane flags refused it (400 Bad Request), it says: {why}."
    assert (found.sent, found.permanent) == (False, True)


async def somebody_else_at_once(driven: Planes) -> None:
    """Two changed it in one moment: look before it is pulled again."""
    found = await fault(move(driven, "off"))
    told = "Somebody else changed it meanwhile (409 Conflict): look at it before you pull."
    assert (str(found), found.sent) == (told, False)


async def said_yes_and_did_nothing(driven: Planes) -> None:
    """A yes need not mean that what was sent was applied: the flag in the answer is looked at."""
    found = await fault(move(driven, "off"))
    told = "The control plane flags said yes, and left ai-chat on. It may have happened: read it back."
    assert (str(found), found.sent) == (told, True)


async def wrong_token(driven: Planes) -> None:
    """What it answers to a token that it does not know."""
    for call in (driven.of(CHAT).read(CHAT), driven.of(CHAT).lacks(CHAT), move(driven, "off")):
        found = await fault(call)
        told = "The control plane flags does not accept us (401 Unauthorized): check LAUNCHDARKLY_TOKEN."
        assert (str(found), found.sent, found.permanent) == (told, False, True)


async def may_only_look(driven: Planes) -> None:
    """The token of a reader: what it lacks is told before, and it is refused."""
    told = "its token may not switch ai-chat in production: it needs the action updateOn"
    assert await driven.of(CHAT).lacks(CHAT) == told
    assert "does not let us do this (403 Forbidden)" in str(await fault(move(driven, "off")))


async def nothing_there(driven: Planes) -> None:
    """A flag or an environment that does not exist, or a flag that was archived, is told as that."""
    for aim, told in (
        (flag("nope"), "has no such thing (404 Not Found): look at the catalogue, or do it by hand."),
        (flag(environment="nowhere"), "shows no environment nowhere of ai-chat."),
        (CHAT, "has archived ai-chat: it cannot be switched."),
    ):
        assert str(await fault(driven.of(aim).read(aim))) == f"The control plane flags {told}"


async def what_there_is(driven: Planes) -> None:
    """The flags of each project, ready to be picked; where one is not in production, a person has to say where."""
    notes = {"ai-chat": "on in production now", "new-prompt": "off in production now",
             "tested-only": "which environment is meant?"}  # fmt: skip
    assert await driven.of(CHAT).found() == [
        Found("feature.off", {"project": "support", "flag": key, "environment": "production"}, ("on", "off"), "off",
              key, note)
        for key, note in notes.items()
    ]  # fmt: skip


@pytest.mark.parametrize(
    "scene",
    [
        off_and_on, approval_is_required, a_change_is_scheduled, somebody_else_at_once, said_yes_and_did_nothing,
        wrong_token, may_only_look, nothing_there, what_there_is,
    ],
)  # fmt: skip
async def test_a_documented_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly as the documentation has it, and the documented answers are understood."""
    async with replayed(FOLDER / "launchdarkly" / f"{scene.__name__}.json") as url, planes(url, MASKED) as made:
        await scene(made)


def has(plane: FakePlane, answer: Any) -> None:
    plane.routes["GET", PAGE] = plane.routes["PATCH", PAGE] = lambda _: (200, answer)


@pytest.mark.parametrize(
    "answer",
    [{}, [], {"key": "a", "environments": []}, {"key": "a", "environments": {"production": {"on": "maybe"}}}],
    ids=["nothing", "list", "environments", "neither"],
)  # fmt: skip
async def test_an_answer_of_another_shape(plane: FakePlane, driven: Planes, answer: Any) -> None:
    """It is one fault in our words, no flag is taken for off, and after a write it may have happened."""
    has(plane, answer)
    odd = "The control plane flags answered in another shape than expected."
    assert str(await fault(driven.of(CHAT).read(CHAT))) == odd
    written = await fault(move(driven, "off"))
    assert (str(written), written.sent) == (f"{odd} It may have happened: read it back.", True)


async def test_a_lost_answer_may_have_switched(plane: FakePlane, driven: Planes) -> None:
    """The fault says to read it back."""
    has(plane, {})
    plane.writes = Fault("lost")
    assert (await fault(move(driven, "off"))).sent


async def test_a_yes_without_the_environment_is_left_to_the_next_read(plane: FakePlane, driven: Planes) -> None:
    """What the answer does not show is no fault: it is read back anyway."""
    has(plane, {"key": "ai-chat", "environments": {}})
    assert await move(driven, "off") == "200, off"


@pytest.mark.parametrize("value", ["maybe", True, 1])
async def test_a_value_that_it_does_not_take(plane: FakePlane, driven: Planes, value: Any) -> None:
    """Nothing is sent that is neither on nor off."""
    assert str(await fault(move(driven, value))) == "The control plane flags takes on or off for a flag."
    assert plane.calls == []


async def test_every_page_is_listed(plane: FakePlane, driven: Planes) -> None:
    """More flags than one page holds are all found; a key that is too long for a button is cut."""
    keys = ["x" * 100, *(f"flag-{number}" for number in range(149))]

    def page(call: Any) -> Any:
        start = int(call.path.partition("offset=")[2].partition("&")[0])
        return 200, {"items": [{"key": key} for key in keys[start : start + 100]]}

    plane.routes["GET", "/api/v2/projects"] = lambda _: (200, {"items": [{"key": "a/b"}]})
    plane.routes["GET", "/api/v2/flags/a%2Fb"] = page
    found = await driven.of(CHAT).found()
    assert [one.target["flag"] for one in found] == keys
    assert found[0].on == "x" * 39 + "…"


def test_what_is_shown_before(driven: Planes) -> None:
    """The request as it will be, with its own kind of JSON; the token is masked and bare."""
    shown = driven.of(CHAT).preview(CHAT, "off")
    assert f"{PAGE}\nAuthorization: ••••\nContent-Type: application/json; domain-model=launchdarkly." in shown
    assert '"kind": "turnFlagOff"' in shown


def test_what_it_cannot_promise(driven: Planes) -> None:
    """When applications follow, and what they get from a flag that is off."""
    told = "clients that poll follow when they next ask; off serves the flag's off variation"
    assert driven.of(CHAT).caution(CHAT) == told


@pytest.mark.parametrize(
    "target",
    [{"project": "p", "flag": "f"}, {"project": "p", "flag": "", "environment": "e"},
     {"project": "p", "flag": "f", "environment": "e", "rollout": True}],
)  # fmt: skip
async def test_a_target_that_says_too_little(driven: Planes, target: Any) -> None:
    """Project, flag and environment must be named, and nothing else: else nothing is asked."""
    wrong = Aim("flags", target, Values(("on", "off")), "off")
    assert "cannot be used as it stands in the catalogue" in str(await fault(driven.of(wrong).read(wrong)))


async def test_keys_cannot_lead_elsewhere(plane: FakePlane, driven: Planes) -> None:
    """What has a meaning in an address is part of the key."""
    aim = flag("../../tokens?x=", environment="a&b=c", project="p/q")
    await fault(driven.of(aim).read(aim))
    assert [one.path for one in plane.calls] == ["/api/v2/flags/p%2Fq/..%2F..%2Ftokens%3Fx%3D?env=a%26b%3Dc"]
