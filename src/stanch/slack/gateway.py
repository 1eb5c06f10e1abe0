"""From an effect to Slack's Web API, and from Slack's answer to an outcome.

Each performer may assume that its intent is committed. When the effect is ambiguous it looks before it repeats.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from stanch.core import commands as c
from stanch.core.incident import Incident
from stanch.errors import StanchError, Unavailable
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.flows.desk import Desk
from stanch.flows.on_call import OnCall
from stanch.slack.client import Kind, Slack, SlackFault
from stanch.slack.directory import Directory
from stanch.slack.queues import Queues
from stanch.slack.render import Render
from stanch.store.outbox import Owed
from stanch.store.templates import Templates

HELD_FOR = 15.0
"""Seconds after which an effect that waits for an administrator is tried again."""

ROOM_TROUBLE: Mapping[str, str] = {
    "is_archived": "archived",
    "is_inactive": "archived",
    "channel_not_found": "deleted",
    "not_in_channel": "bot_removed",
}
"""Slack's words for a room that cannot be used as it is, and what that makes of it."""

IN_WORDS: Mapping[str, str] = {
    "open_room": "open the room",
    "seat_owners": "find the service's owners",
    "invite": "invite people",
    "topic": "set the topic",
    "card": "post the card",
    "pin": "pin the card",
    "bookmark": "add the bookmark to the card",
    "post": "post a message",
    "announce": "announce the incident",
    "upload": "upload the timeline",
    "tell": "tell the commander",
    "hush": "make the old room neutral",
    "capture": "read the pinned message",
    "mark": "mark the message as taken in",
    "signal": "show the alert",
    "view": "show the runbook, a pull or a sample",
    "warn": "tell who looks after it that the glass was broken",
    "remind": "remind people",
    "chase_page": "say that the status page is still open",
    "access_ask": "ask who goes on call what they can open",
    "access_list": "list what is missing to its owners",
    "ask_seat": "ask somebody to take a seat",
    "lapse": "end an offer of a seat",
    "next_seat": "find who could take the seat",
    "name_extras": "find the contacts of the service",
    "tell_asker": "tell who asked for a hand-over",
    "rotate": "say that a shift is over",
    "care": "say thank you after a night",
    "broadcast": "tell people outside the room",
    "reply": "keep the history of what people outside the room were told",
    "conclude": "tell people outside the room how it ended",
    "inform": "tell somebody alone",
    "expire": "end a draft that nobody approved",
}


POSTING = "chat.postMessage"


