"""Who is on call now and who is next: rotas of the file, and those that Slack and PagerDuty keep.

Nothing here raises for a source that is away: what was last heard is used with its age, then the rest of the path.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

from stanch.core import rota as turns
from stanch.core.catalogue import Catalogue
from stanch.core.people import OWNERS, Group, Person, Schedule, Step, Turns
from stanch.core.ranking import Candidate
from stanch.core.roles import ROLES, Role
from stanch.core.rota import Shift
from stanch.errors import StanchError

Kept = Literal["user_group", "pagerduty"]
AHEAD: Final = timedelta(days=14)
"""How far ahead others are asked: what comes after a weekly hand-over, and what is used while they are away."""
FRESH: Final = timedelta(minutes=1)
"""For so long an answer, and a failure too, stands without asking again."""
STALE: Final = timedelta(minutes=5)
"""From this age on, what was last heard is shown with its age."""
PATIENCE: Final = 3.0
"""Seconds for the answers of all sources together."""


class Away(StanchError):
    """A source did not say who is on call; the message is short, without an end mark, and safe to show."""


class Source(Protocol):
    """Keeps rotas for others."""

    async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
        """Who is on call by this rota from `start` to `end`, by name, id or e-mail address, in order of asking.
        Raises `Away`."""
        ...


class Known(Protocol):
    """Somebody of the workspace."""

    @property
    def id(self) -> str: ...
    @property
    def here(self) -> bool: ...


class Names(Protocol):
    def person(self, name_id_or_email: str, /) -> Known | None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One entry of a step, as it stands. People are Slack ids; who is not in the workspace stands in `missing`."""

    name: str
    """`owners` with a role (`owners: commander`), a rota's id, or a person."""
    now: tuple[str, ...] = ()
    until: datetime | None = None
    """Moment (UTC) from which others are on call; None: not known, or never."""
    then: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_rota: bool = False
    heard: datetime | None = None
    """When it was last heard (UTC), if that is some time ago."""
    why: str = ""
    """Why it is not known now; with `heard` None nothing is known at all."""


@dataclass(frozen=True, slots=True)
class StepNow:
    """One step of a service's path, now."""

    step: Step
    asked: tuple[Asked, ...]


