"""A runbook as the room sees it: only where people stand, what was decided before, and every way on as a button."""

from collections.abc import Sequence
from typing import Final

from stanch.core import screen
from stanch.core.catalogue import Klass, Service
from stanch.core.chain import unstamp
from stanch.core.checking import measured
from stanch.core.control import Control
from stanch.core.incident import Incident
from stanch.core.phases import makes_sense
from stanch.core.pulls import Step
from stanch.core.roles import ROLES, Role
from stanch.core.runbook import Node, Tree, about
from stanch.core.walking import standing, ways
from stanch.core.walks import Walk
from stanch.slack import blocks as b, moves, reach
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import VERDICTS, Message, Phrases, sections

DIRECTIONS: Final = {"less": "does less", "back": "puts it back", "more": "does more: two people"}
STANDS: Final = {
    "pulling": "… being pulled", "accepted": "… accepted, waiting for effect", "effective": "✔ in effect",
    "holding": "✔ in effect, held", "late": "⚠ accepted, not in effect",
    "unseen": "✔ accepted, look for yourself", "failed": "✗ failed",
    "unclear": "⚠ unclear, it may be applied", "changed": "⚠ somebody else changed it", "same": "✔ stood there already",
}  # fmt: skip
"""State of a pulled control → what stands beside it."""
OFFERED: Final = 20
"""Controls of one step that have a button; a row holds 25, and the ways on need some."""


