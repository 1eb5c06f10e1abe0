"""Flags as Unleash's admin API (8.2) describes them, and which of them a control could move."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stanch.controls.base import Found
from stanch.controls.same import scalar
from stanch.controls.shaped import by_offset, shaped
from stanch.controls.shapes import Shape
from stanch.controls.wire import Wire, in_path
from stanch.core.text import one_line

ON, OFF = "on", "off"
ADDED: Final = "Added by Stanch: "
"""How the title of a strategy begins that was added to switch a flag on."""
GRADUAL: Final = "flexibleRollout"
_PAGE, _MOST, _READ = 100, 1000, 50
"""Flags a page, flags in all, and flags of which the strategies are read too: one request each."""


class FlagTarget(Shape):
    """`on` and `off`; with `rollout` a percentage instead: that of the strategy whose title or id is `strategy`, which
    may be left out while there is only one gradual rollout."""

    project: str = Field(default="default", min_length=1)
    feature: str = Field(min_length=1)
    environment: str = Field(min_length=1)
    rollout: bool = False
    strategy: str = ""

    @model_validator(mode="after")
    def _of_a_rollout(self) -> Self:
        if self.strategy and not self.rollout:
            raise ValueError("strategy goes with rollout: true")
        return self

    @property
    def path(self) -> str:
        project, feature, environment = map(in_path, (self.project, self.feature, self.environment))
        return f"/api/admin/projects/{project}/features/{feature}/environments/{environment}"


class Strategy(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    title: str | None = None
    disabled: bool = False
    parameters: dict[str, str] = Field(default_factory=dict)

    def everybody(self, feature: str) -> bool:
        """Whether it still gives the feature to all, as `for_all` makes it."""
        narrowed = any((self.model_extra or {}).get(one) for one in ("constraints", "segments", "variants"))
        same = (self.name, self.parameters) == (GRADUAL, for_all(feature))
        return same and not narrowed and not self.disabled

    @property
    def percent(self) -> int | float | None:
        """None: not a percentage; Unleash keeps it as text, and takes any."""
        try:
            found = scalar(json.loads(self.parameters["rollout"]))
        except (KeyError, ValueError, RecursionError):
            return None
        return None if found is None or isinstance(found, bool | str) or not 0 <= found <= 100 else found


class Flag(BaseModel):
    """As it stands in one environment."""

    enabled: bool
    strategies: list[Strategy]

    @property
    def active(self) -> list[Strategy]:
        return [one for one in self.strategies if not one.disabled]

    @property
    def gradual(self) -> list[Strategy]:
        return [one for one in self.active if one.name == GRADUAL]

    @property
    def prints(self) -> dict[str, str]:
        """By id, what tells whether a strategy was changed; it may name users, so it is not kept itself."""
        texts = {one.id: json.dumps(one.model_dump(), sort_keys=True) for one in self.strategies}
        return {id: sha256(text.encode()).hexdigest()[:16] for id, text in texts.items()}

    def added(self, before: Mapping[str, Any]) -> list[Strategy]:
        """Those that were added to switch it on, and were not there `before`."""
        return [one for one in self.strategies if (one.title or "").startswith(ADDED) and one.id not in before]


def for_all(feature: str) -> dict[str, str]:
    """The parameters of a gradual rollout for everybody."""
    return {"rollout": "100", "stickiness": "default", "groupId": feature}


class _There(BaseModel):
    name: str
    type: str = ""
    enabled: bool
    hasEnabledStrategies: bool = False


class _Listed(BaseModel):
    name: str
    project: str
    type: str
    environments: list[_There]


class _Page(BaseModel):
    features: list[_Listed]


async def discovered(wire: Wire) -> Sequence[Found]:
    """Flags by name and environment, and the gradual rollouts of those that are no switches. Raises `PlaneFault`."""
    found, read = list[Found](), 0
    for flag in await _all(wire):
        # Of several the first is what a person pastes: where the users are.
        for there in sorted(flag.environments, key=lambda one: "production" not in (one.name, one.type)):
            where = {"project": flag.project, "feature": flag.name, "environment": there.name}
            note = f"{ON if there.enabled else OFF} in {one_line(there.name, 40)} now"
            found.append(Found("feature.off", where, (ON, OFF), OFF, one_line(flag.name, 40), note))
            if flag.type in ("release", "experiment") and there.hasEnabledStrategies and read < _READ:
                read += 1
                target = FlagTarget(project=flag.project, feature=flag.name, environment=there.name)
                whole = shaped(await wire.read(target.path), Flag)
                found += _rollouts(where, whole, flag.name, there.name)
    return found


async def _all(wire: Wire) -> list[_Listed]:
    async def page(offset: int) -> list[_Listed]:
        query = f"limit={_PAGE}&offset={offset}&sortBy=name&sortOrder=asc"
        return shaped(await wire.read(f"/api/admin/search/features?{query}"), _Page).features

    return await by_offset(page, _PAGE, _MOST)


def _rollouts(where: Mapping[str, str], flag: Flag, name: str, environment: str) -> list[Found]:
    found = []
    for one in flag.gradual:
        which = {"strategy": one.id} if len(flag.gradual) > 1 else {}
        called = one_line(f"{name}, {one.title}" if one.title else name, 40)
        note = f"{one.parameters.get('rollout')} % in {one_line(environment, 40)} now"
        values = {"from": 0, "to": 100, "unit": "%"}
        found.append(Found("variant.share", {**where, "rollout": True, **which}, values, 0, called, one_line(note)))
    return found
