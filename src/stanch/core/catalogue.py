"""Classes, severities and services as values; `stanch.store.catalogue` reads them from the team's files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from stanch.core.check import Check
from stanch.core.control import Control, Plane
from stanch.core.people import People
from stanch.core.roles import Role
from stanch.core.runbook import Tree

Urgency = Literal["critical", "highest", "high", "medium", "low"]
Audience = Literal["room", "stakeholders", "status_page", "first_notice", "first_public", "leadership"]
Seat = Literal["alone", "required", "if_users_see_it", "if_free", "shared", "stanch", "none"]
"""Who must sit in a seat: a person with no other seat, any person, a person once users are hit, a person if one is
free, a person who may hold other seats too, Stanch itself, nobody."""

AUDIENCES: Final[tuple[Audience, ...]] = (
    "room",
    "stakeholders",
    "status_page",
    "first_notice",
    "first_public",
    "leadership",
)

PageKind = Literal["statuspage", "webhook", "static"]
"""Statuspage's API, a webhook of the team's own, or the pages that Stanch writes itself."""

CLASS_ORDER: Final[tuple[str, ...]] = (
    "security",
    "safety_violation",
    "provider_outage",
    "latency_saturation",
    "cost_runaway",
    "retrieval_failure",
    "quality_regression",
)
"""The order in which to ask when unsure: the more dangerous first (catalogue, section 7)."""


@dataclass(frozen=True, slots=True)
class Severity:
    """Who is woken and how often we speak; it never says who was careless."""

    id: str
    """SEV1 to SEV4."""
    name: str
    short: str
    """The criteria in one line for a form, at most 75 characters."""
    criteria: Mapping[str, str]
    """Criteria by class id, and under `anything` those that hold for every class."""
    seats: Mapping[Role, Seat]
    updates: Mapping[Audience, timedelta | None]
    """Longest time between two updates to an audience (`first_…`: until the first one); None: none is owed by time."""
    accept_within: timedelta
    """How long a named person has to accept a seat before the next one is asked."""
    quiet: timedelta
    """How long the signal that started it must stay silent before the incident is over."""
    shift: timedelta = timedelta(hours=4)
    """How long somebody holds a seat before the commander is told that somebody else could."""


@dataclass(frozen=True, slots=True)
class Klass:
    """What kind of incident. Named with a K because `class` is Python's."""

    id: str
    name: str
    """As shown to people; `provider_outage` is shown as "Availability" (design, section 4)."""
    looks_like: str = ""
    not_this_if: str = ""
    urgency: Urgency = "medium"
    starts_at: str = "SEV3"
    """Id of the severity it starts at before anything is measured."""
    first_move: str = ""
    restricted: bool = False
    """Only named people see the details, from the first second on."""
    subkinds: tuple[str, ...] = ()
    quiet: timedelta | None = None
    """A longer quiet time than the severity's, if this class needs one."""
    tree: Tree | None = None
    closure: tuple[str, ...] = ()
    """Ids of the checks that must pass before it is watched."""
    lever: str = ""
    """Id of the control that the first move pulls."""
    rollback: tuple[str, ...] = ()
    """Ids of the controls that put something back here, the likeliest first."""
    containment: tuple[str, ...] = ()
    """What contains it, the gentlest first, in words."""
    owners: str = ""
    tell: str = ""
    traps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Where users read how a service is. `page`: Statuspage's id of it; `components`: what people call a part, and the
    page's id of it."""

    kind: PageKind
    page: str = ""
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """Something that is looked after by people and can have an incident."""

    id: str
    name: str
    owners: Mapping[Role, tuple[str, ...]]
    """Slack names, ids or e-mail addresses by role, first choice first; a role may be missing."""
    channels: Mapping[str, str]
    """Channel name or id by audience, without the leading `#`."""
    journeys: tuple[str, ...]
    """What users come here to do."""
    contacts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other people to turn to, by what for (`security`): Slack names, ids or e-mail addresses."""
    status_page: PublicPage | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    """What who goes on call must be able to open: `monitoring`, `logs`, `flags` → address."""
    instead: str = ""
    """What users can do instead while it is limited, in a sentence for them."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the team has written down, in the order of the files (classes: `CLASS_ORDER`, then by name)."""

    classes: Mapping[str, Klass] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    controls: Mapping[str, Control] = field(default_factory=dict)
    planes: Mapping[str, Plane] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    people: People = field(default_factory=People)

    def service(self, id: str) -> Service | None:
        """Return the service, or None: an incident may name one that has left the catalogue since."""
        return self.services.get(id)

    def klass(self, id: str) -> Klass | None:
        """Return the class, or None: an incident may name one that has left the catalogue since."""
        return self.classes.get(id)

    def severity(self, id: str) -> Severity | None:
        """Return the severity, or None when there is no such id."""
        return self.severities.get(id)

    def quiet(self, klass: str, severity: str) -> timedelta:
        """Return how long it must be quiet before an incident is over: the longer of severity's and class's."""
        by_severity, by_class = self.severity(severity), self.klass(klass)
        return max(
            by_severity.quiet if by_severity else timedelta(),
            (by_class and by_class.quiet) or timedelta(),
        )
