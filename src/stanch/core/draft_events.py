"""What can stand in a timeline about words for others: drafts, what became of them, what was sent to whom."""

from stanch.core.payload import Payload

EVENTS: tuple[type[Payload], ...] = ()
"""All of them."""
POSTED: tuple[type[Payload], ...] = ()
"""Those that the room is told in a message of their own."""
UNSEEN: tuple[type[Payload], ...] = ()
"""Those that leave the card as it is."""
