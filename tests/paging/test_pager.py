"""Waking people: what goes out, once each, what is tried again, and what the room hears when it does not get out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection

from stanch.core import commands as c, seat_commands as sc
from stanch.core.effect import Effect
from stanch.core.incident import Incident
from stanch.core.seating import Page
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.paging.base import Call, CallFault, Way
from stanch.paging.line import Answer, Line
from stanch.paging.pager import Pager
from stanch.paging.pagerduty import PagerDuty
from stanch.paging.webhook import Webhook
from stanch.settings import Settings
from stanch.slack.directory import Directory
from stanch.store import outbox, schema
from stanch.store.database import Database
from stanch.store.outbox import Owed
from stanch.waking import Waking
from tests.core.test_seats import TWO_STEPS, named
from tests.fakes.pager import ROUTING_KEY, FakePager
from tests.fakes.world import ALICE, BOB, NOW, called

LINK = "https://practice.slack.com/archives/C0ROOM/p1"
KEY = f"stanch-inc-7-{int(NOW.timestamp()) + 1}-1"


@pytest.fixture
def fake() -> Iterator[FakePager]:
    with FakePager().up() as up:
        yield up


def pagerduty(fake: FakePager, key: str = ROUTING_KEY) -> PagerDuty:
    return PagerDuty(key, fake.url)


def sev1(**facts: Any) -> Incident:
    return named(severity="SEV1", **facts).incident


def owed(action: str = "trigger", attempts: int = 1, ambiguous: bool = False, way: str = "") -> Owed:
    about = {"action": action, "step": 0, "users": [ALICE, BOB], "page": 1} | ({"way": way} if way else {})
    return Owed(
        id=1, key=f"inc-7/page/9/{action}", incident=7, kind="page", lane="inc-7/page/1", payload=about,
        ambiguous=ambiguous, intent_at=0.0, attempts=attempts, lease_until=1e12, worker="w",
    )  # fmt: skip


async def woken(ways: list[Way], incident: Incident, effect: Owed | None = None) -> Outcome:
    pager = Pager(TWO_STEPS, ways, called, lambda _: LINK)
    return await pager.perform(effect or owed(), incident)


async def test_pagerduty_is_told_what_it_wants_to_know(fake: FakePager) -> None:
    """A valid event: severity, service, whom we ask, and the way to the room; nobody's words beside the title."""
    outcome = await woken([pagerduty(fake)], sev1())
    assert outcome == Done(reports=(sc.ReportPaged("trigger", 0, ("PagerDuty",)),))
    assert fake.requests[0]["body"] == {
        "routing_key": ROUTING_KEY, "event_action": "trigger", "dedup_key": KEY, "client": "Stanch",
        "links": [{"href": LINK, "text": "The incident's room"}],
        "payload": {
            "summary": "SEV1 INC-7: answers cite the wrong policy", "source": "stanch", "severity": "critical",
            "component": "Support copilot",
            "custom_details": {"severity": "SEV1", "asked": ["@alice", "@bob"]},
        },
    }  # fmt: skip


async def test_a_webhook_is_told_the_same(fake: FakePager) -> None:
    """JSON with the fields of the README, the token as a bearer, and a key that is the same when it comes again."""
    await woken([Webhook(f"{fake.url}/wake", "T0KEN")], sev1())
    sent = fake.requests[0]
    assert (sent["headers"]["authorization"], sent["headers"]["idempotency-key"]) == ("Bearer T0KEN", f"{KEY}/trigger")
    assert sent["body"] == {
        "action": "trigger", "key": KEY, "summary": "SEV1 INC-7: answers cite the wrong policy", "severity": "SEV1",
        "service": "Support copilot", "people": ["@alice", "@bob"], "url": LINK, "drill": False,
    }  # fmt: skip


@pytest.mark.parametrize(("card", "address"), [("1.5", "archives/C0ROOM/p15"), (None, "archives/C0ROOM")])
async def test_the_way_to_the_room_is_there_before_its_card(fake: FakePager, card: str | None, address: str) -> None:
    """Who is woken is led to the card, and to the room while that is still being written."""
    directory = Directory(AsyncWebClient())
    directory.my_url = "https://practice.slack.com/"
    waking = Waking(Settings(stanch_page_webhook_url=SecretStr(f"{fake.url}/wake")), TWO_STEPS, directory)
    await waking.perform(owed(), replace(sev1(), room="C0ROOM", card_ts=card))
    await waking.close()
    assert fake.requests[0]["body"]["url"] == f"https://practice.slack.com/{address}"


async def test_its_whole_life_is_one_alert(fake: FakePager) -> None:
    """Trigger, acknowledge, resolve by one key; a trigger that is repeated wakes nobody again."""
    incident = sev1()
    for action in ("trigger", "trigger", "acknowledge", "resolve"):
        assert isinstance(await woken([pagerduty(fake)], incident, owed(action)), Done)
    assert (fake.alerts, fake.woken) == ({KEY: "resolved"}, [KEY])


