"""The delivery loop: settle what came back, claim what is due, perform it. One for each process; leases keep replicas
apart.

Each turn of the loop is one transaction: all results since the last one, what follows from them, and the next claims.
So an effect's follower starts without a second commit, and a busy bot commits less often than it calls.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from stanch.core.incident import Incident
from stanch.errors import Unavailable
from stanch.flows.deliver import Later, Outcome, Unclear, is_plain, settle, with_state
from stanch.flows.desk import Desk
from stanch.store import outbox
from stanch.store.ids import uuid7
from stanch.store.outbox import Owed

logger = logging.getLogger("stanch.worker")
IDLE = 5.0
"""Seconds after which the loop looks again by itself: other replicas owe effects too."""
A_TURN = 5
"""Results, and claims, in one transaction: people who wait for theirs should not wait long."""
BESIDE_PEOPLE = 10
"""The same on PostgreSQL, where people's transactions run beside the worker's."""
AWAY = 1.0
"""Seconds between two tries to reach a database that does not answer."""

Perform = Callable[[Owed, Incident | None], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. An effect is ours for `lease`; an unclear one rests for `grace` before anybody looks at it again."""

    lease: float = 30.0
    grace: float = 5.0
    at_once: int = 48


class Worker:
    def __init__(self, desk: Desk, perform: Perform, pace: Pace) -> None:
        self._desk = desk
        self._perform = perform
        self._pace = pace
        self._name = f"{os.getpid()}-{uuid7()[-12:]}"
        self._a_turn = A_TURN if desk.database.is_sqlite else BESIDE_PEOPLE
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._finished: list[tuple[Owed, Outcome]] = []
        self._stopping = False
        self._ended = asyncio.Event()
        self._ended.set()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled or drained. The database's absence is waited out: what is owed stays owed."""
        self._ended.clear()
        try:
            while not (self._stopping and not self._running and not self._finished):
                await self._one_round()
        finally:
            self._ended.set()

    async def _one_round(self) -> None:
        self._wake.clear()
        results, self._finished = self._finished[: self._a_turn], self._finished[self._a_turn :]
        try:
            rest = await self._round(results)
        except Unavailable as trouble:
            # Whether it was committed is unknown; settling twice is harmless: the second finds nothing to settle.
            self._finished = results + self._finished
            logger.warning("worker.database_away", extra={"error": str(trouble)})
            await asyncio.sleep(AWAY)
            return
        except Exception:
            # An edge: the loop never ends. What was claimed is looked at again when its lease is over.
            logger.exception("worker.turn_failed")
            await asyncio.sleep(AWAY)
            return
        if self._stopping and not self._running:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.01, min(rest, IDLE))):
                await self._wake.wait()

    async def drain(self, patience: float) -> None:
        """Begin nothing more; what is under way has `patience` seconds to end. Then every lease is handed back, so that
        another replica need not wait for it to run out."""
        self._stopping = True
        self.wake()
        if not await self._ends_within(patience):
            for task in self._running:
                task.cancel()
            await self._ends_within(AWAY)
        with contextlib.suppress(Unavailable):
            await self._desk.database(lambda db: outbox.release(db, self._name, time.time()), background=True)

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def _round(self, results: list[tuple[Owed, Outcome]]) -> float:
        """One turn; the seconds until something else is due."""
        free = 0 if self._stopping else self._pace.at_once - len(self._running)
        claimed, due = await self._desk.database(lambda db: self._turn(db, results, free), background=True)
        for owed, _ in results:
            if owed.kind == "open_room":
                self._desk.room_settled(owed.incident)
        for owed, incident in claimed:
            task = asyncio.create_task(self._deliver(owed, incident))
            self._running.add(task)
            task.add_done_callback(self._is_done)
        if self._finished:
            return 0.0
        return IDLE if due is None or free <= len(claimed) else due - time.time()

    def _turn(
        self, db: Connection, results: list[tuple[Owed, Outcome]], free: int
    ) -> tuple[list[tuple[Owed, Incident | None]], float | None]:
        for owed, outcome in results:
            self._settle(db, owed, outcome)
        lease, grace = self._pace.lease, self._pace.grace
        most = min(free, self._a_turn)
        owed_now = outbox.claim(db, self._name, time.time(), lease=lease, grace=grace, limit=most) if most > 0 else []
        # Where a claim was full there is more: looking for when costs as much as there is.
        due = time.time() if owed_now and len(owed_now) == most else outbox.next_due(db, grace, time.time())
        return [with_state(self._desk, db, owed) for owed in owed_now], due

    def _settle(self, db: Connection, owed: Owed, outcome: Outcome) -> None:
        # What brings nothing back is one statement: there is nothing to be undone.
        try:
            with contextlib.nullcontext() if is_plain(outcome) else db.begin_nested():
                settle(self._desk, db, owed, outcome, grace=self._pace.grace)
        except DBAPIError:
            # A conflict, or the database is away: the whole turn is run again.
            raise
        except Exception as mistake:
            # An edge: what it brought back cannot be recorded, and the others' results must not suffer for it.
            logger.exception("effect.unsettled", extra={"incident": owed.incident, "effect": owed.key})
            outbox.bury(db, owed, f"its result cannot be recorded: {mistake}")

    async def _deliver(self, owed: Owed, incident: Incident | None) -> None:
        outcome = await self._try(owed, incident)
        logger.info(
            "effect.tried",
            extra={
                "incident": owed.incident,
                "effect": owed.key,
                "outcome": type(outcome).__name__.lower(),
                "error": getattr(outcome, "error", None),
            },
        )
        self._finished.append((owed, outcome))

    def _is_done(self, task: asyncio.Task[None]) -> None:
        # Its place must be free before the loop counts how many are.
        self._running.discard(task)
        self.wake()

    async def _try(self, owed: Owed, incident: Incident | None) -> Outcome:
        if time.time() >= owed.lease_until:
            return Later("the lease ran out before it was begun", 0, unclear=owed.ambiguous)
        try:
            return await self._perform(owed, incident)
        except Exception as fault:
            # An edge: a mistake in one effect must not stop the others.
            logger.exception("effect.failed", extra={"incident": owed.incident, "effect": owed.key})
            return Unclear(f"{type(fault).__name__}: a mistake in Stanch, see its log")
