"""The card of the room, the announcement, the topic: views of the state, drawn when they are sent."""

from collections.abc import Iterable

from stanch.core.chain import unstamp
from stanch.core.chase import extra_spoken, kept_by_stanch
from stanch.core.harm import next_step
from stanch.core.incident import Incident
from stanch.core.roles import ROLES
from stanch.core.spoken import STAKEHOLDERS
from stanch.core.text import cut, one_line
from stanch.core.words import escape
from stanch.slack import blocks as b, moves, reach
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import VERDICTS, Message, Phrases

FREE_HANDS = (
    "Switch it off, limit it, or put it back to what last worked. Whoever is on call needs nobody's permission."
)
CHECKS = 8
"""Checks in its one line; `/incident check` shows each with its value."""
BUTTONS = 3
"""Moves on the card beside the two that are always there; the rest stands under *More*."""


def words_said(text: str, at: str) -> list[Block]:
    """What an audience was told last, and when (ISO 8601 in UTC)."""
    said = when(unstamp(at), "{date_short_pretty} {time}")
    return [b.section(safe(text, 2_900)), b.context(f"Said {said}. What was said before is in the thread.")]


class Cards(Phrases):
    def card(self, i: Incident, drawing: str = "") -> Message:
        """One screen, the next action first. Names are plain text: the card pings nobody.

        `drawing` tells one drawing from the one before: Slack then forgets what was chosen in the menu.
        """
        value = f"{i.number}:{i.seq}"
        blocks = [b.header(self.headline(i)), b.context(self.where(i, ": say which with Fill in"))]
        blocks.append(
            b.section(f"*Users see*  {safe(one_line(i.impact, 900), 900)}" if i.impact else "*Users see*  not said yet")
        )
        blocks.extend(self._seats(i, value))
        if i.scope:
            blocks.append(b.section(f"*Scope*  {safe(one_line(i.scope, 600), 600)}"))
        if i.mitigations:
            blocks.append(b.section("*Applied*  " + self.mitigations(i)))
        if measured := "\n".join(filter(None, (self.differs(i), self._checks(i)))):
            blocks.append(b.section(measured))
        if i.last_update:
            blocks.append(b.section(f"*Last word*  {safe(one_line(i.last_update, 600), 600)}"))
        blocks.append(b.context(" · ".join(filter(None, (self.next_word(i), self._elsewhere(i))))))
        blocks.append(b.section(self._next_step(i)))
        blocks.append({**b.actions(self._buttons(i, value)), "block_id": f"moves:{value}:{drawing}"})
        return Message(self.fallback(i, escape(self.headline(i))), blocks)

    def _buttons(self, i: Incident, value: str) -> list[Block]:
        """What can be done now comes first; filling in never stands in its way."""
        names = moves.offered(i, self._catalogue)[:BUTTONS]
        lever = reach.lever(i, self._catalogue)
        labels = {"lever": f"Pull: {lever.called(i.service)}"} if lever else {}
        buttons = [
            moves.button(name, value, first=place == 0, label=labels.get(name, "")) for place, name in enumerate(names)
        ]
        missing = not (i.klass and i.severity) or i.service_assumed
        return [
            *buttons,
            b.button("Draft update", "say_update", value),
            b.button("Fill in" if missing else "Change facts", "fill_in", value),
            b.button("Add a note", "add_note", value),
            b.menu("more", "More", moves.more(i, self._catalogue)),
        ]

    def _seats(self, i: Incident, value: str) -> Iterable[Block]:
        taken, empty = [], []
        for role, spoken in ROLES.items():
            holder = i.seats.get(role)
            if holder:
                away = " _(left the room)_" if holder in i.away else ""
                ask = i.seating.ask(role)
                asked = f" _(asked, until {when(unstamp(ask.until), '{time}')})_" if ask else ""
                taken.append(f"*{spoken}*  {safe(self._people.name(holder), 100)}{away}{asked}")
            else:
                acting = f" · {safe(self._people.name(i.declared_by), 100)} is acting" if role == "commander" else ""
                button = b.button("Take this role", f"take_seat:{role}", value)
                nobody = "Stanch" if kept_by_stanch(i, role, self._catalogue) else "nobody yet"
                empty.append(b.section(f"*{spoken}*  {nobody}{acting}", button))
        also = [f"{extra_spoken(what)} {safe(self._people.name(user), 100)}" for what, user in i.seating.extras]
        seats = [b.fields(taken)] if taken else []
        return [*seats, *empty, *([b.context("Also: " + " · ".join(also))] if also else [])]

    def _checks(self, i: Incident) -> str:
        """What the checks said last, and when the newest of them was measured."""
        if not i.checks:
            return ""
        known = self._catalogue.checks
        shown = [
            f"{VERDICTS.get(one.verdict, '?')} {safe(known[one.check].name if one.check in known else one.check, 40)}"
            for one in i.checks[-CHECKS:]
        ]
        newest = when(unstamp(max(one.at for one in i.checks)), "{time}")
        watched = f", measured until {when(unstamp(i.watch.until), '{time}')}" if i.watch else ""
        last = max(one.at for one in i.checks)
        old = ", before the last pull" if any(p.confirmed_at > last for p in i.pulls) else ""
        return f"*Checks*  {' · '.join(shown)} ({newest}{old}{watched})"

    def _elsewhere(self, i: Incident) -> str:
        """Other incidents that this one hangs together with."""
        linked = [f"recurs from INC-{i.recurs_from}"] if i.recurs_from else []
        linked += [f"came back as INC-{i.recurred_as}"] if i.recurred_as else []
        linked += [f"duplicate INC-{number}" for number in i.duplicates]
        return ", ".join(linked)

    def _next_step(self, i: Incident) -> str:
        """The first move while nothing is pulled; later what the phase allows."""
        if i.phase not in ("assess", "mitigate") or any(m.in_force for m in i.mitigations):
            return f"*Now*  {next_step(i)}"
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        return f"*First move*  {safe(sheet.first_move, 400) if sheet and sheet.first_move else FREE_HANDS}"

    def announcement(self, i: Incident, together: bool = False) -> Message:
        """For people who are not in the room; a restricted incident shows a neutral stub. What stands there last is
        what they were told, never the room's words.

        `together`: it is the one message for the stakeholders too, as they read in the same channel.
        """
        sheet = self._catalogue.klass(i.klass) if i.klass else None
        if i.restricted or (sheet and sheet.restricted):
            return self.neutral(i)
        state = f"{i.phase}" if i.is_open else f"{i.phase}, no longer open"
        lines = [f"*{safe(self.headline(i), 300)}*", self.where(i).replace(f"phase *{i.phase}*", f"*{state}*")]
        if i.impact:
            lines.append(f"Users see: {safe(one_line(i.impact, 300), 300)}")
        how = " (acting)" if i.acting else self.merely(i)
        lines.append(f"Commander: {safe(self._people.name(i.commander), 100)}{how}")
        told, at = i.spoken.texts.get(STAKEHOLDERS), i.spoken.last.get(STAKEHOLDERS)
        together = together or (i.announced is not None and i.spoken.places.get(STAKEHOLDERS) == i.announced)
        if told and not together:
            lines.append(f"Last word: {safe(one_line(told, 400), 400)}")
        blocks = [b.section("\n".join(lines))]
        if told and at and together:
            blocks += words_said(told, at)
        if i.room:
            value = f"{i.number}:{i.seq}"
            more = [b.button("Subscribe", "subscribe", value)] if i.is_open else []
            blocks.append(b.actions([b.button("Join", "join", value), *more]))
        return Message(escape(self.headline(i)), blocks)

    def neutral(self, i: Incident, more: str = "") -> Message:
        """What stands where outsiders look: the number, who commands, and a way in."""
        ended = "" if i.is_open else f" · {i.phase}"
        text = safe(self.stub(i) + ended, 300)
        ask = moves.button("ask_to_join", f"{i.number}:{i.seq}")
        return Message(text, [b.section(f"{text}\n{more}" if more else text), b.actions([ask])])

    def topic(self, i: Incident) -> str:
        """Plain text of at most 250 characters, escaped as Slack counts it."""
        if i.restricted:
            return safe(self.stub(i), 250)
        drill = "DRILL · " if i.drill else ""
        tail = f" · commander {self._people.name(i.commander)}{self.merely(i)}"
        head = f"{drill}{i.name} · {i.severity or 'no severity yet'} · "
        return safe(head + cut(i.title, 250 - len(head) - len(tail)) + tail, 250)
