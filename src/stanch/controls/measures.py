"""Measuring checks and drawing answers for an incident."""

import asyncio
from datetime import timedelta

from stanch.controls.base import PlaneFault
from stanch.controls.checks import Checks
from stanch.controls.samples import Samples
from stanch.core import commands as c
from stanch.core.chain import unstamp
from stanch.core.check import Result
from stanch.core.checking import BETWEEN
from stanch.core.incident import OPEN, Incident
from stanch.flows.deliver import Cancelled, Done, Later, Outcome
from stanch.flows.desk import Desk
from stanch.store import known_good
from stanch.store.outbox import Owed

LONGEST = 15.0
"""Seconds after which a check that has not answered is unknown."""
DRAWN_FROM = timedelta(minutes=15)
"""How far back answers are fresh, if nothing was pulled since."""
SAMPLE = "sample"


class Measures:
    def __init__(self, desk: Desk, checks: Checks, samples: Samples) -> None:
        self._desk = desk
        self._checks = checks
        self._samples = samples

    async def check(self, owed: Owed, i: Incident) -> Outcome:
        """Once, or again and again while its watch goes on; of a watch only what changed is recorded."""
        if owed.payload.get("facts"):
            return await self._facts(owed, i)
        payload = (owed.event.payload if owed.event else None) or {}
        asked, until = int(owed.payload["asked"]), str(payload.get("until") or "")
        if until and (i.watch is None or i.watch.asked != asked or i.phase not in OPEN):
            return Cancelled("it is not watched any more")
        results = await self.measured(tuple(payload.get("ids") or ()), i.service)
        over = not until or self._desk.clock() >= unstamp(until)
        known = {one.check: one.verdict for one in i.checks}
        if not over and all(known.get(one.check) == one.verdict for one in results):
            return Later("nothing has changed", BETWEEN.total_seconds())
        return Done(reports=(c.ReportChecks(asked, results, over),))

    async def _facts(self, owed: Owed, i: Incident) -> Outcome:
        """What stands beside the runbook's questions: its class's checks, those that only look."""
        sheet = self._desk.catalogue.klass(i.walks[-1].klass) if i.walks else None
        wanted = sheet.closure if sheet else ()
        known = ((one, self._desk.catalogue.checks.get(one)) for one in wanted)
        ids = tuple(id for id, check in known if check and check.is_passive(i.service))
        if not ids:
            return Cancelled("nothing is measured by looking")
        return Done(
            reports=(c.ReportChecks(int(owed.payload["asked"]), await self.measured(ids, i.service), quiet=True),)
        )

    async def measured(self, ids: tuple[str, ...], service: str | None) -> tuple[Result, ...]:
        return tuple(await asyncio.gather(*(self._one(one, service) for one in ids)))

    async def _one(self, id: str, service: str | None) -> Result:
        check = self._desk.catalogue.checks.get(id)
        if check is None:
            return Result(id, "unknown", "it is not in the catalogue any more")
        try:
            async with asyncio.timeout(LONGEST):
                return await self._checks.measure(check, service)
        except TimeoutError:
            return Result(id, "unknown", f"no answer within {LONGEST:.0f} s")

    async def sample(self, owed: Owed, i: Incident) -> Outcome:
        """Fresh answers, from after the last pull if there was one; kept redacted for those who judge."""
        s = int(owed.payload["s"])
        sample = next((one for one in i.samples if one.s == s), None)
        if sample is None or sample.state != "drawing":
            return Cancelled("it is not waited for any more")
        check = self._desk.catalogue.checks.get(SAMPLE)
        probe = check.probe(sample.service) if check else None
        if probe is None:
            return Done(reports=(c.ReportSample(s, (), f"no answers can be read for {sample.service}: judge by hand"),))
        now = self._desk.clock()
        pulled = max((unstamp(one.confirmed_at) for one in i.pulls if one.confirmed_at), default=now - DRAWN_FROM)
        try:
            found = await self._samples.draw(probe, sample.n, max(pulled, now - DRAWN_FROM))
        except PlaneFault as fault:
            return Done(reports=(c.ReportSample(s, (), str(fault)),))
        if not found:
            return Done(reports=(c.ReportSample(s, (), "there is no answer since the last pull yet"),))
        answers = [(one.id, one.question, one.answer, one.meta) for one in found]
        return Done(
            reports=(c.ReportSample(s, tuple(one.id for one in found)),),
            record=lambda db: known_good.keep_answers(db, i.number, s, answers, now.timestamp()),
        )
