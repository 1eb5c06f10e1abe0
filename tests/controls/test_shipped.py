"""Every control of the starter catalogue, pulled on the practice AI service."""

import asyncio
from pathlib import Path

import pytest

from stanch.controls.base import Reading
from stanch.controls.kinds import HOWS, TARGETS
from stanch.controls.same import same
from stanch.core.control import Aim
from stanch.store import catalogue
from tests.controls.stage import Stage

HOME = Path(__file__).parents[2]
SHIPPED = [
    pytest.param(control.id, service, id=f"{control.id}-{service}")
    for control in catalogue.read(HOME, TARGETS, HOWS).controls.values()
    for service, aim in control.aims.items()
    if aim.to is not None
]


@pytest.mark.slow
@pytest.mark.parametrize(("control", "service"), SHIPPED)
async def test_every_control_that_ships_is_pulled_proved_and_undone(stage: Stage, control: str, service: str) -> None:
    """Each aim of controls.yml on the service without trouble: read, pulled, effective in time, put back, effective."""
    found = catalogue.read(HOME, TARGETS, HOWS).controls[control]
    shipped = found.aims[service]
    aim = Aim("practice", shipped.target, shipped.values, shipped.to)
    assert aim.to is not None
    before = (await stage.of(aim).read(aim)).value
    if same(before, aim.to):
        before = next(
            one for one in (*aim.values.choices, aim.values.high) if one is not None and not same(one, aim.to)
        )
        await stage.pull(aim, before, "r-0")
        await asyncio.sleep(1)
    seconds = found.deadline(service).total_seconds()
    since = await stage.pull(aim, aim.to)
    proof = await stage.until_effective(aim, aim.to, since, seconds)
    assert proof.effective is True, proof
    assert before is not None
    since = await stage.pull(aim, before, "r-2")
    proof = await stage.until_effective(aim, before, since, seconds)
    assert proof.effective is True, proof
    assert await stage.of(aim).read(aim) == Reading(before)
