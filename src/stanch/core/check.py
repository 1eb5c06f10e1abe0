"""A check: a question with a measurable answer, or one that a person answers by looking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

Verdict = Literal["green", "red", "unknown"]
"""Unknown is neither: it could not be read, or there is too little traffic to tell. It never counts as fine."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How a check is measured for one service. `how` is in the words of its kind."""

    kind: Literal["http", "prometheus", "practice_ai"]
    plane: str
    how: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    name: str
    passes: str
    """When it passes, in words."""
    held: timedelta = timedelta()
    """For how long it must hold; zero: once."""
    size: int | None = None
    """How many prompts or answers it looks at, where that says what it can see."""
    drop: float | None = None
    """The drop in points that its rule must see, where it compares prompt by prompt."""
    by_hand: str = ""
    probes: Mapping[str, Probe] = field(default_factory=dict)
    """By service. For a service that is not here a person looks."""

    def probe(self, service: str | None) -> Probe | None:
        return self.probes.get(service or "")

    def is_measured(self, service: str | None) -> bool:
        """Whether a machine answers it for this service; else people look."""
        probe = self.probe(service)
        return probe is not None and not probe.how.get("sample")

    def is_passive(self, service: str | None) -> bool:
        """Measured by only looking: it tries nothing on the service, and may be looked at without being asked."""
        probe = self.probe(service)
        return probe is not None and self.is_measured(service) and "probe" not in probe.how


@dataclass(frozen=True, slots=True)
class Result:
    """What a check said once. `seen` is short plain text with the figure that it saw."""

    check: str
    verdict: Verdict
    seen: str
