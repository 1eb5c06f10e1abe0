"""Any control plane that speaks HTTP and JSON, as its target in controls.yml describes it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stanch.controls import pointer
from stanch.controls.answer import Answer
from stanch.controls.base import Found, Proof, Reading, Receipt
from stanch.controls.fault import PlaneFault
from stanch.controls.fill import filled, filled_headers, filled_path
from stanch.controls.http_proof import prove
from stanch.controls.plain import Aimed
from stanch.controls.same import pick, said, same, scalar
from stanch.controls.targets import Absent, HttpTarget, HttpWrite
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value
from stanch.core.redact import redact
from stanch.core.text import one_line

KEPT_MOST = 16_000
"""Characters of JSON that are stored with a reading."""


class Http(Aimed[HttpTarget]):
    shape = HttpTarget

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._merging = asyncio.Lock()
        """Between reading a whole map and sending it back nothing else of ours may be sent."""

    async def read(self, aim: Aim) -> Reading:
        target = self.target(aim)
        answer, document = await self._document(target)
        raw = None
        if document is not None:
            try:
                raw = pointer.get(document, target.read.pointer)
            except LookupError:
                self._must_hold(target, answer, document)
        value = _ours(target, raw, aim)
        if value is None and isinstance(raw, str | int | float):
            raise answer.fault(f"{self.wire.name} stands at something too long or too odd to be put back.")
        return Reading(value, self._kept(target, answer, document))

    async def apply(self, aim: Aim, value: Value, *, detail: Mapping[str, Any], request_id: str, by: str) -> Receipt:
        target = self.target(aim)
        back = target.undo is not None and "kept" in detail
        write = target.undo if target.undo is not None and back else target.apply
        known = {"value": _theirs(target, write, value), "request_id": request_id, "by": by}
        known |= {"kept": detail["kept"]} if back else {}
        if target.merge is None or back:
            return await self._send(write, known, value)
        async with self._merging:
            known["map"] = await self._merged(target, known["value"])
            return await self._send(write, known, value)

    async def probe(self, aim: Aim, value: Value, *, since: datetime) -> Proof:
        target, stands = self.target(aim), await self.read(aim)
        if not same(stands.value, value):
            return Proof(False, f"the plane itself still says {said(stands.value)}")
        theirs = _theirs(target, target.apply, value, read=True)
        return await prove(self.wire, target.probe, aim, value, theirs, since)

    def preview(self, aim: Aim, value: Value) -> str:
        target = self.target(aim)
        theirs = _theirs(target, target.apply, value)
        known: dict[str, Any] = {"value": theirs, "request_id": "(made when it is pulled)", "by": "(you)"}
        if target.merge is not None:
            key = target.read.pointer.removeprefix(target.merge)
            known["map"] = {f"(all of {target.merge} as it is then)": f"with {key} = {said(theirs)}"}
        write = target.apply
        return self.wire.shown(
            write.method,
            filled_path(write.path, known),
            body=filled(write.body, known),
            headers=filled_headers(write.headers, known),
        )

    async def found(self) -> Sequence[Found]:
        raise PlaneFault(f"{self.wire.name} cannot be asked what it has: describe it by hand.", sent=False)

    async def _send(self, write: HttpWrite, known: Mapping[str, Any], value: Value) -> Receipt:
        request_id = str(known["request_id"])
        answer = await self.wire.write(
            write.method,
            filled_path(write.path, known),
            body=filled(write.body, known),
            headers=filled_headers(write.headers, known),
            request_id=request_id,
        )
        if answer.html or (write.answer == "json" and answer.status != 204):
            answer.json()
        return Receipt(request_id, one_line(self.wire.masked(f"{answer.status}, {said(value)}")))

    async def _document(self, target: HttpTarget) -> tuple[Answer, Any]:
        """What is read; None where the plane says that there is nothing."""
        accept = {absent.status for absent in target.read.absent}
        answer = await self.wire.read(target.read.get, headers=filled_headers(target.read.headers, {}), accept=accept)
        if answer.status in accept:
            if any(_means(absent, answer) for absent in target.read.absent):
                return answer, None
            raise answer.refused(self.wire.plane.secret)
        return answer, answer.json()

    async def _merged(self, target: HttpTarget, theirs: Any) -> Any:
        """The whole map as it stands now, with one key changed; an empty one is believed, a missing one is not."""
        assert target.merge is not None
        answer, document = await self._document(target)
        try:
            whole = pointer.get(document, target.merge)
            path = pointer.parts(target.read.pointer.removeprefix(target.merge))
            return pointer.put(whole, path, theirs)
        except LookupError:
            raise answer.fault(
                f"{self.wire.name} shows no map at {target.merge}: sending one would wipe the rest.", permanent=True
            ) from None

    def _must_hold(self, target: HttpTarget, answer: Answer, document: Any) -> None:
        """A key that is missing in its map means "nothing is there"; anything else that is missing is another API."""
        try:
            parent = pointer.get(document, target.read.pointer.rpartition("/")[0])
        except LookupError:
            parent = None
        if not isinstance(parent, dict) or not _has_nothing(target):
            raise answer.fault(f"{self.wire.name} holds nothing at {target.read.pointer}.", permanent=True)

    def _kept(self, target: HttpTarget, answer: Answer, document: Any) -> dict[str, Any]:
        if target.undo is None:
            return {}
        if target.read.keep is None:
            return {"kept": None}
        try:
            kept = pointer.get(document, target.read.keep)
        except LookupError:
            return {}
        text = json.dumps(kept)
        if len(text) > KEPT_MOST or redact(text) != text:
            raise answer.fault(f"What undo needs at {target.read.keep} is too long or holds a secret.", permanent=True)
        return {"kept": kept}


def _has_nothing(target: HttpTarget) -> bool:
    """Whether "nothing is there" is one of the control's values."""
    return any(theirs is None for theirs in target.map.values())


def _means(absent: Absent, answer: Answer) -> bool:
    return answer.status == absent.status and absent.text.lower() in answer.body.decode("utf-8", "replace").lower()


def _theirs(target: HttpTarget, write: HttpWrite, value: Value, *, read: bool = False) -> Any:
    """What the plane calls our value, when it is sent or when it is read."""
    for map in ({} if read else write.map, target.map):
        found = pick(map, value)
        if found:
            return found[0]
    if target.text and not isinstance(value, str):
        return said(value) if not isinstance(value, bool) else json.dumps(value)
    return value


def _ours(target: HttpTarget, raw: Any, aim: Aim) -> Value | None:
    for ours, theirs in target.map.items():
        if same(theirs, raw):
            return ours
    if target.text and isinstance(raw, str):
        try:
            read = scalar(json.loads(raw))
        except ValueError:
            read = None
        known = (*aim.values.choices, *([0.0] if aim.values.low is not None else ()))
        if isinstance(read, int | float | bool) and any(
            not isinstance(one, str) and isinstance(one, bool) == isinstance(read, bool) for one in known
        ):
            return read
    return scalar(raw)
