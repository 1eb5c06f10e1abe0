"""Spans of time as people write them in YAML: `24h`, `1h30m`, `45s`."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+(?:\.\d+)?)s)?")

EXPECTED = "a duration such as 24h, 30m, 45s or 0s"
TOO_LONG = "a duration of at most ten years"


def duration(text: str) -> timedelta:
    """Return the span that `text` names, in days, hours, minutes and seconds (the only unit with decimals).

    Raises ValueError for anything else, and above ten years, which nobody means; its text is what was expected.
    """
    found = _SPAN.fullmatch(text.strip()) if len(text) <= 30 else None
    parts = {unit: float(amount) for unit, amount in found.groupdict().items() if amount} if found else {}
    if not parts:
        raise ValueError(EXPECTED)
    if any(amount > 315_360_000 for amount in parts.values()) or (span := timedelta(**parts)) > timedelta(days=3650):
        raise ValueError(TOO_LONG)
    return span


def spoken(span: timedelta) -> str:
    """Return `span` as people write it: `1h30m`, `0s`; `48h` too, and days from ten on."""
    seconds = span.total_seconds()
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and (unit != "d" or (seconds >= 10 * size and not seconds % size)):
            count, seconds = divmod(seconds, size)
            parts.append(f"{count:g}{unit}")
    return "".join(parts) + (f"{seconds:g}s" if seconds or not parts else "")
