"""What happens to a control in an incident, as events. Values are JSON scalars; a step is one control of a pull."""

from dataclasses import dataclass
from typing import Any

from stanch.core.control import Value
from stanch.core.payload import Payload


@dataclass(frozen=True, slots=True)
class PullAsked(Payload):
    """Somebody wants it moved; the value before is owed to be read. `undoes` is the mitigation that it takes back."""

    kind = "pull_asked"
    p: int
    control: str
    name: str
    service: str
    to: Value | None = None
    undoes: int | None = None
    controls: tuple[str, ...] = ()
    """What is to be read: the control itself, or every one of the known-good set."""


@dataclass(frozen=True, slots=True)
class PullRead(Payload):
    """Before and after, as shown to confirm. Each step: control, name, before, to, direction, detail, watch_out."""

    kind = "pull_read"
    p: int
    steps: tuple[dict[str, Any], ...] = ()
    fault: str = ""
    same: bool = False
    """Everything stands where it should already."""


@dataclass(frozen=True, slots=True)
class PullSeconded(Payload):
    """The first of two wants it; a second person is asked in the room."""

    kind = "pull_seconded"
    p: int
    what: str
    commander: bool = False
    """One of the two must be the commander."""
    on_call: bool = False
    """Whether the first is on call for the service; one of the two must be."""


@dataclass(frozen=True, slots=True)
class PullConfirmed(Payload):
    """It is pulled now. `ks` are the mitigations it makes, one a step; `first` is the first of two people."""

    kind = "pull_confirmed"
    p: int
    what: str
    ks: tuple[int, ...] = ()
    first: str | None = None
    glass: str = ""
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class PullCancelled(Payload):
    kind = "pull_cancelled"
    p: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class SettingsSaved(Payload):
    kind = "settings_saved"
    p: int
    values: dict[str, Any]
    missing: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PullAccepted(Payload):
    """The plane said yes; effective it is only when it is seen. `until` (ISO, UTC) is when that should be."""

    kind = "pull_accepted"
    p: int
    s: int
    turn: int
    what: str
    request_id: str
    said: str
    until: str
    found: Value | None = None
    already: bool = False


@dataclass(frozen=True, slots=True)
class PullEffective(Payload):
    kind = "pull_effective"
    p: int
    s: int
    turn: int
    what: str
    seen: str


@dataclass(frozen=True, slots=True)
class PullLate(Payload):
    """Accepted, and not effective within its time; or `unseen`: nothing but the plane's own word can be seen."""

    kind = "pull_late"
    p: int
    s: int
    turn: int
    what: str
    seen: str
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class PullFailed(Payload):
    """Refused, or unclear, or somebody else changed the value meanwhile (then `found` is it, and nothing was sent)."""

    kind = "pull_failed"
    p: int
    s: int
    turn: int
    what: str
    why: str
    request_id: str = ""
    unclear: bool = False
    changed: bool = False
    found: Value | None = None


@dataclass(frozen=True, slots=True)
class RungHeld(Payload):
    """On the way back one step was held. Green: on to `to`. Red: back to it, by itself."""

    kind = "rung_held"
    p: int
    s: int
    turn: int
    what: str
    green: bool
    seen: str
    to: Value | None = None


@dataclass(frozen=True, slots=True)
class PullAgain(Payload):
    """Somebody wants it looked at again: `read` from the start, or only `probe` whether it took effect."""

    kind = "pull_again"
    p: int
    how: str
    steps: tuple[int, ...] = ()
