"""Words for people outside the room: what the announcement shows of them, and what is taken back."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from stanch.core import commands as c, draft_commands as d, draft_effects, status_commands as s
from stanch.core.incident import STANCH
from stanch.flows.desk import Asked
from stanch.slack.client import Kind, SlackFault
from stanch.slack.stakeholders import inform
from stanch.store.database import Database
from stanch.store.outbox import Owed
from stanch.store.tables import effect
from tests.fakes.bot import Bot
from tests.fakes.front import Front, seen, words
from tests.fakes.world import ALICE, BOB, CAROL, DAVE, ERIN
from tests.slack.stage import elsewhere
from tests.slack.test_drafts import BETTER, GOOD, KNOWN, SERVICE, draft, read, room, say, state

STUB = "🔒 INC-1 · restricted · commander @alice"


async def front(database: Database, stakeholders: str) -> Front:
    service = replace(KNOWN.services[SERVICE.id], channels={"stakeholders": stakeholders})
    known = replace(KNOWN, services={**KNOWN.services, SERVICE.id: service})
    made = await Front(Bot(database, known=known, planes={"publish": elsewhere})).ready()
    made.bot.slack.channel("company")
    await made.bot.declare(severity="SEV2", klass="quality_regression", service=SERVICE.id, impact="wrong refunds")
    await made.bot.run()
    return made


@pytest.fixture
async def apart(database: Database) -> Front:
    """Stakeholders read in a channel of their own."""
    return await front(database, "company")


@pytest.fixture
async def together(database: Database) -> Front:
    """Stakeholders read where incidents are announced."""
    return await front(database, "incidents")


async def test_the_announcement_shows_what_stakeholders_read(apart: Front) -> None:
    """Never the room's words, which anybody writes."""
    await say(apart, ("room",), "Users see hello from outside.")
    [shown] = read(apart.bot.slack.named("incidents"))
    assert "hello" not in shown
    await say(apart, ("room", "stakeholders"), GOOD)
    [shown] = read(apart.bot.slack.named("incidents"))
    assert f"Last word: {GOOD}" in shown


async def test_one_message_where_both_are_read_in_one_channel(together: Front) -> None:
    """The announcement holds the stakeholders' words, its thread their history; it is hushed with it."""
    for text in (GOOD, BETTER):
        await say(together, ("room", "stakeholders"), text)
    incidents = together.bot.slack.named("incidents")
    [shown] = read(incidents)
    assert BETTER in shown
    assert GOOD not in shown
    assert "What was said before is in the thread." in shown
    assert shown.count("[Subscribe]") == 1
    assert "[Join]" in shown
    assert [(GOOD in one, BETTER in one) for one in read(incidents, thread=True)] == [(True, False), (False, True)]
    await together.bot.ask(c.Change("severity", "SEV1"))
    await together.bot.run()
    [shown] = read(incidents)
    assert "SEV1" in shown
    assert BETTER in shown
    await together.bot.ask(c.Restrict("customer data"))
    await together.bot.run()
    assert read(incidents, thread=True) == [STUB] * 2
    assert "refunds" not in seen(incidents.messages)


async def test_words_stand_by_themselves_where_the_announcement_is_gone(together: Front) -> None:
    """Somebody deleted it: they are posted once, and go on there."""
    incidents = together.bot.slack.named("incidents")
    incidents.messages.clear()
    for text in (GOOD, BETTER):
        await say(together, ("room", "stakeholders"), text)
    [shown] = read(incidents)
    assert BETTER in shown


async def test_an_approved_draft_is_two_messages_at_most(apart: Front) -> None:
    """The draft's own, which says *on the status page* once that is so, and that the page shows it."""
    await say(apart, ("room", "users"), public=GOOD, user=BOB)
    before = len(read(room(apart)))
    await apart.click(CAROL, "draft:approve", "1:1", room(apart).id)
    await apart.bot.run()
    assert words(draft(apart)["blocks"])[2].endswith(". On its way to the status page.")
    report = s.ReportPageShown(1, "investigating", GOOD, "Wrong answers", "major", SERVICE.id, "p1")
    await apart.bot.desk.ask(Asked(report, STANCH, "worker", 1))
    await apart.bot.run()
    assert ". On the status page since <!date^" in words(draft(apart)["blocks"])[2]
    assert len(read(room(apart))) == before + 1


async def test_what_subscribers_were_sent_is_taken_back(apart: Front) -> None:
    """Who has no part in what became restricted reads the stub, also who subscribed no more; who has, reads on."""
    for user in (DAVE, ERIN, BOB):
        await apart.bot.ask(d.Subscribe(), user)
    await apart.bot.ask(c.GiveRole("scribe", ERIN))
    await say(apart, ("room", "stakeholders"), GOOD)
    await apart.bot.ask(d.Subscribe(False), DAVE)
    await apart.bot.ask(c.Restrict("customer data"))
    await apart.bot.run()
    [dave] = read(apart.bot.slack.named(f"dm-{DAVE}"))
    assert STUB in dave
    assert "refunds" not in seen(apart.bot.slack.named(f"dm-{DAVE}").messages)
    assert any(GOOD in one for one in read(apart.bot.slack.named(f"dm-{ERIN}")))


