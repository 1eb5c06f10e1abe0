"""People, in a real process: who is named is asked, answers, passes or is silent; phones ring and stop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import BOB, DAVE, ERIN, Incident, buttons, declared, words
from tests.fakes.pager import ROUTING_KEY, FakePager

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
ACCEPT_S = 5
"""What SEV1 leaves to answer in these tests."""
PEOPLE = (
    "people:\n  erin: {zone: Asia/Kolkata}\nescalation:\n  support-copilot:\n    - ask: [owners]\n    - ask: [erin]\n"
)


@pytest.fixture(scope="module")
def pager() -> Iterator[FakePager]:
    with FakePager().up() as up:
        yield up


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory, pager: FakePager) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("people")
    made = home(folder / "home")
    catalogue = made / "runbooks/catalogue"
    (catalogue / "people.yml").write_text(PEOPLE)
    file = catalogue / "severities.yml"
    file.write_text(re.sub(r"(?m)^( +accept_within: )5m$", rf"\g<1>{ACCEPT_S}s", file.read_text(), count=1))
    env = {
        "STANCH_HOME": str(made),
        "STANCH_PAGERDUTY_ROUTING_KEY": ROUTING_KEY,
        "STANCH_PAGERDUTY_EVENTS": pager.url,
    }
    async with staged(folder / "stage", env) as up:
        yield up


async def direct(stage: Stage, user: str) -> tuple[str, list[Json]]:
    """The channel in which the bot writes to one person alone, and what it has written."""
    state = await stage.state()
    person = next(one["id"] for one in state["users"] if one["name"] == user)
    found = [one["id"] for one in state["channels"] if one["is_im"] and one["user"] == person]
    return (found[0], [one for one in await stage.messages(found[0]) if "bot_id" in one]) if found else ("", [])


async def asked(i: Incident, user: str, within_s: float = 3 * ACCEPT_S) -> Json:
    """The one message in which this person is asked for a seat of this incident."""
    about, found = re.compile(rf"of INC-{i.number}\b"), list[Json]()
    try:
        async with asyncio.timeout(within_s):
            while not found:
                found = [
                    one for one in (await direct(i.stage, user))[1] if about.search(words(one)) and is_question(one)
                ]
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{user} was not asked: {(await direct(i.stage, user))[1]}") from None
    assert len(found) == 1, found
    return found[0]


def is_question(message: Json) -> bool:
    """With its buttons, or answered."""
    return bool(buttons(message)) or any(f"You {one} asked" in words(message) for one in ("are", "were"))


def rung(pager: FakePager, i: Incident) -> dict[str, str]:
    """How each alert of this incident stands, by its number."""
    return {key.rpartition("-")[2]: how for key, how in pager.alerts.items() if f"-inc-{i.number}-" in key}


async def answers(i: Incident, user: str, label: str, times: int = 1) -> str:
    message, (channel, _) = await asked(i, user), await direct(i.stage, user)
    answer = await i.stage.does("click", user=user, channel=channel, ts=message["ts"], text=label, times=times)
    assert answer["ok"], answer
    await i.stage.settle()
    return said(answer)


def kinds(i: Incident) -> list[str]:
    return [one["kind"] for one in i.events()]


async def until(i: Incident, kind: str, times: int = 1, within_s: float = 4 * ACCEPT_S) -> None:
    async with asyncio.timeout(within_s):
        while kinds(i).count(kind) < times:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    await i.stage.settle()


async def test_from_the_first_name_to_nobody(stage: Stage, pager: FakePager) -> None:
    """Bob passes, dave is silent, erin of the next step is silent: each asked once; a phone rings for each step, and
    stops with the incident."""
    i = await declared(stage, "answers cite the wrong policy")
    card = await i.card_words()
    assert re.search(r"\*Technical lead\*  @bob _\(asked, until <!date", card)
    assert "*Commander*  @alice\n" in card, "who declared is here already"
    assert pager.woken == []
    await i.types("alice", "severity SEV1")
    assert rung(pager, i) == {"1": "triggered"}
    assert await answers(i, "carol", "Accept") == (
        f"Thank you: you are communications lead of INC-{i.number}. Its room: <#{i.room}>."
        f" What is known, done, open and due: `/incident {i.number} catchup`."
    )
    assert "The next person is asked." in await answers(i, "bob", "Pass")
    assert "*Technical lead*  @dave _(asked" in await i.card_words()
    await asked(i, "dave")
    await asked(i, "erin")
    await until(i, "seat_unfilled")
    assert "everybody was asked, and nobody is technical lead." in (await i.heard())[-1]
    rings = list(rung(pager, i))
    assert set(rung(pager, i).values()) == {"triggered"}
    assert len(rings) >= 2
    await i.types("bob", "role technical me")
    assert rung(pager, i) == dict.fromkeys(rings, "acknowledged")
    await i.types("alice", "dismiss false-alarm a test")
    assert rung(pager, i) == dict.fromkeys(rings, "resolved")
    assert [key.rpartition("-")[2] for key in pager.woken] == rings, "each rang once"
    asked_of = [(e["payload"]["user"], e["payload"]["step"]) for e in i.events() if e["kind"] == "seat_asked"]
    assert [one for one in asked_of if one[0] in (BOB, DAVE, ERIN)] == [(BOB, 0), (DAVE, 0), (ERIN, 1)]
    assert ROUTING_KEY not in (stage.data / "bot.log").read_text()
    assert (await stage.health())["buried"] == 0


async def test_whatever_is_done_is_an_answer(stage: Stage, pager: FakePager) -> None:
    """Bob writes a note instead of clicking: nobody else is asked, and no time runs out."""
    i = await declared(stage, "it drifts")
    await i.types("alice", "severity SEV1")
    await i.types("bob", "note I am looking")
    assert rung(pager, i)["1"] == "acknowledged"
    await asyncio.sleep(ACCEPT_S + 1)
    await stage.settle()
    lapsed = [one["payload"]["roles"] for one in i.events() if one["kind"] == "seat_lapsed"]
    assert ["technical"] not in lapsed
    assert "*Technical lead*  @bob\n" in f"{await i.card_words()}\n"
    await i.types("alice", "dismiss false-alarm a test")


async def test_killed_between_the_question_and_its_end(stage: Stage, pager: FakePager) -> None:
    """The bot is down when the time runs out: bob was asked once, is passed over once, and dave is asked once."""
    i = await declared(stage, "it stalls")
    await i.types("alice", "severity SEV1")
    await asked(i, "bob")
    await stage.kill_bot()
    await asyncio.sleep(ACCEPT_S + 0.5)
    await stage.start_bot()
    await asked(i, "dave")
    assert (await answers(i, "dave", "Accept", times=3)).startswith("Thank you: you are technical lead")
    await asked(i, "bob")
    found = i.events()
    lapsed = [one["payload"]["user"] for one in found if one["kind"] == "seat_lapsed" and BOB in str(one["payload"])]
    assert lapsed == [BOB]
    assert [one["payload"]["user"] for one in found if one["kind"] == "seat_accepted"] == [DAVE]
    await i.types("alice", "dismiss false-alarm a test")
    assert set(rung(pager, i).values()) == {"resolved"}
    assert len(pager.woken) == len(set(pager.woken)), "each rang once"


async def test_hand_over_of_command(stage: Stage) -> None:
    """Alice asks bob; he reads how things stand, alone; until he accepts the card says alice, then bob, and the room
    is told; dave's hand-over that he passes is told to bob."""
    i = await declared(stage, "it costs")
    await i.types("alice", "severity SEV4")
    await i.types("alice", "impact a report is late")
    assert "is asked to take over as commander" in await i.types("alice", "handover commander @dave")
    message = await asked(i, "dave")
    assert "Users see: a report is late" in words(message)
    assert buttons(message) == ["Accept", "Pass"]
    assert "*Commander*  @alice" in await i.card_words()
    assert (await answers(i, "dave", "Accept")).startswith("Thank you: you are commander of INC-")
    assert "*Commander*  @dave" in await i.card_words()
    assert (await i.heard())[-1].startswith(f"<@{DAVE}> is commander now, taking over from")
    await i.types("dave", "handover scribe @erin")
    assert await answers(i, "erin", "Pass") == f"Thank you. <@{DAVE}> is told."
    assert f"INC-{i.number}: <@{ERIN}> passed" in (await direct(stage, "dave"))[1][-1]["text"]
    await i.types("dave", "dismiss false-alarm a test")


async def test_nobody_can_be_woken_is_said(tmp_path: Path) -> None:
    """SEV1 with nothing set up: the room hears it once, with what to do; SEV2 does not."""
    async with staged(tmp_path / "stage") as stage:
        i = await declared(stage, "it leaks money")
        await i.types("alice", "severity SEV2")
        assert not [one for one in await i.heard() if "nobody can be woken" in one]
        await i.types("alice", "severity SEV1")
        await i.types("alice", "severity SEV2")
        await i.types("alice", "severity SEV1")
        assert len([one for one in await i.heard() if one.startswith("📵") and "nobody can be woken" in one]) == 1
