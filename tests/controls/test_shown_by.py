"""What another plane shows of a control: all must show it, and what cannot tell is neither yes nor no."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from stanch.controls.base import PlaneFault, Planes, Proof
from stanch.controls.practice_ai import PracticeAi
from stanch.controls.prometheus import QueryProof
from stanch.controls.shown_by import proved
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Plane, Shown, Values
from tests.controls.parts import at, setting
from tests.fakes.plane import TOKEN, FakePlane

NOW = 2_000.0
QUERY = {"query": "sum(rate(served[10s]))", "at_most": 0, "window": 10}
FLAG = {"flag": "ai-chat", "map": {"v18": True, "v17": False}}
PAGE = {"get": "/app", "pointer": "/prompt"}


@pytest.fixture
async def driven(plane: FakePlane) -> AsyncIterator[Planes]:
    """The moved plane, and three that can be asked, all at one address."""
    kinds = {"practice": "practice_ai", "metrics": "prometheus", "flags": "ofrep", "app": "http"}
    known = {
        id: Plane(id, kind, url=plane.url, secret="KEY", timeout=timedelta(seconds=10)) for id, kind in kinds.items()
    }
    planes = Planes(Catalogue(planes=known), {"KEY": TOKEN}, {"practice_ai": PracticeAi})
    yield planes
    await planes.close()


def aim(*shown: tuple[str, Mapping[str, Any]], setting_only: bool = True) -> Aim:
    own = {"setting_only": True} if setting_only else {"field": "prompt", "of": 20}
    found = setting(own)
    by = tuple(Shown(plane, how) for plane, how in shown)
    return Aim(found.plane, found.target, found.values, "v17", shown_by=by)


def stands(
    plane: FakePlane,
    *,
    figure: float | None = 0.0,
    flag: Any = False,
    flag_more: Mapping[str, str] | None = None,
    page: str = "v17",
) -> None:
    plane.settings["prompt"] = "v17"
    series = [] if figure is None else [{"metric": {}, "value": [NOW, str(figure)]}]
    vector = {"status": "success", "data": {"resultType": "vector", "result": series}}
    plane.routes["GET", "/api/v1/query"] = lambda _: (200, vector)
    told = {"key": "ai-chat", "reason": "DISABLED"} | ({} if flag is None else {"value": flag}) | dict(flag_more or {})
    plane.routes["POST", "/ofrep/v1/evaluate/flags/ai-chat"] = lambda _: (200, told)
    plane.routes["GET", "/app"] = lambda _: (200, {"prompt": page})


async def proof(planes: Planes, found: Aim, since: float = NOW - 60) -> Proof:
    return await proved(planes, found, "v17", since=at(since), clock=lambda: at(NOW))


ALL = (("metrics", QUERY), ("flags", FLAG), ("app", PAGE))


async def test_where_the_plane_has_only_its_word_the_others_decide(plane: FakePlane, driven: Planes) -> None:
    """Query, flag and page show it: in effect, and each of them is named."""
    stands(plane)
    shown = "0 (wanted at most 0); ai-chat evaluates to no; the answer carries v17"
    assert await proof(driven, aim(*ALL)) == Proof(True, shown)


@pytest.mark.parametrize(
    ("more", "effective", "seen"),
    [
        ({"figure": 0.2}, False, "0.2 (wanted at most 0)"),
        ({"figure": None}, None, "Prometheus has no figure for it"),
        ({"flag": True}, False, "ai-chat evaluates to yes"),
        ({"flag": None}, None, "ai-chat has no value here: applications use the one in their code"),
        ({"page": "v18"}, False, "1 of 1 answers still carry v18"),
        ({"flag_more": {"errorCode": "GENERAL"}}, None, "ai-chat could not be evaluated"),
        ({"flag_more": {"key": "another"}}, None, "ai-chat could not be evaluated"),
        ({"figure": None, "page": "v18"}, False, "1 of 1 answers still carry v18"),
    ],
)
async def test_one_that_does_not_show_it_is_enough(
    plane: FakePlane, driven: Planes, more: dict[str, Any], effective: bool | None, seen: str
) -> None:
    """No beats cannot tell, and both beat yes."""
    stands(plane, **more)
    assert await proof(driven, aim(*ALL)) == Proof(effective, seen)


async def test_nobody_else_is_asked_while_the_plane_itself_says_no(plane: FakePlane, driven: Planes) -> None:
    """Its own setting, or its own answers, come first."""
    stands(plane)
    plane.settings["prompt"] = "v18"
    assert await proof(driven, aim(*ALL)) == Proof(False, "the setting still says v18")
    stands(plane)
    found = await proof(driven, aim(*ALL, setting_only=False))
    assert (found.effective, found.seen) == (None, "0 of 20 answers since then; too few to tell")
    assert {call.path.partition("?")[0] for call in plane.calls} == {"/admin/settings/prompt", "/admin/answers"}


async def test_a_query_tells_nothing_before_its_window_has_passed(plane: FakePlane, driven: Planes) -> None:
    """What it counts reaches back to before the pull."""
    stands(plane)
    seen = "4 of 10 s seen since then; too few to tell"
    assert await proof(driven, aim(("metrics", QUERY)), NOW - 4) == Proof(None, seen)


@pytest.mark.parametrize(("back", "effective"), [({"at_least": 0.1}, True), ({"at_least": 2}, False), (None, None)])
async def test_the_way_back_has_a_bound_of_its_own(
    plane: FakePlane, driven: Planes, back: Mapping[str, Any] | None, effective: bool | None
) -> None:
    """Without one, a figure that proves "off" says nothing of "on", and looking again would not either."""
    stands(plane, figure=1.0)
    plane.settings["answers"] = "model"
    how = {**QUERY, **({"back": back} if back else {})}
    values = Values(("model", "fallback"))
    found = setting({"setting_only": True}, "answers", values, "fallback")
    found = replace(found, shown_by=(Shown("metrics", how),))
    shown = await proved(driven, found, "model", since=at(0), clock=lambda: at(NOW))
    assert (shown.effective, shown.final) == (effective, back is None)


async def test_a_query_can_be_asked_for_the_value_itself(plane: FakePlane, driven: Planes) -> None:
    """Then one bound holds for every value; what ends a label's text in PromQL is escaped."""
    stands(plane)
    plane.settings["prompt"] = "v18"
    how = {"query": 'sum(rate(served{prompt!="{value}"}[10s]))', "at_most": 0, "map": {"v18": 'new "one"'}}
    assert (await proved(driven, aim(("metrics", how)), "v18", since=at(0), clock=lambda: at(NOW))).effective
    (asked,) = [parse_qs(call.path.partition("?")[2])["query"] for call in plane.calls if "query" in call.path]
    assert asked == ['sum(rate(served{prompt!="new \\"one\\""}[10s]))']


