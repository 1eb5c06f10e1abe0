"""A class's tree as a numbered outline, and its controls in words: what the static pages print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stanch.core import runbook
from stanch.core.catalogue import CLASS_ORDER, Audience, Catalogue, Klass
from stanch.core.control import NOTHING, Control, Values
from stanch.core.moving import spoken as spoken_value
from stanch.core.roles import ROLES
from stanch.core.runbook import Node, NodeKind, Tree
from stanch.store.durations import spoken

KINDS: Final[Mapping[NodeKind, str]] = {
    "ask": "Ask",
    "pull": "Pull",
    "check": "Check",
    "do": "Do",
    "call": "Call",
    "end": "End",
}
WAYS: Final[Mapping[tuple[NodeKind, str], str]] = {
    ("pull", "then"): "Then",
    ("pull", "cannot"): "None can be pulled",
    ("check", "better"): "Better",
    ("check", "same"): "The same",
    ("check", "worse"): "Worse",
    ("do", "done"): "Done",
    ("do", "cannot"): "Cannot be done",
    ("call", "then"): "Then",
}
AUDIENCES: Final[Mapping[Audience, str]] = {
    "room": "The room",
    "stakeholders": "Stakeholders",
    "status_page": "Status page",
    "first_notice": "People in the company, first",
    "first_public": "Users, first",
    "leadership": "Leadership",
}
DIRECTIONS: Final = {
    "less": "Less: one person may pull it. Undoing it takes two.",
    "back": "Back: one person may pull it, and undo it.",
    "more": "More: it takes two people.",
}


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way on; of several targets the first that has not been tried. `leads`: the control to begin with there."""

    label: str
    targets: tuple[Link, ...]
    leads: str


@dataclass(frozen=True, slots=True)
class Lever:
    """A control in a step. `again`: the number of the step where it stands with its instructions already."""

    id: str
    name: str
    by_hand: str
    again: int


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    node: Node
    kind: str
    ways: tuple[Way, ...]
    levers: tuple[Lever, ...]
    checks: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """A control as it stands for one service."""

    service: str
    values: str
    by_hand: str
    owner: str
    within: str


def steps(catalogue: Catalogue, klass: Klass) -> list[Step]:
    """Return the tree's nodes in the order of the file, the first one first; none where there is no tree."""
    tree = klass.tree
    if tree is None:
        return []
    order = [tree.start, *(id for id in tree.nodes if id != tree.start)]
    numbers = {id: number for number, id in enumerate(order, 1)}
    seen: dict[str, int] = {}
    found = []
    for id, number in numbers.items():
        node = tree.nodes[id]
        levers = tuple(
            _lever(catalogue, control, seen.setdefault(control, number), number) for control in node.controls
        )
        found.append(
            Step(
                number,
                node,
                KINDS[node.kind],
                tuple(_ways(catalogue, tree, node, numbers)),
                levers,
                tuple(passes(catalogue, check) for check in node.by),
                tuple(ROLES[role] for role in node.roles),
            )
        )
    return found


def passes(catalogue: Catalogue, id: str) -> str:
    """Return a check in one line: its name, when it passes, and for how long it must."""
    check = catalogue.checks.get(id)
    if check is None:
        return id
    held = f", held for {spoken(check.held)}" if check.held else ""
    return f"{check.name}: {check.passes.rstrip('.')}{held}."


def called(catalogue: Catalogue, id: str) -> str:
    """Return what people call a control."""
    control = catalogue.controls.get(id)
    return control.name if control else id


def criteria(catalogue: Catalogue, klass: Klass) -> list[tuple[str, str]]:
    """Return the id of each severity with what makes an incident of this class one."""
    found = ((severity.id, severity.criteria) for severity in catalogue.severities.values())
    return [(id, said.get(klass.id) or said.get("anything", "")) for id, said in found]


def in_order(catalogue: Catalogue) -> list[Klass]:
    """Return the classes as they are asked when unsure: the more dangerous first."""
    known = [catalogue.classes[id] for id in CLASS_ORDER if id in catalogue.classes]
    return [*known, *(klass for klass in catalogue.classes.values() if klass not in known)]


def stands(catalogue: Catalogue, control: Control) -> list[Stand]:
    """Return where the control stands, service by service, in the order of the files."""
    return [
        Stand(
            service.name,
            _values(aim.values),
            aim.by_hand if aim.by_hand != control.by_hand else "",
            aim.owner if aim.owner != control.owner else "",
            spoken(aim.within) if aim.within is not None and aim.within != control.within else "",
        )
        for service in catalogue.services.values()
        if (aim := control.aim(service.id))
    ]


def _lever(catalogue: Catalogue, id: str, first: int, number: int) -> Lever:
    control = catalogue.controls.get(id)
    again = first if first != number else 0
    return Lever(id, called(catalogue, id), control.by_hand if control else "", again)


def _ways(catalogue: Catalogue, tree: Tree, node: Node, numbers: Mapping[str, int]) -> list[Way]:
    leads = {choice.label: called(catalogue, choice.leads) for choice in node.choices if choice.leads}
    return [
        Way(
            WAYS.get((node.kind, name), name),
            tuple(_link(catalogue, target, numbers) for target in targets),
            leads.get(name, ""),
        )
        for name, targets in runbook.ways(node)
    ]


def _link(catalogue: Catalogue, target: str, numbers: Mapping[str, int]) -> Link:
    if other := runbook.other(target):
        klass = catalogue.klass(other)
        return Link(f"{other}.html", klass.name if klass else other)
    return Link(f"#{target}", str(numbers[target]))


def _values(values: Values) -> str:
    if values.choices:
        return ", ".join(spoken_value(value, values) for value in values.choices)
    ends = (values.low, values.high)
    range = " to ".join(spoken_value(end, values) for end in ends if end is not None)
    return f"{range}, or {NOTHING}" if values.none else range
