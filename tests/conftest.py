"""For every test: an environment without settings of ours, and databases."""

import os

import pytest

from tests.databases import database_url, postgres_server, postgres_url, sqlite_url

__all__ = ["database_url", "postgres_server", "postgres_url", "sqlite_url"]


def pytest_configure(config: pytest.Config) -> None:
    """Drop what a developer's shell may hold, here and for every process that a test starts. Those compile what they
    run once, not each of them again."""
    for name in list(os.environ):
        if name.startswith(("STANCH_", "SLACK_")) or name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE"):
            del os.environ[name]
