"""The whole life of an incident, as people lead it: by buttons, by commands, and when it goes another way."""

import re
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.harness import ROOT, STANCH, Json, Stage, said, staged
from tests.acceptance.homes import home
from tests.acceptance.incidents import ALICE, BOB, ERIN, Incident, buttons, declared, newest, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot whose incidents need not stay quiet for days; erin owns nothing."""
    folder = tmp_path_factory.mktemp("life")
    async with staged(folder / "stage", {"STANCH_HOME": str(home(folder / "home"))}) as made:
        yield made


async def test_by_buttons_and_forms_only(stage: Stage) -> None:
    """From the shortcut to closed nobody types a command: each step is a button that the card shows, by its words."""
    opened = await stage.does("shortcut", user="alice", callback_id="declare")
    facts = {"title": "Answers come too late", "class": "latency_saturation", "severity": "SEV2"}
    facts |= {"service": "support-copilot", "impact": "half a minute until the first word"}
    assert (await stage.does("submit", user="alice", view_id=opened["view"]["id"], values=facts))["ok"]
    i = await newest(stage)
    assert (await i.phase(), (await i.labels())[0]) == ("assess", "Pull: Shed load")
    await i.presses("bob", "Record a mitigation…", what="batch and free traffic paused, by hand")
    assert (await i.phase(), (await i.labels())[0]) == ("mitigate", "It took effect")
    await i.presses("bob", "It took effect")
    await i.presses("carol", "Are users better off?", good="20", bad="0", note="the newest")
    await i.presses("alice", "Contained")
    assert (await i.phase(), (await i.labels())[0]) == ("diagnose", "Open runbook")
    await i.presses("bob", "Suppose a cause…", text="one tenant floods the queue")
    await i.presses("bob", "Judge a hypothesis…", k="1", verdict="supported", text="its share is 70 %")
    await i.presses("bob", "Explain the cause…", certainty="confirmed", text="no limit for each tenant")
    assert (await i.phase(), (await i.labels())[0]) == ("resolve", "Settle a mitigation…")
    await i.presses("bob", "Settle a mitigation…", state="removed")
    await i.presses("carol", "Are users better off?", good="60", bad="0")
    await i.presses("alice", "Watch")
    assert (await i.phase(), (await i.labels())[0]) == ("watching", "It held: resolve…")
    await i.presses("alice", "It held: resolve…", fixed="a limit for each tenant")
    assert (await i.phase(), (await i.labels())[0]) == ("learn", "Promise an action…")
    await i.presses("alice", "Promise an action…", what="an alert on the queue", owner="@bob", by="2030-12-01")
    await i.presses("alice", "Close…", summary="One tenant took all of it; the limit holds.")
    assert (await i.phase(), (await i.labels())[0]) == ("closed", "Reopen…")
    deeds = [one["kind"] for one in i.events() if one["by"] != "stanch" and one["kind"] != "seat_accepted"]
    assert deeds == [
        "declared", "mitigation_applied", "mitigation_moved", "judged", "contained", "hypothesis", "hypothesis_judged",
        "explained", "mitigation_moved", "judged", "watching", "checks_asked", "resolved", "action_added", "closed",
    ]  # fmt: skip


async def test_by_commands_at_sev1_without_a_form(stage: Stage) -> None:
    """At SEV1 every step is one line, no form is opened, and the gates hold all the way."""
    since = (await stage.wire())["calls"]
    i = await declared(stage, "the tool refunds whoever asks")
    await i.types("alice", "severity SEV1")
    await i.types("alice", "class safety_violation")
    assert "recorded as applied" in await i.types("bob", "applied the refund tool is off")
    assert "are users better off?" in await i.types("bob", "effective")
    assert "Not yet" in await i.types("alice", "contained")
    assert "enough for `/incident contained`" in await i.types("carol", "judged 20 0")
    assert "Now diagnose" in await i.types("alice", "contained")
    await i.types("bob", "hypothesis the new route has no limit")
    await i.types("bob", "refuted 1 the old one had none either")
    await i.types("dave", "explained unknown limits and prompt are ruled out; a counter on refunds is to be built")
    assert "Still applied: 1 the refund tool is off" in await i.types("alice", "watch")
    await i.types("bob", "kept 1 @dave until 2030-12-01 until the counter stands")
    assert "150 fresh answers" in await i.types("alice", "watch")
    await i.types("carol", "judged 130 0")
    assert "Watching." in await i.types("alice", "watch")
    assert "Name the permanent fix" in await i.types("alice", "resolved")
    await i.types("alice", "action @bob by 2030-12-01 a counter on refunds")
    assert "Resolved" in await i.types("alice", "resolved")
    assert "SEV1 closes with what happened" in await i.types("alice", "close")
    assert "is closed" in await i.types("alice", "close The tool had no limit; it is off until it has one.")
    assert await i.phase() == "closed"
    assert [one["method"] for one in await stage.calls(since) if one["method"].startswith("views.")] == []


async def test_refusals_offer_what_can_be_done_as_buttons(stage: Stage) -> None:
    """Each button below a refusal does what it says: a sample is drawn at once, the others open their form; counting
    answers, then *Contained*, leads out of mitigate."""
    i = await declared(stage, "answers in the wrong language")
    await i.types("bob", "applied language back to auto")
    refused = await stage.types("alice", "contained", i.room)
    [told] = refused["ephemerals"]
    assert buttons(told) == [
        "Sample and judge", "Are users better off?", "It stopped by itself…", "Waive the proof…",
    ]  # fmt: skip
    for label in buttons(told)[1:]:
        clicked = await stage.does("click", user="alice", channel=i.room, ts=told["ts"], text=label)
        assert clicked["view"], label
        await stage.does("close_view", user="alice", view_id=clicked["view"]["id"])
    clicked = await stage.does("click", user="alice", channel=i.room, ts=told["ts"], text="Are users better off?")
    counted = await stage.does("submit", user="alice", view_id=clicked["view"]["id"], values={"good": "19", "bad": "1"})
    await stage.settle()
    [enough] = counted["ephemerals"]
    assert buttons(enough) == ["Contained"]
    await stage.does("click", user="alice", channel=i.room, ts=enough["ts"], text="Contained")
    await stage.settle()
    assert await i.phase() == "diagnose"


async def test_only_the_commander_waives_and_a_role_holder_closes(stage: Stage) -> None:
    """A refusal names who can, and how to take the seat; with the seat it is done."""
    i = await declared(stage, "prices in the wrong currency")
    await i.types("alice", "severity SEV4")
    await i.types("bob", "applied currency fixed to EUR")
    waived = await i.types("bob", 'contained --waive "two desks see it is right"')
    assert waived == (
        f"Only the commander can waive the proof: that is <@{ALICE}>, commander. To take over: "
        "`/incident role commander me`."
    )
    await i.types("bob", "role commander me")
    assert "with your name" in await i.types("bob", 'contained --waive "two desks see it is right"')
    assert "Only somebody with a role can dismiss" in await i.types("erin", "dismiss false-alarm no")
    assert await i.phase() == "diagnose"


async def test_it_came_back_while_watching(stage: Stage) -> None:
    """One click leads back to mitigate, and what was counted before does not count any more."""
    i = await declared(stage, "old prices again")
    for user, text in (("bob", "applied index of yesterday"), ("alice", 'contained --waive "seen by hand"')):
        await i.types(user, text)
    await i.types("bob", "explained probable the nightly build lost a shard")
    await i.types("alice", 'watch --override "the shard is back"')
    assert "It came back" in await i.labels()
    await i.presses("carol", "It came back")
    assert await i.phase() == "mitigate"
    assert "comes after mitigate" not in await i.types("alice", "contained")


async def test_duplicate_brings_its_people_over(stage: Stage) -> None:
    """Whoever declared the duplicate is in the other room, which is told; the card names it."""
    first = await declared(stage, "no answer at all in the app")
    second = await declared(stage, "the app says nothing", user="erin")
    assert ERIN not in (await first.look())["members"]
    await second.types("alice", f"dismiss duplicate-of {first.number} the same gateway")
    assert await second.phase() == "dismissed"
    assert ERIN in (await first.look())["members"]
    assert f"duplicate INC-{second.number}" in await first.card_words()
    assert any(f"INC-{second.number}" in text for text in await first.heard())


@pytest.mark.slow
async def test_reopened_after_its_room_was_archived(stage: Stage) -> None:
    """A linked room opens with the people, the pinned card and a word on where it went on before."""
    i = await closed(stage, "the queue is full")
    old = i.room
    await stage.does("archive", channel=old)
    await stage.settle()
    answer = await stage.types("alice", f"{i.number} reopen the queue is full again")
    await stage.settle()
    assert "a new one opens, linked to the old" in said(answer)
    rooms = await stage.channels(f"inc-{i.number}-")
    assert [one["archived"] for one in rooms] == [True, False]
    i.room = rooms[-1]["id"]
    assert await i.phase() == "mitigate"
    card, room = await i.card(), await i.look()
    assert room["pins"] == [card["ts"]]
    assert room["bookmarks"][0]["link"].endswith(card["ts"].replace(".", ""))
    assert {ALICE, BOB} <= set(room["members"])
    heard = "\n".join(await i.heard())
    assert f"<#{old}>, which was archived" in heard
    assert "the queue is full again" in heard
    assert (await i.types("bob", "note it is the same tenant")).startswith("Noted")


async def test_catch_up_is_for_one_person(stage: Stage) -> None:
    """`catchup` shows what is known, done, open and due to who asked, and nothing of it goes to the room."""
    i = await declared(stage, "citations lead nowhere")
    await i.types("alice", "impact one link in three is dead")
    await i.types("bob", "applied links are hidden")
    await i.types("bob", "hypothesis the crawler moved")
    before = await stage.messages(i.room)
    answer = await stage.types("dave", "catchup", i.room)
    text = words(answer["ephemerals"][0])
    assert re.findall(r"^\*(Known|Done|Open|Due)\*$", text, re.MULTILINE) == ["Known", "Done", "Open", "Due"]
    for fact in ("one link in three is dead", "Mitigation 1 applied: links are hidden", "the crawler moved"):
        assert fact in text
    assert await stage.messages(i.room) == before


@pytest.mark.slow
async def test_closing_posts_the_head_and_verify_takes_it(stage: Stage, tmp_path: Path) -> None:
    """The hash that stands in the room is the head of the timeline up to there; a changed export is not taken."""
    i = await closed(stage, "the cache serves strangers")
    [told] = [text for text in await i.heard() if "Head of the timeline" in text]
    head = re.findall(r"`([0-9a-f]{64})`", told)[0]
    file = tmp_path / "export.json"
    env = stage.environment()
    assert stanch(env, "export", str(i.number), "--format", "json", "-o", str(file)) == 0
    assert stanch(env, "verify", str(file), "--head", head) == 0
    file.write_text(file.read_text().replace("strangers", "friends", 1))
    assert stanch(env, "verify", str(file), "--head", head) == 1


async def test_three_deliveries_have_one_effect(stage: Stage) -> None:
    """A command, a click, a form, a shortcut and a reaction that come three times each are one entry each."""
    i = await declared(stage, "everything twice and three times")
    await i.types("bob", "note said once", times=3)
    assert (await i.clicks("bob", text="Begin to mitigate", times=3))["ok"]
    await stage.settle()
    opened = await i.clicks("bob", text="Record a mitigation…")
    form: Json = {"user": "bob", "view_id": opened["view"]["id"], "values": {"what": "retries are off"}}
    await stage.does("submit", **form, times=3)
    marked: list[str] = []
    for text in ("the proxy was full at 9:10", "the proxy was empty at 9:20"):
        await stage.does("message", user="carol", channel=i.room, text=text)
        marked += [one["ts"] for one in await stage.messages(i.room) if one["text"] == text]
    callback = {"callback_id": "add_to_timeline", "channel": i.room}
    await stage.does("shortcut", user="dave", ts=marked[0], **callback, times=3)
    await stage.does("react", user="dave", channel=i.room, ts=marked[1], name="pushpin", times=3)
    await stage.settle()
    await stage.does("react", user="bob", channel=i.room, ts=marked[1], name="pushpin")
    await stage.settle()
    kinds = Counter(one["kind"] for one in i.events())
    once = ("noted", "mitigating", "mitigation_applied")
    assert {kind: kinds[kind] for kind in (*once, "captured")} == dict.fromkeys(once, 1) | {"captured": 2}
    heard = await i.heard()
    assert sum("said once" in text for text in heard) == 1
    assert sum("retries are off" in text for text in heard) == 1


def stanch(env: dict[str, str], *words: str) -> int:
    """The exit status of a command beside the running bot."""
    return subprocess.run([*STANCH, *words], env=env, cwd=ROOT, check=False, capture_output=True).returncode


async def closed(stage: Stage, title: str) -> Incident:
    """An incident that went by quickly."""
    i = await declared(stage, title)
    steps = (
        "severity SEV4",
        "applied a limit",
        'contained --waive "seen"',
        "explained confirmed no limit",
        "removed 1",
    )
    for text in (*steps, 'watch --override "seen"', "resolved --fixed a limit", "close It had no limit."):
        await i.types("alice", text)
    assert await i.phase() == "closed"
    return i
