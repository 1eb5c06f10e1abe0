"""How often people are spoken to, and whom we have reminded of what: a part of the fold (`stanch.core.hearing`)."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

SNOOZES = 2
"""How often one reminder may be put off."""
SNOOZE = timedelta(minutes=10)
"""For how long; for less where another audience's words fall due meanwhile, and then it is not counted."""
NO_NEWS = 3
"""After so many updates without news the commander may speak half as often (catalogue, section 3)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What one audience is owed since its last word. `stage` counts the reminders; times are ISO 8601 in UTC."""

    stage: int = 0
    at: str = ""
    """When somebody was last reminded of it."""
    snoozed_until: str = ""
    snoozes: int = 0
    asked: tuple[str, ...] = ()
    """Who was reminded of it alone, in order."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""

    clocks: dict[str, Clock] = field(default_factory=dict)
    """By audience; an audience that was told something since is not in it."""
    without_news: int = 0
    doubled: bool = False
    nudged: tuple[str, ...] = ()
    """What people were reminded of beside the updates, each once."""
    told: dict[str, str] = field(default_factory=dict)
    """Person → when they were last reminded of something here."""
    phase_since: str = ""
    hurts_since: str = ""
    """Since when it hurts, or hurts again."""
    hit_since: str = ""
    """Since when it is known what users see."""
    in_force: dict[str, str] = field(default_factory=dict)
    """Mitigation that nobody has promised to look after → since when, or when somebody was last reminded of it."""

    def clock(self, audience: str) -> Clock:
        return self.clocks.get(audience) or Clock()

    def anew(self, *audiences: str) -> "Rhythm":
        """Those audiences are owed their next word as if nobody had been reminded; without any, all are."""
        left = {name: clock for name, clock in self.clocks.items() if audiences and name not in audiences}
        return replace(self, clocks=left)

    def forgetting(self, *about: str) -> "Rhythm":
        """Those reminders (by the first word of what they are about) may come again."""
        return replace(self, nudged=tuple(one for one in self.nudged if one.partition(" ")[0] not in about))
