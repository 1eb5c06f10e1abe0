"""What the status page is owed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from stanch.core import status_events as s
from stanch.core.chain import unstamp
from stanch.core.draft_events import PublicSaid
from stanch.core.effect import Effect
from stanch.core.events import Dismissed, Reopened, Resolved
from stanch.core.incident import Incident
from stanch.core.payload import Payload
from stanch.core.status import RESOLVED

FIRST_CHASE: Final = timedelta(minutes=10)
"""How long after the end the page may still say otherwise before somebody is told."""
NEXT_CHASE: Final = timedelta(minutes=30)
CHASES: Final = 8
"""So often somebody is told; after that the room, once."""


def of_status(before: Incident, after: Incident, payload: Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    if after.drill:
        return
    page, at = after.status_page, f"inc-{after.number}"
    match payload:
        case PublicSaid():
            yield _publish(after, len(page.words))
            if page.ending and not before.status_page.ending and not after.is_open:
                yield _chase(after)
        case Resolved() | Dismissed() if page.ending:
            if before.status_page.live:
                yield _publish(after, page.ending.n)
            yield _chase(after)
        case s.PageAgain(n) | s.PageEnding(n):
            yield _publish(after, n, f"/{after.seq}")
        case s.PageShown(_, state) if not before.status_page.id or before.status_page.away or state == RESOLVED:
            yield Effect(f"{at}/said/{after.seq}", "post", lane=f"{at}/room", payload={"entry": after.seq})
            if state == RESOLVED and after.is_open:
                # It was under way when the incident was opened again.
                yield _post(after, "page_reads_resolved")
        case Reopened() if page.reads_resolved:
            yield _post(after, "page_reads_resolved")
        case s.PageDropped(_, why) if why:
            yield _post(after, "page_dropped")
        case s.PageChased() if page.ending:
            yield _chase(after) if page.chased < CHASES else _post(after, "page_left_open")


def _publish(after: Incident, n: int, again: str = "") -> Effect:
    """One after the other: what was said later must not stand below what was said before."""
    at = f"inc-{after.number}/publish"
    return Effect(f"{at}/{n}{again}", "publish", lane=at, payload={"n": n} | ({"look": True} if again else {}))


def _post(after: Incident, form: str) -> Effect:
    """Beside what the event itself has to say in the room."""
    at = f"inc-{after.number}"
    return Effect(f"{at}/page-said/{after.seq}", "post", f"{at}/room", {"entry": after.seq, "as": form})


def _chase(after: Incident) -> Effect:
    page, at = after.status_page, f"inc-{after.number}/page-open"
    assert page.ending is not None
    due = unstamp(page.chased_at) + NEXT_CHASE if page.chased_at else unstamp(page.ending.at) + FIRST_CHASE
    return Effect(f"{at}/{page.ending.n}/{page.chased}", "chase_page", at, {"entry": after.seq}, due=due)
