"""Pulling controls through the whole machine without Slack: whatever a plane does, the state says exactly what is true,
and no write is sent that is not wanted.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from stanch import production
from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.pulls import Pull
from stanch.store import known_good
from stanch.store.known_good import KnownGood
from stanch.worker import Pace
from tests.acceptance.production import Plant, plant, quick_home
from tests.fakes.world import ALICE, BOB
from tests.flows.house import House, folder_of, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUT = "settings/prompt"
SERVICE = "support-copilot"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The shipped catalogue, with nothing to wait long for."""
    folder = quick_home(
        tmp_path_factory.mktemp("home") / "home",
        **{
            r"timeout: 2s": "timeout: 1s",
            "within: 15s": "within: 2s",
            "none_for: 2": "none_for: 1",
            r"of: 6\b": "of: 3",
            "hold: 1s": "hold: 0.5s",
        },
    )
    return production.read(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane() -> AsyncIterator[Plant]:
    async with plant() as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(plane: Plant, known: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(folder_of(tmp_path_factory.mktemp("levers")), known, plane) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def ai(plane: Plant) -> AsyncIterator[Plant]:
    """The service in order, but for a prompt that somebody has changed."""
    await plane.mend()
    plane.put("prompt", "v18")
    yield plane
    await plane.mend()


@dataclass(frozen=True)
class Case:
    """A fault of the plane's writes, and what must come of it. `writes`: statuses of the PUTs that arrived."""

    fault: dict[str, Any]
    state: str
    seen: str
    writes: tuple[int | None, ...]
    stands: str
    changes: int
    slow: bool = False


P = "The control plane practice"
BACK = "It may have happened: read it back."
SEEN = "last 3 answers carry v17"
CASES = {
    "401": Case(
        {"kind": "status", "status": 401},
        "failed",
        f"{P} does not accept us (401 Unauthorized): check PRACTICE_AI_TOKEN.",
        (401,),
        "v18",
        0,
    ),
    "403": Case(
        {"kind": "status", "status": 403},
        "failed",
        f"{P} does not let us do this (403 Forbidden): ask its owner, or do it by hand.",
        (403,),
        "v18",
        0,
    ),
    "404": Case(
        {"kind": "status", "status": 404},
        "failed",
        f"{P} has no such thing (404 Not Found): look at the catalogue, or do it by hand.",
        (404,),
        "v18",
        0,
    ),
    "409": Case(
        {"kind": "status", "status": 409},
        "failed",
        "Somebody else changed it meanwhile (409 Conflict): look at it before you pull.",
        (409,),
        "v18",
        0,
    ),
    "422": Case(
        {"kind": "status", "status": 422},
        "failed",
        f"{P} refused it (422 Unprocessable Entity), it says: this answer was asked for.",
        (422,),
        "v18",
        0,
    ),
    "429 once": Case(
        {"kind": "status", "status": 429, "retry_after": 1, "nth": 1}, "effective", SEEN, (429, 200), "v17", 1
    ),
    "500 once": Case({"kind": "status", "status": 500, "nth": 1}, "effective", SEEN, (500, 200), "v17", 1),
    "html once": Case({"kind": "html", "nth": 1}, "effective", SEEN, (200, 200), "v17", 1, slow=True),
    "nothing once": Case({"kind": "nothing", "nth": 1}, "effective", SEEN, (200, 200), "v17", 1, slow=True),
    "reset once": Case({"kind": "reset", "nth": 1}, "effective", SEEN, (None, 200), "v17", 1),
    "lost once": Case({"kind": "lost", "nth": 1}, "effective", SEEN, (None,), "v17", 1),
    "slow once": Case({"kind": "slow", "ms": 1150, "nth": 1}, "effective", SEEN, (200,), "v17", 1),
    "lies": Case({"kind": "lies"}, "late", "the setting still says v18", (200,), "v18", 0),
    "429": Case(
        {"kind": "status", "status": 429, "retry_after": 1},
        "failed",
        f"{P} gets too many requests (429 Too Many Requests): again in 1 s.",
        (429,) * 4,
        "v18",
        0,
        slow=True,
    ),
    "500": Case(
        {"kind": "status", "status": 500},
        "unclear",
        f"no clear answer: {P} is in trouble itself (500 Internal Server Error). {BACK}",
        (500,) * 4,
        "v18",
        0,
        slow=True,
    ),
    "html": Case(
        {"kind": "html"},
        "unclear",
        f"no clear answer: {P} answered with a web page, not with data: is there a login before it? {BACK}",
        (200,) * 4,
        "v18",
        0,
        slow=True,
    ),
    "nothing": Case(
        {"kind": "nothing"},
        "unclear",
        f"no clear answer: {P} answered with nothing. {BACK}",
        (200,) * 4,
        "v18",
        0,
        slow=True,
    ),
    "reset": Case(
        {"kind": "reset"},
        "unclear",
        f"no clear answer: {P} broke the connection off before it answered. {BACK}",
        (None,) * 4,
        "v18",
        0,
        slow=True,
    ),
}


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=name, marks=[pytest.mark.slow] * one.slow) for name, one in CASES.items()]
)
async def test_a_plane_that_misbehaves(case: Case, bot: House, ai: Plant) -> None:
    """The state that is shown is the one that is true, and exactly these writes have arrived."""
    number = await bot.incident()
    mark = ai.mark()
    await ai.fault(**case.fault)
    pull = await bot.pulled(number, "prompt.back")
    [step] = pull.steps
    arrived = [status for path, _, status in ai.arrived(mark) if path == PUT]
    changes = [one for one in ai.changed(mark) if one[0] == "prompt"]
    assert (step.state, step.seen, tuple(arrived)) == (case.state, case.seen, case.writes)
    assert (ai.stands("prompt"), len(changes)) == (case.stands, case.changes)
    await bot.at_rest()


