"""Spans of time are read as people write them, and anything else is refused."""

from datetime import timedelta

import pytest

from stanch.store.durations import duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("24h", timedelta(hours=24)),
        ("30m", timedelta(minutes=30)),
        ("45s", timedelta(seconds=45)),
        ("0.5s", timedelta(milliseconds=500)),
        ("0s", timedelta()),
        ("3d", timedelta(days=3)),
        ("1h30m", timedelta(minutes=90)),
        (" 4h ", timedelta(hours=4)),
    ],
)
def test_a_span_is_read_as_written(text: str, span: timedelta) -> None:
    """Days, hours, minutes and seconds, alone or from large to small."""
    assert duration(text) == span


@pytest.mark.parametrize("text", ["", "24", "h", "-1s", "1.5h", "30m1h", "1 h", "1w", "٣h٣", "9" * 40 + "s", "4000d"])
def test_anything_else_is_refused(text: str) -> None:
    """No unit, no number, a negative span, the wrong order, a unit we do not know, more than ten years."""
    with pytest.raises(ValueError, match="a duration such as"):
        duration(text)
