"""Messages of people in the timeline: pinned, taken in by shortcut, reported as a problem; edited and deleted later."""

import json
from datetime import datetime

import pytest

from tests.acceptance.harness import Json, Stage, said
from tests.acceptance.incidents import ALICE, BOB, DAVE, Incident, declared, form, newest, words

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def wrote(stage: Stage, user: str, channel: str, text: str, **more: str) -> str:
    """The ts of what a person wrote."""
    await stage.does("message", user=user, channel=channel, text=text, **more)
    query = {"thread_ts": more["thread_ts"]} if "thread_ts" in more else {}
    found = await stage.sees(f"messages/{channel}", **query)
    return next(str(one["ts"]) for one in found if one["text"] == text)


async def pinned(i: Incident, user: str, ts: str, **more: object) -> None:
    await i.stage.does("react", user=user, channel=i.room, ts=ts, name="pushpin", **more)
    await i.stage.settle()


def taken(i: Incident, *kinds: str) -> list[Json]:
    return [one for one in i.events() if one["kind"] in (kinds or ("captured",))]


async def test_pushpin_takes_a_message_in_once(stage: Stage) -> None:
    """With its own time, author and link; whoever else pins it, and whoever unpins it, changes nothing."""
    i = await declared(stage, "pins and needles")
    ts = await wrote(stage, "bob", i.room, "the gateway restarted at 13:50")
    await pinned(i, "carol", ts)
    await pinned(i, "dave", ts)
    await pinned(i, "carol", ts, remove=True)
    await pinned(i, "carol", ts)
    [one] = taken(i)
    assert one["by"] == BOB
    assert one["payload"]["text"] == "the gateway restarted at 13:50"
    assert one["payload"]["pinned_by"] == "U0CAROL"
    assert one["payload"]["link"] == f"{stage.connection['workspace']}/archives/{i.room}/p{ts.replace('.', '')}"
    assert abs(moment(one["at"]) - float(ts)) < 0.001
    [message] = [m for m in await stage.messages(i.room) if m["ts"] == ts]
    marks = {reaction["name"]: reaction["users"] for reaction in message["reactions"]}
    assert marks["memo"] == ["U0STANCHBOT"]


async def test_reply_in_a_thread_is_taken_in(stage: Stage) -> None:
    """A reply stands in the timeline with a link that leads into its thread."""
    i = await declared(stage, "threads")
    parent = await wrote(stage, "bob", i.room, "what do we know of the queue?")
    reply = await wrote(stage, "dave", i.room, "it is full since 9:10", thread_ts=parent)
    await pinned(i, "alice", reply)
    [one] = taken(i)
    assert (one["by"], one["payload"]["text"]) == (DAVE, "it is full since 9:10")
    assert f"thread_ts={parent}" in one["payload"]["link"]


async def test_what_the_bot_said_is_not_taken_in(stage: Stage) -> None:
    """Its words stand in the timeline already."""
    i = await declared(stage, "the bot speaks")
    await i.types("bob", "note it was me")
    [note] = [one for one in await stage.messages(i.room) if "it was me" in one["text"]]
    await pinned(i, "alice", note["ts"])
    assert taken(i) == []
    assert (await stage.health())["buried"] == 0


async def test_shortcut_in_the_room(stage: Stage) -> None:
    """*Add to timeline* answers with the number of the entry; a second time it says that it stands there."""
    i = await declared(stage, "by shortcut")
    ts = await wrote(stage, "bob", i.room, "v18 went out at 13:40")
    doing: Json = {"callback_id": "add_to_timeline", "channel": i.room, "ts": ts}
    first = said(await stage.does("shortcut", user="alice", **doing))
    await stage.settle()
    second = said(await stage.does("shortcut", user="carol", **doing))
    [one] = taken(i)
    assert first == f"In the timeline of INC-{i.number}, as entry {one['seq']}, with its own time."
    assert second == f"It is entry {one['seq']} of INC-{i.number} already."


async def test_shortcut_elsewhere_asks_which(stage: Stage) -> None:
    """Outside a room the person chooses the incident, and the message keeps its channel's link."""
    i = await declared(stage, "from elsewhere")
    ts = await wrote(stage, "bob", "general", "three customers wrote at noon")
    opened = await stage.does("shortcut", user="carol", callback_id="add_to_timeline", channel="general", ts=ts)
    assert "three customers wrote at noon" in words(opened["view"])
    chosen = {"number": str(i.number)}
    answer = await stage.does("submit", user="carol", view_id=opened["view"]["id"], values=chosen, times=3)
    assert answer["ok"], answer
    await stage.settle()
    [one] = taken(i)
    assert (one["by"], one["payload"]["text"]) == (BOB, "three customers wrote at noon")


