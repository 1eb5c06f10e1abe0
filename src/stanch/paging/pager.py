"""Wakes people, and lets them be: the performer of `page`."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from stanch.core import commands as c, seat_commands as sc
from stanch.core.catalogue import Catalogue
from stanch.core.chase import awaited
from stanch.core.incident import Incident
from stanch.core.text import cut, one_line
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.paging.base import Action, Call, CallFault, Way
from stanch.store.outbox import Owed

WHAT: Final = "wake people"
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
        self._ways = ways
        self._reach = reach
        self._link = link
        self._through: set[tuple[str, str]] = set()
        """Effect and way: what came through by one way is not sent again while another is tried."""

    async def perform(self, owed: Owed, i: Incident | None) -> Outcome:
        if i is None:
            return Cancelled("its incident is gone")
        action, step = cast(Action, owed.payload["action"]), int(owed.payload["step"])
        if i.drill:
            return Cancelled("a drill wakes nobody")
        if action == "trigger" and not owed.ambiguous and owed.attempts <= 1 and not awaited(i, self._catalogue):
            return Cancelled("everybody who is needed has answered")
        if not self._ways:
            return Done(reports=(sc.ReportNoPager(),)) if action == "trigger" else Cancelled("no paging is set up")
        call = self.call(i, action, step, owed.payload)
        failed: list[CallFault] = []
        for way in self._ways:
            if (owed.key, way.name) in self._through:
                continue
            try:
                await way.send(call)
            except CallFault as fault:
                failed.append(fault)
            else:
                self._through.add((owed.key, way.name))
        return self._outcome(owed, action, step, failed)

    def _outcome(self, owed: Owed, action: Action, step: int, failed: Sequence[CallFault]) -> Outcome:
        through = tuple(way.name for way in self._ways if (owed.key, way.name) in self._through)
        again = [fault for fault in failed if not fault.permanent]
        if again:
            said = "; ".join(map(str, again))
            wait = max((fault.after or 0.0 for fault in again), default=0.0)
            reports = (c.ReportTrouble(f"{WHAT} yet: call them by phone. I go on trying", said, "page"),)
            told = reports if owed.attempts == SAID_AFTER and action == "trigger" else ()
            if any(fault.sent for fault in again):
                return Unclear(said, told)
            after = max(wait, min(SLOWEST, 0.5 * 2 ** min(owed.attempts, 6)))
            return Later(said, after, unclear=owed.ambiguous, reports=told)
        self._through -= {(owed.key, way.name) for way in self._ways}
        whole: tuple[c.Command, ...] = (sc.ReportPaged(action, step, through),) if through else ()
        trouble = tuple(c.ReportTrouble(WHAT, str(fault), "page") for fault in failed)
        if not through:
            return Buried("; ".join(map(str, failed)), WHAT, trouble)
        return Done(reports=(*whole, *trouble))

    def call(self, i: Incident, action: Action, step: int, about: dict[str, Any]) -> Call:
        """Nothing of a restricted incident stands in what other systems keep."""
        service = self._catalogue.service(i.service) if i.service else None
        title = "restricted, see Slack" if i.restricted else one_line(i.title, 200)
        people = tuple(self._reach(str(user)) for user in about.get("users") or ())
        return Call(
            action=action,
            key=f"stanch-inc-{i.number}-{step + 1}",
            summary=cut(f"{i.severity} {i.name}: {title}", 1_000),
            severity=i.severity or "SEV2",
            service=service.name if service else i.service or "",
            people=people,
            url=self._link(i),
            klass="" if i.restricted else i.klass or "",
            drill=i.drill,
        )
