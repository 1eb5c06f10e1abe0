"""The room's questions while one of them cannot be posted."""

from typing import Any

import pytest
from sqlalchemy import func, select

from stanch.slack import offer_ends
from stanch.slack.client import Kind, SlackFault
from stanch.store.database import Database
from stanch.store.tables import effect
from tests.fakes.bot import Bot
from tests.fakes.front import Front, words
from tests.fakes.world import BOB
from tests.slack.test_offers import TEAM, as_it_stood, declared, direct, paged, press, roles, room


async def test_the_others_are_redrawn_and_it_is_looked_for_ever_more_rarely(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack takes no message in the room: who has passed is not asked there any more, and nobody looks all the time."""
    front = await Front(Bot(database, known=TEAM, planes={"page": paged})).ready()
    await declared(front)
    assert "<@U0BOB>, <@U0CAROL>: please" in words(roles(front)["blocks"])[0]
    call, closed = front.bot.slack.call, room(front).id

    async def away(method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        if method == "chat.postMessage" and args["channel"] == closed:
            raise SlackFault(Kind.NOT_SENT, "no_connection")
        return await call(method, read=read, **args)

    monkeypatch.setattr(front.bot.slack, "call", away)
    monkeypatch.setattr(offer_ends, "SOON", 0.05)
    await press(front, BOB, as_it_stood(direct(front, BOB)[0]), "Pass")
    with pytest.raises(TimeoutError):
        await front.bot.run(until=lambda: False, seconds=1.5)
    assert "<@U0BOB>" not in words(roles(front)["blocks"])[0]
    with database.engine.begin() as db:
        waits = select(func.max(effect.c.attempts)).where(effect.c.error.like("the question itself%"))
        assert 3 <= db.execute(waits).scalar_one() <= 7