@dataclass(slots=True)
class _Heard:
    shifts: Sequence[Shift] = ()
    at: datetime | None = None
    tried: datetime | None = None
    why: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class OnCall:
    """`sources`: who keeps the rotas that are not in the file. A name that is not in the workspace is passed over."""

    def __init__(self, known: Catalogue, names: Names, sources: Mapping[Kept, Source] | None = None) -> None:
        self._known = known
        self._names = names
        self._sources = dict(sources or {})
        self._heard: dict[str, _Heard] = {}

    def steps(self, service: str | None) -> tuple[Step, ...]:
        """The steps of a service's path, at least one."""
        return self._known.people.path(service)

    async def candidates(
        self, service: str | None, role: Role, step: int | None = None, now: datetime | None = None
    ) -> list[Candidate]:
        """Who can be asked for a role of this service in one step (None: in all), as written, each once a step.

        `stanch.core.ranking.ranked` says whom to ask first. `now` is aware; without it, this moment. Never raises.
        """
        moment = now or datetime.now(UTC)
        told = self._people()
        wanted = [(at, one) for at, one in enumerate(self.steps(service)) if step in (None, at)]
        await self._hear_all([one for _, one in wanted], moment)
        found = []
        for at, one in wanted:
            users = [user for name in one.ask for user in await self._users(service, name, role, moment)]
            able = [user for user in dict.fromkeys(users) if _has(told.get(user), one.skill)]
            for order, user in enumerate(able):
                person = told.get(user) or Person(user)
                found.append(Candidate(user, at, order, person.zone, person.hours, one.page))
        return found

    async def now_and_next(self, service: str | None, now: datetime | None = None) -> tuple[StepNow, ...]:
        """Each step of a service's path with who is asked now, until when, and who is next. Never raises."""
        moment = now or datetime.now(UTC)
        told = self._people()
        await self._hear_all(self.steps(service), moment)
        steps = []
        for step in self.steps(service):
            asked = [one for name in step.ask for one in await self._stands(service, name, moment)]
            steps.append(StepNow(step, tuple(_able(one, told, step.skill) for one in asked)))
        return tuple(steps)

    def on_duty(self, service: str | None, now: datetime) -> frozenset[str]:
        """Who is on call by the rotas of a service's path at `now` (aware), as far as it is known without asking."""
        found: set[str] = set()
        for name in dict.fromkeys(name for step in self.steps(service) for name in step.ask):
            rota = self._known.people.rotas.get(name)
            if isinstance(rota, Turns):
                who = turns.on_call(rota, now)
                found.update(self._ids([who] if who else [])[0])
            elif heard := self._heard.get(name):
                found.update(self._ids(one.who for one in heard.shifts if one.start <= now < one.end)[0])
        return frozenset(found)

    def _people(self) -> dict[str, Person]:
        """What the file says of people, by Slack id."""
        found = ((self._names.person(who), person) for who, person in self._known.people.people.items())
        return {known.id: person for known, person in found if known}

    async def _users(self, service: str | None, name: str, role: Role, now: datetime) -> list[str]:
        if name == OWNERS:
            owned = self._known.service(service or "")
            return list(self._ids(owned.owners.get(role, ()) if owned else ())[0])
        return [user for one in await self._stands(service, name, now) for user in one.now]

    async def _stands(self, service: str | None, name: str, now: datetime) -> list[Asked]:
        if name == OWNERS:
            owned = self._known.service(service or "")
            found = ((role, self._ids(owned.owners.get(role, ()) if owned else ())) for role in ROLES)
            return [
                Asked(f"{OWNERS}: {role}", ids, missing=missing) for role, (ids, missing) in found if ids or missing
            ]
        match self._known.people.rotas.get(name):
            case Turns() as rota:
                stands = turns.now_and_next(rota, now)
                ids, missing = self._ids([stands.who] if stands.who else [])
                then, _ = self._ids([stands.then] if stands.then else [])
                return [Asked(name, ids, stands.until, then, missing, is_rota=True)]
            case Group(group=id):
                return [await self._elsewhere(name, "user_group", id, now)]
            case Schedule(schedule=id):
                return [await self._elsewhere(name, "pagerduty", id, now)]
        ids, missing = self._ids([name])
        return [Asked(name, ids, missing=missing)]

    async def _elsewhere(self, name: str, kept: Kept, id: str, now: datetime) -> Asked:
        heard = await self._hear(name, kept, id, now)
        if heard.at is None:
            return Asked(name, is_rota=True, why=heard.why)
        on, missing = self._ids(one.who for one in heard.shifts if one.start <= now < one.end)
        ends = [one.end for one in heard.shifts if one.start <= now < one.end]
        starts = [one.start for one in heard.shifts if one.start > now]
        cut = min((moment for moment in (*ends, *starts) if moment < heard.at + AHEAD), default=None)
        then, _ = self._ids(one.who for one in heard.shifts if cut and one.start <= cut < one.end)
        old = bool(heard.why) or now - heard.at > STALE
        return Asked(name, on, cut, then, missing, True, heard.at if old else None, heard.why)

    async def _hear_all(self, steps: Iterable[Step], now: datetime) -> None:
        """Ask everybody who keeps a rota of these steps at once, so that the slowest is all that is waited for."""
        rotas = [self._known.people.rotas.get(name) for name in dict.fromkeys(n for step in steps for n in step.ask)]
        groups = [self._hear(one.id, "user_group", one.group, now) for one in rotas if isinstance(one, Group)]
        paged = [self._hear(one.id, "pagerduty", one.schedule, now) for one in rotas if isinstance(one, Schedule)]
        await asyncio.gather(*groups, *paged)

    async def _hear(self, name: str, kept: Kept, id: str, now: datetime) -> _Heard:
        heard = self._heard.setdefault(name, _Heard())
        async with heard.lock:
            if heard.tried is not None and abs(now - heard.tried) < FRESH:
                return heard
            heard.tried = now
            try:
                source = self._sources.get(kept)
                if source is None:
                    raise Away(f"{kept} is not set up")
                async with asyncio.timeout(PATIENCE):
                    heard.shifts, heard.at, heard.why = await source.shifts(id, now, now + AHEAD), now, ""
            except TimeoutError:
                heard.why = f"{kept} did not answer within {PATIENCE:g} s"
            except Away as away:
                heard.why = str(away)
        return heard

    def _ids(self, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Slack ids of those who are here, and the names of the others."""
        ids: dict[str, None] = {}
        missing: dict[str, None] = {}
        for name in names:
            known = self._names.person(name)
            if known and known.here:
                ids[known.id] = None
            else:
                missing[name] = None
        return tuple(ids), tuple(missing)


def _has(person: Person | None, skill: str | None) -> bool:
    return skill is None or (person is not None and skill in person.skills)


def _able(asked: Asked, told: Mapping[str, Person], skill: str | None) -> Asked:
    """The same with only those who have the skill of the step."""
    now = tuple(user for user in asked.now if _has(told.get(user), skill))
    then = tuple(user for user in asked.then if _has(told.get(user), skill))
    return Asked(asked.name, now, asked.until, then, asked.missing, asked.is_rota, asked.heard, asked.why)


__all__ = ["Asked", "Away", "Kept", "Names", "OnCall", "Source", "StepNow"]
