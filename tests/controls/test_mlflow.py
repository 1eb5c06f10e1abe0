"""MLflow as it was recorded: each request exactly as then, and what follows from each answer."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.controls import scenes_mlflow as scenes
from tests.controls.exchanges import MASKED, replayed

LOGIN = b64encode(MASKED.encode()).decode()


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
async def test_a_scene(scene: Callable[..., Any]) -> None:
    """Each scene of the real server, driven against what it answered then."""
    async with replayed(scenes.RECORDED / f"{scene.__name__}.json") as url:
        driven = scenes.planes(url, LOGIN)
        seen = await scene(driven)
        await driven.close()
    if scene is scenes.endpoint_and_back:
        assert seen, "the recording shows the time in which the old model still answers"
