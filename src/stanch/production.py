"""What moves and measures production, put together: for the bot, and for `stanch pull` when Slack is down."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from stanch import inventory
from stanch.controls.adapters import ADAPTERS
from stanch.controls.base import PlaneFault, Planes
from stanch.controls.checks import Checks
from stanch.controls.keeper import Keeper
from stanch.controls.kinds import SHAPES
from stanch.controls.levers import BETWEEN_PROBES, Levers
from stanch.controls.measures import Measures
from stanch.controls.samples import Samples
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.pulls import Pull
from stanch.flows.deliver import Cancelled, Outcome
from stanch.flows.desk import Desk
from stanch.store import catalogue, known_good
from stanch.store.outbox import Owed

ANSWER = 2.5
"""Seconds for which somebody who asks what stands there is kept waiting."""
Perform = Callable[[Owed, Incident], Awaitable[Outcome]]


def read(home: Path) -> Catalogue:
    """The team's files, with the shapes of every plane's targets and checks. Raises `CatalogueError`."""
    return catalogue.read(home, SHAPES)


class Production:
    """`environment` holds the planes' addresses and secrets by the names that the catalogue gives."""

    def __init__(
        self,
        desk: Desk,
        environment: Mapping[str, str],
        green_for: float = 600.0,
        between: float = BETWEEN_PROBES,
        lease: float = 30.0,
    ) -> None:
        self._desk = desk
        self._planes = Planes(desk.catalogue, environment, ADAPTERS)
        checks = Checks(self._planes)
        levers = Levers(desk, self._planes, checks, between, lease)
        measures = Measures(desk, checks, Samples(self._planes))
        self.keeper = Keeper(desk, self._planes, measures, green_for)
        self._performers: dict[str, Perform] = {
            "read": levers.read,
            "save": levers.save,
            "apply": levers.apply,
            "probe": levers.probe,
            "hold": levers.hold,
            "check": measures.check,
            "sample": measures.sample,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of effect that are performed here."""
        return frozenset(self._performers)

    async def perform(self, owed: Owed, incident: Incident | None) -> Outcome:
        if incident is None:
            return Cancelled("its incident is gone")
        return await self._performers[owed.kind](owed, incident)

    async def preview(self, incident: Incident, pull: Pull) -> str:
        """The requests that would be sent, secrets masked; one a step."""
        shown = []
        for step in pull.steps:
            control = self._desk.catalogue.controls.get(step.control)
            aim = control.aim(pull.service) if control else None
            if aim is None or step.to is None:
                shown.append(f"{step.name}: by hand")
                continue
            try:
                shown.append(self._planes.of(aim).preview(aim, step.to))
            except PlaneFault as fault:
                shown.append(f"{step.name}: {fault}")
        return "\n\n".join(shown) or "Nothing would be sent: the value before is not read yet."

    async def stands(self, incident: Incident) -> Mapping[str, tuple[str, str]]:
        """Of each control of its service: what it stands at now, and what is missing to pull it."""
        found = await inventory.take(self._planes, self._desk.catalogue, ANSWER, incident.service or "")
        return {one.control.id: (one.now, one.missing) for one in found}

    async def answer(self, incident: Incident, id: str) -> tuple[str, str, str] | None:
        """Question, answer and a line about one answer of a sample, redacted; None when it was dropped."""
        s = next((one.s for one in reversed(incident.samples) if id in one.ids), 0)
        return await self._desk.database(lambda db: known_good.answer(db, incident.number, s, id))

    async def close(self) -> None:
        await self._planes.close()
