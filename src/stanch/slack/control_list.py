"""`/incident controls`: what is pulled now with its way back, what can be pulled here, and what only by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from stanch.core.control import KNOWN_GOOD, Control
from stanch.core.incident import Incident
from stanch.core.moving import spoken, told
from stanch.slack import blocks as b, reach
from stanch.slack.blocks import Block, safe
from stanch.slack.phrases import MARKS, Message, Phrases, sections

GROUPS: Final = {"less": "Does less", "back": "Puts it back", "more": "Does more: two people"}
"""Direction → its heading."""
LISTED: Final = 10
Standing = Mapping[str, tuple[str, str]]
"""Control → what it stands at now and what is missing to pull it, as plain text; either may be empty."""
Stands = Callable[[Incident], Awaitable[Standing]]
"""Asks the planes, for a few seconds at most."""


class ControlLists(Phrases):
    def controls(self, i: Incident, stands: Standing | None = None) -> Message:
        """For one person who may see the incident. The first choice pulls nothing: before and after are shown.

        `stands`: what the planes said just now; None: they were not asked.
        """
        service = self._catalogue.service(i.service) if i.service else None
        name = safe(service.name if service else i.service or "no service", 100)
        known = [one for one in self._catalogue.controls.values() if i.klass not in one.never_in]
        wired = [one for one in known if reach.wired(i, one, self._catalogue)]
        now = stands or {}
        missing = sum(bool(now.get(one.id, ("", ""))[1]) for one in wired)
        head = f"*Controls of {name}* in {i.name}: {len(wired)} can be pulled from here"
        head += f", {missing} of them not now" if missing else ""
        blocks = [b.section(head), *self._pulled_now(i)]
        if wired and i.is_open:
            blocks.append(b.actions([b.menu("pull:start", "Pull a control …", self._choices(i, wired))]))
        for direction, title in GROUPS.items():
            if lines := [self._can_be(i, one, now) for one in wired if one.direction == direction]:
                blocks += sections([f"*{title}*", *lines])
        if rest := [f"`{one.id}` {safe(one.name, 40)}" for one in known if one not in wired]:
            blocks += sections(["*Only by hand, then recorded with* `/incident applied WHAT`", *rest])
        return Message(head, blocks[:50])

    def _pulled_now(self, i: Incident) -> list[Block]:
        rows = []
        for m in [one for one in i.mitigations if one.k in reach.to_undo(i)][-LISTED:]:
            text = f"{MARKS.get(m.state, '·')} {m.k} {safe(m.what, 160)}, {self.pulled(i, m.k)}"
            rows.append(b.section(text, b.button("Undo", f"pull:undo:{m.k}", f"{i.number}:now:{m.k}")))
        return rows

    def _choices(self, i: Incident, wired: Sequence[Control]) -> list[tuple[str, list[Block]]]:
        groups = []
        for direction, title in GROUPS.items():
            options = [
                b.option(one.name, f"{i.number}:{i.seq}:{one.id}", one.does)
                for one in wired
                if one.direction == direction
            ]
            groups += [(title, options)] if options else []
        return groups

    def _can_be(self, i: Incident, control: Control, stands: Standing) -> str:
        aim = control.aim(i.service)
        name = f"`{control.id}` {safe(control.name, 40)}"
        if aim is None:
            return f"{name}: every part of it" if control.id == KNOWN_GOOD else name
        to = f", to {safe(spoken(aim.to, aim.values), 40)}" if aim.to is not None else ""
        now, missing = stands.get(control.id, ("", ""))
        found = (f" · now *{safe(now, 80)}*" if now else "") + (f" · ✗ {safe(missing, 200)}" if missing else "")
        return f"{name}: {safe(told(aim.values), 120)}{to}{found}"
