"""An incident: the fold of its timeline. Nothing here is stored by hand; everything is derived from events."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from stanch.core import events as e
from stanch.core.chain import GENESIS, Event, stamp

STANCH = "stanch"
OPEN = ("assess", "mitigate", "diagnose", "resolve", "watching")
PHASES = (*OPEN, "learn", "closed", "dismissed")


@dataclass(frozen=True, slots=True)
class Mitigation:
    k: int
    what: str
    state: str = "applied"
    owner: str | None = None
    until: str | None = None

    @property
    def in_force(self) -> bool:
        """Still moving production with nobody's promise to look after it."""
        return self.state in ("applied", "effective")


@dataclass(frozen=True, slots=True)
class Idea:
    """A hypothesis: `open`, `supported` or `refuted`."""

    k: int
    text: str
    verdict: str = "open"


@dataclass(frozen=True, slots=True)
class Action:
    k: int
    owner: str
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class Incident:
    """State after `seq` events. All times are aware and in UTC; people are Slack user ids."""

    number: int
    title: str
    declared_by: str
    declared_at: datetime
    seq: int = 0
    head: str = GENESIS
    klass: str | None = None
    severity: str | None = None
    service: str | None = None
    service_assumed: bool = False
    impact: str = ""
    scope: str = ""
    phase: str = "assess"
    bleeding: str = "unknown"
    restricted: bool = False
    drill: bool = False
    seats: dict[str, str] = field(default_factory=dict)
    seated_by_owners: tuple[str, ...] = ()
    """Roles whose holder came from the owners in `services.yml`; a change of the service may seat others there."""
    away: tuple[str, ...] = ()
    room: str | None = None
    room_name: str | None = None
    room_state: str = "opening"
    card_ts: str | None = None
    card_generation: int = 0
    announced: tuple[str, str] | None = None
    last_update: str = ""
    last_update_at: datetime | None = None
    severity_since: datetime | None = None
    troubled: tuple[str, ...] = ()
    """Kinds of effect that were refused for good; each kind of view is complained of once."""
    mitigations: tuple[Mitigation, ...] = ()
    ideas: tuple[Idea, ...] = ()
    actions: tuple[Action, ...] = ()
    judged: tuple[int, int] = (0, 0)
    harm_was: tuple[int, int] | None = None
    explained: str | None = None
    quiet_until: str | None = None
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN

    @property
    def commander(self) -> str:
        """Who commands: the seat's holder, else, acting, the person who declared. The seat is never empty."""
        return self.seats.get("commander") or self.declared_by

    @property
    def acting(self) -> bool:
        return "commander" not in self.seats

    def roles_of(self, user: str) -> tuple[str, ...]:
        return tuple(role for role, holder in self.seats.items() if holder == user)

    def as_json(self) -> dict[str, Any]:
        """The fold as an export shows it: plain JSON, times as ISO 8601 in UTC."""
        return {k: stamp(v) if isinstance(v, datetime) else v for k, v in asdict(self).items()}


def fold(events: Iterable[Event], start: Incident | None = None) -> Incident | None:
    """The incident after these events, one after the other; None when there are none."""
    incident = start
    for event in events:
        incident = apply(incident, event)
    return incident


def apply(incident: Incident | None, event: Event) -> Incident:
    """The incident after one more event. An erased or unknown payload changes nothing but the count and the head."""
    payload = e.read(event.kind, event.payload)
    return replace(advance(incident, event.incident, payload, event.by, event.at), seq=event.seq, head=event.hash)


def advance(incident: Incident | None, number: int, payload: e.Payload | None, by: str, at: datetime) -> Incident:
    """The state after `payload`, before it has a hash: what `decide` and the effects look at."""
    if incident is None:
        first = payload if isinstance(payload, e.Declared) else e.Declared(title="(erased)")
        incident = Incident(
            number=number,
            title=first.title,
            declared_by=by,
            declared_at=at,
            service=first.service,
            service_assumed=first.service_assumed,
            klass=first.klass,
            severity=first.severity,
            severity_since=at if first.severity else None,
            impact=first.impact,
            restricted=first.restricted,
            drill=first.drill,
        )
    return replace(incident, seq=incident.seq + 1, **_changes(incident, payload, by, at))


