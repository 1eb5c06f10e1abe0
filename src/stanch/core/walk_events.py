"""Where people stand in a runbook, what checks said, what a sample showed: as events."""

from dataclasses import dataclass
from typing import Any

from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class RunbookOpened(Payload):
    """A class's tree was begun, or gone on with, at `node`; its message stands at the end of the room again."""

    kind = "runbook_opened"
    klass: str
    node: str


@dataclass(frozen=True, slots=True)
class RunbookChose(Payload):
    """`said` is what was chosen, as it stood on the button."""

    kind = "runbook_chose"
    klass: str
    node: str
    said: str
    to: str


@dataclass(frozen=True, slots=True)
class RunbookBack(Payload):
    kind = "runbook_back"
    klass: str
    node: str
    to: str


@dataclass(frozen=True, slots=True)
class ChecksAsked(Payload):
    """`until` (ISO, UTC): they are measured again and again until then; empty: once."""

    kind = "checks_asked"
    ids: tuple[str, ...]
    until: str = ""


@dataclass(frozen=True, slots=True)
class Checked(Payload):
    """Each result: check, name, verdict, seen. `quiet`: nobody asked for it, so it shows and is not told."""

    kind = "checked"
    asked: int
    results: tuple[dict[str, Any], ...]
    over: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CameBack(Payload):
    """A check that was green turned red while it was watched."""

    kind = "came_back"
    what: str


@dataclass(frozen=True, slots=True)
class SampleAsked(Payload):
    kind = "sample_asked"
    s: int
    n: int
    service: str = ""


@dataclass(frozen=True, slots=True)
class SampleDrawn(Payload):
    """Ids only: the answers themselves are shown redacted, and stay where they are."""

    kind = "sample_drawn"
    s: int
    ids: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class AnswerJudged(Payload):
    kind = "answer_judged"
    s: int
    answer: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Shown(Payload):
    """A message of the room that follows the state: a pull, the runbook, a sample. No `ts`: it was deleted."""

    kind = "shown"
    view: str
    ts: str


@dataclass(frozen=True, slots=True)
class Drifted(Payload):
    """What differs from the known-good set now. Each: control, good, now."""

    kind = "drifted"
    differs: tuple[dict[str, str], ...]
    good_since: str = ""