async def test_a_plane_that_cannot_be_read_is_not_written_to(bot: House, ai: Plant) -> None:
    """Unread, nothing can be confirmed; unread before sending, nothing is sent; read again, it goes on."""
    number = await bot.incident()
    mark = ai.mark()
    await ai.fault(kind="html", reads=True)
    pull = await bot.read(number, c.Pull("prompt.back"))
    page = f"{P} answered with a web page, not with data: is there a login before it?"
    assert (pull.state, pull.fault, pull.steps) == ("unread", f"Previous prompt: {page}", ())
    refused = await bot.ask(number, c.Confirm(pull.p))
    assert refused.refused
    assert page in refused.say
    await ai.no_fault()
    await bot.told(number, c.LookAgain(pull.p))
    await bot.until(number, lambda one: one.state == "asking")
    await ai.fault(kind="status", status=401, reads=True)
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    assert step.state == "failed"
    assert step.seen == f"nothing was sent: {P} does not accept us (401 Unauthorized): check PRACTICE_AI_TOKEN."
    assert ai.arrived(mark) == []
    await ai.no_fault()
    await bot.told(number, c.LookAgain(pull.p))
    await bot.until(number, lambda one: one.state == "asking")
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, step.turn, ai.arrived(mark)) == ("effective", 2, [(PUT, "v17", 200)])


async def test_somebody_else_changes_it_before_it_is_confirmed(bot: House, ai: Plant) -> None:
    """Nothing is sent, what was found is said; read again, before and after are new, and the pull goes through."""
    number = await bot.incident()
    pull = await bot.read(number, c.Pull("prompt.back"))
    assert (pull.steps[0].before, pull.steps[0].to) == ("v18", "v17")
    ai.put("prompt", "v16", "erin")
    mark = ai.mark()
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    said = "it stands at v16 now, no longer at v18; nothing was sent"
    assert (step.state, step.seen, step.found, ai.arrived(mark)) == ("changed", said, "v16", [])
    assert [one.state for one in (await bot.state(number)).mitigations] == ["failed"]
    await bot.told(number, c.LookAgain(pull.p))
    pull = await bot.until(number, lambda one: one.state == "asking")
    assert (pull.steps[0].before, pull.steps[0].to) == ("v16", "v17")
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, ai.arrived(mark)) == ("effective", [(PUT, "v17", 200)])


async def test_somebody_else_pulls_the_same_meanwhile(bot: House, ai: Plant) -> None:
    """It stands where it should when it is to be sent: nothing is sent, and it is proved all the same."""
    number = await bot.incident()
    pull = await bot.read(number, c.Pull("prompt.back"))
    ai.put("prompt", "v17", "erin")
    mark = ai.mark()
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, step.seen, ai.arrived(mark)) == ("effective", SEEN, [])
    [accepted] = await bot.payloads(number, "pull_accepted")
    assert (accepted["said"], accepted["already"]) == ("it stands there already", True)


