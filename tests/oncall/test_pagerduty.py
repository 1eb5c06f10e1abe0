"""What PagerDuty's `GET /oncalls` says, taken in; and what it refuses, in words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from stanch.core.rota import Shift
from stanch.flows.on_call import Away
from stanch.oncall import pagerduty
from stanch.oncall.pagerduty import PagerDuty
from tests.fakes.oncalls import FakeOncalls, Json, entry

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
END = START + timedelta(days=14)
TOKEN = "y_NbAkKc66ryYTWUXYEu"


@pytest.fixture
async def api() -> AsyncIterator[FakeOncalls]:
    async with FakeOncalls().up() as api:
        yield api


@pytest.fixture
async def client(api: FakeOncalls) -> AsyncIterator[PagerDuty]:
    made = PagerDuty(TOKEN, api.url + "/")
    yield made
    await made.close()


async def test_shifts_come_in_order_each_once(api: FakeOncalls, client: PagerDuty) -> None:
    """An entry stands once for each escalation policy; times are cut to what was asked for."""
    later = entry("dave@example.com", "2026-11-23T09:00:00+01:00", "2026-11-30T09:00:00+01:00")
    now = entry("bob@example.com", "2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z")
    api.entries = [later, now, {**now, "escalation_policy": {"id": "POTHER"}}]
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert await client.shifts("PABC", START, END) == [
        Shift("bob@example.com", START, monday),
        Shift("dave@example.com", monday, monday + timedelta(days=7)),
    ]


async def test_what_is_asked_and_with_which_right(api: FakeOncalls, client: PagerDuty) -> None:
    """One schedule, with its users' addresses, for the time that matters; the key goes into the header alone."""
    await client.shifts("PABC", START, END)
    ((query, headers),) = api.seen
    assert query == {
        "schedule_ids[]": "PABC", "include[]": "users", "since": "2026-11-22T12:00:00Z",
        "until": "2026-12-06T12:00:00Z", "limit": "100", "offset": "0",
    }  # fmt: skip
    assert headers["Authorization"] == f"Token token={TOKEN}"
    assert headers["Accept"] == "application/vnd.pagerduty+json;version=2"


async def test_who_is_always_on_call_has_neither_start_nor_end(api: FakeOncalls, client: PagerDuty) -> None:
    """Both are null then: from the beginning to the end of what was asked for."""
    api.entries = [entry("bob@example.com", None, None)]
    assert await client.shifts("PABC", START, END) == [Shift("bob@example.com", START, END)]


async def test_all_pages_are_read(api: FakeOncalls, client: PagerDuty) -> None:
    """A hundred entries a page."""
    hour = timedelta(hours=1)
    api.entries = [
        entry(f"p{k}@example.com", (START + k * hour).isoformat(), (START + (k + 1) * hour).isoformat())
        for k in range(150)
    ]
    assert len(await client.shifts("PABC", START, END)) == 150
    assert [query["offset"] for query, _ in api.seen] == ["0", "100"]


@pytest.mark.parametrize(
    "odd",
    [
        entry(None, None, None),
        entry("x@example.com", None, None, schedule="POTHER"),
        entry("x@example.com", "2026-11-01T00:00:00Z", "2026-11-22T12:00:00Z"),
        {"user": None, "schedule": None},
        {"user": {"email": 7}, "schedule": {"id": "PABC"}},
    ],
)
async def test_what_is_of_no_use_is_passed_over(api: FakeOncalls, client: PagerDuty, odd: Json) -> None:
    """No address, another schedule, over already, or nothing that an entry should hold: the rest still counts."""
    api.entries = [odd, entry("bob@example.com", None, None)]
    assert [one.who for one in await client.shifts("PABC", START, END)] == ["bob@example.com"]


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (web.Response(status=401, text="no"), "PagerDuty does not accept STANCH_PAGERDUTY_TOKEN"),
        (web.Response(status=403), "STANCH_PAGERDUTY_TOKEN may not read who is on call"),
        (web.Response(status=404), "PagerDuty knows no such schedule"),
        (web.Response(status=429), "PagerDuty says that it is asked too often"),
        (web.Response(status=503), "PagerDuty answered 503"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "PagerDuty answered 302"),
        (web.Response(text="<html>sign in</html>"), "PagerDuty answered with something unreadable"),
        (web.json_response([]), "PagerDuty answered with something unreadable"),
    ],
)
async def test_a_refusal_is_told_in_words_without_the_key(
    api: FakeOncalls, client: PagerDuty, instead: web.Response, told: str
) -> None:
    """Each in one short line that says whose turn it is; a redirect is not followed with the key."""
    api.instead = instead
    with pytest.raises(Away) as away:
        await client.shifts("PABC", START, END)
    assert str(away.value) == told
    assert TOKEN not in repr(away.value)


async def test_a_service_that_cannot_be_reached_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there: told, not raised as something else."""
    client = PagerDuty(TOKEN, "http://127.0.0.1:9")
    with pytest.raises(Away, match=r"^PagerDuty cannot be reached$"):
        await client.shifts("PABC", START, END)
    await client.close()


async def test_an_address_that_is_none_is_away() -> None:
    """A slip in STANCH_PAGERDUTY_API must not stop a declaration."""
    client = PagerDuty(TOKEN, "no address")
    with pytest.raises(Away, match=r"^STANCH_PAGERDUTY_API or STANCH_PAGERDUTY_TOKEN cannot be sent as it is$"):
        await client.shifts("PABC", START, END)
    await client.close()


async def test_pages_without_end_come_to_an_end(api: FakeOncalls, client: PagerDuty) -> None:
    """A service that always has more is asked ten times, and what it said counts."""
    api.entries = [entry("bob@example.com", None, None)] * 2_000
    assert [one.who for one in await client.shifts("PABC", START, END)] == ["bob@example.com"]
    assert len(api.seen) == pagerduty.MOST
