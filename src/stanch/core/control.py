"""A control: one declared switch in somebody's control plane; and what it means to move it from one value to another.

Values are scalars (text, number, yes or no). What else a plane needs to put one back exactly stays with the reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal

Direction = Literal["less", "back", "more"]
"""Less is free, back to a recorded good value too, more is guarded (catalogue, section 1, rule 2)."""
Value = str | int | float | bool
NOTHING: Final = "none"
"""The value of a control where nothing is set: no limit, no alias, no budget. Putting it back takes that away."""

KNOWN_GOOD: Final = "known_good.set"
"""The control that puts every control of the service's known-good set back, each as a step of its own."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A control plane. Its secret is the name of an environment variable, never the secret."""

    id: str
    kind: str
    """Which adapter speaks to it: `practice_ai`, `http`."""
    url: str = ""
    url_env: str = ""
    """Name of the environment variable that holds the URL, where it differs from machine to machine."""
    secret: str = ""
    header: str = "Authorization"
    scheme: str | None = None
    """How the secret is sent: `HEADER: SCHEME SECRET`; an empty scheme sends it bare; None: as its kind wants it."""
    timeout: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Values:
    """What may be sent, and nothing else: `choices` in order, the first does the most and the last the least; or the
    whole and broken numbers from `low` to `high`, of which the lower does less unless `less` says otherwise."""

    choices: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = True
    less: Literal["lower", "higher"] = "lower"
    unit: str = ""
    none: bool = False
    """Beside the numbers, `none` may be sent: no limit at all, which does the most."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What shows that users get a value, asked of another plane. `how` is in the words of that plane's kind."""

    plane: str
    how: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ladder:
    """How it is restored: value by value, each held and checked, back by itself when a check turns red."""

    steps: tuple[Value, ...]
    hold: timedelta
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aim:
    """A control as it stands for one service. `target` is in the words of the plane's adapter."""

    plane: str
    target: Mapping[str, Any]
    values: Values
    to: Value | None = None
    """The value that its button pulls to, where the known-good set does not say a better one."""
    good: tuple[Value, ...] = ()
    """Values that count as *back* beside the recorded one: tested, and declared by the owner."""
    known_good: bool = True
    """Part of the known-good set."""
    ladder: Ladder | None = None
    on: str = ""
    """Which one it is about, where there are several: the caller, the tool, the source."""
    by_hand: str = ""
    owner: str = ""
    within: timedelta | None = None
    evaluated: date | Literal["each release"] | None = None
    """When what it moves to was last tried with what runs now, where the control needs that."""
    shown_by: tuple[Shown, ...] = ()
    """Beside what its own plane shows: all of them must show it."""


@dataclass(frozen=True, slots=True)
class Control:
    """`by_hand` is the same action without Stanch, `owner` a Slack name, id or e-mail; an aim may name its own."""

    id: str
    name: str
    """A few words for a button, at most 30 characters."""
    does: str
    """What it does, in words that a tired person understands."""
    direction: Direction
    within: timedelta
    """How long it may take until users notice."""
    proof: str
    """What shows that it took effect; not that the plane said yes."""
    by_hand: str
    owner: str
    watch_out: str = ""
    pairs_with: str = ""
    drilled: date | None = None
    """When it was last pulled and undone in a drill."""
    break_glass: bool = True
    never_in: tuple[str, ...] = ()
    """Classes in which it may not be pulled at all."""
    raise_is: Literal["more", "back"] = "more"
    """What taking a *less* to a recorded value again is; any other way up is *more*."""
    evaluated_within: timedelta | None = None
    """How old the evaluation of what it moves to may be; older, its good values are *more* (second provider)."""
    aims: Mapping[str, Aim] = field(default_factory=dict)
    """By service. For a service that is not here it is pulled by hand and recorded."""

    def aim(self, service: str | None) -> Aim | None:
        return self.aims.get(service or "")

    def called(self, service: str | None) -> str:
        """Its name, and which one it is about for this service: `Limit a caller (acme)`."""
        aim = self.aim(service)
        return f"{self.name} ({aim.on})" if aim and aim.on else self.name

    def deadline(self, service: str | None) -> timedelta:
        """How long it may take until it is in effect, for this service."""
        aim = self.aim(service)
        return aim.within if aim and aim.within is not None else self.within
