"""Everything that people see, drawn from the state: the card and its companions, answers, what templates may name."""

from dataclasses import fields
from typing import Any

from stanch.core.cadence import all_owed, owed_to
from stanch.core.chain import Event, unstamp
from stanch.core.drafting import CALLED
from stanch.core.effects import POSTED
from stanch.core.events import KINDS
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.sample import at_least, at_most, percent
from stanch.core.seat_events import MESSAGES
from stanch.core.spoken import ROOM
from stanch.core.text import listed
from stanch.core.words import DAY, Mrkdwn, escape, when_after
from stanch.slack.blocks import when
from stanch.slack.cards import Cards
from stanch.slack.control_list import ControlLists
from stanch.slack.lever_facts import NAMES, lever_facts
from stanch.slack.lists import Lists
from stanch.slack.phrases import Message as Message
from stanch.slack.pull_view import PullViews
from stanch.slack.runbook_view import RunbookViews
from stanch.slack.sample_view import SampleViews
from stanch.slack.seat_facts import NAMES as OF_SEATS, OF_ASKS, seat_facts


class Render(Cards, Lists, ControlLists, PullViews, RunbookViews, SampleViews):
    def facts(self, i: Incident, event: Event) -> dict[str, Any]:
        """What a template may name. People are mentions: the message is for them."""
        payload = dict(event.payload or {})
        for key in ("user", "was", "owner"):
            person = payload.get(key)
            if isinstance(person, str) and (key != "was" or event.kind == "role_given"):
                payload[key] = Mrkdwn(f"<@{person}>")
        label = {"klass": "class"}.get(str(payload.get("what")), payload.get("what"))
        if event.kind == "changed" and payload.get("what") == "klass":
            for key in ("to", "was"):
                sheet = self._catalogue.klass(str(payload.get(key)))
                payload[key] = sheet.name if sheet else payload.get(key)
        # Whoever did it knows: a mention would wake them for their own words.
        own = event.kind == "role_given" and (event.payload or {}).get("user") == event.by
        by = "" if own else escape(self._people.name(event.by))
        role = ROLES.get(payload.get("role", ""), "").lower()
        return {
            "incident": i, "entry": event.seq, "by": by, "spoken": role, "label": label,
            "due": self._next_due(i, event),
            "room": Mrkdwn(f"<#{i.room}>") if i.room else "the room",
            "commander": Mrkdwn(f"<@{i.commander}>"), "seats": self._mentions(i),
            "drill": "DRILL · " if i.drill else "",
            "quiet_until_at": when(i.quiet_until_at, "{date_short_pretty} {time}") if i.quiet_until_at else "",
            "former": Mrkdwn(f"<#{i.former_rooms[-1]}>") if i.former_rooms else "",
            "called": Mrkdwn(" ".join(f"<@{user}>" for user in dict.fromkeys((i.commander, *i.seats.values())))),
            "range": judged_range(payload) if event.kind == "judged" else "",
            "roles_held": listed([ROLES.get(r, r).lower() for r in payload.get("roles", ())]),
            "paused_until": when(unstamp(payload["until"]), DAY) if event.kind == "paused" and event.payload else "",
            **lever_facts(i, event, self._catalogue, self._people), **seat_facts(i, event, self._catalogue),
            "head": event.hash, "payload_entry": payload.pop("entry", None), "due_by": payload.get("by"),
        } | {k: v for k, v in payload.items() if k != "by"}  # fmt: skip

    def _next_due(self, i: Incident, event: Event) -> Mrkdwn | str:
        """When the next words are due: below an update the room's, else the soonest with its audience."""
        if event.kind == "update_said":
            room = owed_to(i, self._catalogue, ROOM)
            return when_after(room.due, event.recorded_at) if room else ""
        owed = all_owed(i, self._catalogue)
        if not owed:
            return ""
        shown = when_after(owed[0].due, event.recorded_at)
        if [one.audience for one in owed] == [ROOM]:
            return shown
        to = listed([CALLED[one.audience] for one in owed if one.due == owed[0].due])
        return Mrkdwn(f"{shown} to {to}")

    def _mentions(self, i: Incident) -> list[tuple[str, Mrkdwn]]:
        return [(spoken, Mrkdwn(f"<@{i.seats[role]}>")) for role, spoken in ROLES.items() if role in i.seats]


FACTS = (
    "incident entry by spoken label due room commander seats drill roles_held head payload_entry due_by former called"
    " range quiet_until_at paused_until"
).split() + NAMES + OF_SEATS  # fmt: skip
OF_REMINDERS = tuple("who since missing what_is_due speaker dues higher hours asked may_wait lead".split())
"""What a reminder may name beside `FACTS`."""
REMINDERS = tuple(
    f"remind_{name}"
    for name in (
        "room late unheard path commander facts nothing_pulled stuck raise approval left action overdue kept review"
    ).split()
)
TEMPLATE_WORDS = frozenset((*FACTS, *OF_REMINDERS, *OF_ASKS)) | {
    field.name for kind in KINDS.values() for field in fields(kind)
}
"""Every variable that a template may name: what `facts` gives, and the payload's own fields."""
TEMPLATES_NEEDED = (
    frozenset(
        "roles role_given member_left changed trouble quiet_held room_opened join_asked"
        " told_trouble told_room_changed told_join_asked break_glass told_break_glass"
        " checks_asked said_to public_said told_draft_expired".split()
    )
    | POSTED
    | frozenset(MESSAGES)
    | frozenset(REMINDERS)
    | frozenset("page_shown page_open page_dropped page_left_open page_reads_resolved".split())
)
"""Every message that may be due."""


def judged_range(payload: dict[str, Any]) -> str:
    """What a sample of that size allows, not the point (catalogue, section 5)."""
    good, bad = int(payload.get("good", 0)), int(payload.get("bad", 0))
    low, high = at_least(good + bad, bad), at_most(good + bad, bad)
    return f"{percent(low)} to {percent(high)} of all answers may be bad"
