"""What shows that users get a value, asked of another plane than the one that was moved: `shown_by` in controls.yml.

`http`: any answer of the application; `prometheus`: a query; `ofrep`: a flag's evaluation (OpenFeature Remote
Evaluation Protocol 0.3.0). Each must show it, beside what the control's own plane shows.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ValidationError

from stanch.controls.base import Planes, Proof
from stanch.controls.fault import PlaneFault, unusable
from stanch.controls.http_proof import prove as answers
from stanch.controls.ofrep import FlagProof, evaluated
from stanch.controls.prometheus import QueryProof, counted
from stanch.controls.targets import HttpProbe
from stanch.core.control import NOTHING, Aim, Shown, Value

PROOFS: Final[Mapping[str, type[BaseModel]]] = {"http": HttpProbe, "prometheus": QueryProof, "ofrep": FlagProof}
"""Kind of the plane that is asked → what `how` may say there."""


async def proved(
    planes: Planes,
    aim: Aim,
    value: Value,
    *,
    since: datetime,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Proof:
    """What the control's own plane shows, and what `shown_by` does. Raises `PlaneFault`.

    Where the plane has nothing but its own word, the others decide; where one says no, it is not in effect.
    """
    own = await planes.of(aim).probe(aim, value, since=since)
    if own.effective is False or not aim.shown_by or (own.effective is None and not own.final):
        return own
    found = [await _shown(planes, one, aim, value, since, clock()) for one in aim.shown_by]
    found += [own] if own.effective else []
    worst = next((one for one in found if one.effective is False), None)
    unsure = next((one for one in found if one.effective is None), None)
    if worst or unsure:
        return worst or unsure or own
    return Proof(True, "; ".join(one.seen for one in found))


async def lacking(planes: Planes, aim: Aim) -> str:
    """Which of the planes that show it cannot be read, and why; empty when all can. Asked once, whatever it says."""
    value = aim.to if aim.to is not None else next(iter(aim.values.choices), NOTHING)
    now = datetime.now(UTC)
    for one in aim.shown_by:
        try:
            # As if it had been pulled long ago: no window keeps it from being asked.
            await _shown(planes, one, aim, value, now - timedelta(days=1), now)
        except PlaneFault as fault:
            return f"what shows it cannot be read: {fault}".rstrip(".")
    return ""


async def _shown(planes: Planes, shown: Shown, aim: Aim, value: Value, since: datetime, now: datetime) -> Proof:
    wire = planes.wire(shown.plane, "look for yourself")
    try:
        how = PROOFS[wire.plane.kind].model_validate(shown.how)
    except ValidationError as wrong:
        raise unusable(wrong) from None
    if isinstance(how, QueryProof):
        return await counted(wire, how, aim, value, since, now)
    if isinstance(how, FlagProof):
        return await evaluated(wire, how, value)
    assert isinstance(how, HttpProbe)
    return await answers(wire, how, aim, value, value, since)
