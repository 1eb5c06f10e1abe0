"""Read YAML into plain values, remembering where each key and each value stands.

The rule is to gather every fault and show them together: a person who mends a file wants to mend it once.
"""

import os
import re
import stat
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from stanch.errors import Fault
from stanch.store.yaml_problems import unparsable

try:  # libyaml keeps the same marks and is about eight times as fast
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without it
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Place = tuple[str | int, ...]
"""Keys and indexes from the top of a document to a value."""


_STANDARD = "tag:yaml.org,2002:"
_TYPED = frozenset({"null", "bool", "int", "float"})
_TEXT = frozenset({"str", "timestamp", "value"})
"""Kinds of scalar that stay text: dates too, since nothing here is a date by itself."""
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_WORD_AS_COMMENT = re.compile(r"[: \t]*(#[^\s#]+)")


class Warned(NamedTuple):
    """What works and will not help; ordered by place, which is as in `Fault`."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


@dataclass(slots=True)
class Marked:
    """A document as plain dicts, lists and scalars, and the 1-based (line, column) of each key and value."""

    file: str
    data: Any = None
    keys: dict[Place, tuple[int, int]] = field(default_factory=dict)
    values: dict[Place, tuple[int, int]] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)
    """A single value as it stands in the file, where that is not what it says: `yes` for true, `1:30` for 90."""
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    unusable: set[Place] = field(default_factory=set)
    """Where a value could not be taken over; what it should have been needs no second fault."""

    def fault(self, place: Place, what: str, expected: str, *, at_key: bool = False) -> None:
        """Record a fault at the value of `place` (or its key), or at the nearest place above that is in the file."""
        self.faults.append(Fault(self.file, *self._mark(place, at_key), what, expected))

    def warn(self, place: Place, what: str, *, at_key: bool = False) -> None:
        """Record a warning, at the same place as a fault would be."""
        self.warnings.append(Warned(self.file, *self._mark(place, at_key), what))

    def _mark(self, place: Place, at_key: bool) -> tuple[int, int]:
        return (self.keys if at_key else self.values).get(place) or self._above(place)

    def _above(self, place: Place) -> tuple[int, int]:
        while place:
            place = place[:-1]
            if mark := self.keys.get(place) or self.values.get(place):
                return mark
        return (1, 1)


def read(path: Path, file: str) -> Marked:
    """Return the document in `path` with its marks; faults name it `file`. `data` is None if it cannot be parsed."""
    marked = Marked(file)
    text = text_of(path, marked)
    return marked if text is None else parse(text, marked)


def optional(home: Path, file: str) -> Marked:
    """Return the document that `file` is in `home`, or an empty one without a fault when there is none.

    A file of the same name with another suffix is taken for a slip.
    """
    path = home / file
    is_there = path.exists() or path.is_symlink() or any(path.parent.glob(f"{path.stem}.[yY]*"))
    return read(path, file) if is_there else Marked(file)


def text_of(path: Path, marked: Marked) -> str | None:
    """Return the text in `path`, or None with a fault recorded: no file, one that may not be read, or not UTF-8."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading from a pipe would wait for ever
            marked.fault((), "a folder" if path.is_dir() else "neither a file nor a folder", "a file")
            return None
        raw = path.read_bytes()
    except FileNotFoundError:
        marked.fault((), *_absent(path))
        return None
    except OSError as error:
        marked.fault((), f"the file cannot be read ({error.strerror})", "a file that the bot may read")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # `start` counts from behind a byte order mark, in `object`
        before = error.object[: error.start].decode()
        what = f"byte 0x{error.object[error.start]:02x}, which is not UTF-8"
        marked.faults.append(Fault(marked.file, *_at(before, len(before)), what, "UTF-8 text"))
        return None


def _absent(path: Path) -> tuple[str, str]:
    if path.is_symlink():
        return f"a link to {path.readlink()}, which is not there", "a file"
    similar = (f"{path.stem}.yaml".lower(), f"{path.stem}.yml".lower())
    try:
        there = sorted(os.listdir(path.parent))
    except OSError:
        there = []
    other = next((near for near in there if near.lower() in similar), "")
    return "there is no such file", "it in the home folder" + (f"; rename {other}" if other else "")


def parse(text: str, marked: Marked) -> Marked:
    """Fill `marked` from YAML `text`: one document, a mapping at the top, no aliases, no own tags."""
    if bad := yaml.reader.Reader.NON_PRINTABLE.search(text):
        what = f"character U+{ord(bad.group()):04X}, which YAML does not allow"
        marked.faults.append(Fault(marked.file, *_at(text, bad.start()), what, "printable text"))
        return marked
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        marked.faults.append(unparsable(marked.file, text, error))
        return marked
    except RecursionError:
        marked.fault((), "values nested too deeply to read", "a few levels")
        return marked
    if node is None:
        marked.fault((), "the file is empty", "keys and values")
        return marked
    _Builder(marked, text).top(node)
    return marked


class _Builder:
    """Turns nodes into plain values, one document long."""

    def __init__(self, marked: Marked, text: str) -> None:
        self.marked = marked
        self.lines = [*_BREAK.split(text), ""]
        self.seen: set[int] = set()
        self.scalars = yaml.constructor.SafeConstructor()

    def top(self, node: yaml.Node) -> None:
        self.marked.data = self.value(node, ())
        if not isinstance(node, yaml.MappingNode):
            self.marked.data = None
            self.marked.fault((), f"{describe(node)} at the top", "keys and values")

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.marked.values[place] = _mark(node)
        if id(node) in self.seen:  # an alias gives the same node again; one to itself would never end
            self.marked.fault(place, "an alias (`*`)", "the value written out")
            self.marked.unusable.add(place)
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self.scalar(node, place)

    def fault(self, node: yaml.Node, what: str, expected: str) -> None:
        self.marked.faults.append(Fault(self.marked.file, *_mark(node), what, expected))

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, f"{describe(key_node)} as a key", "a word")
                continue
            key = str(key_node.value)
            under = (*place, key)
            if key in result:
                first = self.marked.keys[under][0]
                self.fault(key_node, f"key '{key}' a second time", f"it once (first on line {first})")
                self.value(value_node, (*under, "(again)"))  # its own faults are still worth telling
                continue
            self.marked.keys[under] = _mark(key_node)
            result[key] = self.value(value_node, under)
        return result

    def scalar(self, node: yaml.Node, place: Place) -> Hashable:
        kind = node.tag.removeprefix(_STANDARD)
        if kind not in _TYPED:
            if kind not in _TEXT:
                self.marked.fault(place, f"tag {node.tag}", "a plain value without a tag")
            return str(node.value)
        try:
            value: Hashable = self.scalars.yaml_constructors[node.tag](self.scalars, node)
        except (ValueError, KeyError):  # `!!int x`: to us it is text
            return str(node.value)
        if str(value) != node.value and (written := str(node.value) or self.swallowed(node)):
            self.marked.written[place] = written
        return value

    def swallowed(self, node: yaml.Node) -> str:
        """Return the `#word` behind an empty value: a channel without its quotes is a comment to YAML."""
        found = _WORD_AS_COMMENT.match(self.lines[node.start_mark.line], node.start_mark.column)
        return found[1] if found else ""


def describe(node: yaml.Node) -> str:
    """Return what a person would call this node."""
    if isinstance(node, yaml.MappingNode):
        return "keys and values"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single value"


def _mark(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _at(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