async def test_edits_and_deletions_become_entries(stage: Stage) -> None:
    """What was said first stays readable; the edit and the deletion are entries of their own."""
    i = await declared(stage, "second thoughts")
    ts = await wrote(stage, "bob", i.room, "it was carol's change")
    await pinned(i, "dave", ts)
    await stage.does("edit", user="bob", channel=i.room, ts=ts, text="it was the change of 9:10")
    await stage.settle()
    await stage.does("delete", user="bob", channel=i.room, ts=ts)
    await stage.settle()
    found = taken(i, "captured", "capture_edited", "capture_deleted")
    assert [one["kind"] for one in found] == ["captured", "capture_edited", "capture_deleted"]
    assert [one["payload"].get("text") for one in found] == ["it was carol's change", "it was the change of 9:10", None]
    # Slack does not say who deleted it.
    assert [one["by"] for one in found] == [BOB, BOB, "stanch"]


async def test_secrets_are_taken_out_of_what_is_taken_in(stage: Stage) -> None:
    """A token in a captured message is not stored, neither by pin nor by edit."""
    i = await declared(stage, "a token in chat")
    token = "ghp_" + "a1B2c3D4e5" * 4
    ts = await wrote(stage, "bob", i.room, f"I used {token} for it")
    await pinned(i, "dave", ts)
    await stage.does("edit", user="bob", channel=i.room, ts=ts, text=f"I used {token} twice")
    await stage.settle()
    stored = json.dumps(i.events())
    assert len(taken(i, "captured", "capture_edited")) == 2
    assert token not in stored
    assert token not in (stage.data / "bot.log").read_text()


async def test_reported_problem_fills_the_form(stage: Stage) -> None:
    """*Report an AI problem* opens the form with the message in it, and the message is the first evidence."""
    text = "the assistant told me to mix bleach and vinegar"
    ts = await wrote(stage, "bob", "general", text)
    opened = await stage.does("shortcut", user="dave", callback_id="report_problem", channel="general", ts=ts)
    fields = {
        one["block_id"]: one["element"].get("initial_value") for one in opened["view"]["blocks"] if "element" in one
    }
    assert (fields["title"], fields["impact"]) == (text, text)
    facts = {"class": "safety_violation"}
    assert (await stage.does("submit", user="dave", view_id=opened["view"]["id"], values=facts, times=3))["ok"]
    i = await newest(stage)
    [one] = taken(i)
    assert (one["seq"], one["payload"]["author"], one["payload"]["text"]) == (2, BOB, text)
    assert i.events()[0]["payload"]["title"] == text


async def test_private_words_stay_private_until_they_are_sent(stage: Stage) -> None:
    """From a private channel the text stands in the reporter's form alone, and only what is sent is kept."""
    view = await form(stage)
    facts = {"title": "locked away", "class": "security"}
    assert (await stage.does("submit", user="alice", view_id=view["id"], values=facts))["ok"]
    private = await newest(stage)
    ts = await wrote(stage, "bob", private.room, "the gnu key was in prompt 4711")
    before = len((await stage.state())["channels"])
    doing: Json = {"callback_id": "report_problem", "channel": private.room, "ts": ts}
    opened = await stage.does("shortcut", user="alice", **doing)
    assert "the gnu key" in json.dumps(opened["view"])
    assert "Others see of it only what you leave in the form." in words(opened["view"])
    await stage.settle()
    state = await stage.state()
    assert len(state["channels"]) == before
    public = [one["id"] for one in state["channels"] if not one["private"] and not one["is_im"]]
    assert "gnu" not in json.dumps([await stage.messages(one) for one in public])
    sent = {"title": "a key in a prompt", "impact": ""}
    assert (await stage.does("submit", user="alice", view_id=opened["view"]["id"], values=sent))["ok"]
    i = await newest(stage)
    assert "gnu" not in json.dumps(i.events())
    assert i.events()[0]["by"] == ALICE


def moment(text: str) -> float:
    """Epoch seconds of an ISO moment in UTC."""
    return datetime.fromisoformat(text).timestamp()
