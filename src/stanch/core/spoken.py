"""What was said to whom, and what waits for approval: a part of the fold."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from stanch.core import draft_events as e
from stanch.core.chain import stamp, unstamp
from stanch.core.events import BleedingChanged, Changed, Contained, RedCheck, Reopened, Resolved, UpdateSaid
from stanch.core.payload import Payload

ROOM: Final = "room"
STAKEHOLDERS: Final = "stakeholders"
LEADERSHIP: Final = "leadership"
STATUS_PAGE: Final = "status_page"
COMPANY: Final = (STAKEHOLDERS, LEADERSHIP)
"""Audiences in the company, each with one message that is kept up to date."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words for the public that wait for approval, or did. Times are ISO 8601 in UTC; people are Slack user ids."""

    d: int
    text: str
    by: str
    at: str
    until: str
    state: str = "waiting"
    """`waiting`, `approved`, `discarded`, `replaced` or `expired`."""
    decided_by: str = ""
    decided_at: str = ""
    phase: str = ""
    """The incident's when it was written, like `severity`."""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Times are ISO 8601 in UTC, empty for never; people are Slack user ids."""

    last: dict[str, str] = field(default_factory=dict)
    """Audience → when it was told something last: `room`, `stakeholders`, `leadership`, `status_page`."""
    texts: dict[str, str] = field(default_factory=dict)
    """Audience → what it was told last; the room's is the incident's `last_update`."""
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Audience → channel and ts of the one message that is kept up to date."""
    anew: dict[str, int] = field(default_factory=dict)
    """Audience → how often its message was deleted by hand."""
    ended: tuple[str, ...] = ()
    """Audiences that were told how it ended."""
    drafts: tuple[Draft, ...] = ()
    subscribers: tuple[str, ...] = ()
    better_at: str = ""
    """Since when the harm is contained."""
    paused_until: str = ""
    paused_why: str = ""

    @property
    def waiting(self) -> tuple[Draft, ...]:
        return tuple(one for one in self.drafts if one.state == "waiting")

    def draft(self, d: int) -> Draft | None:
        return next((one for one in self.drafts if one.d == d), None)

    def paused(self, now: datetime) -> bool:
        """Whether no update is owed at this moment (UTC)."""
        return bool(self.paused_until) and now < unstamp(self.paused_until)


def told(state: Spoken, payload: Payload, by: str, at: datetime) -> Spoken:
    """The state after this event."""
    now = stamp(at)
    match payload:
        case UpdateSaid():
            return replace(state, last=state.last | {ROOM: now})
        case e.SaidTo(audience, text, _, moment):
            ended = (*state.ended, audience) if moment else state.ended
            return replace(_said(state, audience, text, now), ended=ended)
        case e.PublicSaid(_, text):
            return _said(state, STATUS_PAGE, text, now)
        case e.WordsShown(audience, lost=True):
            places = {one: place for one, place in state.places.items() if one != audience}
            return replace(state, places=places, anew=state.anew | {audience: state.anew.get(audience, 0) + 1})
        case e.WordsShown(audience, channel, ts):
            return replace(state, places=state.places | {audience: (channel, ts)})
        case e.Subscribed(user, on):
            others = tuple(one for one in state.subscribers if one != user)
            return replace(state, subscribers=(*others, user) if on else others)
        case e.Paused(until, why):
            return replace(state, paused_until=until, paused_why=why)
        case e.Resumed() | Resolved():
            return replace(state, paused_until="", paused_why="")
        case RedCheck():
            return replace(state, paused_until="", paused_why="", better_at="")
        case Reopened():
            return replace(state, paused_until="", paused_why="", better_at="", ended=())
        case Contained() | BleedingChanged("contained"):
            return replace(state, better_at=state.better_at or now)
        case BleedingChanged():
            return replace(state, better_at="")
        case Changed("severity", to, was) if not was or to < was:
            # SEV1 is before SEV2: it got worse, and silence does not fit any more.
            return replace(state, paused_until="", paused_why="")
    return _drafts(state, payload, by, now)


def _said(state: Spoken, audience: str, text: str, now: str) -> Spoken:
    return replace(state, last=state.last | {audience: now}, texts=state.texts | {audience: text})


def _drafts(state: Spoken, payload: Payload, by: str, now: str) -> Spoken:
    match payload:
        case e.Drafted(d, text, until, replaces, phase, severity):
            state = _decided(state, replaces, "replaced", by, now)
            new = Draft(d, text, by, now, until, phase=phase, severity=severity)
            return replace(state, drafts=(*state.drafts, new))
        case e.DraftApproved(d):
            return _decided(state, d, "approved", by, now)
        case e.DraftDiscarded(d):
            return _decided(state, d, "discarded", by, now)
        case e.DraftExpired(d):
            return _decided(state, d, "expired", by, now)
    return state


def _decided(state: Spoken, d: int, how: str, by: str, now: str) -> Spoken:
    drafts = tuple(
        replace(one, state=how, decided_by=by, decided_at=now) if one.d == d and one.state == "waiting" else one
        for one in state.drafts
    )
    return replace(state, drafts=drafts)
