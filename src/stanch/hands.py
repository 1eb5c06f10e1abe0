"""`stanch pull`: the same pull, with the same rules and events, from a shell when Slack is down.

It writes to the same database and performs what it owes itself. Where the bot runs too, whichever takes an effect first
performs it: leases keep them apart.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from stanch import production
from stanch.core import commands as c
from stanch.core.incident import STANCH, Incident
from stanch.core.pulls import SETTLED, Pull, find, spoken
from stanch.errors import StanchError
from stanch.flows.deliver import settle, with_state
from stanch.flows.desk import Asked, Desk
from stanch.production import Production
from stanch.settings import Settings
from stanch.store import outbox
from stanch.store.database import Database

PATIENCE = 150.0
"""Seconds for which the shell waits; what is owed then stays owed, and the bot goes on with it."""
LOOK = 0.1
SLACK_ID = re.compile(r"[UW][A-Z0-9]{3,}")


class Hands:
    """One person at a shell, at one incident. `who` is a Slack id, or a name as in services.yml."""

    def __init__(self, desk: Desk, levers: Production, number: int, who: str, settings: Settings) -> None:
        self.desk, self._levers, self.number, self.who = desk, levers, number, who
        self._settings = settings
        self._name = f"shell-{os.getpid()}"

    async def ask(self, command: c.Lever) -> str:
        """What it answers, as plain text. Raises `StanchError`."""
        state = await self.state()
        by, on_call = await identity(state, self.who, self.desk)
        answer = await self.desk.ask(
            Asked(replace(command, on_call=on_call), by, "shell", self.number, channel=state.room)
        )
        if answer.refused:
            raise StanchError(unmarked(answer.say))
        return answer.say

    def must_be_another(self, first: str, by: str) -> None:
        """One person is not two: an id of Slack and a name can be the same, and Slack cannot be asked here."""
        if first != by and bool(SLACK_ID.fullmatch(first)) != bool(SLACK_ID.fullmatch(by)):
            raise StanchError(
                f"From here I cannot tell whether {by} and {first} are two people. Agree in Slack, or name your"
                " Slack id with --as; when nobody can, the first may break the glass."
            )

    async def begin(self, command: c.Pull | c.Undo) -> int:
        """Ask for a pull; its number. Others may ask for theirs at the same moment. Raises `StanchError`."""
        before = {one.p for one in (await self.state()).pulls}
        await self.ask(command)
        state = await self.state()
        by, _ = await identity(state, self.who, self.desk)
        for one in reversed(state.pulls):
            mine = one.p not in before and one.by == by
            same = one.control == command.control if isinstance(command, c.Pull) else one.undoes is not None
            if mine and same:
                return one.p
        raise StanchError("Somebody else is pulling the same: look at the room, or run this again.")

    async def state(self) -> Incident:
        found = await self.desk.state(self.number)
        if found is None:
            raise StanchError(f"There is no INC-{self.number}.")
        return found

    async def pull(self, p: int) -> Pull:
        found = find((await self.state()).pulls, p)
        if found is None:
            raise StanchError(f"INC-{self.number} has no pull {p}. The incident's room shows what was asked for.")
        return found

    async def until(self, p: int, over: Callable[[Pull], bool], told: Callable[[str], None]) -> Pull:
        """Perform what the pull owes until it is over; each new state of a step is told."""
        known: dict[int, str] = {}
        end = time.monotonic() + PATIENCE
        while True:
            await self._work()
            pull = await self.pull(p)
            for step in pull.steps:
                if known.get(step.s) != step.state and step.state not in ("read",):
                    known[step.s] = step.state
                    told(line(pull, step.s))
            if over(pull) or time.monotonic() > end:
                return pull
            await asyncio.sleep(LOOK)

    async def _work(self) -> None:
        lease, grace = self._settings.stanch_lease_s, self._settings.stanch_grace_s

        def take(db: Connection) -> list[tuple[outbox.Owed, Incident | None]]:
            only = (self.number, self._levers.kinds)
            claimed = outbox.claim(db, self._name, time.time(), lease=lease, grace=grace, limit=8, only=only)
            return [with_state(self.desk, db, owed) for owed in claimed]

        for owed, state in await self.desk.database(take):
            outcome = await self._levers.perform(owed, state)
            await self.desk.database(
                lambda db, owed=owed, outcome=outcome: settle(self.desk, db, owed, outcome, grace=grace)  # type: ignore[misc]
            )


NAMED_BY = ("open_room", "seat_owners")
"""Effects that bring back who is called what."""


async def identity(state: Incident, who: str, desk: Desk) -> tuple[str, bool]:
    """Who that is in the timeline, and whether they are on call for the service. Slack cannot be asked here: owners are
    known by their ids as the bot last heard of them, everybody else stands as they are written."""
    service = desk.catalogue.service(state.service) if state.service else None
    owners = {name for names in service.owners.values() for name in names} if service else set()
    name = who.removeprefix("@").strip()
    if not name or name == STANCH:
        raise StanchError("Who are you? --as NAME: a name as in services.yml, or a Slack id.")
    found = await desk.database(lambda db: outbox.brought(db, state.number, NAMED_BY))
    called = {name: id for result in found for name, id in result.get("called", {}).items()}
    by = called.get(name, name)
    return by, name in owners or by in called.values()


def line(pull: Pull, s: int) -> str:
    """One step of a pull in one line of plain text."""
    step = pull.step(s)
    assert step is not None
    words = {
        "pulling": "being sent", "accepted": "accepted, waiting to see it take effect", "effective": "in effect",
        "late": "accepted, and not in effect",
        "unseen": "accepted; whether it is in effect cannot be seen from here",
        "failed": "failed", "unclear": "unclear: it may have been applied",
        "changed": "not sent: somebody else changed it", "holding": "in effect; held before the next step",
    }  # fmt: skip
    seen = f": {step.seen}" if step.seen else ""
    request = f" (request {step.request_id})" if step.request_id else ""
    return f"{step.what}: {words.get(step.state, step.state)}{seen}{request}"


def before_and_after(pull: Pull) -> Iterator[str]:
    for step in pull.steps:
        yield f"{step.name}: now {spoken(step.before)}, will be {spoken(step.to)} ({step.direction})"
        if step.note:
            yield step.note


def over(pull: Pull) -> bool:
    return pull.state in ("done", "cancelled") or (
        pull.state == "pulling" and all(step.state in SETTLED for step in pull.steps)
    )


@contextmanager
def desk_of(settings: Settings) -> Iterator[Desk]:
    """The desk on the database that the settings name; no Slack is needed."""
    database = Database(settings.database)
    try:
        yield Desk(database, production.read(settings.home))
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: a control with a value, or a mitigation to undo, or a pull that waits for a second person."""

    control: str = ""
    value: str = ""
    undo: int | None = None
    agree: int | None = None
    glass: str = ""
    dry: bool = False


