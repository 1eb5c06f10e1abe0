"""Read a class's decision tree (`start`, `nodes`) from its file into values, with every fault at its place."""

from collections.abc import Mapping
from typing import Any, Final

from stanch.core.runbook import Choice, Node, NodeKind, Tree
from stanch.store.sheets import is_id
from stanch.store.tree_sheets import (
    KINDS,
    AskSheet,
    CallSheet,
    CheckSheet,
    DoSheet,
    EndSheet,
    NodeSheet,
    PullSheet,
)
from stanch.store.validation import nearest, validate
from stanch.store.yaml_marks import Marked, Place

NODES: Final = "nodes"


def read(marked: Marked, klass: str) -> Tree | None:
    """Return the tree in a class's document, or None: there is none, or it has faults, which are in `marked`."""
    data = marked.data if isinstance(marked.data, dict) else {}
    if data.get("start") is None and data.get(NODES) is None:
        return None
    faults = len(marked.faults)
    if data.get(NODES) is None:
        marked.fault(("start",), "a start without nodes", "the tree below `nodes:`", at_key=True)
    elif data.get("start") is None:
        marked.fault((NODES,), "key 'start' is missing", "`start:` with the id of the first node", at_key=True)
    if not isinstance(data.get(NODES), dict) or not data[NODES]:
        return None
    if not all(is_id(id) for id in data[NODES]):  # told with the sheet; each way to it would be told again
        return None
    nodes = {str(id): _node(marked, str(id), node) for id, node in data[NODES].items()}
    whole = {id: node for id, node in nodes.items() if node is not None}
    if len(marked.faults) > faults or len(whole) < len(nodes) or not isinstance(data["start"], str):
        return None
    messages = data.get("messages")
    return Tree(klass, data["start"].strip(), whole, messages if isinstance(messages, dict) else {})


def _node(marked: Marked, id: str, data: Any) -> Node | None:
    place: Place = (NODES, id)
    if not isinstance(data, dict):
        marked.fault(place, f"node '{id}' without keys", f"one of {_KINDS} in it", at_key=True)
        return None
    kinds = [kind for kind in data if kind in KINDS]
    if not kinds:
        close = next((found for key in data if (found := nearest(key, KINDS))), "")
        marked.fault(place, f"node '{id}' is of no kind", f"one of {_KINDS} in it{close}", at_key=True)
        return None
    if len(kinds) > 1:
        what = f"node '{id}' is both `{kinds[0]}` and `{kinds[1]}`"
        marked.fault((*place, kinds[1]), what, "one of them, and the other as a node of its own", at_key=True)
        return None
    kind: NodeKind = kinds[0]
    inside = _below(marked, place, data)
    sheet = validate(KINDS[kind], inside)
    marked.faults += inside.faults
    return _value(id, kind, sheet) if sheet else None


def _below(marked: Marked, place: Place, data: Mapping[str, Any]) -> Marked:
    """Return the part of the document at `place` as a document of its own, with the marks that it has in the file."""
    size = len(place)
    return Marked(
        marked.file,
        data,
        {key[size:]: mark for key, mark in marked.keys.items() if key[:size] == place},
        {key[size:]: mark for key, mark in marked.values.items() if key[:size] == place},
        {key[size:]: text for key, text in marked.written.items() if key[:size] == place},
        unusable={key[size:] for key in marked.unusable if key[:size] == place},
    )


def _value(id: str, kind: NodeKind, sheet: NodeSheet) -> Node:
    match sheet:
        case AskSheet():
            choices = tuple(Choice(label, to.to, to.leads or "") for label, to in sheet.choices.items())
            return Node(id, kind, sheet.ask, look=tuple(sheet.look), choices=choices)
        case PullSheet():
            then, cannot = tuple(sheet.then), tuple(sheet.cannot)
            return Node(id, kind, sheet.says, controls=tuple(sheet.pull), then=then, cannot=cannot)
        case CheckSheet():
            better, same, worse = tuple(sheet.better), tuple(sheet.same), tuple(sheet.worse)
            return Node(id, kind, sheet.check, by=tuple(sheet.by), better=better, same=same, worse=worse)
        case DoSheet():
            then, cannot = tuple(sheet.done), tuple(sheet.cannot)
            return Node(id, kind, sheet.do, look=tuple(sheet.look), then=then, cannot=cannot)
        case CallSheet():
            return Node(id, kind, sheet.call, then=tuple(sheet.then), roles=tuple(sheet.roles))
        case EndSheet():
            return Node(id, kind, sheet.end, look=tuple(sheet.look))


_KINDS: Final = ", ".join(KINDS)
