"""An incident as it stands: what the fold of its timeline keeps (`stanch.core.incident` folds)."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from stanch.core.chain import GENESIS, stamp, unstamp
from stanch.core.parts import Action, Idea, Message, Mitigation
from stanch.core.pulls import Pull
from stanch.core.rhythm import Rhythm
from stanch.core.seating import Seating
from stanch.core.spoken import Spoken
from stanch.core.status import StatusPage
from stanch.core.walks import Checked, Sample, Walk, Watch

STANCH = "stanch"
DANGEROUS = ("safety_violation", "security")
"""Classes in which what made the system do less is undone only with the commander and a green check."""
OPEN = ("assess", "mitigate", "diagnose", "resolve", "watching")
PHASES = (*OPEN, "learn", "closed", "dismissed")


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
    dangerous: bool = False
    """It is of a class of `DANGEROUS`, or was."""
    seats: dict[str, str] = field(default_factory=dict)
    seated_by_owners: tuple[str, ...] = ()
    """Roles whose holder came from the owners in `services.yml`; a change of the service may seat others there."""
    cleared: tuple[str, ...] = ()
    """Roles that somebody has emptied since the service was named: the owners are not put back there."""
    away: tuple[str, ...] = ()
    room: str | None = None
    room_name: str | None = None
    room_state: str = "opening"
    room_private: bool = False
    room_is_group: bool = False
    moving: bool = False
    """Another room is owed: nothing is said in the one there is."""
    former_rooms: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Who is or was let into a restricted room, beside those who hold a seat."""
    asking: tuple[str, ...] = ()
    """Who asked to be let in, and is not."""
    captured: tuple[Message, ...] = ()
    signals: tuple[tuple[str, str], ...] = ()
    """The alerts that it was declared from: key and last status."""
    recurs_from: int | None = None
    recurred_as: int | None = None
    duplicates: tuple[int, ...] = ()
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
    """Good and bad answers since a mitigation was last applied or removed."""
    good_in_a_row: int = 0
    anew_at: str = ""
    """Since when (ISO, UTC) answers and checks count: what was seen before shows nothing about the time since."""
    harm_was: tuple[int, int] | None = None
    explained: str | None = None
    cause: str = ""
    quiet_until: str | None = None
    ended_at: datetime | None = None
    fixed: str = ""
    pulls: tuple[Pull, ...] = ()
    walks: tuple[Walk, ...] = ()
    """The runbooks that were opened; the last is the one that is shown."""
    runbook_at: int = 0
    """The entry that opened it."""
    checks: tuple[Checked, ...] = ()
    watch: Watch | None = None
    samples: tuple[Sample, ...] = ()
    shown: dict[str, str] = field(default_factory=dict)
    """Messages of the room that follow the state: view → ts."""
    differs: tuple[tuple[str, str, str], ...] = ()
    """What differs from the service's known-good set: control, the good value, the one now."""
    good_since: str = ""
    rhythm: Rhythm = field(default_factory=Rhythm)
    seating: Seating = field(default_factory=Seating)
    spoken: Spoken = field(default_factory=Spoken)
    status_page: StatusPage = field(default_factory=StatusPage)

    @property
    def name(self) -> str:
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN

    @property
    def quiet_until_at(self) -> datetime | None:
        """Until when it must stay quiet; None when nobody watches."""
        return unstamp(self.quiet_until) if self.quiet_until and self.phase == "watching" else None

    @property
    def exposed(self) -> bool:
        """Restricted, and its room is still the public one: nothing about it may be said there."""
        return self.restricted and self.room is not None and not self.room_private

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
