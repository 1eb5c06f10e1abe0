"""Words for people outside the room, as they are swept; and what users must have read after it."""

from __future__ import annotations

from stanch.store.database import Database
from stanch.store.events import Log
from tests.acceptance.board import Board
from tests.acceptance.flow import TRIES, Landed, Run
from tests.acceptance.harness import Json
from tests.acceptance.incidents import buttons, words

GOOD = "Users see wrong refunds since 13:51 UTC. Next update at 14:20 UTC."
BETTER = "Users get right answers again, and we watch it. Next update at 15:00 UTC."
FIRST = "Some answers about refunds were wrong since 13:51 UTC. They are right again. Next update by 14:20 UTC."
LONG = "Answers about refunds are checked before you see them. Next update by 14:50 UTC."
SECOND = "Each answer about refunds is checked. Next update by 14:50 UTC."
STATES = ["monitoring", "monitoring", "resolved"]


def board_of(run: Run) -> Board:
    assert run.board is not None, "no status page stands beside this stage"
    return run.board


async def watched(run: Run) -> None:
    """Mended and watched: the end is one step away."""
    page = board_of(run)
    await page.no_fault()
    await run.stage.settle()
    await run.declare()
    steps = (
        "class quality_regression",
        # Before the severity: to whom words are due stands below it, as it is known when that is drawn.
        "impact wrong refunds",
        "severity SEV3",
        "applied prompt v18 → v17",
        "effective",
    )
    more = ("judged 20 0", "contained", "explained confirmed the prompt", "removed 1", 'watch --override "one region"')
    await run.quickly("alice", *steps, *more)
    run.told = page.mark()


async def told(run: Run) -> None:
    """Stakeholders hear it, erin subscribes; users read a word that is approved, then a bettered one; resolved."""
    await _says(run, "carol", ("room", "stakeholders"), GOOD, _stand(run, GOOD))
    await run.insist("Subscribe", lambda: _subscribes(run), _has(run, "subscribed"))
    await _says(run, "erin", ("users",), FIRST, _waits(run, FIRST))
    await _presses(run, "carol", "Approve and send", FIRST, _approved(run, FIRST))
    await _says(run, "carol", ("room", "stakeholders"), BETTER, _stand(run, BETTER))
    await _says(run, "erin", ("users",), LONG, _waits(run, LONG))
    await _edits(run, "carol", LONG, SECOND)
    await _presses(run, "carol", "Approve and send", SECOND, _approved(run, SECOND))
    await run.say("alice", "resolved --fixed v19 keeps the region", run.on_card("phase *learn*"))
    await run.say("alice", "export", run.has_files(2))


def untold(run: Run) -> list[str]:
    """What users have not read as they must: one incident with each word once, a mail for each, all well at the end."""
    shown = board_of(run).shown(run.told)
    said = shown["incidents"]
    if (
        len(said) != 1
        or [state for state, _ in said[0]] != STATES
        or [text for _, text in said[0]][:2] != [FIRST, SECOND]
    ):
        return [f"the page says {said}"]
    wrong = [] if shown["mails"] == len(STATES) else [f"users got {shown['mails']} mails"]
    return wrong + [f"{id} is {how}" for id, how in shown["components"].items() if how != "operational"]


async def _says(run: Run, user: str, to: tuple[str, ...], text: str, landed: Landed) -> None:
    values: Json = {"audiences": list(to), "text": text} | ({"public": text} if "users" in to else {})
    await run.form(user, values, landed, text="Draft update")


async def _subscribes(run: Run) -> Json:
    posted = [one for one in await run.stage.messages("general") if f"INC-{run.number} " in one["text"]]
    head = next(one for one in posted if "Subscribe" in buttons(one))
    return await run.stage.does("click", user="erin", channel="general", ts=head["ts"], text="Subscribe")


async def _drafts(run: Run, text: str) -> list[Json]:
    return [
        one for one in await run.stage.messages(run.room) if one["text"].startswith("Draft ") and text in words(one)
    ]


async def _presses(run: Run, user: str, label: str, text: str, landed: Landed) -> None:
    """A button below the draft with these words."""

    async def act() -> Json:
        ts = (await _drafts(run, text))[-1]["ts"]
        return await run.stage.does("click", user=user, channel=run.room, ts=ts, text=label)

    await run.insist(label, act, landed)


async def _edits(run: Run, user: str, was: str, text: str) -> None:
    async def act() -> Json:
        ts = (await _drafts(run, was))[-1]["ts"]
        opened = await run.stage.does("click", user=user, channel=run.room, ts=ts, text="Edit")
        if not opened["view"]:
            return {"ok": False, "error": f"no form came: {opened}"}
        answer: Json = {}
        for _ in range(TRIES):
            view = opened["view"]["id"]
            answer = await run.stage.does("submit", user=user, view_id=view, values={"text": text})
            if answer["ok"]:
                break
            await run.stage.settle()
        return answer

    await run.insist("Edit", act, _waits(run, text))


def _waits(run: Run, text: str) -> Landed:
    async def look() -> bool:
        return any("Approve and send" in buttons(one) for one in await _drafts(run, text))

    return look


def _approved(run: Run, text: str) -> Landed:
    async def look() -> bool:
        return any("Approved by" in words(one) for one in await _drafts(run, text))

    return look


def _stand(run: Run, text: str) -> Landed:
    """In the room, and as what stakeholders read."""

    async def look() -> bool:
        posted = [one for one in await run.stage.messages("general") if f"INC-{run.number} " in one["text"]]
        return await run.heard(text)() and any(text in words(one) for one in posted)

    return look


def _has(run: Run, kind: str) -> Landed:
    async def look() -> bool:
        database = Database(run.stage.database_url)
        try:
            return any(one.kind == kind for one in database.run(lambda db: Log().read(db, run.number)))
        finally:
            database.close()

    return look
