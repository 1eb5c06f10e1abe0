"""Every control of the starter catalogue, pulled on the practice AI service."""

import asyncio
from pathlib import Path

import pytest

from stanch.controls.base import Proof
from stanch.controls.kinds import SHAPES
from stanch.controls.same import same
from stanch.core.control import Aim, Control
from stanch.store import catalogue
from tests.controls.stage import staged

HOME = Path(__file__).parents[2]
AT_ONCE = 6
"""Services that run beside each other: each control gets its own, without another one's traces."""


async def pulled_and_undone(control: Control, shipped: Aim, within: float) -> tuple[Proof, Proof] | None:
    """The proof of the pull and that of its undo; None for an aim whose value is found by people."""
    to = shipped.to
    if to is None:
        return None
    aim = Aim("practice", shipped.target, shipped.values, to)
    async with staged() as stage:
        before = (await stage.of(aim).read(aim)).value
        if same(before, to):
            most = aim.values.choices or (aim.values.high,)
            before = next(one for one in most if one is not None and not same(one, to))
            await stage.pull(aim, before, "r-0")
            await asyncio.sleep(1)
        assert before is not None, control.id
        pull = await stage.until_effective(aim, to, await stage.pull(aim, to), within)
        undo = await stage.until_effective(aim, before, await stage.pull(aim, before, "r-2"), within)
        assert (await stage.of(aim).read(aim)).value == before, control.id
        return pull, undo


@pytest.mark.slow
async def test_every_control_that_ships_is_pulled_proved_and_undone() -> None:
    """Each aim on a service without trouble: read, pulled, effective in its time, put back, effective again; where only
    the setting itself can be seen, nothing is ever called effective."""
    free = asyncio.Semaphore(AT_ONCE)
    proofs: dict[str, tuple[Proof, Proof] | None] = {}

    async def one(control: Control, service: str, aim: Aim) -> None:
        async with free:
            # Twenty seconds of traffic prove everything here; production may take as long as the catalogue says.
            within = min(20.0, control.deadline(service).total_seconds())
            proofs[f"{control.id} for {service}"] = await pulled_and_undone(control, aim, within)

    controls = catalogue.read(HOME, SHAPES).controls.values()
    await asyncio.gather(*(one(c, service, aim) for c in controls for service, aim in c.aims.items()))
    assert len(proofs) >= 30
    weak = {name for name, pair in proofs.items() if pair and any(proof.effective is not True for proof in pair)}
    alone = {f"{c.id} for {service}" for c in controls for service, aim in c.aims.items() if by_setting_alone(aim)}
    assert weak == {name for name in alone if proofs[name]}
    assert all(proof.final for name in weak for proof in proofs[name] or ())


def by_setting_alone(aim: Aim) -> bool:
    return bool(aim.target["proof"].get("setting_only"))
