"""What moving a control means: which values may be sent, how they are spoken, and who has to agree.

The rules are the catalogue's: less is free, back to a value that was good is free, more takes two (section 1, rule 2).
"""

import math
import re
from collections.abc import Collection
from datetime import date
from typing import Final

from stanch.core.control import NOTHING, Aim, Control, Direction, Value, Values
from stanch.errors import Refusal

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_WORDS: Final = {True: ("yes", "true", "on"), False: ("no", "false", "off")}
_UNDO: Final[dict[Direction, Direction]] = {"less": "more", "back": "back", "more": "less"}
_MANY: Final = 12
"""More choices than these are not all told."""


def same(one: Value | None, other: Value | None) -> bool:
    """Are these one value to a plane? 1 and 1.0 are; 1 and yes, or 1 and the text "1", are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def one_switch(a: Aim, b: Aim) -> bool:
    """Do these stand for the same switch, whatever their controls are called? What proves it may differ."""

    def where(aim: Aim) -> dict[str, object]:
        return {
            key: value for key, value in aim.target.items() if key not in ("proof", "probe", "map", "apply", "undo")
        }

    return a.plane == b.plane and where(a) == where(b)


def holds(values: Values, value: Value | None) -> bool:
    """May exactly this value be sent?"""
    if values.choices:
        return any(same(value, choice) for choice in values.choices)
    if values.none and value == NOTHING:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    inside = (values.low is None or value >= values.low) and (values.high is None or value <= values.high)
    return inside and (not values.whole or value == int(value))


def allowed(values: Values, typed: Value) -> Value:
    """Return the value that `typed` means, which may be text as people type it: `60`, `60 %`, `OFF`.

    Raises Refusal that says what may be sent, and never repeats what was typed: that may be a secret, or a ping.
    """
    meant = _choice(values, typed) if values.choices else _number(values, typed)
    if meant is None:
        raise Refusal(f"That is no value of this control. It takes {told(values)}.")
    return meant


def told(values: Values) -> str:
    """Return what may be sent, in words: `on, ask or off`, `whole numbers from 0 to 100 %`."""
    if values.choices:
        words = [spoken(choice, values) for choice in values.choices]
        if len(words) > _MANY:
            return f"one of {', '.join(words[:_MANY])} and {len(words) - _MANY} more"
        return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else f"only {words[0]}"
    kind = "whole numbers" if values.whole else "numbers"
    low = f" from {values.low:g}" if values.low is not None else ""
    high = f" to {values.high:g}" if values.high is not None else ""
    return kind + low + high + (f" {values.unit}" if values.unit else "") + (f", or {NOTHING}" if values.none else "")


def spoken(value: Value, values: Values) -> str:
    """Return `value` as people read it: `v17`, `60 %`, `yes`."""
    if isinstance(value, bool):
        return _WORDS[value][0]
    if isinstance(value, str):
        return value
    number = str(int(value)) if math.isfinite(value) and value == int(value) else f"{value:.12g}"
    return f"{number} {values.unit}" if values.unit and not values.choices else number


def direction(
    control: Control,
    aim: Aim,
    before: Value | None,
    to: Value,
    recorded: Collection[Value] = (),
    *,
    today: date | None = None,
) -> Direction:
    """Return what it is to move from `before` (None: not known) to `to`: less, back, or more, which takes two.

    `recorded`: values of this control that were recorded as good, or as the value before a pull. What an owner declared
    good does not count where the control needs an evaluation and its last one is too old on `today`.
    """
    if control.direction == "more":
        return "more"
    if control.direction == "back":
        return "back" if _is_back(control, aim, before, to, recorded, today) else "more"
    if before is None or not holds(aim.values, to) or not _comparable(aim.values, before):
        return "less" if same(to, aim.to) else "more"
    if place(aim.values, to) >= place(aim.values, before):
        return "less"
    return "back" if control.raise_is == "back" and _among(to, recorded) else "more"


def undo_direction(pulled: Direction) -> Direction:
    """Return what undoing a pull is: of a less a more, of a back a back (one click), of a more a less."""
    return _UNDO[pulled]


def suggested(aim: Aim, control: Control, known_good: Value | None = None, before: Value | None = None) -> Value | None:
    """Return the value that the control's button pulls to: the recorded good one, else what the file says, or None.

    Where the good one is what stands there already (`before`), it is no help: then too what the file says.
    """
    is_part = control.direction == "back" and aim.known_good and holds(aim.values, known_good)
    return known_good if is_part and not same(known_good, before) else aim.to


def is_evaluated(control: Control, aim: Aim, today: date | None) -> bool:
    """Has what it moves to been tried with what runs now, recently enough (provider, region)?"""
    if control.evaluated_within is None or aim.evaluated == "each release":
        return True
    return aim.evaluated is not None and today is not None and today - aim.evaluated <= control.evaluated_within


def _is_back(
    control: Control, aim: Aim, before: Value | None, to: Value, recorded: Collection[Value], today: date | None
) -> bool:
    if _among(to, recorded):
        return True
    declared = _among(to, aim.good) or (same(to, aim.to) and not holds(aim.values, before))
    return declared and is_evaluated(control, aim, today)


def place(values: Values, value: Value) -> float:
    """Return how far towards doing least a value stands."""
    if values.choices:
        return next((at for at, choice in enumerate(values.choices) if same(choice, value)), -1)
    if value == NOTHING:
        return -math.inf
    number = float(value)
    return -number if values.less == "lower" else number


def _comparable(values: Values, value: Value) -> bool:
    """May its place be compared? Any number of a range may, also one that the file would not let be sent."""
    if holds(values, value) or (value == NOTHING and not values.choices):
        return True
    return not values.choices and isinstance(value, int | float) and not isinstance(value, bool)


def _among(value: Value, values: Collection[Value]) -> bool:
    return any(same(value, other) for other in values)


def _choice(values: Values, typed: Value) -> Value | None:
    if not isinstance(typed, str):
        return next((choice for choice in values.choices if same(choice, typed)), None)
    exact = [choice for choice in values.choices if choice == typed and isinstance(choice, str)]
    word = typed.strip().casefold()
    close = [choice for choice in values.choices if word in _names(choice, values)]
    return exact[0] if exact else close[0] if len(close) == 1 else None


def _names(choice: Value, values: Values) -> tuple[str, ...]:
    return _WORDS[choice] if isinstance(choice, bool) else (spoken(choice, values).casefold(),)


def _number(values: Values, typed: Value) -> Value | None:
    if isinstance(typed, str):
        bare = typed.strip()
        if values.none and bare.casefold() == NOTHING:
            return NOTHING
        if values.unit and bare.casefold().endswith(values.unit.casefold()):
            bare = bare[: -len(values.unit)].rstrip()
        if len(bare) > 30 or not _NUMBER.fullmatch(bare):
            return None
        typed = float(bare)
    if not holds(values, typed):
        return None
    return int(typed) if float(typed).is_integer() else float(typed)
