"""What shows that users of the practice AI service get a value, beside its setting: answers, figures, jobs, probes."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from typing import Any, Final, TypeGuard
from urllib.parse import urlencode

from stanch.controls.amounts import amount, number, word
from stanch.controls.answer import Answer
from stanch.controls.base import Proof
from stanch.controls.same import pick, pulled, said, same
from stanch.controls.targets import AnswersProof, CallsProof, JobsProof, StatProof, TriedProof
from stanch.controls.wire import Wire
from stanch.core.control import Aim, Value

Shown = AnswersProof | StatProof | CallsProof | JobsProof | TriedProof
_CHANCE: Final = 0.005
"""A count this unlikely, to either side, does not fit the share that was asked for."""


@dataclass(frozen=True, slots=True)
class Service:
    """The line, when the value was accepted, and the time now (both UTC)."""

    wire: Wire
    since: datetime
    now: datetime

    async def answers(self, most: int, since: datetime, segment: str = "") -> list[dict[str, Any]]:
        """The newest answers that began after `since`, newest first."""
        asked: dict[str, object] = {"limit": most, "since": f"{since.timestamp():.3f}"}
        query = urlencode(asked | ({"segment": segment} if segment else {}))
        answer = await self.wire.read(f"/admin/answers?{query}")
        found = answer.object().get("answers")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise answer.fault(f"{self.wire.name} does not list its answers.")
        return found[:most]

    async def figure(self, path: str, name: str, *, post: bool = False) -> Any:
        """One figure of an answer; raises `PlaneFault` when it has none of that name."""
        answer = await self.wire.read(path, method="POST" if post else "GET")
        return named(answer, name)


def named(answer: Answer, name: str) -> Any:
    found = answer.object()
    if name not in found:
        raise answer.fault(f"{answer.plane} knows no figure {name}: look at the catalogue.", permanent=True)
    return found[name]


async def prove(service: Service, proof: Shown, aim: Aim, value: Value) -> Proof:
    """The setting stands at `value` already. On the way back most proofs show nothing: then the setting decides."""
    if isinstance(proof, AnswersProof):
        return await _answers(service, proof, aim, value)
    if not pulled(aim, value) and not (isinstance(proof, JobsProof) and proof.at_most == "value"):
        return _back(value)
    if isinstance(proof, StatProof):
        return await _stat(service, proof)
    if isinstance(proof, CallsProof):
        return await _calls(service, proof)
    if isinstance(proof, JobsProof):
        return await _jobs(service, proof, value)
    return await _tried(service, proof)


def _back(value: Value) -> Proof:
    return Proof(True, f"the setting says {said(value)}; nothing else shows this way")


async def _answers(service: Service, proof: AnswersProof, aim: Aim, value: Value) -> Proof:
    one_way = proof.equals is not None or proof.lacks is not None or proof.some is not None
    if one_way and not pulled(aim, value):
        return _back(value)
    wanted = pick(proof.map, value) if proof.map else (value if proof.equals is None else proof.equals,)
    if not wanted:
        return Proof(None, f"the catalogue does not say what answers carry at {said(value)}")
    answers = await service.answers(proof.of, service.since, proof.segment)
    whose = f" of {proof.segment}" if proof.segment else ""
    if len(answers) < proof.of:
        return Proof(None, f"{len(answers)} of {proof.of} answers{whose} since then; too few to tell")
    found = [one.get(proof.field) for one in answers]
    if all(one is None for one in found):
        return Proof(None, f"the answers do not say their {proof.field}")
    if proof.lacks is not None:
        with_it = sum(_holds(one, proof.lacks) for one in found)
        what = _carried(proof.field, proof.lacks)
        seen = f"{with_it} of {proof.of} answers{whose} still have {what}"
        return Proof(not with_it, seen if with_it else f"none of the last {proof.of} answers{whose} has {what}")
    if proof.some is not None:
        count = sum(same(one, proof.some) for one in found)
        return Proof(count > 0, f"{count} of {proof.of} answers{whose} carry {_carried(proof.field, proof.some)}")
    if proof.share is not None:
        return _share(proof, found, value)
    if proof.at_most:
        over = [one for one in found if not (_number(one) and _number(value) and one <= value)]
        seen = f"{len(over)} of {proof.of} answers{whose} are over {said(value)}"
        return Proof(not over, seen if over else f"last {proof.of} answers{whose} are at most {said(value)}")
    others = Counter(said(one) for one in found if not same(one, wanted[0]))
    if not others:
        return Proof(True, f"last {proof.of} answers{whose} carry {_carried(proof.field, wanted[0])}")
    other = next(one for one in found if said(one) == others.most_common(1)[0][0] and not same(one, wanted[0]))
    seen = f"{others.total()} of {proof.of} answers{whose} still carry {_carried(proof.field, other)}"
    return Proof(False, seen + (" and others" if len(others) > 1 else ""))


def _share(proof: AnswersProof, found: list[Any], value: Value) -> Proof:
    if not _number(value):
        return Proof(None, f"{said(value)} is no share")
    share, n = float(value) / 100, len(found)
    k = sum(same(one, proof.share) for one in found)
    chances = [comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(n + 1)]
    fits = min(sum(chances[: k + 1]), sum(chances[k:])) > _CHANCE
    return Proof(fits, f"{k} of {n} answers carry {_carried(proof.field, proof.share)}, {said(value)} % was asked")


async def _stat(service: Service, proof: StatProof) -> Proof:
    early = _early(service, proof.window)
    if early:
        return Proof(None, early)
    found = await service.figure(f"/admin/stats?window={proof.window}", proof.stat)
    if not _number(found):
        return Proof(None, f"no request in the last {proof.window} s")
    bound, how, holds = next(
        (bound, how, holds)
        for bound, how, holds in (
            (proof.below, "below", proof.below is not None and found < proof.below),
            (proof.above, "above", proof.above is not None and found > proof.above),
            (proof.at, "at", proof.at is not None and found == proof.at),
        )
        if bound is not None
    )
    return Proof(holds, f"{word(proof.stat)} {amount(proof.stat, found)} (wanted {how} {amount(proof.stat, bound)})")


async def _calls(service: Service, proof: CallsProof) -> Proof:
    start = max(service.since, service.now - timedelta(seconds=proof.none_for))
    answers = await service.answers(300, start)
    called = sum(
        same(tool.get("name"), proof.calls) and same(tool.get("outcome"), "called")
        for one in answers
        for tool in one.get("tools") or ()
        if isinstance(tool, dict)
    )
    if called:
        return Proof(False, f"{proof.calls} was called {called} × in the last {proof.none_for} s")
    early = _early(service, proof.none_for)
    if early or not answers:
        return Proof(None, early or f"no answer in the last {proof.none_for} s")
    return Proof(True, f"no call of {proof.calls} in {len(answers)} answers of the last {proof.none_for} s")


async def _jobs(service: Service, proof: JobsProof, value: Value) -> Proof:
    found = await service.figure("/admin/jobs", proof.jobs)
    bound = value if proof.at_most == "value" else proof.at_most
    if not _number(found) or not _number(bound):
        return Proof(None, "the service does not say how its jobs stand")
    what = "jobs running" if proof.jobs == "running" else "steps in the longest job"
    return Proof(found <= bound, f"{number(found)} {what} (at most {number(float(bound))})")


async def _tried(service: Service, proof: TriedProof) -> Proof:
    answer = await service.wire.read(f"/admin/probe/{proof.probe}", method="POST")
    found = named(answer, proof.count)
    tried = answer.object().get("tried")
    of = f" of {tried}" if _number(tried) else ""
    seen = f"{proof.probe}: {proof.count} {said(found)}{of}"
    if proof.equals is not None:
        return Proof(same(found, proof.equals), seen)
    if not _number(found) or tried == 0:
        return Proof(None, f"{seen}; nothing was tried")
    return Proof(found <= (proof.at_most or 0), seen)


def _early(service: Service, window: int) -> str:
    """What to say while the window still reaches back to before it was accepted."""
    passed = (service.now - service.since).total_seconds()
    return f"{max(0.0, passed):.0f} of {window} s seen since then; too few to tell" if passed < window else ""


def _holds(found: Any, item: Value) -> bool:
    """A list of names, or of objects with a name, that has this one."""
    if not isinstance(found, list):
        return same(found, item)
    return any(same(one.get("name") if isinstance(one, dict) else one, item) for one in found)


def _carried(field: str, value: Any) -> str:
    return value if isinstance(value, str) else f"{field} {said(value)}"


def _number(found: Any) -> TypeGuard[float]:
    return isinstance(found, int | float) and not isinstance(found, bool)
