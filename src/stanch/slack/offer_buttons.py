"""The buttons below an offer."""

from collections.abc import Sequence

from stanch.core.incident import Incident
from stanch.slack import blocks as b
from stanch.slack.blocks import Block


def answers(i: Incident, roles: Sequence[str], handover: bool = False) -> Block:
    """*Accept* and *Pass*; the value says what is asked, so that a late click is answered."""
    kind, value = "hand" if handover else "seat", f"{i.number}:{'+'.join(roles)}"
    accept = b.button("Accept", f"{kind}:accept", value, style="primary")
    return b.actions([accept, b.button("Pass", f"{kind}:pass", value)])
