"""What can go wrong, in words for the person who has to mend it."""

from dataclasses import dataclass


class StanchError(Exception):
    """Something a person can mend. The message is a sentence that says what to do."""


class Refusal(StanchError):
    """Asked for, and not done: the message (Slack mrkdwn) says what can be done instead. Nothing has changed.

    `offers` names moves that the person may want now; Slack shows them as buttons below the message.
    """

    def __init__(self, message: str, *offers: str) -> None:
        super().__init__(message)
        self.offers = offers


class Wrong(Refusal):
    """What was filled into one field of a form; `block` is the field's id."""

    def __init__(self, block: str, message: str) -> None:
        super().__init__(message)
        self.block = block


class Unavailable(StanchError):
    """Something that Stanch needs does not answer right now; nothing was recorded."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a file that people write.

    `file` is relative to the home folder, with forward slashes; `line` and `column` count from 1.
    """

    file: str
    line: int
    column: int
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}, expected {self.expected}"


class CatalogueError(StanchError):
    """The files in the home folder cannot be used as they are; the text lists every fault, one a line."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
