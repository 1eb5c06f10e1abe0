"""A silence in Alertmanager (API v2) for one alert: `on` while it is silenced, `off` while it is loud.

What stands is every active silence with exactly these matchers, whoever made it. A wider one is never touched.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Plain, Request
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value
from stanch.core.text import one_line
from stanch.store.durations import duration, spoken

ON, OFF = "on", "off"


def _length(found: Any) -> timedelta:
    with suppress(ValueError):
        if isinstance(found, str) and timedelta(minutes=1) <= (span := duration(found)) <= timedelta(hours=24):
            return span
    raise ValueError("a time from 1m to 24h is expected")


class SilenceTarget(Shape):
    """`matchers`: label to value, all of them, compared as they are. `for`: how long the silence stands at most."""

    matchers: dict[str, Annotated[str, Field(min_length=1)]]
    length: Annotated[timedelta, BeforeValidator(_length)] = Field(default=timedelta(hours=1), alias="for")

    @model_validator(mode="after")
    def _one_alert(self) -> Self:
        if "alertname" not in self.matchers:
            raise ValueError("alertname among the matchers is expected, or other alerts are hidden too")
        return self


class _Status(BaseModel):
    state: str
    silencedBy: list[str] = Field(default_factory=list)


class _Silence(BaseModel):
    id: str
    endsAt: AwareDatetime
    status: _Status
    matchers: list[dict[str, str | bool]]


class _Alert(BaseModel):
    labels: dict[str, str]
    status: _Status


class Alertmanager(Plain[SilenceTarget]):
    scheme = "Basic"
    shape = SilenceTarget

    def __init__(self, wire: Wire, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(wire)
        self._clock = clock

    async def stands(self, target: SilenceTarget, aim: Aim) -> Reading:
        found = await self._silences(target)
        ends = max((one.endsAt for one in found), default=None)
        return Reading(ON, {"ids": [one.id for one in found], "ends": _stamp(ends)}) if ends else Reading(OFF)

    def request(self, target: SilenceTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        if value == OFF:
            return Request("DELETE", "/api/v2/silence/(each with exactly these matchers)", answers=False)
        now = self._clock()
        ends = detail.get("ends") or _stamp(now + target.length)
        if datetime.fromisoformat(ends) <= now:
            raise PlaneFault(f"The silence that was there has ended by itself at {ends}.", sent=False, permanent=True)
        # A start in the past becomes Alertmanager's own now; one that lies ahead of its clock would be waited for.
        body = {"matchers": _matchers(target), "startsAt": _stamp(now - timedelta(minutes=5)), "endsAt": ends}
        return Request("POST", "/api/v2/silences", body | {"createdBy": "stanch", "comment": f"by {by}"})

    async def sent(
        self, target: SilenceTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        if value != OFF:
            return await self.send(self.request(target, value, detail, f"{by}, {request_id}"), request_id)
        answers = [
            await self.send(Request("DELETE", f"/api/v2/silence/{in_path(one.id)}", answers=False), request_id)
            for one in await self._silences(target)
        ]
        if not answers:
            raise PlaneFault("The silence has ended meanwhile: nothing was sent.", sent=False)
        return answers[-1]

    async def shows(self, target: SilenceTarget, aim: Aim, value: Value, since: datetime) -> Proof:
        """Which silences hide the alerts that the matchers hit."""
        ours = await self._silences(target)
        by = [set(one.status.silencedBy) for one in await self._listed("alerts", target, _Alert)]
        if not by:
            until = f" until {_stamp(max(one.endsAt for one in ours))}" if ours else ""
            return Proof(None, f"no such alert fires now: the silence is {value}{until}", final=True)
        if value == OFF and (others := sorted(set().union(*by))):
            return Proof(False, f"hidden by a wider silence still, which is not ours to end: {', '.join(others)}")
        hidden = sum(bool(one & {silence.id for silence in ours}) for one in by)
        return Proof(value == OFF or hidden == len(by), f"{hidden} of {len(by)} firing alerts are hidden by it")

    def caution(self, aim: Aim) -> str:
        return f"it hides the alert and heals nothing; it ends by itself after {spoken(self.target(aim).length)}"

    async def found(self) -> Sequence[Found]:
        """The alerts that fire now, by name and service."""
        labels = [one.labels for one in await self._listed("alerts", None, _Alert)]
        firing = Counter((one.get("alertname", ""), one.get("service", "")) for one in labels)
        found = []
        for (name, service), times in sorted(firing.items()):
            target = {"matchers": {"alertname": name} | ({"service": service} if service else {}), "for": "1h"}
            found.append(Found("alert.quiet", target, (OFF, ON), ON, one_line(name, 40), f"fires {times} times now"))
        return [one for one in found if one.on]

    async def _silences(self, target: SilenceTarget) -> list[_Silence]:
        """The active ones with exactly these matchers."""
        exact = _matchers(target)
        found = [one for one in await self._listed("silences", target, _Silence) if one.status.state == "active"]
        return [one for one in found if len(one.matchers) == len(exact) and all(it in one.matchers for it in exact)]

    async def _listed(self, what: str, target: SilenceTarget | None, shape: type[BaseModel]) -> list[Any]:
        wanted = target.matchers.items() if target else ()
        filters = [("filter", f"{name}={json.dumps(value, ensure_ascii=False)}") for name, value in wanted]
        answer = await self.wire.read(f"/api/v2/{what}?{urlencode(filters)}".rstrip("?"))
        try:
            return [shape.model_validate(one) for one in answer.json()]
        except (ValidationError, TypeError):
            odd = f"{self.wire.name} answered in another shape than Alertmanager does."
            raise answer.fault(odd, permanent=True) from None


def _matchers(target: SilenceTarget) -> list[dict[str, str | bool]]:
    return [{"name": k, "value": v, "isRegex": False, "isEqual": True} for k, v in sorted(target.matchers.items())]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
