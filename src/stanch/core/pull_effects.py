"""What the steps of a pull owe: reading, saving, applying, probing, holding, and the message that shows it all."""

from collections.abc import Iterator
from datetime import timedelta

from stanch.core import pull_events as p
from stanch.core.chain import unstamp
from stanch.core.effect import Effect, Kind
from stanch.core.guards import GLASS
from stanch.core.incident import Incident
from stanch.core.payload import Payload
from stanch.core.pulls import Pull, Step, find, of_mitigation
from stanch.core.walk_effects import runbook, showing

SHOWN_LATER = timedelta(seconds=1)


def of_pull(after: Incident, payload: Payload) -> Iterator[Effect]:
    """`after` has taken the event in."""
    pull = find(after.pulls, getattr(payload, "p", None))
    if pull is None:
        return
    match payload:
        case p.PullAsked():
            yield _effect(after, pull, "read", f"read/{pull.looks}")
            return
        case p.PullAgain(_, "read"):
            yield _effect(after, pull, "read", f"read/{pull.looks}")
        case p.PullAgain(_, how, steps):
            for step in pull.steps:
                if step.s in steps:
                    kind: Kind = "apply" if how == "look" else "probe"
                    yield _of_step(after, pull, step, kind, f"{how}/{step.turn}-{pull.looks}", look=how == "look")
        case p.PullSeconded():
            yield from glass_later(after, pull)
        case p.PullConfirmed():
            yield _effect(after, pull, "save", f"save/{pull.turn}")
        case p.SettingsSaved():
            for step in pull.steps:
                if step.state == "pulling":
                    yield _of_step(after, pull, step, "apply", f"apply/{step.turn}")
        case p.PullAccepted(_, s):
            yield from (_of_step(after, pull, one, "probe", f"probe/{one.turn}") for one in pull.steps if one.s == s)
        case p.PullEffective(_, s):
            for step in pull.steps:
                if step.s == s and step.state == "holding":
                    yield _of_step(after, pull, step, "hold", f"hold/{step.turn}")
        case p.RungHeld(_, s, to=to) if to is not None:
            yield from (_of_step(after, pull, one, "apply", f"apply/{one.turn}") for one in pull.steps if one.s == s)
    yield showing(after, f"pull/{pull.p}")
    undone = of_mitigation(after.pulls, pull.undoes) if pull.undoes is not None else None
    if undone and isinstance(payload, p.PullEffective | p.RungHeld):
        # What was pulled first says that it is put back, and offers it no more.
        yield showing(after, f"pull/{undone[0].p}")
    if after.walks and isinstance(payload, p.PullConfirmed | p.PullEffective | p.PullLate | p.PullFailed):
        yield showing(after, runbook(after))


def glass_later(after: Incident, pull: Pull) -> Iterator[Effect]:
    """When the glass may be broken, the pull's message says so."""
    if pull.state == "seconding" and (later := GLASS.get(after.severity or "")):
        due = unstamp(pull.first_at) + later + SHOWN_LATER
        yield showing(after, f"pull/{pull.p}", "glass", due=due)


def _effect(after: Incident, pull: Pull, kind: Kind, name: str) -> Effect:
    at = f"inc-{after.number}/pull/{pull.p}"
    return Effect(f"{at}/{name}", kind, lane=at, payload={"p": pull.p})


def _of_step(after: Incident, pull: Pull, step: Step, kind: Kind, name: str, *, look: bool = False) -> Effect:
    """Steps of a set go their own ways, each in its own lane."""
    at = f"inc-{after.number}/pull/{pull.p}/{step.s}"
    payload = {"p": pull.p, "s": step.s, "turn": step.turn} | ({"look": True} if look else {})
    return Effect(f"{at}/{name}", kind, lane=at, payload=payload)
