"""Flags of Unleash: the exchanges recorded of a real one, and what is odd or goes wrong."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from stanch.controls.base import PlaneFault, Planes
from stanch.core.control import Aim, Values
from tests.controls import scenes_unleash as scenes
from tests.controls.exchanges import MASKED, replayed
from tests.controls.scenes_unleash import CHAT, PROMPT, SINCE, flag, move, share
from tests.fakes.plane import FakePlane, Fault

PAGE = "/api/admin/projects/default/features/ai-chat/environments/development"
NEW = "/api/admin/projects/default/features/new-prompt/environments/development"


@pytest.mark.parametrize("scene", scenes.SCENES)
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly the one that the real server took, and its answers are understood."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url:
        # Where one token stands for both, it was masked as one.
        apps = MASKED if scene is scenes.token_of_applications else "masked-token-2"
        async with scenes.planes(url, MASKED, apps) as made:
            await scene(made)


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    async with scenes.planes(plane.url, "user:token", "apps-token") as made:
        yield made


def strategy(id: str = "s1", rollout: str | None = "100", **more: Any) -> Any:
    parameters = {} if rollout is None else {"rollout": rollout, "stickiness": "default", "groupId": "g"}
    return {"id": id, "name": "flexibleRollout", "title": None, "disabled": False, "parameters": parameters, **more}


def has(plane: FakePlane, *strategies: Any, enabled: bool = True) -> None:
    for page in (PAGE, NEW):
        plane.routes["GET", page] = lambda _: (200, {"enabled": enabled, "strategies": list(strategies)})
    for path in (f"{PAGE}/on", f"{PAGE}/off"):
        plane.routes["POST", path] = lambda _: (200, b"")
    plane.routes["POST", f"{PAGE}/strategies"] = lambda call: (200, {"id": "s9", **call.body})
    plane.routes["PATCH", f"{NEW}/strategies/s1"] = lambda _: (200, strategy())


def sent(plane: FakePlane) -> list[tuple[str, str, Any]]:
    return [(one.method, one.path, one.body) for one in plane.calls if one.method != "GET"]


async def fault(call: Any) -> PlaneFault:
    with pytest.raises(PlaneFault) as caught:
        await call
    return caught.value


@pytest.mark.parametrize(
    "rollout", [None, "", "lots", "150", "-1", "NaN", "true", "1e999", "[" * 100_000],
    ids=["none", "empty", "words", "more", "less", "no number", "yes", "endless", "deep"],
)  # fmt: skip
async def test_a_rollout_that_is_no_percentage(plane: FakePlane, driven: Planes, rollout: str | None) -> None:
    """Unleash takes any text; what is no percentage is not read as one, for it could not be put back by its value."""
    has(plane, strategy(rollout=rollout))
    told = "The control plane flags has no percentage from 0 to 100 at the rollout of new-prompt."
    assert str(await fault(driven.of(PROMPT).read(PROMPT))) == told


@pytest.mark.parametrize(("value", "text"), [(10, "10"), (12.5, "12.5"), (50.0, "50.00"), (0, "0")])
async def test_a_percentage_is_sent_as_text(plane: FakePlane, driven: Planes, value: float, text: str) -> None:
    """Unleash keeps it as text; what was there before is sent letter by letter, anything else plainly."""
    has(plane, strategy())
    await move(driven, PROMPT, value, {"strategy": "s1", "rollout": "50.00"})
    change = [{"op": "replace", "path": "/parameters/rollout", "value": text}]
    assert sent(plane) == [("PATCH", f"{NEW}/strategies/s1", change)]


async def test_a_disabled_rollout_is_none(plane: FakePlane, driven: Planes) -> None:
    """Of two, one of them disabled, the other is meant; a strategy of another kind is no rollout either."""
    has(plane, strategy("s2", disabled=True), strategy("s3", name="userWithId"), strategy("s1", "40"))
    assert (await driven.of(PROMPT).read(PROMPT)).value == 40


async def test_only_disabled_strategies_are_none(plane: FakePlane, driven: Planes) -> None:
    """Unleash would add one for everybody by itself: it is added by us, marked, before the switch."""
    has(plane, strategy(disabled=True), enabled=False)
    await move(driven, CHAT, "on")
    (_, path, added), switch = sent(plane)
    assert (path, added["title"]) == (f"{PAGE}/strategies", "Added by Stanch: U1, INC-7-apply-1")
    assert switch == ("POST", f"{PAGE}/on", None)


async def test_one_that_was_added_before_is_used(plane: FakePlane, driven: Planes) -> None:
    """After a switch that was lost it is there already: nothing is added twice."""
    has(plane, strategy(title="Added by Stanch: U1, INC-7-apply-1"), enabled=False)
    await move(driven, CHAT, "on")
    assert sent(plane) == [("POST", f"{PAGE}/on", None)]


async def test_what_was_added_is_gone_before_the_switch(plane: FakePlane, driven: Planes) -> None:
    """Where it cannot be taken away nothing was moved, and the fault says so."""
    has(plane, added())
    plane.routes["DELETE", f"{PAGE}/strategies/s1"] = lambda _: (403, {"message": "no"})
    assert not (await fault(move(driven, CHAT, "off", {"strategies": {}}))).sent
    assert [one[0] for one in sent(plane)] == ["DELETE"]


ONLY = {"contextName": "userId", "operator": "IN", "values": ["pilot-1"], "inverted": False}


def added(**more: Any) -> Any:
    """As Unleash gives back what is added to a flag without a strategy."""
    everybody = {"rollout": "100", "stickiness": "default", "groupId": "ai-chat"}
    empty = {"constraints": [], "variants": [], "sortOrder": 0}
    return strategy(title="Added by Stanch: U1, INC-7-apply-1", parameters=everybody, **empty) | more


@pytest.mark.parametrize(
    "changed",
    [
        {"parameters": {**added()["parameters"], "rollout": "5"}}, {"parameters": {}}, {"constraints": [ONLY]},
        {"segments": [1]}, {"variants": [{"name": "v1", "weight": 1000}]}, {"disabled": True}, {"name": "userWithId"},
    ],
    ids=["rollout", "parameters", "constraints", "segments", "variants", "disabled", "kind"],
)  # fmt: skip
async def test_what_somebody_has_made_theirs_is_not_taken_away(plane: FakePlane, driven: Planes, changed: Any) -> None:
    """The strategy that was added is another now: nothing is sent, and what to do first is told."""
    has(plane, added(**changed))
    refused = await fault(move(driven, CHAT, "off", {"strategies": {}}))
    told = (
        "The control plane flags has a strategy of ai-chat that Stanch added and somebody changed since: "
        "give it another title there to keep it, or delete it, and undo again."
    )
    assert (str(refused), refused.sent, refused.permanent, sent(plane)) == (told, False, True, [])


async def test_what_was_given_another_title_is_kept(plane: FakePlane, driven: Planes) -> None:
    """As the refusal says: then the flag goes off, and their strategy stays."""
    has(plane, added(title="pilot", constraints=[ONLY]))
    await move(driven, CHAT, "off", {"strategies": {}})
    assert sent(plane) == [("POST", f"{PAGE}/off", None)]


async def test_a_pull_to_off_takes_no_strategy_away(plane: FakePlane, driven: Planes) -> None:
    """Whatever became of the added one, a flag can always be switched off."""
    has(plane, added(constraints=[ONLY]))
    await move(driven, CHAT, "off")
    assert sent(plane) == [("POST", f"{PAGE}/off", None)]


async def test_on_without_any_strategy_cannot_be_put_back(plane: FakePlane, driven: Planes) -> None:
    """It stood on with none, which Unleash never makes again: refused instead of put on for everybody."""
    has(plane)
    before = await driven.of(CHAT).read(CHAT)
    has(plane, enabled=False)
    assert not (await fault(move(driven, CHAT, "on", before.detail))).sent
    assert sent(plane) == []


async def test_users_named_in_a_strategy_are_not_kept(plane: FakePlane, driven: Planes) -> None:
    """What is stored with a reading tells whether a strategy was changed, and not whom it names."""
    whom = {"contextName": "userId", "operator": "IN", "values": ["erika.mustermann"], "inverted": False}
    has(plane, strategy(constraints=[whom]))
    assert "erika" not in str(await driven.of(CHAT).read(CHAT))


@pytest.mark.parametrize(
    ("aim", "value", "told"),
    [(CHAT, "maybe", "takes on or off for a flag"), (CHAT, True, "takes on or off for a flag"),
     (PROMPT, 101, "takes a percentage from 0 to 100 for a rollout"),
     (PROMPT, "off", "takes a percentage from 0 to 100 for a rollout")],
)  # fmt: skip
async def test_a_value_that_it_does_not_take(plane: FakePlane, driven: Planes, aim: Aim, value: Any, told: str) -> None:
    """Nothing is sent that Unleash would take for something else."""
    has(plane, strategy())
    assert str(await fault(move(driven, aim, value))) == f"The control plane flags {told}."
    assert sent(plane) == []


async def test_a_lost_answer_may_have_switched(plane: FakePlane, driven: Planes) -> None:
    """The fault says to read it back."""
    has(plane, strategy())
    plane.writes = Fault("lost")
    lost = await fault(move(driven, CHAT, "off"))
    assert lost.sent
    assert str(lost).endswith("It may have happened: read it back.")


@pytest.mark.parametrize(
    "body", [{"enabled": "yes"}, {"enabled": True}, [], {"enabled": True, "strategies": [{"id": 1}]}, 7]
)
async def test_an_answer_of_another_shape(plane: FakePlane, driven: Planes, body: Any) -> None:
    """It is one fault in our words, and no flag is taken for off."""
    plane.routes["GET", PAGE] = lambda _: (200, body)
    odd = await fault(driven.of(CHAT).read(CHAT))
    assert (str(odd), odd.permanent) == ("The control plane flags answered in another shape than expected.", True)


async def test_every_page_is_listed(plane: FakePlane, driven: Planes) -> None:
    """More flags than one page holds are all found; their names are cut and hold no line break."""
    there = [{"name": "production", "enabled": True}]
    names = ["a\n" + "x" * 100, *(f"flag-{number}" for number in range(149))]
    listed = [{"name": name, "project": "p", "type": "release", "environments": there} for name in names]

    def page(call: Any) -> Any:
        start = int(call.path.partition("offset=")[2].partition("&")[0])
        return 200, {"features": listed[start : start + 100]}

    plane.routes["GET", "/api/admin/search/features"] = page
    found = await driven.of(CHAT).found()
    assert [one.target["feature"] for one in found] == names
    assert found[0].on == "a " + "x" * 37 + "…"


@pytest.mark.parametrize(
    ("right", "may"),
    [
        ({"permission": "ADMIN"}, True),
        ({"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "default", "environment": "development"}, True),
        ({"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "*"}, True),
        ({"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "default", "environment": "production"}, False),
        ({"permission": "UPDATE_FEATURE_ENVIRONMENT", "project": "other", "environment": "development"}, False),
        ({"permission": "UPDATE_FEATURE", "project": "default"}, False),
    ],
)
async def test_which_rights_are_enough(plane: FakePlane, driven: Planes, right: Any, may: bool) -> None:
    """For this project and this environment, or for all of them."""
    plane.routes["GET", "/api/admin/user"] = lambda _: (200, {"permissions": [right]})
    assert (await driven.of(CHAT).lacks(CHAT) == "") is may


def test_what_is_shown_before(driven: Planes) -> None:
    """The request as it will be, its token masked and bare; which strategy it is turns out when it is sent."""
    assert driven.of(CHAT).preview(CHAT, "off").startswith("POST http://127.0.0.1:")
    assert f"{PAGE}/off\nAuthorization: ••••" in driven.of(CHAT).preview(CHAT, "off")
    assert f"{NEW}/strategies/(that of the rollout)\n" in driven.of(PROMPT).preview(PROMPT, 0)
    assert "strategies" not in driven.of(CHAT).preview(CHAT, "off")


def test_the_strategy_that_is_added_is_shown_before(driven: Planes) -> None:
    """Who would get a flag without a strategy stands in the preview, request by request."""
    shown = driven.of(CHAT).preview(CHAT, "on")
    switch, added = shown.split("\n\nBefore it, if no strategy is active:\n")
    assert f"{PAGE}/on\n" in switch
    assert f"{PAGE}/strategies\nAuthorization: ••••" in added
    assert '"rollout": "100"' in added
    assert "user:token" not in shown


def test_what_it_cannot_promise(driven: Planes) -> None:
    """How late applications are; and, wherever it may be switched on, who gets a flag that has no strategy."""
    late = "applications ask for their flags every 15 s"
    everybody = f"{late}; switched on without an active strategy it gets one for everybody (100 %)"
    for aim in (CHAT, flag("ai-chat", "on")):
        assert driven.of(aim).caution(aim) == everybody
    only_off = replace(CHAT, values=Values(("off",)))
    assert [driven.of(aim).caution(aim) for aim in (PROMPT, only_off)] == [late, late]
    assert len(everybody) <= 200


async def test_without_a_token_of_applications_it_is_its_own_word(plane: FakePlane, driven: Planes) -> None:
    """Neither yes nor no, and looking again would show no more."""
    has(plane, strategy())
    proof = await driven.of(CHAT).probe(CHAT, "on", since=SINCE)
    assert (proof.effective, proof.final) == (None, True)


@pytest.mark.parametrize(
    "target",
    [
        {"feature": "a"}, {"environment": "b"}, {"feature": "", "environment": "b"},
        {"feature": "a", "environment": "b", "strategy": "beta"}, {"feature": "a", "environment": "b", "value": "on"},
    ],
)  # fmt: skip
async def test_a_target_that_says_too_little(driven: Planes, target: Any) -> None:
    """Flag and environment must be named, and which strategy only where it is about one: else nothing is asked."""
    wrong = Aim("flags", target, Values(("on", "off")), "off")
    assert "cannot be used as it stands in the catalogue" in str(await fault(driven.of(wrong).read(wrong)))


async def test_names_cannot_lead_elsewhere(plane: FakePlane, driven: Planes) -> None:
    """A slash in a name is part of the name."""
    aim = share("../../../tokens", project="a/b", strategy="x")
    await fault(driven.of(aim).read(aim))
    where = "/api/admin/projects/a%2Fb/features/..%2F..%2F..%2Ftokens/environments/development"
    assert [one.path for one in plane.calls] == [where]
