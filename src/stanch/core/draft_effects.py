"""What is owed after words for others: drafts shown, messages sent and kept up to date."""

from collections.abc import Iterator

from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.payload import Payload


def of_words(before: Incident, after: Incident, payload: Payload, by: str) -> Iterator[Effect]:
    """The effects that this event owes. `after.seq` is the event's own number."""
    yield from ()
