"""The forms: declare, fill in, say an update, note. Their metadata carries where they came from."""

import json
from collections.abc import Mapping
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.slack import blocks as b
from stanch.slack.blocks import Block

FACTS = {
    "title": "title",
    "class": "klass",
    "severity": "severity",
    "service": "service",
    "impact": "impact",
    "scope": "scope",
}
"""Block id → fact."""


def declare(catalogue: Catalogue, metadata: Mapping[str, Any], title: str = "") -> Block:
    private = "From the start for security. A public room cannot be made private later."
    blocks = [
        b.text_input(
            "title", "What is wrong?", hint="A few words, as users would say it.", initial=title, optional=False
        ),
        *_facts(catalogue, None),
        b.checkbox("private", "Who may see it?", "Only invited people", private),
    ]
    return b.modal("declare", "Declare an incident", "Declare", blocks, json.dumps(dict(metadata)))


def fill_in(catalogue: Catalogue, incident: Incident) -> Block:
    blocks = [
        b.text_input("title", "Title", initial=incident.title, optional=False),
        *_facts(catalogue, incident),
        b.text_input("scope", "Scope", hint="Features, segments, regions.", initial=incident.scope),
    ]
    return b.modal("fill_in", f"Fill in {incident.name}", "Save", blocks)


def _facts(catalogue: Catalogue, i: Incident | None) -> list[Block]:
    """The facts of the card, as they are; each may stay open, but for the service, which has a first guess."""
    classes = [b.option(k.name, k.id, k.looks_like) for k in catalogue.classes.values()]
    severities = [b.option(f"{s.id} · {s.name}", s.id, s.short) for s in catalogue.severities.values()]
    services = [b.option(s.name, s.id) for s in catalogue.services.values()]
    klass, severity, service, impact = (i.klass, i.severity, i.service, i.impact) if i else (None, None, None, "")
    higher = "Between two, take the higher: lowering it later costs nothing."
    blocks = []
    if classes:
        few = len(classes) <= 10
        blocks.append(b.select("class", "What does it look like?", classes, initial=klass, radio=few))
    if severities:
        blocks.append(b.select("severity", "How bad is it?", severities, initial=severity, radio=True, hint=higher))
    if services:
        blocks.append(b.select("service", "Which service?", services, initial=service))
    blocks.append(b.text_input("impact", "What do users see?", initial=impact, many=True))
    return blocks


def update(incident: Incident) -> Block:
    hint = "What users see, what was done, next word at. No cause you only guess, no promise of an end."
    blocks = [b.text_input("text", "Update", hint=hint, many=True, optional=False)]
    return b.modal(
        "say_update", f"Update of {incident.name}", "Say it", blocks, json.dumps({"number": incident.number})
    )


def note(incident: Incident) -> Block:
    blocks = [
        b.text_input(
            "text", "Note", hint="It stands in the timeline, with your name and the time.", many=True, optional=False
        )
    ]
    return b.modal("add_note", f"Note in {incident.name}", "Note it", blocks)


def about(incident: Incident, channel: str | None) -> str:
    """The metadata of a form about an incident: which one, and where it was opened."""
    return json.dumps({"number": incident.number, "channel": channel})


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """Block id → what was filled in, as text; a ticked box is `yes`, an empty field is left out."""
    out: dict[str, str] = {}
    for block, actions in ((view.get("state") or {}).get("values") or {}).items():
        for state in actions.values():
            chosen = state.get("selected_option") or {}
            ticked = state.get("selected_options") or []
            value = state.get("value") or chosen.get("value") or (ticked[0]["value"] if ticked else None)
            if value:
                out[block] = str(value)
    return out


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
