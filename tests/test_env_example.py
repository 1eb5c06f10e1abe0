"""`.env.example` tells of every setting, and is itself a file that the bot reads."""

import re
from pathlib import Path

from stanch.settings import Settings, read

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def test_every_setting_is_in_the_example() -> None:
    """The example names each setting once, and none that does not exist."""
    named = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_as_it_is_gives_the_defaults() -> None:
    """Copied without filling anything in, it changes nothing."""
    assert read({}, EXAMPLE) == read({}, Path("no such file"))


def test_the_numbers_it_tells_are_the_defaults() -> None:
    """A default that is told as a number is the one in the code."""
    told = re.findall(r"Default: ([\d.]+)\n([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"))
    assert [(name, float(number)) for number, name in told] == [
        (name, getattr(read({}, Path("no such file")), name.lower()))
        for name in ("STANCH_SLACK_TIMEOUT_S", "STANCH_LEASE_S", "STANCH_GRACE_S", "STANCH_KNOWN_GOOD_S")
    ]
