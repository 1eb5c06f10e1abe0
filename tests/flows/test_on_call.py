"""Who can be asked, step by step; and what stands when somebody who keeps a rota does not answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from stanch.core.catalogue import Catalogue, Service
from stanch.core.people import OWNERS, Group, Hours, Override, People, Person, Rota, Schedule, Step, Turns
from stanch.core.ranking import Candidate
from stanch.core.roles import Role
from stanch.core.rota import Shift
from stanch.flows import on_call
from stanch.flows.on_call import Asked, Away, Kept, OnCall, Source

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday."""
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
"""09:00 in Berlin."""
DAY = timedelta(days=1)
WEEKLY = Turns(
    "weekly", "week", time(9), BERLIN, date(2026, 11, 2), ("alice", "bob", "carol"), 0,
    (Override(datetime(2026, 12, 24), datetime(2026, 12, 26), "erin"),),
)  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    id: str
    here: bool = True


class Team:
    """alice to erin are here, frank has left, and nobody else was ever known; ids are their names in capitals."""

    def person(self, name: str) -> Somebody | None:
        bare = name.lower().removesuffix("@example.com")
        return Somebody(bare.upper(), bare != "frank") if bare in "alice bob carol dave erin frank".split() else None


@dataclass
class Elsewhere:
    """Keeps a rota. `answer`: shifts, or the reason why there are none."""

    answer: Sequence[Shift] | str = ()
    seconds: float = 0
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
        self.asked.append((id, start, end))
        await asyncio.sleep(self.seconds)
        if isinstance(self.answer, str):
            raise Away(self.answer)
        return self.answer


def known(
    *steps: Step, rotas: Sequence[Rota] = (WEEKLY,), people: Sequence[Person] = (), **owners: tuple[str, ...]
) -> Catalogue:
    service = Service("helper", "Helper", owners, {}, ())  # type: ignore[arg-type]
    escalation = {"helper": steps} if steps else {}
    told = People({one.who: one for one in people}, {one.id: one for one in rotas}, escalation)
    return Catalogue(services={"helper": service}, people=told)


async def asked(
    catalogue: Catalogue,
    role: Role = "technical",
    step: int | None = None,
    now: datetime = NOW,
    sources: Mapping[Kept, Source] | None = None,
) -> list[str]:
    found = await OnCall(catalogue, Team(), sources).candidates("helper", role, step, now)
    return [f"{one.step}{one.order} {one.user}" for one in found]


async def test_without_a_path_the_owners_of_the_role_are_asked() -> None:
    """In their order, without those who are not in the workspace; other roles' owners are not asked."""
    catalogue = known(technical=("bob", "frank", "nobody", "dave"), commander=("alice",))
    assert await asked(catalogue) == ["00 BOB", "01 DAVE"]
    assert await asked(catalogue, "scribe") == []


async def test_a_service_that_is_not_known_has_nobody_to_ask() -> None:
    """It may have left the catalogue since: that is no error."""
    oncall = OnCall(known(technical=("bob",)), Team())
    assert await oncall.candidates("gone", "technical") == await oncall.candidates(None, "technical") == []


async def test_a_path_is_followed_step_by_step() -> None:
    """Owners, then who is on call now and one more by name; each once a step, and one step alone when it is wanted."""
    catalogue = known(Step((OWNERS,)), Step(("weekly", "dave", "alice")), technical=("bob",))
    assert await asked(catalogue) == ["00 BOB", "10 ALICE", "11 DAVE"]
    assert await asked(catalogue, step=1) == ["10 ALICE", "11 DAVE"]
    assert await asked(catalogue, step=2) == []


async def test_who_is_on_call_changes_with_the_moment() -> None:
    """The hand-over and the override of the rota decide, not the order of the file."""
    catalogue = known(Step(("weekly",)))
    assert await asked(catalogue, now=MONDAY - timedelta(seconds=1)) == ["00 ALICE"]
    assert await asked(catalogue, now=MONDAY) == ["00 BOB"]
    assert await asked(catalogue, now=datetime(2026, 12, 25, tzinfo=UTC)) == ["00 ERIN"]


