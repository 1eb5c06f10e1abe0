"""The forms: declare, fill in, note. Their metadata carries where they came from."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from stanch.core.catalogue import Catalogue
from stanch.core.commands import Capture
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
Maker = Callable[[Catalogue, Incident], Block]


def declare(catalogue: Catalogue, metadata: Mapping[str, Any], filled: Mapping[str, str] | None = None) -> Block:
    """`filled`: what is known already, block id → text or id. `metadata` comes back when the form is sent."""
    known = filled or {}
    private = "From the start for security. A public room cannot be made private later."
    blocks = [
        b.text_input(
            "title", "What is wrong?", hint="A few words, as users would say it.", initial=known.get("title", ""),
            optional=False,
        ),
        *_facts(catalogue, known),
        b.checkbox("private", "Who may see it?", "Only invited people", private),
    ]  # fmt: skip
    if known.get("said"):
        blocks.insert(0, b.context(known["said"]))
    return b.modal("declare", "Declare an incident", "Declare", blocks, packed(metadata))


def fill_in(catalogue: Catalogue, incident: Incident) -> Block:
    blocks = [
        b.text_input("title", "Title", initial=incident.title, optional=False),
        *_facts(
            catalogue,
            {
                "class": incident.klass or "",
                "severity": incident.severity or "",
                "service": incident.service or "",
                "impact": incident.impact,
            },
        ),
        b.text_input("scope", "Scope", hint="Features, segments, regions.", initial=incident.scope),
    ]
    return b.modal("fill_in", f"Fill in {incident.name}", "Save", blocks)


def _facts(catalogue: Catalogue, known: Mapping[str, str]) -> list[Block]:
    """The facts of the card, as they are; each may stay open, but for the service, which has a first guess."""
    classes = [b.option(k.name, k.id, k.looks_like) for k in catalogue.classes.values()]
    severities = [b.option(f"{s.id} · {s.name}", s.id, s.short) for s in catalogue.severities.values()]
    services = [b.option(s.name, s.id) for s in catalogue.services.values()]
    higher = "Between two, take the higher: lowering it later costs nothing."
    blocks = []
    if classes:
        few = len(classes) <= 10
        blocks.append(b.select("class", "What does it look like?", classes, initial=known.get("class"), radio=few))
    if severities:
        blocks.append(
            b.select("severity", "How bad is it?", severities, initial=known.get("severity"), radio=True, hint=higher)
        )
    if services:
        blocks.append(b.select("service", "Which service?", services, initial=known.get("service")))
    blocks.append(b.text_input("impact", "What do users see?", initial=known.get("impact", ""), many=True))
    return blocks


def note(catalogue: Catalogue, incident: Incident) -> Block:
    blocks = [
        b.text_input(
            "text", "Note", hint="It stands in the timeline, with your name and the time.", many=True, optional=False
        )
    ]
    return b.modal("add_note", f"Note in {incident.name}", "Note it", blocks)


def packed(metadata: Mapping[str, Any]) -> str:
    """A form's metadata; Slack takes 3,000 characters, so letters stay letters."""
    return json.dumps(dict(metadata), ensure_ascii=False)


def about(incident: Incident, channel: str | None, answer: Any = None, view: Mapping[str, Any] | None = None) -> str:
    """The metadata of a form about an incident: which one, where it was opened, where to answer, and what the `view`
    carries itself."""
    return packed(metadata(view or {}) | {"number": incident.number, "channel": channel, "answer": answer})


def message(found: Any, by: str) -> Capture | None:
    """The message that a form was opened on, from the form's metadata."""
    if not isinstance(found, Mapping):
        return None
    words = {key: str(found.get(key) or "") for key in ("channel", "ts", "author", "text", "link")}
    return Capture(**words, at=moment(words["ts"]), pinned_by=by)


def moment(ts: str) -> datetime:
    """When a message of Slack was written (UTC): its `ts` is in epoch seconds. Now long past for one that is none."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """Block id → what was filled in, as text; a ticked box is `yes`, an empty field is left out."""
    out: dict[str, str] = {}
    for block, actions in ((view.get("state") or {}).get("values") or {}).items():
        for state in actions.values():
            chosen = state.get("selected_option") or {}
            ticked = state.get("selected_options") or []
            picked = state.get("selected_user") or state.get("selected_date")
            value = state.get("value") or chosen.get("value") or picked or (ticked[0]["value"] if ticked else None)
            if value:
                out[block] = str(value)
    return out


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
