"""A runbook: one class's decision tree, and where in it people stand (syntax: catalogue, section 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

NodeKind = Literal["ask", "pull", "check", "do", "call", "end"]


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


@dataclass(frozen=True, slots=True)
class Tree:
    klass: str
    start: str
    nodes: Mapping[str, Node]
