"""One step of a runbook as a person reads it on a phone: what Slack shows, what is printed, and what is linted."""

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from stanch.core.catalogue import Klass
from stanch.core.runbook import Node
from stanch.core.text import cut

WIDTH: Final = 44
"""Characters in a line on a phone."""
LINES: Final = 18
"""Lines on its screen. They hold 792 characters, well below the 3,000 of a Slack section."""
REMEMBERED: Final = 3
"""How many earlier decisions are shown; those before them are counted."""
NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


def lines(
    klass: Klass,
    node: Node,
    step: int,
    of: int,
    before: Sequence[str] = (),
    names: Mapping[str, str] = NO_NAMES,
) -> list[str]:
    """Return the screen of `node`, each line at most `WIDTH` characters.

    `before`: earlier decisions, oldest first, one line each. `names`: what people call a control or a check, by id.
    """
    return [
        header(klass, step, of),
        *remembered(before),
        *textwrap.wrap(node.text, WIDTH),
        *(line for look in node.look for line in _item("• ", look)),
        *(line for way in offered(node, names) for line in _item("▸ ", way)),
        cut(" · ".join(ways_out(node)), WIDTH),
    ]


def header(klass: Klass, step: int, of: int) -> str:
    """Return for example "Quality regression · step 3 of about 6"."""
    return _headed(klass.name, f" · step {step} of about {max(of, step)}")


def remembered(before: Sequence[str]) -> list[str]:
    """Return the last decisions, a line each, under a line that counts those which are left out."""
    earlier = len(before) - REMEMBERED
    shown = [cut(f"✓ {one}", WIDTH) for one in before[-REMEMBERED:]]
    return [f"✓ {earlier + 1} earlier steps", *shown[1:]] if earlier > 0 else shown


def offered(node: Node, names: Mapping[str, str] = NO_NAMES) -> list[str]:
    """Return what this node offers, one a line: its choices, its controls, or the checks that measure it."""
    ids = node.controls or node.by
    return [choice.label for choice in node.choices] or [names.get(id, id) for id in ids]


def ways_out(node: Node) -> tuple[str, ...]:
    """Return the other buttons below a node."""
    here = {
        "ask": (),
        "pull": ("None of these",),
        "check": ("Better", "The same", "Worse"),
        "do": ("Done", "Cannot be done"),
        "call": ("Called",),
        "end": ("Closure checks",),
    }
    return (*here[node.kind], "Back", "More")


def _headed(name: str, tail: str) -> str:
    return cut(name, WIDTH - len(tail)) + tail


def _item(mark: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
