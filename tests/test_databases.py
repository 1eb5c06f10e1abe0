"""The databases that tests are given are empty, and apart from each other."""

import os

import pytest
from sqlalchemy import create_engine, inspect, make_url, text


def engine(url: str):
    return create_engine(make_url(url.replace("postgresql://", "postgresql+psycopg://")))


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_gets_an_empty_database(database_url: str, time: int) -> None:
    """A table that another test made is not there, and a new one can be made."""
    database = engine(database_url)
    with database.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE left_over (id INTEGER)"))
    database.dispose()


@pytest.mark.postgres
def test_server_is_new_enough(postgres_server: str) -> None:
    """The store's tests run on PostgreSQL 15 or later."""
    database = engine(postgres_server)
    with database.connect() as connection:
        assert int(connection.execute(text("SHOW server_version_num")).scalar_one()) >= 150000
    database.dispose()


def test_the_environment_holds_no_settings() -> None:
    """A developer's tokens and database cannot reach a test."""
    assert [name for name in os.environ if name.startswith(("STANCH_", "SLACK_")) or name == "DATABASE_URL"] == []
