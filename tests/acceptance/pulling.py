"""A control pulled and put back by people, as it is swept; and what must be true of production after it."""

from __future__ import annotations

from collections import Counter

from stanch.core.export import to_json, verify
from stanch.store.database import Database
from stanch.store.events import Log
from tests.acceptance.flow import TRIES, Landed, Run
from tests.acceptance.incidents import buttons, words
from tests.acceptance.production import Levers, Plant, key_of

MOVES = [("prompt", "v17", "v18"), ("prompt", "v18", "v17"), ("prompt", "v17", "v18")]
"""What somebody did, then the pull, then its undo: each once."""


def plant_of(run: Run) -> Plant:
    assert run.plant is not None, "no practice AI service stands beside this stage"
    return run.plant


async def asked_for(run: Run) -> None:
    """An incident of a class, with a prompt in production that somebody has changed."""
    ai = plant_of(run)
    await ai.mend()
    run.mark = ai.mark()
    ai.put("prompt", "v18")
    await run.declare()
    await run.quickly("alice", "class quality_regression", "severity SEV4")


async def pulled(run: Run) -> None:
    """Asked → read → confirmed → in effect → undone → read → confirmed → in effect."""
    await run.say("alice", "pull prompt.back", _shows(run, 1, "Now *v18*"))
    await _brought(run, 1, "alice", "Pull it", "*v17*\n✔ in effect")
    await run.say("bob", "undo", _shows(run, 2, "Now *v17*"))
    await _brought(run, 2, "bob", "Put it back", "*v18*\n✔ in effect")
    await run.say("alice", "export", run.has_files(2))


async def _brought(run: Run, p: int, user: str, label: str, words_then: str) -> None:
    """Click it until it is in effect; where a plane could not be read or refused, read again first, as people do."""
    levers = Levers(run.stage, run.number, run.room)
    for _ in range(TRIES):
        shown = buttons(await levers.view(f"pull/{p}"))
        wanted = next((one for one in (label, "Read again", "Look again", "Check again") if one in shown), label)
        answer = await levers.clicks(user, f"pull/{p}", wanted)
        await run.stage.settle()
        if words_then in await levers.says(f"pull/{p}"):
            return
        if not answer["ok"]:
            run.repeated.append(wanted)
    raise AssertionError(f"pull {p} never took effect: {await levers.says(f'pull/{p}')}")


def _shows(run: Run, p: int, text: str) -> Landed:
    async def look() -> bool:
        found = await Levers(run.stage, run.number, run.room).views(f"pull/{p}")
        again = "Read again" in buttons(found[0]) if found else False
        return bool(found) and (text in words(found[0]) or again)

    return look


async def wrong(run: Run) -> list[str]:
    """What is not as it must be after it: production, the timeline, the messages, the outbox."""
    found = []
    if (changes := plant_of(run).changed(run.mark)) != MOVES:
        found.append(f"changes of production: {changes}")
    if plant_of(run).stands("prompt") != "v18":
        found.append(f"the prompt stands at {plant_of(run).stands('prompt')}")
    database = Database(run.stage.database_url)
    try:
        found += verify(to_json(database.run(lambda db: Log().read(db, run.number))))
    finally:
        database.close()
    keys = Counter(filter(None, map(key_of, await run.stage.messages(run.room))))
    found += [f"{key} stands {count} times" for key, count in keys.items() if count > 1]
    health = await run.stage.health()
    found += [f"set aside or held: {health}"] if health["buried"] + health["held"] else []
    return found
