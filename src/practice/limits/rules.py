"""The kinds of rules the tables are written in. A rule looks at one value and notes its faults in a :class:`Walk`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass
class Walk:
    """Faults found so far, as Slack words them, and what must be unique or is counted over the whole payload."""

    surface: str
    faults: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def fault(self, at: str, what: str) -> None:
        self.faults.append(f"[ERROR] {what} [json-pointer:{at}]")

    def add(self, what: str, number: int) -> int:
        self.counts[what] = self.counts.get(what, 0) + number
        return self.counts[what]


class Rule(Protocol):
    """``required`` is read by the object the rule belongs to."""

    @property
    def required(self) -> bool: ...

    def check(self, value: Any, at: str, walk: Walk) -> None: ...


def length(value: str, at: str, walk: Walk, low: int, high: int) -> None:
    if len(value) > high:
        walk.fault(at, f"must be less than {high + 1} characters")
    if len(value) < low:
        walk.fault(at, f"must be more than {low - 1} characters")


@dataclass(frozen=True)
class Str:
    """A string of ``low`` to ``high`` characters, one of ``among`` if given, of this ``shape`` (a pattern) if given."""

    high: int
    low: int = 0
    required: bool = False
    among: tuple[str, ...] = ()
    http: bool = False
    shape: str = ""

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, str):
            walk.fault(at, "must be a string")
            return
        length(value, at, walk, self.low, self.high)
        if self.among and value not in self.among:
            walk.fault(at, f"must be one of {', '.join(self.among)}")
        if self.http and not value.startswith(("http://", "https://", "mailto:", "slack://")):
            walk.fault(at, "must be a valid URL")
        if self.shape and not re.fullmatch(self.shape, value):
            walk.fault(at, f"must match {self.shape}")


@dataclass(frozen=True)
class Id:
    """An id of at most 255 characters: a block_id once in the payload, an action_id once in its block."""

    kind: str
    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, str):
            walk.fault(at, "must be a string")
            return
        length(value, at, walk, 0, 255)
        seen = walk.block_ids if self.kind == "block_id" else walk.action_ids
        if value and value in seen:
            walk.fault(at, f"`{self.kind}` {value} already exists for another {self.kind.split('_')[0]}")
        seen.add(value)


@dataclass(frozen=True)
class Text:
    """A text object of 1 to ``high`` characters; ``plain`` when mrkdwn is not allowed."""

    high: int
    plain: bool = False
    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, dict):
            walk.fault(at, "must be a text object")
            return
        kinds = ("plain_text",) if self.plain else ("plain_text", "mrkdwn")
        if value.get("type") not in kinds:
            walk.fault(f"{at}/type", f"must be one of {', '.join(kinds)}")
        extra = set(value) - {"type", "text", "emoji" if value.get("type") == "plain_text" else "verbatim"}
        for name in sorted(extra):
            walk.fault(at, f"invalid additional property: {name}")
        if isinstance(value.get("text"), str):
            length(value["text"], f"{at}/text", walk, 1, self.high)
        else:
            walk.fault(at, "missing required field: text")


@dataclass(frozen=True)
class Int:
    low: int
    high: int
    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            walk.fault(at, "must be an integer")
        elif not self.low <= value <= self.high:
            walk.fault(at, f"must be between {self.low} and {self.high}")


@dataclass(frozen=True)
class Bool:
    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, bool):
            walk.fault(at, "must be a boolean")


@dataclass(frozen=True)
class Any_:
    """Something Slack checks elsewhere, or whose limits it does not publish."""

    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        return


@dataclass(frozen=True)
class List:
    """``low`` to ``high`` items, each by ``item``; ``high`` None where no limit is published."""

    item: Rule
    high: int | None
    low: int = 1
    required: bool = True

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, list):
            walk.fault(at, "must be an array")
            return
        if self.high is not None and len(value) > self.high:
            walk.fault(at, f"no more than {self.high} items allowed")
        if len(value) < self.low:
            walk.fault(at, f"no fewer than {self.low} items allowed")
        for index, one in enumerate(value):
            self.item.check(one, f"{at}/{index}", walk)


@dataclass(frozen=True)
class Obj:
    """An object with these fields and no others; of ``one_of``, at least one must be there."""

    fields: Mapping[str, Rule]
    required: bool = False
    one_of: tuple[str, ...] = ()

    def check(self, value: Any, at: str, walk: Walk) -> None:
        if not isinstance(value, dict):
            walk.fault(at, "must be an object")
            return
        for name in sorted(set(value) - set(self.fields) - {"type"}):
            walk.fault(at, f"invalid additional property: {name}")
        for name, rule in self.fields.items():
            if value.get(name) is not None:
                rule.check(value[name], f"{at}/{name}", walk)
            elif rule.required:
                walk.fault(at, f"missing required field: {name}")
        if self.one_of and not any(value.get(name) for name in self.one_of):
            walk.fault(at, f"missing required field: {' or '.join(self.one_of)}")


@dataclass(frozen=True)
class Typed:
    """An object whose ``type`` picks its rule from ``table``; ``only`` narrows the types allowed at this place."""

    table: Mapping[str, Rule]
    only: tuple[str, ...] = ()
    required: bool = False

    def check(self, value: Any, at: str, walk: Walk) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in self.table or (self.only and kind not in self.only):
            walk.fault(f"{at}/type" if isinstance(value, dict) else at, f"unsupported type: {kind}")
            return
        self.table[kind].check(value, at, walk)
