"""The transition table of the design's section 4, and what each phase offers.

A test tries every phase with every command; the README's diagram is made from this table.
"""

from typing import Final

from stanch.core.incident import Incident
from stanch.core.pulls import of_mitigation
from stanch.errors import Refusal

TRANSITIONS: Final[dict[str, dict[str, str]]] = {
    "mitigate": {
        "assess": "mitigate",
        "mitigate": "mitigate",
        "diagnose": "mitigate",
        "resolve": "mitigate",
        "watching": "mitigate",
    },
    "applied": {
        "assess": "mitigate",
        "mitigate": "mitigate",
        "diagnose": "mitigate",
        "resolve": "mitigate",
        "watching": "mitigate",
    },
    "contained": {"mitigate": "diagnose"},
    "explained": {"diagnose": "resolve", "mitigate": "resolve"},
    "watch": {"resolve": "watching"},
    "red check": {"watching": "mitigate"},
    "resolved": {"watching": "learn"},
    "close": {"learn": "closed"},
    "dismiss": {"assess": "dismissed", "mitigate": "dismissed", "diagnose": "dismissed"},
    "reopen": {"learn": "mitigate", "closed": "mitigate", "dismissed": "mitigate"},
}
"""Command → phase in which it is taken → phase that it leads to. Whatever is missing is refused with what can be done.

`declare` leads to assess; everything else that is recorded leaves the phase as it is and is never refused for it.
"""

NOW: Final[dict[str, str]] = {
    "assess": "pull a control: `/incident runbook` or `/incident controls`; pulled by hand: `/incident applied WHAT`;"
    " or begin: `/incident mitigate`",
    "mitigate": "judge 20 fresh answers: `/incident judged GOOD BAD`, then `/incident contained`;"
    " it stopped by itself: `/incident bleeding contained WHY`",
    "diagnose": "`/incident hypothesis TEXT`, `/incident explained confirmed|probable|unknown TEXT`",
    "resolve": "take each mitigation back, `/incident removed K`, or keep it, `/incident kept K @who until DATE WHY`;"
    " then `/incident watch`",
    "watching": "`/incident resolved --fixed WHAT` once quiet has held; if it comes back: `/incident mitigate`",
    "learn": "`/incident action @who by DATE WHAT`, `/incident close SUMMARY`;"
    " if it comes back: `/incident reopen WHY`",
    "closed": "`/incident reopen WHY`; after 24 hours that opens a new one which recurs from this one",
    "dismissed": "`/incident reopen WHY`; after 24 hours that opens a new one which recurs from this one",
}

NEXT: Final[dict[str, str]] = {
    "assess": "Pull what does less or puts something back; then say what it was.",
    "mitigate": "Did it take effect? Then judge 20 fresh answers: are users better off?",
    "diagnose": "Contained. Now find the cause: suppose, check, explain.",
    "resolve": "Take each mitigation back, or keep it with an owner and a date; judge again; then watch.",
    "watching": "Watch whether it stays quiet.",
    "learn": "Write down what was learned, promise what will change, then close.",
    "closed": "Closed.",
    "dismissed": "Dismissed.",
}

OFFERS: Final[dict[str, tuple[str, ...]]] = {
    "assess": ("lever", "first_move", "runbook", "applied", "mitigate"),
    "mitigate": (
        "took_effect",
        "runbook",
        "sample",
        "contained",
        "applied",
        "judged",
        "check",
        "undo",
        "settle",
        "stopped",
    ),
    "diagnose": ("again", "runbook", "hypothesis", "idea", "explained"),
    "resolve": ("again", "undo", "settle", "check", "sample", "judged", "watch"),
    "watching": ("resolved", "came_back"),
    "learn": ("action", "close", "reopen"),
    "closed": ("reopen",),
    "dismissed": ("reopen",),
}
"""What each phase offers as buttons; the names are those of `stanch.slack.moves`."""


def offers(incident: Incident) -> tuple[str, ...]:
    """What this phase offers, without what has nothing to work on."""
    return tuple(name for name in OFFERS[incident.phase] if makes_sense(incident, name))


def makes_sense(incident: Incident, name: str) -> bool:
    match name:
        case "first_move":
            return incident.klass is not None and not any(m.in_force for m in incident.mitigations)
        case "took_effect":
            return any(m.state == "applied" and not of_mitigation(incident.pulls, m.k) for m in incident.mitigations)
        case "again":
            return incident.bleeding != "contained"
        case "undo":
            return any(m.in_force and of_mitigation(incident.pulls, m.k) for m in incident.mitigations)
        case "settle":
            return any(m.state not in ("removed", "failed") for m in incident.mitigations)
        case "idea":
            return bool(incident.ideas)
        case "restrict":
            return not incident.restricted
        case "stopped":
            return incident.is_open
    return True


def leads(incident: Incident, command: str) -> str:
    """The phase that `command` leads to from here. Raises `Refusal` with what can be done instead."""
    table = TRANSITIONS[command]
    if to := table.get(incident.phase):
        return to
    if command in ("applied", "mitigate"):
        raise Refusal(
            f"{incident.name} is not open any more ({incident.phase}). Reopen it first: `/incident reopen WHY`.",
            *offers(incident),
        )
    if incident.phase in ("closed", "dismissed"):
        raise Refusal(f"{incident.name} is {incident.phase}. It came back? `/incident reopen WHY`.", *offers(incident))
    if command == "reopen":
        raise Refusal(
            f"{incident.name} is open ({incident.phase}): there is nothing to reopen. Now: {NOW[incident.phase]}.",
            *offers(incident),
        )
    *others, last = table
    where = f"{', '.join(others)} or {last}" if others else last
    raise Refusal(
        f"Not from here: {incident.name} is in {incident.phase}, and `{command}` is for {where}."
        f" Now: {NOW[incident.phase]}.",
        *offers(incident),
    )


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for command, table in TRANSITIONS.items():
        for start, end in table.items():
            if start != end:
                arrows.setdefault((start, end), []).append(command)
    lines = [f"    {start} --> {end}: {', '.join(commands)}" for (start, end), commands in arrows.items()]
    ends = [f"    {phase} --> [*]" for phase in ("closed", "dismissed")]
    return "\n".join(["stateDiagram-v2", "    [*] --> assess: declare", *lines, *ends])
