"""What the status page was told: a part of the fold."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from stanch.core import status_events as s
from stanch.core.chain import stamp
from stanch.core.draft_events import PublicSaid
from stanch.core.events import Dismissed, Reopened, Resolved
from stanch.core.payload import Payload

RESOLVED: Final = "resolved"
STATES: Final = ("investigating", "identified", "monitoring", RESOLVED)
_BY_PHASE: Final = {
    "assess": "investigating",
    "mitigate": "investigating",
    "diagnose": "investigating",
    "resolve": "identified",
    "watching": "monitoring",
}
_IMPACT: Final = {"SEV1": "critical", "SEV2": "major", "SEV3": "minor", "SEV4": "none"}
_COMPONENT: Final = {
    "critical": "major_outage",
    "major": "partial_outage",
    "minor": "degraded_performance",
    "none": "operational",
}


def state_of(phase: str) -> str:
    """What a page says in this phase. Until the cause is known it is *investigating*, contained or not."""
    return _BY_PHASE.get(phase, RESOLVED)


def impact_of(severity: str | None) -> str:
    """Of a severity; unknown yet counts as minor, so that nobody is alarmed by a guess."""
    return _IMPACT.get(severity or "", "minor")


def component_state(impact: str, state: str) -> str:
    """What a component shows while it lasts; all are well again in the end."""
    if state == RESOLVED:
        return "operational"
    return "degraded_performance" if state == "monitoring" and impact != "none" else _COMPONENT[impact]


@dataclass(frozen=True, slots=True)
class Word:
    """Something that the page is to say. Times are ISO 8601 in UTC, empty for never.

    `how`: empty; `failed` (refused), `held` (no text for the end is approved), `bare` (only the state is changed),
    `by_hand`, or `dropped` (it does not hold any more).
    """

    n: int
    state: str
    text: str
    at: str
    shown_at: str = ""
    how: str = ""
    why: str = ""
    components: tuple[str, ...] = ()
    by_legal: bool = False
    """Legal has approved these words beforehand."""
    d: int = 0
    """The draft that it was; 0 for a holding line, and for the end."""

    @property
    def is_over(self) -> bool:
        """Nothing is to be done about it any more."""
        return bool(self.shown_at) or self.how in ("by_hand", "dropped")


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""

    words: tuple[Word, ...] = ()
    id: str = ""
    """The page's own id of this incident, from the first word that it showed."""
    url: str = ""
    title: str = ""
    impact: str = ""
    service: str = ""
    """On whose page it stands: the incident's service when it was first shown."""
    away: bool = False
    """It did not answer for some time, and the room knows."""
    chased: int = 0
    chased_at: str = ""

    @property
    def last(self) -> Word | None:
        """What was said last: an end that was taken back was none."""
        said = (one for one in reversed(self.words) if one.state != RESOLVED or one.how != "dropped")
        return next(said, None)

    @property
    def live(self) -> bool:
        """Users were told, or are about to be, and not yet that it is over."""
        return self.last is not None and self.last.state != RESOLVED

    @property
    def reads_resolved(self) -> bool:
        """What users see there says that it is over."""
        seen = [one for one in self.words if one.shown_at or one.how == "by_hand"]
        return bool(seen) and seen[-1].state == RESOLVED

    @property
    def ending(self) -> Word | None:
        """What is to say that it is over, as long as the page does not."""
        last = self.last
        return last if last and last.state == RESOLVED and not last.is_over else None

    def word(self, n: int) -> Word | None:
        return self.words[n - 1] if 1 <= n <= len(self.words) else None


def shown(page: StatusPage, payload: Payload, by: str, at: datetime) -> StatusPage:
    """The page after this event."""
    match payload:
        case PublicSaid(d, text, state, components, by_legal=by_legal):
            word = Word(len(page.words) + 1, state, text, stamp(at), components=components, by_legal=by_legal, d=d)
            return _owe(page, word)
        case Resolved() | Dismissed() if page.live:
            return _owe(page, Word(len(page.words) + 1, RESOLVED, "", stamp(at)))
        case Reopened():
            for one in page.words:
                if one.state == RESOLVED and not one.is_over:
                    page = _set(page, one.n, how="dropped")
            return page
        case s.PageShown(n, state, text, title, impact, service, id, url):
            stands = replace(page, id=id, url=url or page.url, title=title, impact=impact, service=service, away=False)
            return _set(stands, n, state=state, text=text, shown_at=stamp(at), how="", why="")
        case s.PageFailed(n, why):
            return _set(replace(page, away=False), n, how="failed", why=why)
        case s.PageAway():
            return replace(page, away=True)
        case s.PageHeld(n, why):
            return _set(page, n, how="held", why=why)
        case s.PageAgain(n):
            return _set(page, n, how="", why="")
        case s.PageEnding(n):
            return _set(page, n, how="bare", why="")
        case s.PageSettled(n):
            return _set(page, n, how="by_hand", why="")
        case s.PageDropped(n):
            return _set(page, n, how="dropped", why="")
        case s.PageChased():
            return replace(page, chased=page.chased + 1, chased_at=stamp(at))
    return page


def _owe(page: StatusPage, word: Word) -> StatusPage:
    return replace(page, words=(*page.words, word), chased=0, chased_at="")


def _set(page: StatusPage, n: int, **changes: str) -> StatusPage:
    words = tuple(replace(one, **changes) if one.n == n else one for one in page.words)  # type: ignore[arg-type]
    return replace(page, words=words)
