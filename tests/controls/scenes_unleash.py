"""What is done to an Unleash in the tests: driven against the real one, and against what was recorded of it.

It has the flags `ai-chat` (on in development, with one strategy for everybody), `new-prompt` (on in development, for
25 % of those whom a constraint lets in) and `untouched` (nowhere on, without a strategy).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import Found, PlaneFault, Planes, Proof
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Shown, Value, Values
from tests.controls.exchanges import FOLDER

RECORDED = FOLDER / "unleash"
SOURCE = "Unleash 8.2.0 from npm, with PostgreSQL 15"
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def flag(name: str, to: Value = "off", **more: Any) -> Aim:
    """Its switch in development, shown by what applications are told."""
    how = {"get": f"/api/client/features/{name}", "pointer": "/enabled", "map": {"on": True, "off": False}}
    target = {"feature": name, "environment": "development", **more}
    return Aim("flags", target, Values(("on", "off")), to, shown_by=(Shown("applications", how),))


def share(name: str, **more: Any) -> Aim:
    """The percentage of its rollout in development, shown by what applications are told."""
    how = {"get": f"/api/client/features/{name}", "text": '"rollout":"{value}"'}
    values = Values(low=0, high=100, unit="%")
    target = {"feature": name, "environment": "development", "rollout": True, **more}
    return Aim("flags", target, values, 0, shown_by=(Shown("applications", how),))


CHAT, PROMPT, UNTOUCHED = flag("ai-chat"), share("new-prompt"), flag("untouched", "on")


def planes(url: str, token: str, apps: str, *, apps_url: str = "", timeout: float = 10.0) -> Planes:
    """Unleash as it is moved and as applications read it; `apps_url`: another place than the same server."""
    wait = timedelta(seconds=timeout)
    known = {
        "flags": Plane("flags", "unleash", url=url, secret="UNLEASH_TOKEN", timeout=wait),
        "applications": Plane(
            "applications", "http", url=apps_url or url, secret="APPS_TOKEN", scheme="", timeout=wait
        ),
    }
    return Planes(Catalogue(planes=known), {"UNLEASH_TOKEN": token, "APPS_TOKEN": apps}, ADAPTERS)


async def move(driven: Planes, aim: Aim, value: Value, detail: Any = None) -> None:
    await driven.of(aim).apply(aim, value, detail=detail or {}, request_id="INC-7-apply-1", by="U1")


async def off_and_on(driven: Planes) -> None:
    """A feature is switched off, applications are told so, and it is put back."""
    before = await driven.of(CHAT).read(CHAT)
    assert (before.value, list(before.detail)) == ("on", ["strategies"])
    assert await proved(driven, CHAT, "off", since=SINCE) == Proof(False, "the plane itself still says on")
    await move(driven, CHAT, "off")
    assert await proved(driven, CHAT, "off", since=SINCE) == Proof(True, "the answer carries no")
    await move(driven, CHAT, "on", before.detail)
    assert await driven.of(CHAT).read(CHAT) == before
    assert await proved(driven, CHAT, "on", since=SINCE) == Proof(True, "the answer carries yes")


async def rollout_and_back(driven: Planes) -> None:
    """Less of the new version, step by step up again, and what was there is there again."""
    before = await driven.of(PROMPT).read(PROMPT)
    assert (before.value, before.detail["rollout"]) == (25, "25")
    await move(driven, PROMPT, 0)
    assert (await driven.of(PROMPT).read(PROMPT)).value == 0
    assert await proved(driven, PROMPT, 0, since=SINCE) == Proof(True, 'the answer carries "rollout":"0"')
    for value in (5, 25):
        await move(driven, PROMPT, value, before.detail)
        assert (await proved(driven, PROMPT, value, since=SINCE)).effective
    assert await driven.of(PROMPT).read(PROMPT) == before


async def on_without_a_strategy(driven: Planes) -> None:
    """It goes on for everybody with a strategy that says whose it is; the undo leaves none."""
    before = await driven.of(UNTOUCHED).read(UNTOUCHED)
    assert (before.value, before.detail) == ("off", {"strategies": {}})
    await move(driven, UNTOUCHED, "on")
    assert len((await driven.of(UNTOUCHED).read(UNTOUCHED)).detail["strategies"]) == 1
    assert await proved(driven, UNTOUCHED, "on", since=SINCE) == Proof(True, "the answer carries yes")
    await move(driven, UNTOUCHED, "off", before.detail)
    assert await driven.of(UNTOUCHED).read(UNTOUCHED) == before


async def what_there_is(driven: Planes) -> None:
    """Its flags by environment, where the users are first, and the rollout, ready to be picked."""
    found = await driven.of(CHAT).found()
    switches = [(one.target["feature"], one.target["environment"], one.note) for one in found if not rolls(one)]
    assert switches == [
        ("ai-chat", "production", "off in production now"),
        ("ai-chat", "development", "on in development now"),
        ("new-prompt", "production", "off in production now"),
        ("new-prompt", "development", "on in development now"),
        ("untouched", "production", "off in production now"),
        ("untouched", "development", "off in development now"),
    ]
    where = {"project": "default", "feature": "new-prompt", "environment": "development"}
    assert Found("feature.off", where, ("on", "off"), "off", "new-prompt", "on in development now") in found
    values = {"from": 0, "to": 100, "unit": "%"}
    rollout = Found(
        "variant.share", {**where, "rollout": True}, values, 0, "new-prompt, beta", "25 % in development now"
    )
    assert [one for one in found if rolls(one)] == [rollout]
    for one in sorted(found, key=lambda one: (one.target["feature"], one.target["environment"], rolls(one))):
        aim = replace(CHAT, target=one.target)
        assert (await driven.of(aim).read(aim)).value in ("on", "off", 25)


def rolls(found: Found) -> bool:
    return bool(found.target.get("rollout"))


async def may_do_it(driven: Planes) -> None:
    """The token has the rights for both."""
    assert [await driven.of(one).lacks(one) for one in (CHAT, PROMPT)] == ["", ""]


async def may_only_look(driven: Planes) -> None:
    """The token of somebody who may look: what it lacks is told before, and is why it is refused."""
    lacks = "its token lacks the permission {} in default, development"
    assert await driven.of(CHAT).lacks(CHAT) == lacks.format("UPDATE_FEATURE_ENVIRONMENT")
    assert await driven.of(PROMPT).lacks(PROMPT) == lacks.format("UPDATE_FEATURE_STRATEGY")
    with pytest.raises(PlaneFault, match=r"does not let us do this \(403 Forbidden\)") as caught:
        await move(driven, CHAT, "off")
    assert (caught.value.sent, caught.value.permanent) == (False, True)


async def token_of_applications(driven: Planes) -> None:
    """With it flags can be read as applications do, and nothing else."""
    assert await driven.of(CHAT).lacks(CHAT) == "its token is one that applications read with: make a personal one"
    with pytest.raises(PlaneFault, match=r"does not let us do this \(403 Forbidden\)"):
        await driven.of(CHAT).read(CHAT)


async def wrong_token(driven: Planes) -> None:
    """What it answers to a token that it does not know."""
    for call in (driven.of(CHAT).read(CHAT), driven.of(CHAT).lacks(CHAT), move(driven, CHAT, "off")):
        with pytest.raises(PlaneFault) as caught:
            await call
        told = "The control plane flags does not accept us (401 Unauthorized): check UNLEASH_TOKEN."
        assert (str(caught.value), caught.value.sent, caught.value.permanent) == (told, False, True)


async def nothing_there(driven: Planes) -> None:
    """A flag, an environment or a rollout that does not exist is told as that."""
    for aim in (flag("nope"), flag("ai-chat", environment="nope"), flag("ai-chat", project="nope")):
        with pytest.raises(PlaneFault, match=r"has no such thing \(404 Not Found\)"):
            await driven.of(aim).read(aim)
    for aim, what in ((share("untouched"), "rollout"), (share("new-prompt", strategy="x"), "rollout called x")):
        with pytest.raises(PlaneFault, match=f"has no gradual {what} for {aim.target['feature']} in development"):
            await driven.of(aim).read(aim)


SCENES = [
    off_and_on, rollout_and_back, on_without_a_strategy, what_there_is, may_do_it, may_only_look,
    token_of_applications, wrong_token, nothing_there,
]  # fmt: skip
