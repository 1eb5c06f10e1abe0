"""Rules of walking a runbook: only where people stand is shown, the first click wins, going back is a deed too."""

from datetime import datetime

from stanch.core import walk_commands as c, walk_events as w
from stanch.core.catalogue import Catalogue
from stanch.core.commands import Change as Command
from stanch.core.facts import change
from stanch.core.incident import OPEN, Incident
from stanch.core.runbook import Node, Tree, first
from stanch.core.said import Said
from stanch.core.text import one_line
from stanch.core.walks import Walk
from stanch.core.words import escape
from stanch.errors import Refusal

WAYS: dict[str, str] = {
    "better": "Better", "same": "The same", "worse": "Worse", "then": "Go on", "cannot": "None of these",
}  # fmt: skip
"""Ways on that are not choices of a question, as they stand on their buttons."""
OF_KIND: dict[tuple[str, str], str] = {
    ("do", "then"): "Done", ("do", "cannot"): "Cannot be done", ("call", "then"): "Called",
}  # fmt: skip
"""The same where the kind of the node has a better word."""


def opened(i: Incident, command: c.OpenRunbook, by: str, now: datetime, catalogue: Catalogue) -> Said:
    if i.phase not in OPEN:
        raise Refusal(f"{i.name} is not open any more ({i.phase}). Reopen it first: `/incident reopen WHY`.", "reopen")
    wanted = command.klass or i.klass or (i.walks[-1].klass if i.walks else None)
    names = ", ".join(f"`{one.id}`" for one in catalogue.classes.values() if one.tree)
    if wanted is None:
        raise Refusal(f"Which runbook? `/incident runbook CLASS`. There are {names}.")
    sheet = catalogue.klass(wanted)
    if sheet is None or sheet.tree is None:
        raise Refusal(f"There is no runbook `{escape(wanted[:60])}`. There are {names}.")
    begun = walk_of(i, wanted)
    node = _at(begun, sheet.tree)
    again = "goes on where it was" if begun else "begins"
    return Said((w.RunbookOpened(wanted, node),), f"The runbook {escape(sheet.name)} {again}, in the room.")


def switched(i: Incident, to: str, catalogue: Catalogue) -> tuple[w.RunbookOpened, ...]:
    """When the class changes while a runbook is open: that of the new class is shown; what was done stays."""
    sheet = catalogue.klass(to)
    if not i.walks or i.walks[-1].klass == to or sheet is None or sheet.tree is None:
        return ()
    return (w.RunbookOpened(to, _at(walk_of(i, to), sheet.tree)),)


def _at(begun: Walk | None, tree: Tree) -> str:
    """Where it goes on; at the start, if its file has lost the node since."""
    return begun.node if begun and begun.node in tree.nodes else tree.start


def walk_of(i: Incident, klass: str) -> Walk | None:
    return next((one for one in i.walks if one.klass == klass), None)


def standing(i: Incident, catalogue: Catalogue) -> tuple[Walk, Node] | None:
    """The runbook that is shown, and its node; None when none was opened, or its file has changed under it."""
    walk = i.walks[-1] if i.walks else None
    sheet = catalogue.klass(walk.klass) if walk else None
    node = sheet.tree.nodes.get(walk.node) if walk and sheet and sheet.tree else None
    return (walk, node) if walk and node else None


def ways(node: Node, tried: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Every way on from here, as (what stands on the button, target); a list of targets is the first not tried."""
    if node.choices:
        return tuple((choice.label, choice.to) for choice in node.choices)
    lists = ((OF_KIND.get((node.kind, name), said), getattr(node, name)) for name, said in WAYS.items())
    return tuple((label, first(targets, tried)) for label, targets in lists if targets)


def choose(i: Incident, command: c.Choose, by: str, now: datetime, catalogue: Catalogue) -> Said:
    walk, node = _here(i, command.step, catalogue)
    found = next(
        (way for way in ways(node, walk.tried) if way[1] == command.to and command.label in ("", way[0])), None
    )
    if found is None:
        raise Refusal(
            "That way does not lead on from here any more; the runbook in the room shows what does.", "runbook"
        )
    label, to = found
    chose = w.RunbookChose(walk.klass, node.id, one_line(label, 80), node.id if to.startswith("tree:") else to)
    if not to.startswith("tree:"):
        return Said((chose,))
    klass = to.removeprefix("tree:")
    other = catalogue.klass(klass)
    if other is None or other.tree is None:
        raise Refusal(f"There is no runbook `{klass}` any more.")
    at = _at(walk_of(i, klass), other.tree)
    if other.restricted and not i.restricted:
        # An attacker, or a leak: what was done stays, and from here on only named people see it (catalogue, rule 10).
        said = change(i, Command("klass", klass), catalogue)
        return Said((chose, *said.events, w.RunbookOpened(klass, at)), said.say)
    return Said((chose, w.RunbookOpened(klass, at)), f"The runbook {escape(other.name)} goes on. {_reclass(i, klass)}")


def _reclass(i: Incident, klass: str) -> str:
    return "" if i.klass == klass else f"If that is what it is: `/incident class {klass}`."


def back(i: Incident, command: c.StepBack, by: str, now: datetime, catalogue: Catalogue) -> Said:
    walk, node = _here(i, command.step, catalogue)
    before = i.walks[-2] if len(i.walks) > 1 else None
    sheet = catalogue.klass(before.klass) if before else None
    if not walk.path and before and sheet and sheet.tree:
        # Into another tree by mistake: back to the one before.
        left = w.RunbookBack(walk.klass, node.id, node.id)
        return Said((left, w.RunbookOpened(before.klass, _at(before, sheet.tree))))
    if not walk.path:
        other = f" The one before it: `/incident runbook {i.walks[-2].klass}`." if len(i.walks) > 1 else ""
        raise Refusal(f"This is where the runbook begins.{other}")
    return Said((w.RunbookBack(walk.klass, node.id, walk.path[-1].node),))


def _here(i: Incident, step: int, catalogue: Catalogue) -> tuple[Walk, Node]:
    """Where people stand, if it is the screen that was clicked."""
    found = standing(i, catalogue)
    if found is None:
        raise Refusal("No runbook is open here: `/incident runbook`.", "runbook")
    walk, node = found
    if walk.step != step:
        raise Refusal(
            f"<@{walk.by}> was faster: {escape(walk.did)}. The runbook has moved on; the room shows where it stands."
        )
    return walk, node
