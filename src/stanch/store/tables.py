"""The tables. `event` is the truth; `incident`, `room`, `capture` and `duty` are projections of it; `effect` is what is
owed; `interaction` remembers what was answered, so that a second delivery gets what the first did; `signal` is what
monitoring said last.

Moments of the machinery are epoch seconds (UTC); moments of the timeline are ISO 8601 text in UTC, as they are hashed.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class CounterRow(SQLModel, table=True):
    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int


class IncidentRow(SQLModel, table=True):
    __tablename__ = "incident"
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    seq: int
    head: str
    title: str = Field(sa_type=Text)
    klass: str | None = None
    severity: str | None = None
    service: str | None = None
    phase: str = Field(index=True)
    restricted: bool
    drill: bool
    declared_by: str
    declared_at: str
    room: str | None = Field(default=None, index=True)
    room_state: str = "opening"
    card_ts: str | None = None
    rank: int | None = None
    """For open incidents, worst first: 1 to 4 by severity, 9 without one. None when it is not open."""

    __table_args__ = (Index("incident_rank", "rank", "number"),)


class RoomRow(SQLModel, table=True):
    """Every channel that is or was the room of an incident."""

    __tablename__ = "room"
    channel: str = Field(primary_key=True)
    incident: int


class CaptureRow(SQLModel, table=True):
    """Messages that were put into a timeline: their later edits and deletions are looked up here."""

    __tablename__ = "capture"
    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    incident: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))


class DutyRow(SQLModel, table=True):
    """What stays to be done across incidents: mitigations in force or kept, and action items."""

    __tablename__ = "duty"
    __table_args__ = (Index("duty_who", "who"),)
    incident: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: str = Field(primary_key=True)
    k: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    state: str
    who: str | None = None
    due: str | None = None
    what: str = Field(sa_type=Text)


class SignalRow(SQLModel, table=True):
    """One group of alerts as its source told it last, and where people see it."""

    __tablename__ = "signal"
    key: str = Field(primary_key=True)
    source: str
    status: str
    facts: str = Field(sa_type=Text)
    version: int
    first_at: float = Field(sa_type=Float(53))
    last_at: float = Field(sa_type=Float(53))
    channel: str | None = None
    ts: str | None = None
    incident: int | None = Field(default=None, index=True)


class EventRow(SQLModel, table=True):
    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("incident", "seq"),)
    id: str = Field(primary_key=True)
    incident: int
    seq: int
    kind: str
    at: str
    recorded_at: str
    by: str
    source: str
    payload: str | None = Field(default=None, sa_type=Text)
    digest: str
    prev: str
    hash: str


class EffectRow(SQLModel, table=True):
    __tablename__ = "effect"
    __table_args__ = (
        Index("effect_due", "state", "due_at"),
        Index("effect_lane", "lane", "state", "id"),
        Index("effect_incident", "incident"),
        Index("effect_group", "grp"),
    )
    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    key: str = Field(unique=True)
    incident: int
    kind: str
    lane: str
    grp: str | None = None
    payload: str = Field(sa_type=Text)
    state: str = "owed"
    due_at: float = Field(sa_type=Float(53))
    attempts: int = 0
    leased_by: str | None = None
    lease_until: float | None = Field(default=None, sa_type=Float(53))
    intent_at: float | None = Field(default=None, sa_type=Float(53))
    tried_at: float | None = Field(default=None, sa_type=Float(53))
    held: str | None = None
    error: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)
    rank: float = Field(default=0, sa_column=Column(Float(53), nullable=False, server_default="0"))
    """What can wait goes by this, the smallest first; what cannot has 0 and goes by `id`."""


class InteractionRow(SQLModel, table=True):
    __tablename__ = "interaction"
    key: str = Field(primary_key=True)
    incident: int | None = None
    answer: str = Field(sa_type=Text)
    at: float = Field(sa_type=Float(53), index=True)


class KnownGoodRow(SQLModel, table=True):
    """What a service's controls stood at while its checks were green, as JSON: control → value."""

    __tablename__ = "known_good"
    service: str = Field(primary_key=True)
    good: str = Field(sa_type=Text)
    since: float = Field(sa_type=Float(53))
    candidate: str = Field(sa_type=Text)
    candidate_at: float = Field(sa_type=Float(53))
    looked_at: float = Field(sa_type=Float(53))


class AnswerRow(SQLModel, table=True):
    """Redacted answers of a sample that people judge; dropped two days after."""

    __tablename__ = "answer"
    incident: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    s: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    id: str = Field(primary_key=True)
    question: str = Field(sa_type=Text)
    said: str = Field(sa_type=Text)
    about: str = Field(sa_type=Text)
    at: float = Field(sa_type=Float(53), index=True)


class PublicPageRow(SQLModel, table=True):
    """What users were told of an incident, as JSON, for the pages that we write."""

    __tablename__ = "public_page"
    incident: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    service: str
    state: str
    facts: str = Field(sa_type=Text)
    changed_at: float = Field(sa_type=Float(53), index=True)


class CanOpenRow(SQLModel, table=True):
    """Whether somebody who goes on call can open something: asked once a week, answered with one click."""

    __tablename__ = "can_open"
    week: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    state: str
    at: float = Field(sa_type=Float(53))


METADATA = SQLModel.metadata
counter, incident, event, effect, interaction, room, capture, duty, signal, known_good, answer = (
    METADATA.tables[name]
    for name in (
        "counter", "incident", "event", "effect", "interaction", "room", "capture", "duty", "signal", "known_good",
        "answer",
    )
)  # fmt: skip
public_page, can_open = (METADATA.tables[name] for name in ("public_page", "can_open"))
