"""What can be done from here for an incident's service: which controls are wired, whether answers can be sampled."""

from collections.abc import Collection

from stanch.core.catalogue import Catalogue
from stanch.core.control import KNOWN_GOOD, Control
from stanch.core.incident import Incident
from stanch.core.levers import known_good_members
from stanch.core.pulls import standing

SAMPLE = "sample"
"""The check whose probe says where fresh answers are drawn."""


def wired(i: Incident, control: Control, catalogue: Catalogue) -> bool:
    """Can it be pulled from here, or only by hand?"""
    if i.klass in control.never_in:
        return False
    if control.id == KNOWN_GOOD:
        return bool(known_good_members(i.service, catalogue))
    return control.aim(i.service) is not None


def lever(i: Incident, catalogue: Catalogue) -> Control | None:
    """The control that the class's first move pulls, if it can be pulled from here."""
    sheet = catalogue.klass(i.klass) if i.klass else None
    control = catalogue.controls.get(sheet.lever) if sheet and sheet.lever else None
    return control if control and wired(i, control, catalogue) else None


def can_sample(i: Incident, catalogue: Catalogue) -> bool:
    check = catalogue.checks.get(SAMPLE)
    return check is not None and check.probe(i.service) is not None


def proof(i: Incident, offered: Collection[str], catalogue: Catalogue) -> str:
    """The move that shows first whether users are better off: people judge where the class says so, else it is
    measured. `offered`: the moves that can be made here."""
    sheet = catalogue.klass(i.klass) if i.klass else None
    judged = sheet is None or SAMPLE in sheet.closure or "check" not in offered
    return ("sample" if "sample" in offered else "judged") if judged else "check"


def has_runbook(catalogue: Catalogue) -> bool:
    return any(sheet.tree for sheet in catalogue.classes.values())


def to_undo(i: Incident) -> list[int]:
    """The mitigations that were pulled from here and stand now."""
    return list(standing(i.mitigations, i.pulls))
