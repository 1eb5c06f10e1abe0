"""How the values of a control may be written down, and its ways: `to`, `good`, the ladder."""

import math
from collections.abc import Sequence
from typing import Any

from stanch.core.control import NOTHING, Direction, Ladder, Value, Values
from stanch.core.moving import holds, same, told
from stanch.store.switch_sheets import AimSheet, LadderSheet, RangeSheet
from stanch.store.validation import validate
from stanch.store.yaml_marks import Marked, Place

_MOST = 100


def below(marked: Marked, place: Place) -> Marked:
    """Return what stands at `place` as a document of its own, with its marks."""
    depth = len(place)
    data: Any = marked.data
    for part in place:
        data = data[part]
    cut = [
        {at[depth:]: found for at, found in marks.items() if at[:depth] == place}
        for marks in (marked.keys, marked.values)
    ]
    written = {at[depth:]: found for at, found in marked.written.items() if at[:depth] == place}
    return Marked(marked.file, data, cut[0], cut[1], written)


def values(marked: Marked, place: Place, given: Any) -> Values | None:
    """Return the values at `place`, or None with the faults recorded."""
    before = len(marked.faults)
    if isinstance(given, dict):
        return _range(marked, place)
    if not isinstance(given, list):
        marked.fault(place, _kind(given), "a list such as [v17, v16], or {from: 0, to: 100}")
        return None
    if not 1 <= len(given) <= _MOST:
        marked.fault(place, f"{len(given)} values" if given else "an empty list", f"from one value to {_MOST}")
    for at, choice in enumerate(given):
        here = (*place, at)
        if scalar(marked, here, choice) and any(same(choice, other) for other in given[:at]):
            marked.fault(here, f"{_written(marked, here, choice)} a second time", "each value once")
    return Values(tuple(given)) if len(marked.faults) == before else None


def scalar(marked: Marked, place: Place, value: Any) -> bool:
    """Is it a text, a number, or true or false as it stands there? Else record the fault."""
    written = marked.written.get(place)
    if isinstance(value, bool) and written and written.lower() not in ("true", "false"):
        what = f"{written}, which YAML takes for {str(value).lower()}"
        marked.fault(place, what, f"true or false, or a text in quotes: '{written}'")
    elif isinstance(value, int) and not isinstance(value, bool) and written and ":" in written:
        marked.fault(place, f"{written}, which YAML takes for the number {value}", f"a text in quotes: '{written}'")
    elif isinstance(value, float) and not math.isfinite(value):
        marked.fault(place, "a number without an end", "a plain number")
    elif isinstance(value, bool | int | float) or (isinstance(value, str) and value.strip()):
        return True
    else:
        marked.fault(place, _kind(value), "a text, a number, true or false")
    return False


def _range(marked: Marked, place: Place) -> Values | None:
    inner = below(marked, place)
    sheet = validate(RangeSheet, inner)
    marked.faults += inner.faults
    if sheet is None:
        return None
    before = len(marked.faults)
    if not sheet.low < sheet.high or not math.isfinite(sheet.high - sheet.low):
        marked.fault(place, f"from {sheet.low:g} to {sheet.high:g}", "the lower number first, and not the same")
    elif sheet.whole and (sheet.low != int(sheet.low) or sheet.high != int(sheet.high)):
        marked.fault(place, f"from {sheet.low:g} to {sheet.high:g}", "whole numbers, or whole: false")
    if len(marked.faults) > before:
        return None
    return Values(low=sheet.low, high=sheet.high, whole=sheet.whole, less=sheet.less, unit=sheet.unit, none=sheet.none)


def ways(marked: Marked, place: Place, sheet: AimSheet, found: Values, direction: Direction) -> None:
    """Record each value of this aim that may not be sent, and a missing `to` where the button needs it."""
    if sheet.to == NOTHING and found.none and direction == "less":
        marked.fault((*place, "to"), "none, which does the most", "a number: what this control pulls to does less")
    elif sheet.to is not None:
        _one_of(marked, (*place, "to"), sheet.to, found)
    elif direction != "back":
        marked.fault(place, "key 'to' is missing", "'to:' here, the value that the button pulls to")
    _each(marked, (*place, "good"), sheet.good, found)
    if sheet.ladder:
        _ladder(marked, (*place, "ladder"), sheet.ladder, found)


def ladder(sheet: LadderSheet | None) -> Ladder | None:
    return Ladder(tuple(sheet.steps), sheet.hold, tuple(sheet.checks)) if sheet else None


def _ladder(marked: Marked, place: Place, sheet: LadderSheet, found: Values) -> None:
    _each(marked, (*place, "steps"), sheet.steps, found)
    if not sheet.hold:
        marked.fault((*place, "hold"), "no time", "a duration above zero, such as 5m")


def _each(marked: Marked, place: Place, given: Sequence[Any], found: Values) -> None:
    for at, value in enumerate(given):
        here = (*place, at)
        if any(same(value, other) for other in given[:at]):
            marked.fault(here, f"{_written(marked, here, value)} a second time", "each value once")
        else:
            _one_of(marked, here, value, found)


def _one_of(marked: Marked, place: Place, value: Any, found: Values) -> None:
    if scalar(marked, place, value) and not holds(found, value):
        marked.fault(place, f"{_written(marked, place, value)}, which is not among the values", told(found))


def _written(marked: Marked, place: Place, value: Value) -> str:
    written = marked.written.get(place, str(value).lower() if isinstance(value, bool) else str(value))
    short = written if len(written) <= 40 else f"a text of {len(written)} characters"
    return f"'{short}'" if isinstance(value, str) and short is written else short


def _kind(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return "keys and values" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a single value"