async def test_undo_puts_back_what_was_recorded_and_asks_when_somebody_else_was_there(bot: House, ai: Plant) -> None:
    """A *back* is undone with one click to the value before; changed meanwhile, the note says so first."""
    number = await bot.incident()
    await bot.pulled(number, "prompt.back")
    ai.put("prompt", "v16", "erin")
    mark = ai.mark()
    pull = await bot.read(number, c.Undo())
    [step] = pull.steps
    assert (step.before, step.to, step.direction) == ("v16", "v18", "back")
    assert step.note == "Somebody changed it meanwhile: it is v16 now, not v17 as pulled."
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, ai.arrived(mark)) == ("effective", [(PUT, "v18", 200)])
    assert [one.state for one in (await bot.state(number)).mitigations] == ["removed"]


async def test_the_timeline_of_a_pull_and_its_undo(bot: House, ai: Plant) -> None:
    """Each step is an event, in order, with one request id for each change, which the plane's own audit has, too."""
    number = await bot.incident()
    mark = ai.mark()
    await bot.pulled(number, "prompt.back")
    undo = await bot.read(number, c.Undo())
    await bot.told(number, c.Confirm(undo.p))
    await bot.over(number)
    steps = ["pull_asked", "pull_read", "pull_confirmed", "settings_saved", "pull_accepted", "pull_effective"]
    assert await bot.kinds(number) == steps * 2
    requests = [one["request_id"] for one in await bot.payloads(number, "pull_accepted")]
    changes = list(ai.service.engine.settings.changes)[-2:]
    assert [(one.before, one.after, one.by, one.request_id) for one in changes] == [
        ("v18", "v17", ALICE, requests[0]),
        ("v17", "v18", ALICE, requests[1]),
    ]
    assert len(ai.arrived(mark)) == 2


async def test_settings_are_saved_before_and_what_could_not_be_is_said(bot: House, ai: Plant) -> None:
    """A setting that its plane does not say in time holds nothing up: it is pulled, and that one is named."""
    number = await bot.incident()
    pull = await bot.read(number, c.Pull("prompt.back"))
    await ai.fault(kind="slow", ms=1300, nth=3, reads=True)
    await bot.told(number, c.Confirm(pull.p))
    [step] = (await bot.over(number)).steps
    [saved] = await bot.payloads(number, "settings_saved")
    values = {
        "prompt.back": "v18", "model.back": "sunrise-latest", "params.back": "default", "index.back": "2026-11-14",
        "variant.share": 0, "retrieval.depth": 8,
    }  # fmt: skip
    [missing] = saved["missing"]
    assert (step.state, saved["held"]) == ("effective", [])
    assert saved["values"] == {key: value for key, value in values.items() if key != missing}
    assert missing in values


