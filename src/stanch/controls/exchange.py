"""What one request comes to: an answer, or one of the ways in which there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Raw:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoAnswer(Exception):
    """`went`: the first byte of the request may have left."""

    def __init__(self, went: bool) -> None:
        super().__init__()
        self.went = went


class Late(NoAnswer):
    """Not answered whole in time."""


class Lost(NoAnswer):
    """No connection, or it broke."""


class Unreadable(Exception):
    """Answered, with the text that says what with."""


class Unusable(Exception):
    """The address or the headers cannot be sent."""
