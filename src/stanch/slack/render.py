"""What people see: the card, the announcement, the messages in the room, lists. Views of the state, drawn when sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from stanch.core.cadence import next_due, who_speaks
from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event
from stanch.core.course import NOW
from stanch.core.describe import describe
from stanch.core.events import KINDS
from stanch.core.incident import Incident
from stanch.core.policy import has_part
from stanch.core.roles import ROLES
from stanch.core.text import cut, one_line
from stanch.core.words import Mrkdwn, escape
from stanch.slack import blocks as b
from stanch.slack.blocks import Block, safe, when
from stanch.slack.directory import Directory

ICONS = {"SEV1": "🔴", "SEV2": "🟠", "SEV3": "🟡", "SEV4": "🔵"}
PRIVATE = "🔒"
LISTED = 30
"""Incidents in one list: what a person can take in, and far below Slack's limit for a text."""
ANSWER = 3_900
"""Characters of an answer to one person."""
FREE_HANDS = (
    "Switch it off, limit it, or put it back to what last worked. Whoever is on call needs nobody's permission. "
)


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a phone shows in its notification."""

    text: str
    blocks: Sequence[Block]


class Render:
    def __init__(self, catalogue: Catalogue, directory: Directory) -> None:
        self._catalogue = catalogue
        self._people = directory

    def card(self, i: Incident) -> Message:
        """One screen, the next action first. Names are plain text: the card pings nobody."""
        value = f"{i.number}:{i.seq}"
        blocks = [b.header(self.headline(i)), b.context(self._where(i, ": say which with Fill in"))]
        blocks.append(
            b.section(f"*Users see*  {safe(one_line(i.impact, 900), 900)}" if i.impact else "*Users see*  not said yet")
        )
        blocks.extend(self._seats(i, value))
        if i.scope:
            blocks.append(b.section(f"*Scope*  {safe(one_line(i.scope, 600), 600)}"))
        if i.mitigations:
            blocks.append(b.section("*Applied*  " + self._mitigations(i)))
        if i.last_update:
            blocks.append(b.section(f"*Last word*  {safe(one_line(i.last_update, 600), 600)}"))
        blocks.append(b.context(self._next_word(i)))
        blocks.append(b.section(self._next_step(i)))
        missing = not (i.klass and i.severity) or i.service_assumed
        buttons = [
            b.button("Fill in" if missing else "Change facts", "fill_in", value, style="primary" if missing else None),
            b.button("Say an update", "say_update", value),
            b.button("Add a note", "add_note", value),
            b.overflow("more", {f"export:{value}": "Export the timeline", f"now:{value}": "What can be done now"}),
        ]
        blocks.append(b.actions(buttons))
        return Message(escape(self.headline(i)), blocks)

    def headline(self, i: Incident) -> str:
        drill = "DRILL · " if i.drill else ""
        lock = f"{PRIVATE} " if i.restricted else ""
        return (
            f"{ICONS.get(i.severity or '', '⚪')} {lock}{drill}{i.name} · {i.severity or 'no severity yet'} · {i.title}"
        )

    def _where(self, i: Incident, way: str = "") -> str:
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        kind = (
            safe(sheet.name, 100)
            if sheet
            else (f"{safe(i.klass, 60)} (no longer a class)" if i.klass else "No class yet")
        )
        service = self._catalogue.service(i.service) if i.service else None
        name = safe(service.name if service else i.service or "no service", 100)
        assumed = f" _(assumed{way})_" if i.service_assumed else ""
        since = when(i.declared_at, "{date_short_pretty} {time}")
        return f"{kind} in {name}{assumed} · since {since} · phase *{i.phase}* · bleeding: *{i.bleeding}*"

    def _seats(self, i: Incident, value: str) -> Iterable[Block]:
        taken, empty = [], []
        for role, spoken in ROLES.items():
            holder = i.seats.get(role)
            if holder:
                away = " _(left the room)_" if holder in i.away else ""
                taken.append(f"*{spoken}*  {safe(self._people.name(holder), 100)}{away}")
            else:
                acting = f" · {safe(self._people.name(i.declared_by), 100)} is acting" if role == "commander" else ""
                button = b.button("Take this role", f"take_seat:{role}", value)
                empty.append(b.section(f"*{spoken}*  nobody yet{acting}", button))
        return ([b.fields(taken)] if taken else []) + empty

    def _mitigations(self, i: Incident) -> str:
        marks = {"applied": "…", "effective": "✔", "removed": "↩", "kept": "📌", "failed": "✗"}
        return "\n".join(f"{marks.get(m.state, '·')} {m.k} {safe(m.what, 160)} ({m.state})" for m in i.mitigations[-5:])

    def _next_word(self, i: Incident) -> str:
        due = next_due(i, self._catalogue)
        if due is None:
            return (
                "Next word: no time is owed until a severity is set."
                if i.is_open and not i.severity
                else "No update is owed."
            )
        return f"*Next word*  due {when(due)}, from {safe(self._people.name(who_speaks(i)), 100)}"

    def _next_step(self, i: Incident) -> str:
        """The first move while nothing is pulled; later what the phase allows."""
        if i.phase not in ("assess", "mitigate") or i.mitigations:
            return f"*Now*  {NOW[i.phase]}"
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        move = f"{safe(sheet.first_move, 400)} " if sheet and sheet.first_move else FREE_HANDS
        return f"*First move*  {move}Then: `/incident applied WHAT`"

    def announcement(self, i: Incident) -> Message:
        """For people who are not in the room; a restricted incident shows a neutral stub."""
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        if i.restricted or (sheet and sheet.restricted):
            text = f"{PRIVATE} {i.name} is restricted. It is commanded by {self._people.name(i.commander)}."
            return Message(escape(text), [b.section(escape(text))])
        state = f"{i.phase}" if i.is_open else f"{i.phase}, no longer open"
        lines = [f"*{safe(self.headline(i), 300)}*", self._where(i).replace(f"phase *{i.phase}*", f"*{state}*")]
        if i.impact:
            lines.append(f"Users see: {safe(one_line(i.impact, 300), 300)}")
        lines.append(f"Commander: {safe(self._people.name(i.commander), 100)}" + (" (acting)" if i.acting else ""))
        if i.last_update:
            lines.append(f"Last word: {safe(one_line(i.last_update, 400), 400)}")
        blocks = [b.section("\n".join(lines))]
        if i.room:
            blocks.append(b.actions([b.button("Join", "join", f"{i.number}:{i.seq}")]))
        return Message(escape(self.headline(i)), blocks)

    def topic(self, i: Incident) -> str:
        """Plain text of at most 250 characters, escaped as Slack counts it."""
        drill = "DRILL · " if i.drill else ""
        tail = f" · commander {self._people.name(i.commander)}"
        head = f"{drill}{i.name} · {i.severity or 'no severity yet'} · "
        return safe(head + cut(i.title, 250 - len(head) - len(tail)) + tail, 250)

    def now(self, i: Incident, steps: str) -> Message:
        """Bare `/incident` in a room: what can be done now."""
        empty = [spoken.lower() for role, spoken in ROLES.items() if role not in i.seats]
        lines = [f"*{safe(self.headline(i), 300)}*", f"Phase *{i.phase}*, bleeding: *{i.bleeding}*. Now: {steps}."]
        missing = [
            label for label, value in (("class", i.klass), ("severity", i.severity), ("impact", i.impact)) if not value
        ]
        if missing:
            lines.append("Still to say: " + ", ".join(f"`/incident {m}`" for m in missing) + ".")
        if empty and i.is_open:
            lines.append(f"Empty: {', '.join(empty)}. Take one: `/incident role scribe me`.")
        lines.append(self._next_word(i))
        lines.append(
            "At any time: `note`, `evidence`, `hypothesis`, `impact`, `update`, `export`. All: `/incident help`."
        )
        text = "\n".join(lines)
        return Message(text, [b.section(text)])

    def listing(self, incidents: Sequence[Incident], viewer: str) -> str:
        if not incidents:
            return "No incident is open. Something wrong? `/incident declare what users see`"
        lines = [self.line(i, viewer) for i in incidents[:LISTED]]
        more = len(incidents) - len(lines)
        return "\n".join(lines) + (f"\n… and {more} more, less severe. `/incident N show` opens any." if more else "")

    def line(self, i: Incident, viewer: str, channel: str | None = None) -> str:
        """One incident in one line; a restricted one is neutral for those who have no part in it."""
        if i.restricted and not has_part(i, viewer, channel):
            return f"{PRIVATE} {i.name} · restricted · commander {safe(self._people.name(i.commander), 100)}"
        room = f" <#{i.room}>" if i.room else ""
        age = when(i.declared_at, "{date_short_pretty} {time}")
        return f"{safe(self.headline(i), 220)} · {i.phase}, bleeding: {i.bleeding} · since {age}{room}"

    def details(self, i: Incident, latest: Sequence[Event], viewer: str, channel: str | None = None) -> str:
        if i.restricted and not has_part(i, viewer, channel):
            return self.line(i, viewer) + "\nAsk the commander to let you in."
        lines = [f"*{safe(self.headline(i), 300)}*", self._where(i)]
        lines += [f"Users see: {safe(i.impact, 500)}"] if i.impact else []
        lines += [f"Scope: {safe(i.scope, 300)}"] if i.scope else []
        seats = (f"{spoken}: {safe(self._people.name(i.seats[r]), 100)}" for r, spoken in ROLES.items() if r in i.seats)
        acting = (f"Commander: nobody yet, {safe(self._people.name(i.commander), 100)} is acting",) if i.acting else ()
        lines.append(" · ".join((*acting, *seats)))
        lines.append(self._next_word(i))
        lines += [f"Room: <#{i.room}>"] if i.room else []
        lines.append("*Latest*")
        lines += [f"{self.entry(event)}" for event in latest]
        return _that_fit(lines, ANSWER)

    def entry(self, event: Event) -> str:
        said = cut(describe(event, self._people.name).replace("\n", " "), 200)
        return f"{event.seq} · {when(event.at)} · {safe(self._people.name(event.by), 100)}: {safe(said, 400)}"

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
        by = event.by if event.by == "stanch" else Mrkdwn(f"<@{event.by}>")
        due = next_due(i, self._catalogue)
        role = ROLES.get(payload.get("role", ""), "").lower()
        return {
            "incident": i, "entry": event.seq, "by": "Stanch" if by == "stanch" else by, "spoken": role, "label": label,
            "due": when(due) if due else "", "room": Mrkdwn(f"<#{i.room}>") if i.room else "the room",
            "commander": Mrkdwn(f"<@{i.commander}>"), "seats": self._mentions(i),
            "drill": "DRILL · " if i.drill else "",
            "exposed": not i.restricted and self._is_secret(event),
            "roles_held": ", ".join(ROLES.get(r, r).lower() for r in payload.get("roles", ())),
            "head": event.hash, "payload_entry": payload.pop("entry", None), "due_by": payload.get("by"),
        } | {k: v for k, v in payload.items() if k != "by"}  # fmt: skip

    def _is_secret(self, event: Event) -> bool:
        """The class was set to one that belongs in a private room."""
        payload = event.payload or {}
        sheet = self._catalogue.klass(str(payload.get("to"))) if payload.get("what") == "klass" else None
        return bool(sheet and sheet.restricted)

    def _mentions(self, i: Incident) -> list[tuple[str, Mrkdwn]]:
        return [(spoken, Mrkdwn(f"<@{i.seats[role]}>")) for role, spoken in ROLES.items() if role in i.seats]


FACTS = (
    "incident entry by spoken label due room commander seats drill roles_held head payload_entry due_by exposed".split()
)
TEMPLATE_WORDS = frozenset(FACTS) | {field.name for kind in KINDS.values() for field in fields(kind)}
"""Every variable that a template may name: what `facts` gives, and the payload's own fields."""


def _that_fit(lines: Sequence[str], limit: int) -> str:
    """Whole lines only: half a line could be half a date or half an escape."""
    kept, size = [], 0
    for line in lines:
        size += len(line) + 1
        if size > limit:
            break
        kept.append(line)
    return "\n".join(kept)
