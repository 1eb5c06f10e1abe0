"""What runbooks, checks and samples owe: their message in the room, a measurement, fresh answers."""

from collections.abc import Iterator
from datetime import datetime

from stanch.core import walk_events as w
from stanch.core.effect import Effect
from stanch.core.payload import Payload
from stanch.core.state import Incident


def of_walk(after: Incident, payload: Payload) -> Iterator[Effect]:
    """`after` has taken the event in."""
    at, seq = f"inc-{after.number}", after.seq
    match payload:
        case w.RunbookOpened():
            # It begins at the end of the room again; where it stood before, a line says so.
            yield from (showing(after, view) for view in after.shown if view.startswith("runbook/"))
            yield showing(after, runbook(after))
            # Facts are fetched, not asked: what can be read by looking stands beside the question.
            yield Effect(f"{at}/facts/{seq}", "check", lane=f"{at}/facts", payload={"asked": seq, "facts": True})
        case w.RunbookChose() | w.RunbookBack():
            yield showing(after, runbook(after))
        case w.ChecksAsked():
            yield Effect(f"{at}/check/{seq}", "check", lane=f"{at}/check/{seq}", payload={"asked": seq, "entry": seq})
        case w.Checked() if after.walks:
            yield showing(after, runbook(after))
        case w.SampleAsked(s):
            yield Effect(f"{at}/sample/{s}", "sample", lane=f"{at}/sample/{s}", payload={"s": s})
        case w.SampleDrawn(s) | w.AnswerJudged(s):
            yield showing(after, f"sample/{s}")
        case w.Drifted() if after.walks:
            yield showing(after, runbook(after))
        case w.Shown(view, ts) if not ts:
            # Somebody deleted it, and it was about to change: it comes back.
            yield showing(after, view)


def runbook(i: Incident) -> str:
    """The view of the runbook, named after the entry that opened it."""
    return f"runbook/{i.runbook_at}"


def showing(after: Incident, view: str, version: str = "", due: datetime | None = None) -> Effect:
    """The view's message, as it is by then; a newer one supersedes it."""
    at = f"inc-{after.number}/view/{view}"
    key = f"{at}/{after.seq}" + (f"-{version}" if version else "")
    return Effect(key, "view", lane=at, payload={"view": view}, group=None if due else at, due=due)
