"""Statuspage, told each word once: against a page that behaves, and one that does not."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stanch.core.catalogue import Catalogue, PublicPage
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.kinds import Access, Pages
from stanch.pages.statuspage import Statuspage
from tests.fakes.plane import Fault
from tests.fakes.statuspage import KEY, PAGE, FakeHook, FakeStatuspage

POST = Post(
    key="inc-7-1795316400", number=7, service="support-copilot", n=1, id="", title="Support copilot: wrong answers",
    state="investigating", impact="major", body="Some answers may be wrong.", at=datetime.now(UTC),
    components={"cchat": "partial_outage"},
)  # fmt: skip


async def nothing() -> tuple[()]:
    return ()


@pytest.fixture
async def fake() -> AsyncIterator[FakeStatuspage]:
    made = FakeStatuspage()
    async with made.up():
        yield made


@pytest.fixture
async def pages(fake: FakeStatuspage, tmp_path: Any) -> AsyncIterator[Pages]:
    made = Pages(Catalogue(), Access(tmp_path, fake.url, KEY, limit=0.5), nothing)
    yield made
    await made.close()


@pytest.fixture
def page(pages: Pages) -> Statuspage:
    found = pages.of(PublicPage("statuspage", PAGE))
    assert isinstance(found, Statuspage)
    return found


async def shown(page: Any, post: Post) -> Shown:
    found = await page.show(post)
    assert found is not None
    return found


async def fault(page: Any, post: Post = POST) -> PageFault:
    with pytest.raises(PageFault) as refused:
        await page.show(post)
    assert KEY not in str(refused.value)
    return refused.value


async def test_a_word_begins_an_incident_and_the_next_updates_it(page: Statuspage, fake: FakeStatuspage) -> None:
    """Title, state, impact, components and our mark; then the same incident, until it is resolved."""
    first = await shown(page, POST)
    assert first == Shown("inc1", "https://stspg.example/inc1")
    second = replace(POST, n=2, id=first.id, state="monitoring", body="It is contained.")
    assert await shown(page, second) == Shown("inc1", "https://stspg.example/inc1")
    end = replace(second, n=3, state="resolved", body="", components={"cchat": "operational"})
    await page.show(end)
    assert fake.said == [
        ("investigating", "Some answers may be wrong."), ("monitoring", "It is contained."), ("resolved", None),
    ]  # fmt: skip
    assert fake.incidents[0]["name"] == "Support copilot: wrong answers"
    assert fake.incidents[0]["metadata"] == {"stanch": {"key": "inc-7-1795316400", "n": 3}}
    assert fake.components["cchat"] == "operational"


async def test_a_lost_answer_to_a_creation_makes_no_second_incident(page: Statuspage, fake: FakeStatuspage) -> None:
    """It may have come through: so it is looked for, found by its mark, and adopted."""
    fake.writes = Fault("lost", times=1)
    assert (await fault(page)).sent
    assert await shown(page, replace(POST, look=True)) == Shown("inc1", "https://stspg.example/inc1", found=True)
    assert len(fake.said) == 1


@pytest.mark.parametrize("look", [False, True])
async def test_a_word_whose_time_is_over_is_not_sent(page: Statuspage, fake: FakeStatuspage, look: bool) -> None:
    """The process stood still while it looked, past its lease: another may be sending, so nothing is written."""
    late = replace(POST, look=look, until=time.time() - 1)
    assert not (await fault(page, late)).sent
    assert not fake.incidents


async def test_a_lost_answer_to_an_update_makes_no_second_update(page: Statuspage, fake: FakeStatuspage) -> None:
    """The incident's mark says how far it has come; the same words once more are another update all the same."""
    id = (await shown(page, POST)).id
    still = replace(POST, n=2, id=id)
    fake.writes = Fault("lost", times=1)
    assert (await fault(page, still)).sent
    assert (await shown(page, replace(still, look=True))).found
    assert len(fake.said) == 2
    assert not (await shown(page, replace(still, n=3, at=datetime.now(UTC) + timedelta(minutes=1), look=True))).found
    assert len(fake.said) == 3


async def test_what_did_not_come_through_is_sent(page: Statuspage, fake: FakeStatuspage) -> None:
    """A 500 may mean both: it is looked for, and as it is not there it is sent."""
    fake.writes = Fault("status", 500, times=1)
    assert (await fault(page)).sent
    assert not (await shown(page, replace(POST, look=True))).found
    assert len(fake.said) == 1


async def test_a_page_that_keeps_no_mark_is_read_by_its_words(page: Statuspage, fake: FakeStatuspage) -> None:
    """Where the newest update has these words and this state, and is no older, it is this one."""
    id = (await shown(page, POST)).id
    fake.incidents[0]["metadata"] = {}
    assert (await shown(page, replace(POST, id=id, look=True))).found
    old = replace(POST, id=id, n=2, look=True, at=datetime.now(UTC) + timedelta(minutes=5))
    assert not (await shown(page, old)).found


async def test_an_incident_of_another_installation_is_left_alone(page: Statuspage, fake: FakeStatuspage) -> None:
    """The same number, declared at another time: its key is another, so ours is created."""
    await page.show(replace(POST, key="inc-7-1"))
    assert not (await shown(page, replace(POST, look=True))).found
    assert len(fake.incidents) == 2


async def test_nothing_is_begun_for_what_is_over(page: Statuspage, fake: FakeStatuspage) -> None:
    """Nothing was shown: the page is looked through and stays as it is; what is there all the same is ended."""
    end = replace(POST, n=2, state="resolved", only_if_there=True)
    assert await page.show(end) is None
    assert fake.incidents == []
    await page.show(POST)
    assert await shown(page, end) == Shown("inc1", "https://stspg.example/inc1")
    assert fake.said[-1][0] == "resolved"


