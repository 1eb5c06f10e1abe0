"""Phoenix as it was recorded: each request exactly as then, and what follows from each answer."""

from collections.abc import Callable
from typing import Any

import pytest

from stanch.controls.adapters import ADAPTERS
from tests.controls import scenes_phoenix as scenes
from tests.controls.exchanges import MASKED, replayed

IDS = {"v1": "UHJvbXB0VmVyc2lvbjox", "v2": "UHJvbXB0VmVyc2lvbjoy", "v3": "UHJvbXB0VmVyc2lvbjoz"}
"""As the real server named the first three versions that it was given."""


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
async def test_a_scene(scene: Callable[..., Any]) -> None:
    """Each scene of the real server, driven against what it answered then."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url, scenes.planes(url, MASKED) as driven:
        await scene(driven, IDS)


def test_two_names_for_one_version() -> None:
    """What is sent as one name and read as the other would never be in effect: the catalogue is refused."""
    with pytest.raises(ValueError, match="each id once is expected"):
        ADAPTERS["phoenix"].shape.model_validate({"prompt": "p", "tag": "t", "versions": {"v1": "a", "live": "a"}})