async def test_nothing_of_a_restricted_incident_leaves(fake: FakePager) -> None:
    """Neither title nor class stands in what other systems keep."""
    incident = replace(sev1(), restricted=True, klass="security")
    for way in ("PagerDuty", "the webhook"):
        await woken([pagerduty(fake), Webhook(fake.url)], incident, owed(way=way))
    assert len(fake.requests) == 2
    assert "policy" not in str(fake.requests)
    assert "'security'" not in str(fake.requests)
    assert fake.requests[0]["body"]["payload"]["summary"] == "SEV1 INC-7: restricted, see Slack"


@pytest.mark.parametrize("effect", [owed(), owed(attempts=2), owed(attempts=2, ambiguous=True)])
async def test_who_answered_in_time_is_not_woken(fake: FakePager, effect: Owed) -> None:
    """Both have answered before it went out, after a failure too; what may be out is ended by what is owed after it."""
    tale = named(severity="SEV1")
    for user in (ALICE, BOB):
        tale.do(c.Note("here"), user)
    assert isinstance(await woken([pagerduty(fake)], tale.incident, effect), Cancelled)
    assert fake.requests == []
    assert isinstance(await woken([pagerduty(fake)], tale.incident, owed("acknowledge")), Done)


async def test_a_drill_wakes_nobody(fake: FakePager) -> None:
    """Whatever is owed."""
    assert isinstance(await woken([pagerduty(fake)], replace(sev1(), drill=True)), Cancelled)
    assert fake.requests == []


async def test_nothing_is_set_up() -> None:
    """It is said, once, by the rule; what would end a page says nothing."""
    assert await woken([], sev1()) == Done(reports=(sc.ReportNoPager(),))
    assert isinstance(await woken([], sev1(), owed("resolve")), Cancelled)


@pytest.mark.parametrize(
    ("fault", "after"),
    [((429, {}, {"retry-after": "7"}), 7.0), ((429, {}, {}), 1.0)],
)
async def test_busy_is_tried_again(fake: FakePager, fault: tuple[int, Any, dict[str, str]], after: float) -> None:
    """429: later, after the time that it names, else a little longer each time."""
    fake.faults = [fault]
    outcome = await woken([pagerduty(fake)], sev1())
    assert isinstance(outcome, Later)
    assert (outcome.after, outcome.error) == (after, "PagerDuty asks us to wait")


@pytest.mark.parametrize("fault", [(502, {}, {}), None])
async def test_unclear_is_repeated_by_the_same_key(fake: FakePager, fault: Any) -> None:
    """A 5xx, or no answer at all, may have come through: the repetition wakes nobody twice."""
    fake.faults = [fault]
    assert isinstance(await woken([pagerduty(fake)], sev1()), Unclear)
    assert isinstance(await woken([pagerduty(fake)], sev1(), owed(attempts=2, ambiguous=True)), Done)
    assert fake.woken == [KEY]


async def test_a_wrong_key_is_said_in_the_room(fake: FakePager) -> None:
    """Refused for good: what PagerDuty said and what to look at, without the key."""
    outcome = await woken([pagerduty(fake, "wr0ng-key")], sev1())
    said = (
        "PagerDuty refuses it (400): 'routing_key' is invalid; is STANCH_PAGERDUTY_ROUTING_KEY the integration key of"
        " an Events API v2 integration?"
    )
    assert outcome == Buried(said, "wake people", (c.ReportTrouble("wake people", said, "page"),))


async def test_each_way_goes_alone(fake: FakePager, tmp_path: Path) -> None:
    """The webhook is away for hours: PagerDuty hears of the page, of the next one and of their end all the same."""
    pager = Pager(TWO_STEPS, [pagerduty(fake), Webhook("http://127.0.0.1:9")], called, lambda _: LINK)
    pages = (Page(0, "trigger"), Page(1, "trigger", n=2))
    incident = replace(sev1(), seating=replace(sev1().seating, pages=pages))
    effects = [
        Effect(f"p/{n}/{action}", "page", f"inc-7/page/{n}", {"action": action, "step": n - 1, "users": [], "page": n})
        for action in ("trigger", "acknowledge")
        for n in (1, 2)
    ]
    database = Database(f"sqlite:///{tmp_path / 'owed.sqlite3'}")
    schema.upgrade(database.engine)
    await database(lambda db: outbox.owe(db, 7, effects, 0.0))
    now, reports = 100.0, []
    for _ in range(12):
        now += 60
        at = now
        for one in await database(lambda db: outbox.claim(db, "w", at, lease=30, grace=5, limit=9)):  # noqa: B023
            outcome = await pager.perform(one, incident)
            await database(lambda db: _settled(db, one, outcome, at))  # noqa: B023
            reports += [r for r in getattr(outcome, "reports", ()) if isinstance(r, sc.ReportPaged)]
    assert [(r.action, r.page, r.ways) for r in reports] == [
        (action, n, ("PagerDuty",)) for action in ("trigger", "acknowledge") for n in (1, 2)
    ]
    assert sorted(fake.alerts.values()) == ["acknowledged", "acknowledged"]
    database.close()


