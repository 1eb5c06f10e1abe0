"""A flag's evaluation as proof, against what was recorded of a real server."""

from collections.abc import Callable
from typing import Any

import pytest

from stanch.controls.base import Planes
from tests.controls import scenes_ofrep as scenes
from tests.controls.exchanges import replayed


@pytest.mark.parametrize("scene", [scenes.off_and_on, scenes.disabled, scenes.no_such_flag])
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each request is exactly the one that the real server took, and its answers are understood."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url, scenes.planes(url) as driven:
        await scene(driven)
