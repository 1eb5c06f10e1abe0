"""Can we, and who goes on call, reach what is needed at 03:00? Asked once a week, and by `stanch access-check`.

Nothing is moved. What is missing is listed to the owners of the service a day later.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from stanch import inventory, publication
from stanch.controls import prometheus
from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes
from stanch.core.catalogue import Catalogue, PublicPage
from stanch.core.control import Plane
from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.people import OWNERS, Turns
from stanch.core.public import Entry
from stanch.flows.deliver import Done, Outcome
from stanch.flows.desk import Desk
from stanch.flows.on_call import OnCall
from stanch.inventory import Stand
from stanch.pages.base import PageFault
from stanch.pages.kinds import Pages
from stanch.settings import Settings
from stanch.slack.directory import Directory
from stanch.store import can_open, outbox
from stanch.store.outbox import Owed

KIND: Final = "access_round"
SECONDS: Final = 20.0
"""For all that is asked together."""
ANSWER_WITHIN: Final = timedelta(hours=24)
NINE: Final = 9
"""On Mondays, in UTC."""
WINDOW: Final = timedelta(hours=1)
OPENED: Final = ("monitoring", "logs", "flags")
SHOWN: Final = 3
"""Controls that are named of one plane."""


@dataclass(frozen=True, slots=True)
class Reached:
    """`missing`: why it cannot be reached with the rights that are needed, without end mark; empty: it can."""

    what: str
    services: tuple[str, ...]
    missing: str = ""

    def __str__(self) -> str:
        whose = f" ({', '.join(self.services)})" if self.services else ""
        why = f": {self.missing}" if self.missing else ""
        return f"{'missing' if self.missing else 'ok':<8} {self.what}{whose}{why}"


async def look(known: Catalogue, settings: Settings, seconds: float = SECONDS) -> list[Reached]:
    """Every control plane, metric source and status page: can the bot reach it with its rights?"""
    async with Planes(known, settings.environment, ADAPTERS) as planes:
        stands, shown = await asyncio.gather(inventory.take(planes, known, seconds), pages(known, settings, seconds))
        found = await asyncio.gather(*(_plane(one, known, settings, planes, stands) for one in known.planes.values()))
    return [*found, *shown]


async def _plane(
    plane: Plane, known: Catalogue, settings: Settings, planes: Planes, stands: Sequence[Stand]
) -> Reached:
    here = [one for one in stands if one.aim.plane == plane.id]
    measured = (id for check in known.checks.values() for id, probe in check.probes.items() if probe.plane == plane.id)
    services = tuple(dict.fromkeys((*(one.service for one in here), *measured)))
    if not plane.url and not settings.environment.get(plane.url_env, "").strip():
        return Reached(plane.id, services, f"{plane.url_env} is not set")
    if plane.kind in ADAPTERS:
        words: dict[str, list[str]] = {}
        for one in here:
            if one.missing:
                words.setdefault(one.missing, []).append(one.control.id)
        told = [f"{said} ({', '.join(dict.fromkeys(ids[:SHOWN]))})" for said, ids in words.items()]
        return Reached(plane.id, services, "; ".join(told[:SHOWN]))
    try:
        wire = planes.wire(plane.id, "look at it by hand")
        if plane.kind == "prometheus":
            await prometheus.answers(wire)
    except PlaneFault as fault:
        return Reached(plane.id, services, str(fault).rstrip("."))
    return Reached(plane.id, services)


async def pages(known: Catalogue, settings: Settings, seconds: float) -> list[Reached]:
    """Each status page once, with the services whose page it is."""
    there = Pages(known, publication.access(settings), _nothing)
    whose: dict[tuple[str, str], list[str]] = {}
    for id, service in known.services.items():
        if service.status_page:
            whose.setdefault((service.status_page.kind, service.status_page.page), []).append(id)
    try:
        asked = (_page(there, known.services[ids[0]].status_page, tuple(ids), seconds) for ids in whose.values())
        return await asyncio.gather(*asked)
    finally:
        await there.close()


async def _page(there: Pages, sheet: PublicPage | None, services: tuple[str, ...], seconds: float) -> Reached:
    assert sheet is not None
    name = f"status page {sheet.kind}"
    try:
        async with asyncio.timeout(seconds):
            await there.of(sheet).reached()
    except PageFault as fault:
        return Reached(name, services, str(fault))
    except TimeoutError:
        return Reached(name, services, f"no answer within {seconds:g} s")
    return Reached(name, services)


async def _nothing() -> Sequence[Entry]:
    return ()


def this_week(now: datetime) -> datetime:
    """Monday, 09:00 UTC, of the week of `now` (UTC)."""
    monday = now - timedelta(days=now.weekday())
    return monday.replace(hour=NINE, minute=0, second=0, microsecond=0)


def owing(round: str) -> Effect:
    """One round; `round` names it, so that replicas owe it once."""
    return Effect(f"access/{round}", KIND, "access", {"round": round})


async def weekly(desk: Desk) -> None:
    """Owe this week's round when its hour has come. After a downtime it comes late, but not where there was never one:
    who has started the bot a minute ago is not asked at once."""
    now = desk.clock()
    since = now - this_week(now)

    def work(db: Connection) -> None:
        if timedelta() <= since and (since < WINDOW or can_open.ever_asked(db)):
            outbox.owe(db, 0, [owing(f"{now:%G-W%V}")], now.timestamp())

    await desk.database(work, background=True)


class Round:
    """The performer of a round: it looks, and owes what people are asked and told."""

    def __init__(self, desk: Desk, settings: Settings, people: Directory, on_call: OnCall) -> None:
        self._desk = desk
        self._settings = settings
        self._people = people
        self._on_call = on_call

    async def weekly(self) -> None:
        await weekly(self._desk)

    async def perform(self, owed: Owed, incident: Incident | None) -> Outcome:
        """Looking twice does no harm; what follows is owed once, by its keys."""
        known, round, now = self._desk.catalogue, str(owed.payload["round"]), self._desk.clock()
        # Within the lease, or another replica begins it again.
        found = await look(known, self._settings, min(SECONDS, self._settings.stanch_lease_s / 3))
        await self._people.load()
        asked = {id: await self._who(known, id) for id in known.services}
        effects = [*_questions(known, round, asked), *_lists(known, round, asked, found, now + ANSWER_WITHIN)]
        wanted = [(user, what) for id, users in asked.items() for user in users for what in known.services[id].links]

        def record(db: Connection) -> None:
            can_open.ask(db, round, list(dict.fromkeys(wanted)), now.timestamp())
            outbox.owe(db, 0, effects, now.timestamp())

        return Done(record=record)

    async def _who(self, known: Catalogue, service: str) -> tuple[str, ...]:
        """Everybody who goes on call for a service, now or some other week, by Slack id."""
        people, owners = known.people, known.services[service].owners
        names = []
        for name in dict.fromkeys(name for step in people.path(service) for name in step.ask):
            rota = people.rotas.get(name)
            if name == OWNERS:
                names += [one for listed in owners.values() for one in listed]
            elif isinstance(rota, Turns):
                names += [*rota.people, *(one.who for one in rota.overrides)]
            elif rota is None:
                names.append(name)
        ids = [person.id for name in names if (person := self._people.person(name)) and person.here]
        for step in await self._on_call.now_and_next(service):
            ids += [user for asked in step.asked for user in (*asked.now, *asked.then)]
        return tuple(dict.fromkeys(ids))


def _questions(known: Catalogue, round: str, asked: Mapping[str, Sequence[str]]) -> list[Effect]:
    """One message a person: each thing that they must be able to open, and where it is for each service."""
    links: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for id, users in asked.items():
        service = known.services[id]
        for user in users:
            for what in (one for one in OPENED if one in service.links):
                links.setdefault(user, {}).setdefault(what, []).append((service.name, service.links[what]))
    return [
        Effect(f"access/{round}/ask/{user}", "access_ask", f"access/ask/{user}", _about(round, user, wanted))
        for user, wanted in links.items()
    ]


def _about(round: str, user: str, links: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, Any]:
    told = [[what, [list(one) for one in links[what]]] for what in OPENED if what in links]
    return {"round": round, "user": user, "links": told}


def _lists(
    known: Catalogue, round: str, asked: Mapping[str, Sequence[str]], found: Sequence[Reached], due: datetime
) -> list[Effect]:
    """One list a service, a day later, when people have had time to answer."""
    effects = []
    for id, users in asked.items():
        missing = [f"{one.what}: {one.missing}" for one in found if one.missing and id in one.services]
        payload = {"round": round, "service": id, "missing": missing, "users": list(users)}
        payload["links"] = [one for one in OPENED if one in known.services[id].links]
        effects.append(Effect(f"access/{round}/list/{id}", "access_list", f"access/list/{id}", payload, due=due))
    return effects
