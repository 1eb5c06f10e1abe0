"""The desk: whatever is asked of an incident comes here, is decided once, and is recorded before it is answered."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from stanch.core import commands as c
from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event
from stanch.core.decide import decide
from stanch.core.incident import STANCH, Incident
from stanch.core.policy import outsiders_stay_out
from stanch.core.seat_commands import AnswerHandover
from stanch.core.text import one_line
from stanch.errors import Refusal
from stanch.flows import linked
from stanch.flows.asked import Answer as Answer, Asked as Asked
from stanch.store import known_good, outbox, signals, tables as t
from stanch.store.database import Database
from stanch.store.events import Log
from stanch.store.projections import catch_up

logger = logging.getLogger("stanch.desk")
TWICE_WITHIN = timedelta(minutes=2)
"""The same title by the same person within this time is one incident told twice (design, section 5)."""
REMEMBER = timedelta(days=2)
"""How long answers are kept for second deliveries; Slack repeats events for a day at the longest."""
LOOK_AGAIN = 1.0
"""Seconds between two looks at whether a room stands that another replica may be opening."""
LATE_PROMISES = timedelta(days=14)
"""How long after its date an action item is still shown to its owner."""
FOR_OUTSIDERS = (c.Join, c.ReportEdit, AnswerHandover)
"""What people may do to a restricted incident who have no part in it: ask to be let in, change their own words, and
answer whether they take a role over."""
Home = tuple[list[Incident], Sequence[Row[Any]], Sequence[Row[Any]], dict[int, Incident]]

_TOLD = select(t.interaction).where(t.interaction.c.key == bindparam("delivery"))
_REMEMBER = insert(t.interaction)


class _Instead(Exception):
    """The same was declared a moment ago; raised so that the transaction gives its number back."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Desk:
    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.database = database
        self.catalogue = catalogue
        self.log = Log()
        self.clock = clock
        self.wake = wake
        self._opening: dict[int, list[asyncio.Event]] = {}

    async def ask(self, asked: Asked, *, even_if_twin: bool = False) -> Answer:
        """Decide and commit. A refusal is an answer too. Raises `Unavailable` when the database does not answer."""
        try:
            answer = await self.database(lambda db: self._take(db, asked, even_if_twin))
        except _Instead as other:
            return other.answer
        except Refusal as refusal:
            answer = Answer(str(refusal), asked.number, refused=True, offers=refusal.offers)
            await self._refuse(asked, answer)
        else:
            self.wake()
        _note(asked, answer)
        return answer

    def _take(self, db: Connection, asked: Asked, even_if_twin: bool) -> Answer:
        now = self.clock()
        if told := next((t for one in (asked.key, asked.delivery) if one and (t := self._told(db, one))), None):
            return told
        if isinstance(asked.command, c.Declare):
            answer = self._declare(db, asked, asked.command, now, even_if_twin)
        elif isinstance(asked.command, c.Reopen) and (new := linked.recurs(self.log, self.apply, db, asked, now)):
            answer = new
        else:
            answer = self.apply(db, asked, now)
            if isinstance(asked.command, c.Dismiss) and asked.command.duplicate_of:
                linked.joins(self.log, self.apply, db, asked, asked.command.duplicate_of, now)
        if asked.key:
            self._remember(db, asked.key, answer, now)
        return answer

    async def _refuse(self, asked: Asked, answer: Answer) -> None:
        """Remembered too, in a transaction of its own: a second delivery must not succeed where the first did not."""
        if key := asked.delivery or asked.key:
            now = self.clock()
            await self.database(lambda db: None if self._told(db, key) else self._remember(db, key, answer, now))

    def _declare(self, db: Connection, asked: Asked, command: c.Declare, now: datetime, even_if_twin: bool) -> Answer:
        # The number is taken first: it holds the lock under which nobody else can declare the same.
        numbered = replace(command, number=self.log.next_number(db))
        twin = self.log.same_title(db, one_line(command.title), asked.by, now - TWICE_WITHIN)
        if asked.key and not self.database.is_sqlite and (told := self._told(db, asked.key)):
            # Another replica took the same delivery while this one waited for the lock.
            raise _Instead(told)
        if twin is not None and not even_if_twin:
            raise _Instead(Answer(f"INC-{twin} is opening.", twin, twin=True))
        answer = self.apply(db, replace(asked, command=numbered, number=None), now, new=numbered.number)
        if command.message:
            self.apply(db, replace(asked, command=command.message, number=numbered.number), now)
        if command.signal and (other := signals.link(db, command.signal, numbered.number)):
            raise _Instead(Answer(f"INC-{other} was declared from this alert a moment ago.", other, twin=True))
        return answer

    def apply(self, db: Connection, asked: Asked, now: datetime, *, new: int | None = None) -> Answer:
        """Decide on the state as it is and write events, effects and projection in the caller's transaction."""
        number = new if new is not None else asked.number
        if number is None:
            raise Refusal("Which incident? Say its number, like `/incident 42 show`, or ask in its room.")
        state = None if new is not None else self.log.load(db, number, to_write=True)
        if state is None and new is None:
            raise Refusal(f"There is no INC-{number}. `/incident list` shows those that are open.")
        if state is not None and not isinstance(asked.command, FOR_OUTSIDERS):
            outsiders_stay_out(state, asked.by, asked.channel)
        decision = decide(state, asked.command, asked.by, now, self.catalogue)
        by, at = decision.by or asked.by, decision.at or asked.at or now
        done, own = decision.events[: -decision.own or None], decision.events[-decision.own :] if decision.own else ()
        after = self.log.append(db, number, state, done, by=by, source=asked.source, at=at, now=now)
        if own:
            self.log.append(db, number, after, own, by=STANCH, source="rule", at=now, now=now)
        outbox.owe(db, number, decision.effects, now.timestamp(), first=new is not None)
        return Answer(decision.say, number, offers=decision.offers)

    def _told(self, db: Connection, key: str) -> Answer | None:
        row = db.execute(_TOLD, {"delivery": key}).one_or_none()
        if row is None:
            return None
        told = json.loads(row.answer)
        return Answer(told["say"], row.incident, told["refused"], offers=tuple(told.get("offers", ())))

    def _remember(self, db: Connection, key: str, answer: Answer, now: datetime) -> None:
        told = json.dumps({"say": answer.say, "refused": answer.refused, "offers": answer.offers})
        db.execute(_REMEMBER, {"key": key, "incident": answer.number, "answer": told, "at": now.timestamp()})

    async def keep_house(self) -> None:
        """Drop the answers that no second delivery can ask for any more; fill what an older replica left empty."""
        before = (self.clock() - REMEMBER).timestamp()

        def work(db: Connection) -> None:
            db.execute(delete(t.interaction).where(t.interaction.c.at < before))
            known_good.forget_answers(db, before)
            catch_up(db)

        await self.database(work, background=True)

    async def state(self, number: int) -> Incident | None:
        return await self.database(lambda db: self.log.load(db, number))

    async def opened(self, number: int, patience: float) -> Incident | None:
        """The incident once its room stands; None after `patience` seconds. For an answer, which may be lost."""
        signal = asyncio.Event()
        waiting = self._opening.setdefault(number, [])
        waiting.append(signal)
        state = None
        for _ in range(max(1, round(patience / LOOK_AGAIN))):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(patience, LOOK_AGAIN)):
                    await signal.wait()
            state = await self.state(number)
            if signal.is_set() or (state and state.room):
                break
        waiting.remove(signal)
        if not waiting:
            self._opening.pop(number, None)
        return state if state and state.room else None

    def room_settled(self, number: int) -> None:
        """The worker is through with opening this room, one way or the other."""
        for signal in self._opening.get(number, ()):
            signal.set()

    def seen(self, number: int) -> Incident | None:
        """The state that was read last, without asking the database: good enough to fill a form with."""
        return self.log.last_seen(number)

    async def room_back(self, number: int) -> None:
        """What was set aside for this incident goes out now: its room can be written to again."""
        now = self.clock().timestamp()
        await self.database(lambda db: outbox.retry(db, now, incident=number))
        self.wake()

    async def would_change(self, number: int, report: c.Command) -> bool:
        """Whether what Slack reports is news. A look only: `ask` decides again."""
        state = await self.state(number)
        return state is not None and bool(decide(state, report, STANCH, self.clock(), self.catalogue).events)

    async def of_room(self, channel: str) -> int | None:
        """The incident whose room this channel is now."""
        return await self.database(lambda db: self.log.of_room(db, channel))

    async def about(self, channel: str) -> int | None:
        """The incident that people mean who speak in this channel: it is, or was, its room."""
        return await self.database(lambda db: self.log.of_any_room(db, channel))

    async def holding(self, channel: str, ts: str) -> list[int]:
        """The incidents whose timelines hold this message of Slack."""
        return await self.database(lambda db: self.log.holding(db, channel, ts))

    async def open_incidents(self, most: int = 10_000) -> list[Incident]:
        """Open incidents, worst first, then oldest first; at most `most`."""

        return await self.database(lambda db: self._open(db, most))

    def _open(self, db: Connection, most: int) -> list[Incident]:
        return [i for n in self.log.open_numbers(db, most) if (i := self.log.load(db, n))]

    async def home(self, user: str, most: int, owed: int) -> Home:
        """For one person: open incidents worst first, their own duties by date, mitigations in force anywhere oldest
        first, and every incident that any of these is about, with those that person commands and that wait to close."""

        since = (self.clock() - LATE_PROMISES).date().isoformat()

        def work(db: Connection) -> Home:
            open_now = self._open(db, most)
            mine, applied = self.log.duties_of(db, user, since, owed), self.log.in_force(db, most)
            about = {i.number: i for i in open_now}
            for number in {*self.log.learning(db, most), *(row.incident for row in (*mine, *applied))} - set(about):
                if state := self.log.load(db, number):
                    about[number] = state
            return open_now, mine, applied, about

        return await self.database(work, background=True)

    async def with_mitigations(self, most: int = 200) -> list[Incident]:
        """Incidents that have something in force; at most so many mitigations are looked at, the oldest first."""

        def work(db: Connection) -> list[Incident]:
            numbers = dict.fromkeys(row.incident for row in self.log.in_force(db, most))
            return [i for number in numbers if (i := self.log.load(db, number))]

        return await self.database(work)

    async def latest(self, number: int, count: int) -> tuple[Incident | None, Sequence[Event]]:
        return await self.database(lambda db: (self.log.load(db, number), self.log.latest(db, number, count)))

    async def timeline(self, number: int, until: int | None = None) -> list[Event]:
        """The events in order, up to entry `until`."""
        events = await self.database(lambda db: self.log.read(db, number), background=True)
        return [event for event in events if until is None or event.seq <= until]


def _note(asked: Asked, answer: Answer) -> None:
    """A line in the log: what was asked by which way, never what it said."""
    facts = {"incident": answer.number, "source": asked.source, "command": type(asked.command).__name__}
    logger.info("asked.refused" if answer.refused else "asked.done", extra=facts)
