"""Text that came from people or machines, made fit to be stored: it is data, whatever it says."""

import json
from collections.abc import Sequence

from stanch.core.redact import redact

TITLE = 120
"""Characters of a title: with number, severity and marks it still fits a header block (150)."""
LONG = 10_000


def clean(text: str, limit: int = LONG) -> str:
    """Printable, redacted, at most `limit` characters; line breaks stay.

    Lone surrogates and NUL go: neither UTF-8 nor PostgreSQL can hold them.
    """
    # What lies far beyond the limit is not looked at: a megabyte would keep everybody waiting.
    text = text[: 8 * limit + LONG]
    if not text.isprintable():  # most texts are, which is told at once
        text = "".join(
            c for c in text if c in "\n\t" or ((c.isprintable() or c in _JOINERS) and not "\ud800" <= c <= "\udfff")
        )
    return cut(redact(text.strip()), limit)


def one_line(text: str, limit: int = TITLE) -> str:
    return cut(" ".join(clean(text).split()), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def listed(names: Sequence[str]) -> str:
    """`the room, stakeholders and leadership`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def storable(value: object) -> bool:
    """Can this plain value from outside be kept exactly as it is? Lone surrogates, NUL and NaN cannot."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return "\\u0000" not in written


_JOINERS = "\u200d\u200c\u00a0\u200f\u200e"
"""Not printable to Python, but emoji sequences and right-to-left text need them. Overrides (U+202A to U+202E) go."""