async def test_a_step_that_wants_a_skill_asks_only_those_who_have_it() -> None:
    """By the file's word, whatever name it uses for them; of who is not in the file no skill is known."""
    experts = [Person("BOB@example.com", ("ai",)), Person("alice", ("search",))]
    catalogue = known(Step((OWNERS, "weekly"), "ai"), people=experts, technical=("alice", "bob", "dave"))
    assert await asked(catalogue) == ["00 BOB"]


async def test_a_candidate_carries_what_decides_whether_to_ask() -> None:
    """Zone and hours of the person, and whether the step may be paged."""
    hours = Hours(time(9), time(18))
    catalogue = known(Step(("bob", "dave"), page=False), people=[Person("bob", (), BERLIN, hours)])
    found = await OnCall(catalogue, Team()).candidates("helper", "technical", now=NOW)
    assert found == [Candidate("BOB", 0, 0, BERLIN, hours, page=False), Candidate("DAVE", 0, 1, page=False)]


async def test_what_is_shown_of_a_path() -> None:
    """Owners by role, a rota with its end and who comes then, people by name; who is not here by the file's name."""
    catalogue = known(
        Step((OWNERS,)), Step(("weekly", "frank")), technical=("bob", "frank"), scribe=("nobody",), commander=()
    )
    owners, further = await OnCall(catalogue, Team()).now_and_next("helper", NOW)
    assert owners.asked == (
        Asked("owners: technical", ("BOB",), missing=("frank",)),
        Asked("owners: scribe", missing=("nobody",)),
    )
    assert further.asked == (
        Asked("weekly", ("ALICE",), MONDAY, ("BOB",), is_rota=True),
        Asked("frank", missing=("frank",)),
    )


async def test_rotas_that_others_keep() -> None:
    """Everybody of a group, and who PagerDuty says is on call now, with the next shift."""
    rotas = (Group("group", "S0HELPERS"), Schedule("paged", "PABC123"))
    catalogue = known(Step(("group", "paged")), rotas=rotas)
    horizon = NOW + on_call.AHEAD
    group = Elsewhere([Shift("erin", NOW, horizon), Shift("carol", NOW, horizon)])
    paged = Elsewhere([Shift("dave@example.com", NOW, NOW + DAY), Shift("bob@example.com", NOW + DAY, horizon)])
    oncall = OnCall(catalogue, Team(), {"user_group": group, "pagerduty": paged})
    (step,) = await oncall.now_and_next("helper", NOW)
    assert step.asked == (
        Asked("group", ("ERIN", "CAROL"), is_rota=True),
        Asked("paged", ("DAVE",), NOW + DAY, ("BOB",), is_rota=True),
    )
    assert [one.user for one in await oncall.candidates("helper", "technical", now=NOW)] == ["ERIN", "CAROL", "DAVE"]
    assert [one[0] for one in (*group.asked, *paged.asked)] == ["S0HELPERS", "PABC123"]


async def test_a_gap_of_a_schedule_says_who_comes_next() -> None:
    """Nobody is on call now, and the one who will be is named with the time."""
    paged = Elsewhere([Shift("bob", NOW + DAY, NOW + 2 * DAY)])
    catalogue = known(Step(("paged",)), rotas=[Schedule("paged", "P1")])
    (step,) = await OnCall(catalogue, Team(), {"pagerduty": paged}).now_and_next("helper", NOW)
    assert step.asked == (Asked("paged", (), NOW + DAY, ("BOB",), is_rota=True),)


async def test_others_are_not_asked_twice_in_a_minute() -> None:
    """Ten questions at once are one; after a minute it is asked again."""
    paged = Elsewhere([Shift("bob", NOW, NOW + 5 * DAY)], seconds=0.01)
    oncall = OnCall(known(Step(("paged",)), rotas=[Schedule("paged", "P1")]), Team(), {"pagerduty": paged})
    await asyncio.gather(*(oncall.candidates("helper", "technical", now=NOW) for _ in range(10)))
    assert len(paged.asked) == 1
    await oncall.candidates("helper", "technical", now=NOW + on_call.FRESH)
    assert len(paged.asked) == 2


