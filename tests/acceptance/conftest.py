"""A workspace with a connected bot for each test module; its tests declare incidents of their own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.harness import Stage, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage")) as made:
        yield made
