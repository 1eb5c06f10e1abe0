"""The base of all commands: a value that says what is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Something that `decide` turns into events, or refuses."""
