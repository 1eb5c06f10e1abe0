"""The whole story behind real servers, as a test."""

from pathlib import Path

import pytest

from tests.planes.story import told
from tests.planes.story_house import scene

pytestmark = pytest.mark.planes


async def test_a_bad_model_is_contained_behind_a_real_gateway(tmp_path: Path, plane_postgres: str) -> None:
    """From the rollout to the export: alert, first move, header, recovery, close; nothing in between by hand."""
    steps: list[str] = []
    async with scene(tmp_path, plane_postgres) as s:
        i = await told(s, steps.append)
        assert [one["payload"]["control"] for one in i.events() if one["kind"] == "pull_asked"] == ["model.back"]
        assert (await s.stage.health())["buried"] == 0
    assert len(steps) == 9
