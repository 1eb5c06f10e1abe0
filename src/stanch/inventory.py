"""What is declared, asked what it stands at and what is missing to pull it; and what a plane has, as YAML to paste.

Nothing is moved.
"""

import asyncio
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from stanch.controls.base import Adapter, Found, PlaneFault, Planes
from stanch.controls.shown_by import lacking
from stanch.core.catalogue import Catalogue
from stanch.core.control import Aim, Control, Value, Values
from stanch.core.moving import holds, spoken
from stanch.core.text import cut, one_line

logger = logging.getLogger("stanch")
AT_ONCE: Final = 6
"""Controls of one plane that are asked at the same time."""
MOST: Final = 100
"""Values that a control may have."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A control of one service. `fault`: why it could not be read; `lacks`: what is missing to pull it."""

    service: str
    control: Control
    aim: Aim
    value: Value | None = None
    lacks: str = ""
    fault: str = ""

    @property
    def missing(self) -> str:
        return one_line(self.fault or (f"cannot be pulled: {self.lacks}" if self.lacks else ""), 300)

    @property
    def now(self) -> str:
        """What it stands at, on one line; it may come from outside."""
        if self.fault:
            return ""
        if self.value is None:
            return "nothing that is a value"
        word = one_line(spoken(self.value, self.aim.values), 60)
        return f"{word}, which is not among its values" if self.is_odd else word

    @property
    def is_odd(self) -> bool:
        """It stands at something that may not be sent."""
        return self.value is not None and not holds(self.aim.values, self.value)


async def take(planes: Planes, known: Catalogue, seconds: float, service: str | None = None) -> list[Stand]:
    """Every control that is declared, or those of one service, in the order of the file, within `seconds`."""
    wanted = [
        Stand(name, control, aim)
        for control in known.controls.values()
        for name, aim in control.aims.items()
        if service in (None, name)
    ]
    gates = {one.aim.plane: asyncio.Semaphore(AT_ONCE) for one in wanted}
    work = [asyncio.create_task(_asked(planes, one, gates[one.aim.plane])) for one in wanted]
    if work:
        await asyncio.wait(work, timeout=seconds)
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    return [_after(one, task, seconds) for one, task in zip(wanted, work, strict=True)]


def _after(one: Stand, task: asyncio.Task[Stand], seconds: float) -> Stand:
    if task.cancelled():
        return replace(one, fault=f"no answer within {seconds:g} s")
    if wrong := task.exception():
        # One control that goes wrong must not hide the others.
        logger.error("inventory.failed", exc_info=wrong, extra={"control": one.control.id})
        return replace(one, fault="that went wrong on our side, and is in the log")
    return task.result()


async def _asked(planes: Planes, one: Stand, gate: asyncio.Semaphore) -> Stand:
    try:
        async with gate:
            adapter = planes.of(one.aim)
            value = (await adapter.read(one.aim)).value
            lacks = await adapter.lacks(one.aim) or await lacking(planes, one.aim)
    except PlaneFault as fault:
        return replace(one, fault=await _right(planes, one.aim) or str(fault).rstrip("."))
    return replace(one, value=value, lacks=lacks)


async def _right(planes: Planes, aim: Aim) -> str:
    """What cannot be read may only lack a right: then that is said, and not what the plane made of it."""
    try:
        return await planes.of(aim).lacks(aim)
    except PlaneFault:
        return ""


def patient(found: Sequence[Found], adapter: Adapter, plane: str, known: Catalogue) -> list[Found]:
    """The same, with a note where the plane takes longer than the control's `within` says."""
    return [
        replace(one, note="; ".join(filter(None, (one.note, _too_short(one, adapter, plane, known))))) for one in found
    ]


def _too_short(one: Found, adapter: Adapter, plane: str, known: Catalogue) -> str:
    control = known.controls.get(one.control)
    caution = adapter.caution(Aim(plane, one.target, Values()))
    seconds = max((int(found) for found in re.findall(r"(\d+) s\b", caution)), default=0)
    if control is None or seconds <= control.within.total_seconds():
        return ""
    return f"it may take {seconds} s here: add `within: {seconds + 15}s`"


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Each value is written out: a person cuts and moves the lines."""
        return True


def written(found: Sequence[Found], plane: str, known: Catalogue) -> str:
    """As entries of controls.yml, below `controls:`; of several for one service all but the first are comments.

    A service is taken where its id stands in the target, else the first of the file.
    """
    lines: list[str] = []
    for id in dict.fromkeys(one.control for one in found):
        control = known.controls.get(id)
        new = "   # not in your catalogue yet: it needs its name, words and owner"
        lines += [
            "  # You have this one: only what follows `for:`, below its own `for:`, in place of the same service."
        ] * (control is not None)
        lines += [f"  {id}:" + ("" if control else new)]
        lines += ["    for:"]
        taken = set[str]()
        for one in (each for each in found if each.control == id):
            service = _service(one, known)
            entry = _entry(one, service, plane, control)
            lines += [f"      # {line}" for line in entry] if service in taken else [f"      {line}" for line in entry]
            taken.add(service)
    return "\n".join(lines)


def _service(one: Found, known: Catalogue) -> str:
    said = json.dumps(one.target, ensure_ascii=False)
    return next((id for id in known.services if id in said), next(iter(known.services), "SERVICE"))


def _entry(one: Found, service: str, plane: str, control: Control | None) -> list[str]:
    many = not isinstance(one.values, dict) and len(one.values) > MOST
    values = list(one.values)[:MOST] if not isinstance(one.values, dict) else dict(one.values)
    sheet: dict[str, Any] = {"plane": plane, "target": dict(one.target), "values": values}
    to_choose = one.to is None and (control is None or control.direction != "back")
    sheet |= {} if one.to is None else {"to": one.to}
    sheet |= {"on": cut(one.on, 60)} if one.on else {}
    sheet |= {"known_good": False} if control and control.direction != "back" else {}
    # What cannot be printed is escaped.
    plain = json.dumps(sheet, ensure_ascii=False).isprintable()
    told = yaml.dump(
        sheet, Dumper=_Plain, sort_keys=False, allow_unicode=plain, default_flow_style=None, width=float("inf")
    )
    notes = [one.note] if one.note else []
    notes += [f"only {MOST} of {len(one.values)} values"] if many else []
    notes += ["`to:` is yours to choose: the value that the button pulls to"] if to_choose else []
    said = [f"# {one_line(note, 110)}" for note in notes]
    return [f"{service}:", *(f"  {line}" for line in [*said, *told.splitlines()])]
