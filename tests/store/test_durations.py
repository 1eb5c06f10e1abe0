"""Spans of time are read as people write them, and anything else is refused."""

from datetime import timedelta

import pytest

from stanch.store.durations import duration, spoken


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
    with pytest.raises(ValueError, match=r"^a duration (such as|of at most ten years)"):
        duration(text)


@pytest.mark.parametrize("text", ["0s", "45s", "1.5s", "30m", "90s", "1h30m", "24h", "36h", "2d", "3650d", "1m30s"])
def test_a_span_is_spoken_as_it_is_written(text: str) -> None:
    """What `spoken` says can be written into a file again, and is the same span."""
    assert duration(spoken(duration(text))) == duration(text)


def test_a_span_is_spoken_in_large_units() -> None:
    """Hours, minutes and seconds, without those that are nought; days from ten on."""
    spans = ["0s", "2d", "36h", "14d", "5400s", "90s", "1.5s"]
    assert [spoken(duration(text)) for text in spans] == ["0s", "48h", "36h", "14d", "1h30m", "1m30s", "1.5s"]
