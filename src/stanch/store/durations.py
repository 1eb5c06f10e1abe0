"""Spans of time as people write them in YAML: `24h`, `1h30m`, `45s`."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+(?:\.\d+)?)s)?")

EXPECTED = "a duration such as 24h, 30m, 45s or 0s"


def duration(text: str) -> timedelta:
    """Return the span that `text` names, in days, hours, minutes and seconds (the only unit with decimals).

    Raises ValueError for anything else, and above ten years, which nobody means.
    """
    found = _SPAN.fullmatch(text.strip()) if len(text) <= 30 else None
    parts = {unit: float(amount) for unit, amount in found.groupdict().items() if amount} if found else {}
    if not parts or any(amount > 315_360_000 for amount in parts.values()):
        raise ValueError(EXPECTED)
    span = timedelta(**parts)
    if span > timedelta(days=3650):
        raise ValueError(EXPECTED)
    return span
