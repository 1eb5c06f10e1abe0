"""An SQLite database with our tables, and the bot's delivery on a Slack in memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stanch.store import schema
from stanch.store.database import Database
from tests.fakes.bot import Bot
from tests.fakes.databases import hasty
from tests.fakes.front import Front
from tests.fakes.levers import LEVERS
from tests.slack.stage import HELD, Stage, ago, elsewhere


@pytest.fixture(scope="session")
def template_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with our tables, made once: each test starts from a copy."""
    path = tmp_path_factory.mktemp("schema") / "stanch.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database.engine)
    with database.engine.connect() as db:
        db.rollback()
    database.close()
    return path


@pytest.fixture
def database(template_file: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "stanch.db"
    path.write_bytes(template_file.read_bytes())
    database = hasty(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def bot(database: Database) -> Bot:
    return Bot(database)


@pytest.fixture
async def front(bot: Bot) -> Front:
    return await Front(bot).ready()


@pytest.fixture
async def stage(database: Database) -> Stage:
    """SEV2, quality regression, with its room, its card and its owners in their seats."""
    made = Stage(await Front(Bot(database, known=LEVERS, planes=dict.fromkeys(HELD, elsewhere))).ready())
    ago(made, 10)
    await made.bot.declare(klass="quality_regression", severity="SEV2", service="support-copilot")
    await made.bot.run()
    ago(made, 0)
    return made
