"""Values of ours and of a plane, side by side."""

import json
from collections.abc import Mapping
from typing import Any

from stanch.core.control import Aim, Value
from stanch.core.moving import same as same

LONGEST = 200
"""Characters of a value."""
LARGEST = 10**15


def pick(map: Mapping[Any, Any], value: Value) -> tuple[Any, ...]:
    """What `map` holds for the value, as the only item; nothing when it is not there."""
    return next(((theirs,) for ours, theirs in map.items() if same(ours, value)), ())


def scalar(found: Any) -> Value | None:
    """What was read, if it is a value: a word or a line of text, or a number that people can read."""
    if isinstance(found, str):
        return found if len(found) <= LONGEST and found.isprintable() else None
    if isinstance(found, bool):
        return found
    return found if isinstance(found, int | float) and abs(found) < LARGEST else None


def said(value: Any) -> str:
    """For people: text bare, yes and no, numbers as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def pulled(aim: Aim, value: Value) -> bool:
    """Whether the control stands at `to` or beyond at this value, rather than on its way back."""
    to, values = aim.to, aim.values
    most = values.choices[0] if values.choices else values.high if values.less == "lower" else values.low
    if to is None:
        return not same(value, most)
    if same(value, to) or same(to, most):
        return same(value, to)
    if values.choices:
        order = [next((i for i, choice in enumerate(values.choices) if same(choice, one)), -1) for one in (to, value)]
        return order[1] >= order[0] >= 0
    if isinstance(value, str) or isinstance(to, str):
        return False
    return value <= to if values.less == "lower" else value >= to
