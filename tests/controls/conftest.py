"""A plane on loopback, and what drives it."""

from collections.abc import AsyncIterator

import pytest

from stanch.controls.base import Planes
from tests.controls.parts import planes
from tests.controls.stage import Stage, staged
from tests.fakes.plane import FakePlane


@pytest.fixture
async def plane() -> AsyncIterator[FakePlane]:
    async with FakePlane().up() as up:
        yield up


@pytest.fixture
async def driven(plane: FakePlane, request: pytest.FixtureRequest) -> AsyncIterator[Planes]:
    """Patient, so that a busy machine spoils nothing; where the plane is to be slow, quickly tired."""
    given = getattr(request.node, "callspec", None)
    made = planes(plane, timeout=0.3 if given and "slow" in given.params.values() else 10.0)
    yield made
    await made.close()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as up:
        yield up
