"""Answers to one person: lists, details, what can be done now, catching up."""

from collections.abc import Sequence

from stanch.core.chain import Event, unstamp
from stanch.core.chase import kept_by_stanch
from stanch.core.describe import describe
from stanch.core.drafting import CALLED
from stanch.core.harm import steps
from stanch.core.incident import Incident
from stanch.core.policy import sees
from stanch.core.roles import ROLES
from stanch.core.text import cut
from stanch.core.words import when_after
from stanch.slack import blocks as b, moves
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import Message, Phrases, that_fit

LISTED = 30
"""Incidents in one list: what a person can take in, and far below Slack's limit for a text."""
ANSWER = 3_900
"""Characters of an answer to one person."""
SECTION = 2_900
JUDGE_ON = "judge_on"
"""What is offered where a sample stands open: the form in which its answers are judged."""
UPDATE = "say_update"
"""What is offered where words are owed that no click says: the form."""
TOLD = ("noted", "evidence", "captured")


class Lists(Phrases):
    def now(self, i: Incident) -> Message:
        """Bare `/incident` in a room: what can be done now."""
        empty = self._empty(i)
        lines = [
            f"*{safe(self.headline(i), 300)}*",
            f"Phase *{i.phase}*, bleeding: *{i.bleeding}*. Now: {steps(i)}.",
        ]
        missing = [
            label for label, value in (("class", i.klass), ("severity", i.severity), ("impact", i.impact)) if not value
        ]
        if missing:
            lines.append("Still to say: " + ", ".join(f"`/incident {m}`" for m in missing) + ".")
        if empty and i.is_open:
            lines.append(f"Empty: {', '.join(empty)}. Take one: `/incident role {empty[-1].split()[0]} me`.")
        lines.append(self.next_word(i))
        lines.append(
            "At any time: `note`, `evidence`, `hypothesis`, `update`, `catchup`, `export`. All: `/incident help`."
        )
        return self.with_buttons("\n".join(lines), moves.offered(i, self._catalogue), f"{i.number}:{i.seq}")

    def with_buttons(self, text: str, names: Sequence[str], value: str) -> Message:
        """An answer with what the person may want to do next as buttons below it."""
        known = [name for name in names if name in moves.BY_NAME or name in (JUDGE_ON, UPDATE)]
        buttons = [self._way_on(name, value, first=place == 0) for place, name in enumerate(known)]
        return Message(text, [b.section(text), *([b.actions(buttons)] if buttons else ())])

    @staticmethod
    def _way_on(name: str, value: str, *, first: bool) -> Block:
        if name == JUDGE_ON:
            number = value.partition(":")[0]
            return b.button("Judge answers", "sample:open", f"{number}:0", style="primary" if first else None)
        if name == UPDATE:
            return b.button("Update now", UPDATE, value, style="primary" if first else None)
        return moves.button(name, value, first=first)

    def possible(self, i: Incident, names: Sequence[str]) -> list[str]:
        """Those of the moves for which the team's files have what they work with."""
        return [name for name in names if moves.reachable(i, name, self._catalogue)]

    def listing(self, incidents: Sequence[Incident], viewer: str) -> str:
        """The worst `LISTED` of them; whoever asks for one more than that learns that there are more."""
        if not incidents:
            return "No incident is open. Something wrong? `/incident declare what users see`"
        lines = [self.line(i, viewer) for i in self.in_order(incidents[:LISTED], viewer)]
        more = len(incidents) > len(lines)
        return "\n".join(lines) + ("\n… and more, less severe. `/incident N show` opens any." if more else "")

    @staticmethod
    def in_order(incidents: Sequence[Incident], viewer: str) -> list[Incident]:
        """As they come, with stubs at the end: the place of one would say how severe it is."""
        return sorted(incidents, key=lambda i: (not sees(i, viewer), 0 if sees(i, viewer) else i.number))

    def line(self, i: Incident, viewer: str, channel: str | None = None) -> str:
        """One incident in one line; a restricted one is neutral for those who have no part in it."""
        if not sees(i, viewer, channel):
            return safe(self.stub(i), 200)
        room = f" <#{i.room}>" if i.room else ""
        age = when(i.declared_at, "{date_short_pretty} {time}")
        return f"{safe(self.headline(i), 220)} · {i.phase}, bleeding: {i.bleeding} · since {age}{room}"

    def details(self, i: Incident, latest: Sequence[Event], viewer: str, channel: str | None = None) -> str:
        if not sees(i, viewer, channel):
            return self.line(i, viewer)
        lines = [f"*{safe(self.headline(i), 300)}*", self.where(i)]
        lines += [f"Users see: {safe(i.impact, 500)}"] if i.impact else []
        lines += [f"Scope: {safe(i.scope, 300)}"] if i.scope else []
        lines.append(self._people_in(i))
        lines.append(self.next_word(i))
        lines += [f"Room: <#{i.room}>"] if i.room else []
        lines.append("*Latest*")
        lines += [f"{self.entry(i, event)}" for event in latest]
        return that_fit(lines, ANSWER)

    def _people_in(self, i: Incident) -> str:
        held = ((r, spoken, self._people.name(i.seats[r])) for r, spoken in ROLES.items() if r in i.seats)
        seats = (f"{spoken}: {safe(who, 100)}{' (asked)' if i.seating.ask(r) else ''}" for r, spoken, who in held)
        acting = (f"Commander: nobody yet, {safe(self._people.name(i.commander), 100)} is acting",) if i.acting else ()
        return " · ".join((*acting, *seats))

    def entry(self, i: Incident, event: Event) -> str:
        said = cut(describe(event, self._people.name).replace("\n", " "), 200)
        at = when_after(event.at, i.declared_at)
        return f"{event.seq} · {at} · {safe(self._people.name(event.by), 100)}: {safe(said, 400)}"

    def catchup(self, i: Incident, latest: Sequence[Event], viewer: str, channel: str | None = None) -> Message:
        """For who joins late, in one minute: what is known, done, open, due."""
        if not sees(i, viewer, channel):
            return self.with_buttons(self.line(i, viewer), ("ask_to_join",), f"{i.number}:{i.seq}")
        told = [self.entry(i, event) for event in latest if event.kind in TOLD][-3:]
        parts = {"Known": [*self._known(i), *told], "Done": self._done(i), "Open": self._open(i), "Due": self._due(i)}
        head = f"*{safe(self.headline(i), 300)}*\n{self.where(i)}\n{self._people_in(i)}"
        texts = [
            head,
            *(f"*{name}*\n{that_fit([f'• {one}' for one in lines], SECTION)}" for name, lines in parts.items()),
        ]
        return Message(that_fit("\n".join(texts).split("\n"), ANSWER), [b.section(text) for text in texts])

    def _known(self, i: Incident) -> list[str]:
        known = [f"Users see: {safe(i.impact, 500)}" if i.impact else "What users see is not said yet."]
        known += [f"Scope: {safe(i.scope, 300)}"] if i.scope else []
        known += [f"Cause {i.explained}: {safe(i.cause, 500)}"] if i.explained else []
        known += [
            f"Hypothesis {one.k} {one.verdict}: {safe(one.text, 200)}" for one in i.ideas if one.verdict != "open"
        ]
        good, bad = i.judged
        return known + ([f"Judged since the last mitigation: {bad} bad of {good + bad}."] if good + bad else [])

    def _empty(self, i: Incident) -> list[str]:
        """Roles that nobody has, and that Stanch does not keep."""
        found = [role for role in ROLES if role not in i.seats and not kept_by_stanch(i, role, self._catalogue)]
        return [ROLES[role].lower() for role in found]

    def _done(self, i: Incident) -> list[str]:
        done = [f"Mitigation {m.k} {m.state}: {safe(m.what, 200)}" for m in i.mitigations]
        if i.last_update and i.last_update_at:
            done.append(f"Last word {when_after(i.last_update_at, i.declared_at)}: {safe(i.last_update, 500)}")
        for audience, text in i.spoken.texts.items():
            said = when_after(unstamp(i.spoken.last[audience]), i.declared_at)
            done.append(f"Last word to {CALLED.get(audience, audience)} {said}: {safe(text, 500)}")
        done += [f"Fixed: {safe(i.fixed, 300)}"] if i.fixed else []
        return done or ["Nothing is pulled and nothing said yet."]

    def _open(self, i: Incident) -> list[str]:
        left = [f"Hypothesis {one.k}: {safe(one.text, 200)}" for one in i.ideas if one.verdict == "open"]
        empty = self._empty(i)
        left += [f"Nobody is {', '.join(empty)}."] if empty and i.is_open else []
        missing = [name for name, value in (("class", i.klass), ("severity", i.severity)) if not value]
        left += [f"Not set: {', '.join(missing)}."] if missing else []
        left += [
            f"Draft {one.d} for users waits for approval until {when(unstamp(one.until), '{time}')}:"
            f" {safe(one.text, 200)}"
            for one in i.spoken.waiting
        ]
        return [*left, f"Next: {steps(i)}."]

    def _due(self, i: Incident) -> list[str]:
        due = [self.next_word(i)]
        due += (
            [f"Quiet has to hold until {when(i.quiet_until_at, '{date_short_pretty} {time}')}"]
            if i.quiet_until_at
            else []
        )
        kept = [m for m in i.mitigations if m.state == "kept" and m.owner]
        due += [
            f"{safe(self._people.name(str(m.owner)), 100)} by {(m.until or '')[:10]}: {safe(m.what, 200)}" for m in kept
        ]
        return due + [f"{safe(self._people.name(a.owner), 100)} by {a.by}: {safe(a.what, 200)}" for a in i.actions]