@dataclass
class Kit:
    """What a performer works with."""

    desk: Desk
    slack: Slack
    directory: Directory
    render: Render
    templates: Templates
    announce_channel: str
    on_call: OnCall
    pauses: dict[str, float] = field(default_factory=dict)
    """What waits after a 429, until when (epoch seconds): a method, or a method with a channel."""
    queues: Queues = field(default_factory=Queues)
    place: tuple[str, float] = ("", 0.0)
    """Key and rank of the effect that is performed: what has a rank lets the more severe and newer go first."""
    grace: float = 5.0
    """Seconds in which a call that broke off has landed, if it does."""
    deadline: float = inf
    """Epoch seconds after which nothing may be sent: the effect may be somebody else's by then."""

    async def call(self, method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        """A call that respects the pauses. Raises `SlackFault`; a pause in force is one too, and sends nothing."""
        if time.time() >= self.deadline:
            raise SlackFault(Kind.PAUSED, "lease_over", detail="before")
        scope = _scope(method, args)
        rest, queues = self.pauses.get(scope, 0.0) - time.time(), bool(self.place[1]) and method == POSTING
        if queues:
            rest = self.queues.wait(scope, *self.place, rest)
        if rest > 0:
            raise SlackFault(Kind.PAUSED, "paused", after=rest, detail="before")
        try:
            answer = await self.slack.call(method, read=read, **args)
        except SlackFault as fault:
            if fault.kind is not Kind.PAUSED:
                raise
            self.pauses[scope] = time.time() + fault.after
            if not queues:
                raise
            after = self.queues.wait(scope, *self.place, fault.after)
            raise SlackFault(Kind.PAUSED, fault.error, after=after, detail=fault.detail) from fault
        if queues and self.queues.waits(scope):
            # Others wait for this channel: the next would be one too many.
            self.pauses[scope] = time.time() + self.queues.between
        return answer


def _scope(method: str, args: Mapping[str, Any]) -> str:
    """Posting is limited by channel, everything else by method (Slack's facts, section 1)."""
    return f"{method} {args.get('channel')}" if method == POSTING else method


Performer = Callable[[Kit, Any, Owed], Awaitable[Outcome]]
"""Takes the incident as it is now; None for an effect of `FREE` kind that belongs to none."""


class Gateway:
    def __init__(self, kit: Kit, performers: Mapping[str, Performer], margin: float = 0.0) -> None:
        """`margin` is in seconds: how long before its lease ends an effect sends nothing more."""
        self._kit = kit
        self._performers = performers
        self._margin = margin

    async def perform(self, owed: Owed, incident: Incident | None) -> Outcome:
        """Never raises for what Slack answers; each answer is an outcome."""
        if incident is None:
            if owed.kind not in FREE:
                return Cancelled("its incident is gone")
        elif owed.kind in NEED_ROOM:
            if incident.moving:
                # Nothing is said in a room that is being left; for what is restricted, for as long as it takes.
                after = min(15.0, 0.2 * 2 ** min(owed.attempts, 8))
                return Later("the new room does not stand yet", after, unclear=owed.ambiguous)
            if incident.room is None:
                return Cancelled("the incident has no room")
        kit = replace(self._kit, deadline=owed.lease_until - self._margin, place=(owed.key, owed.rank))
        try:
            await kit.directory.load()
        except SlackFault as fault:
            # Names would be drawn as ids: better a little later, but not for ever.
            if owed.kind in DRAWN and owed.attempts < PATIENT_TRIES:
                return Later(f"users.list: {fault}", max(0.5, fault.after), unclear=owed.ambiguous)
        try:
            return await self._performers[owed.kind](kit, incident, owed)
        except SlackFault as fault:
            return outcome_of(fault, owed, incident)
        except Unavailable as away:
            return Later(str(away), 1.0, unclear=owed.ambiguous)
        except StanchError as mistake:
            return Buried(str(mistake), IN_WORDS[owed.kind])


OF_PEOPLE = frozenset(("ask_seat", "lapse", "next_seat", "name_extras", "tell_asker", "rotate", "care"))
"""To one person alone, or to nobody: no room is needed."""
DRAWN = OF_PEOPLE.union("topic card announce upload post view warn remind chase_page broadcast reply inform".split())
PATIENT_TRIES = 6
FREE = frozenset(("signal", "access_ask", "access_list"))
NEED_ROOM = frozenset(IN_WORDS) - {
    "open_room", "seat_owners", "tell", "announce", "hush", "capture", "mark", "warn", "broadcast", "reply",
    "conclude", "inform", "expire", "chase_page", *FREE, *OF_PEOPLE,
}  # fmt: skip


def outcome_of(fault: SlackFault, owed: Owed, incident: Incident | None) -> Outcome:
    match fault.kind:
        case Kind.PAUSED:
            return Later(fault.error, fault.after, unclear=owed.ambiguous)
        case Kind.NOT_SENT:
            return Later(fault.error, min(30.0, 0.5 * 2 ** min(owed.attempts, 6)), unclear=owed.ambiguous)
        case Kind.APP:
            return Later(str(fault), HELD_FOR, held=True, unclear=owed.ambiguous)
        case Kind.UNCLEAR:
            return Unclear(str(fault))
    state = ROOM_TROUBLE.get(fault.error)
    if state and owed.kind in NEED_ROOM:
        return Buried(str(fault), IN_WORDS[owed.kind], (c.ReportRoomChange(state),))
    return Buried(str(fault), IN_WORDS[owed.kind])


def done(*reports: c.Command, **result: Any) -> Done:
    return Done(result, reports)
