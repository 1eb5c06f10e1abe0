"""A smoke test: one request, and everything that is expected of its answer."""

from collections.abc import Callable
from typing import Final

from stanch.controls import pointer
from stanch.controls.answer import Answer
from stanch.controls.base import PlaneFault
from stanch.controls.hows import SmokeHow
from stanch.controls.same import said, same
from stanch.controls.wire import Wire
from stanch.core.check import Verdict

_ANY: Final = range(100, 600)


async def smoked(wire: Wire, how: SmokeHow, timer: Callable[[], float]) -> tuple[Verdict, str]:
    """Red is what users would get too. Raises `PlaneFault` when the plane was not reached, which tells nothing."""
    start = timer()
    try:
        answer = await wire.read(
            how.get or how.post or "",
            method="GET" if how.get else "POST",
            body=how.body if how.post else None,
            headers=how.headers,
            accept=_ANY,
        )
    except PlaneFault:
        took = 1000 * (timer() - start)
        if how.within_ms is not None and took >= how.within_ms:
            return "red", f"no answer in {took:.0f} ms (at most {how.within_ms:.0f} ms)"
        raise
    took = 1000 * (timer() - start)
    if answer.status == 401:
        raise answer.refused(wire.plane.secret)
    why = _wrong(answer, how, took)
    return ("red", wire.masked(why)) if why else ("green", f"{answer.status} in {took:.0f} ms")


def _wrong(answer: Answer, how: SmokeHow, took: float) -> str:
    """What is not as expected, the first thing only."""
    statuses = how.status if isinstance(how.status, list) else [how.status]
    if answer.status not in statuses:
        return f"status {answer.status} (expected {' or '.join(map(str, statuses))})"
    if how.within_ms is not None and took > how.within_ms:
        return f"{answer.status} in {took:.0f} ms (at most {how.within_ms:.0f} ms)"
    for name, wanted in how.header.items():
        found = answer.headers.get(name.lower(), "nothing")
        if found != wanted:
            return f"header {name} is {found} (expected {wanted})"
    if how.text and how.text not in answer.body.decode("utf-8", "replace"):
        return f"the answer does not say “{how.text}”"
    return _wrong_shape(answer, how) if how.pointer or how.has else ""


def _wrong_shape(answer: Answer, how: SmokeHow) -> str:
    try:
        document = answer.json()
    except PlaneFault as fault:
        return str(fault)
    for where in (*how.pointer, *how.has):
        try:
            found = pointer.get(document, where)
        except LookupError:
            return f"nothing at {where}"
        if where in how.pointer and not same(found, how.pointer[where]):
            return f"{where} is {said(found)} (expected {said(how.pointer[where])})"
        if where in how.has and found in (None, "", [], {}):
            return f"nothing at {where}"
    return ""
