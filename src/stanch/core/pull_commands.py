"""What can be asked of a control in an incident, and what came back from its plane."""

from dataclasses import dataclass, field
from typing import Any

from stanch.core.command import Command
from stanch.core.control import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever(Command):
    """Something that moves production. `on_call`: the person is one of the owners of the service."""

    on_call: bool = False


@dataclass(frozen=True, slots=True)
class Pull(Lever):
    """Nothing moves yet: the value before is read, and before and after are shown. No `value`: the one that its file
    or the known-good set says."""

    control: str
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Undo(Lever):
    """Put back what mitigation `k` moved; None: the only one there is."""

    k: int | None = None


@dataclass(frozen=True, slots=True)
class Confirm(Lever):
    """*Pull it*, the second person's *Agree*, and with a reason *Break the glass*."""

    p: int
    glass: str = ""


@dataclass(frozen=True, slots=True)
class CancelPull(Lever):
    p: int


@dataclass(frozen=True, slots=True)
class LookAgain(Lever):
    """After *not effective yet*, *failed*, *changed by somebody else* or *could not be read*: read and look again."""

    p: int


@dataclass(frozen=True, slots=True)
class ReadStep:
    """One control as it stands. `good` is its value in the known-good set; `fault` says why it could not be read."""

    control: str
    value: Value | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    good: Value | None = None
    fault: str = ""
    elsewhere: tuple[int, ...] = ()
    """Other open incidents of safety or security in which this control does less on purpose."""
    caution: str = ""
    """What its plane cannot promise: applications keep the old value for a minute, a block fails nothing over."""


@dataclass(frozen=True, slots=True)
class ReportReading(Command):
    p: int
    steps: tuple[ReadStep, ...]


@dataclass(frozen=True, slots=True)
class ReportSaved(Command):
    """The service's settings before the pull; `missing` says what could not be saved, `held` what evidence is held."""

    p: int
    values: dict[str, Value | None]
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportAccepted(Command):
    """The plane said yes. `found` is the value read back; `already`: it stood there before anything was sent."""

    p: int
    s: int
    turn: int
    request_id: str
    said: str
    found: Value | None = None
    already: bool = False


@dataclass(frozen=True, slots=True)
class ReportFailed(Command):
    """`unclear`: it may have happened. `changed`: somebody else set `found` meanwhile, and nothing was sent."""

    p: int
    s: int
    turn: int
    why: str
    request_id: str = ""
    unclear: bool = False
    changed: bool = False
    found: Value | None = None


@dataclass(frozen=True, slots=True)
class ReportProof(Command):
    """What the probe saw; not effective means that its time is over, or (`unseen`) that nothing more can be seen."""

    p: int
    s: int
    turn: int
    effective: bool
    seen: str
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class ReportHeld(Command):
    """A step of the way back was held: its checks stayed green, or one turned red."""

    p: int
    s: int
    turn: int
    green: bool
    seen: str
