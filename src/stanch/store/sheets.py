"""The shape of the team's files, for pydantic: `services.yml`, `severities.yml`, and a class's sheet.

Strict: a number is not a text, and an unknown key is a fault. The values themselves are `stanch.core.catalogue`.
"""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stanch.core.catalogue import Seat, Urgency
from stanch.store.durations import EXPECTED, duration

LABEL = 75
"""Characters that Slack shows of an option's label and of its description (platform facts, section 4)."""


def _span(value: Any) -> timedelta:
    try:
        return duration(value)
    except (ValueError, TypeError, AttributeError):
        raise PydanticCustomError("duration", "", {"wanted": EXPECTED}) from None


def _cadence(value: Any) -> timedelta | None:
    if value is None or value == "none":
        return None
    try:
        if span := duration(value):
            return span
    except (ValueError, TypeError, AttributeError):
        pass
    raise PydanticCustomError("duration", "", {"wanted": "a duration above zero such as 15m, or none"})


def _id(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", value):
        wanted = "an id: small letters, digits, - and _, at most 63 characters"
        raise PydanticCustomError("id", "", {"wanted": wanted})
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LABEL)]
Id = Annotated[str, BeforeValidator(_id)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Cadence = Annotated[timedelta | None, BeforeValidator(_cadence)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Owners(Model):
    commander: list[Text] = []
    technical: list[Text] = []
    communications: list[Text] = []
    scribe: list[Text] = []


class ServiceSheet(Model):
    name: Label
    owners: Owners = Owners()
    channels: dict[str, Text] = {}
    journeys: list[Text] = []


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
    quiet: Span


class Severities(Model):
    SEV1: SeveritySheet
    SEV2: SeveritySheet
    SEV3: SeveritySheet
    SEV4: SeveritySheet


class SeveritiesFile(Model):
    severities: Severities


class ClassFile(Model):
    """A class's sheet, and beside it its tree (`start`, `nodes`, `closure`), which is accepted here without reading."""

    id: Annotated[Id, Field(alias="class")]
    name: Label | None = None
    looks_like: Text | None = None
    not_this_if: Text | None = None
    urgency: Urgency = "medium"
    starts_at: Annotated[str, Field(pattern=r"^SEV[1-4]$")] = "SEV3"
    first_move: Text | None = None
    restricted: bool | None = None
    subkinds: list[Text] = []
    quiet: Span | None = None
    start: Any = None
    nodes: Any = None
    closure: Any = None
