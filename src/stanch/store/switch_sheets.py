"""The shape of `controls.yml` and `checks.yml`, for pydantic. What may hold a secret by mistake is `Any` here: it is
looked at in `stanch.store.plane_rules`, which never repeats it.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from stanch.core.control import Direction
from stanch.store.sheets import Id, Label, Model, Person, Span, Text

EACH_RELEASE: Literal["each release"] = "each release"
BUTTON = 30
"""Characters of a control's name: a button on a phone shows no more."""


def _wanted(expected: str) -> PydanticCustomError:
    return PydanticCustomError("not_this", "", {"wanted": expected})


def _control(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,62}", value):
        raise _wanted("an id: small letters, digits, -, _ and dots, at most 63 characters")
    return value


def _date(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _wanted("a date such as 2026-11-22")


def _evaluated(value: Any) -> Any:
    if value == EACH_RELEASE:
        return value
    try:
        return _date(value)
    except PydanticCustomError:
        raise _wanted(f"a date such as 2026-11-22, or '{EACH_RELEASE}'") from None


def _above_zero(value: timedelta) -> timedelta:
    if not value:
        raise _wanted("a duration above zero, such as 30s")
    return value


def _prose(value: Any) -> Any:
    """By-hand instructions stand on a page that anybody may open."""
    if isinstance(value, str) and re.search(r"(?i)[a-z][a-z0-9+.-]*://", value):
        raise _wanted("words without an address: the runbook pages are public")
    return value


ControlId = Annotated[str, BeforeValidator(_control)]
Day = Annotated[date, BeforeValidator(_date)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=BUTTON)]
Prose = Annotated[Text, BeforeValidator(_prose)]
Evaluated = Annotated[date | Literal["each release"], BeforeValidator(_evaluated)]


class RangeSheet(Model):
    """`values:` as a range of numbers."""

    low: Annotated[float, Field(alias="from")]
    high: Annotated[float, Field(alias="to")]
    whole: bool = True
    less: Literal["lower", "higher"] = "lower"
    unit: Text = ""
    none: bool = False


class PlaneSheet(Model):
    kind: Text
    url: Any = None
    url_env: Any = None
    secret: Any = None
    header: Any = "Authorization"
    scheme: Any = None
    timeout: Span = timedelta(seconds=5)


class LadderSheet(Model):
    steps: Annotated[list[Any], Field(min_length=1)]
    hold: Span
    checks: list[Text] = Field(default_factory=list)


class ShownSheet(Model):
    plane: Text
    how: dict[str, Any]


class AimSheet(Model):
    plane: Text
    target: dict[str, Any]
    values: Any
    to: Any = None
    good: list[Any] = Field(default_factory=list)
    known_good: bool = True
    ladder: LadderSheet | None = None
    on: Label = ""
    by_hand: Prose = ""
    owner: Person = ""
    within: Span | None = None
    evaluated: Evaluated | None = None
    shown_by: list[ShownSheet] = Field(default_factory=list)


class ControlSheet(Model):
    name: Name
    does: Text
    direction: Direction
    within: Span
    proof: Text
    by_hand: Prose
    owner: Person
    watch_out: Text = ""
    pairs_with: Text = ""
    drilled: Day | None = None
    break_glass: bool = True
    never_in: list[Text] = Field(default_factory=list)
    raise_is: Literal["more", "back"] = "more"
    evaluated_within: Span | None = None
    aims: dict[Id, AimSheet] = Field(default_factory=dict, alias="for")


class ControlsFile(Model):
    planes: dict[Id, PlaneSheet] = Field(default_factory=dict)
    controls: Annotated[dict[ControlId, ControlSheet], Field(min_length=1)]


class ProbeSheet(Model):
    kind: Literal["http", "prometheus", "practice_ai"]
    plane: Text
    how: dict[str, Any]


class CheckSheet(Model):
    name: Label
    passes: Text
    held: Span = timedelta()
    size: Annotated[int, Field(gt=0)] | None = None
    drop: Annotated[float, Field(gt=0)] | None = None
    by_hand: Prose = ""
    probes: dict[Id, ProbeSheet] = Field(default_factory=dict, alias="for")


class ChecksFile(Model):
    checks: Annotated[dict[ControlId, CheckSheet], Field(min_length=1)]
