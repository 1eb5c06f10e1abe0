"""Time that passes over an incident: what falls due is given as the worker gives it, without waiting."""

from datetime import datetime, timedelta

from stanch.core import commands as c
from stanch.core.forgotten import stale
from stanch.core.hearing import AUDIENCES
from stanch.core.item import NEXT
from stanch.core.reminding import given, instead, meant, too_soon
from tests.fakes.world import DAVE, Tale, minutes

Given = tuple[int, str, int, str]
"""Minutes since the start, about, stage, to (empty: the room)."""


class Days:
    def __init__(self, tale: Tale) -> None:
        self.tale = tale
        self.start = tale.incident.declared_at
        self.given: list[Given] = []
        self.messages: list[tuple[datetime, str, tuple[str, ...]]] = []
        """When each went out, to whom, and about what."""
        self.next = DAVE
        """Who is found on the escalation path."""

    def until(self, end: datetime, *, down_until: datetime | None = None) -> list[Given]:
        """Give everything that falls due up to `end`; nothing before `down_until`, when the bot is up again."""
        first = len(self.given)
        while (one := self._next()) and (at := max(one[0], down_until or one[0])) <= end:
            self._give(one[1], at)
        self.tale.now = max(end, self.tale.now)
        return self.given[first:]

    def minutes(self, count: float, **more: datetime) -> list[Given]:
        return self.until(self.tale.now + minutes(count), **more)

    def _next(self) -> tuple[datetime, str] | None:
        """The earliest that is owed: of each group the newest counts, and each key is given once."""
        newest = {one.group: one for one in self.tale.effects if one.kind == "remind"}
        waiting = [(one.due, one.key) for one in newest.values() if one.key not in self.tale.done and one.due]
        return min(waiting, default=None)

    def _give(self, key: str, at: datetime) -> None:
        """As the performer does: look again, and say it if it still applies."""
        self.tale.done.append(key)
        now = self.tale.now = max(at, self.tale.now)
        i, known = self.tale.incident, self.tale.catalogue
        what = next(one.payload for one in self.tale.effects if one.key == key)
        found = meant(i, known, what)
        if found is None:
            if instead(i, known, what["name"]):
                self.tale.do(c.OweReminder(what["name"]), "stanch", timedelta())
            return
        one = given(i, known, found, now)
        if old := tuple(item for item in one.items if stale(item, now)):
            self.tale.do(c.ReportReminded(old, "", missed=True), "stanch", timedelta())
            return
        to = self.next if one.to == NEXT else one.to
        assert not too_soon(i, to, now), f"{to} was reminded a moment ago"
        self.messages.append((now, to, tuple(item.about for item in one.items)))
        when = round((now - self.start).total_seconds() / 60)
        self.given += [(when, item.about, item.stage, to) for item in one.items]
        self.tale.do(c.ReportReminded(one.items, to), "stanch", timedelta())


def updates(found: list[Given]) -> list[Given]:
    """Those about words."""
    return [one for one in found if one[1] in AUDIENCES]
