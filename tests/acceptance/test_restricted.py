"""A restricted incident: what outsiders see of it everywhere, how they are let in, and that it never falls back."""

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import (
    ALICE,
    BOB,
    BOT,
    CAROL,
    DAVE,
    ERIN,
    Incident,
    buttons,
    declared,
    form,
    newest,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
OUTSIDERS = ("carol", "dave", "erin")
SECRETS = ("ZEBRA", "quagga", "okapi")
"""In the title, in what users see, and in what is noted."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot whose service only alice and bob look after."""
    folder = tmp_path_factory.mktemp("restricted")
    house = home(folder / "home", "{commander: [alice], technical: [bob]}")
    # Whom the class adds is let in: here nobody is.
    services = house / "runbooks/catalogue/services.yml"
    services.write_text(re.sub(r"contacts: \{.*\}", "contacts: {}", services.read_text()))
    async with staged(folder / "stage", {"STANCH_HOME": str(house)}) as made:
        yield made


async def secretly(stage: Stage, secret: str = "ZEBRA", **more: str) -> Incident:
    """Declared by the form, with a secret in its title and in what users see."""
    facts = {"title": f"the {secret} key stands in answers", "impact": "quagga in every third answer", **more}
    view = await form(stage)
    assert (await stage.does("submit", user="alice", view_id=view["id"], values=facts))["ok"]
    return await newest(stage)


async def seen_by(stage: Stage, user: str) -> str:
    """Everything that the workspace lets one person see: channels with all that is in them, Home, and their forms."""
    state = await stage.state()
    person = next(one["id"] for one in state["users"] if one["name"] == user)
    seen: list[Json] = []
    for one in state["channels"]:
        closed = one["private"] or one["is_im"] or one["is_mpim"]
        if not closed or person in one["members"] or one["user"] == person:
            seen += [one, *await stage.messages(one["id"], user)]
    await stage.does("home", user=user)
    await stage.settle()
    seen.append(await stage.sees(f"views/{user}"))
    return json.dumps(seen, ensure_ascii=False)


async def asks_all(stage: Stage, user: str, number: int) -> list[str]:
    """What an outsider is answered to everything that could show an incident or change it."""
    asked = ("list", f"{number}", f"{number} show", f"{number} catchup", f"{number} export", f"{number} note I know it")
    asked = (*asked, f"{number} role scribe me", f"{number} update all is well", f"{number} close it is over", "")
    return [json.dumps((await stage.types(user, text))["ephemerals"], ensure_ascii=False) for text in asked]


async def test_outsiders_see_a_stub_everywhere(stage: Stage) -> None:
    """In channels, lists, answers, Home, the announcement, metrics and the log there is the number, and no secret."""
    i = await secretly(stage, **{"class": "security", "severity": "SEV2"})
    await i.types("alice", "note okapi was rotated at 9:10")
    await i.types("bob", "applied okapi gate is shut")
    await i.types("alice", "update okapi is safe now")
    await i.types("alice", "export")
    for user in OUTSIDERS:
        answers = await asks_all(stage, user, i.number)
        seen = await seen_by(stage, user) + "".join(answers)
        assert [secret for secret in SECRETS if secret in seen] == []
        assert f"INC-{i.number} · restricted · commander @alice" in answers[0]
        assert f"INC-{i.number} is restricted. <@{ALICE}> commands it and lets people in." in answers[5]
        await stage.settle()
    pages = [(await stage.http.get(f"{stage.bot_url}/{path}")).text for path in ("health", "metrics", "runbooks")]
    log = (stage.data / "bot.log").read_text()
    assert [secret for secret in SECRETS if secret in "".join((log, *pages))] == []
    room = await i.look()
    assert (room["name"], room["private"], set(room["members"])) == (
        f"inc-{i.number}-restricted", True, {ALICE, BOB, BOT},
    )  # fmt: skip
    assert any("okapi" in words(one) for one in await stage.messages(i.room))


async def test_locked_phones_show_a_stub(stage: Stage) -> None:
    """The texts of notifications say the number and who commands, in the private room, too."""
    i = await secretly(stage, private="yes")
    await i.types("alice", "note okapi was rotated")
    await i.types("alice", "update okapi is safe")
    posted = [one for one in await stage.messages(i.room) if "bot_id" in one and not one.get("files")]
    assert {one["text"] for one in posted} == {f"🔒 INC-{i.number} · restricted · commander @alice"}


async def test_public_room_becomes_neutral(stage: Stage) -> None:
    """An incident that becomes security moves on to a private room: the old one has another name, topic and card."""
    i = await declared(stage, "the ZEBRA key leaks")
    await stage.does("join", user="carol", channel=i.room)
    old, before = i.room, len(await stage.messages(i.room))
    await i.types("alice", "class security")
    rooms = await stage.channels(f"inc-{i.number}-")
    assert [(one["name"], one["private"]) for one in rooms] == [
        (f"inc-{i.number}-moved", False), (f"inc-{i.number}-restricted", True),
    ]  # fmt: skip
    i.room = rooms[1]["id"]
    stub = f"🔒 INC-{i.number} · restricted · commander @alice"
    assert [one["topic"] for one in rooms] == [stub, stub]
    [announced] = await i.announcements()
    [first, *_] = [one for one in await stage.messages(old) if "bot_id" in one and not one.get("subtype")]
    later = (await stage.messages(old))[before:]
    assert "ZEBRA" not in json.dumps([announced, first, later])
    assert words(announced) == f"{stub}\nAsk to join"
    await i.types("alice", "note okapi is known")
    await i.types("alice", "severity SEV1")
    assert "okapi" not in json.dumps(await stage.messages(old))
    assert "restricted" in said(await stage.types("carol", "note I was here before", old))
    assert "ZEBRA" in await i.card_words()
    assert any("Before" in text or "goes on here" in text for text in map(words, await stage.messages(i.room)))


async def test_asked_and_let_in(stage: Stage) -> None:
    """Who asks is asked for once; only the commander lets them in; then they see it and may work on it."""
    i = await secretly(stage, **{"class": "security"})
    [announced] = await i.announcements()
    ask: Json = {"user": "dave", "channel": "incidents", "ts": announced["ts"], "text": "Ask to join"}
    answer = await stage.does("click", **ask, times=3)
    await stage.settle()
    assert said(answer).splitlines()[0] == f"<@{ALICE}> is asked to let you into INC-{i.number}."
    await stage.does("click", **ask)
    await stage.settle()
    [asked] = [one for one in await stage.messages(i.room) if "Let in" in buttons(one)]
    assert f"<@{DAVE}> asks to be let in" in words(asked)
    let_in: Json = {"channel": i.room, "ts": asked["ts"], "text": "Let in"}
    refused = await stage.does("click", user="bob", **let_in)
    assert "Only the commander can let people in" in said(refused)
    assert DAVE not in (await i.look())["members"]
    await stage.does("click", user="alice", **let_in, times=3)
    await stage.settle()
    assert DAVE in (await i.look())["members"]
    assert (await i.types("dave", "note okapi is rotated")).startswith("Noted")
    assert "ZEBRA" in said(await stage.types("dave", "list"))
    assert "ZEBRA" in await seen_by(stage, "dave")
    assert "ZEBRA" not in said(await stage.types("erin", "list"))
    kinds = [one["kind"] for one in i.events()]
    assert (kinds.count("join_asked"), kinds.count("let_in")) == (1, 1)


async def test_refusal_offers_to_ask(stage: Stage) -> None:
    """Whoever is refused has the button *Ask to join* below the refusal, and it works."""
    i = await secretly(stage, **{"class": "security"})
    refused = await stage.types("erin", f"{i.number} note let me help")
    [told] = refused["ephemerals"]
    assert buttons(told) == ["Ask to join"]
    await stage.does("click", user="erin", channel="general", ts=told["ts"], text="Ask to join")
    await stage.settle()
    assert any(f"<@{ERIN}> asks to be let in" in words(one) for one in await stage.messages(i.room))


async def test_who_is_on_call_is_in_without_asking(stage: Stage) -> None:
    """An owner of the service who left the room comes back at one click; nobody has to decide."""
    i = await secretly(stage, "GNU", **{"class": "security"})
    await stage.does("leave", user="bob", channel=i.room)
    await stage.settle()
    assert "GNU" not in said(await stage.types("bob", "list"))
    [announced] = await i.announcements()
    answer = await stage.does("click", user="bob", channel="incidents", ts=announced["ts"], text="Ask to join")
    await stage.settle()
    assert "You are on call for support-copilot, so you are in" in said(answer)
    assert BOB in (await i.look())["members"]
    assert "GNU" in said(await stage.types("bob", "list"))


async def test_without_a_private_room_a_group_message(stage: Stage) -> None:
    """Where Slack makes no private channel, the named people get a group message; never a public room."""
    fault = {"method": "conversations.create", "every": 1, "kind": "error", "error": "restricted_action"}
    await stage.faults({**fault, "effect": False})
    try:
        view = await form(stage)
        facts = {"title": "the ZEBRA key stands in a log", "class": "security"}
        answer = await stage.does("submit", user="alice", view_id=view["id"], values=facts)
        assert answer["ok"], answer
        await stage.settle()
    finally:
        await stage.mends()
    channels = (await stage.state())["channels"]
    [group] = [one for one in channels if one["is_mpim"]]
    assert set(group["members"]) == {ALICE, BOB, BOT}
    assert any("ZEBRA" in words(one) for one in await stage.messages(group["id"]))
    answer = await stage.types("alice", "note okapi is in it", group["id"])
    assert said(answer).startswith("Noted"), answer
    await stage.settle()
    assert any("okapi" in words(one) for one in await stage.messages(group["id"]))
    for user in OUTSIDERS:
        assert "ZEBRA key stands in a log" not in await seen_by(stage, user)


async def test_commander_is_told_who_asks_while_the_room_is_out_of_reach(stage: Stage) -> None:
    """With the private room archived, *Ask to join* reaches the commander alone, and nothing becomes public."""
    i = await secretly(stage, "KUDU", **{"class": "security"})
    await stage.does("archive", channel=i.room)
    await stage.settle()
    [announced] = await i.announcements()
    await stage.does("click", user="carol", channel="incidents", ts=announced["ts"], text="Ask to join")
    await stage.settle()
    direct = [one["id"] for one in (await stage.state())["channels"] if one["is_im"] and one["user"] == ALICE]
    told = [words(one) for channel in direct for one in await stage.messages(channel)]
    assert any(f"<@{CAROL}> asks to be let into INC-{i.number}. You command it" in text for text in told)
    assert "KUDU" not in await seen_by(stage, "carol")
