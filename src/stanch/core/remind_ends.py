"""When reminders that were given lose their buttons: what they asked for was said, or the incident is over."""

from collections.abc import Iterator

from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.reminding import LOWEST


def over(before: Incident | None, after: Incident) -> Iterator[Effect]:
    """One effect, behind the reminder that may be on its way; nothing where nobody was reminded of anything."""
    if before is None or after.room is None:
        return
    rhythm = before.rhythm
    if not (rhythm.clocks or rhythm.told or rhythm.nudged):
        return
    if before.spoken.last != after.spoken.last or (before.is_open and not after.is_open):
        lane = f"inc-{after.number}/remind"
        about = {"over": True, "entry": after.seq}
        yield Effect(f"{lane}/over/{after.seq}", "remind", lane, about, f"{lane}/over", rank=LOWEST)
