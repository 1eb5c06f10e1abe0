"""Prometheus Alertmanager's webhook, version 4: one body is one group of alerts. Recorded from Alertmanager 0.25.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config; fields that we do not know are let be.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from stanch.core.signal import Signal, Unreadable, heard

SOURCE = "alertmanager"
FIRST_YEAR, LAST_YEAR = 2000, 9998
"""Go writes a moment that is not known as the year 1."""
Words = dict[str, str]


class Alert(BaseModel):
    status: Literal["firing", "resolved"]
    labels: Words
    annotations: Words = {}
    startsAt: datetime | None = None
    endsAt: datetime | None = None
    generatorURL: str = ""
    fingerprint: str = ""


class Group(BaseModel):
    version: Literal["4"]
    groupKey: Annotated[str, Field(min_length=1)]
    status: Literal["firing", "resolved"]
    alerts: Annotated[list[Alert], Field(min_length=1)]
    groupLabels: Words = {}
    commonLabels: Words = {}
    commonAnnotations: Words = {}
    externalURL: str = ""
    truncatedAlerts: Annotated[int, Field(ge=0)] = 0


def parse(headers: Mapping[str, str], body: bytes) -> list[Signal]:
    """The one group that the body tells of. Raises `Unreadable`."""
    try:
        group = Group.model_validate_json(body)
    except ValidationError as trouble:
        raise Unreadable(f"expected an Alertmanager webhook of version 4; {_first(trouble)}") from trouble
    told = [one for one in group.alerts if one.status == group.status] or group.alerts
    # The longest first: whoever tells, the same group has the same face.
    told.sort(key=lambda one: (_moment(one.startsAt) or datetime.min.replace(tzinfo=UTC), one.fingerprint))
    face = told[0]
    starts = [moment for one in told if (moment := _moment(one.startsAt))]
    ends = [moment for one in told if (moment := _moment(one.endsAt))]
    common = group.commonLabels or (face.labels if len(told) == 1 else group.groupLabels)
    said = {**(face.annotations if len(told) == 1 else {}), **group.commonAnnotations}
    name = common.get("alertname") or group.groupLabels.get("alertname") or face.labels.get("alertname", "")
    return [
        heard(
            SOURCE,
            group.groupKey,
            title=_one_of(said, ("summary", "title", "message")) or _of_labels(name, group.groupLabels),
            status=group.status,
            since=min(starts, default=None),
            until=max(ends, default=None) if group.status == "resolved" else None,
            count=len(told) + group.truncatedAlerts,
            name=name,
            labels={k: v for k, v in common.items() if k != "alertname"},
            text=_one_of(said, ("description", "impact", "message")),
            link=face.generatorURL if len(told) == 1 and face.generatorURL else group.externalURL,
            runbook=_one_of(said, ("runbook_url", "runbook")),
        )
    ]


def _one_of(words: Words, names: Iterable[str]) -> str:
    return next((words[name] for name in names if words.get(name)), "")


def _of_labels(name: str, labels: Words) -> str:
    """What a group is about when its alerts say different things."""
    rest = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k != "alertname")
    return f"{name} ({rest})" if name and rest else name or rest


def _moment(moment: datetime | None) -> datetime | None:
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _first(trouble: ValidationError) -> str:
    """The first fault in one line, without what was sent: it may hold a secret."""
    fault = trouble.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part)[:40] for part in fault["loc"][:6])
    return f"{where}: {fault['msg']}" if where else fault["msg"]
