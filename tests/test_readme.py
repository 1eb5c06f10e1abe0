"""The README says what the code does: its diagram, its lists, its links."""

import re
from pathlib import Path

from stanch.core.phases import TRANSITIONS
from stanch.slack.commands import VERBS
from tests.readme import README, ROOT, commands, options, written


def test_the_generated_parts_are_those_of_the_code() -> None:
    """Diagram, verbs, command line and settings are what `python -m tests.readme` writes."""
    text = README.read_text(encoding="utf-8")
    assert written(text) == text


def test_the_diagram_has_every_arrow_of_the_table() -> None:
    """Each transition that changes the phase is drawn once, with its command."""
    text = README.read_text(encoding="utf-8")
    drawn = dict(re.findall(r"^    (\w+ --> \w+): (.+)$", text, re.MULTILINE))
    table = {
        (f"{start} --> {end}", command)
        for command, steps in TRANSITIONS.items()
        for start, end in steps.items()
        if start != end
    }
    assert {(arrow, one) for arrow, named in drawn.items() for one in named.split(", ")} == table


def test_every_verb_and_command_is_told() -> None:
    """Nobody has to find out by typing: each verb's usage and each command of the shell stand in the README."""
    text = README.read_text(encoding="utf-8").replace("\\|", "|")
    assert [verb.usage for verb in VERBS if f"`{verb.usage}`" not in text] == []
    assert [name for name, _ in commands() if f"`stanch {name}`" not in text] == []


def test_every_option_is_explained() -> None:
    """`--help` has a word on each argument and option of each command."""
    assert [name for name, said in options() if not said] == []


def test_every_file_that_is_linked_is_there() -> None:
    """No link of the README or of CONTRIBUTING leads nowhere."""
    for page in (README, ROOT / "CONTRIBUTING.md"):
        links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        assert [link for link in links if not (ROOT / Path(link)).exists()] == []