@pytest.mark.parametrize("query", ["served{prompt='{value}'}", 'served{prompt=~"{value}"}', "sum({value})"])
def test_a_value_stands_only_where_it_cannot_ask_another_thing(query: str) -> None:
    """Between double quotes, compared as a whole; anything else is refused when the file is read."""
    with pytest.raises(ValidationError, match="may stand in"):
        QueryProof.model_validate({"query": query, "at_most": 0})


@pytest.mark.parametrize(("page", "effective"), [("prompt=v1", True), ("prompt=v1.", True), ("prompt=v17", False)])
async def test_a_word_that_only_begins_like_it_is_another(
    plane: FakePlane, driven: Planes, page: str, effective: bool
) -> None:
    """v17 on the page does not show v1."""
    stands(plane, page=page)
    plane.settings["prompt"] = "v1"
    found = aim(("app", {"get": "/app", "text": "prompt={value}"}))
    assert (await proved(driven, found, "v1", since=at(0), clock=lambda: at(NOW))).effective is effective


async def test_a_plane_that_cannot_be_asked_is_a_fault(plane: FakePlane, driven: Planes) -> None:
    """Never a yes: the pull waits, and says why."""
    stands(plane)
    plane.routes["GET", "/api/v1/query"] = lambda _: (503, {})
    with pytest.raises(PlaneFault, match="The control plane metrics is in trouble itself"):
        await proof(driven, aim(("metrics", QUERY)))
