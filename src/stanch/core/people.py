"""Who there is and who is asked when, as values; `stanch.store.people` reads them from `people.yml`.

Nothing here is a Slack id: people are named as in the file, by Slack name, id or e-mail address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

OWNERS: Final = "owners"
"""What a step asks for the owners of `services.yml`: those of the role that is to be filled."""
Every = Literal["week", "day"]


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody works, by the wall clock of their zone. An end before the start is on the next day."""

    start: time
    end: time
    days: frozenset[int] = frozenset(range(5))
    """Days on which it starts: 0 is Monday."""


@dataclass(frozen=True, slots=True)
class Person:
    who: str
    """Slack name, id or e-mail address, without `@` in front."""
    skills: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    hours: Hours | None = None
    """None: not known, which never counts against anybody."""


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in; both ends by the wall clock of the rota's zone, without an offset. `until` is not in it."""

    start: datetime
    until: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Turns:
    """A rota in the file: one person at a time, handed over by the wall clock of its zone."""

    id: str
    every: Every
    at: time
    zone: ZoneInfo
    since: date
    """The first of `people` starts at the first hand-over on or after this day; before it, nobody is on call."""
    people: tuple[str, ...]
    weekday: int = 0
    """Of the hand-over, 0 is Monday; without a meaning for a daily rota."""
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A rota that is a Slack user group: everybody in it is on call, in the group's order."""

    id: str
    group: str
    """Id (`S…`) or handle, without `@` in front."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rota that PagerDuty keeps."""

    id: str
    schedule: str
    """PagerDuty's id of it, such as PABC123."""


Rota = Turns | Group | Schedule


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation path: those who are asked before the next step is."""

    ask: tuple[str, ...]
    """Ids of rotas, people, or `OWNERS`, in order."""
    skill: str | None = None
    """Only those of them who have it; None: all."""
    page: bool = True
    """Whether they may be paged where the severity wants it; False: a message is all."""


@dataclass(frozen=True, slots=True)
class People:
    """All of `people.yml`; empty without the file, and then the owners of services.yml are all there are."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By `who`, in the order of the file."""
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    escalation: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    """By service id."""

    def person(self, who: str) -> Person:
        """Return what is known of somebody by a name of the file; of somebody who is not in it, the name alone."""
        return self.people.get(who) or Person(who)

    def path(self, service: str | None) -> tuple[Step, ...]:
        """Return the steps of a service, never none: the owners where the file says nothing."""
        return self.escalation.get(service or "") or (Step((OWNERS,)),)
