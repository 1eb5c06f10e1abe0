"""Words for others, each in one line: drafts, what became of them, what was sent to whom."""

from collections.abc import Callable

from stanch.core import draft_events as e
from stanch.core.payload import Payload


def worded(payload: Payload, name: Callable[[str], str]) -> str | None:
    """None for an event that is about something else."""
    match payload:
        case e.Drafted(d, text, _, replaces):
            edited = f", edited from draft {replaces}" if replaces else ""
            return f"draft {d} for users{edited}: {text}"
        case e.DraftApproved(d):
            return f"approved draft {d}"
        case e.DraftDiscarded(d):
            return f"discarded draft {d}"
        case e.DraftExpired(d):
            return f"nobody approved draft {d} in time"
        case e.PublicSaid(d, text, _, _, _, approved):
            way = f"draft {d}" if d else f"the holding line, approved by {approved}"
            return f"told users ({way}): {text}"
        case e.SaidTo(audience, text):
            return f"told {audience}: {text}"
        case e.WordsShown(audience, lost=lost, entry=entry):
            whose = f"the message for {audience}"
            return f"noticed that {whose} was deleted" if lost else f"{whose} shows entry {entry}"
        case e.Subscribed(user, on):
            return f"{name(user)} {'gets' if on else 'no longer gets'} each update alone"
        case e.Paused(until, why):
            return f"paused the updates until {until[:16].replace('T', ' ')} UTC" + (f": {why}" if why else "")
        case e.Resumed():
            return "resumed the updates"
    return None
