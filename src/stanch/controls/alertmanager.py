"""A silence in Alertmanager (API v2) for one alert: `on` while it is silenced, `off` while it is loud.

What stands is every active silence with exactly these matchers, whoever made it. A wider one is never touched. The undo
of `on` ends what was made here and nobody else's; that of `off` makes each anew with its own end, author and comment.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Self
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading
from stanch.controls.fault import PlaneFault
from stanch.controls.plain import Plain, Request
from stanch.controls.same import same
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.control import Aim, Value
from stanch.core.text import one_line
from stanch.store.durations import duration, spoken

ON, OFF = "on", "off"
OURS: Final = "stanch"
"""Who made a silence that was made here."""


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
    createdBy: str = ""
    comment: str = ""
    status: _Status
    matchers: list[dict[str, str | bool]]

    @property
    def kept(self) -> dict[str, str]:
        """What makes it anew, and tells it from those that come later."""
        return {"id": self.id, "endsAt": _stamp(self.endsAt), "createdBy": self.createdBy, "comment": self.comment}

    @property
    def named(self) -> str:
        return f"{one_line(self.createdBy, 40) or 'somebody'}'s silence until {_stamp(self.endsAt)}"


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
        authors = {"changed_by": ", ".join(sorted({one.createdBy for one in found}))} if found else {}
        return Reading(ON if found else OFF, {"silences": [one.kept for one in found], **authors})

    def request(self, target: SilenceTarget, value: Value, detail: Mapping[str, Any], by: str) -> Request:
        """Of a pull; for `off` in words, since which ones there are turns out when it is sent."""
        if value == OFF:
            which = "(each with exactly these matchers; an undo: only those that Stanch made)"
            return Request("DELETE", f"/api/v2/silence/{which}", answers=False)
        return self._making(target, _stamp(self._clock() + target.length), OURS, f"by {by}")

    async def sent(
        self, target: SilenceTarget, value: Value, detail: Mapping[str, Any], by: str, request_id: str
    ) -> Answer:
        before = detail.get("silences")
        if value == OFF:
            return await self._each(await self._ending(target, before), request_id)
        if before is None:
            return await self.send(self.request(target, value, detail, f"{by}, {request_id}"), request_id)
        return await self._each(self._anew(target, before), request_id)

    async def _ending(self, target: SilenceTarget, before: Sequence[Mapping[str, str]] | None) -> list[Request]:
        """All of them; where the state `before` is to be put back, only what was made here since."""
        found = await self._silences(target)
        old = {one["id"] for one in before or ()}
        ending = [one for one in found if before is None or (one.createdBy == OURS and one.id not in old)]
        if found and not ending:
            raise self._no(f"{_hiding(found)}, and nothing of ours: ask them, or end it in Alertmanager")
        if not ending:
            raise PlaneFault("The silence has ended meanwhile: nothing was sent.", sent=False)
        return [Request("DELETE", f"/api/v2/silence/{in_path(one.id)}", answers=False) for one in ending]

    def _anew(self, target: SilenceTarget, before: Sequence[Mapping[str, str]]) -> list[Request]:
        """The one that lasts longest first: should another fail, the alert is quiet for as long as it was."""
        kept = sorted(before, key=lambda one: datetime.fromisoformat(one["endsAt"]), reverse=True)
        left = [one for one in kept if datetime.fromisoformat(one["endsAt"]) > self._clock()]
        if not left:
            ended = f" at {kept[0]['endsAt']}" if kept else ""
            raise self._no(f"The silence that was there has ended by itself{ended}")
        return [self._making(target, one["endsAt"], one["createdBy"], one["comment"]) for one in left]

    def _making(self, target: SilenceTarget, ends: str, author: str, comment: str) -> Request:
        # A start in the past becomes Alertmanager's own now; one that lies ahead of its clock would be waited for.
        times = {"startsAt": _stamp(self._clock() - timedelta(minutes=5)), "endsAt": ends}
        body = {"matchers": _matchers(target), **times, "createdBy": author, "comment": comment}
        return Request("POST", "/api/v2/silences", body)

    async def _each(self, requests: Sequence[Request], request_id: str) -> Answer:
        answer = await self.send(requests[0], request_id)
        for number, one in enumerate(requests[1:], 1):
            try:
                answer = await self.send(one, request_id)
            except PlaneFault as fault:
                part = f"{number} of {len(requests)} silences are done, then: {fault}"
                raise PlaneFault(part, sent=True, retry_after=fault.retry_after, request_id=request_id) from fault
        return answer

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        target = self.target(aim)
        found = await self._silences(target)
        if same(ON if found else OFF, value):
            return await self.shows(target, aim, value, since)
        return Proof(False, _hiding(found) if found else f"the plane itself still says {OFF}")

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
        heals = f"it hides the alert and heals nothing; it ends by itself after {spoken(self.target(aim).length)}"
        return f"{heals}; pulled to {OFF} it ends others' silences of this alert too, an undo ends ours alone"

    async def found(self) -> Sequence[Found]:
        """The alerts that fire now, by name and service."""
        labels = [one.labels for one in await self._listed("alerts", None, _Alert)]
        firing = Counter((one.get("alertname", ""), one.get("service", "")) for one in labels)
        found = []
        for (name, service), times in sorted(firing.items()):
            target = {"matchers": {"alertname": name} | ({"service": service} if service else {}), "for": "1h"}
            found.append(Found("alert.quiet", target, (OFF, ON), ON, one_line(name, 40), f"fires {times} times now"))
        return [one for one in found if one.on]

    def _no(self, what: str) -> PlaneFault:
        return PlaneFault(f"{what}.", sent=False, permanent=True)

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


def _hiding(found: Sequence[_Silence]) -> str:
    """Those of others are told first: ours can be ended from here."""
    first, *more = sorted(found, key=lambda one: (one.createdBy == OURS, one.endsAt))
    return f"{first.named} still hides it" if not more else f"{first.named} and {len(more)} more still hide it"


def _matchers(target: SilenceTarget) -> list[dict[str, str | bool]]:
    return [{"name": k, "value": v, "isRegex": False, "isEqual": True} for k, v in sorted(target.matchers.items())]


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
