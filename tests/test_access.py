"""What the bot can reach, when it asks, and what becomes of a click."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stanch import access, cli_access
from stanch.access import Reached
from stanch.core.catalogue import Catalogue, PublicPage, Service
from stanch.core.control import Aim, Control, Plane, Values
from stanch.errors import StanchError
from stanch.flows.deliver import Buried
from stanch.settings import Settings, read
from stanch.slack import blocks as b
from stanch.slack.access import list_missing, ticked
from stanch.slack.client import Kind, SlackFault
from stanch.store.outbox import Owed
from tests.fakes.plane import TOKEN, FakePlane
from tests.fakes.statuspage import KEY, PAGE, FakeStatuspage

MONDAY = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)


def service(id: str, **more: Any) -> Service:
    return Service(id, id, {}, {}, (), **more)


def settings(tmp_path: Path, **given: str) -> Settings:
    return read({"STANCH_DATA": str(tmp_path), **given}, tmp_path / "none")


@pytest.fixture
async def fake() -> AsyncIterator[FakeStatuspage]:
    made = FakeStatuspage()
    async with made.up():
        yield made


def test_the_week_begins_on_monday_at_nine() -> None:
    """Of any moment of the week, in UTC; early on Monday it is still ahead."""
    nine = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    sunday, early = datetime(2026, 11, 29, 23, 59, tzinfo=UTC), datetime(2026, 11, 23, 0, 1, tzinfo=UTC)
    assert [access.this_week(one) for one in (MONDAY, sunday, early)] == [nine] * 3


async def test_each_status_page_is_asked_with_its_rights(tmp_path: Path, fake: FakeStatuspage) -> None:
    """Two services with one page are one line; a wrong key, a missing setting and our own page say how they are."""
    known = Catalogue(
        services={
            "chat": service("chat", status_page=PublicPage("statuspage", PAGE)),
            "search": service("search", status_page=PublicPage("statuspage", PAGE)),
            "hook": service("hook", status_page=PublicPage("webhook")),
            "own": service("own", status_page=PublicPage("static")),
        }
    )
    good = settings(tmp_path, STANCH_STATUSPAGE_TOKEN=KEY, STANCH_STATUSPAGE_API=fake.url)
    hook = Reached("status page webhook", ("hook",), "STANCH_STATUS_WEBHOOK_URL is not set")
    own = Reached("status page static", ("own",))
    assert await access.look(known, good) == [Reached("status page statuspage", ("chat", "search")), hook, own]
    bad = settings(tmp_path, STANCH_STATUSPAGE_TOKEN="another", STANCH_STATUSPAGE_API=fake.url)
    why = "it does not accept STANCH_STATUSPAGE_TOKEN; make a new key at Statuspage and set it"
    assert (await access.look(known, bad))[0] == Reached("status page statuspage", ("chat", "search"), why)
    assert {one.method for one in fake.calls} == {"GET"}


async def test_each_control_plane_is_asked_with_its_rights(tmp_path: Path) -> None:
    """One that answers, one that refuses, one that is not set up; nothing is written."""
    target = {"setting": "prompt", "proof": {"field": "prompt", "of": 20}}

    def control(plane: str) -> Control:
        aim = Aim(plane, target, Values(("v17", "v18")))
        return Control(plane, plane, "", "back", timedelta(minutes=1), "", "", "", aims={"chat": aim})

    async with FakePlane().up() as up:
        planes = {
            "a": Plane("a", "practice_ai", "", "A_URL", "A_TOKEN"),
            "b": Plane("b", "practice_ai", "", "B_URL", "B_TOKEN"),
            "c": Plane("c", "practice_ai", "", "C_URL", "A_TOKEN"),
        }
        known = Catalogue(
            services={"chat": service("chat")}, planes=planes, controls={id: control(id) for id in planes}
        )
        given = settings(tmp_path, A_URL=up.url, A_TOKEN=TOKEN, B_URL=up.url, B_TOKEN="wrong")
        found = await access.look(known, given)
        assert [(one.what, one.services, bool(one.missing)) for one in found] == [
            ("a", ("chat",), False), ("b", ("chat",), True), ("c", ("chat",), True),
        ]  # fmt: skip
        assert found[2].missing == "C_URL is not set"
        assert "(b)" in found[1].missing
        assert not [one for one in up.calls if one.method != "GET"]
        assert up.writes is None


def test_nobody_is_asked_before_the_bot_has_run_once(tmp_path: Path) -> None:
    """In a new folder it says what comes first, and makes no database by asking."""
    with pytest.raises(StanchError, match=r"^Nobody can be asked before `stanch serve` has run once"):
        cli_access._owe(settings(tmp_path), access.owing("now"))
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_nothing_to_open_nobody_is_asked_and_that_is_said() -> None:
    """Links are what people are asked about; without any only the owners hear something."""
    without = Catalogue(services={"chat": service("chat")})
    assert cli_access.what_follows(without).startswith("No service has `links` in services.yml, so nobody is asked")
    linked = Catalogue(services={"chat": service("chat", links={"logs": "https://logs.example"})})
    assert cli_access.what_follows(linked).startswith("The running bot asks the people who go on call")


def test_a_click_takes_its_button_away_and_the_last_one_says_thanks() -> None:
    """What was clicked cannot be clicked again, and the rest stays."""
    buttons = [b.button(f"I can open {one}", f"can_open:{one}", f"w|{one}") for one in ("logs", "flags")]
    message: list[Mapping[str, Any]] = [b.section("links"), b.actions(buttons)]
    once = ticked(message, "logs")  # type: ignore[arg-type]
    assert once == [b.section("links"), b.actions(buttons[1:])]
    assert ticked(once, "flags") == [
        b.section("links"), b.context("Thank you. Everything that you need can be opened."),
    ]  # fmt: skip


class Deaf:
    """A workspace in which one person cannot be written to."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def person(self, name: str) -> Any:
        return SimpleNamespace(id=name, here=True)

    async def alone(self, user: str, call: Any) -> str:
        if user == "UGONE":
            raise SlackFault(Kind.REFUSED, "user_not_found")
        self.told.append(user)
        return f"D-{user}"


async def test_one_owner_who_cannot_be_reached_hides_nothing_from_the_others() -> None:
    """The list goes to everybody after them too; and that one did not get it is not lost."""
    known = Catalogue(services={"chat": replace(service("chat"), owners={"commander": ("UGONE", "UALICE")})})

    async def nothing(work: Any, background: bool) -> list[Any]:
        return []

    async def call(method: str, **args: Any) -> dict[str, str]:
        return {"ts": "1.0"}

    people = Deaf()
    kit: Any = SimpleNamespace(
        desk=SimpleNamespace(catalogue=known, database=nothing), directory=people, call=call, deadline=9e12
    )  # fmt: skip
    payload = {"round": "w", "service": "chat", "missing": ["flags: no right"], "links": [], "users": []}
    owed = Owed(1, "k", 0, "access_list", "x", payload, 1, 9e12, False, 0.0, "w")
    outcome = await list_missing(kit, None, owed)
    assert (people.told, type(outcome)) == (["UALICE"], Buried)
