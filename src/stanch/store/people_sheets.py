"""The shape of `people.yml`, for pydantic. Times are wall times: they mean something only beside their zone."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field

from stanch.core.people import OWNERS
from stanch.store.sheets import Id, Model, Person, Text, wanted
from stanch.store.switch_sheets import Day
from stanch.store.validation import nearest

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOMENT: Final = "a day and a time such as 2026-12-24 09:00"
CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HOURS: Final = re.compile(rf"({CLOCK.pattern})\s*[-–]\s*({CLOCK.pattern}|24:00)")
_AT: Final = re.compile(rf"(?:([A-Za-z]+)\s+)?({CLOCK.pattern})")
_MOMENT: Final = re.compile(rf"(\d{{4}}-\d\d-\d\d)(?:[T ]+({CLOCK.pattern}))?")


def clock(text: str) -> time:
    """Return the wall time of a text such as `9:00`; `24:00` is midnight."""
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))


def at(text: str) -> tuple[int | None, time]:
    """Return the weekday (0 is Monday; None: not said) and the wall time of a text such as `Mon 09:00`."""
    found = _AT.fullmatch(text)
    assert found, text
    return _weekday(found[1]) if found[1] else None, clock(found[2])


def hours(text: str) -> tuple[time, time]:
    """Return the start and the end of a text such as `09:00-18:00`."""
    found = _HOURS.fullmatch(text)
    assert found, text
    return clock(found[1]), clock(found[4])


def _weekday(word: str) -> int | None:
    return next((k for k, day in enumerate(DAYS) if len(word) > 2 and day == word[:3].capitalize()), None)


def _zone(value: Any) -> Any:
    expected = "a time zone such as Europe/Berlin"
    if not isinstance(value, str):
        raise wanted(expected)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # a folder of zones, such as Europe, is an OSError
        raise wanted(expected + nearest(value, sorted(available_timezones()))) from None
    return value


def _at(value: Any) -> Any:
    found = _AT.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or (found[1] and _weekday(found[1]) is None):
        raise wanted("a time such as 09:00, or with a weekday, such as Mon 09:00")
    return value.strip()


def _hours(value: Any) -> Any:
    if not isinstance(value, str) or not _HOURS.fullmatch(value.strip()):
        raise wanted("a start and an end such as 09:00-18:00")
    return value.strip()


def _weekday_of(value: Any) -> Any:
    if not isinstance(value, str) or (found := _weekday(value)) is None:
        raise wanted(f"one of {', '.join(DAYS)}")
    return found


def _moment(value: Any) -> datetime:
    found = _MOMENT.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if not found or day is None:
        raise wanted(MOMENT)
    return datetime.combine(day, clock(found[2] or "00:00"))


def _asked(value: Any) -> Any:
    if isinstance(value, str) and "," in value:
        raise wanted(f"one name in each entry, such as [{OWNERS}, bob]")
    return value


Zone = Annotated[str, BeforeValidator(_zone)]
At = Annotated[str, BeforeValidator(_at)]
HoursText = Annotated[str, BeforeValidator(_hours)]
Weekday = Annotated[int, BeforeValidator(_weekday_of)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class PersonSheet(Model):
    skills: list[Id] = Field(default_factory=list)
    zone: Zone | None = None
    hours: HoursText | None = None
    days: Annotated[list[Weekday], Field(min_length=1)] | None = None


class OverrideSheet(Model):
    start: Annotated[Moment, Field(alias="from")]
    until: Moment
    who: Person


class RotaSheet(Model):
    """One of three: turns of our own (`every` and the rest), a Slack user group, a PagerDuty schedule."""

    every: Literal["week", "day"] | None = None
    at: At | None = None
    zone: Zone | None = None
    since: Day | None = None
    people: Annotated[list[Person], Field(min_length=1)] | None = None
    overrides: list[OverrideSheet] = Field(default_factory=list)
    user_group: Person | None = None
    pagerduty: Text | None = None


class StepSheet(Model):
    ask: Annotated[list[Annotated[Text, BeforeValidator(_asked)]], Field(min_length=1)]
    skill: Id | None = None
    page: bool = True


class PeopleFile(Model):
    people: dict[str, PersonSheet] = Field(default_factory=dict)
    rotas: dict[Id, RotaSheet] = Field(default_factory=dict)
    escalation: dict[str, list[StepSheet]] = Field(default_factory=dict)