async def test_what_was_last_heard_stands_while_a_source_is_away() -> None:
    """With its age and the reason; also its hand-overs go on. Where nothing was ever heard, it is unknown."""
    paged = Elsewhere([Shift("bob", NOW, NOW + DAY), Shift("dave", NOW + DAY, NOW + 9 * DAY)])
    oncall = OnCall(known(Step(("paged",)), rotas=[Schedule("paged", "P1")]), Team(), {"pagerduty": paged})
    await oncall.now_and_next("helper", NOW)
    paged.answer = "PagerDuty cannot be reached"
    (step,) = await oncall.now_and_next("helper", NOW + 2 * DAY)
    assert step.asked == (Asked("paged", ("DAVE",), NOW + 9 * DAY, (), (), True, NOW, "PagerDuty cannot be reached"),)
    fresh = OnCall(known(Step(("paged",)), rotas=[Schedule("paged", "P1")]), Team(), {"pagerduty": paged})
    (step,) = await fresh.now_and_next("helper", NOW)
    assert step.asked == (Asked("paged", is_rota=True, why="PagerDuty cannot be reached"),)


@pytest.mark.parametrize("sources", [{}, {"pagerduty": Elsewhere("no")}, {"pagerduty": Elsewhere(seconds=5)}])
async def test_the_rest_of_the_path_is_asked_when_a_source_is_away(
    sources: Mapping[Kept, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not set up, refusing, or silent: nothing is raised, and the next names of the path are there."""
    monkeypatch.setattr(on_call, "PATIENCE", 0.05)
    catalogue = known(Step(("paged", "dave")), Step((OWNERS,)), rotas=[Schedule("paged", "P1")], technical=("bob",))
    assert await asked(catalogue, sources=sources) == ["00 DAVE", "10 BOB"]


async def test_a_source_that_is_back_is_believed_again() -> None:
    """A minute after the failure it is asked, and nothing of the failure is left."""
    paged = Elsewhere("away")
    oncall = OnCall(known(Step(("paged",)), rotas=[Schedule("paged", "P1")]), Team(), {"pagerduty": paged})
    await oncall.now_and_next("helper", NOW)
    paged.answer = [Shift("bob", NOW, NOW + DAY)]
    (step,) = await oncall.now_and_next("helper", NOW + on_call.FRESH)
    assert step.asked == (Asked("paged", ("BOB",), NOW + DAY, (), is_rota=True),)


async def test_who_is_on_duty_is_known_without_asking() -> None:
    """The file's rota always, PagerDuty's once it has answered; who is only named in a step, or owns it, is not."""
    paged = Elsewhere([Shift("dave", NOW, NOW + DAY)])
    catalogue = known(
        Step((OWNERS, "erin")), Step(("weekly", "paged")), rotas=[WEEKLY, Schedule("paged", "P1")], technical=("bob",)
    )
    oncall = OnCall(catalogue, Team(), {"pagerduty": paged})
    assert oncall.on_duty("helper", NOW) == {"ALICE"}
    assert paged.asked == []
    await oncall.now_and_next("helper", NOW)
    assert oncall.on_duty("helper", NOW) == {"ALICE", "DAVE"}
    assert oncall.on_duty("helper", NOW + DAY) == {"ALICE"}
    assert oncall.on_duty("gone", NOW) == frozenset()


async def test_the_slowest_source_is_all_that_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five that hang are asked at once: they cost one patience, and not five."""
    monkeypatch.setattr(on_call, "PATIENCE", 0.2)
    rotas = [Schedule(f"paged-{k}", f"P{k}") for k in range(5)]
    catalogue = known(*(Step((one.id,)) for one in rotas), Step((OWNERS,)), rotas=rotas, technical=("bob",))
    oncall = OnCall(catalogue, Team(), {"pagerduty": Elsewhere(seconds=9)})
    async with asyncio.timeout(0.8):
        found = await oncall.candidates("helper", "technical", now=NOW)
    assert [one.user for one in found] == ["BOB"]
