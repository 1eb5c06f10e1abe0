"""What is told to a page, by whom nothing may be told, and what each answer of the page comes to."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stanch.core import commands as c, status_commands as s
from stanch.core.catalogue import PublicPage
from stanch.core.draft_events import PublicSaid
from stanch.core.events import Changed, Restricted
from stanch.core.incident import STANCH
from stanch.core.payload import Payload
from stanch.core.status_events import PageEnding, PageHeld
from stanch.core.wording import NOBODY
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Unclear
from stanch.pages.base import PageFault, Post, Shown
from stanch.pages.publisher import UNAPPROVED, WITHDRAWN, Publisher
from stanch.store.outbox import Owed
from stanch.store.templates import Templates
from tests.fakes.world import CAROL, CATALOGUE, Tale, minutes, opened

TEMPLATES = Templates.read(Path(__file__).parents[2] / "message_templates")
LEASE_ENDS, MARGIN = 1_795_400_000.0, 10.0
TEXT = "Some answers may be wrong."
SHEET = PublicPage("statuspage", "abc", {"Chat": "c1", "Search": "c2"})


class Page:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, answer: Shown | PageFault | None) -> None:
        self.answer = answer
        self.posts: list[Post] = []

    async def show(self, post: Post) -> Shown | None:
        self.posts.append(post)
        if isinstance(self.answer, PageFault):
            raise self.answer
        return self.answer

    async def reached(self) -> str:
        return "here"


def with_page(sheet: PublicPage | None = SHEET) -> Any:
    service = replace(CATALOGUE.services["support-copilot"], status_page=sheet)
    return replace(CATALOGUE, services={**CATALOGUE.services, "support-copilot": service})


def told(text: str = TEXT, **facts: Any) -> Tale:
    """An incident of which users were told something."""
    tale = opened(service="support-copilot", **facts)
    tale.record(PublicSaid(1, text), CAROL)
    return tale


def shows(tale: Tale, n: int = 1) -> None:
    tale.do(s.ReportPageShown(n, "investigating", TEXT, "A title", "minor", "support-copilot", "inc1"), STANCH)


async def publish(
    tale: Tale, page: Page, n: int = 1, *, sheet: PublicPage | None = SHEET, patience: float = 120, **more: Any
) -> Any:
    desk: Any = SimpleNamespace(catalogue=with_page(sheet), clock=lambda: tale.now)
    publisher = Publisher(
        desk,
        more.pop("templates", TEMPLATES),
        lambda i, audience, moment, at: f"({moment})",
        lambda _: page,
        patience,
        MARGIN,
    )
    payload = {"n": n} | more.pop("payload", {})
    owed = Owed(
        id=1, key="k", incident=7, kind="publish", lane="inc-7/publish", payload=payload,
        attempts=more.get("attempts", 1), lease_until=LEASE_ENDS, ambiguous=more.get("ambiguous", False),
        intent_at=0, worker="w",
    )  # fmt: skip
    return await publisher.publish(owed, tale.incident)


def reports(outcome: Any) -> tuple[Any, ...]:
    return tuple(outcome.reports)


async def test_a_word_is_shown_with_what_the_incident_stands_at() -> None:
    """State by phase, impact and components by severity, a neutral title; the page's id comes back."""
    tale, page = told(severity="SEV2", klass="quality_regression"), Page(Shown("inc9", "https://s.example/inc9"))
    outcome = await publish(tale, page)
    (post,) = page.posts
    assert (post.key, post.n, post.id, post.state, post.impact, post.title, post.body) == (
        f"inc-7-{int(tale.incident.declared_at.timestamp())}", 1, "", "investigating", "major", "(title)", TEXT,
    )  # fmt: skip
    assert post.components == {"c1": "partial_outage", "c2": "partial_outage"}
    assert not post.look
    assert post.until == LEASE_ENDS - MARGIN
    assert reports(outcome) == (
        s.ReportPageShown(
            1, "investigating", TEXT, "(title)", "major", "support-copilot", "inc9", "https://s.example/inc9"
        ),
    )


