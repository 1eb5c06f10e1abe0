"""The practice AI service's adapter: what it sends, what it reads, and what it says when it cannot."""

import pytest

from stanch.controls.base import PlaneFault, Planes, Reading, Receipt
from stanch.core.control import Aim, Values
from tests.controls.parts import PROMPT, planes, setting
from tests.fakes.plane import TOKEN, FakePlane

DEPTH = Values(low=1, high=20)


async def test_reads_what_the_setting_stands_at(driven: Planes) -> None:
    """The value as it is, with its type, and nothing to store beside it."""
    assert await driven.of(PROMPT).read(PROMPT) == Reading("v18", {})
    depth = setting({"field": "depth"}, "depth", DEPTH, 4)
    assert await driven.of(depth).read(depth) == Reading(8, {})


async def test_applies_with_who_and_the_request_id(plane: FakePlane, driven: Planes) -> None:
    """One PUT with the value, the person and the id; the receipt says what the plane said yes to."""
    receipt = await driven.of(PROMPT).apply(PROMPT, "v17", detail={}, request_id="r-1", by="ada")
    assert receipt == Receipt("r-1", "200, prompt=v17")
    (call,) = plane.calls
    assert (call.method, call.path, call.body) == ("PUT", "/admin/settings/prompt", {"value": "v17", "by": "ada"})
    assert (call.headers["x-request-id"], call.headers["authorization"]) == ("r-1", f"Bearer {TOKEN}")
    assert plane.done == [("prompt", "v17", "r-1")]


async def test_the_same_request_id_applies_once(plane: FakePlane, driven: Planes) -> None:
    """Sent again after a crash it changes nothing more."""
    for _ in range(2):
        await driven.of(PROMPT).apply(PROMPT, "v17", detail={}, request_id="r-1", by="ada")
    assert plane.done == [("prompt", "v17", "r-1")]


async def test_a_yes_to_another_value_is_a_fault(plane: FakePlane, driven: Planes) -> None:
    """A plane that answers with something else than was asked for may have done anything."""
    plane.routes["PUT", "/admin/settings/prompt"] = lambda _: (200, {"value": "v16"})
    with pytest.raises(PlaneFault) as caught:
        await driven.of(PROMPT).apply(PROMPT, "v17", detail={}, request_id="r-1", by="ada")
    said = "The control plane practice said yes to v16 instead of v17. It may have happened: read it back."
    assert (str(caught.value), caught.value.sent) == (said, True)


async def test_a_setting_without_a_value_is_a_fault(plane: FakePlane, driven: Planes) -> None:
    """What does not say where it stands cannot be undone."""
    plane.routes["GET", "/admin/settings/prompt"] = lambda _: (200, {"value": {"a": 1}})
    with pytest.raises(PlaneFault, match=r"^The control plane practice does not say what the setting stands at\.$"):
        await driven.of(PROMPT).read(PROMPT)


async def test_a_dry_run_shows_the_request_and_no_secret(driven: Planes, plane: FakePlane) -> None:
    """Method, address, headers and body as they would go, with the secret masked; nothing is sent."""
    assert driven.of(PROMPT).preview(PROMPT, "v17") == (
        f"PUT {plane.url}/admin/settings/prompt\n"
        "Authorization: Bearer ••••\n"
        "Content-Type: application/json\n"
        "X-Request-Id: (made when it is pulled)\n"
        "\n"
        '{\n "value": "v17",\n "by": "(you)"\n}'
    )
    assert plane.calls == []


async def test_held_evidence_is_copied_and_hashed(plane: FakePlane, driven: Planes) -> None:
    """Holding goes to its own place, says how many copies there are, and names what is missing."""
    aim = setting({"setting_only": True}, "evidence", Values(choices=("normal", "held")), "held", hold=True)
    receipt = await driven.of(aim).apply(aim, "held", detail={}, request_id="r-1", by="ada")
    assert receipt == Receipt("r-1", "200, copies held: 1, missing: memory")
    assert await driven.of(aim).read(aim) == Reading("held")
    assert "POST" in driven.of(aim).preview(aim, "held")
    await driven.of(aim).apply(aim, "normal", detail={}, request_id="r-2", by="ada")
    assert plane.done == [("evidence", "normal", "r-2")]


async def test_a_target_that_cannot_be_used_says_where(plane: FakePlane, driven: Planes) -> None:
    """The lint would have refused it; if it got here all the same, nothing is sent."""
    aim = setting({"field": "prompt", "off": 20})
    with pytest.raises(PlaneFault) as caught:
        await driven.of(aim).apply(aim, "v17", detail={}, request_id="r-1", by="ada")
    assert (caught.value.sent, caught.value.permanent, plane.calls) == (False, True, [])
    assert str(caught.value) == (
        "The control's target cannot be used as it stands in the catalogue"
        " (proof.field.off: Extra inputs are not permitted)."
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PRACTICE_AI_URL": ""}, "PRACTICE_AI_URL is not set: pull it by hand."),
        ({"PRACTICE_AI_TOKEN": " "}, "PRACTICE_AI_TOKEN is not set: pull it by hand."),
        (
            {"PRACTICE_AI_TOKEN": "two\nlines"},
            "PRACTICE_AI_TOKEN holds a character that no header can carry: pull it by hand.",
        ),
        *(
            (
                {"PRACTICE_AI_URL": url},
                "PRACTICE_AI_URL must be an http or https address without a password or a query: pull it by hand.",
            )
            for url in (
                "ftp://a.example",
                "http://u:geheim@a.example",
                "http://a.example?k=geheim",
                "a.example",
                "http://",
            )
        ),
        ({"PRACTICE_AI_URL": "http://a.example:port"}, "PRACTICE_AI_URL is no address: pull it by hand."),
    ],
)
async def test_what_is_not_set_is_named_and_never_shown(
    plane: FakePlane, environment: dict[str, str], said: str
) -> None:
    """The environment variable is named, with what to do instead; its value is in no message."""
    driven = planes(plane, **environment)
    with pytest.raises(PlaneFault) as caught:
        driven.of(PROMPT)
    assert (str(caught.value), caught.value.sent, caught.value.permanent) == (said, False, True)


async def test_a_plane_that_pulls_nothing_and_one_that_is_not_there(driven: Planes) -> None:
    """Prometheus answers checks only; a plane that left the catalogue is said to be gone."""
    for plane, said in (
        ("metrics", "The control plane metrics is of kind prometheus, which pulls nothing: pull it by hand."),
        ("gone", "There is no control plane gone in the catalogue."),
    ):
        with pytest.raises(PlaneFault) as caught:
            driven.of(Aim(plane, {}, Values()))
        assert str(caught.value) == said
