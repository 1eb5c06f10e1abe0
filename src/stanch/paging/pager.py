"""Wakes people, and lets them be: the performer of `page`."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from stanch.core import commands as c, seat_commands as sc
from stanch.core.catalogue import Catalogue
from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.text import cut, one_line
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.paging.base import Action, Call, CallFault, Way
from stanch.store import outbox
from stanch.store.outbox import Owed

WHAT: Final = {
    "trigger": "wake people", "acknowledge": "say that people are awake", "resolve": "end the page",
}  # fmt: skip
SLOWEST: Final = 30.0
"""Seconds between two tries at the most."""
SAID_AFTER: Final = 4
"""Tries after which the room hears that it does not come through; it goes on being tried."""


class Pager:
    def __init__(
        self,
        catalogue: Catalogue,
        ways: Sequence[Way],
        reach: Callable[[str], str],
        link: Callable[[Incident], str],
    ) -> None:
        """`reach` gives the e-mail address of a user, or their name; `link` the address of the incident's room."""
        self._catalogue = catalogue
        self._ways = {way.name: way for way in ways}
        self._reach = reach
        self._link = link

    async def perform(self, owed: Owed, i: Incident | None) -> Outcome:
        if i is None:
            return Cancelled("its incident is gone")
        action = cast(Action, owed.payload["action"])
        page = i.seating.page(int(owed.payload.get("page") or 1))
        if i.drill:
            return Cancelled("a drill wakes nobody")
        if action == "trigger" and (page is None or page.state != "trigger"):
            # What may have gone out all the same is ended by what is owed after it, by the same key.
            return Cancelled("everybody who is needed has answered, or it is over")
        if not self._ways:
            return Done(reports=(sc.ReportNoPager(),)) if action == "trigger" else Cancelled("no paging is set up")
        name = str(owed.payload.get("way") or "")
        if not name and len(self._ways) > 1:
            return self._one_each(owed)
        way = self._ways.get(name) if name else next(iter(self._ways.values()))
        if way is None:
            return Cancelled(f"{name} is not set up any more")
        return await self._send(way, owed, i, action)

    def _one_each(self, owed: Owed) -> Outcome:
        """Each way in a lane of its own: one that is away holds up no other."""
        each = [
            Effect(f"{owed.key}/{name}", "page", f"{owed.lane}/{name}", {**owed.payload, "way": name})
            for name in self._ways
        ]
        return Done(record=lambda db: outbox.owe(db, owed.incident, each, owed.intent_at))

    async def _send(self, way: Way, owed: Owed, i: Incident, action: Action) -> Outcome:
        step, n = int(owed.payload["step"]), int(owed.payload.get("page") or 1)
        page = i.seating.page(n)
        try:
            await way.send(self.call(i, action, n, owed.payload))
        except CallFault as fault:
            what = WHAT[action] + (f" by {way.name}" if len(self._ways) > 1 else "")
            if fault.permanent:
                return Buried(str(fault), what, (c.ReportTrouble(what, str(fault), "page"),))
            taken = page is not None and page.taken
            rest = "yet, another way has; I go on trying" if taken else "yet: call them by phone. I go on trying"
            say = owed.attempts == SAID_AFTER and action == "trigger"
            told = (c.ReportTrouble(f"{what} {rest}", str(fault), "page"),) if say else ()
            if fault.sent:
                return Unclear(str(fault), told)
            after = max(fault.after or 0.0, min(SLOWEST, 0.5 * 2 ** min(owed.attempts, 6)))
            return Later(str(fault), after, unclear=owed.ambiguous, reports=told)
        return Done(reports=(sc.ReportPaged(action, step, (way.name,), n),))

    def call(self, i: Incident, action: Action, n: int, about: dict[str, Any]) -> Call:
        """Nothing of a restricted incident stands in what other systems keep. `n`: of the page in its incident."""
        service = self._catalogue.service(i.service) if i.service else None
        title = "restricted, see Slack" if i.restricted else one_line(i.title, 200)
        people = tuple(self._reach(str(user)) for user in about.get("users") or ())
        return Call(
            action=action,
            # Other installations have an incident of this number too.
            key=f"stanch-inc-{i.number}-{int(i.declared_at.timestamp())}-{n}",
            summary=cut(f"{i.severity} {i.name}: {title}", 1_000),
            severity=i.severity or "SEV2",
            service=service.name if service else i.service or "",
            people=people,
            url=self._link(i),
            klass="" if i.restricted else i.klass or "",
            drill=i.drill,
        )
