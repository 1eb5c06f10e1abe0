"""Walking a runbook, running checks, judging a sample; and what the checks said."""

from dataclasses import dataclass

from stanch.core.check import Result
from stanch.core.command import Command
from stanch.core.control import Value
from stanch.core.pull_commands import Lever


@dataclass(frozen=True, slots=True)
class OpenRunbook(Command):
    """Start the tree of a class, or go on with the one that was begun; None: that of the incident's class."""

    klass: str | None = None


@dataclass(frozen=True, slots=True)
class Choose(Command):
    """One way on from where the runbook stands. `step` is the screen that the person saw: the first click wins."""

    step: int
    to: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class StepBack(Command):
    step: int


@dataclass(frozen=True, slots=True)
class RunChecks(Lever):
    """Measure now; no ids: those of the class. `watch` is in minutes: go on measuring, and say when one turns red."""

    ids: tuple[str, ...] = ()
    watch: int = 0


@dataclass(frozen=True, slots=True)
class ReportChecks(Command):
    """`asked` is the entry that asked for them; `over`: nothing more is measured for it; `quiet`: a look by itself."""

    asked: int
    results: tuple[Result, ...]
    over: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class DrawSample(Lever):
    """Fresh answers, to be judged one by one."""

    n: int = 20


@dataclass(frozen=True, slots=True)
class ReportSample(Command):
    s: int
    ids: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class JudgeAnswer(Lever):
    """`good`, `bad`, or `unclear` (cannot tell)."""

    s: int
    answer: str
    verdict: str


@dataclass(frozen=True, slots=True)
class EndSample(Lever):
    """Count what was judged so far."""

    s: int


@dataclass(frozen=True, slots=True)
class ReportShown(Command):
    """A view's message stands, or (`lost`) somebody deleted it."""

    view: str
    ts: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class ReportDrift(Command):
    """What differs from the service's known-good set now: (control, value that was good, value now)."""

    differs: tuple[tuple[str, str, str], ...]
    good_since: str = ""
    stands: tuple[tuple[int, Value], ...] = ()
    """Mitigation and the value at which its control stood at `at` (ISO, UTC)."""
    at: str = ""
