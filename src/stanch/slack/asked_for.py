"""What a message in the room asks for, one click away: the buttons below it."""

from collections.abc import Mapping
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event
from stanch.core.incident import Incident
from stanch.core.phases import TRANSITIONS
from stanch.core.pulls import find
from stanch.slack import blocks as b, moves, reach
from stanch.slack.blocks import Block
from stanch.slack.offer_buttons import answers
from stanch.slack.page_buttons import page_buttons


def buttons(i: Incident, event: Event, form: str, catalogue: Catalogue) -> list[Block]:
    """`form`: the name of the message, where it is not the event's own."""
    payload, value = event.payload or {}, f"{i.number}:{event.seq}"
    if event.kind == "join_asked":
        let_in = b.button("Let in", "let_in", f"{i.number}:{payload.get('user')}", style="primary")
        return [b.actions([let_in])]
    if form == "quiet_held":
        return _moves(("resolved", "action", "came_back"), value, first="resolved")
    if event.kind == "red_check":
        return _moves(("applied", *_offered(i, ("runbook",), catalogue)), value, first="applied")
    if form == "roles" and i.seating.asks:
        return [answers(i, tuple(dict.fromkeys(role for ask in i.seating.asks for role in ask.roles)))]
    if event.kind == "seat_asked":
        waits = any(ask.user == payload.get("user") for ask in i.seating.asks)
        return [answers(i, payload.get("roles") or ())] if waits else []
    elements = page_buttons(form or event.kind, value) or _of_levers(i, event.kind, payload, value, catalogue)
    return [b.actions(elements)] if elements else []


def _of_levers(i: Incident, kind: str, payload: Mapping[str, Any], value: str, catalogue: Catalogue) -> list[Block]:
    p = payload.get("p")
    pull = find(i.pulls, p)
    step = pull.step(int(payload.get("s") or 1)) if pull else None
    of_pull = f"{i.number}:{p}:{value}"
    stands = step is not None and step.k in reach.to_undo(i)
    undo = [b.button("Undo", "pull:undo", f"{i.number}:{p}:{step.k}")] if step and stands else []
    match kind:
        case "pull_seconded":
            return [b.button("Agree", "pull:agree", of_pull, style="primary")]
        case "pull_effective":
            proofs = ("sample", "check", "contained", "runbook") if pull and pull.undoes is None else ("check",)
            shown = _offered(i, proofs, catalogue)
            first = reach.proof(i, shown, catalogue) if pull and pull.undoes is None else "check"
            shown.sort(key=lambda name: name != first)
            return [*(moves.button(name, value, first=name == first) for name in shown), *undo]
        case "pull_late" if payload.get("unseen"):
            took = [] if pull is None or pull.undoes is not None else [moves.button("took_effect", value, first=True)]
            return [*took, *undo]
        case "pull_late":
            return [b.button("Check again", "pull:again", of_pull, style="primary"), *undo]
        case "pull_failed":
            unclear = bool(payload.get("unclear"))
            label = "Look again" if unclear else "Read again"
            alone = pull is not None and len(pull.steps) == 1
            return [b.button(label, "pull:again", of_pull, style="primary")] if unclear or alone else []
        case "checked":
            green = all(one.get("verdict") == "green" for one in payload.get("results") or ())
            onward = {"mitigate": "contained", "resolve": "watch"}.get(i.phase)
            red = any(one.get("verdict") == "red" for one in payload.get("results") or ())
            names = (onward, "check") if green and onward else ("runbook", "check") if red else ("check", "sample")
            return [moves.button(n, value, first=n == onward) for n in _offered(i, names, catalogue)]
        case "rung_held" if not payload.get("green"):
            return [moves.button(n, value) for n in _offered(i, ("check", "runbook"), catalogue)]
        case "came_back":
            return [moves.button(n, value, first=n == "runbook") for n in _offered(i, ("runbook", "check"), catalogue)]
    return []


def _offered(i: Incident, names: tuple[str, ...], catalogue: Catalogue) -> list[str]:
    """Those that the phase allows and the team's files hold."""

    def allowed(name: str) -> bool:
        return name not in TRANSITIONS or i.phase in TRANSITIONS[name]

    return [name for name in names if allowed(name) and moves.reachable(i, name, catalogue)]


def _moves(names: tuple[str, ...], value: str, *, first: str) -> list[Block]:
    return [b.actions([moves.button(name, value, first=name == first) for name in names])]