def _changes(incident: Incident, payload: e.Payload | None, by: str, at: datetime) -> dict[str, Any]:
    match payload:
        case e.RoomOpened(channel, name):
            return {"room": channel, "room_name": name, "room_state": "open"}
        case e.CardPosted(ts, generation):
            return {"card_ts": ts, "card_generation": generation}
        case e.CardLost():
            return {"card_ts": None, "card_generation": incident.card_generation + 1}
        case e.Announced(channel, ts):
            return {"announced": (channel, ts)}
        case e.RoomChanged(state, name):
            return {"room_name": name} if state == "renamed" else {"room_state": state}
        case e.RoleGiven(role, user):
            seats = {k: v for k, v in incident.seats.items() if k != role}
            given = tuple(r for r in incident.seated_by_owners if r != role)
            return {
                "seats": seats | {role: user} if user else seats,
                "seated_by_owners": (*given, role) if by == STANCH else given,
            }
        case e.MemberLeft(user):
            return {"away": (*(u for u in incident.away if u != user), user)}
        case e.MemberJoined(user):
            return {"away": tuple(u for u in incident.away if u != user)}
        case e.Changed():
            return _changed(payload, at)
        case e.Trouble(effect=effect) if effect and effect not in incident.troubled:
            return {"troubled": (*incident.troubled, effect)}
        case e.UpdateSaid(text):
            return {"last_update": text, "last_update_at": at}
        case _:
            return _course(incident, payload, at)


def _changed(change: e.Changed, at: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {change.what: change.to}
    if change.what == "severity":
        facts["severity_since"] = at
    if change.what == "service":
        facts["service_assumed"] = False
    return facts


def _course(incident: Incident, payload: e.Payload | None, at: datetime) -> dict[str, Any]:
    """What moves an incident along: its mitigations, its hypotheses and its phase."""
    match payload:
        case e.Mitigating():
            return {"phase": "mitigate"}
        case e.MitigationApplied(k, what):
            return {
                "phase": "mitigate",
                "mitigations": (*incident.mitigations, Mitigation(k, what)),
                "judged": (0, 0),
                "harm_was": incident.judged if sum(incident.judged) else incident.harm_was,
            }
        case e.MitigationMoved(k, state, owner, until):
            moved = tuple(
                replace(m, state=state, owner=owner or m.owner, until=until or m.until) if m.k == k else m
                for m in incident.mitigations
            )
            return {"mitigations": moved}
        case e.Judged(good, bad):
            return {"judged": (incident.judged[0] + good, incident.judged[1] + bad)}
        case e.BleedingChanged(bleeding):
            return {"bleeding": bleeding}
        case e.Contained():
            return {"phase": "diagnose", "bleeding": "contained"}
        case e.Hypothesis(k, text):
            return {"ideas": (*incident.ideas, Idea(k, text))}
        case e.HypothesisJudged(k, verdict):
            return {"ideas": tuple(replace(i, verdict=verdict) if i.k == k else i for i in incident.ideas)}
        case e.Explained(certainty):
            return {"phase": "resolve", "explained": certainty}
        case e.Watching(quiet_until):
            return {"phase": "watching", "quiet_until": quiet_until}
        case e.RedCheck():
            return {"phase": "mitigate", "bleeding": "yes", "quiet_until": None, "judged": (0, 0)}
        case e.Resolved():
            return {"phase": "learn", "ended_at": at}
        case e.ActionAdded(k, owner, by, what):
            return {"actions": (*incident.actions, Action(k, owner, by, what))}
        case e.Closed():
            return {"phase": "closed", "ended_at": at}
        case e.Dismissed():
            return {"phase": "dismissed", "ended_at": at}
        case e.Reopened():
            return {"phase": "mitigate", "bleeding": "unknown", "ended_at": None, "judged": (0, 0)}
        case _:
            return {}
