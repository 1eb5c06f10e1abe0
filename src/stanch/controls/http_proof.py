"""What shows that users of any HTTP API get a value."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stanch.controls import pointer
from stanch.controls.answer import Answer
from stanch.controls.base import Proof
from stanch.controls.fill import filled, filled_headers, filled_path
from stanch.controls.same import pick, pulled, said, same, scalar
from stanch.controls.targets import HttpProbe
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value
from stanch.core.text import one_line


async def prove(wire: Wire, probe: HttpProbe, aim: Aim, value: Value, theirs: Any, since: datetime) -> Proof:
    """The plane itself says `value` already (`theirs` in its own words)."""
    known = {"value": theirs, "since": f"{since.timestamp():.3f}", "of": probe.of}
    wanted = _wanted(probe, aim, value, theirs)
    if wanted is None:
        return Proof(None, f"the catalogue does not say what shows {said(value)}")
    found: list[Any] = []
    if probe.each is not None:
        answer = await _asked(wire, probe, known)
        entries = _entries(answer, probe.each)
        found = [_at(entry, probe.pointer or "") for entry in entries[: probe.of]]
        if len(found) < probe.of:
            return Proof(None, f"{len(found)} of {probe.of} answers since then; too few to tell")
    else:
        for _ in range(probe.of):
            found.append(_seen(await _asked(wire, probe, known), probe, wanted))
    if all(one is None for one in found):
        return Proof(None, "the answers do not hold what was to be looked at")
    others = [one for one in found if not same(one, wanted)]
    last = f"last {probe.of} answers" if probe.of > 1 else "the answer"
    if not others:
        return Proof(True, _short(wire, f"{last} carr{'y' if probe.of > 1 else 'ies'} {said(wanted)}"))
    first = "something else" if others[0] is None else said(others[0])
    return Proof(False, _short(wire, f"{len(others)} of {probe.of} answers still carry {first}"))


def _wanted(probe: HttpProbe, aim: Aim, value: Value, theirs: Any) -> Value | None:
    if probe.map:
        return next(iter(pick(probe.map, value)), None)
    if probe.equals is not None:
        return probe.equals if pulled(aim, value) else None
    if probe.text is not None:
        if "{value}" in probe.text:
            return probe.text.replace("{value}", said(theirs))
        return probe.text if pulled(aim, value) else None
    return scalar(theirs)


async def _asked(wire: Wire, probe: HttpProbe, known: Mapping[str, Any]) -> Answer:
    return await wire.read(
        filled_path(probe.get or probe.post or "", known),
        method="GET" if probe.get else "POST",
        body=filled(probe.body, known) if probe.post else None,
        headers=filled_headers(probe.headers, known),
    )


def _seen(answer: Answer, probe: HttpProbe, wanted: Value) -> Any:
    if probe.header is not None:
        carried = answer.headers.get(probe.header.lower())
        # A header is always text: a number or a yes is compared as it is written.
        written = json.dumps(wanted) if isinstance(wanted, bool) else said(wanted)
        return wanted if carried == written else carried
    if probe.text is not None:
        # v17 is not v1: a word that only begins like it is another.
        whole = rf"(?<![\w.-]){re.escape(str(wanted))}(?![\w-]|\.\w)"
        return wanted if re.search(whole, answer.body.decode("utf-8", "replace")) else "other words"
    return _at(answer.json(), probe.pointer or "")


def _entries(answer: Answer, where: str) -> list[Any]:
    try:
        found = pointer.get(answer.json(), where)
    except LookupError:
        found = None
    if not isinstance(found, list):
        raise answer.fault(f"{answer.plane} lists nothing at {where}.", permanent=True)
    return found


def _at(document: Any, where: str) -> Any:
    try:
        return pointer.get(document, where)
    except LookupError:
        return None


def _short(wire: Wire, text: str) -> str:
    return one_line(wire.masked(text))
