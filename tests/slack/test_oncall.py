"""`/incident oncall` as a person reads it, user groups as rotas, and what a plan without them says."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from stanch.core.catalogue import Catalogue
from stanch.core.people import OWNERS, Group, Hours, People, Person, Schedule, Step, Turns
from stanch.core.rota import Shift
from stanch.errors import Refusal
from stanch.flows.on_call import Away, OnCall
from stanch.slack.client import Kind, SlackFault
from stanch.slack.directory import Directory
from stanch.slack.oncall_list import listed
from stanch.slack.user_groups import UserGroups
from stanch.store.database import Database
from tests.fakes.bot import Bot
from tests.fakes.front import Front
from tests.fakes.slack import FakeSlack, Fault, refused
from tests.fakes.world import ALICE, BOB, CATALOGUE, DAVE, ERIN

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
END = NOW + timedelta(days=14)
MONDAY = "<!date^1796025600^{date_short_pretty} {time}|08:00 UTC>"
WEEKLY = Turns("weekly", "week", time(9), ZoneInfo("Europe/Berlin"), date(2026, 11, 2), ("alice", "bob"))
PEOPLE = People(
    {one.who: one for one in (Person("alice"), Person("bob", ("ai",)), Person("dave", ("ai",)))},
    {"weekly": WEEKLY, "helpers": Group("helpers", "helpers"), "paged": Schedule("paged", "PABC123")},
    {
        "support-copilot": (
            Step((OWNERS,)),
            Step(("weekly", "dave"), "ai"),
            Step(("helpers", "paged", "zoe"), page=False),
        )
    },
)
KNOWN = replace(CATALOGUE, people=PEOPLE)


class GroupSlack(FakeSlack):
    """With one user group, @helpers, on a plan that has them."""

    def _usergroups_list(self, args: object) -> dict[str, object]:
        return {"usergroups": [{"id": "S0OTHERS", "handle": "others"}, {"id": "S0HELPERS", "handle": "helpers"}]}

    def _usergroups_users_list(self, args: dict[str, str]) -> dict[str, object]:
        if args["usergroup"] != "S0HELPERS":
            raise refused("no_such_subteam")
        return {"users": [ERIN, DAVE]}


class Paged:
    """PagerDuty; `away`: why it says nothing."""

    def __init__(self, away: str = "") -> None:
        self.away = away

    async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
        if self.away:
            raise Away(self.away)
        return [Shift("bob@example.com", start, end)]


@pytest.fixture
def slack() -> GroupSlack:
    return GroupSlack(lambda: 0.0)


@pytest.fixture
async def people(slack: GroupSlack) -> Directory:
    directory = Directory(slack)
    await directory.load()
    return directory


async def shown(
    people: Directory, slack: FakeSlack, paged: Paged | None = None, wanted: str = "", known: Catalogue = KNOWN
) -> str:
    oncall = OnCall(known, people, {"user_group": UserGroups(slack), **({"pagerduty": paged} if paged else {})})
    return await listed(known, people, oncall, wanted, NOW)


async def test_each_service_shows_its_path(people: Directory, slack: GroupSlack) -> None:
    """Who is on call now comes first, then who is asked if nobody answers: until when, and who is next; the skill of a
    step, and the owners of a service without a path; times in the reader's zone, names that ping nobody."""
    assert await shown(people, slack, Paged()) == "\n".join(
        (
            "*Support copilot*",
            "*Now*  commander @alice · technical lead @bob, @dave · communications lead @carol · scribe @erin",
            f"*If nobody answers*  @bob (`weekly` until {MONDAY}, then nobody) · @dave _(only who has `ai`)_",
            "*Then*  @erin, @dave (`helpers`) · @bob (`paged`) · zoe is not in this workspace"
            " _(by message, never paged)_",
            "",
            "*Search answers*",
            "*Now*  technical lead @dave",
            "*If nobody answers*  nobody else is asked",
        )
    )


