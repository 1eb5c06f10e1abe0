"""The four seats of an incident (design, section 2) and how they are spoken of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Role = Literal["commander", "technical", "communications", "scribe"]

ROLES: Final[Mapping[Role, str]] = MappingProxyType(
    {
        "commander": "Commander",
        "technical": "Technical lead",
        "communications": "Communications lead",
        "scribe": "Scribe",
    }
)
"""Role to its spoken name, in the order in which people are named."""