async def test_a_word_may_name_its_components_and_state() -> None:
    """What the approved words say goes before what follows from the incident."""
    tale, page = opened(service="support-copilot"), Page(Shown("inc9"))
    tale.record(PublicSaid(1, TEXT, state="identified", components=("Search", "Gone")), CAROL)
    await publish(tale, page)
    assert (page.posts[0].state, page.posts[0].components) == ("identified", {"c2": "degraded_performance"})


@pytest.mark.parametrize("how", [{"ambiguous": True}, {"payload": {"look": True}}])
async def test_what_may_have_come_through_is_looked_for(how: dict[str, Any]) -> None:
    """After an unclear try, and when somebody clicked *Try again*."""
    page = Page(Shown("inc9", found=True))
    outcome = await publish(told(), page, **how)
    assert page.posts[0].look
    assert reports(outcome)[0].found


async def test_the_end_has_words_of_its_own() -> None:
    """From the team's texts, by how it ended; the page's incident is updated, its title stays."""
    tale, page = told(), Page(Shown("inc1"))
    shows(tale)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    await publish(tale, page, 2)
    (post,) = page.posts
    assert (post.id, post.title, post.state, post.body) == ("inc1", "A title", "resolved", "(dismissed)")
    assert set(post.components.values()) == {"operational"}
    assert not post.only_if_there


@pytest.mark.parametrize(
    "what",
    [Changed("klass", "security", None), Changed("klass", "safety_violation", None), Restricted("names in it")],
    ids=["security", "safety", "restricted"],
)
async def test_what_legal_has_not_approved_does_not_go_out(what: Payload) -> None:
    """In safety and security and where it is restricted, the end is held back and nothing is sent; asked to end it
    without words, the page is told the state alone."""
    tale, page = told(), Page(Shown("inc1"))
    shows(tale)
    tale.record(what)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    assert reports(await publish(tale, page, 2)) == (s.ReportPageHeld(2, UNAPPROVED),)
    assert page.posts == []
    tale.record(PageHeld(2, UNAPPROVED), STANCH)
    tale.record(PageEnding(2), CAROL)
    await publish(tale, page, 2)
    assert (page.posts[0].state, page.posts[0].body) == ("resolved", "")


@pytest.mark.parametrize(
    "what",
    [Changed("klass", "security", None), Changed("klass", "safety_violation", None), Restricted("names in it")],
    ids=["security", "safety", "restricted"],
)
async def test_words_that_waited_do_not_go_out_any_more(what: Payload) -> None:
    """Approved while it was harmless, and the page was away: only legal's own words are sent, under a neutral title."""
    tale, page = told("Answers show other customers' data."), Page(Shown("inc1"))
    tale.record(what)
    (report,) = reports(await publish(tale, page))
    assert (report, page.posts) == (s.ReportPageDropped(1, WITHDRAWN), [])
    (report,) = reports(await publish(tale, page, ambiguous=True))
    assert report.why.endswith("look at the page")
    tale.do(report, STANCH)
    tale.record(PublicSaid(0, "We are looking into it.", "investigating", by_legal=True), CAROL)
    await publish(tale, page, 2)
    assert [(one.title, one.body) for one in page.posts] == [("Support copilot: disruption", "We are looking into it.")]


async def test_a_title_that_nobody_has_approved_is_not_shown() -> None:
    """The file of a class says so itself; one without such a mark is the team's own neutral title."""
    tale, page = told(klass="quality_regression"), Page(Shown("inc1"))
    await publish(tale, page)
    held = {name: replace(meta, approved_by=NOBODY) for name, meta in TEMPLATES.meta.items()}
    await publish(tale, page, templates=Templates({}, Path(), fronts=[held]))
    assert [one.title for one in page.posts] == ["(title)", "Support copilot: disruption"]


