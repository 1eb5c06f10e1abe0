"""Who may pull a control, and what more needs than one person (catalogue, section 1, rules 1 to 3).

Less is free, back to a recorded good value too. More takes two; break-glass keeps that from being a deadlock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from stanch.core.catalogue import Catalogue
from stanch.core.chain import unstamp
from stanch.core.incident import DANGEROUS as DANGEROUS, Incident
from stanch.core.policy import commands
from stanch.core.pulls import Pull
from stanch.core.words import when
from stanch.errors import Refusal

GLASS: Final = {"SEV1": timedelta(minutes=2), "SEV2": timedelta(minutes=5)}
"""After how long the on-call may go on alone, with a reason; at SEV3 and SEV4 the request stays open."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a pull needs: two people, the commander among them, a check that is green since."""

    two: bool = False
    commander: bool = False
    green: bool = False


def guard(i: Incident, pull: Pull) -> Guard:
    if pull.direction != "more":
        return Guard()
    # What was called dangerous once is not made harmless by another class.
    dangerous = pull.undoes is not None and i.dangerous
    return Guard(True, dangerous, dangerous)


def holders(i: Incident) -> tuple[str, ...]:
    """Everybody with a seat, the commander first (acting included)."""
    return tuple(dict.fromkeys((i.commander, *i.seats.values())))


def may_pull(i: Incident, by: str, on_call: bool) -> None:
    """Raises `Refusal` that says who can."""
    if on_call or by in holders(i):
        return
    people = ", ".join(f"<@{user}>" for user in holders(i))
    raise Refusal(
        f"Controls are pulled by the people on call for {i.service or 'the service'} and by who has a role here:"
        f" {people}. To take a role: `/incident role technical me`."
    )


def glass_at(i: Incident, pull: Pull, catalogue: Catalogue) -> datetime | None:
    """From when on the first person may go on alone; None: never."""
    after = GLASS.get(i.severity or "")
    controls = [catalogue.controls.get(one) for one in (pull.control, *(step.control for step in pull.steps))]
    if after is None or not pull.first_at or any(one is None or not one.break_glass for one in controls):
        return None
    asked = max(unstamp(pull.first_at), i.severity_since or unstamp(pull.first_at))
    return asked + after


def someone_on_call(asked: str, on_call: bool, catalogue: Catalogue) -> None:
    """More needs at least one who is on call for the service: a seat can be taken by anybody. Raises `Refusal`."""
    service = catalogue.service(asked) if asked else None
    if on_call or service is None or not service.owners:
        return
    raise Refusal(f"One of the two has to be on call for {asked}: its owners in services.yml.")


def break_glass(i: Incident, pull: Pull, by: str, on_call: bool, now: datetime, catalogue: Catalogue) -> None:
    """Raises `Refusal` unless this person may go on alone now."""
    someone_on_call(pull.service, on_call, catalogue)
    opens = glass_at(i, pull, catalogue)
    others = ", ".join(f"<@{user}>" for user in holders(i) if user != by) or "anybody on call"
    asks = f"A second person has to agree: {others}."
    if opens is None:
        raise Refusal(f"{asks} This one has no break-glass; the request stays open.")
    if guard(i, pull).commander and not commands(i, by):
        raise Refusal(f"Undoing this in {i.klass} needs the commander, <@{i.commander}>: no break-glass without them.")
    if now < opens:
        raise Refusal(f"{asks} If nobody answers, you may break the glass at {when(opens, '{time_secs}')}.")
