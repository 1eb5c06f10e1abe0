"""The seven ways to break the service. Each has a cause, and some move a setting as a bad deploy would.

A quality regression may come with a model instead of a prompt: the provider puts a bad one under a model's name.
"""

from __future__ import annotations

from collections.abc import Iterable

from practice.ai.model import Refused, Value
from practice.ai.settings import MODELS, SETTINGS, Settings

QUALITY = "quality_regression"
SAFETY = "safety_violation"
RETRIEVAL = "retrieval_failure"
LATENCY = "latency_saturation"
COST = "cost_runaway"
OUTAGE = "provider_outage"
SECURITY = "security"
CLASSES = (QUALITY, SAFETY, RETRIEVAL, LATENCY, COST, OUTAGE, SECURITY)

MOVES: dict[str, tuple[str, Value, str]] = {
    QUALITY: ("prompt", "v18", "release 412"),
    RETRIEVAL: ("index", "2026-11-21", "nightly index build"),
}
"""Setting, the value it gets, and who is written down as having moved it."""
MENDER = "practice page"


def bad_model(name: str) -> str:
    """How it is written among what is broken that a bad model was rolled out under this name."""
    return f"bad model {name}"


class Causes:
    """What is broken now: classes, and models by ``bad_model``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.broken: set[str] = set()
        self.turns = 0

    def listed(self) -> list[str]:
        return [one for one in CLASSES if one in self.broken]

    def break_(self, name: object, now: float, model: object = None) -> None:
        """Raises Refused (422) for what is no class or no model. Breaking it again moves its setting again.

        ``model``: the quality regression is a bad model under this name, and no setting moves.
        """
        known = self.known(name)
        if model is not None:
            if known != QUALITY or model not in MODELS:
                raise Refused(422, f"model goes with {QUALITY}, and must be one of {', '.join(MODELS)}")
            self.broken |= {known, bad_model(str(model))}
            return
        self.broken.add(known)
        if known in MOVES:
            setting, value, by = MOVES[known]
            self.move(setting, value, by, now)

    def mend(self, name: object, now: float) -> None:
        """One class with the setting that it moved, or (None) every class and every setting."""
        if name is None:
            self.broken.clear()
            self.back(self.settings.differing(), now)
            return
        known = self.known(name)
        self.broken.discard(known)
        if known == QUALITY:
            self.broken.difference_update(map(bad_model, MODELS))
        if known in MOVES and self.settings.values[MOVES[known][0]] == MOVES[known][1]:
            self.back([MOVES[known][0]], now)

    def back(self, names: Iterable[str], now: float) -> None:
        for name in names:
            self.move(name, SETTINGS[name].default, MENDER, now)

    def move(self, name: str, value: Value, by: str, now: float) -> None:
        self.turns += 1
        self.settings.put(name, value, by, f"practice-{self.turns}", now, at_once=True)

    def known(self, name: object) -> str:
        if not isinstance(name, str) or name not in CLASSES:
            raise Refused(422, f"class must be one of {', '.join(CLASSES)}")
        return name