async def test_an_end_that_only_looks_needs_no_text() -> None:
    """Nothing was ever shown for certain and no text for the end is approved: if it is there it is ended, without a
    word, and the room is not told of a page that says nothing."""
    tale, page = told(), Page(None)
    tale.record(Changed("klass", "security", None))
    tale.do(s.ReportPageDropped(1, WITHDRAWN), STANCH)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    assert reports(await publish(tale, page, 2)) == (s.ReportPageDropped(2),)
    assert [(one.only_if_there, one.body) for one in page.posts] == [(True, "")]


async def test_late_words_keep_the_state_of_their_moment() -> None:
    """The page was away until it was over: users read what was said then, as it stood then, and then the end."""
    tale, page = opened(service="support-copilot"), Page(Shown("inc1"))
    tale.record(PublicSaid(1, TEXT, "investigating"), CAROL)
    shows(tale)
    tale.record(PublicSaid(2, "Still looking.", "investigating"), CAROL)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    await publish(tale, page, 2)
    await publish(tale, page, 3)
    assert [(one.state, one.body) for one in page.posts] == [
        ("investigating", "Still looking."), ("resolved", "(dismissed)"),
    ]  # fmt: skip


async def test_what_was_never_shown_is_not_begun_at_its_end() -> None:
    """Only looked for, both words; what is not there is dropped."""
    tale, page = told(), Page(None)
    tale.do(c.Dismiss("false-alarm", "nothing"))
    for n in (1, 2):
        assert reports(await publish(tale, page, n)) == (s.ReportPageDropped(n),)
    assert [one.only_if_there for one in page.posts] == [True, True]


async def test_a_drill_reaches_no_page() -> None:
    """Whatever was recorded."""
    page = Page(Shown("inc1"))
    assert await publish(told(drill=True), page) == Cancelled("a drill never reaches the status page")
    assert page.posts == []


async def test_older_words_do_not_follow_newer_ones() -> None:
    """Tried again after a newer word was shown, it is not sent; nor is what the page shows."""
    tale, page = told(), Page(Shown("inc1"))
    tale.record(PublicSaid(2, "newer"), CAROL)
    shows(tale, 2)
    assert await publish(tale, page, 1) == Cancelled("newer words stand there")
    assert isinstance(await publish(tale, page, 2), Cancelled)
    assert page.posts == []


async def test_a_service_without_a_page_says_what_to_write() -> None:
    """It has left the file since: nothing is sent, and the room hears what to mend."""
    outcome = await publish(told(), Page(Shown("inc1")), sheet=None)
    why = "Support copilot has no status page; give it one in services.yml (`status_page`)"
    assert outcome == Buried(why, "tell the status page", (s.ReportPageFailed(1, why),))


async def test_each_fault_has_its_outcome() -> None:
    """Refused for good, maybe come through, certainly not: set aside, looked for, tried again."""
    tale = told()
    refused = Page(PageFault("its key may not do this", permanent=True))
    assert await publish(tale, refused) == Buried(
        "its key may not do this", "tell the status page", (s.ReportPageFailed(1, "its key may not do this"),)
    )
    assert await publish(tale, Page(PageFault("no answer", sent=True))) == Unclear("no answer")
    assert await publish(tale, Page(PageFault("asks us to wait", after=7))) == Later("asks us to wait", 7)
    assert await publish(tale, Page(PageFault("no connection")), attempts=3) == Later("no connection", 4)
    assert await publish(tale, Page(PageFault("no connection")), attempts=30) == Later("no connection", 60)
    assert await publish(tale, Page(PageFault("away")), ambiguous=True) == Later("away", 1, unclear=True)


async def test_silence_is_told_after_two_minutes_and_once() -> None:
    """Not before, and not again while the room knows."""
    tale = told()
    tale.now += minutes(1)
    page = Page(PageFault("no connection"))
    assert reports(await publish(tale, page)) == ()
    tale.now += minutes(1)
    assert reports(await publish(tale, page)) == (s.ReportPageAway(1, "no connection"),)
    tale.do(s.ReportPageAway(1, "no connection"), STANCH, timedelta(minutes=1))
    assert reports(await publish(tale, page)) == ()
    assert isinstance(await publish(tale, Page(Shown("inc1"))), Done)
