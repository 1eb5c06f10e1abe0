"""What a decision tree must keep so that a tired person is never lost in it (catalogue, sections 1 and 9)."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from stanch.core import runbook, screen
from stanch.core.catalogue import AUDIENCES, Klass
from stanch.core.runbook import NOT_SURE, OTHER_TREE, Node, Tree
from stanch.store.validation import nearest
from stanch.store.yaml_marks import Marked, Place

CHOICES: Final = 6
LABEL: Final = 30
QUESTIONS: Final = 2
"""At most so many before something is done about the harm."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a class's file may name. None: that cannot be said, because its own file is absent or has faults."""

    classes: Collection[str]
    controls: Mapping[str, str] | None = None
    """What people call it, by id."""
    checks: Mapping[str, str] | None = None
    templates: Collection[str] | None = None


def shape(marked: Marked, tree: Tree, known: Known) -> None:
    """Record in `marked` what is wrong with the tree itself: its targets first, and once they hold, its ways."""
    faults = len(marked.faults)
    _choices(marked, tree)
    _targets(marked, tree, known.classes)
    if len(marked.faults) == faults:
        for rule in _WAYS:
            rule(marked, tree)


def names(marked: Marked, klass: Klass, known: Known) -> None:
    """Record in `marked` each control, check, audience and template that there is not."""
    if known.controls is not None:
        for place, id in _controls(klass):
            if id not in known.controls:
                expected = f"one from controls.yml{nearest(id, known.controls)}"
                marked.fault(place, f"unknown control '{id}'", expected)
    if known.checks is not None:
        for place, id in _checks(klass):
            if id not in known.checks:
                marked.fault(place, f"unknown check '{id}'", f"one from checks.yml{nearest(id, known.checks)}")
    for audience, template in klass.tree.messages.items() if klass.tree else ():
        place = ("messages", audience)
        if audience not in AUDIENCES:
            expected = f"one of {', '.join(AUDIENCES)}{nearest(audience, AUDIENCES)}"
            marked.fault(place, f"unknown audience '{audience}'", expected, at_key=True)
        if known.templates is not None and template not in known.templates:
            expected = f"the name of a file in message_templates{nearest(template, known.templates)}"
            marked.fault(place, f"unknown template '{template}'", expected)


def one_screen(marked: Marked, klass: Klass, known: Known) -> None:
    """Record in `marked` each node that is longer than a phone's screen, with the decisions before it."""
    tree = klass.tree
    if tree is None:
        return
    called = {**(known.controls or {}), **(known.checks or {})}
    usual = runbook.about(tree)
    for id, depth in runbook.depths(tree).items():
        if id not in tree.nodes:
            continue
        before = ["decided"] * depth
        count = len(screen.lines(klass, tree.nodes[id], depth + 1, usual, before, called))
        if count > screen.LINES:
            what = f"node '{id}' takes {count} lines on a phone"
            marked.fault(("nodes", id), what, f"at most {screen.LINES}", at_key=True)


def _choices(marked: Marked, tree: Tree) -> None:
    for node in tree.nodes.values():
        place: Place = ("nodes", node.id, "choices")
        labels = {choice.label.lower(): choice.label for choice in node.choices}
        if (label := labels.get(NOT_SURE.lower())) and label != NOT_SURE:
            marked.fault((*place, label), f"the choice '{label}'", f"'{NOT_SURE}', written so", at_key=True)
        elif node.kind == "ask" and not label:
            what = f"question '{node.id}' without '{NOT_SURE}'"
            marked.fault(place, what, "that choice, with a control behind it", at_key=True)
        for choice in node.choices[CHOICES : CHOICES + 1]:
            what = f"question '{node.id}' has {len(node.choices)} choices"
            marked.fault((*place, choice.label), what, f"at most {CHOICES}", at_key=True)
        for choice in node.choices:
            if (size := len(choice.label)) > LABEL:
                what = f"a label of {size} characters"
                marked.fault((*place, choice.label), what, f"at most {LABEL}", at_key=True)


