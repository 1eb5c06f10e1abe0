"""A pull as the room sees it, in one message: before and after, who may, what it risks; then what becomes of it."""

from datetime import datetime
from typing import Final

from stanch.core.chain import unstamp
from stanch.core.control import Aim, Control, Value
from stanch.core.guards import glass_at, guard
from stanch.core.incident import Incident
from stanch.core.moving import spoken, told, undo_direction
from stanch.core.pulls import Pull, Step, spoken as bare
from stanch.slack import blocks as b, moves
from stanch.slack.blocks import Block, safe, when
from stanch.slack.phrases import Message, Phrases, sections, that_fit

CLOCK: Final = "{time_secs}"
MAY: Final = {
    "less": "This makes the system do *less*: you may do it alone.",
    "back": "This puts it *back*: you may do it alone.",
    "more": "This does *more*: a second person has to agree.",
}
RISKS: Final = 2_900
SEEN, SEEN_OF_MANY = 300, 90
"""Characters of what a plane said; a set has many steps, and Slack's message an end."""
UNDONE: Final = ("effective", "late", "unseen", "holding", "unclear", "accepted")
"""States of a step in which its value may stand there, so that it can be put back."""


class PullViews(Phrases):
    def pull_view(self, i: Incident, pull: Pull, now: datetime) -> Message:
        """`now` (UTC) says whether the glass may be broken. Names are plain text: the view pings nobody."""
        value = f"{i.number}:{pull.p}:{i.seq}"
        blocks = [b.section(self._pull_title(pull)), *self._pull_body(i, pull, now)]
        if buttons := self._pull_buttons(i, pull, value, now):
            blocks.append({**b.actions(buttons), "block_id": f"pull:{value}"})
        return Message(self.fallback(i, f"{safe(pull.name, 100)}: {SPOKEN.get(pull.state, pull.state)}"), blocks)

    def _pull_title(self, pull: Pull) -> str:
        undo = f"Undo of mitigation {pull.undoes}: " if pull.undoes is not None else ""
        asked = f"{safe(self._people.name(pull.by), 100)} {when(unstamp(pull.asked_at))}"
        return f"*{undo}{safe(pull.name, 100)}* · pull {pull.p} · asked by {asked}"

    def _pull_body(self, i: Incident, pull: Pull, now: datetime) -> list[Block]:
        control, aim = self._control(pull)
        match pull.state:
            case "reading":
                return [b.section("Reading how it stands now …")]
            case "unread":
                unread = f"It could not be read, and nothing was sent: {safe(pull.fault, 600)}"
                return [b.section(unread + _hand(control))]
            case "choosing":
                takes = f" It takes {safe(told(aim.values), 600)}." if aim else ""
                return [b.section(f"To which value?{takes}")]
            case "same":
                settle = f" It is back then: `/incident removed {pull.undoes}`." if pull.undoes is not None else ""
                where = "where it should"
                if aim and pull.to is not None and len(pull.controls) == 1:
                    where = f"at *{safe(spoken(pull.to, aim.values), 120)}*"
                return [b.section(f"It stands {where} already; nothing was sent.{settle}")]
            case "cancelled":
                return [b.context("Cancelled; nothing was sent.")]
            case "asking" | "seconding":
                return self._to_confirm(i, pull, control, now)
        return [*sections([self._became(i, pull, step) for step in pull.steps]), *self._around(pull)]

    def _to_confirm(self, i: Incident, pull: Pull, control: Control | None, now: datetime) -> list[Block]:
        """Before and after, how long it takes, the way back, who may; then what to watch out for."""
        one = len(pull.steps) == 1
        does = [safe(control.does, 300)] if control and one and pull.undoes is None else []
        moves = [self._moves(pull, step, alone=one) for step in pull.steps]
        blocks = [*sections([*does, *moves, self._within(pull)]), b.section(self._who_may(i, pull, now))]
        risks = [f"⚠ {safe(step.note, 300)}" for step in pull.steps if step.note]
        if pull.undoes is not None and pull.direction != "less":
            risks.insert(0, "So it stood before this was pulled. Is what hurt users mended?")
        if control and pull.undoes is None:
            risks += [f"*Watch out*  {safe(control.watch_out, 400)}"] if control.watch_out else []
            risks += [f"*Goes with*  {safe(control.pairs_with, 300)}"] if control.pairs_with else []
        risks += [f"⚠ Could not be read, and stays as it is: {safe(pull.fault, 600)}"] if pull.fault else []
        return [*blocks, *([b.section(that_fit(risks, RISKS))] if risks else ())]

    def _moves(self, pull: Pull, step: Step, *, alone: bool) -> str:
        before, to = self._value(pull, step, step.before), self._value(pull, step, step.to)
        changed = self._changed(step)
        if alone:
            goal = ""
            if step.goal is not None and step.goal != step.to:
                goal = f", then step by step to *{self._value(pull, step, step.goal)}*, each held and checked"
            return f"Now *{before}*{changed}   →   will be *{to}*{goal}"
        return f"• {safe(step.name, 80)}  {before}{changed} → *{to}*"

    def _changed(self, step: Step) -> str:
        """Who set the value before and when, where the plane says so. Text from outside."""
        said = [str(step.detail[key]) for key in ("changed_at", "changed_by") if step.detail.get(key)]
        return f" ({safe(', '.join(said), 80)})" if said else ""

    def _within(self, pull: Pull) -> str:
        spans = [c.deadline(pull.service) for s in pull.steps if (c := self._catalogue.controls.get(s.control))]
        within = f"Takes effect within {max(int(one.total_seconds()) for one in spans)} s. " if spans else ""
        if pull.undoes is not None:
            return within.strip() or "How long it takes is not written down."
        backwards = {undo_direction(s.direction) for s in pull.steps}  # type: ignore[arg-type]
        first = pull.steps[0] if len(pull.steps) == 1 else None
        to = f"back to {self._value(pull, first, first.before)}" if first else "each control by itself"
        if "more" in backwards:
            return f"{within}Undo: {to}, which does *more* again and takes two people."
        return f"{within}Undo: one click, {to}."

    def _who_may(self, i: Incident, pull: Pull, now: datetime) -> str:
        needs = guard(i, pull)
        words = MAY[pull.direction]
        if needs.commander:
            words += f" One of the two has to be the commander, {safe(self._people.name(i.commander), 100)},"
            words += " and a check has to be green since."
        if pull.state != "seconding":
            return words
        asked = f"{safe(self._people.name(pull.first or ''), 100)} wants it ({when(unstamp(pull.first_at), CLOCK)})."
        opens = glass_at(i, pull, self._catalogue)
        if opens is None:
            return f"{words}\n{asked} The request stays open."
        if now < opens:
            return f"{words}\n{asked} If nobody answers, they may break the glass at {when(opens, CLOCK)}."
        return f"{words}\n{asked} Nobody answered: they may break the glass, with a reason."

    def _became(self, i: Incident, pull: Pull, step: Step) -> str:
        """One control of what is pulled, in one line."""
        before, to = self._value(pull, step, step.before), self._value(pull, step, step.to)
        alone = len(pull.steps) == 1
        request = f" (request `{safe(step.request_id, 60)}`)" if step.request_id and not alone else ""
        seen = safe(step.seen, SEEN if alone else SEEN_OF_MANY)
        match step.state:
            case "pulling":
                became = "… sending" if pull.saved else "… saving the settings first"
            case "accepted":
                until = f" until {when(unstamp(step.until), CLOCK)}" if step.until else ""
                at = f" {when(unstamp(step.accepted_at), CLOCK)}" if step.accepted_at else ""
                became = f"… accepted{at}{request} · waiting for effect{until}"
            case "effective":
                became = f"✔ in effect: {seen}{request}"
            case "holding":
                goal = self._value(pull, step, step.goal)
                became = f"✔ in effect: {seen} · held and checked on the way to {goal}"
            case "late":
                became = f"⚠ accepted, but not in effect in its time: {seen}{request}"
            case "unseen":
                became = f"✔ accepted; whether it is in effect cannot be seen from here: {seen}{request}"
            case "failed":
                became = f"✗ failed: {seen}{request}"
            case "unclear":
                became = f"⚠ unclear, it may have been applied: {seen}{request}"
            case "changed":
                found = self._value(pull, step, step.found)
                became = f"⚠ somebody else set it to {found} meanwhile, so nothing was sent. Read it again and decide."
            case _:
                became = "✔ stood there already"
        if pull.undoes is None and any(m.k == step.k and m.state == "removed" for m in i.mitigations):
            became += "\n↩ put back since"
        name = "" if alone else f"*{safe(step.name, 80)}*  "
        return f"{name}{before} → *{to}*\n{became}"

    def _around(self, pull: Pull) -> list[Block]:
        """Who pulled it, and what was saved before."""
        by = f"Pulled by {safe(self._people.name(pull.confirmed_by), 100)} {when(unstamp(pull.confirmed_at), CLOCK)}"
        by += f", asked for by {safe(self._people.name(pull.first), 100)}: both agreed" if pull.first else ""
        by += f", alone, breaking the glass: {safe(pull.glass, 500)}" if pull.glass else ""
        by += f" · request `{safe(pull.steps[0].request_id, 60)}`" if _requested(pull) else ""
        saved = "The service's settings were saved before." if pull.saved else "The settings are being saved."
        saved += f" Not saved: {safe(', '.join(pull.missing), 500)}." if pull.missing else ""
        saved += f" Evidence held: {safe(', '.join(pull.held), 500)}." if pull.held else ""
        saved += f" Could not be read, and was left as it is: {safe(pull.fault, 600)}." if pull.fault else ""
        return [b.context(by), b.context(saved)]

    def _pull_buttons(self, i: Incident, pull: Pull, value: str, now: datetime) -> list[Block]:
        if not i.is_open and pull.undoes is None and pull.state != "done":
            return []
        dry, cancel = b.button("Dry run", "pull:dry", value), b.button("Cancel", "pull:cancel", value)
        aim = self._control(pull)[1]
        may_choose = pull.undoes is None and len(pull.controls) == 1 and aim is not None
        label = "Choose a value…" if pull.state == "choosing" else "Another value…"
        choose = [b.button(label, "pull:value", value)] if may_choose else []
        again = b.button("Read again", "pull:again", value)
        match pull.state:
            case "reading":
                return [cancel]
            case "unread":
                return [again, cancel]
            case "choosing":
                return [*choose, cancel]
            case "same":
                return [again, *choose]
            case "asking":
                alone = "Pull it" if pull.undoes is None else "Put it back"
                label = "Ask a second person" if guard(i, pull).two else alone
                return [b.button(label, "pull:confirm", value, style="primary"), dry, *choose, cancel]
            case "seconding":
                opens = glass_at(i, pull, self._catalogue)
                glass = b.button("Break the glass…", "pull:glass", value, style="danger")
                broken = [glass] if opens is not None and now >= opens else []
                return [b.button("Agree", "pull:agree", value, style="primary"), *broken, dry, cancel]
            case "pulling" | "done":
                return self._after(i, pull, value)
        return []

    def _after(self, i: Incident, pull: Pull, value: str) -> list[Block]:
        states = {step.state for step in pull.steps}
        buttons = []
        if "late" in states:
            buttons.append(b.button("Check again", "pull:again", value))
        elif "unseen" in states and len(pull.steps) == 1 and pull.undoes is None:
            buttons.append(moves.button("took_effect", f"{i.number}:{pull.p}:{i.seq}"))
        elif "unclear" in states:
            buttons.append(b.button("Look again", "pull:again", value, style="primary"))
        elif states & {"failed", "changed"} and not states & {"effective", "holding", "accepted", "pulling"}:
            buttons.append(b.button("Read again", "pull:again", value))
        back = [step for step in pull.steps if step.state in UNDONE and self._stands(i, step)]
        if len(back) == 1:
            label = "Undo" if len(pull.steps) == 1 else f"Undo: {back[0].name}"
            buttons.append(b.button(label, "pull:undo", f"{i.number}:{pull.p}:{back[0].k}"))
        elif back:
            options = [b.option(f"{step.k} · {step.name}", f"{i.number}:{pull.p}:{step.k}") for step in back[:100]]
            buttons.append(b.menu("pull:undo", "Undo one of them", [("Put back", options)]))
        return buttons

    def _stands(self, i: Incident, step: Step) -> bool:
        mitigation = next((m for m in i.mitigations if m.k == step.k), None)
        undone = any(one.undoes == step.k and one.state in ("asking", "seconding", "pulling") for one in i.pulls)
        return mitigation is not None and mitigation.state not in ("removed", "failed", "pulling") and not undone

    def _control(self, pull: Pull) -> tuple[Control | None, Aim | None]:
        control = self._catalogue.controls.get(pull.control)
        return control, control.aim(pull.service) if control else None

    def _value(self, pull: Pull, step: Step, value: Value | None) -> str:
        """As its file speaks of it; escaped, for a plane may say anything."""
        control = self._catalogue.controls.get(step.control)
        aim = control.aim(pull.service) if control else None
        return safe(bare(value) if aim is None or value is None else spoken(value, aim.values), 120)


SPOKEN: Final = {
    "reading": "reading", "unread": "could not be read", "choosing": "to which value?", "same": "stands there already",
    "asking": "before and after; confirm it", "seconding": "a second person has to agree", "pulling": "being pulled",
    "done": "see what became of it", "cancelled": "cancelled",
}  # fmt: skip
"""State of a pull → what a phone shows of it."""


def _requested(pull: Pull) -> bool:
    return len(pull.steps) == 1 and bool(pull.steps[0].request_id)


def _hand(control: Control | None) -> str:
    return f"\n*By hand*  {safe(control.by_hand, 600)}" if control else ""