def _settled(db: Connection, one: Owed, outcome: Outcome, now: float) -> None:
    if isinstance(outcome, Done):
        outbox.done(db, one, {})
        if outcome.record:
            outcome.record(db)
    else:
        outbox.postpone(db, one, now + 60, "away", refused=False)


async def test_a_wrong_key_of_one_way_is_said(fake: FakePager) -> None:
    """Which of them refuses stands in the room."""
    ways: list[Way] = [pagerduty(fake, "wr0ng-key"), Webhook(fake.url)]
    outcome = await woken(ways, sev1(), owed(way="PagerDuty"))
    assert isinstance(outcome, Buried)
    assert outcome.what == "wake people by PagerDuty"
    assert isinstance(await woken(ways, sev1(), owed(way="the webhook")), Done)


@pytest.mark.parametrize(
    ("url", "token", "told"),
    [
        ("http://127.0.0.1:9/", "t\u00f6ken", "TOKEN holds a character that no header can carry"),
        ("http://127.0.0.1:9/", "a\nb", "TOKEN holds a character that no header can carry"),
        ("http://127.0.0.1:9/", "T0KEN ", "TOKEN begins or ends with a space"),
        ("ftp://x/", "T0KEN", "URL is no http or https address"),
        ("http://127.0.0.1:99999/", "T0KEN", "URL is no address"),
        ("http://[::1/", "T0KEN", "URL is no address"),
        ("http://me:T0KEN@127.0.0.1:9/", "x", "URL holds a password"),
    ],
)  # fmt: skip
async def test_what_cannot_be_sent_is_said(url: str, token: str, told: str) -> None:
    """A token or an address that is none: somebody must mend it, and hears so."""
    with pytest.raises(CallFault, match=f"^STANCH_PAGE_WEBHOOK_{told}$") as fault:
        await Webhook(url, token).send(Call("trigger", "k", "s", "SEV1", "x"))
    assert (fault.value.permanent, "T0KEN" in str(fault.value)) == (True, False)


@pytest.mark.parametrize(
    ("answer", "seconds"), [(b"[" * 200_000, 5.0), (b"x" * 400_000, 5.0), (None, 0.3)]
)  # fmt: skip
async def test_no_answer_stops_us(answer: bytes | None, seconds: float) -> None:
    """Deep, long, or without an end: it is read in time or not at all, and the call is over."""
    async with _drips(answer) as url:
        line = Line("the webhook", url, seconds=seconds)
        if answer is None:
            with pytest.raises(CallFault, match="did not answer") as fault:
                await line.post({})
            assert fault.value.sent
        else:
            assert (await line.post({})).sheet == {}
        await line.close()


@asynccontextmanager
async def _drips(answer: bytes | None) -> AsyncIterator[str]:
    """A server that answers so; None: a byte now and then, and no end."""

    talks: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        length = len(answer) if answer is not None else 1_000
        talks.append(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
                for _ in range(1_000 if answer is None else 0):
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.05)
                writer.write(answer or b"")
                await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for one in talks:
            if one is not None:
                one.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await one


def test_what_the_receiver_says_is_data() -> None:
    """Its words stand in the room: without a secret, and without what cannot be kept."""
    said = "Bearer ghp_16C7e42F292c6912E7710c838347Ae178B4a \ud800 is unknown"
    fault = Answer(401, {}, {"message": said}).fault("the webhook", "look at it")
    assert "ghp_" not in str(fault)
    str(fault).encode()
    tale = named(severity="SEV1")
    tale.do(c.ReportTrouble("wake people", said, "page"), "stanch")
    str(tale.events[-1].payload).encode()
    assert "ghp_" not in str(tale.events[-1].payload)


async def test_silence_is_told_after_a_few_tries() -> None:
    """Nobody listens there: tried again and again, and once the room hears that somebody has to be called."""
    nowhere = PagerDuty(ROUTING_KEY, "http://127.0.0.1:9")
    told = []
    for attempts in range(1, 8):
        outcome = await woken([nowhere], sev1(), owed(attempts=attempts))
        assert isinstance(outcome, Later)
        told += outcome.reports
    assert told == [
        c.ReportTrouble("wake people yet: call them by phone. I go on trying", "PagerDuty cannot be reached", "page")
    ]
