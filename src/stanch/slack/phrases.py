"""Phrases that several views share: the headline, where it is, who sits where, when the next word is due."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stanch.core.cadence import all_owed, who_speaks
from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.drafting import CALLED
from stanch.core.incident import Incident, Mitigation
from stanch.core.pulls import of_mitigation
from stanch.core.spoken import ROOM
from stanch.core.words import DAY, when_after
from stanch.slack import blocks as b
from stanch.slack.blocks import Block, safe, when
from stanch.slack.directory import Directory

ICONS = {"SEV1": "🔴", "SEV2": "🟠", "SEV3": "🟡", "SEV4": "🔵"}
PRIVATE = "🔒"
VERDICTS = {"green": "✔", "red": "✗", "unknown": "?"}
CUT_THROUGH = re.compile(r"\s*(<[^<>]*|&[a-z]{0,3})…$")
"""What is left of a mention, a moment or an escaped letter at the end of a text that was cut."""
MARKS = {"pulling": "…", "applied": "…", "effective": "✔", "removed": "↩", "kept": "📌", "failed": "✗"}


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a phone shows in its notification, also when it is locked."""

    text: str
    blocks: Sequence[Block]


class Phrases:
    def __init__(self, catalogue: Catalogue, directory: Directory) -> None:
        self._catalogue = catalogue
        self._people = directory

    def headline(self, i: Incident) -> str:
        """Plain text, not escaped."""
        drill = "DRILL · " if i.drill else ""
        lock = f"{PRIVATE} " if i.restricted else ""
        return (
            f"{ICONS.get(i.severity or '', '⚪')} {lock}{drill}{i.name} · {i.severity or 'no severity yet'} · {i.title}"
        )

    def person(self, user: str) -> str:
        """`@alice` as plain text, not escaped."""
        return self._people.name(user)

    def stub(self, i: Incident) -> str:
        """All that outsiders, and locked phones, see of a restricted incident. Plain text, not escaped."""
        drill = "DRILL · " if i.drill else ""
        return f"{PRIVATE} {drill}{i.name} · restricted · commander {self._people.name(i.commander)}{self.merely(i)}"

    def merely(self, i: Incident) -> str:
        """That the commander has not said yes so far."""
        return " (asked)" if i.seating.ask("commander") else ""

    def fallback(self, i: Incident, text: str) -> str:
        """The notification's text: nothing of a restricted incident stands on a locked phone, and of a mention or a
        moment that was cut through nothing does."""
        return safe(self.stub(i), 300) if i.restricted else CUT_THROUGH.sub("…", text)

    def where(self, i: Incident, way: str = "") -> str:
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

    def differs(self, i: Incident) -> str:
        """What differs from the known-good set now; empty when nothing does."""
        shown = []
        for id, good, now in i.differs[:8]:
            # `prompt.back` is what puts it back; what differs is the prompt.
            shown.append(f"{safe(id.partition('.')[0].replace('_', ' '), 40)} {safe(good, 60)} → {safe(now, 60)}")
        more = [f"{len(i.differs) - 8} more"] if len(i.differs) > 8 else []
        since = f" (green since {when(unstamp(i.good_since), '{date_short_pretty} {time}')})" if i.good_since else ""
        return f"*Differs from known-good*  {' · '.join([*shown, *more])}{since}" if shown else ""

    def pulled(self, i: Incident, k: int) -> str:
        """What became of mitigation `k`, in a few words, if it was pulled from here."""
        found = of_mitigation(i.pulls, k)
        if found is None:
            return ""
        step = found[1]
        words = {
            "accepted": "accepted, waiting for effect", "effective": "in effect", "late": "accepted, not in effect",
            "unseen": "accepted, look for yourself",
            "holding": "in effect, held", "unclear": "unclear, may be applied", "changed": "changed by somebody else",
        }.get(step.state, step.state)  # fmt: skip
        shown = step.state in ("effective", "late", "unseen", "unclear", "failed") and step.seen
        return f"{words}: {safe(step.seen, 90)}" if shown else words

    def mitigations(self, i: Incident) -> str:
        """The newest, each with its state; of what was pulled from here, what was seen of it."""
        return "\n".join(self._mitigation(i, m) for m in i.mitigations[-5:])

    def _mitigation(self, i: Incident, m: Mitigation) -> str:
        shown = self.pulled(i, m.k) if m.in_force else ""
        return f"{MARKS.get(m.state, '·')} {m.k} {safe(m.what, 160)} ({shown or m.state})"

    def next_word(self, i: Incident) -> str:
        """When the next words are due, to whom, and from whom; and until when they are paused."""
        until = i.spoken.paused_until
        paused = f"*Updates* paused until {when(unstamp(until), DAY)} · " if until and i.is_open else ""
        return paused + self._next_word(i)

    def _next_word(self, i: Incident) -> str:
        owed = all_owed(i, self._catalogue)
        if not owed:
            return (
                "Next word: no time is owed until a severity is set."
                if i.is_open and not i.severity
                else "No update is owed."
            )
        alone = [one.audience for one in owed] == [ROOM]
        shown = ", ".join(
            f"{when_after(one.due, one.since)}" + ("" if alone else f" to {CALLED[one.audience]}") for one in owed
        )
        put_off = max((i.rhythm.clock(one.audience).snoozed_until for one in owed), default="")
        later = f", put off until {when(unstamp(put_off), '{time}')}" if put_off else ""
        return f"*Next word*  due {shown}, from {safe(self._people.name(who_speaks(i)), 100)}{later}"


def that_fit(lines: Sequence[str], limit: int) -> str:
    """Whole lines only: half a line could be half a date or half an escape."""
    kept, size = [], 0
    for line in lines:
        size += len(line) + 1
        if size > limit:
            break
        kept.append(line)
    return "\n".join(kept)


def sections(lines: Sequence[str], limit: int = 2_900) -> list[Block]:
    """The lines in as many sections as they need: nothing of what moves production may be left out."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if groups[-1] and sum(map(len, groups[-1])) + len(groups[-1]) + len(line) > limit:
            groups.append([])
        groups[-1].append(line)
    return [b.section("\n".join(group)) for group in groups if group]
