"""Fresh answers to be judged: the tally in the room, and one redacted answer at a time in a form for one person."""

from typing import Final

from stanch.core.checking import VERDICTS
from stanch.core.harm import better
from stanch.core.incident import Incident
from stanch.core.sample import at_least, at_most, percent
from stanch.core.walks import Sample
from stanch.slack import blocks as b, forms, moves
from stanch.slack.blocks import Block, safe
from stanch.slack.phrases import Message, Phrases

Shown = tuple[str, str, str]
"""A sampled answer: the question, the answer, and facts about it; redacted, and data all the same."""
LABELS: Final = {"good": "Good", "bad": "Bad", "unclear": "Can't tell"}
STYLES: Final = {"good": "primary", "bad": "danger"}
ABOUT: Final = "sample"
"""Callback id of the form in which answers are judged."""


class SampleViews(Phrases):
    def sample_view(self, i: Incident, sample: Sample) -> Message:
        service = self._catalogue.service(sample.service)
        of = f" of {safe(service.name if service else sample.service, 100)}" if sample.service else ""
        head = f"*Sample {sample.s}* · {len(sample.ids) or sample.n} fresh answers{of}"
        value = f"{i.number}:{sample.s}"
        blocks = [b.section(f"{head}\n{self._tally(sample)}")]
        if sample.judges:
            names = ", ".join(self._people.name(user) for user in sample.judges[:20])
            blocks.append(b.context(f"Judged by {safe(names, 600)}"))
        if sample.state == "judging" and i.is_open:
            buttons = [b.button("Judge answers", "sample:open", value, style="primary")]
            counted = sample.count("good") + sample.count("bad")
            buttons += [b.button("Count what is judged", "sample:end", value)] if counted else []
            blocks.append({**b.actions(buttons), "block_id": f"sample:{value}:{i.seq}"})
        elif sample.state == "over" and i.phase == "mitigate":
            # Too few, or too many bad ones: then more answers are what is needed.
            name = "contained" if better(i, *i.judged) else "sample"
            blocks.append(b.actions([moves.button(name, f"{value}:{i.seq}")]))
        elif sample.state == "failed" and i.is_open:
            blocks.append(b.actions([moves.button("sample", f"{value}:{i.seq}"), moves.button("judged", value)]))
        return Message(self.fallback(i, f"Sample {sample.s}: {sample.state}"), blocks)

    def _tally(self, sample: Sample) -> str:
        if sample.state == "drawing":
            return "Drawing them now …"
        if sample.state == "failed":
            why = safe(sample.fault, 300) or "there were no fresh answers"
            return f"They could not be drawn: {why}. Judge answers by hand, or draw again."
        good, bad, unclear = (sample.count(one) for one in VERDICTS)
        rest = f", {unclear} cannot be told" if unclear else ""
        judged = f"{len(sample.verdicts)} of {len(sample.ids)} judged: {good} good, {bad} bad{rest}"
        if not good + bad:
            return judged + "."
        low, high = at_least(good + bad, bad), at_most(good + bad, bad)
        over = " It is counted." if sample.state == "over" else ""
        return f"{judged}. Between {percent(low)} and {percent(high)} of all answers may be bad.{over}"


def next_answer(sample: Sample, user: str) -> str | None:
    """The answer that this person judges next; several people begin at different ones."""
    judged = {answer for answer, _ in sample.verdicts}
    left = [answer for answer in sample.ids if answer not in judged]
    return left[sum(user.encode()) % len(left)] if left else None


def waiting(about: str) -> Block:
    """The form while the answer is fetched."""
    return _form(about, [b.section("Fetching the answer …")])


def judging(number: int, sample: Sample, answer: str, shown: Shown | None, about: str) -> Block:
    """One answer with its verdicts; one that is gone can only be passed over."""
    done = f"{len(sample.verdicts) + 1} of {len(sample.ids)} · sample {sample.s} · `{safe(answer, 80)}`"
    names = VERDICTS if shown else ("unclear",)
    value = f"{number}:{sample.s}:{answer}"
    buttons = [b.button(LABELS[n], f"sample:judge:{n}", value, style=STYLES.get(n)) for n in names]
    if shown is None:
        return _form(about, [b.context(done), b.section("This answer is not there any more."), b.actions(buttons)])
    question, text, meta = shown
    parts = [b.context(done), b.section("*A user asked*"), b.words(question or "(nothing)")]
    parts += [b.section("*It was answered*"), b.words(text or "(nothing)")]
    parts += [b.context(safe(meta, 600))] if meta else []
    return _form(about, [*parts, b.actions(buttons)])


def finished(text: str, about: str) -> Block:
    return _form(about, [b.section(text)])


def _form(about: str, parts: list[Block]) -> Block:
    return {
        "type": "modal", "callback_id": ABOUT, "title": b.plain("Judge answers", 24), "close": b.plain("Done", 24),
        "private_metadata": about, "blocks": parts,
    }  # fmt: skip


def metadata(i: Incident, s: int, channel: str | None) -> str:
    return forms.packed({"number": i.number, "channel": channel, "s": s})
