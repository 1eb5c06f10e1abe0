"""Databases with our tables, and a desk, without the signals of an earlier test."""

import pytest
from sqlalchemy import delete

from stanch.store import tables as t
from stanch.store.database import Database
from tests.fakes.databases import clock, database, desk, upgraded_url

__all__ = ["clock", "database", "desk", "upgraded_url"]


@pytest.fixture(autouse=True)
def _no_signals(request: pytest.FixtureRequest) -> None:
    if "database" in request.fixturenames:
        kept: Database = request.getfixturevalue("database")
        kept.run(lambda db: db.execute(delete(t.signal)))