def _targets(marked: Marked, tree: Tree, classes: Collection[str]) -> None:
    if tree.start not in tree.nodes:
        marked.fault(("start",), f"no node '{tree.start}'", f"one of {', '.join(tree.nodes)}")
    others = sorted(set(classes) - {tree.klass})
    for node in tree.nodes.values():
        for place, target in _ways(marked, node):
            klass = runbook.other(target)
            if klass is None and target not in tree.nodes:
                meant = f"; did you mean '{OTHER_TREE}{target}'?" if target in others else nearest(target, tree.nodes)
                expected = f"one of {', '.join(tree.nodes)}, or tree:CLASS{meant}"
                marked.fault(place, f"no node '{target}'", expected)
            elif klass == tree.klass:
                marked.fault(place, f"'{target}' leads into this same tree", "a node of it, or another class")
            elif klass is not None and klass not in others:
                marked.fault(place, f"no class '{klass}'", f"one of {', '.join(others)}{nearest(klass, others)}")
        for choice in node.choices:
            to = tree.nodes.get(choice.to)
            if choice.leads and to is not None and choice.leads not in to.controls:
                there = (
                    f"one of {', '.join(to.controls)}" if to.controls else "no `leads`, or a node that pulls controls"
                )
                place = ("nodes", node.id, "choices", choice.label, "leads")
                what = f"node '{to.id}' does not pull '{choice.leads}'"
                marked.fault(place, what, there + nearest(choice.leads, to.controls))
            elif choice.leads and to is None and runbook.other(choice.to):
                place = ("nodes", node.id, "choices", choice.label, "leads")
                marked.fault(place, f"`leads` into another tree ({choice.to})", "it at a node of this tree only")


def _all_reachable(marked: Marked, tree: Tree) -> None:
    there = runbook.reachable(tree)
    for id in tree.nodes:
        if id not in there:
            marked.fault(("nodes", id), f"node '{id}' cannot be reached", "a way to it, or no such node", at_key=True)


def _way_out(marked: Marked, tree: Tree) -> None:
    stuck = runbook.stuck(tree)
    ring = [id for id in tree.nodes if id in stuck]
    if ring:
        what = f"no way out of {', '.join(ring)}"
        marked.fault(("nodes", ring[0]), what, "a way to an `end`", at_key=True)


def _somebody_to_call(marked: Marked, tree: Tree) -> None:
    if all(node.kind != "call" for node in tree.nodes.values()):
        marked.fault(("nodes",), "a tree without a `call`", "a node that says whom to call", at_key=True)


def _unsure(marked: Marked, tree: Tree) -> None:
    early = runbook.before_acting(tree)
    for id, node in tree.nodes.items():
        if node.kind != "ask":
            continue
        target = runbook.unsure(tree, id)
        reached = tree.nodes.get(target or "")
        kind = reached.kind if reached else None
        if kind == "pull" or (kind == "call" and id not in early):
            continue
        expected = "a `pull`" if id in early else "a `pull`, or a `call`"
        where = f"to '{target}'" if target else "round in a ring"
        place = _target_place(marked, ("nodes", id, "choices", NOT_SURE))
        marked.fault(place, f"'{NOT_SURE}' leads {where}", f"{expected}: what is safe without knowing the cause")


def _few_questions(marked: Marked, tree: Tree) -> None:
    for id, asked in runbook.questions(tree).items():
        if tree.nodes[id].kind == "ask" and asked == QUESTIONS + 1:
            what = f"question '{id}' is the {_ORDINAL.get(asked, str(asked))} before the first control"
            marked.fault(("nodes", id), what, f"at most {QUESTIONS} before it", at_key=True)


_ORDINAL: Final = {3: "third"}
_WAYS: Final[tuple[Callable[[Marked, Tree], None], ...]] = (
    _all_reachable,
    _way_out,
    _somebody_to_call,
    _unsure,
    _few_questions,
)


def _ways(marked: Marked, node: Node) -> Iterator[tuple[Place, str]]:
    """Yield each target of `node` with its place in the file."""
    for choice in node.choices:
        yield _target_place(marked, ("nodes", node.id, "choices", choice.label)), choice.to
    for key, targets in runbook.ways(node):
        place: Place = ("nodes", node.id, key)
        for index, target in enumerate(targets if not node.choices else ()):
            listed: Place = (*place, index)
            yield listed if listed in marked.values else place, target


def _target_place(marked: Marked, place: Place) -> Place:
    inside: Place = (*place, "to")
    return inside if inside in marked.values else place


def _controls(klass: Klass) -> Iterator[tuple[Place, str]]:
    if klass.lever:
        yield ("lever",), klass.lever
    for index, control in enumerate(klass.rollback):
        yield ("rollback", index), control
    for id, node in klass.tree.nodes.items() if klass.tree else ():
        for index, control in enumerate(node.controls):
            yield ("nodes", id, "pull", index), control


def _checks(klass: Klass) -> Iterator[tuple[Place, str]]:
    for index, check in enumerate(klass.closure):
        yield ("closure", index), check
    for id, node in klass.tree.nodes.items() if klass.tree else ():
        for index, check in enumerate(node.by):
            yield ("nodes", id, "by", index), check
