"""The life of an incident in parts, each from a state that is reached quickly; and the main ones in one go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.acceptance.flow import Run
from tests.acceptance.harness import Json
from tests.acceptance.pulling import asked_for, pulled
from tests.acceptance.telling import told, watched

Steps = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True)
class Part:
    """`ready` comes before the faults begin; `play` is what is swept, each step when the one before has settled."""

    ready: Steps
    play: Steps
    planted: bool = False
    """It needs the practice AI service beside the stage."""
    public: bool = False
    """It needs a status page there."""


async def settled(run: Run) -> None:
    await run.stage.settle()


async def opening(run: Run) -> None:
    """Declare → fill in → roles → notes → severity → update → export."""
    await run.declare()
    facts = {"class": "quality_regression", "impact": "3 of 10 answers about refunds are wrong", "scope": "EU"}
    await run.form("alice", facts, run.on_card("3 of 10 answers"), action_id="fill_in")
    await run.say("alice", "role scribe @alice", run.on_card("*Scribe*  @alice"))
    await run.say("alice", "role communications none", run.on_card("*Communications lead*  nobody yet"))
    await run.click("dave", "Take this role", run.on_card("*Communications lead*  @dave"))
    await run.say("bob", "note `v18` went out at 13:51", run.heard("went out at 13:51"))
    await run.say("bob", "evidence trace 4711: 3 of 10 answers quote 2024", run.heard("trace 4711"))
    await run.say("alice", "severity SEV4", run.on_card("SEV4"))
    await run.say("carol", "update We see wrong answers about refunds. Next word at 14:20.", run.heard("14:20"))
    await run.say("alice", "export", run.has_files(2))


async def opened(run: Run) -> None:
    """As after the opening, in short."""
    await settled(run)
    await run.declare()
    await run.quickly("alice", "class quality_regression", "severity SEV4")


async def harm(run: Run) -> None:
    """What people wrote goes into the timeline; mitigate → applied → effective → judged → contained → supported."""
    first = await run.writes("bob", "the gateway restarted at 13:50")
    second = await run.writes("dave", "v18 is live in the EU since 13:40")

    async def pins() -> Json:
        await run.stage.does("react", user="carol", channel=run.room, ts=first, name="pushpin", remove=True)
        return await run.stage.does("react", user="carol", channel=run.room, ts=first, name="pushpin")

    async def adds() -> Json:
        callback = {"callback_id": "add_to_timeline", "channel": run.room, "ts": second}
        return await run.stage.does("shortcut", user="alice", **callback)

    await run.until("pushpin", pins, run.has_mark(first))
    await run.insist("Add to timeline", adds, run.has_mark(second))
    await run.stage.does("edit", user="bob", channel=run.room, ts=first, text="the gateway restarted at 13:49")
    await run.stage.settle()
    await run.click("bob", "Begin to mitigate", run.on_card("phase *mitigate*"))
    pulled = {"what": "prompt support-bot v18 → v17"}
    await run.form("bob", pulled, run.on_card("v17 (applied)"), text="Record a mitigation…")
    await run.say("bob", "effective", run.on_card("v17 (effective)"))
    judged = {"good": "20", "bad": "0", "note": "the twenty newest from the EU"}
    await run.form("carol", judged, run.heard("judged 20 answers"), text="Are users better off?")
    await run.click("alice", "Contained", run.on_card("phase *diagnose*"))
    await run.say("bob", "hypothesis the new prompt drops the region", run.heard("drops the region"))
    await run.say("bob", "supported 1 with v17 all regions are right", run.heard("all regions are right"))


async def diagnosed(run: Run) -> None:
    """As after the harm, in short."""
    await opened(run)
    steps = ("applied prompt support-bot v18 → v17", "effective", "judged 20 0", "contained", "hypothesis the prompt")
    await run.quickly("alice", *steps)


async def ending(run: Run) -> None:
    """Explained → removed → watch → resolved → an action → closed → reopened → exported."""
    cause = {"certainty": "confirmed", "text": "prompt v18 drops the region"}
    await run.form("bob", cause, run.on_card("phase *resolve*"), text="Explain the cause…")
    await run.say("bob", "removed 1", run.on_card("v17 (removed)"))
    await run.say("alice", 'watch --override "one region only"', run.on_card("phase *watching*"))
    await run.say("alice", "resolved --fixed v19 keeps the region", run.on_card("phase *learn*"))
    await run.say("alice", "action @bob by 2030-12-01 a test for each region", run.heard("a test for each region"))
    await run.say("alice", "close The prompt lost the region; a test will tell.", run.on_card("phase *closed*"))
    await run.form("dave", {"why": "the US sees it too"}, run.on_card("phase *mitigate*"), text="Reopen…")
    await run.say("alice", "export", run.has_files(2))


async def noted(run: Run) -> None:
    await settled(run)
    await run.declare()
    await run.quickly("alice", "severity SEV3", "note a customer's order stood in somebody else's answer")


async def restricted(run: Run) -> None:
    """Class security: a private room, the old one neutral; asked to join, let in; said, exported, seen on Home."""
    await run.say("alice", "class security", lambda: has_private_room(run))
    run.former, run.room = run.room, await private_room(run)
    await run.say("bob", "note whose order it was is known", run.heard("whose order it was"))

    async def asks() -> Json:
        announced = [one for one in await run.stage.messages("incidents") if f"INC-{run.number} " in str(one)]
        return await run.stage.does(
            "click", user="erin", channel="incidents", ts=announced[-1]["ts"], text="Ask to join"
        )

    async def lets_in() -> Json:
        asked = [one for one in await run.stage.messages(run.room) if "Let in" in str(one.get("blocks"))]
        return await run.stage.does("click", user="alice", channel=run.room, ts=asked[-1]["ts"], text="Let in")

    async def erin_is_in() -> bool:
        channels = (await run.stage.state())["channels"]
        return any(one["id"] == run.room and "U0ERIN" in one["members"] for one in channels)

    await run.insist("Ask to join", asks, run.heard("asks to be let in"))
    await run.insist("Let in", lets_in, erin_is_in)
    await run.say("erin", "update The tool is off. Next word at 15:00.", run.on_card("15:00"))
    files = sum(len(one.get("files") or ()) for one in await run.stage.messages(run.room))
    await run.say("alice", "export", run.has_files(files + 2))
    await run.until("Home", lambda: run.stage.does("home", user="bob"), lambda: on_home(run, "bob"))


async def private_room(run: Run) -> str:
    rooms = [one["id"] for one in await run.stage.channels(f"inc-{run.number}-") if one["private"]]
    assert rooms, f"INC-{run.number} is restricted and has no private room"
    return str(rooms[-1])


async def has_private_room(run: Run) -> bool:
    return any(one["private"] for one in await run.stage.channels(f"inc-{run.number}-"))


async def on_home(run: Run, user: str) -> bool:
    home = (await run.stage.sees(f"views/{user}"))["home"]
    return f"INC-{run.number} " in str(home)


async def everything(run: Run) -> None:
    """The whole life, from declaring to the second time it is open, in private."""
    await opening(run)
    await harm(run)
    await ending(run)
    await restricted(run)


async def leave(run: Run) -> None:
    """Nobody has to think of it any more: the lists of those who come after stay short."""
    for text in ("removed", "dismiss false-alarm it was a rehearsal"):
        await run.stage.types("alice", text, run.room)


PARTS: Mapping[str, Part] = {
    "opening": Part(settled, opening),
    "harm": Part(opened, harm),
    "ending": Part(diagnosed, ending),
    "restricted": Part(noted, restricted),
    "pull": Part(asked_for, pulled, planted=True),
    "words": Part(watched, told, public=True),
    "everything": Part(settled, everything),
}
SWEPT = ("opening", "harm", "ending", "restricted", "pull", "words")
"""The first four together are everything, and each is short enough to be run hundreds of times."""
