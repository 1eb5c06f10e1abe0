"""The shape of the team's files, for pydantic: `services.yml`, `severities.yml`, and a class's sheet.

Strict: a number is not a text, and an unknown key is a fault. The values themselves are `stanch.core.catalogue`.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stanch.core.catalogue import PageKind, Seat, Urgency
from stanch.store.durations import EXPECTED, duration

LABEL = 75
"""Characters that Slack shows of an option's label and of its description (platform facts, section 4)."""


def _span(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise wanted(EXPECTED)
    try:
        return duration(value)
    except ValueError as error:
        raise wanted(str(error)) from None


def _cadence(value: Any) -> timedelta | None:
    if value is None or value == "none":
        return None
    try:
        span = _span(value)
    except PydanticCustomError as error:
        if (error.context or {}).get("wanted") != EXPECTED:
            raise
        span = timedelta()
    if not span:
        raise wanted("a duration above zero such as 15m, or none")
    return span


def _person(value: Any) -> Any:
    if isinstance(value, str) and (not value.strip(" @") or "," in value):
        raise wanted("one person in each entry, such as [bob, dave]")
    return value


def _channel(value: Any) -> Any:
    """Slack: a name is in small letters, at most 80 of them; an id begins with C or G."""
    name = value.strip().removeprefix("#") if isinstance(value, str) else "x"
    if not re.fullmatch(r"[CG][A-Z0-9]{7,}", name) and not (
        re.fullmatch(r"[\w-]{1,80}", name) and name == name.lower()
    ):
        raise wanted("a channel's id, or its name: small letters, digits, - and _, at most 80 characters")
    return value


def is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", value) is not None


def _id(value: Any) -> Any:
    if not is_id(value):
        raise wanted("an id: small letters, digits, - and _, at most 63 characters")
    return value


def _address(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"https?://[^\s<>|@]+", value):
        raise wanted("an http or https address, without a password")
    return value


def _key(value: Any) -> Any:
    """An id of somebody else's: it becomes a piece of a path."""
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise wanted("an id: letters, digits, - and _")
    return value


def wanted(expected: str) -> PydanticCustomError:
    return PydanticCustomError("not_this", "", {"wanted": expected})


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LABEL)]
Id = Annotated[str, BeforeValidator(_id)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Person = Annotated[Text, BeforeValidator(_person)]
Channel = Annotated[Text, BeforeValidator(_channel)]
Address = Annotated[Text, BeforeValidator(_address)]
Key = Annotated[Text, BeforeValidator(_key)]
Cadence = Annotated[timedelta | None, BeforeValidator(_cadence)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Owners(Model):
    commander: list[Person] = []
    technical: list[Person] = []
    communications: list[Person] = []
    scribe: list[Person] = []


class PageSheet(Model):
    kind: PageKind
    page: Key | None = None
    components: dict[Text, Key] = {}


class ServiceSheet(Model):
    name: Label
    owners: Owners = Owners()
    channels: dict[str, Channel] = {}
    contacts: dict[Id, list[Person]] = {}
    journeys: list[Text] = []
    status_page: PageSheet | None = None
    links: dict[Literal["monitoring", "logs", "flags"], Address] = {}
    instead: Text = ""


class ServicesFile(Model):
    services: Annotated[dict[Id, ServiceSheet], Field(min_length=1)]


class Seats(Model):
    commander: Seat = "required"
    technical: Seat = "required"
    communications: Seat = "required"
    scribe: Seat = "stanch"


class Updates(Model):
    room: Cadence = None
    stakeholders: Cadence = None
    status_page: Cadence = None
    first_notice: Cadence = None
    first_public: Cadence = None
    leadership: Cadence = None


class SeveritySheet(Model):
    name: Label
    short: Label
    criteria: dict[str, Text] = {}
    seats: Seats = Seats()
    cadence: Updates = Updates()
    accept_within: Span = timedelta(minutes=10)
    shift: Span | None = None
    quiet: Span


class Severities(Model):
    SEV1: SeveritySheet
    SEV2: SeveritySheet
    SEV3: SeveritySheet
    SEV4: SeveritySheet


class SeveritiesFile(Model):
    severities: Severities


class ClassFile(Model):
    """A class's sheet. `nodes` is read by `stanch.store.trees`, which knows what each kind of node may hold."""

    id: Annotated[Id, Field(alias="class")]
    name: Label | None = None
    looks_like: Text | None = None
    not_this_if: Text | None = None
    urgency: Urgency = "medium"
    starts_at: Literal["SEV1", "SEV2", "SEV3", "SEV4"] = "SEV3"
    first_move: Text | None = None
    lever: Text | None = None
    restricted: bool | None = None
    subkinds: list[Text] = []
    containment: list[Text] = []
    owners: Text | None = None
    tell: Text | None = None
    traps: list[Text] = []
    messages: dict[str, Text] = {}
    quiet: Span | None = None
    closure: list[Text] = []
    start: Text | None = None
    nodes: Annotated[dict[Id, Any], Field(min_length=1)] | None = None
    rollback: list[Text] = []
