"""Revisions of a prompt or model of which a label says which one is live, as registries keep them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stanch.controls.base import Found
from stanch.controls.same import said
from stanch.core.control import Aim, Value

NEWEST: Final = 12
"""As many revisions are offered for a catalogue; who goes back further than that writes it there."""
CACHED: Final = "applications keep the old prompt for up to 60 s"


def listed(revision: str, aim: Aim) -> Value:
    """The revision as the catalogue writes it: the number 17 where somebody left the quotes of "17" out."""
    return next((one for one in aim.values.choices if said(one) == revision), revision)


def offered(
    control: str, target: Mapping[str, Any], label: str, live: str, revisions: Sequence[str], on: str
) -> Found | None:
    """What a label could be moved to; `revisions`: the oldest first. None: there is nothing else than what is live."""
    before = revisions[: revisions.index(live)] if live in revisions else ()
    shown = [*([live] if live not in revisions[-NEWEST:] else []), *revisions[-NEWEST:]]
    if len(shown) < 2:
        return None
    note = f"{label} stands at {live} now; keep only what was tested with what runs now"
    return Found(control, target, shown, before[-1] if before else None, on, note)
