"""What the messages about controls and checks may name, beside the fields of the events themselves."""

from typing import Any, Final

from stanch.core.catalogue import Catalogue
from stanch.core.chain import Event, unstamp
from stanch.core.control import Control
from stanch.core.guards import holders
from stanch.core.incident import Incident
from stanch.core.moving import spoken
from stanch.core.pulls import Pull, Step, find, spoken as bare
from stanch.core.words import Mrkdwn, when
from stanch.slack.blocks import safe
from stanch.slack.directory import Directory
from stanch.slack.phrases import VERDICTS, that_fit

NAMES: Final = "agree undone others owner_of by_hand found_said to_said measured service_name until_at".split()
MEASURED: Final = 1_900


def lever_facts(i: Incident, event: Event, catalogue: Catalogue, people: Directory) -> dict[str, Any]:
    """Every name of `NAMES`; empty where the event is about nothing of the kind."""
    payload = event.payload or {}
    pull = find(i.pulls, payload.get("p"))
    step = pull.step(int(payload.get("s") or 1)) if pull else None
    control = catalogue.controls.get(step.control) if step else None
    aim = control.aim(pull.service) if control and pull else None
    service = catalogue.service((pull.service if pull else i.service) or "")

    def said(value: Any) -> str:
        """A value as its file speaks of it."""
        return safe(bare(value) if aim is None or value is None else spoken(value, aim.values), 120)

    return {
        "agree": _agree(i, pull, event.by, bool(payload.get("on_call")), people, catalogue),
        "undone": pull is not None and pull.undoes is not None,
        "others": _others(pull, step),
        "owner_of": _owner(control, (aim.owner if aim else ""), people),
        "by_hand": ((aim.by_hand if aim else "") or control.by_hand) if control else "",
        "found_said": said(payload.get("found")),
        "to_said": "" if payload.get("to") is None else said(payload["to"]),
        "measured": _measured(payload.get("results")),
        "until_at": when(unstamp(str(payload["until"])))
        if event.kind == "checks_asked" and payload.get("until")
        else "",
        "service_name": service.name if service else i.service or "the service",
    }


def _agree(
    i: Incident, pull: Pull | None, first: str, on_call: bool, people: Directory, catalogue: Catalogue
) -> Mrkdwn:
    """Mentions of those who can: who has a role here, else who is on call, as they are the ones who can where the first
    is not; only the commander where one is needed."""
    if pull is None:
        return Mrkdwn("")
    if pull.with_commander and i.commander != first:
        return Mrkdwn(f"<@{i.commander}>")
    owners = [user for user in people.seats(catalogue.service(pull.service)).invite if user != first]
    able = [user for user in holders(i) if user != first and user not in i.away]
    able = able if on_call or not owners else [user for user in able if user in owners]
    able = able or owners
    return Mrkdwn(" ".join(f"<@{user}>" for user in able) or "Anybody who is on call")


def _others(pull: Pull | None, step: Step | None) -> str:
    """Of a set: how many of its controls are in effect, and which are not."""
    if pull is None or len(pull.steps) < 2:
        return ""
    there = [one for one in pull.steps if one.state in ("effective", "same")]
    left = [one.name for one in pull.steps if one not in there]
    missing = f"; not: {', '.join(left)}" if left else ""
    return f"{len(there)} of {len(pull.steps)} controls of {pull.name} are in effect{missing}."


def _owner(control: Control | None, own: str, people: Directory) -> str:
    named = own or (control.owner if control else "")
    person = people.person(named)
    return people.name(person.id) if person else named


def _measured(results: Any) -> Mrkdwn:
    """A line for each check: verdict, name, what was seen. Whole lines, as many as fit; the rest is counted."""
    lines = [
        f"{VERDICTS.get(str(one.get('verdict')), '?')} {safe(str(one.get('name')), 80)}: {one.get('verdict')},"
        f" {safe(str(one.get('seen')), 200)}"
        for one in results or ()
    ]
    shown = that_fit(lines, MEASURED)
    left = len(lines) - (shown.count("\n") + 1 if shown else 0)
    return Mrkdwn(shown + (f"\n… and {left} more, on the card and in the timeline" if left else ""))