async def test_who_is_asleep_is_marked_and_each_is_named_once(people: Directory, slack: GroupSlack) -> None:
    """dave sleeps in New York, erin is out of her working hours, bob is at work; who is named beside their own rota
    stands there once, with the hand-over."""
    hours = Hours(time(10), time(16))
    there = (
        Person("bob", zone=ZoneInfo("Europe/Berlin")), Person("dave", zone=ZoneInfo("America/New_York")),
        Person("erin", zone=ZoneInfo("Asia/Kolkata"), hours=hours),
    )  # fmt: skip
    path = {"support-copilot": (Step((OWNERS,)), Step(("bob", "weekly", "dave")), Step(("weekly", "erin")))}
    known = replace(KNOWN, people=People({one.who: one for one in there}, {"weekly": WEEKLY}, path))
    oncall = OnCall(known, people)
    told = await listed(known, people, oncall, "support-copilot", datetime(2026, 11, 25, 11, 30, tzinfo=UTC))
    assert told.split("\n")[1:] == [
        "*Now*  commander @alice · technical lead @bob, @dave 🌙 · communications lead @carol · scribe @erin 🌙",
        f"*If nobody answers*  @bob (`weekly` until {MONDAY}, then @alice) · @dave 🌙",
        "*Then*  @bob (`weekly`) · @erin 🌙",
        "🌙 not at work now, or it is night there",
    ]


async def test_who_lacks_the_skill_of_a_step_is_not_spoken_of(people: Directory, slack: GroupSlack) -> None:
    """alice is in the step and has not the skill: nobody, once."""
    path = {"support-copilot": (Step((OWNERS,)), Step(("alice",), "ai"), Step(("alice", "bob"), "ai"))}
    known = replace(KNOWN, people=replace(PEOPLE, escalation=path))
    told = await listed(known, people, OnCall(known, people), "support-copilot", NOW)
    assert told.split("\n")[2:] == [
        "*If nobody answers*  nobody _(only who has `ai`)_", "*Then*  @bob _(only who has `ai`)_",
    ]  # fmt: skip


async def test_what_is_unknown_is_said(people: Directory, slack: GroupSlack) -> None:
    """Each rota that did not answer says so and why; the others are shown."""
    slack.faults = [Fault("usergroups.list", refused("plan_upgrade_required"))]
    told = await shown(people, slack, Paged("PagerDuty cannot be reached"), "Support Copilot")
    assert told.split("\n")[3] == (
        "*Then*  `helpers` *unknown*: this Slack plan has no user groups · `paged` *unknown*: PagerDuty cannot be"
        " reached · zoe is not in this workspace _(by message, never paged)_"
    )


async def test_what_was_heard_before_is_shown_with_its_age(people: Directory, slack: GroupSlack) -> None:
    """The last word of PagerDuty, the moment at which it came, and why there is no newer one."""
    paged = Paged()
    oncall = OnCall(KNOWN, people, {"user_group": UserGroups(slack), "pagerduty": paged})
    await listed(KNOWN, people, oncall, "support-copilot", NOW)
    paged.away = "PagerDuty answered 503"
    told = await listed(KNOWN, people, oncall, "support-copilot", NOW + timedelta(hours=1))
    heard = "as heard <!date^1795608000^{date_short_pretty} {time}|12:00 UTC>: PagerDuty answered 503"
    assert f"@bob (`paged`; {heard})" in told


async def test_a_service_that_there_is_not(people: Directory, slack: GroupSlack) -> None:
    """The nearest is named, or all there are."""
    with pytest.raises(Refusal, match=r"^There is no service serach-answers\. Did you mean `search-answers`\?$"):
        await shown(people, slack, wanted="serach-answers")
    told = r"^There is no service &lt;!channel&gt;\. There are: `support-copilot`, `search-answers`\.$"
    with pytest.raises(Refusal, match=told):
        await shown(people, slack, wanted="<!channel>")


async def test_many_services_fit_an_answer(people: Directory, slack: GroupSlack) -> None:
    """Whole services up to Slack's limit, and the way to the rest."""
    service = CATALOGUE.services["support-copilot"]
    many = replace(KNOWN, services={f"s{k}": replace(service, id=f"s{k}", name=f"Service {k}") for k in range(60)})
    told = await shown(people, slack, known=many)
    assert len(told) <= 3_900
    assert told.endswith("nobody else is asked\n… and more: `/incident oncall SERVICE` shows one service.")


@pytest.mark.parametrize("group", ["helpers", "S0HELPERS"])
async def test_a_group_by_handle_or_id(slack: GroupSlack, group: str) -> None:
    """Its members in its order, as long as was asked."""
    assert await UserGroups(slack).shifts(group, NOW, END) == [Shift(ERIN, NOW, END), Shift(DAVE, NOW, END)]