async def run(
    settings: Settings, number: int, who: str, wish: Wish, say: Callable[[str], None], sure: Callable[[], bool]
) -> bool:
    """Ask, read, show, confirm, move, prove. True when it is in effect, or was put back. Raises `StanchError`."""
    with desk_of(settings) as desk:
        levers = Production(desk, settings.environment, lease=settings.stanch_lease_s)
        try:
            return await _run(Hands(desk, levers, number, who, settings), levers, wish, say, sure)
        finally:
            await levers.close()


async def _run(
    hands: Hands, levers: Production, wish: Wish, say: Callable[[str], None], sure: Callable[[], bool]
) -> bool:
    p = wish.agree
    if p is None:
        asked = c.Undo(wish.undo) if wish.undo is not None else c.Pull(wish.control, wish.value or None)
        p = await hands.begin(asked)
        await hands.until(p, lambda one: one.state != "reading", say)
    pull = await hands.pull(p)
    if pull.fault or not pull.steps:
        say(f"It cannot be pulled from here: {pull.fault or 'it stands there already, or no value is named'}")
        return pull.state == "same"
    for shown in before_and_after(pull):
        say(shown)
    if pull.state == "seconding" and pull.first:
        hands.must_be_another(pull.first, by=(await identity(await hands.state(), hands.who, hands.desk))[0])
    if wish.dry or not sure():
        say(await levers.preview(await hands.state(), pull))
        if wish.agree is None:
            await hands.ask(c.CancelPull(p))
        say("Nothing was sent.")
        return False
    say(unmarked(await hands.ask(c.Confirm(p, wish.glass))))
    pull = await hands.pull(p)
    if pull.state == "seconding":
        say(f"A second person agrees with: stanch pull --agree {p} --incident {hands.number} --as NAME")
        return False
    pull = await hands.until(p, over, say)
    return all(step.state in ("effective", "same") for step in pull.steps)


def unmarked(text: str) -> str:
    """Slack's marks taken out, for a shell."""
    text = re.sub(r"<[@#]([^|>]+)>", r"\1", text)
    text = re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", text)
    return text.replace("`", "").replace("*", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
