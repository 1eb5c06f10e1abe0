"""Who is in the workspace, and who sits where."""

import pytest

from stanch.core.catalogue import Service
from stanch.core.commands import SeatOwners
from stanch.slack.client import Kind, SlackFault
from stanch.slack.directory import Directory
from tests.fakes.slack import BOT, FakeSlack, Fault
from tests.fakes.world import ALICE, BOB, CAROL, DAVE


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack(lambda: 0.0)


@pytest.fixture
async def people(slack: FakeSlack) -> Directory:
    directory = Directory(slack)
    await directory.meet()
    await directory.load()
    return directory


def service(**owners: tuple[str, ...]) -> Service:
    return Service("s", "S", owners, {}, ())  # type: ignore[arg-type]


async def test_it_knows_itself(people: Directory) -> None:
    """Who the bot is and where its workspace lives, from one call."""
    assert (people.me, people.my_url) == (BOT, "https://practice.slack.com/")


@pytest.mark.parametrize("wanted", [BOB, "bob", "@bob", " Bob ", "bob@example.com", "BOB@EXAMPLE.COM"])
async def test_people_by_name_id_or_mail(people: Directory, wanted: str) -> None:
    """As the team writes them in `services.yml` and as people type them."""
    assert people.person(wanted).id == BOB


async def test_strangers_and_names(people: Directory) -> None:
    """Nobody is made up; a name in plain text pings nobody."""
    assert people.person("mallory") is None
    assert [people.name(user) for user in (ALICE, "stanch", "U0NEW")] == ["@alice", "Stanch", "U0NEW"]


async def test_seats_come_from_the_owners(people: Directory) -> None:
    """Of each role's owners the first who is here, best one without a seat; all are invited once."""
    owners = service(
        commander=("alice",), technical=("alice", "bob"), communications=("carol", "bob"), scribe=("alice",)
    )
    assert people.seats(owners) == SeatOwners(
        (("commander", ALICE), ("technical", BOB), ("communications", CAROL), ("scribe", ALICE)), (ALICE, BOB, CAROL)
    )


async def test_seats_leave_out_who_cannot_come(people: Directory) -> None:
    """Deactivated people, bots and strangers get no seat and are named, each once."""
    people.learn({"id": BOB, "name": "bob", "deleted": True})
    owners = service(commander=("bob", "dave"), technical=("stanch", "mallory"), scribe=("mallory",))
    assert people.seats(owners) == SeatOwners((("commander", DAVE),), (DAVE,), ("bob", "stanch", "mallory"))
    assert people.seats(None) == SeatOwners((), ())


async def test_a_person_who_comes_back_is_here_again(people: Directory) -> None:
    """What Slack tells of one user replaces what was known; of two with one name the one who is here is meant."""
    people.learn({"id": BOB, "name": "bob", "deleted": True})
    people.learn({"id": "U0BOB2", "name": "bob"})
    assert people.person("bob").id == "U0BOB2"
    people.learn({"id": BOB, "name": "bob", "profile": {"email": "bob@example.com"}})
    assert people.person("bob@example.com").id == BOB


async def test_the_list_of_people_is_read_once(slack: FakeSlack) -> None:
    """A tier-2 method: once for the process, again after a failure, or when asked to."""
    slack.faults = [Fault("users.list", SlackFault(Kind.NOT_SENT, "no_connection"))]
    people = Directory(slack)
    with pytest.raises(SlackFault):
        await people.load()
    for _ in range(3):
        await people.load()
    assert slack.count("users.list") == 2
    await people.load(again=True)
    assert slack.count("users.list") == 3


async def test_channels_by_name(slack: FakeSlack, people: Directory) -> None:
    """With or without its sign, by name or id; a channel that the bot is not in is joined; it is asked for once."""
    incidents = slack.named("incidents")
    incidents.members.remove(BOT)
    assert await people.channel("#incidents") == incidents.id
    assert BOT in incidents.members
    before = len(slack.calls)
    assert await people.channel("incidents") == incidents.id
    assert len(slack.calls) == before
    assert await people.channel("kitchen") is None


@pytest.mark.parametrize("nobody", ["", "@", " "])
async def test_no_name_is_nobody(people: Directory, nobody: str) -> None:
    """An empty name is not the first person without an e-mail address."""
    people.learn({"id": "U0NOMAIL", "name": "nomail", "profile": {}})
    assert people.person(nobody) is None


async def test_a_new_name_is_the_only_one(people: Directory) -> None:
    """Bob is renamed: he is found by the new name, and nobody by the old one, without a look at everybody."""
    people.learn({"id": BOB, "name": "robert", "profile": {"email": "Robert@example.com"}})
    assert (people.person("robert").id, people.person("robert@example.com").id) == (BOB, BOB)
    assert (people.person("bob"), people.person("bob@example.com")) == (None, None)
