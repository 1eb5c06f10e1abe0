"""The Home tab: what is open, what I owe and when, what is still applied anywhere, and the ways on from there."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.harness import Json, Stage, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import CAROL, ERIN, declared, form, newest, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot whose services erin does not own."""
    folder = tmp_path_factory.mktemp("home")
    async with staged(folder / "stage", {"STANCH_HOME": str(home(folder / "home"))}) as made:
        yield made


async def at_home(stage: Stage, user: str) -> Json:
    """The Home of somebody who has just opened it."""
    await stage.does("home", user=user)
    await stage.settle()
    found: Json = (await stage.sees(f"views/{user}"))["home"]
    return found


def parts(view: Json) -> dict[str, str]:
    """Header → everything below it, to the next one."""
    found: dict[str, list[str]] = {"": []}
    for block in view["blocks"]:
        if block["type"] == "header":
            found[block["text"]["text"]] = []
        else:
            found[[*found][-1]].append(words(block))
    return {name: "\n".join(lines) for name, lines in found.items()}


async def clicks(stage: Stage, user: str, view: Json, label: str, number: int | None = None) -> Json:
    """A click on a button of the Home tab: of this incident, if one is named."""
    buttons = [
        e for b in view["blocks"] for e in (*b.get("elements", ()), b.get("accessory") or {}) if "action_id" in e
    ]
    [one] = [
        e for e in buttons
        if e["text"]["text"] == label and (number is None or e["value"].partition(":")[0] == str(number))
    ]  # fmt: skip
    asked = {"user": user, "view_id": view["id"], "action_id": one["action_id"], "value": one["value"]}
    answer = await stage.does("click", **asked)
    assert answer["ok"], answer
    return answer


async def test_empty_house(stage: Stage) -> None:
    """With nothing open it says so, and *Declare an incident* opens the form, which declares."""
    view = await at_home(stage, "erin")
    shown = parts(view)
    assert "Quiet is a good sign." in shown["Open incidents"]
    assert "Nothing." in shown["What you owe"]
    assert "No mitigation is in force." in shown["Still applied"]
    opened = await clicks(stage, "erin", view, "Declare an incident")
    facts = {"title": "found at home", "severity": "SEV4"}
    assert (await stage.does("submit", user="erin", view_id=opened["view"]["id"], values=facts))["ok"]
    i = await newest(stage)
    assert "found at home" in parts(await at_home(stage, "erin"))["Open incidents"]
    await i.types("alice", "dismiss false-alarm only tried")
    assert "found at home" not in parts(await at_home(stage, "erin"))["Open incidents"]


async def test_open_incidents_worst_first(stage: Stage) -> None:
    """By severity, then by age; what has no severity yet comes last."""
    made = {}
    for severity in ("SEV3", "", "SEV1", "SEV2"):
        i = await declared(stage, f"how bad is {severity or 'unknown'}")
        made[severity] = i.number
        if severity:
            await i.types("alice", f"severity {severity}")
    shown = parts(await at_home(stage, "bob"))["Open incidents"]
    order = [int(number) for number in re.findall(r"INC-(\d+) ·", shown)]
    assert order == [made["SEV1"], made["SEV2"], made["SEV3"], made[""]]


async def test_what_i_owe(stage: Stage) -> None:
    """Updates with their due time, promises and what I look after with their dates, and my seats; nobody else's."""
    i = await declared(stage, "duties")
    await i.types("alice", "severity SEV2")
    await i.types("alice", "role communications @carol")
    await i.types("bob", "applied answers from the cache")
    await i.types("bob", "kept 1 @carol until 2030-11-30 the index is rebuilt")
    await i.types("alice", "action @carol by 2030-12-01 an alert on the index")
    carol, bob = [parts(await at_home(stage, user))["What you owe"] for user in ("carol", "bob")]
    assert re.search(rf"Update due <!date\^\d+\^.*INC-{i.number} · SEV2 · duties", carol)
    assert f"INC-{i.number} · promised by 2030-12-01: an alert on the index" in carol
    assert f"INC-{i.number} · look after by 2030-11-30: answers from the cache" in carol
    assert f"INC-{i.number} · communications lead" in carol
    assert f"INC-{i.number} · technical lead" in bob
    assert "the index" not in bob
    assert "answers from the cache" not in bob


async def test_update_is_said_from_home(stage: Stage) -> None:
    """The button beside what is due opens the form; what is sent stands in the room and on the card."""
    i = await declared(stage, "a word is due")
    await i.types("alice", "severity SEV1")
    await i.types("alice", "role communications @carol")
    opened = await clicks(stage, "carol", await at_home(stage, "carol"), "Draft update", i.number)
    values = {"text": "Half of it is back for users. Next word at 15:00."}
    assert (await stage.does("submit", user="carol", view_id=opened["view"]["id"], values=values))["ok"]
    await stage.settle()
    [said] = [one for one in i.events() if one["kind"] == "update_said"]
    assert (said["by"], said["payload"]["text"]) == (CAROL, values["text"])
    assert "Half of it is back" in await i.card_words()


async def test_what_is_still_applied_anywhere(stage: Stage) -> None:
    """Everybody sees what moves production, of an incident that is over, too, until it is removed."""
    i = await declared(stage, "kept on purpose")
    for text in ("applied the small model answers", "kept 1 @bob until 2030-11-30 it is cheaper"):
        await i.types("alice", text)
    shown = parts(await at_home(stage, "erin"))["Still applied"]
    assert f"INC-{i.number} · the small model answers (kept until 2030-11-30) · @bob" in shown
    await i.types("alice", "dismiss near-miss nobody was hit")
    shown = parts(await at_home(stage, "erin"))["Still applied"]
    assert f"INC-{i.number} · the small model answers (kept until 2030-11-30) · @bob · incident dismissed" in shown
    await i.types("alice", "removed 1")
    assert "the small model answers" not in parts(await at_home(stage, "erin"))["Still applied"]


async def test_joining_from_home(stage: Stage) -> None:
    """*Join* invites; of a restricted incident there is a stub with *Ask to join*, and no word of its mitigations."""
    i = await declared(stage, "come in")
    view = await at_home(stage, "erin")
    await clicks(stage, "erin", view, "Join", i.number)
    await stage.settle()
    assert ERIN in (await i.look())["members"]
    opened = await form(stage)
    facts = {"title": "the ZEBRA key", "class": "security", "severity": "SEV1"}
    assert (await stage.does("submit", user="alice", view_id=opened["id"], values=facts))["ok"]
    secret = await newest(stage)
    await secret.types("bob", "applied the ZEBRA gate")
    view = await at_home(stage, "erin")
    assert "ZEBRA" not in words(view)
    assert f"INC-{secret.number}" not in parts(view)["Still applied"]
    await clicks(stage, "erin", view, "Ask to join", secret.number)
    await stage.settle()
    assert any(f"<@{ERIN}> asks to be let in" in words(one) for one in await stage.messages(secret.room))
    assert "the ZEBRA gate" in parts(await at_home(stage, "bob"))["Still applied"]
