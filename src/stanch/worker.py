"""The delivery loop: claim what is owed, perform it, settle it. One for each process; leases keep replicas apart."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from stanch.errors import Unavailable
from stanch.flows.deliver import Later, Outcome, Unclear, settle
from stanch.flows.desk import Desk
from stanch.store import outbox
from stanch.store.ids import uuid7
from stanch.store.outbox import Owed

logger = logging.getLogger("stanch.worker")
IDLE = 5.0
"""Seconds after which the loop looks again by itself: other replicas owe effects too."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. An effect is ours for `lease`; an unclear one rests for `grace` before anybody looks at it again."""

    lease: float = 30.0
    grace: float = 5.0
    at_once: int = 48


class Worker:
    def __init__(self, desk: Desk, perform: Callable[[Owed], Awaitable[Outcome]], pace: Pace) -> None:
        self._desk = desk
        self._perform = perform
        self._pace = pace
        self._name = f"{os.getpid()}-{uuid7()[-12:]}"
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. The database's absence is waited out: what is owed stays owed."""
        while True:
            self._wake.clear()
            try:
                rest = await self._round()
            except Unavailable as trouble:
                logger.warning("worker.database_away", extra={"error": str(trouble)})
                rest = 1.0
            try:
                await asyncio.wait_for(self._wake.wait(), max(0.01, min(rest, IDLE)))
            except TimeoutError:
                continue

    async def _round(self) -> float:
        """Claim and start what is due; the seconds until something else is."""
        free = self._pace.at_once - len(self._running)
        if free <= 0:
            return IDLE
        claimed = await self._desk.database(
            lambda db: outbox.claim(
                db, self._name, time.time(), lease=self._pace.lease, grace=self._pace.grace, limit=free
            ),
            background=True,
        )
        for owed in claimed:
            task = asyncio.create_task(self._deliver(owed))
            self._running.add(task)
            task.add_done_callback(self._finished)
        if len(claimed) == free:
            return IDLE
        due = await self._desk.database(lambda db: outbox.next_due(db, self._pace.grace), background=True)
        return IDLE if due is None else due - time.time()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.wake()

    async def _deliver(self, owed: Owed) -> None:
        outcome = await self._try(owed)
        log = {"incident": owed.incident, "effect": owed.key, "outcome": type(outcome).__name__}
        logger.info("effect.tried", extra=log | {"error": getattr(outcome, "error", None)})
        try:
            await self._desk.database(
                lambda db: settle(self._desk, db, owed, outcome, grace=self._pace.grace), background=True
            )
        except Unavailable as trouble:
            # The lease runs out by itself, and whoever finds the effect then looks before repeating it.
            logger.warning("effect.unsettled", extra=log | {"error": str(trouble)})
        if owed.kind == "open_room":
            self._desk.room_settled(owed.incident)

    async def _try(self, owed: Owed) -> Outcome:
        if time.time() >= owed.lease_until:
            return Later("the lease ran out before it was begun", 0, unclear=owed.ambiguous)
        try:
            return await self._perform(owed)
        except Exception as fault:
            logger.exception("effect.failed", extra={"incident": owed.incident, "effect": owed.key})
            return Unclear(f"{type(fault).__name__}: a mistake in Stanch, see its log")