REFUSED: dict[int, tuple[str, bool, bool]] = {
    401: ("it does not accept STANCH_STATUSPAGE_TOKEN; make a new key at Statuspage and set it", True, False),
    403: ("its key may not do this (no, … may not); give it the right, or take another", True, False),
    404: (
        "Statuspage has no such page or incident (no, … may not); look at the page's id in services.yml, and whether"
        " somebody deleted the incident there", True, False,
    ),
    422: ("Statuspage refuses it with 422 (no, … may not)", True, False),
    420: ("Statuspage asks us to wait", False, False),
    429: ("Statuspage asks us to wait", False, False),
    302: ("Statuspage's address leads elsewhere (302)", True, False),
    500: ("Statuspage has trouble of its own (500)", False, True),
    503: ("Statuspage has trouble of its own (503)", False, True),
}  # fmt: skip


@pytest.mark.parametrize("status", REFUSED)
async def test_each_refusal_says_what_to_mend(page: Statuspage, fake: FakeStatuspage, status: int) -> None:
    """What somebody must mend is not tried again by itself; what may have come through is looked for first."""
    fake.writes = Fault("status", status, times=1)
    found = await fault(page)
    words, permanent, sent = REFUSED[status]
    said = str(found).replace("practice-token-4711-not-for-logs", "…")
    assert (said, found.permanent, found.sent) == (words, permanent, sent)


async def test_a_wait_that_it_names_is_kept(page: Statuspage, fake: FakeStatuspage) -> None:
    """Retry-After in seconds; without it a second and a half, as one request a second is let in."""
    fake.writes = Fault("status", 429, {"retry-after": "7"}, times=1)
    assert (await fault(page)).after == 7
    fake.writes = Fault("status", 420, times=1)
    assert (await fault(page)).after == 1.5


@pytest.mark.parametrize("kind", ["html", "nothing", "broken", "slow", "reset", "big"])
async def test_an_answer_that_is_none_is_unclear(page: Statuspage, fake: FakeStatuspage, kind: str) -> None:
    """Whatever came instead of an incident: the write may have come through, and a read changes nothing."""
    fake.writes = Fault(kind, times=1)
    assert (await fault(page)).sent
    fake.reads = Fault(kind, times=1)
    found = await fault(page, replace(POST, look=True))
    assert (found.sent, found.permanent) == (False, False)


async def test_nobody_there_means_nothing_was_sent(page: Statuspage, tmp_path: Any) -> None:
    """No connection: it may be tried again at once, without a look."""
    pages = Pages(Catalogue(), Access(tmp_path, "http://127.0.0.1:9", KEY), nothing)
    found = await fault(pages.of(PublicPage("statuspage", PAGE)))
    assert (str(found), found.sent, found.permanent) == ("no connection", False, False)
    await pages.close()


async def test_what_is_not_set_up_is_named(tmp_path: Any) -> None:
    """The setting, never its value; an address with a password is none."""
    pages = Pages(Catalogue(), Access(tmp_path), nothing)
    for kind, name in (("statuspage", "STANCH_STATUSPAGE_TOKEN"), ("webhook", "STANCH_STATUS_WEBHOOK_URL")):
        with pytest.raises(PageFault, match=f"^{name} is not set$"):
            pages.of(PublicPage(kind, PAGE))  # type: ignore[arg-type]
    odd = Pages(Catalogue(), Access(tmp_path, "https://me:hunter2@example.com", KEY), nothing)
    with pytest.raises(PageFault, match=r"^STANCH_STATUSPAGE_API holds a password$"):
        odd.of(PublicPage("statuspage", PAGE))
    assert KEY not in repr(Access(tmp_path, token=KEY, webhook_url=KEY, webhook_token=KEY))


async def test_whether_it_can_be_reached_changes_nothing(page: Statuspage, fake: FakeStatuspage) -> None:
    """What it is called, with one read."""
    assert await page.reached() == "Statuspage page Example"
    assert [one.method for one in fake.calls] == ["GET"]


async def test_a_webhook_gets_each_word_with_its_key(tmp_path: Any) -> None:
    """The whole word as JSON; a repetition carries the same key, so a receiver that saw it does nothing."""
    hook = FakeHook()
    async with hook.up():
        pages = Pages(Catalogue(), Access(tmp_path, "", "", hook.url + "/in", KEY, 0.5), nothing)
        page = pages.of(PublicPage("webhook"))
        hook.writes = Fault("status", 503, times=1)
        hook.writes = None
        post = replace(POST, at=datetime(2026, 11, 22, 13, 51, tzinfo=UTC))
        assert await page.show(post) == Shown("inc-7")
        assert await page.show(replace(post, look=True)) == Shown("inc-7")
        assert hook.told == {
            "inc-7-1795316400/1": {
                "key": "inc-7-1795316400/1", "incident": "inc-7", "status": "investigating", "impact": "major",
                "title": "Support copilot: wrong answers", "body": "Some answers may be wrong.",
                "components": {"cchat": "partial_outage"}, "updated_at": "2026-11-22T13:51:00.000000Z",
            }
        }  # fmt: skip
        assert [one.path for one in hook.calls] == ["/in", "/in"]
        assert (await page.reached()).startswith("the webhook at 127.0.0.1 answers")
        hook.writes = Fault("status", 500, times=1)
        assert (await fault(page)).sent
        hook.writes = Fault("status", 403, times=1)
        found = await fault(page)
        assert found.permanent
        assert "set STANCH_STATUS_WEBHOOK_TOKEN to what it expects" in str(found)
        await pages.close()
