"""Prometheus as a check and as a proof, against what was recorded of a real one."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from stanch.controls.base import Planes
from tests.controls import scenes_prometheus as scenes
from tests.controls.exchanges import MASKED, replayed


@pytest.mark.parametrize("scene", [scenes.calm, scenes.nothing_measured, scenes.wrong_query, scenes.wrong_login])
async def test_a_recorded_scene(scene: Callable[[Planes], Any]) -> None:
    """Each query is exactly the one that the real server took, and its answers are understood."""
    async with (
        replayed(scenes.RECORDED / f"{scene.__name__}.json") as url,
        scenes.planes(url, b64encode(MASKED.encode()).decode()) as driven,
    ):
        await scene(driven)
