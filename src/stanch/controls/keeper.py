"""The known-good set of each service, recorded while its checks are green; incidents hear what differs from it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from stanch.controls.base import PlaneFault, Planes
from stanch.controls.measures import Measures
from stanch.core import commands as c
from stanch.core.chain import stamp
from stanch.core.control import Value
from stanch.core.incident import STANCH, Incident
from stanch.core.levers import known_good_members
from stanch.core.moving import same
from stanch.core.pulls import spoken, standing
from stanch.flows.desk import Asked, Desk
from stanch.store import known_good
from stanch.store.known_good import KnownGood

logger = logging.getLogger("stanch.keeper")


class Keeper:
    def __init__(self, desk: Desk, planes: Planes, measures: Measures, green_for: float) -> None:
        """`green_for` is in seconds: how long the same values must stand with green checks to become the set."""
        self._desk = desk
        self._planes = planes
        self._measures = measures
        self._green_for = green_for
        self._period = min(60.0, max(1.0, green_for / 4))

    @property
    def period(self) -> float:
        """Seconds between two looks."""
        return self._period

    async def look(self) -> None:
        """One look at every service. Only one replica looks at a service in a period."""
        services = [one for one in self._desk.catalogue.services if known_good_members(one, self._desk.catalogue)]
        if not services:
            return
        incidents = await self._desk.open_incidents()
        looked = await asyncio.gather(
            *(self._service(one, [i for i in incidents if i.service == one]) for one in services),
            return_exceptions=True,
        )
        for service, became in zip(services, looked, strict=True):
            if isinstance(became, Exception):
                # One service's trouble must not keep the others from being looked at.
                logger.error("known_good.failed", exc_info=became, extra={"service": service})

    async def _service(self, service: str, about: list[Incident]) -> None:
        now = self._desk.clock().timestamp()
        period = self._period * 0.9
        if not await self._desk.database(lambda db: known_good.my_turn(db, service, now, period), background=True):
            return
        at = stamp(self._desk.clock())
        members = known_good_members(service, self._desk.catalogue)
        pulled = {step.control for i in about for _, step in standing(i.mitigations, i.pulls).values()}
        values = await self._values(service, members)
        moved = values | await self._values(service, tuple(pulled - set(members)))
        before = await self._desk.database(lambda db: known_good.load(db, service), background=True)
        assert before is not None
        # While something is wrong nothing is called good, however green it looks.
        after = before if about else await self._kept(before, values, now)
        if after != before:
            await self._desk.database(lambda db: known_good.keep(db, after), background=True)
        for one in about:
            await self._tell(one, after, values, moved, at)

    async def _values(self, service: str, controls: tuple[str, ...]) -> dict[str, Value]:
        read = await asyncio.gather(*(self._value(one, service) for one in controls))
        return {one: value for one, value in zip(controls, read, strict=True) if value is not None}

    async def _value(self, control: str, service: str) -> Value | None:
        aim = self._desk.catalogue.controls[control].aim(service)
        if aim is None:
            return None
        try:
            return (await self._planes.of(aim).read(aim)).value
        except PlaneFault:
            return None

    async def _kept(self, before: KnownGood, values: Mapping[str, Value], now: float) -> KnownGood:
        """Green long enough with the same values: they are the set. Anything that is not green begins anew."""
        whole = values.keys() == set(known_good_members(before.service, self._desk.catalogue))
        # What cannot be read is not known to be good, and what was recorded of it stays.
        if not whole or not await self._is_green(before.service):
            return replace(before, candidate={}, candidate_at=0.0) if before.candidate else before
        if not _equal(before.candidate, values):
            before = replace(before, candidate=dict(values), candidate_at=now)
        if now - before.candidate_at < self._green_for or _equal(before.values, values):
            return before
        return replace(before, values=dict(values), since=before.candidate_at)

    async def _is_green(self, service: str) -> bool:
        checks = self._desk.catalogue.checks.values()
        passive = [one.id for one in checks if one.is_passive(service)]
        results = await self._measures.measured(tuple(passive), service)
        return bool(results) and all(one.verdict == "green" for one in results)

    async def _tell(
        self, i: Incident, good: KnownGood, values: Mapping[str, Value], moved: Mapping[str, Value], at: str
    ) -> None:
        """What differs from the known-good set, and where the controls stand that were pulled here."""
        differs = tuple(
            (one, spoken(good.values[one]), spoken(now))
            for one, now in values.items()
            if one in good.values and not same(good.values[one], now)
        )
        since = stamp(datetime.fromtimestamp(good.since, UTC)) if good.values else ""
        held = {k: step for k, (pull, step) in standing(i.mitigations, i.pulls).items() if pull.service == good.service}
        stands = tuple((k, moved[step.control]) for k, step in held.items() if step.control in moved)
        as_left = all(same(value, held[k].to) for k, value in stands)
        if differs == i.differs and (since == i.good_since or not differs) and as_left:
            return
        await self._desk.ask(Asked(c.ReportDrift(differs, since, stands, at), STANCH, "tick", i.number))


def _equal(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
