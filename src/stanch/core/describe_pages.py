"""What the status page was told, and whether it says it: each in one line."""

from collections.abc import Callable

from stanch.core import status_events as s
from stanch.core.payload import Payload


def paged(payload: Payload, name: Callable[[str], str]) -> str | None:
    """None for an event that is about something else."""
    match payload:
        case s.PageShown(n, state, text, found=found):
            said = f": {text}" if text else ", without words"
            return f"the status page shows word {n} ({state}){', as was found' if found else ''}{said}"
        case s.PageFailed(n, why):
            return f"the status page refused word {n}: {why}"
        case s.PageAway(n, why):
            return f"the status page does not answer, word {n} waits: {why}"
        case s.PageHeld(n, why):
            return f"word {n} for the status page is held back: {why}"
        case s.PageAgain(n):
            return f"asked to try word {n} for the status page again"
        case s.PageEnding():
            return "asked that the status page says it is over, without words"
        case s.PageSettled():
            return "said that the status page was ended by hand"
        case s.PageDropped(n, why) if why:
            return f"word {n} for the status page was dropped: {why}"
        case s.PageDropped(n):
            return f"word {n} for the status page was dropped: it is over, and nothing of it was shown"
        case s.PageChased(to, missed):
            did = "could not remind" if missed else "reminded"
            return f"{did} {name(to)} that the status page does not say it is over"
    return None