@pytest.mark.slow
async def test_saving_takes_ten_seconds_at_most(
    ai: Plant, known: Catalogue, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However patient a plane's timeout is: after ten seconds it is pulled, and the event names what was not saved."""
    patient = replace(known, planes={k: replace(v, timeout=timedelta(seconds=14)) for k, v in known.planes.items()})
    async with house(folder_of(tmp_path), patient, ai, pace=Pace(lease=30.0, grace=0.2)) as bot:
        number = await bot.incident()
        pull = await bot.read(number, c.Pull("prompt.back"))
        await ai.fault(kind="hold", nth=2, reads=True)
        began = time.monotonic()
        await bot.told(number, c.Confirm(pull.p))
        [step] = (await bot.over(number)).steps
        took = time.monotonic() - began
        [saved] = await bot.payloads(number, "settings_saved")
    assert (step.state, len(saved["missing"]), len(saved["values"])) == ("effective", 1, 5)
    assert 10 <= took < 14


async def test_in_security_the_evidence_is_held_before(bot: House, ai: Plant) -> None:
    """A hold goes out before the control moves, once, and the event has its receipt; an undo holds nothing again."""
    number = await bot.incident(klass="security")
    mark = ai.mark()
    pull = await bot.pulled(number, "source.off")
    assert pull.steps[0].state == "effective"
    [saved] = await bot.payloads(number, "settings_saved")
    [held] = saved["held"]
    assert re.match(
        r"held, request inc-\d+-pull-1-save-\S+: 200, copies held: 4, missing: conversation memory older", held
    )
    assert ai.arrived(mark) == [("evidence/hold", None, 200), ("settings/source.wiki", "off", 200)]
    assert ai.stands("evidence") == "held"


async def test_evidence_that_cannot_be_held_does_not_hold_up_the_pull(bot: House, ai: Plant) -> None:
    """Refused, the hold is named as missing, and the source is out all the same."""
    number = await bot.incident(klass="security")
    await ai.fault(kind="status", status=403, nth=1)
    pull = await bot.pulled(number, "source.off")
    [saved] = await bot.payloads(number, "settings_saved")
    why = f"evidence: {P} does not let us do this (403 Forbidden): ask its owner, or do it by hand."
    assert (pull.steps[0].state, saved["held"], saved["missing"]) == ("effective", [], [why])
    assert (ai.stands("source.wiki"), ai.stands("evidence")) == ("off", "normal")


# The known-good set


async def recorded(bot: House, **values: Any) -> None:
    """What stands in the known-good set of the support copilot."""
    set_ = {
        "prompt.back": "v17", "model.back": "sunrise-latest", "params.back": "default", "index.back": "2026-11-14",
        "variant.share": 0, "retrieval.depth": 8,
    } | {name.replace("_", "."): value for name, value in values.items()}  # fmt: skip

    def write(db: Any) -> None:
        known_good.my_turn(db, SERVICE, 0.0, 0.0)
        known_good.keep(db, KnownGood(SERVICE, set_, 1_795_000_000.0, {}, 0.0, 0.0))

    await bot.desk.database(write)


async def test_the_known_good_set_moves_each_piece_by_itself(bot: House, ai: Plant) -> None:
    """What differs moves, one write a piece; what stands right is left alone; each is undone without the others."""
    await recorded(bot)
    ai.put("index", "2026-11-21")
    number = await bot.incident()
    mark = ai.mark()
    pull = await bot.pulled(number, "known_good.set")
    moves = [(one.control, one.before, one.to, one.direction, one.state) for one in pull.steps]
    assert moves == [
        ("prompt.back", "v18", "v17", "back", "effective"),
        ("index.back", "2026-11-21", "2026-11-14", "back", "effective"),
    ]
    writes = [(PUT, "v17", 200), ("settings/index", "2026-11-14", 200)]
    assert sorted(ai.arrived(mark)) == sorted(writes)
    assert [one.k for one in pull.steps] == [1, 2]
    mark = ai.mark()
    undo = await bot.read(number, c.Undo(2))
    await bot.told(number, c.Confirm(undo.p))
    await bot.over(number)
    assert ai.arrived(mark) == [("settings/index", "2026-11-21", 200)]
    assert [one.state for one in (await bot.state(number)).mitigations] == ["effective", "removed"]
    assert (ai.stands("prompt"), ai.stands("index")) == ("v17", "2026-11-21")


async def test_a_piece_of_the_set_that_fails_leaves_the_others(bot: House, ai: Plant) -> None:
    """One plane refuses: its step has failed, the other is in effect, and each says so."""
    await recorded(bot)
    ai.put("index", "2026-11-21")
    number = await bot.incident()
    await ai.fault(kind="status", status=403, nth=1)
    pull = await bot.pulled(number, "known_good.set")
    assert sorted(one.state for one in pull.steps) == ["effective", "failed"]
    assert sorted(one.state for one in (await bot.state(number)).mitigations) == ["effective", "failed"]
    assert sorted((ai.stands("prompt"), ai.stands("index"))) in (["2026-11-14", "v18"], ["2026-11-21", "v17"])


# The way back in steps


async def limited(bot: House, ai: Plant) -> tuple[int, Pull]:
    """A limit is in force, and its undo is read: bob and alice have to agree."""
    await ai.until("error_share", lambda share: share <= 0.01, window=10)
    number = await bot.incident()
    pull = await bot.pulled(number, "rate.limit", 60)
    assert pull.steps[0].state in ("effective", "late")
    undo = await bot.read(number, c.Undo(1))
    assert [(one.to, one.goal, one.direction) for one in undo.steps] == [(600, 1000, "more")]
    await bot.told(number, c.Confirm(undo.p))
    refused = await bot.ask(number, c.Confirm(undo.p))
    assert refused.refused
    await bot.told(number, c.Confirm(undo.p, on_call=True), BOB)
    return number, undo


async def test_a_limit_goes_back_in_steps_while_the_checks_are_green(bot: House, ai: Plant) -> None:
    """Every step is one write, held and measured, the last one too; then the mitigation is removed."""
    mark = ai.mark()
    number, _ = await limited(bot, ai)
    pull = await bot.over(number)
    values = (60, 600, 750, 1000)
    assert [one for one in ai.arrived(mark)] == [("settings/rate_limit.acme", value, 200) for value in values]
    held = [(one["green"], one["to"]) for one in await bot.payloads(number, "rung_held")]
    assert (held, pull.steps[0].state) == ([(True, 750), (True, 1000), (True, None)], "effective")
    assert [one.state for one in (await bot.state(number)).mitigations] == ["removed"]


async def test_a_limit_comes_back_by_itself_when_a_check_turns_red(bot: House, ai: Plant) -> None:
    """Errors rise while a step is held: the limit is what it was pulled to, and the mitigation stands."""
    mark = ai.mark()
    number, _ = await limited(bot, ai)
    await bot.until(number, lambda pull: pull.steps[0].state == "holding")
    await ai.breaks("provider_outage")
    pull = await bot.over(number)
    assert [value for _, value, _ in ai.arrived(mark)] == [60, 600, 60]
    [held] = await bot.payloads(number, "rung_held")
    assert (held["green"], held["to"], pull.steps[0].state) == (False, 60, "effective")
    assert [one.state for one in (await bot.state(number)).mitigations] != ["removed"]
    assert ai.stands("rate_limit.acme") == 60


# What is recorded as known good


async def looked(bot: House, seconds: float) -> KnownGood:
    """What is recorded after a look at the services as many seconds from now: nobody has to wait for it."""
    clock = bot.desk.clock
    bot.desk.clock = lambda: clock() + timedelta(seconds=seconds)
    await bot.levers.keeper.look()
    bot.desk.clock = clock
    found = await bot.desk.database(lambda db: known_good.load(db, SERVICE))
    assert found is not None
    return found


async def test_known_good_is_what_stood_while_it_was_green(known: Catalogue, tmp_path: Path) -> None:
    """Recorded once it was green for long enough; never while an incident is open, which hears what differs instead."""
    async with plant() as ai, house(folder_of(tmp_path), known, ai, green_for=1.0) as bot:
        looks = count(1)

        async def good() -> dict[str, Any]:
            return (await looked(bot, next(looks))).values

        assert await good() == {}
        first = await good()
        assert first == {
            "prompt.back": "v17", "model.back": "sunrise-latest", "params.back": "default",
            "index.back": "2026-11-14", "variant.share": 0, "retrieval.depth": 8,
        }  # fmt: skip
        number = await bot.incident()
        ai.put("prompt", "v16")
        assert [await good() for _ in range(2)] == [first] * 2
        assert (await bot.state(number)).differs == (("prompt.back", "v17", "v16"),)
        assert len(await bot.payloads(number, "drifted")) == 1
        await bot.pulled(number, "prompt.back")
        assert await good() == first
        assert (await bot.state(number)).differs == ()


async def test_what_is_red_is_never_called_good(ai: Plant, known: Catalogue, tmp_path: Path) -> None:
    """With the provider failing nothing is recorded, however long the same values stand."""
    await ai.breaks("provider_outage")
    await ai.until("error_share", lambda share: share > 0.05, window=10)
    async with house(folder_of(tmp_path), known, ai, green_for=1.0) as bot:
        for second in range(1, 4):
            found = await looked(bot, second)
            assert (found.values, found.candidate) == ({}, {})


# Several at once


@pytest.mark.postgres
async def test_two_replicas_pull_once(ai: Plant, known: Catalogue, postgres_url: str) -> None:
    """Two bots on one database, somebody clicks at each at the same moment: one pull, one write, one undo."""
    async with house(postgres_url, known, ai) as one, house(postgres_url, known, ai) as other:
        for _ in range(2):
            ai.put("prompt", "v18")
            number = await one.incident()
            mark = ai.mark()
            pull = await one.read(number, c.Pull("prompt.back"))
            answers = await asyncio.gather(
                one.ask(number, c.Confirm(pull.p)), other.ask(number, c.Confirm(pull.p, on_call=True), BOB)
            )
            done = await other.over(number)
            assert sorted(answer.refused for answer in answers) == [False, True]
            [refused] = [answer.say for answer in answers if answer.refused]
            assert refused.startswith(f"<@{done.confirmed_by}> was faster: pulled at ")
            assert (done.steps[0].state, ai.arrived(mark)) == ("effective", [(PUT, "v17", 200)])
            await one.told(number, c.Undo())
            undo = await other.until(number, lambda pull: pull.state == "asking")
            await other.told(number, c.Confirm(undo.p, on_call=True), BOB)
            await one.over(number)
            assert ai.arrived(mark) == [(PUT, "v17", 200), (PUT, "v18", 200)]


async def test_eight_confirmations_at_once_are_one(bot: House, ai: Plant) -> None:
    """However many people click, the control moves once, and everybody else is told who was faster."""
    number = await bot.incident()
    mark = ai.mark()
    pull = await bot.read(number, c.Pull("prompt.back"))
    answers = await asyncio.gather(*(bot.ask(number, c.Confirm(pull.p)) for _ in range(8)))
    await bot.over(number)
    assert [answer.refused for answer in answers].count(True) == 7
    assert ai.arrived(mark) == [(PUT, "v17", 200)]


async def test_a_tool_comes_back_by_way_of_a_person(bot: House, ai: Plant) -> None:
    """The way back of a control with words for values has its steps, too: off, then ask, held and checked, then on."""
    await ai.mend()
    mark = ai.mark()
    number = await bot.incident()
    pull = await bot.pulled(number, "tool.off")
    assert pull.steps[0].state == "effective"
    undo = await bot.read(number, c.Undo(1))
    assert [(one.before, one.to, one.goal) for one in undo.steps] == [("off", "ask", "on")]
    await bot.told(number, c.Confirm(undo.p))
    await bot.told(number, c.Confirm(undo.p, on_call=True), BOB)
    await bot.over(number)
    assert [value for _, value, _ in ai.arrived(mark)] == ["off", "ask", "on"]
    held = [(one["green"], one["to"]) for one in await bot.payloads(number, "rung_held")]
    assert (held, ai.stands("tool.refund")) == ([(True, "on"), (True, None)], "on")
    assert [one.state for one in (await bot.state(number)).mitigations] == ["removed"]


# Looking again


@pytest.mark.slow
@pytest.mark.parametrize(("stands", "state", "seen"), [
    ("v17", "effective", SEEN),
    ("v18", "failed", "it was not applied: it stands at v18"),
    ("v16", "failed", "it was not applied: it stands at v16"),
])  # fmt: skip
async def test_what_is_unclear_is_looked_at_and_never_sent_again(
    stands: str, state: str, seen: str, bot: House, ai: Plant
) -> None:
    """After four tries without a clear answer nothing is sent by itself; *Look again* reads, and says what it found."""
    number = await bot.incident()
    await ai.fault(kind="nothing")
    pull = await bot.pulled(number, "prompt.back")
    assert pull.steps[0].state == "unclear"
    await ai.no_fault()
    ai.put("prompt", stands)
    mark = ai.mark()
    await bot.told(number, c.LookAgain(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, step.seen, ai.arrived(mark)) == (state, seen, [])


@pytest.mark.slow
async def test_what_was_late_is_looked_at_again(bot: House, ai: Plant) -> None:
    """Accepted and not in effect: *Check again* only looks; once it is served, it is in effect, with nothing sent."""
    number = await bot.incident()
    await ai.fault(kind="lies")
    pull = await bot.pulled(number, "prompt.back")
    assert pull.steps[0].state == "late"
    await ai.no_fault()
    ai.put("prompt", "v17")
    mark = ai.mark()
    await asyncio.sleep(1)
    await bot.told(number, c.LookAgain(pull.p))
    [step] = (await bot.over(number)).steps
    assert (step.state, ai.arrived(mark)) == ("effective", [])
