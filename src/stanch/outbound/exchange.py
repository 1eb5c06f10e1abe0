"""What one request comes to: an answer, or one of the ways in which there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 1_000_000
"""Bytes of an answer, where the caller says nothing else."""


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
    """Answered, with the text that says what with. `raw` is that answer without its body."""

    def __init__(self, what: str, raw: Raw) -> None:
        super().__init__(what)
        self.raw = raw


class Unusable(Exception):
    """The address or the headers cannot be sent."""


class OutsideFault(Exception):
    """How what we told another system failed: one sentence for a person, without end mark, secret or body.

    `sent`: it may have come through, so look before it is repeated. `permanent`: somebody must mend something first.
    `after`: seconds until it may be tried again, where the other side named them.
    """

    def __init__(
        self, message: str, *, sent: bool = False, permanent: bool = False, after: float | None = None
    ) -> None:
        super().__init__(message)
        self.sent = sent
        self.permanent = permanent
        self.after = after
