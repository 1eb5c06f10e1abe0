"""A runbook: one class's decision tree, and where in it people stand (syntax: catalogue, section 7)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from stanch.core.roles import Role

NodeKind = Literal["ask", "pull", "check", "do", "call", "end"]

NOT_SURE: Final = "Not sure"
"""The choice that every question has."""
OTHER_TREE: Final = "tree:"
"""How a target begins that leads into the tree of another class."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`to` is a node's id, or `tree:CLASS`. `leads`: the control that comes first where this choice leads."""

    label: str
    to: str
    leads: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One screen. A target of several nodes means the first of them that has not been tried."""

    id: str
    kind: NodeKind
    text: str
    """The question, what the pull says, what the check asks, what to do, whom to call, how it ends."""
    look: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    controls: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    """Checks that measure it."""
    then: tuple[str, ...] = ()
    """Where it goes on: `then` of a pull or a call, `done` of a do."""
    cannot: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    """Whose seats a call concerns."""


@dataclass(frozen=True, slots=True)
class Tree:
    klass: str
    start: str
    nodes: Mapping[str, Node]
    messages: Mapping[str, str] = field(default_factory=dict)
    """The message template to send, by audience."""


def first(targets: Sequence[str], tried: Collection[str]) -> str:
    """Return the first of `targets` that has not been tried; the last of them when all have been."""
    return next((target for target in targets if target not in tried), targets[-1])


def other(target: str) -> str | None:
    """Return the class whose tree `target` leads into, or None when it is a node."""
    return target.removeprefix(OTHER_TREE) if target.startswith(OTHER_TREE) else None


def ways(node: Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each way on from `node`: its name (a choice's label, or the key in the file) and its targets."""
    for choice in node.choices:
        yield choice.label, (choice.to,)
    on = "done" if node.kind == "do" else "then"
    named = (
        (on, node.then),
        ("cannot", node.cannot),
        ("better", node.better),
        ("same", node.same),
        ("worse", node.worse),
    )
    yield from ((name, targets) for name, targets in named if targets)


def following(tree: Tree, id: str) -> tuple[str, ...]:
    """Return the nodes of this tree that may come right after node `id`, each once, in the order of the file."""
    targets = [target for _, many in ways(tree.nodes[id]) for target in many]
    return tuple(target for target in dict.fromkeys(targets) if target in tree.nodes)


def reachable(tree: Tree, start: str | None = None) -> frozenset[str]:
    """Return the nodes that can be come to from `start` (default: the tree's), itself included."""
    seen: set[str] = set()
    todo = [tree.start if start is None else start]
    while todo:
        if (id := todo.pop()) not in seen and id in tree.nodes:
            seen.add(id)
            todo += following(tree, id)
    return frozenset(seen)


def stuck(tree: Tree) -> frozenset[str]:
    """Return the nodes from which neither an `end` nor another tree can be come to."""
    out = {
        id
        for id, node in tree.nodes.items()
        if node.kind == "end" or any(other(target) for _, many in ways(node) for target in many)
    }
    while further := {id for id in tree.nodes if id not in out and out.intersection(following(tree, id))}:
        out |= further
    return frozenset(tree.nodes) - out


def acts(node: Node) -> bool:
    """Does this node do something about the harm: a control, or the same by hand?"""
    return node.kind in ("pull", "do")


def before_acting(tree: Tree) -> frozenset[str]:
    """Return the nodes that can be come to while nothing has been done about the harm yet."""
    seen: set[str] = set()
    todo = [tree.start]
    while todo:
        if (id := todo.pop()) not in seen and id in tree.nodes:
            seen.add(id)
            todo += () if acts(tree.nodes[id]) else following(tree, id)
    return frozenset(seen)


def unsure(tree: Tree, question: str) -> str | None:
    """Return the first target that is no question when every question from here on is answered *Not sure*.

    None: there is no such target, because a question lacks the answer or they go round in a ring.
    """
    seen: set[str] = set()
    target = question
    while target in tree.nodes and tree.nodes[target].kind == "ask":
        answer = next((choice.to for choice in tree.nodes[target].choices if choice.label == NOT_SURE), None)
        if answer is None or target in seen:
            return None
        seen.add(target)
        target = answer
    return target


def questions(tree: Tree) -> dict[str, int]:
    """Return, by node that can be come to before anything is done, the most questions on the way, its own included.

    A node in a ring counts as if it had been passed once.
    """
    most: dict[str, int] = {}

    def walk(id: str, passed: tuple[str, ...], asked: int) -> None:
        if id in passed or id not in tree.nodes:
            return
        node = tree.nodes[id]
        asked += node.kind == "ask"
        if asked <= most.get(id, -1) or acts(node):
            return
        most[id] = asked
        for target in following(tree, id):
            walk(target, (*passed, id), asked)

    walk(tree.start, (), 0)
    return most


def usual(tree: Tree) -> tuple[str, ...]:
    """Return the nodes of the way that is gone when all works: the first answer, the control that can be pulled, a
    check that is better; up to the end, or until it would repeat itself."""
    path: list[str] = []
    id = tree.start
    while id in tree.nodes and id not in path:
        path.append(id)
        node = tree.nodes[id]
        inside = next((choice.to for choice in node.choices if choice.to in tree.nodes), "")
        on = node.then or node.better
        id = first(on, path) if on else inside
    return tuple(path)


def about(tree: Tree) -> int:
    """Return how many steps it usually takes."""
    return len(usual(tree))


def depths(tree: Tree) -> dict[str, int]:
    """Return the least number of steps before each node that can be come to."""
    depth, todo = {tree.start: 0}, [tree.start]
    for id in todo:
        for target in following(tree, id) if id in tree.nodes else ():
            if target not in depth:
                depth[target] = depth[id] + 1
                todo.append(target)
    return depth