async def test_a_handle_is_looked_up_once(slack: GroupSlack) -> None:
    """The members are asked for each time, the id of the group is not."""
    groups = UserGroups(slack)
    await groups.shifts("helpers", NOW, END)
    await groups.shifts("helpers", NOW, END)
    assert (slack.count("usergroups.list"), slack.count("usergroups.users.list")) == (1, 2)


@pytest.mark.parametrize(
    ("method", "fault", "told"),
    [
        ("usergroups.list", refused("plan_upgrade_required"), "this Slack plan has no user groups"),
        (
            "usergroups.users.list",
            SlackFault(Kind.APP, "missing_scope"),
            "Stanch may not read user groups: add usergroups:read and install the app again",
        ),
        ("usergroups.users.list", refused("no_such_subteam"), "there is no such user group"),
        (
            "usergroups.list",
            SlackFault(Kind.PAUSED, "ratelimited", after=30),
            "Slack did not say who is in it (ratelimited)",
        ),
    ],
)
async def test_what_slack_lacks_is_said_and_nothing_is_held(
    slack: GroupSlack, method: str, fault: SlackFault, told: str
) -> None:
    """A plan, a scope, a group that was deleted, a limit: one line each, and no fault that would hold the outbox."""
    slack.faults = [Fault(method, fault)]
    with pytest.raises(Away) as away:
        await UserGroups(slack).shifts("helpers", NOW, END)
    assert str(away.value) == told


async def test_a_handle_that_no_group_has(slack: GroupSlack) -> None:
    """Told as such, without a second call."""
    with pytest.raises(Away, match=r"^there is no such user group$"):
        await UserGroups(slack).shifts("nobody", NOW, END)
    assert slack.count("usergroups.users.list") == 0


@pytest.fixture
async def front(database: Database) -> Front:
    return await Front(Bot(database, known=KNOWN)).ready()


async def test_it_is_a_command_for_one_person_anywhere(front: Front) -> None:
    """No incident is needed; the service may be named; the answer is for the one who asked."""
    told = await front.command(BOB, "oncall search-answers")
    assert told["text"] == "*Search answers*\n*Now*  technical lead @dave\n*If nobody answers*  nobody else is asked"
    assert told["response_type"] == "ephemeral"


async def test_a_wrong_name_is_answered_too(front: Front) -> None:
    """After the acknowledgement there is still an answer."""
    told = await front.command(ALICE, "oncall Nothing like it")
    assert told["text"] == "There is no service nothing like it. There are: `support-copilot`, `search-answers`."


async def test_nobody_waits_for_pagerduty(database: Database) -> None:
    """The acknowledgement is there while PagerDuty has not answered yet."""
    bot = Bot(database, known=KNOWN)
    hold = asyncio.Event()

    class Slow(Paged):
        async def shifts(self, id: str, start: datetime, end: datetime) -> Sequence[Shift]:
            await hold.wait()
            return await super().shifts(id, start, end)

    bot.kit.on_call = OnCall(KNOWN, bot.kit.directory, {"pagerduty": Slow()})
    front = await Front(bot).ready()
    acked = asyncio.Event()

    async def ack(**_: object) -> None:
        acked.set()

    body = {
        "user_id": BOB,
        "channel_id": "C0",
        "text": "oncall",
        "trigger_id": "T",
        "response_url": "https://x.example",
    }
    await front.listeners.command(ack, body)
    assert acked.is_set()
    assert bot.slack.count("answer") == 0
    hold.set()
    await front._settled()
    assert "@bob (`paged`)" in bot.slack.calls[-1][1]["text"]


async def test_who_is_on_call_by_a_rota_moves_production_as_an_owner_does(database: Database) -> None:
    """Whose week it is may pull controls and is let into a restricted room; whose week it is not may not."""
    path = {"search-answers": (Step((OWNERS,)), Step(("weekly",)))}
    bot = Bot(database, known=replace(KNOWN, people=replace(PEOPLE, escalation=path)))
    front = await Front(bot).ready()
    await bot.declare(service="search-answers")
    state = await bot.desk.state(1)
    assert state is not None
    bot.desk.clock = lambda: NOW
    allowed = [user for user in (ALICE, BOB, DAVE, ERIN) if front.listeners.is_on_call(user, state)]
    assert allowed == [BOB, DAVE]