async def test_of_many_messages_each_is_taken_back_once(apart: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first, however few changes Slack takes at a time; other messages are changed before them."""
    monkeypatch.setattr(draft_effects, "BETWEEN", timedelta(milliseconds=1))
    await apart.bot.ask(d.Subscribe(), DAVE)
    await say(apart, ("room", "stakeholders"), GOOD)
    alone = apart.bot.slack.named(f"dm-{DAVE}")
    [first] = alone.messages
    with apart.bot.database.engine.begin() as db:
        row = dict(db.execute(select(effect).where(effect.c.kind == "inform")).mappings().one())
        del row["id"]
        for n in range(60):
            ts, key = f"{float(first['ts']) + n + 1:.6f}", f"inc-1/inform/more-{n}"
            alone.messages.append({**first, "ts": ts})
            db.execute(insert(effect).values(row | {"key": key, "lane": key, "result": json.dumps({"ts": ts})}))
    changed: list[str] = []
    since, call = [0.0], apart.bot.slack.call

    async def limited(method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        if method == "chat.update" and args["channel"] == alone.id:
            if len(changed) % 10 == 0 and (rest := since[0] + 0.2 - time.monotonic()) > 0:
                raise SlackFault(Kind.PAUSED, "ratelimited", after=rest)
            changed.append(args["ts"])
            since[0] = time.monotonic()
        return await call(method, read=read, **args)

    monkeypatch.setattr(apart.bot.slack, "call", limited)
    await apart.bot.ask(c.Restrict("customer data"))
    await apart.bot.run(until=lambda: len(changed) >= 61, seconds=15)
    newest = sorted((one["ts"] for one in alone.messages), reverse=True)
    assert sorted(changed, reverse=True) == newest
    # Some are under way at the same time.
    assert set(newest[:20]) <= set(changed[:30])
    assert {STUB in one for one in read(alone)} == {True}


async def test_what_lands_late_is_taken_back_by_itself(apart: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """It became restricted while words were on their way: theirs are made neutral who have no part in it, no others."""
    for user in (DAVE, ERIN):
        await apart.bot.ask(d.Subscribe(), user)
    await apart.bot.ask(c.GiveRole("scribe", ERIN))

    call, posted = apart.bot.slack.call, asyncio.Barrier(2)

    async def restricted_meanwhile(method: str, *, read: bool = False, **args: Any) -> dict[str, Any]:
        answer = await call(method, read=read, **args)
        if method == "chat.postMessage" and apart.bot.slack.channels[args["channel"]].name in (
            f"dm-{DAVE}",
            f"dm-{ERIN}",
        ):
            if await posted.wait() == 0:
                await apart.bot.ask(c.Restrict("customer data"))
            await posted.wait()
        return answer

    monkeypatch.setattr(apart.bot.slack, "call", restricted_meanwhile)
    await say(apart, ("room", "stakeholders"), GOOD)
    assert STUB in read(apart.bot.slack.named(f"dm-{DAVE}"))[-1]
    assert GOOD in read(apart.bot.slack.named(f"dm-{ERIN}"))[-1]
    with apart.bot.database.engine.begin() as db:
        hushed = db.execute(select(effect.c.payload).where(effect.c.lane.like("%/inform/hush%"))).scalars()
        assert [json.loads(one).get("whom") for one in hushed] == [None, DAVE]


async def test_what_may_have_come_through_to_a_subscriber_is_looked_for(apart: Front) -> None:
    """Unclear, and then restricted: its next try sends nothing, and takes back what stands there."""
    await apart.bot.ask(d.Subscribe(), DAVE)
    await say(apart, ("room", "stakeholders"), GOOD)
    alone = apart.bot.slack.named(f"dm-{DAVE}")
    [message] = alone.messages
    key = message["metadata"]["event_payload"]["key"]
    await apart.bot.ask(c.Restrict("customer data"))
    i = await state(apart)
    about = {"to": DAVE, "entry": int(key.split("/")[2])}
    event = (await apart.bot.desk.timeline(1, i.seq))[about["entry"] - 1]
    owed = Owed(1, key, 1, "inform", key, about, 2, 9e12, True, 0.0, "w", event)
    await inform(apart.bot.kit, i, owed)
    assert STUB in read(alone)[0]


async def test_the_last_words_name_no_way_out_of_more(apart: Front) -> None:
    """*No more* is for who would get more; the room stands in a sentence of its own."""
    await apart.bot.ask(d.Subscribe(), DAVE)
    await say(apart, ("room", "stakeholders"), GOOD)
    await apart.bot.ask(c.Dismiss("false-alarm", "a test"), ALICE)
    await apart.bot.run()
    first, last = read(apart.bot.slack.named(f"dm-{DAVE}"))
    assert f"You subscribed to it. No more: `/incident 1 unsubscribe`. Its room: <#{room(apart).id}>" in first
    assert "unsubscribe" not in last
    assert "You subscribed to it. Its room:" in last