class RunbookViews(Phrases):
    def runbook_view(self, i: Incident, entry: int) -> Message:
        """The runbook that entry `entry` opened: one line only where it goes on below."""
        found = standing(i, self._catalogue)
        if entry != i.runbook_at:
            return self._one_line(i, "The runbook goes on below.")
        sheet = self._catalogue.klass(i.walks[-1].klass) if i.walks else None
        if found is None or sheet is None or sheet.tree is None:
            return self._one_line(i, "The file of this runbook has changed under it. `/incident runbook` begins anew.")
        walk, node = found
        step = len(walk.path) + 1
        head = safe(screen.header(sheet, step, about(sheet.tree)), 200)
        blocks = [b.section(f"*{head}*")]
        if walk.path:
            blocks.append(b.context("\n".join(self._before(walk))))
        blocks += self._screen(i, sheet, sheet.tree, walk, node)
        return Message(self.fallback(i, f"{head}: {safe(node.text, 300)}"), blocks)

    def _one_line(self, i: Incident, text: str) -> Message:
        return Message(self.fallback(i, text), [b.context(text)])

    def _before(self, walk: Walk) -> list[str]:
        """The last decisions, each with who made it and when; those before are counted."""
        earlier = len(walk.path) - screen.REMEMBERED
        lines = [
            f"✓ {safe(went.said, 80)} ({safe(self._people.name(went.by), 60)}, {when(unstamp(went.at))})"
            for went in walk.path[-screen.REMEMBERED :]
        ]
        return [f"✓ {earlier + 1} earlier steps", *lines[1:]] if earlier > 0 else lines

    def _screen(self, i: Incident, sheet: Klass, tree: Tree, walk: Walk, node: Node) -> list[Block]:
        controls = self._in_order(i, tree, walk, node)
        look = [f"• {safe(one, 400)}" for one in node.look[:20]]
        asked = [f"*{safe(node.text, 1_200)}*", *self._beside(i, sheet, node)]
        blocks = sections([*asked, *(["_Look at_", *look] if look else [])])
        if controls:
            blocks += sections([self._control_line(i, control) for control in controls])
        onward = ways(node, walk.tried)
        if not i.is_open:
            return blocks
        value = f"{i.number}:{walk.step}"
        here = self._here(i, node, controls, value)
        out = [
            b.button(label, f"walk:choose:{n}", f"{value}:{to}|{label[:300]}", confirm=self._sure(i, to))
            for n, (label, to) in enumerate(onward)
        ]
        done_here = node.kind == "pull" and any(self._newest(i, control.id) for control in controls)
        if out and node.kind != "ask" and (done_here or not here):
            out[0]["style"] = "primary"
        back = [b.button("← Back", "walk:back", value)] if walk.path or len(i.walks) > 1 else []
        rows = [here, [*out[:20], *back]] if here else [[*out[:24], *back]]
        for n, row in enumerate(row for row in rows if row):
            blocks.append({**b.actions(row), "block_id": f"walk:{value}:{i.seq}:{n}"})
        return blocks

    def _sure(self, i: Incident, to: str) -> Block | None:
        """Before the room is left for a private one: that cannot be taken back."""
        sheet = self._catalogue.klass(to.removeprefix("tree:")) if to.startswith("tree:") else None
        if sheet is None or not sheet.restricted or i.restricted:
            return None
        text = (
            f"It becomes restricted, of class {sheet.name}: it goes on in a private room, and this one is made neutral."
        )
        return b.sure("Restrict it?", f"{text} What was done stays.", "Restrict it", "Not now")

    def _here(self, i: Incident, node: Node, controls: Sequence[Control], value: str) -> list[Block]:
        """What can be done at this step: pull, by hand too, or measure."""
        if node.kind == "pull":
            usable = [control for control in controls if i.klass not in control.never_in]
            buttons = [self._pull_button(i, control, f"{i.number}:{i.seq}") for control in usable[:OFFERED]]
            wired = [one for one in buttons if one["action_id"].startswith("pull:start")]
            if wired and not any(self._newest(i, control.id) for control in controls):
                wired[0]["style"] = "primary"
            return buttons
        if node.kind not in ("check", "end"):
            return []
        names = ["check"] if node.by or measured(i, self._catalogue) else []
        names += ["sample"] if node.kind == "check" and reach.can_sample(i, self._catalogue) else []
        names += ["watch"] if node.kind == "end" and i.phase == "resolve" else []
        names = [name for name in names if makes_sense(i, name)]
        return [moves.button(name, f"{value}:{i.seq}", first=n == 0) for n, name in enumerate(names)]

    def _pull_button(self, i: Incident, control: Control, value: str) -> Block:
        if reach.wired(i, control, self._catalogue):
            return b.button(
                f"Pull: {control.called(i.service)}", f"pull:start:{control.id}"[:255], f"{value}:{control.id}"
            )
        return b.button(
            f"Pulled by hand: {control.called(i.service)}", f"pull:hand:{control.id}"[:255], f"{value}:{control.id}"
        )

    def _in_order(self, i: Incident, tree: Tree, walk: Walk, node: Node) -> list[Control]:
        """The controls of this step; the one that the choice before points at leads, else what is known to differ."""
        known = [found for id in node.controls if (found := self._catalogue.controls.get(id))]
        came = walk.path[-1] if walk.path else None
        asked = tree.nodes.get(came.node) if came else None
        leads = next((c.leads for c in asked.choices if came and c.label == came.said), "") if asked else ""
        differs = {control for control, _, _ in i.differs}
        return sorted(known, key=lambda control: 0 if control.id == leads else 1 if control.id in differs else 2)

    def _control_line(self, i: Incident, control: Control) -> str:
        """What it does, which way, how fast; or how it is done by hand; and how it stands here."""
        name, state = f"*{safe(control.called(i.service), 80)}*", self._stands_at(i, control.id)
        shown = f" · {state}" if state else ""
        if i.klass in control.never_in:
            return f"{name} is never pulled in {safe(str(i.klass), 60)}: its file says so."
        if not reach.wired(i, control, self._catalogue):
            return f"{name}{shown} is not wired for this service. By hand: {safe(self._by_hand(i, control), 400)}"
        seconds = int(control.deadline(i.service).total_seconds())
        return f"{name}{shown}  {safe(control.does, 200)} _({DIRECTIONS[control.direction]}, {seconds} s)_"

    def _by_hand(self, i: Incident, control: Control) -> str:
        aim = control.aim(i.service)
        return (aim.by_hand if aim else "") or control.by_hand

    def _stands_at(self, i: Incident, control: str) -> str:
        step = self._newest(i, control)
        if step is None:
            return ""
        undone = any(m.k == step.k and m.state == "removed" for m in i.mitigations)
        return "↩ undone" if undone else STANDS.get(step.state, "")

    def _newest(self, i: Incident, control: str) -> Step | None:
        """What was pulled of it last in this incident, undoing aside."""
        return next(
            (s for p in reversed(i.pulls) if p.undoes is None for s in p.steps if s.control == control and s.k), None
        )

    def _beside(self, i: Incident, sheet: Klass, node: Node) -> list[str]:
        """What Stanch can read by itself: measured checks, what differs, who is called."""
        if node.kind in ("check", "end"):
            ids = node.by or (sheet.closure if node.kind == "end" else ())
            return [self._measured(i, id) for id in ids[:20]]
        if node.kind in ("ask", "do"):
            ran = [one.check for one in i.checks if one.check in sheet.closure][:6]
            differs = self.differs(i)
            return [*([differs] if differs else ()), *(self._measured(i, id) for id in ran)]
        if node.kind == "call":
            return [self._called(i, node)]
        return []

    def _measured(self, i: Incident, id: str) -> str:
        """One check with its verdict, value and age; what was not measured is unknown, never fine."""
        check = self._catalogue.checks.get(id)
        name = safe(check.name if check else id, 80)
        last = next((one for one in i.checks if one.check == id), None)
        good, bad = i.judged
        if id == reach.SAMPLE and good + bad:
            return f"⚖ {name}: {bad} bad of {good + bad} judged since the last mitigation"
        if last:
            age = when(unstamp(last.at), "{time_secs}")
            return f"{VERDICTS.get(last.verdict, '?')} {name}: *{last.verdict}*, {safe(last.seen, 200)} ({age})"
        if check and not check.probe(i.service):
            hand = f": {safe(check.by_hand, 200)}" if check.by_hand else ""
            return f"? {name}: people look{hand} _({safe(check.passes, 200)})_"
        passes = f" _(passes when: {safe(check.passes, 200)})_" if check else ""
        return f"? {name}: unknown, not measured yet{passes}"

    def _called(self, i: Incident, node: Node) -> str:
        """Who is meant, by name: those who hold the seats, else those whose service it is."""
        service = self._catalogue.service(i.service) if i.service else None
        roles = node.roles or tuple(ROLES)
        parts = []
        for role in roles:
            holder = i.seats.get(role)
            names = [self._people.name(holder)] if holder else [f"@{one}" for one in _owners(service, role)]
            parts.append(f"{ROLES[role]}: {safe(', '.join(names[:5]), 200) or 'nobody yet'}")
        return " · ".join(parts)


def _owners(service: Service | None, role: Role) -> tuple[str, ...]:
    return tuple(service.owners.get(role) or ()) if service else ()
