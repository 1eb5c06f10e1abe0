"""Waking people: what goes out, once each, what is tried again, and what the room hears when it does not get out."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from stanch.core import commands as c, seat_commands as sc
from stanch.core.incident import Incident
from stanch.flows.deliver import Buried, Cancelled, Done, Later, Outcome, Unclear
from stanch.paging.base import Way
from stanch.paging.pager import Pager
from stanch.paging.pagerduty import PagerDuty
from stanch.paging.webhook import Webhook
from stanch.store.outbox import Owed
from tests.core.test_seats import TWO_STEPS, named
from tests.fakes.pager import ROUTING_KEY, FakePager
from tests.fakes.world import ALICE, BOB, called

LINK = "https://practice.slack.com/archives/C0ROOM/p1"
KEY = "stanch-inc-7-1"


@pytest.fixture
def fake() -> Iterator[FakePager]:
    with FakePager().up() as up:
        yield up


def pagerduty(fake: FakePager, key: str = ROUTING_KEY) -> PagerDuty:
    return PagerDuty(key, fake.url)


def sev1(**facts: Any) -> Incident:
    return named(severity="SEV1", **facts).incident


def owed(action: str = "trigger", attempts: int = 1, ambiguous: bool = False) -> Owed:
    about = {"action": action, "step": 0, "users": [ALICE, BOB]}
    return Owed(
        id=1, key=f"inc-7/page/9/{action}", incident=7, kind="page", lane="inc-7/page", payload=about,
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


async def test_its_whole_life_is_one_alert(fake: FakePager) -> None:
    """Trigger, acknowledge, resolve by one key; a trigger that is repeated wakes nobody again."""
    incident = sev1()
    for action in ("trigger", "trigger", "acknowledge", "resolve"):
        assert isinstance(await woken([pagerduty(fake)], incident, owed(action)), Done)
    assert (fake.alerts, fake.woken) == ({KEY: "resolved"}, [KEY])


async def test_nothing_of_a_restricted_incident_leaves(fake: FakePager) -> None:
    """Neither title nor class stands in what other systems keep."""
    incident = replace(sev1(), restricted=True, klass="security")
    await woken([pagerduty(fake), Webhook(fake.url)], incident)
    assert "policy" not in str(fake.requests)
    assert "'security'" not in str(fake.requests)
    assert fake.requests[0]["body"]["payload"]["summary"] == "SEV1 INC-7: restricted, see Slack"


async def test_who_answered_in_time_is_not_woken(fake: FakePager) -> None:
    """Both have answered before it went out; but what may have gone out already is sent again, to be ended later."""
    tale = named(severity="SEV1")
    for user in (ALICE, BOB):
        tale.do(c.Note("here"), user)
    assert isinstance(await woken([pagerduty(fake)], tale.incident), Cancelled)
    assert fake.requests == []
    assert isinstance(await woken([pagerduty(fake)], tale.incident, owed(attempts=2, ambiguous=True)), Done)


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


async def test_one_way_is_enough(fake: FakePager) -> None:
    """PagerDuty refuses and the webhook takes it: people are woken, and the trouble is said."""
    outcome = await woken([pagerduty(fake, "wr0ng-key"), Webhook(fake.url)], sev1())
    assert isinstance(outcome, Done)
    kinds = [type(one).__name__ for one in outcome.reports]
    assert kinds == ["ReportPaged", "ReportTrouble"]
    assert outcome.reports[0] == sc.ReportPaged("trigger", 0, ("the webhook",))


async def test_what_came_through_one_way_is_not_sent_again_for_the_other(fake: FakePager) -> None:
    """The webhook is busy: only the webhook is asked again."""
    pager = Pager(TWO_STEPS, [pagerduty(fake), Webhook(fake.url)], called, lambda _: LINK)
    fake.faults = [(0, {}, {}), (503, {}, {})]
    assert isinstance(await pager.perform(owed(), sev1()), Unclear)
    assert isinstance(await pager.perform(owed(attempts=2, ambiguous=True), sev1()), Done)
    assert [one["path"] for one in fake.requests] == ["/v2/enqueue", "/", "/"]


async def test_silence_is_told_after_a_few_tries() -> None:
    """Nobody listens there: tried again and again, and once the room hears that somebody has to be called."""
    nowhere = PagerDuty(ROUTING_KEY, "http://127.0.0.1:9")
    told = []
    for attempts in range(1, 8):
        outcome = await woken([nowhere], sev1(), owed(attempts=attempts))
        assert isinstance(outcome, Later)
        told += outcome.reports
    assert told == [
        c.ReportTrouble(
            "wake people yet: call them by phone. I go on trying", "PagerDuty cannot be reached (ConnectError)", "page"
        )
    ]
